//! The columns of session files: the one table that drives their schema, writing, reading and documentation.

pub(crate) mod column;
pub(crate) mod encoding;
pub(crate) mod message;
pub(crate) mod structs;

pub use column::{CellError, Column, DecodeError};

use arrow::datatypes::SchemaRef;
use column::column;
use dissect::Operation;
use encoding::{Dict, Plain, dictionary, dictionary_type};
use message::message;
use std::sync::LazyLock;

/// The columns of a session file, in its order.
#[rustfmt::skip]
pub static COLUMNS: &[Column<Operation>] = &[
    column!(Operation, "place", op: Plain, "", "", "0-based number, in request order"),
    column!(Operation, "place", kind: Dict, "", "", "what the row is: exchange, request, response, notification, encrypted, connect or close"),
    column!(Operation, "place", connection: Plain, "", "", "number of the TCP connection in the trace"),
    column!(Operation, "place", open: Plain, "", "MS-SMB2 3.3.1.10", "number of the open in the trace, unique even when FileIds are reused"),
    column!(Operation, "place", tree: Plain, "", "MS-SMB2 3.3.1.9", "number of the tree connect in the trace, unique even when TreeIds are reused"),
    column!(Operation, "order", request_seq: Plain, "", "", "position in the trace of the request's last byte"),
    column!(Operation, "order", request_start_seq: Plain, "", "", "position in the trace of the request's first byte"),
    column!(Operation, "order", response_seq: Plain, "", "", "position in the trace of the final response's last byte"),
    column!(Operation, "order", interim_seq: Plain, "", "", "position in the trace of the interim response's last byte"),
    column!(Operation, "order", request_acks: Plain, "", "", "`response_seq` of the last response that the client had received when it sent"),
    column!(Operation, "frames, times", request_frame: Plain, "frame.number", "", "number of the frame that completes the request"),
    column!(Operation, "frames, times", response_frame: Plain, "smb2.response_in", "", "number of the frame that completes the final response"),
    column!(Operation, "frames, times", interim_frame: Plain, "", "", "number of the frame that completes the interim response"),
    column!(Operation, "frames, times", request_start_time: Plain, "", "", "time of the frame with the request's first byte"),
    column!(Operation, "frames, times", request_time: Plain, "frame.time", "", "time of `request_frame`"),
    column!(Operation, "frames, times", response_time: Plain, "", "", "time of `response_frame`"),
    column!(Operation, "frames, times", interim_time: Plain, "", "", "time of `interim_frame`"),
    column!(Operation, "frames, times", latency_ns: Plain, "smb2.time", "", "nanoseconds from the request's last byte to the final response's last byte"),
    column!(Operation, "header", message_id: Plain, "smb2.msg_id", "MS-SMB2 2.2.1.2", "MessageId"),
    column!(Operation, "header", async_id: Plain, "smb2.aid", "MS-SMB2 2.2.1.1", "AsyncId"),
    column!(Operation, "header", session_id: Plain, "smb2.sesid", "MS-SMB2 2.2.1.2", "SessionId"),
    column!(Operation, "header", tree_id: Plain, "smb2.tid", "MS-SMB2 2.2.1.2", "TreeId"),
    column!(Operation, "header", credit_charge: Plain, "smb2.credit.charge", "MS-SMB2 2.2.1.2", "CreditCharge of the request"),
    column!(Operation, "header", credits_requested: Plain, "smb2.credits.requested", "MS-SMB2 2.2.1.2", "CreditRequest"),
    column!(Operation, "header", credits_granted: Plain, "smb2.credits.granted", "MS-SMB2 2.2.1.2", "CreditResponse"),
    column!(Operation, "header", channel_sequence: Plain, "smb2.channel_sequence", "MS-SMB2 2.2.1.2", "ChannelSequence of the request"),
    column!(Operation, "header", request_flags: Plain, "smb2.flags", "MS-SMB2 2.2.1.2", "Flags of the request"),
    column!(Operation, "header", response_flags: Plain, "", "MS-SMB2 2.2.1.2", "Flags of the final response"),
    column!(Operation, "header", signature_state: Dict, "", "MS-SMB2 3.1.4.1", "what is known of the signatures: absent, unverified, ok or bad"),
    column!(Operation, "header", encrypted: Plain, "", "MS-SMB2 2.2.41", "whether it came in an SMB2 TRANSFORM_HEADER"),
    column!(Operation, "header", compressed: Plain, "", "MS-SMB2 2.2.42", "whether it came in an SMB2 COMPRESSION_TRANSFORM_HEADER"),
    column!(Operation, "chain", request_chain: Plain, "", "MS-SMB2 3.2.4.1.4", "number of the request's transport PDU, the same for all members of a chain"),
    column!(Operation, "chain", response_chain: Plain, "", "MS-SMB2 3.3.4.1.3", "number of the response's transport PDU"),
    column!(Operation, "chain", compound_index: Plain, "", "MS-SMB2 2.2.1.2", "0-based place of the request in its chain"),
    column!(Operation, "chain", response_compound_index: Plain, "", "MS-SMB2 2.2.1.2", "0-based place of the response in its chain"),
    column!(Operation, "chain", related: Plain, "smb2.flags.chained", "MS-SMB2 2.2.1.2", "SMB2_FLAGS_RELATED_OPERATIONS of the request"),
    column!(Operation, "meaning", command: Dict, "smb2.cmd", "MS-SMB2 2.2.1.2", "Command"),
    column!(Operation, "meaning", status: Plain, "smb2.nt_status", "MS-SMB2 2.2.1.2", "final NTSTATUS"),
    status_name_column(),
    column!(Operation, "meaning", share: Dict, "smb2.tree", "MS-SMB2 2.2.9", "share path of the tree connect"),
    column!(Operation, "meaning", share_type: Plain, "smb2.share_type", "MS-SMB2 2.2.10", "ShareType: 1 disk, 2 pipe, 3 print"),
    column!(Operation, "meaning", path: Dict, "smb2.filename", "MS-SMB2 2.2.13", "name of the file, relative to the share"),
    column!(Operation, "meaning", file_id: Plain, "smb2.fid", "MS-SMB2 2.2.14.1", "FileId, persistent and volatile half"),
    column!(Operation, "meaning", offset: Plain, "smb2.file_offset", "MS-SMB2 2.2.19", "offset in the file"),
    column!(Operation, "meaning", length: Plain, "smb2.read_length", "MS-SMB2 2.2.19", "bytes asked for"),
    column!(Operation, "meaning", transferred: Plain, "smb2.write.count", "MS-SMB2 2.2.22", "bytes read, written or answered"),
    column!(Operation, "meaning", desired_access: Plain, "smb.access_mask", "MS-SMB2 2.2.13.1", "DesiredAccess"),
    column!(Operation, "meaning", share_access: Plain, "smb.share_access", "MS-SMB2 2.2.13", "ShareAccess"),
    column!(Operation, "meaning", create_disposition: Plain, "smb2.create.disposition", "MS-SMB2 2.2.13", "CreateDisposition"),
    column!(Operation, "meaning", create_options: Plain, "smb.create_options", "MS-SMB2 2.2.13", "CreateOptions"),
    column!(Operation, "meaning", create_action: Plain, "smb2.create.action", "MS-SMB2 2.2.14", "CreateAction"),
    column!(Operation, "meaning", file_attributes: Plain, "smb2.file_attribute", "MS-FSCC 2.6", "FileAttributes that the server answered, else those requested"),
    column!(Operation, "meaning", end_of_file: Plain, "smb2.eof", "MS-SMB2 2.2.14", "EndofFile, bytes"),
    column!(Operation, "meaning", oplock_requested: Plain, "smb2.create.oplock", "MS-SMB2 2.2.13", "RequestedOplockLevel"),
    column!(Operation, "meaning", oplock_granted: Plain, "", "MS-SMB2 2.2.14", "OplockLevel"),
    column!(Operation, "meaning", lease_requested: Plain, "smb2.lease.lease_state", "MS-SMB2 2.2.13.2.8", "LeaseState requested"),
    column!(Operation, "meaning", lease_granted: Plain, "", "MS-SMB2 2.2.14.2.10", "LeaseState granted"),
    column!(Operation, "meaning", lease_key: Plain, "smb2.lease.lease_key", "MS-SMB2 2.2.13.2.8", "LeaseKey"),
    column!(Operation, "meaning", parent_lease_key: Plain, "smb2.lease.parent_lease_key", "MS-SMB2 2.2.13.2.10", "ParentLeaseKey"),
    column!(Operation, "meaning", create_guid: Plain, "smb2.dh2x.create_guid", "MS-SMB2 2.2.13.2.11", "CreateGuid of a durable handle"),
    column!(Operation, "meaning", create_contexts: Plain, "smb2.tag", "MS-SMB2 2.2.13.2", "names of the create contexts of the request"),
    column!(Operation, "meaning", info_type: Plain, "smb2.class", "MS-SMB2 2.2.37", "InfoType"),
    column!(Operation, "meaning", info_class: Plain, "smb2.infolevel", "MS-SMB2 2.2.37", "FileInfoClass"),
    column!(Operation, "meaning", ctl_code: Plain, "smb2.ioctl.function", "MS-SMB2 2.2.31", "CtlCode"),
    column!(Operation, "meaning", pattern: Plain, "smb2.find.pattern", "MS-SMB2 2.2.33", "search pattern"),
    column!(Operation, "meaning", new_path: Plain, "", "MS-FSCC 2.4.43", "target of a rename or link, relative to the share"),
    column!(Operation, "meaning", closed: Dict, "", "", "how a connection closed: client_fin, client_rst, server_fin or server_rst"),
    column!(Operation, "meaning", detail: Plain, "", "", "one phrase for people"),
    column!(Operation, "meaning", malformed: Plain, "", "", "why the message does not fit the specification"),
    message!(Operation, "bytes", request, "", "MS-SMB2 2.2", "the request with its header, decrypted and expanded; missing bytes are zero, and those at its end may be left out"),
    message!(Operation, "bytes", response, "", "MS-SMB2 2.2", "the final response likewise"),
    message!(Operation, "bytes", interim, "", "MS-SMB2 3.3.4.2", "the interim response likewise"),
    column!(Operation, "bytes", request_length: Plain, "", "", "bytes of the request before cuts; zeros take the place of those that `request` lacks at its end"),
    column!(Operation, "bytes", response_length: Plain, "", "", "bytes of the final response likewise"),
    column!(Operation, "bytes", request_holes: Plain, "", "", "ranges of the request that the capture does not have, or that were not to be stored"),
    column!(Operation, "bytes", response_holes: Plain, "", "", "ranges of the response likewise"),
    column!(Operation, "bytes", payload_offset: Plain, "smb2.data_offset", "MS-SMB2 2.2.21", "offset of READ or WRITE data in its message"),
    column!(Operation, "bytes", payload_length: Plain, "smb2.write_length", "MS-SMB2 2.2.21", "bytes of READ or WRITE data"),
    column!(Operation, "bytes", payload_hash: Plain, "", "", "XXH3-128 of READ or WRITE data, if all of it was captured"),
];

