//! The ERROR response (MS-SMB2 2.2.2): what a server sends in place of a command's own response.

use crate::structure::structure;
use crate::{Command, Header, Malformed, header, wire};

structure! {
    /// SMB2 ERROR Response (MS-SMB2 2.2.2), also the interim response with STATUS_PENDING.
    pub struct ErrorResponse (Layout) = "SMB2 ERROR Response", message(9) {
        /// ErrorContextCount, SMB 3.1.1 only: not 0 when ErrorData is a list of error contexts.
        error_context_count: u8,
        /// Reserved.
        reserved: u8,
        /// ByteCount of ErrorData.
        byte_count: u32,
    }
}

/// STATUS_SUCCESS.
const SUCCESS: u32 = 0x0000_0000;
/// STATUS_NOTIFY_ENUM_DIR.
const NOTIFY_ENUM_DIR: u32 = 0x0000_010c;
/// STATUS_BUFFER_OVERFLOW.
const BUFFER_OVERFLOW: u32 = 0x8000_0005;
/// STATUS_STOPPED_ON_SYMLINK.
const STOPPED_ON_SYMLINK: u32 = 0x8000_002d;
/// STATUS_MORE_PROCESSING_REQUIRED.
const MORE_PROCESSING_REQUIRED: u32 = 0xc000_0016;

impl<'a> ErrorResponse<'a> {
    /// Where ErrorData begins.
    pub const ERROR_DATA_OFFSET: usize = Self::FIXED_END;

    /// Whether `message`, a response with this `header`, has an ERROR response for its body rather than that of its
    /// command (MS-SMB2 3.3.4.4). The StructureSize of 9 tells, and where the command's own body has that size as
    /// well, the status does.
    pub fn is_in(header: &Header, message: &[u8]) -> bool {
        let own_body = matches!(
            (header.command, header.status),
            (_, SUCCESS)
                | (Command::SESSION_SETUP, MORE_PROCESSING_REQUIRED)
                | (Command::QUERY_INFO | Command::QUERY_DIRECTORY, BUFFER_OVERFLOW)
                | (Command::CHANGE_NOTIFY, NOTIFY_ENUM_DIR)
        );
        !own_body && wire::u16_at(message, header::LENGTH, "StructureSize").is_ok_and(|size| size | 1 == 9)
    }

    /// ErrorData; servers send one byte of padding when ByteCount is 0, which does not belong to it.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when it is not all there.
    pub fn error_data(&self) -> Result<&'a [u8], Malformed> {
        wire::slice(self.message, Self::ERROR_DATA_OFFSET, self.byte_count() as usize, "ErrorData")
    }

    /// The error contexts, none unless ErrorContextCount announces some.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when ErrorData is not all there.
    pub fn contexts(&self) -> Result<ErrorContexts<'a>, Malformed> {
        let end = Self::ERROR_DATA_OFFSET.saturating_add(self.error_data()?.len());
        let message = self.message.get(..end).unwrap_or(self.message);
        Ok(ErrorContexts { message, next: Self::ERROR_DATA_OFFSET, left: self.error_context_count() })
    }

    /// The symbolic link that stopped a CREATE, when the status is STATUS_STOPPED_ON_SYMLINK: in the first error
    /// context, or before SMB 3.1.1 in ErrorData itself.
    ///
    /// # Errors
    /// [`Malformed`] when the status announces one and it is not there.
    pub fn symbolic_link(&self) -> Result<Option<SymbolicLinkError<'a>>, Malformed> {
        if wire::u32_at(self.message, header::offset::STATUS, "Status")? != STOPPED_ON_SYMLINK {
            return Ok(None);
        }
        let (data, start) = match self.contexts()?.next() {
            Some(context) => context.map(|context| (context.data, context.data_offset))?,
            None => (self.error_data()?, Self::ERROR_DATA_OFFSET),
        };
        SymbolicLinkError::parse(data).map(Some).map_err(|problem| problem.shifted(start))
    }
}

