//! NTLMv2, against the example of MS-NLMP 4.2.4, and the client against the reader.

use crate::hex;
use smb2::auth::ntlm::{
    Authenticate, AvId, Challenge, Client, Entropy, Message, NegotiateFlags, NtHash, NtlmError, av_pair,
    session_key_from_capture, signature,
};
use smb2::utf16;

/// MS-NLMP 4.2.4.3.
const CHALLENGE: &str = "
    4e544c4d53535000 02000000 0c000c00 38000000 33828ae2 0123456789abcdef 0000000000000000
    2400240044000000 060070170000000f 530065007200760065007200 02000c0044006f006d00610069006e00
    01000c00530065007200760065007200 00000000";
const ENTROPY: Entropy = Entropy { client_challenge: [0xaa; 8], exported_session_key: [0x55; 16], filetime: 0 };

/// MS-NLMP 4.2.4.3.
fn authenticate_example() -> Vec<u8> {
    hex::bytes(
        "4e544c4d53535000 03000000 180018006c000000 5400540084000000 0c000c0048000000 0800080054000000
         100010005c000000 10001000d8000000 358288e2 0501280a0000000f 44006f006d00610069006e00
         5500730065007200 43004f004d0050005500540045005200 86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa
         68cd0ab851e51c96aabc927bebef6a1c 01010000000000000000000000000000aaaaaaaaaaaaaaaa00000000
         02000c0044006f006d00610069006e0001000c0053006500720076006500720000000000 00000000
         c5dad2544fc9799094ce1ce90bc9d03e",
    )
}

fn challenge(bytes: &[u8]) -> Challenge<'_> {
    let Ok(Message::Challenge(challenge)) = Message::parse(bytes) else { panic!("no CHALLENGE") };
    challenge
}

fn authenticate(bytes: &[u8]) -> Authenticate<'_> {
    let Ok(Message::Authenticate(authenticate)) = Message::parse(bytes) else { panic!("no AUTHENTICATE") };
    authenticate
}

/// The example's CHALLENGE with these AV pairs instead.
fn challenge_with(pairs: &[(AvId, &[u8])]) -> Vec<u8> {
    let info = av_pair::encode(pairs.iter().copied());
    let mut message = hex::bytes(CHALLENGE)[..0x44].to_vec();
    message[40..44].copy_from_slice(&[info.len() as u8, 0, info.len() as u8, 0]);
    message.extend(info);
    message
}

#[test]
fn the_client_proves_itself_as_in_the_example() {
    let client = Client::new("Domain", "User", "Password", "COMPUTER");
    let made = client.authenticate(&hex::bytes(CHALLENGE), &ENTROPY).unwrap();
    assert_eq!(made.session_key, [0x55; 16]);
    let (made, example) = (authenticate(&made.message), authenticate_example());
    let example = authenticate(&example);
    assert_eq!(made.lm_response().unwrap(), example.lm_response().unwrap());
    assert_eq!(made.nt_response().unwrap(), example.nt_response().unwrap());
    assert_eq!(made.encrypted_session_key().unwrap(), example.encrypted_session_key().unwrap());
    assert_eq!(made.user().unwrap(), example.user().unwrap());
    assert_eq!(made.domain().unwrap(), example.domain().unwrap());
    assert_eq!(made.workstation().unwrap(), example.workstation().unwrap());
}

#[test]
fn the_example_is_read_field_by_field() {
    let bytes = authenticate_example();
    let read = authenticate(&bytes);
    assert_eq!(read.flags(), NegotiateFlags(0xe288_8235));
    assert_eq!(read.user().unwrap(), "User");
    assert_eq!(read.mic(), None, "the payload starts where a MIC would lie");
    assert_eq!(read.lm_response().unwrap(), hex::bytes("86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa"));
    let bytes = hex::bytes(CHALLENGE);
    let info = challenge(&bytes).target_info().unwrap();
    assert_eq!(info.text(AvId::NB_COMPUTER_NAME).unwrap(), "Server");
    assert_eq!(info.text(AvId::NB_DOMAIN_NAME).unwrap(), "Domain");
}