/// Derived from `status`; ignored when reading.
const fn status_name_column() -> Column<Operation> {
    Column {
        name: "status_name",
        group: "meaning",
        wireshark: "smb2.nt_status",
        spec: "MS-ERREF 2.3.1",
        meaning: "name of `status`, hex where it has none",
        nullable: true,
        later: false,
        data_type: dictionary_type,
        write: |rows| dictionary(rows.iter().map(|row| row.status.map(status_name))),
        read: None,
        message: None,
    }
}

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| column::arrow_schema(COLUMNS));

/// The Arrow schema of a session file: field metadata `wireshark` and `spec`, schema metadata `schema_version`.
pub fn schema() -> SchemaRef {
    SCHEMA.clone()
}

/// The columns that `name` means: the one with this name, or those with this Wireshark display-filter name.
pub fn columns_named(name: &str) -> impl Iterator<Item = &'static Column<Operation>> {
    COLUMNS.iter().filter(move |column| column.name == name || (!name.is_empty() && column.wireshark == name))
}

/// Name of an NTSTATUS, `0x` and 8 hex digits where it has none.
pub fn status_name(status: u32) -> String {
    smb2::names::ntstatus::NtStatus(status).name().map_or_else(|| format!("{status:#010x}"), str::to_owned)
}

#[cfg(test)]
mod tests;
