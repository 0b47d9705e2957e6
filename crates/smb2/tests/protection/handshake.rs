//! A whole 3.1.1 handshake, packet by packet: the first channel of the multichannel example in Microsoft's "SMB 2 and
//! SMB 3 security in Windows 10: the anatomy of signing and cryptographic keys".

use crate::hex;
use smb2::auth::ntlm::{Message, NegotiateFlags, signature};
use smb2::auth::spnego::{self, Mechanism, NegState, Token};
use smb2::auth::{Credentials, Entropy, NtlmLogon};
use smb2::crypto::{KeyDerivation, PreauthHash, SessionKeys, SigningAlgorithm};

const NEGOTIATE_REQUEST: &str = "
    FE534D4240000100000000000000800000000000000000000100000000000000FFFE000000000000
    00000000000000000000000000000000000000000000000024000500000000003F000000ECD86F32
    6276024F9F7752B89BB33F3A70000000020000000202100200030203110300000100260000000000
    010020000100FA49E6578F1F3A9F4CD3E9CC14A67AA884B3D05844E0E5A118225C15887F32FF0000
    0200060000000000020002000100";
const NEGOTIATE_RESPONSE: &str = "
    FE534D4240000100000000000000010001000000000000000100000000000000FFFE000000000000
    000000000000000000000000000000000000000000000000410001001103020039CBCAF329714942
    BDCE5D60F09AB3FB2F000000000080000000800000008000D8DAE5ADCBAED00109094AB095AED001
    80004001C00100006082013C06062B0601050502A08201303082012CA01A3018060A2B0601040182
    3702021E060A2B06010401823702020AA282010C048201084E45474F455854530100000000000000
    60000000700000007C7CC0FD06D6362D02DDE1CF343BFE292900F49750B4AA97934D9C4296B26E51
    FD370471B235E15A50DAE15BD5489C87000000000000000060000000010000000000000000000000
    5C33530DEAF90D4DB2EC4AE3786EC3084E45474F4558545303000000010000004000000098000000
    7C7CC0FD06D6362D02DDE1CF343BFE295C33530DEAF90D4DB2EC4AE3786EC3084000000058000000
    3056A05430523027802530233121301F06035504031318546F6B656E205369676E696E6720507562
    6C6963204B65793027802530233121301F06035504031318546F6B656E205369676E696E67205075
    626C6963204B6579010026000000000001002000010060A3C3B95C3C7CCD51EC536648D9B3AC74C4
    83CA5B65385A251117BEB30712E50000020004000000000001000200";
const SESSION_SETUP_REQUEST_1: &str = "
    FE534D4240000100000000000100800000000000000000000200000000000000FFFE000000000000
    00000000000000000000000000000000000000000000000019000001010000000000000058004A00
    0000000000000000604806062B0601050502A03E303CA00E300C060A2B06010401823702020AA22A
    04284E544C4D5353500001000000978208E200000000000000000000000000000000060380250000
    000F";
const SESSION_SETUP_RESPONSE_1: &str = "
    FE534D4240000100160000C00100010001000000000000000200000000000000FFFE000000000000
    190000000010000000000000000000000000000000000000090000004800B300A181B03081ADA003
    0A0101A10C060A2B06010401823702020AA281970481944E544C4D53535000020000000C000C0038
    00000015828AE20D1D8BA31179D008000000000000000050005000440000000A0092270000000F53
    005500540033003100310002000C0053005500540033003100310001000C00530055005400330031
    00310004000C0053005500540033003100310003000C0053005500540033003100310007000800A1
    A1F5ADCBAED00100000000";
const SESSION_SETUP_REQUEST_2: &str = "
    FE534D4240000100000000000100800000000000000000000300000000000000FFFE000000000000
    1900000000100000000000000000000000000000000000001900000101000000000000005800CF01
    0000000000000000A18201CB308201C7A0030A0101A28201AA048201A64E544C4D53535000030000
    001800180090000000EE00EE00A80000000C000C00580000001A001A0064000000120012007E0000
    001000100096010000158288E2060380250000000FECAC77A5F385A8BF9C38C706EEEDDCD3530055
    005400330031003100610064006D0069006E006900730074007200610074006F0072004400520049
    0056004500520033003100310000000000000000000000000000000000000000000000000063078E
    B639FE03E20A231C3AE3BF23080101000000000000A1A1F5ADCBAED001BC4AD05F223CC90F000000
    0002000C0053005500540033003100310001000C0053005500540033003100310004000C00530055
    00540033003100310003000C0053005500540033003100310007000800A1A1F5ADCBAED001060004
    00020000000800300030000000000000000000000000300000B61FEFCAA857EA57BF1EDCEBF8974B
    8E0EBA5A6DFD9D07A31D11B548F8C9D0CC0A00100000000000000000000000000000000000090016
    0063006900660073002F005300550054003300310031000000000000000000000000003B9BDFF38F
    5EE8F9663F11A0F4C03A78A31204100100000063775A9A5FD97F0600000000";
