//! MIC tokens, as SPNEGO's mechListMIC is one (RFC 4121 4.2.6.1; with RC4-HMAC RFC 4757 7.2 and RFC 1964 1.2.1).

use super::framing::{KERBEROS, TokenId, frame};
use crate::der::{Elements, OBJECT_IDENTIFIER, application_tag};
use crate::encryption::{KeyUsage, checksum_with_salt, hmac_md5, rc4};
use crate::{EncryptionKey, EncryptionType};
use aws_lc_rs::constant_time;

/// TOK_ID of RFC 1964's MIC token.
const OLD_MIC: TokenId = TokenId([1, 1]);
/// TOK_ID of RFC 4121's.
const MIC: [u8; 2] = [4, 4];
/// SGN_ALG HMAC and filler of an old token.
const OLD_HEADER: [u8; 6] = [0x11, 0, 0xff, 0xff, 0xff, 0xff];

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The client.
    Initiator,
    /// The service.
    Acceptor,
}

/// The key of an established context that signs.
#[derive(Debug, Clone, Copy)]
pub struct MicKey<'a> {
    /// The key: the acceptor's subkey, else the initiator's, else the session key of the ticket.
    pub key: &'a EncryptionKey,
    /// Whether it is the acceptor's subkey.
    pub of_acceptor: bool,
}

impl MicKey<'_> {
    /// GSS_GetMIC: the token over `message`, with the signer's `sequence_number`.
    pub fn sign(self, side: Side, sequence_number: u32, message: &[u8]) -> Vec<u8> {
        if self.key.kind() == EncryptionType::Rc4Hmac {
            return self.sign_old(side, sequence_number, message);
        }
        let by_acceptor = u8::from(side == Side::Acceptor);
        let flags = by_acceptor | u8::from(self.of_acceptor) << 2;
        let [a, b] = MIC;
        let mut token = vec![a, b, flags, 0xff, 0xff, 0xff, 0xff, 0xff];
        token.extend(u64::from(sequence_number).to_be_bytes());
        let checksum = self.key.checksum(usage(side), &[message, &token].concat());
        token.extend(checksum);
        token
    }

    /// GSS_VerifyMIC: whether `token` is the one over `message`, whatever its sequence number.
    pub fn verify(self, side: Side, message: &[u8], token: &[u8]) -> bool {
        if self.key.kind() == EncryptionType::Rc4Hmac {
            return self.verify_old(side, message, token).is_some();
        }
        let Some((header, checksum)) = token.split_first_chunk::<16>() else { return false };
        let by_acceptor = header.get(2).is_some_and(|flags| flags & 1 != 0);
        header.starts_with(&MIC)
            && by_acceptor == (side == Side::Acceptor)
            && self.key.verify_checksum(usage(side), &[message, header].concat(), checksum)
    }

    fn sign_old(self, side: Side, sequence_number: u32, message: &[u8]) -> Vec<u8> {
        let checksum = self.old_checksum(message);
        let mut sequence = sequence_number.to_be_bytes().to_vec();
        sequence.extend([direction(side); 4]);
        rc4(&self.sequence_key(&checksum), &mut sequence);
        frame(OLD_MIC, &[&OLD_HEADER, &sequence[..], &checksum].concat())
    }

    fn verify_old(self, side: Side, message: &[u8], token: &[u8]) -> Option<()> {
        let mut content = Elements::new(token, "MIC token").expect(application_tag(0)).ok()?;
        content.take().ok().filter(|oid| *oid == (OBJECT_IDENTIFIER, KERBEROS))?;
        let body = content.rest().strip_prefix(&OLD_MIC.0)?.strip_prefix(&OLD_HEADER)?;
        let (sequence, checksum) = body.split_first_chunk::<8>()?;
        let expected = self.old_checksum(message);
        constant_time::verify_slices_are_equal(&expected, checksum).ok()?;
        let mut sequence = *sequence;
        rc4(&self.sequence_key(&expected), &mut sequence);
        sequence.ends_with(&[direction(side); 4]).then_some(())
    }

    fn old_checksum(self, message: &[u8]) -> [u8; 8] {
        let [checksum @ .., _, _, _, _, _, _, _, _] =
            checksum_with_salt(self.key.as_bytes(), 15, &[&OLD_MIC.0, &OLD_HEADER, message]);
        checksum
    }

    fn sequence_key(self, checksum: &[u8; 8]) -> [u8; 16] {
        hmac_md5(&hmac_md5(self.key.as_bytes(), &[&[0; 4]]), &[checksum])
    }
}

fn usage(side: Side) -> KeyUsage {
    match side {
        Side::Initiator => KeyUsage::GSS_INITIATOR_SIGN,
        Side::Acceptor => KeyUsage::GSS_ACCEPTOR_SIGN,
    }
}

fn direction(side: Side) -> u8 {
    match side {
        Side::Initiator => 0,
        Side::Acceptor => 0xff,
    }
}
