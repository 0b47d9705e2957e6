//! NEGOTIATE (MS-SMB2 2.2.3, 2.2.4), and the SMB1 message that may come before it (MS-SMB 2.2.4.5.1).

use super::say;
use crate::operation::Operation;
use crate::summary::ConnectionSummary;
use bytes::Bytes;
use capture::Hole;
use smb2::context::negotiate::{EncryptionCapabilities, SigningCapabilities, context_type};
use smb2::message::{NegotiateRequest, NegotiateResponse};
use smb2::{Malformed, names, wire};

/// DialectRevision "SMB 2.???": SMB2, to be negotiated again.
const WILDCARD: u16 = 0x02ff;
/// Offset of DialectRevision in the response (MS-SMB2 2.2.4).
const DIALECT_REVISION: usize = 68;
/// Capability SMB2_GLOBAL_CAP_ENCRYPTION.
const CAP_ENCRYPTION: u32 = 0x40;
/// CipherId AES-128-CCM.
const AES_128_CCM: u16 = 1;

pub(super) fn request(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let dialects: Vec<_> = NegotiateRequest::parse(message)?.dialects()?.map(dialect).collect();
    say(operation, format_args!("of {}", dialects.join(", ")));
    Ok(())
}

pub(super) fn response(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let selected = dialect(NegotiateResponse::parse(message)?.dialect_revision());
    operation.detail = Some(match operation.detail.take() {
        Some(offer) if offer.starts_with("of ") => format!("{selected} {offer}"),
        Some(offer) => format!("{offer}: {selected}"),
        None => selected,
    });
    Ok(())
}

fn dialect(revision: u16) -> String {
    names::dialect(revision).map_or_else(|| format!("{revision:#06x}"), str::to_owned)
}

/// Enters into the connection's summary what a complete negotiate settled.
pub(crate) fn settled(summary: &mut ConnectionSummary, operation: &Operation, smb1: bool) {
    let request = operation.captured_request().filter(|_| !smb1).and_then(|bytes| NegotiateRequest::parse(bytes).ok());
    if let Some(request) = request {
        summary.client_guid = Some(request.client_guid());
    }
    let Some(captured) = operation.captured_response() else { return };
    let Ok(response) = NegotiateResponse::parse(captured) else {
        // A snaplen of 128 leaves little more than the header.
        let dialect = wire::u16_at(captured, DIALECT_REVISION, "DialectRevision").ok();
        let settled = dialect.filter(|dialect| *dialect != WILDCARD && operation.status == Some(0));
        summary.dialect = settled.filter(|_| !operation.response_holes.is_empty()).or(summary.dialect);
        return;
    };
    if response.dialect_revision() == WILDCARD || operation.status != Some(0) {
        return;
    }
    let whole = |message: &Option<Bytes>, holes: &[Hole]| message.clone().filter(|_| holes.is_empty());
    if !smb1 {
        summary.negotiate_request = whole(&operation.request, &operation.request_holes);
    }
    summary.negotiate_response = whole(&operation.response, &operation.response_holes);
    summary.dialect = Some(response.dialect_revision());
    summary.capabilities = Some(response.capabilities());
    summary.security_mode = Some(response.security_mode());
    summary.max_transact_size = Some(response.max_transact_size());
    summary.max_read_size = Some(response.max_read_size());
    summary.max_write_size = Some(response.max_write_size());
    summary.server_guid = Some(response.server_guid());
    for context in response.contexts().flatten() {
        match context.context_type {
            context_type::ENCRYPTION_CAPABILITIES => {
                let ciphers = EncryptionCapabilities::parse(context.data);
                summary.cipher =
                    ciphers.ok().and_then(|list| list.ciphers().ok()?.next()).filter(|cipher| *cipher != 0);
            }
            context_type::SIGNING_CAPABILITIES => {
                let algorithms = SigningCapabilities::parse(context.data);
                summary.signing_algorithm = algorithms.ok().and_then(|list| list.signing_algorithms().ok()?.next());
            }
            _ => {}
        }
    }
    let implied = matches!(response.dialect_revision(), 0x0300 | 0x0302);
    if implied && response.capabilities() & CAP_ENCRYPTION != 0 {
        summary.cipher = Some(AES_128_CCM);
    }
}

/// The dialects of an SMB1 NEGOTIATE that offers SMB2 among them, or may do so where it is `cut`; `None` for any other message.
pub(crate) fn smb1_dialects(message: &[u8], cut: bool) -> Option<Vec<String>> {
    /// Offset of the command in the SMB1 header, and its value for NEGOTIATE.
    const COMMAND: (usize, u8) = (4, 0x72);
    /// WordCount (0) and ByteCount follow the header; BufferFormat and a name follow each other then.
    const DIALECTS: usize = 35;
    if message.get(COMMAND.0) != Some(&COMMAND.1) {
        return None;
    }
    let dialects = match message.get(DIALECTS..) {
        None if !cut => return None,
        dialects => dialects.unwrap_or_default(),
    };
    let mut names: Vec<_> = dialects
        .split(|byte| *byte == 0)
        .filter_map(|name| name.strip_prefix(&[2]))
        .map(|name| name.escape_ascii().to_string())
        .collect();
    if cut && dialects.last().is_some_and(|last| *last != 0) {
        names.pop();
    }
    (cut || names.iter().any(|name| name.starts_with("SMB 2."))).then_some(names)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn only_an_smb1_negotiate_that_offers_smb2_counts() {
        let message = |command: u8, dialects: &[u8]| {
            let mut message = vec![0; 32];
            message.splice(..5, [0xff, b'S', b'M', b'B', command]);
            message.extend([0, 0, 0]);
            message.extend(dialects);
            message
        };
        let offer = b"\x02NT LM 0.12\0\x02SMB 2.???\0";
        assert_eq!(smb1_dialects(&message(0x72, offer), false).unwrap(), ["NT LM 0.12", "SMB 2.???"]);
        assert_eq!(smb1_dialects(&message(0x73, offer), false), None);
        assert_eq!(smb1_dialects(&message(0x72, b"\x02NT LM 0.12\0"), false), None);
        assert_eq!(smb1_dialects(b"\xffSMB\x72", false), None);
        assert_eq!(smb1_dialects(&message(0x72, &offer[..15]), true).unwrap(), ["NT LM 0.12"]);
        assert_eq!(smb1_dialects(b"\xffSMB\x72", true).unwrap(), [""; 0]);
        assert_eq!(smb1_dialects(&message(0x73, offer), true), None);
    }
}
