//! NEGOTIATE (MS-SMB2 2.2.3, 2.2.4) and its contexts (2.2.3.1).

use super::field::{Field, bytes, guid, time, u16, u32, x16, x32};
use super::security_token;
use super::structure::{MOST_ENTRIES, Structure, data, left_out, numbered, text};
use smb2::context::negotiate::{FIXED_LENGTH, context_type};
use smb2::names::{self, flags};

/// DialectRevision 3.1.1, which alone has contexts.
const SMB_3_1_1: u64 = 0x0311;

/// SecurityMode of NEGOTIATE.
pub(super) const SECURITY_MODE: Field = x16("SecurityMode").bits16(flags::security_mode);
/// Capabilities of a client or server.
pub(super) const CAPABILITIES: Field = x32("Capabilities").bits(flags::capabilities);
/// One of the dialects offered.
pub(super) const DIALECT: &[Field] = &[x16("Dialect").named16(names::dialect)];

const REQUEST: &[Field] =
    &[u16("StructureSize"), u16("DialectCount"), SECURITY_MODE, u16("Reserved"), CAPABILITIES, guid("ClientGuid")];
const CONTEXTS_OF_REQUEST: &[Field] = &[u32("NegotiateContextOffset"), u16("NegotiateContextCount"), u16("Reserved2")];
const WITHOUT_CONTEXTS: &[Field] = &[time("ClientStartTime")];
const RESPONSE: &[Field] = &[
    u16("StructureSize"),
    SECURITY_MODE,
    x16("DialectRevision").named16(names::dialect),
    u16("NegotiateContextCount"),
    guid("ServerGuid"),
    CAPABILITIES,
    u32("MaxTransactSize"),
    u32("MaxReadSize"),
    u32("MaxWriteSize"),
    time("SystemTime"),
    time("ServerStartTime"),
    u16("SecurityBufferOffset"),
    u16("SecurityBufferLength"),
    u32("NegotiateContextOffset"),
];

pub(super) fn request(body: &mut Structure<'_>) {
    body.fields(REQUEST);
    let count = body.size("DialectCount");
    // The dialects follow eight bytes that are ClientStartTime unless one of them is 3.1.1 (MS-SMB2 2.2.3).
    let dialects = body.window().from(body.at().saturating_add(8));
    let has_contexts = (0..count.min(dialects.len() / 2))
        .any(|index| dialects.u16(index.saturating_mul(2)).map(u64::from) == Some(SMB_3_1_1));
    body.fields(if has_contexts { CONTEXTS_OF_REQUEST } else { WITHOUT_CONTEXTS });
    body.elements("Dialect", count, DIALECT);
    if has_contexts {
        contexts(body);
    }
}

pub(super) fn response(body: &mut Structure<'_>) {
    body.fields(RESPONSE);
    let (offset, length) = (body.size("SecurityBufferOffset"), body.size("SecurityBufferLength"));
    body.part("SecurityBuffer", offset, length, security_token::token);
    if body.get("DialectRevision") == SMB_3_1_1 {
        contexts(body);
    }
}

fn contexts(body: &mut Structure<'_>) {
    let mut offset = body.size("NegotiateContextOffset");
    let count = body.size("NegotiateContextCount");
    for index in 0..count {
        let Some(rest) = body.all_from("NegotiateContext", offset) else { return };
        if index == MOST_ENTRIES {
            return body.push(left_out(count.saturating_sub(index), rest));
        }
        let length = usize::from(rest.u16(2).unwrap_or_default()).saturating_add(FIXED_LENGTH);
        let mut context = Structure::new(rest.first(length));
        self::context(&mut context);
        body.push(context.node(numbered("NegotiateContext", index)));
        if rest.len() < length {
            return;
        }
        // Padding is counted from the context before, as in smb2's own view.
        offset = offset.saturating_add(length.next_multiple_of(8));
    }
}

fn context(context: &mut Structure<'_>) {
    context.fields(&[x16("ContextType").named16(names::negotiate_context), u16("DataLength"), u32("Reserved")]);
    let (kind, length) = (context.get("ContextType") as u16, context.size("DataLength"));
    context.next("Data", length, |name, window| {
        let mut data_of = Structure::new(window);
        match kind {
            context_type::PREAUTH_INTEGRITY_CAPABILITIES => {
                let algorithm: &[Field] = &[x16("HashAlgorithm").named16(names::hash_algorithm)];
                data_of.fields(&[u16("HashAlgorithmCount"), u16("SaltLength")]);
                data_of.elements("HashAlgorithm", data_of.size("HashAlgorithmCount"), algorithm);
                data_of.next("Salt", data_of.size("SaltLength"), data);
            }
            context_type::ENCRYPTION_CAPABILITIES => {
                let cipher: &[Field] = &[x16("Cipher").named16(names::cipher)];
                data_of.fields(&[u16("CipherCount")]);
                data_of.elements("Cipher", data_of.size("CipherCount"), cipher);
            }
            context_type::COMPRESSION_CAPABILITIES => {
                let algorithm: &[Field] = &[x16("CompressionAlgorithm").named16(names::compression_algorithm)];
                let flags = x32("Flags").flags(&[(1, "SMB2_COMPRESSION_CAPABILITIES_FLAG_CHAINED")]);
                data_of.fields(&[u16("CompressionAlgorithmCount"), u16("Padding"), flags]);
                data_of.elements("CompressionAlgorithm", data_of.size("CompressionAlgorithmCount"), algorithm);
            }
            context_type::SIGNING_CAPABILITIES => {
                let algorithm: &[Field] = &[x16("SigningAlgorithm").named16(names::signing_algorithm)];
                data_of.fields(&[u16("SigningAlgorithmCount")]);
                data_of.elements("SigningAlgorithm", data_of.size("SigningAlgorithmCount"), algorithm);
            }
            context_type::RDMA_TRANSFORM_CAPABILITIES => {
                const TRANSFORMS: &[(u64, &str)] = &[
                    (0, "SMB2_RDMA_TRANSFORM_NONE"),
                    (1, "SMB2_RDMA_TRANSFORM_ENCRYPTION"),
                    (2, "SMB2_RDMA_TRANSFORM_SIGNING"),
                ];
                data_of.fields(&[u16("TransformCount"), u16("Reserved1"), u32("Reserved2")]);
                let transform: &[Field] = &[x16("RDMATransformId").codes(TRANSFORMS)];
                data_of.elements("RDMATransformId", data_of.size("TransformCount"), transform);
            }
            context_type::TRANSPORT_CAPABILITIES => {
                data_of.fields(&[x32("Flags").flags(&[(1, "SMB2_ACCEPT_TRANSPORT_LEVEL_SECURITY")])]);
            }
            context_type::NETNAME_NEGOTIATE_CONTEXT_ID => data_of.remainder("NetName", text),
            context_type::POSIX_EXTENSIONS_AVAILABLE if window.len() == 16 => {
                data_of.fields(&[bytes("POSIX version", 16)]);
            }
            _ => return data(name, window),
        }
        data_of.node(name)
    });
}