const SESSION_SETUP_RESPONSE_2: &str = "
    FE534D4240000100000000000100800009000000000000000300000000000000FFFE000000000000
    1900000000100000EBE146DA120BA25FC3376A49DFE31BC10900000048001D00A11B3019A0030A01
    00A3120410010000003B453CDC3524164200000000";
const SESSION_KEY: &str = "270E1BA896585EEB7AF3472D3B4C75A7";

/// The security buffer: it lies behind the fixed part and, here, reaches to the end of the message.
fn security_buffer(message: &[u8], offset: usize) -> &[u8] {
    &message[offset..]
}

#[test]
fn the_hash_goes_through_the_values_of_the_example() {
    let mut hash = PreauthHash::new();
    for (message, value) in [
        (
            NEGOTIATE_REQUEST,
            "DD94EFC5321BB618A2E208BA8920D2F422992526947A409B5037DE1E0FE8C7362B8C47122594CDE0
             CE26AA9DFC8BCDBDE0621957672623351A7540F1E54A0426",
        ),
        (
            NEGOTIATE_RESPONSE,
            "324BFA92A4F3A190E466EBEA08D9C110DC88BFED758D9846ECC6F541CC1D02AE3C94A79F36011E99
             7E13F841B91B50957AD07B19C8E2539C0B23FDAE09D2C513",
        ),
        (
            SESSION_SETUP_REQUEST_1,
            "AC0B0F2B9986257700365E416D142A6EDC96DF03594A19E52A15F6BD0D041CD5D432F8ED42C55E33
             197A50C9EC00F1462B50C592211B1471A04B56088FDFD5F9",
        ),
        (
            SESSION_SETUP_RESPONSE_1,
            "2729E3440DFDDD839E37193F6E8F20C20CEFB3469E453A70CD980EEC06B8835740A7376008563336
             4C8989895ECE81BF102DEEB14D4B7D48AFA76901A7A38387",
        ),
        (
            SESSION_SETUP_REQUEST_2,
            "0DD13628CC3ED218EF9DF9772D436D0887AB9814BFAE63A80AA845F36909DB7928622DDDAD522D97
             51640A459762C5A9D6BB084CBB3CE6BDADEF5D5BCE3C6C01",
        ),
    ] {
        hash.update(&hex::bytes(message));
        assert_eq!(*hash.value(), hex::array(value));
    }
}

#[test]
fn the_final_response_carries_the_signature_that_the_handshake_leads_to() {
    let mut hash = PreauthHash::new();
    for message in [
        NEGOTIATE_REQUEST,
        NEGOTIATE_RESPONSE,
        SESSION_SETUP_REQUEST_1,
        SESSION_SETUP_RESPONSE_1,
        SESSION_SETUP_REQUEST_2,
    ] {
        hash.update(&hex::bytes(message));
    }
    let keys = SessionKeys::derive(
        KeyDerivation::Smb311 { preauth: &hash },
        SigningAlgorithm::AesCmac,
        None,
        &hex::bytes(SESSION_KEY),
    );
    assert!(keys.signing.verify(&hex::bytes(SESSION_SETUP_RESPONSE_2)));
}

