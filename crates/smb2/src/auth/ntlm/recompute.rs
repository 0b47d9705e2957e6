//! The session key of a captured logon, from a known password.

use super::nt_hash::{hmac_md5, rc4};
use super::{Authenticate, Challenge, NegotiateFlags, NtHash};

/// ExportedSessionKey of the captured NTLMv2 logon that `challenge` and `authenticate` were part of (MS-NLMP 3.2.5.1.2),
/// if `nt_hash` is that of the user's password.
///
/// `None` when the captured proof does not fit the hash, or the logon was not NTLMv2. User and domain are taken from
/// `authenticate`; since servers accept it, the domain may have entered the proof in upper case or not at all.
pub fn session_key_from_capture(
    nt_hash: &NtHash,
    challenge: Challenge<'_>,
    authenticate: Authenticate<'_>,
) -> Option<[u8; 16]> {
    let response = authenticate.ntlm_v2()?;
    let user = authenticate.user().ok()?;
    let domain = authenticate.domain().ok()?;
    let response_key = [domain.clone(), domain.to_uppercase(), String::new()]
        .into_iter()
        .map(|domain| nt_hash.response_key(&user, &domain))
        .find(|key| hmac_md5(key, &[&challenge.server_challenge(), response.temp]) == response.proof)?;
    let session_base_key = hmac_md5(&response_key, &[&response.proof]);
    if !authenticate.flags().has(NegotiateFlags::KEY_EXCH) {
        return Some(session_base_key);
    }
    let encrypted: [u8; 16] = authenticate.encrypted_session_key().ok()?.try_into().ok()?;
    Some(rc4(&session_base_key, encrypted))
}
