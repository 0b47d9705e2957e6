//! Spans and sizes as people read them.

/// A span with the unit that suits it: `850 ns`, `12.3 ms`, `4.2 s`, `3 min 7 s`, `2 h 5 min`.
pub fn duration(nanoseconds: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let seconds = nanoseconds as f64 / 1e9;
    let whole = nanoseconds / 1_000_000_000;
    match nanoseconds {
        0..1_000 => format!("{nanoseconds} ns"),
        1_000..1_000_000 => format!("{:.1} µs", seconds * 1e6),
        1_000_000..1_000_000_000 => format!("{:.1} ms", seconds * 1e3),
        1_000_000_000..60_000_000_000 => format!("{seconds:.1} s"),
        60_000_000_000..3_600_000_000_000 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A number of bytes with a binary unit: `512 B`, `1.5 KiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
    let mut value = bytes as f64;
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut name = "B";
    for unit in UNITS {
        if value < 1023.95 {
            break;
        }
        value /= 1024.0;
        name = unit;
    }
    format!("{value:.1} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_carries_a_suitable_unit() {
        let spans = [850, 12_300, 12_300_000, 4_200_000_000, 187_000_000_000, 7_500_000_000_000];
        assert_eq!(spans.map(duration), ["850 ns", "12.3 µs", "12.3 ms", "4.2 s", "3 min 7 s", "2 h 5 min"]);
    }

    #[test]
    fn a_size_carries_a_binary_unit() {
        assert_eq!(
            [0, 1023, 1024, 1536, 1 << 20, (1 << 20) - 1].map(size),
            ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB", "1.0 MiB"]
        );
    }
}