#[test]
fn the_session_key_of_the_example_follows_from_the_password_alone() {
    let (challenge_bytes, authenticate_bytes) = (hex::bytes(CHALLENGE), authenticate_example());
    let recompute = |password| {
        session_key_from_capture(
            &NtHash::from_password(password),
            challenge(&challenge_bytes),
            authenticate(&authenticate_bytes),
        )
    };
    assert_eq!(recompute("Password"), Some([0x55; 16]));
    assert_eq!(recompute("password"), None);
}

#[test]
fn a_message_is_signed_as_in_the_example() {
    // MS-NLMP 4.2.4.4 seals before it encrypts the checksum, with one key stream: the checksum is taken apart here.
    let flags = NegotiateFlags(0xe288_8235 & !NegotiateFlags::KEY_EXCH.0);
    let plain = utf16::from_str("Plaintext");
    let signed = signature::first_signature(&[0x55; 16], flags, signature::Direction::ClientToServer, &plain);
    assert_eq!(signed, hex::array("01000000 70352851f2564309 00000000"));
}

#[test]
fn a_server_time_brings_a_mic_over_the_three_messages() {
    let time = 0x01d0_aecb_adf5_a1a1u64.to_le_bytes();
    let challenge_bytes = challenge_with(&[(AvId::TIMESTAMP, &time), (AvId::FLAGS, &[1, 0, 0, 0])]);
    let client = Client::new("Domain", "User", "Password", "").with_target_name("cifs/server");
    let made = client.authenticate(&challenge_bytes, &ENTROPY).unwrap();
    let read = authenticate(&made.message);
    let response = read.ntlm_v2().unwrap();
    assert_eq!(response.timestamp().to_le_bytes(), time);
    assert_eq!(response.av_pairs().flags(), 3);
    assert_eq!(response.av_pairs().text(AvId::TARGET_NAME).unwrap(), "cifs/server");
    assert_eq!(read.lm_response().unwrap(), [0; 24]);

    let mut unsigned = made.message.clone();
    unsigned[72..88].fill(0);
    let mut mac = <hmac::Hmac<md5::Md5> as hmac::Mac>::new_from_slice(&made.session_key).unwrap();
    for message in [&client.negotiate(), &challenge_bytes, &unsigned] {
        hmac::Mac::update(&mut mac, message);
    }
    assert_eq!(read.mic().unwrap(), *hmac::Mac::finalize(mac).into_bytes());
}

#[test]
fn what_the_client_made_a_capture_with_the_password_explains() {
    for user in ["User", "jürgen.groß", "Ελένη"] {
        let time = [1; 8];
        let challenge_bytes = challenge_with(&[(AvId::TIMESTAMP, &time)]);
        let client = Client::new("lab", user, "geheim", "ws");
        let made = client.authenticate(&challenge_bytes, &ENTROPY).unwrap();
        let key = session_key_from_capture(
            &NtHash::from_password("geheim"),
            challenge(&challenge_bytes),
            authenticate(&made.message),
        );
        assert_eq!(key, Some(made.session_key), "{user}");
    }
}

#[test]
fn a_wrong_proof_is_wrong_and_nothing_else() {
    let right = Client::new("Domain", "User", "Password", "");
    let wrong = right.clone().with_wrong_proof();
    let bytes = hex::bytes(CHALLENGE);
    let (right, wrong) = (right.authenticate(&bytes, &ENTROPY).unwrap(), wrong.authenticate(&bytes, &ENTROPY).unwrap());
    let hash = NtHash::from_password("Password");
    assert!(session_key_from_capture(&hash, challenge(&bytes), authenticate(&right.message)).is_some());
    assert_eq!(session_key_from_capture(&hash, challenge(&bytes), authenticate(&wrong.message)), None);
    assert_eq!(right.message.len(), wrong.message.len());
    let changed = right.message.iter().zip(&wrong.message).filter(|(right, wrong)| right != wrong).count();
    assert_eq!(changed, 32, "the NT proof and the LM proof");
}

