//! Security buffers: SPNEGO in DER, and the messages of NTLM.
//!
//! What is found lies inside the buffer; whatever a server sends, a client answers or refuses; and what is built is read
//! again as it was meant.

use smb2::auth::logon::{Credentials, NtlmLogon};
use smb2::auth::ntlm::{
    Authenticate, AvPairs, Challenge, Client, Entropy, Message, NtHash, av_pair, session_key_from_capture,
};
use smb2::auth::spnego::{self, Mechanism, Token};

pub(super) fn body(input: &[u8]) {
    spnego(input);
    ntlm(input);
    pairs(input);
    if let Some(message) = spnego::find_ntlm(input) {
        is_part(input, message);
        ntlm(message);
    }
    logon(input);
}

fn spnego(blob: &[u8]) {
    let mechanism = spnego::mechanism(blob);
    let _ = mechanism.as_ref().map(ToString::to_string);
    if let Some(token) = Token::parse(blob) {
        let _ = format!("{token:?}");
        let (mech_types_der, mic) = match &token {
            Token::Init { mech_types_der, .. } => (*mech_types_der, &[][..]),
            Token::Resp { mech_list_mic, .. } => (&[][..], mech_list_mic.unwrap_or_default()),
        };
        for part in [mech_types_der, mic, token.mechanism_token().unwrap_or_default()] {
            is_part(blob, part);
        }
    }
    let init = spnego::ntlm_init(blob);
    let Some(Token::Init { mech_types, mech_token, .. }) = Token::parse(&init) else {
        unreachable!("what was built is no NegTokenInit")
    };
    assert_eq!((mech_types, mech_token), (vec![Mechanism::Ntlm], Some(blob)));
    let resp = spnego::resp(blob, Some(blob));
    let Some(Token::Resp { response_token, mech_list_mic, .. }) = Token::parse(&resp) else {
        unreachable!("what was built is no NegTokenResp")
    };
    assert_eq!((response_token, mech_list_mic), (Some(blob), Some(blob)));
}

fn is_part(whole: &[u8], part: &[u8]) {
    let within = whole.as_ptr_range();
    let range = part.as_ptr_range();
    assert!(part.is_empty() || (within.start <= range.start && range.end <= within.end));
}

fn ntlm(bytes: &[u8]) {
    match Message::parse(bytes) {
        Err(_) => {}
        Ok(Message::Negotiate(message)) => {
            let _ = (message.flags(), message.domain(), message.workstation());
        }
        Ok(Message::Challenge(message)) => challenge(message),
        Ok(Message::Authenticate(message)) => authenticate(message),
    }
}

fn challenge(message: Challenge<'_>) {
    let _ = (message.flags(), message.server_challenge(), message.target_name());
    if let Ok(info) = message.target_info() {
        let _ = (info.timestamp(), info.flags(), info.text(av_pair::AvId::DNS_TREE_NAME));
    }
    for client in [Client::new("", "", "", ""), Client::new("DOMAIN", "user", "password", "HERE")] {
        let client = client.with_target_name("cifs/server");
        let Ok(answer) = client.authenticate(message.bytes(), &entropy()) else { continue };
        let Ok(Message::Authenticate(read)) = Message::parse(&answer.message) else {
            unreachable!("what a client sends is no AUTHENTICATE")
        };
        if !read.is_anonymous() {
            assert_eq!((read.user().as_deref(), read.domain().as_deref()), (Ok("user"), Ok("DOMAIN")));
            let key = session_key_from_capture(&NtHash::from_password("password"), message, read);
            assert_eq!(key, Some(answer.session_key), "the key of a logon is found again");
            assert_eq!(session_key_from_capture(&NtHash::from_password("wrong"), message, read), None);
        }
        authenticate(read);
    }
}

fn authenticate(message: Authenticate<'_>) {
    let _ = (message.flags(), message.user(), message.domain(), message.workstation(), message.mic());
    for part in [message.lm_response(), message.nt_response(), message.encrypted_session_key()].into_iter().flatten() {
        is_part(message.bytes(), part);
    }
    if let Some(response) = message.ntlm_v2() {
        let _ = (response.timestamp(), response.client_challenge(), response.promises_mic());
        is_part(message.bytes(), response.temp);
    }
    let _ = message.is_anonymous();
}

fn pairs(list: &[u8]) {
    let pairs: Vec<_> = AvPairs::new(list).collect();
    let encoded = av_pair::encode(pairs.iter().copied());
    assert_eq!(AvPairs::new(&encoded).collect::<Vec<_>>(), pairs);
}

/// A logon at a server that answers with `token`.
fn logon(token: &[u8]) {
    let credentials =
        Credentials { domain: "DOMAIN".to_owned(), user: "user".to_owned(), password: "password".to_owned() };
    let mut logon = NtlmLogon::new(&credentials, entropy()).with_target_name("cifs/server");
    let first = logon.step(None).map(|step| step.token).unwrap_or_default();
    assert!(spnego::find_ntlm(&first).is_some());
    let step = logon.step(Some(token));
    assert_eq!(step.is_ok(), logon.session_key().is_some());
    if let Ok(step) = step {
        assert!(spnego::find_ntlm(&step.token).is_some());
        assert!(logon.step(Some(token)).is_err(), "nothing further is due");
    }
}

fn entropy() -> Entropy {
    Entropy { client_challenge: [7; 8], exported_session_key: [9; 16], filetime: 133_000_000_000_000_000 }
}