/// SMB2 ERROR Context Response (MS-SMB2 2.2.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorContext<'a> {
    /// ErrorId: default (0) or share redirect (0x72645253).
    pub error_id: u32,
    /// ErrorContextData.
    pub data: &'a [u8],
    /// Where `data` begins in the message.
    pub data_offset: usize,
}

impl ErrorContext<'_> {
    /// ErrorId SMB2_ERROR_ID_SHARE_REDIRECT.
    pub const SHARE_REDIRECT: u32 = 0x7264_5253;
    /// Length of ErrorDataLength and ErrorId.
    const FIXED_LENGTH: usize = 8;
}

/// Iterator of [`ErrorResponse::contexts`]; an `Err` is its last item.
#[derive(Debug, Clone)]
pub struct ErrorContexts<'a> {
    message: &'a [u8],
    next: usize,
    left: u8,
}

impl<'a> ErrorContexts<'a> {
    fn read(&self) -> Result<ErrorContext<'a>, Malformed> {
        let data_offset = self.next.saturating_add(ErrorContext::FIXED_LENGTH);
        let length = wire::u32_at(self.message, self.next, "ErrorDataLength")? as usize;
        Ok(ErrorContext {
            error_id: wire::u32_at(self.message, self.next.saturating_add(4), "ErrorId")?,
            data: wire::slice(self.message, data_offset, length, "ErrorContextData")?,
            data_offset,
        })
    }
}

impl<'a> Iterator for ErrorContexts<'a> {
    type Item = Result<ErrorContext<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let context = self.read();
        match &context {
            // The message starts 8-byte aligned, so alignment to it is the alignment the specification asks for.
            Ok(context) => self.next = context.data_offset.saturating_add(context.data.len().next_multiple_of(8)),
            Err(_) => self.left = 0,
        }
        Some(context)
    }
}

structure! {
    /// Symbolic Link Error Response (MS-SMB2 2.2.2.2.1). Offsets count from its SymLinkLength.
    pub struct SymbolicLinkError (SymbolicLinkLayout) = "Symbolic Link Error Response", data {
        /// SymLinkLength: bytes that follow this field.
        sym_link_length: u32,
        /// SymLinkErrorTag, 0x4C4D5953.
        sym_link_error_tag: u32,
        /// ReparseTag, IO_REPARSE_TAG_SYMLINK.
        reparse_tag: u32,
        /// ReparseDataLength in bytes.
        reparse_data_length: u16,
        /// UnparsedPathLength: bytes at the end of the requested name that lie beyond the link.
        unparsed_path_length: u16,
        /// SubstituteNameOffset in PathBuffer.
        substitute_name_offset: u16,
        /// SubstituteNameLength in bytes.
        substitute_name_length: u16,
        /// PrintNameOffset in PathBuffer.
        print_name_offset: u16,
        /// PrintNameLength in bytes.
        print_name_length: u16,
        /// Flags: SYMLINK_FLAG_RELATIVE (1).
        flags: u32,
    }
}

impl<'a> SymbolicLinkError<'a> {
    /// SYMLINK_FLAG_RELATIVE: the target is relative to the link's folder.
    pub const RELATIVE: u32 = 1;

    /// SubstituteName in UTF-16LE: the target.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when it is not all there.
    pub fn substitute_name(&self) -> Result<&'a [u8], Malformed> {
        self.path(self.substitute_name_offset(), self.substitute_name_length(), "SubstituteName")
    }

    /// PrintName in UTF-16LE: the target for people to read.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when it is not all there.
    pub fn print_name(&self) -> Result<&'a [u8], Malformed> {
        self.path(self.print_name_offset(), self.print_name_length(), "PrintName")
    }

    fn path(&self, offset: u16, length: u16, what: &'static str) -> Result<&'a [u8], Malformed> {
        let offset = Self::FIXED_END.saturating_add(offset.into());
        wire::slice(self.message, offset, length.into(), what)
    }
}
