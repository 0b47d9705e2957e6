//! The SMB1 NEGOTIATE that may open a connection (MS-SMB2 3.2.4.2.2.1, MS-CIFS 2.2.4.52.1).

use crate::message::{Draft, PatchError};
use smb2::wire;

/// Length of the SMB1 header and the WordCount byte; ByteCount follows.
const BYTE_COUNT: usize = 33;
const DIALECTS: usize = BYTE_COUNT + 2;
/// The string that lets a server answer with any SMB2 dialect.
const ANY_SMB2: &[u8] = b"\x02SMB 2.???\0";
const SMB_2_0_2: u16 = 0x0202;

/// Takes out `SMB 2.???` when the captured server selected 2.0.2 from this message, so that a live server with later
/// dialects selects 2.0.2 as well.
///
/// # Errors
/// [`PatchError`] when the captured request has no list of dialects.
pub fn rewrite(draft: &mut Draft, selected: Option<u16>) -> Result<(), PatchError> {
    let list = draft.bytes().get(DIALECTS..).unwrap_or_default();
    let found = list.windows(ANY_SMB2.len()).position(|window| window == ANY_SMB2);
    if let (Some(SMB_2_0_2), Some(found)) = (selected, found) {
        let start = DIALECTS.saturating_add(found);
        let count = wire::u16_at(draft.bytes(), BYTE_COUNT, "ByteCount")?;
        let removed = u16::try_from(ANY_SMB2.len()).unwrap_or(0);
        draft.replace(start..start.saturating_add(ANY_SMB2.len()), &[], "dialect SMB 2.???")?;
        draft.overwrite(BYTE_COUNT, &count.saturating_sub(removed).to_le_bytes(), "ByteCount")?;
    }
    Ok(())
}
