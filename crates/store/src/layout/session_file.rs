//! Names of session files.

/// Name of the file of the session `id`: `smb2_session_0x<16 lower-case hex digits>.parquet`; from the second session
/// with the same id on (`generation` 2 and higher) `…-2.parquet`. Id 0 is the file of what belongs to no session.
pub fn session_file_name(id: u64, generation: u32) -> String {
    match generation {
        0 | 1 => format!("smb2_session_{id:#018x}.parquet"),
        _ => format!("smb2_session_{id:#018x}-{generation}.parquet"),
    }
}

/// The id and generation in the name of a session file; `None` for any other name.
pub fn parse_session_file_name(name: &str) -> Option<(u64, u32)> {
    let stem = name.strip_prefix("smb2_session_0x")?.strip_suffix(".parquet")?;
    let (digits, generation) = match stem.split_once('-') {
        Some((digits, generation)) => (digits, generation.parse().ok().filter(|generation| *generation >= 2)?),
        None => (stem, 1),
    };
    let id = u64::from_str_radix(digits, 16).ok()?;
    (session_file_name(id, generation) == name).then_some((id, generation))
}
