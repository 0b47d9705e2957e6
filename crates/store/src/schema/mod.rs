//! The columns of session files: the one table that drives their schema, writing, reading and documentation.

pub(crate) mod column;
pub(crate) mod encoding;
pub(crate) mod message;
pub(crate) mod structs;

pub use column::{CellError, Column, DecodeError};

use crate::packed::{Form, Head, Others, RowBytes, form_of};
use arrow::datatypes::SchemaRef;
use column::column;
use dissect::Operation;
use encoding::{Dict, Plain, dictionary, dictionary_type};
use message::message;
use smb2::names::ntstatus::NtStatus;
use std::borrow::Cow;
use std::sync::LazyLock;

/// A column of session files: stored from and to the field of the same name, and packed on its way into the file.
macro_rules! packed {
    ($group:literal, $field:ident: $encoding:ty, $wireshark:literal, $spec:literal, $meaning:literal) => {
        Column {
            form: Some(form_of::<Operation, _>(|row| &row.$field)),
            ..column!(Operation, $group, $field: $encoding, $wireshark, $spec, $meaning)
        }
    };
}

/// The same of a column of whole messages.
macro_rules! packed_message {
    ($group:literal, $field:ident, $wireshark:literal, $spec:literal, $meaning:literal) => {
        Column {
            form: Some(form_of::<Operation, _>(|row| &row.$field)),
            ..message!(Operation, $group, $field, $wireshark, $spec, $meaning)
        }
    };
}

/// Derived from `status`; ignored when reading.
macro_rules! status_name {
    () => {
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
            form: Some(Form::Word(status_word)),
        }
    };
}

/// The field of a column of [`table`].
macro_rules! field {
    (status_name, $operation:ident,) => {
        &$operation.status
    };
    ($kind:ident, $operation:ident, $group:literal, $field:ident $($rest:tt)*) => {
        &$operation.$field
    };
}

/// The columns of a session file, and the packing of its rows.
macro_rules! table {
    ($($kind:ident($($column:tt)*);)*) => {
        /// The columns of a session file, in its order.
        pub static COLUMNS: &[Column<Operation>] = &[$($kind!($($column)*)),*];

        /// Packs the values of a row in the order of the columns.
        pub(crate) fn pack(operation: &Operation, mut row: RowBytes<'_>) {
            let mut head = Head::new();
            $(head.put(field!($kind, operation, $($column)*));)*
            row.begin(&head);
            let mut others = Others::default();
            $(others.put(field!($kind, operation, $($column)*), &mut row);)*
            row.end(&head, &others);
        }
    };
}

