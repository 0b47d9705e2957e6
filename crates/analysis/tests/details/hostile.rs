//! No bytes make it fail: real messages with bytes changed, cut and moved.

use super::captured::{captures, messages, operations};
use super::coverage::assert_complete;
use capture::Hole;
use proptest::prelude::*;
use smb2::Command;
use smbreplay_analysis::details::{self, Context};
use std::sync::LazyLock;

/// Messages of the project's own capture and of the corpus, at most 32 of each kind.
static MESSAGES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut kinds: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    let mut found = Vec::new();
    for capture in captures() {
        for operation in operations(&capture) {
            for message in messages(&operation).into_iter().filter(|message| message.bytes.len() < 4096) {
                let count = kinds.entry(message.details.name.clone()).or_default();
                *count += 1;
                if *count <= 32 {
                    found.push(message.bytes.to_vec());
                }
            }
        }
    }
    found
});

fn context() -> impl Strategy<Value = Context> {
    const CODES: [u32; 20] = [
        0x0006_0194,
        0x0006_01b0,
        0x0009_00a8,
        0x0009_0284,
        0x0009_4264,
        0x0009_40cf,
        0x0011_0018,
        0x0011_400c,
        0x0011_c017,
        0x0014_0078,
        0x0014_01fc,
        0x0014_0204,
        0x0014_4064,
        0x0014_80f2,
        0x0009_8208,
        0x0009_027c,
        0x0009_00a4,
        0x0009_009c,
        0x0014_41bb,
        0x0009_8268,
    ];
    let code = prop::sample::select(&CODES[..]);
    (0..6_u8, 0..=100_u8, code, any::<bool>()).prop_map(|(info_type, info_class, ctl_code, is_pipe)| Context {
        info_type: Some(info_type),
        info_class: Some(info_class),
        ctl_code: Some(ctl_code),
        is_pipe,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_becomes_of_a_message_all_its_bytes_are_shown(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), 0..16_u8, Just(0xff)]), 0..12),
        cut in prop::option::weighted(0.3, any::<prop::sample::Index>()),
        holes in prop::collection::vec((0..600_u32, 0..200_u32), 0..3),
        context in context(),
    ) {
        let mut message = which.get(&MESSAGES).clone();
        if let Some(cut) = cut {
            message.truncate(cut.index(message.len() + 1));
        }
        let length = message.len();
        for (at, byte) in changes.iter().filter(|_| length > 0) {
            message[at.index(length)] = *byte;
        }
        let holes: Vec<Hole> = holes.iter().map(|(offset, length)| Hole { offset: *offset, length: *length }).collect();
        for details in [details::request(&message, &holes, context), details::response(&message, &holes, context)] {
            assert_complete(&details);
            assert!(details.walk().count() < 30_000);
            assert_eq!(details::hex(&message, &holes, &details.withheld()).count(), message.len().div_ceil(16));
        }
    }

    #[test]
    fn the_buffers_of_every_control_code_and_class_may_hold_anything(
        body in prop::collection::vec(prop_oneof![any::<u8>(), 0..24_u8, Just(0)], 0..400),
        command in 0..20_u8,
        context in context(),
    ) {
        let mut message = vec![0; 64];
        message[..4].copy_from_slice(b"\xfeSMB");
        message[12] = command;
        message.extend(&body);
        if let (11, Some(code)) = (command, context.ctl_code)
            && message.len() > 120
        {
            message[68..72].copy_from_slice(&code.to_le_bytes());
            message[88..92].copy_from_slice(&112_u32.to_le_bytes());
            message[96..100].copy_from_slice(&112_u32.to_le_bytes());
        }
        assert_complete(&details::request(&message, &[], context));
        assert_complete(&details::response(&message, &[], context));
    }
}

#[test]
fn a_list_is_cut_and_says_how_many_entries_it_has() {
    let entry = |next: u8| [&[next, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, b'a', 0, 0, 0][..]].concat();
    let mut message = vec![0; 64];
    message[..4].copy_from_slice(b"\xfeSMB");
    message[12] = 15;
    message[16] = 1;
    let entries: Vec<u8> = (0..1000).flat_map(|index| entry(if index == 999 { 0 } else { 16 })).collect();
    message.extend([9, 0, 72, 0]);
    message.extend(u32::try_from(entries.len()).unwrap().to_le_bytes());
    message.extend(entries);
    let details = details::response(&message, &[], Context::default());
    assert_complete(&details);
    let more: Vec<_> = details.walk().filter(|node| node.name.contains("more")).collect();
    assert_eq!(more.len(), 1);
    assert_eq!((&*more[0].name, more[0].length), ("… 744 more", 744 * 16));
}

#[test]
fn what_the_capture_lacks_has_no_value() {
    let message = MESSAGES
        .iter()
        .find(|message| details::request(message, &[], Context::default()).name == "SMB2 CREATE Request");
    let holes = [Hole { offset: 90, length: 10 }];
    let details = details::request(message.unwrap(), &holes, Context::default());
    assert_complete(&details);
    let missing: Vec<_> = details.walk().filter(|node| node.mark == Some(details::Mark::Missing)).collect();
    assert_eq!(
        missing.iter().map(|node| &*node.name).collect::<Vec<_>>(),
        ["DesiredAccess", "FileAttributes", "ShareAccess"]
    );
    let told: Vec<_> = missing.iter().map(|node| (node.value.as_deref(), node.meaning.as_deref())).collect();
    assert_eq!(
        told,
        [(None, Some("2 bytes not captured")), (None, Some("not captured")), (None, Some("not captured"))]
    );
}

#[test]
fn what_a_password_can_be_guessed_with_is_not_shown_where_the_capture_lacks_a_part_of_it() {
    let office = captures().into_iter().find(|path| path.ends_with("office.pcap")).unwrap();
    let operations = operations(&office);
    let logons = operations.iter().filter(|operation| operation.command == Some(Command::SESSION_SETUP));
    let requests: Vec<&[u8]> = logons.filter_map(|operation| operation.request.as_deref()).collect();
    let mut seen = 0;
    for request in requests {
        let withheld = details::request(request, &[], Context::default()).withheld();
        for range in &withheld {
            let hole = Hole { offset: u32::try_from(range.end - 1).unwrap(), length: 1 };
            let with_hole = details::request(request, &[hole], Context::default());
            assert_eq!(with_hole.withheld(), withheld, "{range:?}");
            seen += 1;
        }
    }
    assert!(seen > 3, "the logon has a proof, a code, a key and the response of LM");
}
