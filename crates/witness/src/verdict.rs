//! What the witness has to say.

pub use crate::patches::Bytes;
use std::collections::BTreeMap;
use std::fmt;

/// How many of a kind are printed; the lists themselves are complete.
const SHOWN: usize = 20;
/// How many bytes of a difference are printed.
const SHOWN_BYTES: usize = 16;

/// A request on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which SMB connection of its recording, 0-based in the order of connecting.
    pub connection: usize,
    /// Which request of the connection, 0-based.
    pub request: usize,
    /// 1-based number of the packet that completed it.
    pub packet: u64,
    /// Its command.
    pub command: String,
}

/// Something to say about one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The request.
    pub place: Place,
    /// What about it.
    pub what: String,
}

/// A range in which a live request differs from the captured one without a declared patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByteDifference {
    /// The captured request.
    pub captured: Place,
    /// The live request.
    pub live: Place,
    /// Offsets and bytes.
    pub bytes: Bytes,
}

/// A request whose final NTSTATUS differs; `None` stands for no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusDifference {
    /// The captured request.
    pub captured: Place,
    /// NTSTATUS in the capture.
    pub captured_status: Option<u32>,
    /// NTSTATUS of the live server.
    pub live_status: Option<u32>,
}

/// How often a field was patched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PatchUse {
    /// Number of patches.
    pub patches: usize,
    /// Live bytes in them.
    pub bytes: usize,
}

/// The outcome of [`compare`](crate::compare()).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// SMB connections in the capture.
    pub connections: usize,
    /// Requests in the capture.
    pub captured: usize,
    /// Captured requests that reached the live server.
    pub reached: usize,
    /// Requests in the recording of the replay.
    pub live: usize,
    /// Live requests of the replay's own that the run declares.
    pub extra: usize,
    /// Bytes of live requests that were compared, patched ones not counted.
    pub bytes_compared: usize,
    /// What was patched, by the name of the field.
    pub patched: BTreeMap<String, PatchUse>,

    /// Faults of the recordings, and connections that cannot be paired.
    pub faults: Vec<String>,
    /// Captured requests that did not reach the server.
    pub missing: Vec<Finding>,
    /// Live requests that no row of the run explains.
    pub unexplained: Vec<Finding>,
    /// Rows that claim a sent request that is not in the recording.
    pub unwitnessed: Vec<String>,
    /// Live requests that were sent before one that the capture has earlier.
    pub out_of_order: Vec<Finding>,
    /// Undeclared differences.
    pub byte_differences: Vec<ByteDifference>,
    /// Patches that overlap, leave their message, or touch what must be verbatim; chains that were split or joined.
    pub broken_rules: Vec<Finding>,

    /// Requests whose final NTSTATUS was compared.
    pub statuses: usize,
    /// Those among them that differ.
    pub status_differences: Vec<StatusDifference>,
    /// Connections that the client closed in the capture and not in the replay.
    pub close_differences: Vec<String>,
}

impl Verdict {
    /// Whether all captured requests reached the server in order, everything sent is explained, and no byte differs
    /// outside the declared patches.
    pub fn holds(&self) -> bool {
        self.missing.is_empty() && self.reached == self.captured && self.sent_faithfully()
    }

    /// As [`holds`](Self::holds), but for requests that did not reach the server.
    pub fn sent_faithfully(&self) -> bool {
        self.faults.is_empty()
            && self.unexplained.is_empty()
            && self.unwitnessed.is_empty()
            && self.out_of_order.is_empty()
            && self.byte_differences.is_empty()
            && self.broken_rules.is_empty()
    }

    /// The share of compared statuses that are equal, 0 to 1; 1 when there was none to compare.
    pub fn equal_statuses(&self) -> f64 {
        if self.statuses == 0 {
            return 1.0;
        }
        let equal = self.statuses.saturating_sub(self.status_differences.len());
        equal as f64 / self.statuses as f64
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connection {}, request {} ({}, packet {})", self.connection, self.request, self.command, self.packet)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl fmt::Display for ByteDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Bytes { captured_offset, captured, live_offset, live } = &self.bytes;
        write!(
            f,
            "{}: captured {} at {captured_offset}, live {} at {live_offset} (packet {})",
            self.captured,
            hex(captured),
            hex(live),
            self.live.packet
        )
    }
}

impl fmt::Display for StatusDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = |status: Option<u32>| status.map_or("no answer".to_owned(), |status| format!("{status:#010x}"));
        write!(f, "{}: captured {}, live {}", self.captured, status(self.captured_status), status(self.live_status))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} of {} captured requests on {} connections reached the server; {} live requests, {} of them extra",
            self.reached, self.captured, self.connections, self.live, self.extra
        )?;
        writeln!(f, "{} bytes compared outside the declared patches", self.bytes_compared)?;
        for (what, PatchUse { patches, bytes }) in &self.patched {
            writeln!(f, "  patched {what}: {patches} times, {bytes} bytes")?;
        }
        let equal = self.statuses.saturating_sub(self.status_differences.len());
        writeln!(f, "{equal} of {} final statuses are equal", self.statuses)?;
        list(f, "faults", &self.faults)?;
        list(f, "captured requests that did not reach the server", &self.missing)?;
        list(f, "live requests that no row explains", &self.unexplained)?;
        list(f, "rows whose request is not on the wire", &self.unwitnessed)?;
        list(f, "live requests out of order", &self.out_of_order)?;
        list(f, "undeclared differences", &self.byte_differences)?;
        list(f, "broken rules", &self.broken_rules)?;
        list(f, "statuses that differ", &self.status_differences)?;
        list(f, "closes that differ", &self.close_differences)?;
        write!(f, "{}", if self.holds() { "the replay is faithful" } else { "the replay is NOT faithful" })
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, title: &str, items: &[T]) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(f, "{title}: {}", items.len())?;
    for item in items.iter().take(SHOWN) {
        writeln!(f, "  {item}")?;
    }
    match items.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(f, "  and {more} more"),
    }
}

fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "nothing".to_owned();
    }
    let mut text: String = bytes.iter().take(SHOWN_BYTES).map(|byte| format!("{byte:02x}")).collect();
    if bytes.len() > SHOWN_BYTES {
        text.push_str(&format!("… ({} bytes)", bytes.len()));
    }
    text
}
