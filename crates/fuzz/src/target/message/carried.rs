//! The structures that messages carry: contexts, FSCTLs, MS-FSCC information, DCE/RPC.

use smb2::context::{create::*, durable::*, lease::*, negotiate::*};
use smb2::fscc::*;
use smb2::message::ioctl::{copy_chunk::*, duplicate_extents::*, pipe_wait::*, validate_negotiate_info::*};
use smb2::rpc::{Interface, Pdu};
use smb2::{Malformed, utf16};

/// Reads `data` as each of them.
pub(super) fn read(data: &[u8]) {
    contexts(data);
    controls(data);
    information(data);
    if let Ok(pdu) = Pdu::parse(data) {
        rpc(&pdu);
    }
}

/// Formats views, which reads each of their fields.
macro_rules! format_all {
    ($data:expr; $($View:ident)*) => {
        $(let _ = $View::parse($data).map(|view| format!("{view:?}"));)*
    };
}

fn contexts(data: &[u8]) {
    format_all! { data;
        AllocationSize QueryMaximalAccessRequest QueryMaximalAccessResponse TimewarpToken QueryOnDiskIdResponse
        AppInstanceId AppInstanceVersion Lease LeaseV2 DurableHandleRequest DurableHandleResponse DurableHandleReconnect
        DurableHandleRequestV2 DurableHandleResponseV2 DurableHandleReconnectV2 TransportCapabilities
    }
    let _ = Lease::parse(data).map(|view| view.v2().is_some());
    if let Ok(view) = PreauthIntegrityCapabilities::parse(data) {
        has_as_many(view.hash_algorithms(), view.hash_algorithm_count());
        let salt = view.salt_range().ok().and_then(|range| data.get(range));
        assert_eq!(salt, view.salt().ok());
    }
    let _ = EncryptionCapabilities::parse(data).map(|view| has_as_many(view.ciphers(), view.cipher_count()));
    let _ = CompressionCapabilities::parse(data)
        .map(|view| has_as_many(view.compression_algorithms(), view.compression_algorithm_count()));
    let _ = RdmaTransformCapabilities::parse(data)
        .map(|view| has_as_many(view.rdma_transform_ids(), view.transform_count()));
    let _ = SigningCapabilities::parse(data)
        .map(|view| has_as_many(view.signing_algorithms(), view.signing_algorithm_count()));
}

fn has_as_many<T>(list: Result<impl Iterator<Item = T>, Malformed>, count: u16) {
    assert!(list.is_err() || list.is_ok_and(|list| list.count() == usize::from(count)));
}

fn controls(data: &[u8]) {
    format_all! { data;
        ResumeKeyResponse CopyChunkResponse ValidateNegotiateInfoResponse DuplicateExtents DuplicateExtentsEx
    }
    let _ = CopyChunkRequest::parse(data)
        .map(|view| view.chunks().map(|chunks| chunks.map(|it| format!("{it:?}")).count()));
    let _ = PipeWaitRequest::parse(data).map(|view| view.name().map(utf16::to_string));
    let _ = ValidateNegotiateInfoRequest::parse(data).map(|view| view.dialects().map(Iterator::count));
    if let Ok(point) = ReparsePoint::parse(data) {
        let _ = format!("{point:?}");
    }
}

fn information(data: &[u8]) {
    for class in 0..=90 {
        if let Some(entries) = directory::entries(data, class) {
            ends(
                data,
                entries.map(|entry| entry.map(|entry| (entry.entry_type(), utf16::to_string(entry.name).len()))),
            );
        }
        let _ = file_information::file_information(data, class);
    }
    ends(data, notify::changes(data));
    ends(data, stream::streams(data));
    ends(data, extended_attribute::extended_attributes(data));
    ends(data, quota::quotas(data));
    if let Ok(links) = hard_link::hard_links(data) {
        ends(data, links);
    }
    if let Ok(descriptor) = SecurityDescriptor::parse(data) {
        let _ = format!("{descriptor:?}");
        let entries = descriptor.dacl.iter().chain(&descriptor.sacl).flatten();
        for sid in entries.filter_map(|entry| entry.sid).chain(descriptor.owner).chain(descriptor.group) {
            let _ = (sid.to_string(), sid.authority(), sid.sub_authorities().count(), sid.relative_id());
        }
    }
}

/// A list has fewer entries than bytes, and nothing follows an error.
fn ends<T>(data: &[u8], list: impl Iterator<Item = Result<T, Malformed>>) {
    let (mut count, mut broken) = (0, false);
    for entry in list {
        assert!(!broken, "an entry after an error");
        broken = entry.is_err();
        count += 1;
    }
    assert!(count <= data.len(), "{count} entries in {} bytes", data.len());
}

fn rpc(pdu: &Pdu<'_>) {
    let _ = (format!("{pdu:?}"), pdu.packet_type().name(), pdu.flags(), pdu.order(), pdu.auth_length(), pdu.call_id());
    assert!(usize::from(pdu.frag_length()) >= Pdu::HEADER_LENGTH);
    let _ = (pdu.context_id(), pdu.fault_status());
    for context in pdu.contexts().into_iter().flatten() {
        let _ = (context.interface.uuid.to_string(), context.interface.major, context.interface.minor, context.id);
        if let Some(interface) = Interface::by_uuid(context.interface.uuid) {
            let _ = (interface.name(), pdu.opnum().map(|opnum| interface.operation(opnum)));
        }
    }
    let _ = pdu.context_results().map(|results| results.map(|result| format!("{result:?}")).count());
}
