//! FSCTL_PIPE_WAIT (MS-FSCC 2.3.49). Offsets count from the start of the buffer.

use crate::structure::structure;
use crate::{Malformed, wire};

structure! {
    /// FSCTL_PIPE_WAIT Request (MS-FSCC 2.3.49).
    pub struct PipeWaitRequest (Layout) = "FSCTL_PIPE_WAIT Request", data {
        /// Timeout in units of 100 milliseconds.
        timeout: u64,
        /// NameLength in bytes.
        name_length: u32 = NAME_LENGTH_FIELD,
        /// TimeoutSpecified: not 0 when Timeout counts, else the server waits for ever.
        timeout_specified: u8,
        /// Padding.
        padding: u8,
    }
}

impl<'a> PipeWaitRequest<'a> {
    /// Where Name begins.
    pub const NAME_OFFSET: usize = Self::FIXED_END;

    /// Name of the pipe in UTF-16LE, without `\pipe\`.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when it is not all there.
    pub fn name(&self) -> Result<&'a [u8], Malformed> {
        wire::slice(self.message, Self::NAME_OFFSET, self.name_length() as usize, "Name")
    }
}