#[rustfmt::skip]
table! {
    packed( "place", op: Plain, "", "", "0-based number, in request order");
    packed( "place", kind: Dict, "", "", "what the row is: exchange, request, response, notification, encrypted, connect or close");
    packed( "place", connection: Plain, "", "", "number of the TCP connection in the trace");
    packed( "place", open: Plain, "", "MS-SMB2 3.3.1.10", "number of the open in the trace, unique even when FileIds are reused");
    packed( "place", tree: Plain, "", "MS-SMB2 3.3.1.9", "number of the tree connect in the trace, unique even when TreeIds are reused");
    packed( "order", request_seq: Plain, "", "", "position in the trace of the request's last byte");
    packed( "order", request_start_seq: Plain, "", "", "position in the trace of the request's first byte");
    packed( "order", response_seq: Plain, "", "", "position in the trace of the final response's last byte");
    packed( "order", interim_seq: Plain, "", "", "position in the trace of the interim response's last byte");
    packed( "order", request_acks: Plain, "", "", "`response_seq` of the last response that the client had received when it sent");
    packed( "frames, times", request_frame: Plain, "frame.number", "", "number of the frame that completes the request");
    packed( "frames, times", response_frame: Plain, "smb2.response_in", "", "number of the frame that completes the final response");
    packed( "frames, times", interim_frame: Plain, "", "", "number of the frame that completes the interim response");
    packed( "frames, times", request_start_time: Plain, "", "", "time of the frame with the request's first byte");
    packed( "frames, times", request_time: Plain, "frame.time", "", "time of `request_frame`");
    packed( "frames, times", response_time: Plain, "", "", "time of `response_frame`");
    packed( "frames, times", interim_time: Plain, "", "", "time of `interim_frame`");
    packed( "frames, times", latency_ns: Plain, "smb2.time", "", "nanoseconds from the request's last byte to the final response's last byte");
    packed( "header", message_id: Plain, "smb2.msg_id", "MS-SMB2 2.2.1.2", "MessageId");
    packed( "header", async_id: Plain, "smb2.aid", "MS-SMB2 2.2.1.1", "AsyncId");
    packed( "header", session_id: Plain, "smb2.sesid", "MS-SMB2 2.2.1.2", "SessionId");
    packed( "header", tree_id: Plain, "smb2.tid", "MS-SMB2 2.2.1.2", "TreeId");
    packed( "header", credit_charge: Plain, "smb2.credit.charge", "MS-SMB2 2.2.1.2", "CreditCharge of the request");
    packed( "header", credits_requested: Plain, "smb2.credits.requested", "MS-SMB2 2.2.1.2", "CreditRequest");
    packed( "header", credits_granted: Plain, "smb2.credits.granted", "MS-SMB2 2.2.1.2", "CreditResponse");
    packed( "header", channel_sequence: Plain, "smb2.channel_sequence", "MS-SMB2 2.2.1.2", "ChannelSequence of the request");
    packed( "header", request_flags: Plain, "smb2.flags", "MS-SMB2 2.2.1.2", "Flags of the request");
    packed( "header", response_flags: Plain, "", "MS-SMB2 2.2.1.2", "Flags of the final response");
    packed( "header", signature_state: Dict, "", "MS-SMB2 3.1.4.1", "what is known of the signatures: absent, unverified, ok or bad");
    packed( "header", encrypted: Plain, "", "MS-SMB2 2.2.41", "whether it came in an SMB2 TRANSFORM_HEADER");
    packed( "header", compressed: Plain, "", "MS-SMB2 2.2.42", "whether it came in an SMB2 COMPRESSION_TRANSFORM_HEADER");
    packed( "chain", request_chain: Plain, "", "MS-SMB2 3.2.4.1.4", "number of the request's transport PDU, the same for all members of a chain");
    packed( "chain", response_chain: Plain, "", "MS-SMB2 3.3.4.1.3", "number of the response's transport PDU");
    packed( "chain", compound_index: Plain, "", "MS-SMB2 2.2.1.2", "0-based place of the request in its chain");
    packed( "chain", response_compound_index: Plain, "", "MS-SMB2 2.2.1.2", "0-based place of the response in its chain");
    packed( "chain", related: Plain, "smb2.flags.chained", "MS-SMB2 2.2.1.2", "SMB2_FLAGS_RELATED_OPERATIONS of the request");
    packed( "meaning", command: Dict, "smb2.cmd", "MS-SMB2 2.2.1.2", "Command");
    packed( "meaning", status: Plain, "smb2.nt_status", "MS-SMB2 2.2.1.2", "final NTSTATUS");
    status_name();
    packed( "meaning", share: Dict, "smb2.tree", "MS-SMB2 2.2.9", "share path of the tree connect");
    packed( "meaning", share_type: Plain, "smb2.share_type", "MS-SMB2 2.2.10", "ShareType: 1 disk, 2 pipe, 3 print");
    packed( "meaning", path: Dict, "smb2.filename", "MS-SMB2 2.2.13", "name of the file, relative to the share");
    packed( "meaning", file_id: Plain, "smb2.fid", "MS-SMB2 2.2.14.1", "FileId, persistent and volatile half");
    packed( "meaning", offset: Plain, "smb2.file_offset", "MS-SMB2 2.2.19", "offset in the file");
    packed( "meaning", length: Plain, "smb2.read_length", "MS-SMB2 2.2.19", "bytes asked for");
    packed( "meaning", transferred: Plain, "smb2.write.count", "MS-SMB2 2.2.22", "bytes read, written or answered");
    packed( "meaning", desired_access: Plain, "smb.access_mask", "MS-SMB2 2.2.13.1", "DesiredAccess");
    packed( "meaning", share_access: Plain, "smb.share_access", "MS-SMB2 2.2.13", "ShareAccess");
    packed( "meaning", create_disposition: Plain, "smb2.create.disposition", "MS-SMB2 2.2.13", "CreateDisposition");
    packed( "meaning", create_options: Plain, "smb.create_options", "MS-SMB2 2.2.13", "CreateOptions");
    packed( "meaning", create_action: Plain, "smb2.create.action", "MS-SMB2 2.2.14", "CreateAction");
    packed( "meaning", file_attributes: Plain, "smb2.file_attribute", "MS-FSCC 2.6", "FileAttributes that the server answered, else those requested");
    packed( "meaning", end_of_file: Plain, "smb2.eof", "MS-SMB2 2.2.14", "EndofFile, bytes");
    packed( "meaning", oplock_requested: Plain, "smb2.create.oplock", "MS-SMB2 2.2.13", "RequestedOplockLevel");
    packed( "meaning", oplock_granted: Plain, "", "MS-SMB2 2.2.14", "OplockLevel");
    packed( "meaning", lease_requested: Plain, "smb2.lease.lease_state", "MS-SMB2 2.2.13.2.8", "LeaseState requested");
    packed( "meaning", lease_granted: Plain, "", "MS-SMB2 2.2.14.2.10", "LeaseState granted");
    packed( "meaning", lease_key: Plain, "smb2.lease.lease_key", "MS-SMB2 2.2.13.2.8", "LeaseKey");
    packed( "meaning", parent_lease_key: Plain, "smb2.lease.parent_lease_key", "MS-SMB2 2.2.13.2.10", "ParentLeaseKey");
    packed( "meaning", create_guid: Plain, "smb2.dh2x.create_guid", "MS-SMB2 2.2.13.2.11", "CreateGuid of a durable handle");
    packed( "meaning", create_contexts: Plain, "smb2.tag", "MS-SMB2 2.2.13.2", "names of the create contexts of the request");
    packed( "meaning", info_type: Plain, "smb2.class", "MS-SMB2 2.2.37", "InfoType");
    packed( "meaning", info_class: Plain, "smb2.infolevel", "MS-SMB2 2.2.37", "FileInfoClass");
    packed( "meaning", ctl_code: Plain, "smb2.ioctl.function", "MS-SMB2 2.2.31", "CtlCode");
    packed( "meaning", pattern: Plain, "smb2.find.pattern", "MS-SMB2 2.2.33", "search pattern");
    packed( "meaning", new_path: Plain, "", "MS-FSCC 2.4.43", "target of a rename or link, relative to the share");
    packed( "meaning", closed: Dict, "", "", "how a connection closed: client_fin, client_rst, server_fin or server_rst");
    packed( "meaning", detail: Plain, "", "", "one phrase for people");
    packed( "meaning", malformed: Plain, "", "", "why the message does not fit the specification");
    packed_message( "bytes", request, "", "MS-SMB2 2.2", "the request with its header, decrypted and expanded; missing bytes are zero");
    packed_message( "bytes", response, "", "MS-SMB2 2.2", "the final response likewise");
    packed_message( "bytes", interim, "", "MS-SMB2 3.3.4.2", "the interim response likewise");
    packed( "bytes", request_length: Plain, "", "", "bytes of the request before cuts");
    packed( "bytes", response_length: Plain, "", "", "bytes of the final response before cuts");
    packed( "bytes", request_holes: Plain, "", "", "ranges of `request` that the capture does not have");
    packed( "bytes", response_holes: Plain, "", "", "ranges of `response` that the capture does not have");
    packed( "bytes", payload_offset: Plain, "smb2.data_offset", "MS-SMB2 2.2.21", "offset of READ or WRITE data in its message");
    packed( "bytes", payload_length: Plain, "smb2.write_length", "MS-SMB2 2.2.21", "bytes of READ or WRITE data");
    packed( "bytes", payload_hash: Plain, "", "", "XXH3-128 of READ or WRITE data");
}

fn status_word(status: u32) -> Cow<'static, str> {
    NtStatus(status).name().map_or_else(|| status_name(status).into(), Cow::Borrowed)
}

/// How many of `columns` are packed as numbers, or as what is none.
const fn count(columns: &[Column<Operation>], of_numbers: bool) -> usize {
    let Some((first, others)) = columns.split_first() else { return 0 };
    let counts = matches!(first.form, Some(form) if form.width().is_some() == of_numbers);
    count(others, of_numbers).saturating_add(counts as usize)
}

// A packed row has bits for so many.
const _: () = assert!(count(COLUMNS, true) <= u64::BITS as usize && count(COLUMNS, false) <= u32::BITS as usize);

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
    NtStatus(status).name().map_or_else(|| format!("{status:#010x}"), str::to_owned)
}

#[cfg(test)]
mod tests;
