//! The documents of the office session: always the same bytes, so that every recording holds the same files.
#![expect(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "nothing here comes from outside")]

use std::fs;
use std::path::Path;

use anyhow::Context;

/// The files that the script puts: always the same bytes.
pub(crate) fn write(folder: &Path) -> anyhow::Result<()> {
    let mut files = vec![
        ("offer.txt".to_owned(), text(1, 3_000)),
        ("offer-2.txt".to_owned(), text(2, 3_400)),
        ("letter-1.txt".to_owned(), text(3, 1_800)),
        ("letter-2.txt".to_owned(), text(4, 2_600)),
        ("parcel.txt".to_owned(), text(5, 150)),
        ("empty.txt".to_owned(), String::new()),
        ("plan.svg".to_owned(), text(6, 70_000)),
        ("budget.csv".to_owned(), table(7, 600)),
        ("budget-2.csv".to_owned(), table(8, 640)),
        ("logo.png".to_owned(), text(9, 12_345)),
        ("zone.txt".to_owned(), "[ZoneTransfer]\r\nZoneId=3\r\n".to_owned()),
    ];
    files.extend((1..=8).map(|month| (format!("minutes-{month:02}.txt"), text(10 + month, 2_000))));
    for (name, content) in files {
        fs::write(folder.join(&name), content).with_context(|| format!("cannot write {name}"))?;
    }
    Ok(())
}

/// About `length` bytes of lines of words.
fn text(seed: u64, length: usize) -> String {
    const WORDS: [&str; 16] = [
        "meeting", "the", "of", "report", "invoice", "and", "to", "please", "agreed", "with", "office", "deliver",
        "by", "Monday", "figures", "is",
    ];
    let mut numbers = Numbers(seed);
    let mut text = String::new();
    while text.len() < length {
        let word = WORDS[numbers.below(WORDS.len() as u64) as usize];
        text += word;
        text += if numbers.below(11) == 0 { ".\r\n" } else { " " };
    }
    text.truncate(length);
    text
}

/// A table of `rows` lines.
fn table(seed: u64, rows: u64) -> String {
    let mut numbers = Numbers(seed);
    let mut text = String::from("account;month;amount\r\n");
    for row in 0..rows {
        text += &format!("{};{};{}\r\n", 1_000 + row, numbers.below(12) + 1, numbers.below(1_000_000));
    }
    text
}

/// Numbers that look random and are the same on every machine (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}
