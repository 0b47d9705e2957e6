//! The table of what one core does with messages.

use super::Table;
use crate::bench::crypto::Crypto;

/// Of messages of several sizes: millions of bytes a second.
pub(in crate::bench) fn of_crypto(measured: &[Crypto]) -> Table {
    let size = |crypto: &Crypto| format!("{} KiB", crypto.bytes >> 10);
    let columns = std::iter::once("MB/s on one core".to_owned()).chain(measured.iter().map(size)).collect();
    let names = Crypto::default().speeds().map(|(name, _)| name);
    let row = |(number, name): (usize, &'static str)| {
        let of = |crypto: &Crypto| crypto.speeds().get(number).map_or(0.0, |(_, speed)| *speed);
        (name, measured.iter().map(|crypto| format!("{:.0}", of(crypto))).collect())
    };
    let mut rows: Vec<(&'static str, Vec<String>)> = names.into_iter().enumerate().map(row).collect();
    rows.push(("left by LZ77, %", measured.iter().map(|crypto| format!("{:.0}", crypto.lz77_part * 100.0)).collect()));
    rows.push(("load average at the end", measured.iter().map(|crypto| format!("{:.1}", crypto.load)).collect()));
    Table { columns, rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_size_has_a_column_and_each_speed_a_row() {
        let crypto = |bytes, lz77| Crypto { bytes, lz77, ..Crypto::default() };
        let printed = of_crypto(&[crypto(64 << 10, 1500.4), crypto(1 << 20, 900.0)]).to_string();
        assert!(printed.starts_with("MB/s on one core         64 KiB  1024 KiB\nAES-128-GCM"), "{printed}");
        assert!(printed.contains("\nLZ77                       1500       900\n"), "{printed}");
    }
}
