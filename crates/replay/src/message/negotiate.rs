//! NEGOTIATE re-enacted (MS-SMB2 2.2.3): dialects, ClientGuid, salts and names are new, all else stays.

use crate::message::{Draft, PatchError};
use smb2::context::negotiate::{FIXED_LENGTH, PreauthIntegrityCapabilities, context_type};
use smb2::message::NegotiateRequest;
use smb2::{Guid, utf16};

/// SMB 3.1.1.
const SMB_3_1_1: u16 = 0x0311;

/// What a live NEGOTIATE has of its own.
#[derive(Clone, Debug)]
pub struct LiveNegotiate {
    /// ClientGuid.
    pub client_guid: Guid,
    /// The only dialect to offer; `None` offers what was captured.
    pub only_dialect: Option<u16>,
    /// Bytes for the salt of the preauthentication integrity, used as far as the captured salt is long.
    pub salt: [u8; 32],
    /// Name of the live server for the netname context.
    pub server_name: String,
}

/// Makes a captured NEGOTIATE request a live one.
///
/// # Errors
/// [`PatchError`] when the captured request is too broken to be changed.
pub fn rewrite(draft: &mut Draft, live: &LiveNegotiate) -> Result<(), PatchError> {
    let captured = draft.bytes().to_vec();
    let view = NegotiateRequest::parse(&captured)?;
    let dialects: Vec<u16> = view.dialects()?.collect();
    let offered: Vec<u16> = live.only_dialect.map_or_else(|| dialects.clone(), |only| vec![only]);
    let had_contexts = dialects.contains(&SMB_3_1_1);
    let has_contexts = offered.contains(&SMB_3_1_1);

    let kept = if had_contexts { rewrite_contexts(draft, &view, live, has_contexts)? } else { 0 };
    if offered != dialects {
        let dialects_range = view.dialects_range()?;
        let first_context = view.negotiate_context_offset() as usize;
        let until = if had_contexts { first_context.max(dialects_range.end) } else { dialects_range.end };
        let mut list: Vec<u8> = offered.iter().flat_map(|dialect| dialect.to_le_bytes()).collect();
        let mut count = kept;
        let mut offset = 0;
        if has_contexts {
            while !NegotiateRequest::DIALECTS_OFFSET.saturating_add(list.len()).is_multiple_of(8) {
                list.push(0);
            }
            offset = NegotiateRequest::DIALECTS_OFFSET.saturating_add(list.len());
            if !had_contexts {
                let added = required_contexts(&live.salt);
                count = added.len();
                list.extend(join_contexts(&added));
            }
        }
        draft.replace(dialects_range.start..until, &list, "Dialects")?;
        if had_contexts || has_contexts {
            let offset = u32::try_from(offset).unwrap_or(0).to_le_bytes();
            draft.overwrite(NegotiateRequest::NEGOTIATE_CONTEXT_OFFSET_FIELD, &offset, "NegotiateContextOffset")?;
            let count = u16::try_from(count).unwrap_or(0).to_le_bytes();
            draft.overwrite(NegotiateRequest::NEGOTIATE_CONTEXT_COUNT_FIELD, &count, "NegotiateContextCount")?;
        }
        let count = u16::try_from(offered.len()).unwrap_or(0).to_le_bytes();
        draft.overwrite(NegotiateRequest::DIALECT_COUNT_FIELD, &count, "DialectCount")?;
    } else if had_contexts && kept != usize::from(view.negotiate_context_count()) {
        let count = u16::try_from(kept).unwrap_or(0).to_le_bytes();
        draft.overwrite(NegotiateRequest::NEGOTIATE_CONTEXT_COUNT_FIELD, &count, "NegotiateContextCount")?;
    }
    draft.overwrite(NegotiateRequest::CLIENT_GUID_FIELD, &live.client_guid.0, "ClientGuid")?;
    Ok(())
}

/// Contexts that name abilities this client does not have: they are left out of the live list.
fn is_left_out(kind: u16) -> bool {
    matches!(
        kind,
        context_type::COMPRESSION_CAPABILITIES
            | context_type::TRANSPORT_CAPABILITIES
            | context_type::RDMA_TRANSFORM_CAPABILITIES
    )
}

/// Changes the contexts in place, from the last to the first so that captured offsets stay valid; returns how many
/// are left. `keep` false takes all of them out.
fn rewrite_contexts(
    draft: &mut Draft,
    view: &NegotiateRequest<'_>,
    live: &LiveNegotiate,
    keep: bool,
) -> Result<usize, PatchError> {
    let contexts = view.contexts().collect::<Result<Vec<_>, _>>()?;
    let end = draft.bytes().len();
    let mut region_end = end;
    let mut kept = 0usize;
    for context in contexts.iter().rev() {
        let start = context.data_range.start.saturating_sub(FIXED_LENGTH);
        let is_last_kept = kept == 0;
        if !keep || is_left_out(context.context_type) {
            draft.replace(start..region_end, &[], "NegotiateContext left out")?;
        } else {
            kept = kept.saturating_add(1);
            if context.context_type == context_type::NETNAME_NEGOTIATE_CONTEXT_ID {
                let mut name = utf16::from_str(&live.server_name);
                let length = crate::message::length_16(name.len(), "NetName")?;
                if !is_last_kept {
                    name.resize(name.len().next_multiple_of(8), 0);
                }
                draft.replace(context.data_range.start..region_end, &name, "NetName")?;
                draft.overwrite(start.saturating_add(2), &length, "NetName DataLength")?;
            } else {
                if is_last_kept && region_end != end && context.data_range.end < region_end {
                    draft.replace(context.data_range.end..region_end, &[], "padding of the last NegotiateContext")?;
                }
                if context.context_type == context_type::PREAUTH_INTEGRITY_CAPABILITIES {
                    let salt = PreauthIntegrityCapabilities::parse(context.data)?.salt_range()?;
                    let fresh: Vec<u8> = live.salt.iter().copied().cycle().take(salt.len()).collect();
                    draft.overwrite(context.data_range.start.saturating_add(salt.start), &fresh, "Salt")?;
                }
            }
        }
        region_end = start;
    }
    Ok(kept)
}

/// The contexts that a 3.1.1 NEGOTIATE needs when the captured one had none: preauthentication integrity with SHA-512,
/// and the ciphers and signing algorithms this client has.
fn required_contexts(salt: &[u8; 32]) -> Vec<(u16, Vec<u8>)> {
    let mut preauth = vec![1, 0, 32, 0, 1, 0];
    preauth.extend(salt);
    vec![
        (context_type::PREAUTH_INTEGRITY_CAPABILITIES, preauth),
        (context_type::ENCRYPTION_CAPABILITIES, vec![4, 0, 2, 0, 1, 0, 4, 0, 3, 0]),
        (context_type::SIGNING_CAPABILITIES, vec![3, 0, 2, 0, 1, 0, 0, 0]),
    ]
}

fn join_contexts(contexts: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut list: Vec<u8> = Vec::new();
    for (kind, data) in contexts {
        list.resize(list.len().next_multiple_of(8), 0);
        list.extend(kind.to_le_bytes());
        list.extend(u16::try_from(data.len()).unwrap_or(0).to_le_bytes());
        list.extend([0; 4]);
        list.extend(data);
    }
    list
}