#[test]
fn without_user_and_password_the_logon_is_anonymous() {
    let made = Client::new("Domain", "", "", "ws").authenticate(&hex::bytes(CHALLENGE), &ENTROPY).unwrap();
    let read = authenticate(&made.message);
    assert!(read.is_anonymous() && read.flags().has(NegotiateFlags::ANONYMOUS));
    assert_eq!(read.lm_response().unwrap(), [0]);
    assert!(read.ntlm_v2().is_none());
    assert_eq!(made.session_key, [0x55; 16]);
}

#[test]
fn without_key_exchange_the_session_key_is_that_of_the_response() {
    let mut bytes = hex::bytes(CHALLENGE);
    bytes[23] &= !0x40;
    let made = Client::new("Domain", "User", "Password", "").authenticate(&bytes, &ENTROPY).unwrap();
    assert_eq!(made.session_key, hex::array("8de40ccadbc14a82f15cb0ad0de95ca3"));
    assert_eq!(authenticate(&made.message).encrypted_session_key().unwrap(), []);
    let hash = NtHash::from_password("Password");
    let key = session_key_from_capture(&hash, challenge(&bytes), authenticate(&made.message));
    assert_eq!(key, Some(made.session_key));
}

#[test]
fn the_client_refuses_what_is_no_challenge() {
    let client = Client::new("Domain", "User", "Password", "");
    let refusal = |bytes: &[u8]| client.authenticate(bytes, &ENTROPY).unwrap_err();
    assert_eq!(refusal(&client.negotiate()), NtlmError::NoChallenge);
    assert!(matches!(refusal(b"NTLMSSP\0\x02\0\0"), NtlmError::Malformed(_)));
    let mut oem = hex::bytes(CHALLENGE);
    oem[20] &= !1;
    assert!(matches!(refusal(&oem), NtlmError::NoUnicode(_)));
}

#[test]
fn a_field_outside_the_message_leaves_the_others_readable() {
    let mut bytes = authenticate_example();
    bytes[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    let read = authenticate(&bytes);
    assert!(read.user().is_err());
    assert_eq!(read.domain().unwrap(), "Domain");
}

#[test]
fn no_cut_of_a_message_makes_the_reader_panic() {
    for whole in [hex::bytes(CHALLENGE), authenticate_example(), Client::new("", "", "", "").negotiate()] {
        for cut in 0..whole.len() {
            match Message::parse(&whole[..cut]) {
                Ok(Message::Negotiate(read)) => _ = (read.domain(), read.workstation(), read.flags()),
                Ok(Message::Challenge(read)) => _ = (read.target_name(), read.target_info(), read.server_challenge()),
                Ok(Message::Authenticate(read)) => {
                    assert!(read.encrypted_session_key().is_err(), "it lies at the end");
                    _ = (read.user(), read.workstation(), read.ntlm_v2(), read.mic(), read.flags());
                }
                Err(_) => assert!(cut < 52),
            }
        }
    }
}

#[test]
fn oem_strings_are_read_when_unicode_was_not_agreed() {
    let mut bytes = authenticate_example();
    bytes[60] &= !1;
    assert_eq!(authenticate(&bytes).user().unwrap(), "U\0s\0e\0r\0");
}

#[test]
fn debug_output_shows_no_secret() {
    let client = Client::new("Domain", "User", "Password", "");
    let made = client.authenticate(&hex::bytes(CHALLENGE), &ENTROPY).unwrap();
    let shown = format!("{client:?} {made:?} {ENTROPY:?}");
    assert!(shown.contains("User"));
    assert!(!shown.contains("Password") && !shown.contains("85, 85") && !shown.contains("170, 170"), "{shown}");
}