#[test]
fn the_server_offers_negoex_first_and_the_client_takes_ntlm() {
    let response = hex::bytes(NEGOTIATE_RESPONSE);
    let Some(Token::Init { mech_types, .. }) = Token::parse(&response[128..128 + 0x140]) else { panic!() };
    assert_eq!(mech_types, [Mechanism::NegoEx, Mechanism::Ntlm]);
    assert_eq!(spnego::mechanism(&response[128..128 + 0x140]), Some(Mechanism::NegoEx));

    let request = hex::bytes(SESSION_SETUP_REQUEST_1);
    let token = security_buffer(&request, 88);
    assert_eq!(spnego::mechanism(token), Some(Mechanism::Ntlm));
    let Ok(Message::Negotiate(negotiate)) = Message::parse(spnego::find_ntlm(token).unwrap()) else { panic!() };
    assert_eq!(negotiate.flags(), NegotiateFlags(0xe208_8297));
    assert_eq!((negotiate.domain().unwrap(), negotiate.workstation().unwrap()), (String::new(), String::new()));
    assert_eq!(spnego::ntlm_init(negotiate.bytes()), token, "our own first token has the same form");
}

#[test]
fn the_messages_of_ntlm_say_who_logs_on_where() {
    let response = hex::bytes(SESSION_SETUP_RESPONSE_1);
    let token = security_buffer(&response, 72);
    let Some(Token::Resp { state, mechanism, mech_list_mic: None, .. }) = Token::parse(token) else { panic!() };
    assert_eq!((state, mechanism), (Some(NegState::AcceptIncomplete), Some(Mechanism::Ntlm)));
    let Ok(Message::Challenge(challenge)) = Message::parse(spnego::find_ntlm(token).unwrap()) else { panic!() };
    assert_eq!(challenge.target_name().unwrap(), "SUT311");
    assert_eq!(challenge.server_challenge(), hex::array("0D1D8BA31179D008"));
    assert_eq!(challenge.target_info().unwrap().timestamp(), Some(0x01d0_aecb_adf5_a1a1));

    let request = hex::bytes(SESSION_SETUP_REQUEST_2);
    let token = security_buffer(&request, 88);
    let Ok(Message::Authenticate(authenticate)) = Message::parse(spnego::find_ntlm(token).unwrap()) else { panic!() };
    assert_eq!(authenticate.domain().unwrap(), "SUT311");
    assert_eq!(authenticate.user().unwrap(), "administrator");
    assert_eq!(authenticate.workstation().unwrap(), "DRIVER311");
    assert_eq!(authenticate.mic(), Some(hex::array("ECAC77A5F385A8BF9C38C706EEEDDCD3")));
    assert_eq!(authenticate.encrypted_session_key().unwrap(), hex::bytes("3B9BDFF38F5EE8F9663F11A0F4C03A78"));
    assert_eq!(authenticate.lm_response().unwrap(), [0; 24]);
    let response = authenticate.ntlm_v2().unwrap();
    assert_eq!(response.proof, hex::array("63078EB639FE03E20A231C3AE3BF2308"));
    assert_eq!(response.client_challenge(), hex::array("BC4AD05F223CC90F"));
    assert_eq!(response.timestamp(), 0x01d0_aecb_adf5_a1a1);
    assert!(response.promises_mic() && !authenticate.is_anonymous());
}

#[test]
fn both_sides_sign_the_list_of_mechanisms_with_the_session_key() {
    let flags = NegotiateFlags(0xe288_8215);
    for (message, offset, direction) in [
        (SESSION_SETUP_REQUEST_2, 88, signature::Direction::ClientToServer),
        (SESSION_SETUP_RESPONSE_2, 72, signature::Direction::ServerToClient),
    ] {
        let message = hex::bytes(message);
        let Some(Token::Resp { mech_list_mic, .. }) = Token::parse(security_buffer(&message, offset)) else { panic!() };
        let mic = signature::first_signature(&hex::array(SESSION_KEY), flags, direction, &spnego::ntlm_mech_types());
        assert_eq!(mech_list_mic, Some(&mic[..]), "{direction:?}");
    }
}

#[test]
fn a_message_with_a_mic_comes_with_a_signed_list_of_mechanisms() {
    let credentials = Credentials { user: "administrator".into(), password: "secret".into(), ..Credentials::default() };
    let entropy = Entropy { client_challenge: [1; 8], exported_session_key: hex::array(SESSION_KEY), filetime: 0 };
    let mut logon = NtlmLogon::new(&credentials, entropy);
    logon.step(None).unwrap();
    let response = hex::bytes(SESSION_SETUP_RESPONSE_1);
    let token = logon.step(Some(security_buffer(&response, 72))).unwrap().token;
    let example = hex::bytes(SESSION_SETUP_REQUEST_2);
    assert_eq!(token[token.len() - 16..], example[example.len() - 16..], "the same key and list: the same signature");
}
