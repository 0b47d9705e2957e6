//! SMB2 IOCTL requests that carry an FSCTL (MS-SMB2 2.2.31, MS-FSCC 2.3).

use super::{Request, TooLong, paid_length, variable_part};
use smb2::message::IoctlRequest;
use smb2::{Command, FileId};

/// The FSCTL `code` with this input and at most `max_output` bytes of output.
///
/// # Errors
/// [`TooLong`] when the input is longer than one credit pays for.
pub fn ioctl(file_id: FileId, code: u32, input: &[u8], max_output: u32) -> Result<Request, TooLong> {
    let length = paid_length("input of the FSCTL", input.len())?;
    Ok(fsctl(file_id, code, input, length, max_output))
}

/// Makes a file sparse: FSCTL_SET_SPARSE (MS-FSCC 2.3.77).
pub fn set_sparse(file_id: FileId) -> Request {
    fsctl(file_id, FSCTL_SET_SPARSE, &[], 0, 0)
}

fn fsctl(file_id: FileId, code: u32, input: &[u8], input_length: u32, max_output: u32) -> Request {
    let (reserved, max_input, output_offset, output_length, reserved_2) = (0u16, 0u32, 0u32, 0u32, 0u32);
    let body = [
        &STRUCTURE_SIZE.to_le_bytes()[..],
        &reserved.to_le_bytes(),
        &code.to_le_bytes(),
        &file_id.0,
        &INPUT_OFFSET.to_le_bytes(),
        &input_length.to_le_bytes(),
        &max_input.to_le_bytes(),
        &output_offset.to_le_bytes(),
        &output_length.to_le_bytes(),
        &max_output.to_le_bytes(),
        &IS_FSCTL.to_le_bytes(),
        &reserved_2.to_le_bytes(),
        variable_part(input),
    ]
    .concat();
    Request { command: Command::IOCTL, body }
}

const STRUCTURE_SIZE: u16 = 57;
/// SMB2_0_IOCTL_IS_FSCTL.
const IS_FSCTL: u32 = 0x0000_0001;
const FSCTL_SET_SPARSE: u32 = 0x0009_00c4;
const INPUT_OFFSET: u32 = IoctlRequest::FIXED_END as u32;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;

    #[test]
    fn the_input_lies_where_the_fields_say() {
        let message = ioctl(FileId([7; 16]), 0x0009_80c8, &[5; 16], 24).unwrap().message(&Place::default());
        let view = IoctlRequest::parse(&message).unwrap();
        assert_eq!((view.ctl_code(), view.file_id(), view.flags()), (0x0009_80c8, FileId([7; 16]), IS_FSCTL));
        assert_eq!((view.input().unwrap(), view.max_output_response()), (&[5; 16][..], 24));
        assert_eq!(view.output().unwrap(), []);
    }

    #[test]
    fn a_file_is_made_sparse_without_input() {
        let message = set_sparse(FileId([7; 16])).message(&Place::default());
        let view = IoctlRequest::parse(&message).unwrap();
        assert_eq!((view.ctl_code(), view.input().unwrap().len()), (0x0009_00c4, 0));
    }

    #[test]
    fn an_input_that_one_credit_does_not_pay_for_is_refused() {
        assert_eq!(ioctl(FileId::ZERO, 0, &[0; 65_537], 0).unwrap_err().most, 65_536);
    }
}
