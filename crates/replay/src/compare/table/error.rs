//! The ERROR response: what comes with some statuses (MS-SMB2 2.2.2.1, 2.2.2.2). The data of others says nothing that
//! could be compared.

use super::{Layout, Part, table};
use crate::compare::value::Value;
use smb2::message::{ErrorResponse, SymbolicLinkError};
use smb2::{Header, Malformed, NtStatus, wire};

table! {
    /// STATUS_STOPPED_ON_SYMLINK: a Symbolic Link Error Response (MS-SMB2 2.2.2.2.1).
    SYMBOLIC_LINK of SymbolicLinkError::parse => {
        Compared substitute_name = |view| Value::path(view.substitute_name()?);
        Compared print_name = |view| Value::path(view.print_name()?);
        Compared symlink_flags = |view| Value::Flags(view.flags().into());
        Compared unparsed_path_length = |view| Value::Number(view.unparsed_path_length().into());
    }
}

table! {
    /// STATUS_BUFFER_TOO_SMALL and its kin: how many bytes would have done (MS-SMB2 2.2.2.1).
    BUFFER_TOO_SMALL of super::structure => {
        Compared required_buffer_length = |data| match data {
            [] => Value::Absent,
            _ => Value::Number(wire::u32_at(data, 0, "required buffer length")?.into()),
        };
    }
}

const SYMBOLIC_LINK_LAYOUT: Layout = Layout { parts: &[Part { fields: SYMBOLIC_LINK, offset: 0 }], bytes: error_data };
const BUFFER_LAYOUT: Layout = Layout { parts: &[Part { fields: BUFFER_TOO_SMALL, offset: 0 }], bytes: error_data };

/// Every layout of this file, with what it is of.
pub(super) fn all() -> impl Iterator<Item = (String, Layout)> {
    let layouts = [
        ("error STATUS_STOPPED_ON_SYMLINK", SYMBOLIC_LINK_LAYOUT),
        ("error STATUS_BUFFER_TOO_SMALL, STATUS_INFO_LENGTH_MISMATCH", BUFFER_LAYOUT),
    ];
    layouts.into_iter().map(|(name, layout)| (name.to_owned(), layout))
}

/// How the ErrorData of an ERROR response is read.
pub(super) fn layout(answer: &[u8]) -> Layout {
    match Header::parse(answer).map(|header| NtStatus(header.status)) {
        Ok(NtStatus::STOPPED_ON_SYMLINK) => SYMBOLIC_LINK_LAYOUT,
        Ok(NtStatus::BUFFER_TOO_SMALL | NtStatus::INFO_LENGTH_MISMATCH) => BUFFER_LAYOUT,
        _ => Layout::NOTHING,
    }
}

/// ErrorData; in SMB 3.1.1 that of the first error context.
fn error_data(message: &[u8]) -> Result<&[u8], Malformed> {
    let view = ErrorResponse::parse(message)?;
    match view.contexts()?.next() {
        Some(context) => Ok(context?.data),
        None => view.error_data(),
    }
}
