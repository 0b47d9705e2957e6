//! The bytes of a message, 16 a line.

use super::lacking::Lacking;
use capture::Hole;
use std::fmt::Write as _;
use std::ops::Range;

/// Bytes a line.
const LINE: usize = 16;

/// Lines of offset, 16 bytes and their characters: `00000040  39 00 00 00 …  9...`. Bytes of `holes`, which the capture does
/// not have, are `--`; those of `withheld` are `**`.
pub fn hex<'a>(
    message: &'a [u8],
    holes: &[Hole],
    withheld: &'a [Range<usize>],
) -> impl Iterator<Item = String> + use<'a> {
    let holes = Lacking::of(holes);
    let lines = message.chunks(LINE).enumerate();
    lines.map(move |(index, bytes)| line(index.saturating_mul(LINE), bytes, &holes, withheld))
}

fn line(start: usize, bytes: &[u8], holes: &Lacking, withheld: &[Range<usize>]) -> String {
    let mut text = format!("{start:08x} ");
    let mut characters = String::new();
    let missing = holes.within(&(start..start.saturating_add(bytes.len())));
    for (index, byte) in bytes.iter().enumerate() {
        let at = start.saturating_add(index);
        let is_missing = missing.iter().any(|range| range.contains(&at));
        text.push_str(if index == LINE / 2 { "  " } else { " " });
        let character = if is_missing {
            text.push_str("--");
            '-'
        } else if withheld.iter().any(|range| range.contains(&at)) {
            text.push_str("**");
            '*'
        } else {
            let _ = write!(text, "{byte:02x}");
            if matches!(byte, 0x20..0x7f) { char::from(*byte) } else { '.' }
        };
        characters.push(character);
    }
    // The characters of the last line stand below those of the others.
    const WIDTH: usize = 9 + 3 * LINE + 1;
    format!("{text:WIDTH$}  {characters}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::single_range_in_vec_init, reason = "tests")]
    use super::*;

    #[test]
    fn a_line_has_offset_bytes_and_characters_and_marks_what_is_not_there() {
        let message: Vec<u8> = (0x3c..0x50).collect();
        let lines: Vec<String> = hex(&message, &[Hole { offset: 1, length: 2 }], &[17..18]).collect();
        assert_eq!(
            lines,
            [
                "00000000  3c -- -- 3f 40 41 42 43  44 45 46 47 48 49 4a 4b  <--?@ABCDEFGHIJK",
                "00000010  4c ** 4e 4f                                       L*NO",
            ]
        );
    }
}
