//! SPNEGO tokens, and a logon leg by leg.

use crate::hex;
use smb2::auth::ntlm::{Message, NtlmError};
use smb2::auth::spnego::{self, Mechanism, Token};
use smb2::auth::{Credentials, Entropy, NtlmLogon};

const ENTROPY: Entropy = Entropy { client_challenge: [0xaa; 8], exported_session_key: [0x55; 16], filetime: 0 };
/// A CHALLENGE inside NegTokenResp whose negState is the byte `SS`.
const CHALLENGE: &str = "
    a1 4a 3048 a0030a01SS a10c060a2b06010401823702020a a233 0431
    4e544c4d53535000 02000000 0000000000000000 15828862 0123456789abcdef 0000000000000000 0000000030000000 00";

fn challenge(state: &str) -> Vec<u8> {
    hex::bytes(&CHALLENGE.replace("SS", state))
}

fn logon() -> NtlmLogon {
    let credentials = Credentials { domain: "LAB".into(), user: "user".into(), password: "secret".into() };
    NtlmLogon::new(&credentials, ENTROPY)
}

#[test]
fn a_logon_takes_two_tokens() {
    let mut logon = logon();
    let first = logon.step(None).unwrap().token;
    assert!(matches!(Message::parse(spnego::find_ntlm(&first).unwrap()), Ok(Message::Negotiate(_))));
    assert_eq!(logon.session_key(), None);
    let second = logon.step(Some(&challenge("01"))).unwrap().token;
    let Ok(Message::Authenticate(read)) = Message::parse(spnego::find_ntlm(&second).unwrap()) else { panic!() };
    assert_eq!((read.domain().unwrap(), read.user().unwrap()), ("LAB".to_owned(), "user".to_owned()));
    assert!(matches!(Token::parse(&second), Some(Token::Resp { mech_list_mic: None, .. })));
    assert_eq!(logon.session_key(), Some([0x55; 16]));
    assert_eq!(logon.step(Some(&challenge("01"))), Err(NtlmError::OutOfTurn));
}

#[test]
fn the_list_of_mechanisms_is_signed_when_the_server_asks_for_it() {
    let mut logon = logon();
    logon.step(None).unwrap();
    let token = logon.step(Some(&challenge("03"))).unwrap().token;
    let Some(Token::Resp { mech_list_mic: Some(mic), .. }) = Token::parse(&token) else { panic!("no MIC") };
    assert_eq!((mic.len(), &mic[..4], &mic[12..]), (16, &[1, 0, 0, 0][..], &[0; 4][..]));
}

#[test]
fn a_server_without_spnego_gets_bare_messages() {
    let mut logon = logon();
    logon.step(None).unwrap();
    let challenge = challenge("01");
    let token = logon.step(spnego::find_ntlm(&challenge)).unwrap().token;
    assert!(matches!(Message::parse(&token), Ok(Message::Authenticate(_))));
}

#[test]
fn a_logon_needs_the_challenge() {
    let mut logon = logon();
    logon.step(None).unwrap();
    assert_eq!(logon.step(None), Err(NtlmError::OutOfTurn));
    assert_eq!(logon.step(Some(b"")), Err(NtlmError::NoNtlm));
    assert_eq!(logon.session_key(), None);
    logon.step(Some(&challenge("01"))).unwrap();
}

#[test]
fn mechanisms_are_told_apart() {
    for (token, name) in [
        ("4e544c4d5353500001000000", Some("NTLM")),
        ("6011 06092a864886f712010202 0100 00000000", Some("Kerberos")),
        ("601b 06062b0601050502 a011300f a00d300b06092a864882f712010202", Some("Kerberos")),
        ("601a 06062b0601050502 a010300e a00c300a06082b06010401828b2a", Some("1.3.6.1.4.1.34218")),
        ("6018 06062b0601050502 a00e300c a00a3008 06062b0601050205", Some("IAKERB")),
        ("a1143012 a0030a0101 a10b06092a864886f712010202", Some("Kerberos")),
        ("a1073005 a0030a0100", None),
        ("", None),
        ("60", None),
        ("ff00", None),
    ] {
        let mechanism = spnego::mechanism(&hex::bytes(token)).map(|mechanism| mechanism.to_string());
        assert_eq!(mechanism.as_deref(), name, "{token}");
    }
    assert_eq!(Mechanism::NegoEx.to_string(), "NEGOEX");
}

#[test]
fn no_cut_of_a_token_makes_the_reader_panic() {
    let whole = challenge("01");
    for cut in 0..whole.len() {
        assert_eq!(spnego::find_ntlm(&whole[..cut]), None, "cut at {cut}");
        _ = (Token::parse(&whole[..cut]), spnego::mechanism(&whole[..cut]));
    }
}
