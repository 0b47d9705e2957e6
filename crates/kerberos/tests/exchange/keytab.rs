use crate::example::{key, service};
use smbreplay_kerberos::keytab::{Entry, KeytabError};
use smbreplay_kerberos::{EncryptionType, Keytab};

fn keytab() -> Keytab {
    let entry = |(number, kind)| Entry {
        principal: service(),
        timestamp: 1_700_000_000,
        key_version: 300 + u32::from(number),
        key: key(kind, number),
    };
    Keytab { entries: (1..).zip(EncryptionType::ALL).map(entry).collect(), unsupported: 0 }
}

#[test]
fn a_keytab_survives_the_round_trip_with_versions_above_255() {
    assert_eq!(Keytab::parse(&keytab().to_bytes()).unwrap(), keytab());
}

#[test]
fn holes_and_unsupported_keys_are_passed_over() {
    let one = Keytab { entries: keytab().entries.into_iter().take(1).collect(), unsupported: 0 }.to_bytes();
    let record = &one[2..];
    let hole = [&(-5i32).to_be_bytes()[..], &[0xee; 5]].concat();
    let mut of_des = record.to_vec();
    let kind = of_des.windows(2).rposition(|pair| pair == [0, 20]).unwrap();
    of_des[kind + 1] = 3;
    let file = [&[5, 2], &hole[..], record, &hole, &of_des, record, &hole, &(-100i32).to_be_bytes()].concat();
    let read = Keytab::parse(&file).unwrap();
    assert_eq!((read.entries.len(), read.unsupported), (2, 1));
    let ended = [&one[..], &[0; 64]].concat();
    assert_eq!(Keytab::parse(&ended).unwrap().entries.len(), 1);
}

#[test]
fn an_entry_without_a_long_version_has_its_short_one() {
    let mut file = Keytab { entries: keytab().entries.into_iter().take(1).collect(), unsupported: 0 }.to_bytes();
    file.truncate(file.len() - 4);
    let length = u32::try_from(file.len() - 6).unwrap().to_be_bytes();
    file[2..6].copy_from_slice(&length);
    assert_eq!(Keytab::parse(&file).unwrap().entries[0].key_version, 301 & 0xff);
}

#[test]
fn version_1_counts_the_realm_and_has_no_name_type() {
    let mut entry = Vec::new();
    entry.extend(2u16.to_le_bytes());
    for text in ["EXAMPLE.TEST", "alice"] {
        entry.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
        entry.extend(text.as_bytes());
    }
    entry.extend(1u32.to_le_bytes());
    entry.push(9);
    entry.extend(23u16.to_le_bytes());
    entry.extend(16u16.to_le_bytes());
    entry.extend([4; 16]);
    let file = [&[5, 1], &u32::try_from(entry.len()).unwrap().to_le_bytes()[..], &entry].concat();
    let read = Keytab::parse(&file).unwrap();
    assert_eq!(read.entries[0].principal.to_string(), "alice@EXAMPLE.TEST");
    assert_eq!((read.entries[0].key_version, read.entries[0].key.kind()), (9, EncryptionType::Rc4Hmac));
}

#[test]
fn a_broken_keytab_says_where_it_is_broken() {
    assert_eq!(Keytab::parse(b"not a keytab"), Err(KeytabError::Version));
    assert_eq!(Keytab::parse(&[]), Err(KeytabError::Version));
    let file = keytab().to_bytes();
    let record = 4 + u32::from_be_bytes(file[2..6].try_into().unwrap()) as usize;
    assert_eq!(Keytab::parse(&file[..record]), Err(KeytabError::Cut { entry: 1, offset: 2 }));
    assert_eq!(Keytab::parse(&file[..record + 4]), Err(KeytabError::Cut { entry: 2, offset: record + 2 }));
    let mut broken = file.clone();
    broken[8..10].copy_from_slice(&[0xff, 0xff]);
    assert_eq!(Keytab::parse(&broken), Err(KeytabError::Field { entry: 1, offset: 2, field: "realm" }));
}

#[test]
fn keys_of_the_right_version_come_first() {
    let mut keytab = keytab();
    keytab.entries.extend(keytab.entries.clone().into_iter().map(|entry| Entry {
        key_version: 1,
        key: key(entry.key.kind(), 9),
        ..entry
    }));
    let versions =
        |version| keytab.keys(EncryptionType::Rc4Hmac, version).map(|key| key.as_bytes()[0]).collect::<Vec<_>>();
    assert_eq!(versions(Some(1)), [9, 5]);
    assert_eq!(versions(Some(305)), [5, 9]);
    assert_eq!(versions(None), [5, 9]);
}
