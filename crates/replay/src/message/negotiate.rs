//! NEGOTIATE re-enacted (MS-SMB2 2.2.3): dialects, ClientGuid, salts and names are new, all else stays.

use crate::message::{Draft, PatchError};
use client::request::negotiate::every_compression;
use smb2::context::negotiate::{FIXED_LENGTH, NegotiateContext, PreauthIntegrityCapabilities, context_type};
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
    /// Whether compression is offered, with every algorithm there is unless the captured client offered it too.
    pub compression: bool,
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
                let added = required_contexts(live);
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

/// Contexts that name abilities this client does not have, or is not to have: they are left out of the live list.
fn is_left_out(kind: u16, live: &LiveNegotiate) -> bool {
    match kind {
        context_type::COMPRESSION_CAPABILITIES => !live.compression,
        context_type::TRANSPORT_CAPABILITIES | context_type::RDMA_TRANSFORM_CAPABILITIES => true,
        _ => false,
    }
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
    let is_offered = contexts.iter().any(|context| context.context_type == context_type::COMPRESSION_CAPABILITIES);
    if keep && live.compression && !is_offered {
        add_compression(draft, contexts.last(), live)?;
        kept = 1;
    }
    for context in contexts.iter().rev() {
        let start = context.data_range.start.saturating_sub(FIXED_LENGTH);
        let is_last_kept = kept == 0;
        if !keep || is_left_out(context.context_type, live) {
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

/// Adds a context behind the captured ones, of which `last` is the last. That needs padding now, but for a name, which is new
/// anyway, and for what is left out.
fn add_compression(
    draft: &mut Draft,
    last: Option<&NegotiateContext<'_>>,
    live: &LiveNegotiate,
) -> Result<(), PatchError> {
    let stays = |context: &&NegotiateContext<'_>| {
        let kind = context.context_type;
        kind != context_type::NETNAME_NEGOTIATE_CONTEXT_ID && !is_left_out(kind, live)
    };
    let end = draft.bytes().len();
    let data = last.filter(stays).map_or(end..end, |context| context.data_range.clone());
    let mut added = vec![0; data.len().next_multiple_of(8).saturating_sub(data.len())];
    added.extend(join_contexts(&[compression()]));
    draft.replace(data.end..end, &added, "NegotiateContext of compression")?;
    Ok(())
}

fn compression() -> (u16, Vec<u8>) {
    (context_type::COMPRESSION_CAPABILITIES, every_compression())
}

/// The contexts that a 3.1.1 NEGOTIATE needs when the captured one had none: preauthentication integrity with SHA-512,
/// and the ciphers, signing and, if wanted, compression algorithms this client has.
fn required_contexts(live: &LiveNegotiate) -> Vec<(u16, Vec<u8>)> {
    let mut preauth = vec![1, 0, 32, 0, 1, 0];
    preauth.extend(live.salt);
    let mut contexts = vec![
        (context_type::PREAUTH_INTEGRITY_CAPABILITIES, preauth),
        (context_type::ENCRYPTION_CAPABILITIES, vec![4, 0, 2, 0, 1, 0, 4, 0, 3, 0]),
        (context_type::SIGNING_CAPABILITIES, vec![3, 0, 2, 0, 1, 0, 0, 0]),
    ];
    contexts.extend(live.compression.then(compression));
    contexts
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]
    use super::*;
    use smb2::context::negotiate::CompressionCapabilities;

    const PREAUTHENTICATION: u16 = context_type::PREAUTH_INTEGRITY_CAPABILITIES;
    const CIPHERS: u16 = context_type::ENCRYPTION_CAPABILITIES;
    const COMPRESSION: u16 = context_type::COMPRESSION_CAPABILITIES;
    const NAME: u16 = context_type::NETNAME_NEGOTIATE_CONTEXT_ID;
    const TRANSPORT: u16 = context_type::TRANSPORT_CAPABILITIES;

    /// A NEGOTIATE for 3.1.1 with these contexts, the last without padding.
    fn captured(contexts: &[u16]) -> Vec<u8> {
        let data = |kind: u16| match kind {
            PREAUTHENTICATION => [&[1, 0, 32, 0, 1, 0][..], &[9; 32]].concat(),
            CIPHERS => vec![2, 0, 2, 0, 1, 0],
            COMPRESSION => vec![1, 0, 0, 0, 0, 0, 0, 0, 1, 0],
            NAME => utf16::from_str("captured"),
            _ => vec![1, 0, 0, 0],
        };
        let mut message = vec![0; 100];
        message[..6].copy_from_slice(&[0xfe, b'S', b'M', b'B', 64, 0]);
        message[64..68].copy_from_slice(&[36, 0, 1, 0]);
        message.extend([0x11, 0x03, 0, 0]);
        message[92..96].copy_from_slice(&104_u32.to_le_bytes());
        message[96] = u8::try_from(contexts.len()).unwrap();
        message.extend(join_contexts(&contexts.iter().map(|kind| (*kind, data(*kind))).collect::<Vec<_>>()));
        message
    }

    /// Types and data of the contexts of what it becomes.
    fn rewritten(captured: &[u8], compression: bool) -> Vec<(u16, Vec<u8>)> {
        let live = LiveNegotiate {
            client_guid: Guid([7; 16]),
            only_dialect: None,
            salt: [5; 32],
            server_name: "lab".to_owned(),
            compression,
        };
        let mut draft = Draft::new(captured);
        rewrite(&mut draft, &live).unwrap();
        let (message, patches) = draft.finish();
        let (mut at, mut captured_at) = (0, 0);
        for patch in patches {
            let start = patch.offset as usize;
            assert_eq!(message[at..start], captured[captured_at..captured_at + start - at], "before {}", patch.what);
            captured_at += start - at + patch.captured_length as usize;
            at = start + patch.length as usize;
        }
        assert_eq!(message[at..], captured[captured_at..], "behind the last patch");
        let view = NegotiateRequest::parse(&message).unwrap();
        view.contexts().map(Result::unwrap).map(|context| (context.context_type, context.data.to_vec())).collect()
    }

    #[test]
    fn compression_is_offered_when_asked_for_behind_whatever_contexts_there_are() {
        for contexts in [
            &[PREAUTHENTICATION][..],
            &[PREAUTHENTICATION, CIPHERS],
            &[CIPHERS, PREAUTHENTICATION],
            &[PREAUTHENTICATION, NAME],
            &[NAME, PREAUTHENTICATION],
            &[PREAUTHENTICATION, TRANSPORT],
            &[PREAUTHENTICATION, NAME, TRANSPORT],
        ] {
            let found = rewritten(&captured(contexts), true);
            let kept = contexts.iter().copied().filter(|kind| *kind != TRANSPORT);
            let kinds: Vec<u16> = found.iter().map(|(kind, _)| *kind).collect();
            assert_eq!(kinds, kept.chain([COMPRESSION]).collect::<Vec<_>>());
            assert_eq!(found.last().unwrap().1, every_compression());
            let name = found.iter().find(|(kind, _)| *kind == NAME);
            assert!(name.is_none_or(|(_, name)| *name == utf16::from_str("lab")), "{found:?}");
        }
    }

    #[test]
    fn what_the_captured_client_offered_is_offered_when_asked_for_and_left_out_else() {
        let captured = captured(&[PREAUTHENTICATION, COMPRESSION, CIPHERS]);
        let asked = rewritten(&captured, true);
        let (kind, data) = &asked[1];
        let offered = CompressionCapabilities::parse(data).unwrap();
        assert_eq!((asked.len(), *kind), (3, COMPRESSION));
        assert_eq!(offered.compression_algorithms().unwrap().collect::<Vec<_>>(), [1]);
        let kinds = rewritten(&captured, false).into_iter().map(|(kind, _)| kind);
        assert_eq!(kinds.collect::<Vec<_>>(), [PREAUTHENTICATION, CIPHERS]);
    }
}
