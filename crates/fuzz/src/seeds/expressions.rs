//! Seeds of filters: an expression for each part of the language.

const EXPRESSIONS: &[&str] = &[
    "smb2.nt_status == STATUS_ACCESS_DENIED && smb2.filename contains \"doc\"",
    "smb2.cmd in {5, 8..0x10, \"Create\"} or not kind == close",
    "path matches r\"^a.*\\.txt$\" ^^ upper(path) == \"A\\\\B.TXT\"",
    "len(smb2.filename) >= 3 and smb2.flags & 1 == 1",
    "all smb2.nt_status !== 0 || any smb2.msg_id < 017",
    "!(smb2.fid == 07070707-0707-0707-0707-070707070707)",
    "frame.time >= \"2023-11-14 22:13:20.5\" xor frame.time_relative < 0.25",
    "payload_hash == 0x00112233445566778899aabbccddeeff",
    "transferred < length && smb2.time > 0.001",
    "smb2.flags.response == True && smb2.tag == 'Q'",
    "smb2.cmd not in {6} && lower(path) ~ \"\\x61|\\142\"",
];

/// The expressions as inputs.
pub(super) fn expressions() -> Vec<Vec<u8>> {
    EXPRESSIONS.iter().map(|text| text.as_bytes().to_vec()).collect()
}
