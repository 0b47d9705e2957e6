use crate::example::{TIME, answer, authenticator, client, key, request, service, ticket_part};
use smbreplay_kerberos::gss::{ContextToken, TokenId, frame};
use smbreplay_kerberos::message::*;
use smbreplay_kerberos::{EncryptionType, Malformed};

const KIND: EncryptionType = EncryptionType::Aes256Sha1;

fn error() -> KrbError {
    let info =
        EtypeInfo2Entry { kind: 18, salt: Some(b"EXAMPLE.TESTalice".to_vec()), parameters: Some(vec![0, 0, 16, 0]) };
    let value = EtypeInfo2Entry::all_to_der(&[info]);
    KrbError {
        time: TIME,
        microseconds: 5,
        code: ErrorCode::PREAUTH_REQUIRED,
        service: service(),
        text: Some("needed".to_owned()),
        data: Some(PaData::all_to_der(&[PaData { kind: PaType::ETYPE_INFO2, value }])),
    }
}

fn kdc_request(exchange: KdcExchange) -> KdcReq {
    KdcReq {
        exchange,
        pa_data: vec![PaData { kind: PaType::TGS_REQ, value: vec![1, 2, 3] }],
        body: KdcReqBody {
            options: KdcOptions::CANONICALIZE,
            client: (exchange == KdcExchange::As).then(|| client().name),
            realm: "EXAMPLE.TEST".to_owned(),
            service: Some(service().name),
            till: TIME,
            renew_till: None,
            nonce: 0x7fff_ffff,
            encryption_types: vec![20, 19, 18, 17, 23, -135],
        },
    }
}

fn kdc_reply_part() -> EncKdcRepPart {
    EncKdcRepPart {
        key: key(KIND, 1),
        nonce: 77,
        flags: TicketFlags::RENEWABLE,
        auth_time: TIME,
        start_time: None,
        end_time: TIME + 1,
        renew_till: Some(TIME + 2),
        service: service(),
    }
}

#[test]
fn every_message_survives_the_round_trip() {
    let request = request(&key(KIND, 1), KIND, true);
    assert_eq!(ApReq::parse(&request.to_der()), Ok(request.clone()));
    assert_eq!(Ticket::parse(&request.ticket.to_der()), Ok(request.ticket.clone()));
    assert_eq!(ApRep::parse(&answer(KIND, true).to_der()), Ok(answer(KIND, true)));
    assert_eq!(EncTicketPart::parse(&ticket_part(&key(KIND, 2)).to_der()), Ok(ticket_part(&key(KIND, 2))));
    for subkey in [None, Some(key(EncryptionType::Rc4Hmac, 3))] {
        assert_eq!(Authenticator::parse(&authenticator(subkey.clone()).to_der()), Ok(authenticator(subkey)));
    }
    assert_eq!(KrbError::parse(&error().to_der()), Ok(error()));
    for exchange in [KdcExchange::As, KdcExchange::Tgs] {
        assert_eq!(KdcReq::parse(&kdc_request(exchange).to_der()), Ok(kdc_request(exchange)));
        assert_eq!(EncKdcRepPart::parse(&kdc_reply_part().to_der(exchange)), Ok(kdc_reply_part()));
        let reply = KdcRep {
            exchange,
            pa_data: Vec::new(),
            client: client(),
            ticket: request.ticket.clone(),
            enc_part: request.authenticator.clone(),
        };
        assert_eq!(KdcRep::parse(&reply.to_der()), Ok(reply));
    }
    let timestamp = EncryptedTimestamp { time: TIME, microseconds: 3 };
    assert_eq!(EncryptedTimestamp::parse(&timestamp.to_der()), Ok(timestamp));
}

#[test]
fn an_error_tells_how_the_key_is_made() {
    let method_data = KrbError::parse(&error().to_der()).unwrap().method_data();
    assert_eq!(method_data[0].kind, PaType::ETYPE_INFO2);
    let info = EtypeInfo2Entry::parse_all(&method_data[0].value).unwrap();
    assert_eq!((info[0].kind, info[0].salt.as_deref()), (18, Some(&b"EXAMPLE.TESTalice"[..])));
    assert_eq!(error().code.to_string(), "KDC_ERR_PREAUTH_REQUIRED");
    assert_eq!(ErrorCode(4711).to_string(), "error 4711");
}

#[test]
fn a_token_is_read_with_its_frame_or_without() {
    let request = request(&key(KIND, 1), KIND, true);
    let (der, expected) = (request.to_der(), Some(ContextToken::ApReq(request)));
    let framed = frame(TokenId::AP_REQ, &der);
    assert_eq!(ContextToken::parse(&framed), expected);
    assert_eq!(ContextToken::parse(&der), expected);
    assert_eq!(ContextToken::parse(&[&[1, 0][..], &der].concat()), expected);
    let place = framed.windows(4).position(|bytes| bytes == [0x86, 0x48, 0x86, 0xf7]).unwrap();
    let mut of_microsoft = framed.clone();
    of_microsoft[place + 2] = 0x82;
    assert_eq!(ContextToken::parse(&of_microsoft), expected);
    of_microsoft[place + 2] = 0x83;
    assert_eq!(ContextToken::parse(&of_microsoft), None);
    let refusal = frame(TokenId::ERROR, &error().to_der());
    assert_eq!(ContextToken::parse(&refusal), Some(ContextToken::Error(error())));
    assert_eq!(ContextToken::parse(b"NTLMSSP\0"), None);
}

#[test]
fn a_message_that_is_cut_is_refused_wherever_it_is_cut() {
    let der = request(&key(KIND, 1), KIND, true).to_der();
    for end in 0..der.len() {
        assert!(ApReq::parse(&der[..end]).is_err(), "{end}");
    }
    assert_eq!(ApRep::parse(&der), Err(Malformed::Tag { what: "AP-REP", expected: 0x6f, found: 0x6e }));
}
