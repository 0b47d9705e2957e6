//! What a trace says, in the order of its operations.

use crate::transformations::TRANSLATED_PORTS;
use capture::Trace;
use smbreplay_dissect::{Dissector, Operation};
use std::collections::BTreeMap;

/// Everything that came out of a trace.
pub(crate) struct Outcome {
    /// Ordered by request.
    pub(crate) rows: Vec<Operation>,
    /// Of each connection, the client's port before any address translation.
    pub(crate) ports: BTreeMap<u32, u16>,
    pub(crate) transport: capture::Counters,
}

/// Ports from which on they are translated ones.
const TRANSLATED: u16 = 38_000;

impl Outcome {
    pub(crate) fn of(mut trace: Trace) -> Self {
        let mut dissector = Dissector::new();
        let mut rows = Vec::new();
        while let Some(event) = trace.next_event().unwrap() {
            dissector.handle(event);
            rows.extend(std::iter::from_fn(|| dissector.poll()).map(|row| *row));
        }
        dissector.finish();
        rows.extend(std::iter::from_fn(|| dissector.poll()).map(|row| *row));
        rows.sort_by_key(|row| row.op);
        let port = |port: u16| if port > TRANSLATED { port - TRANSLATED_PORTS } else { port };
        let connections = dissector.connections();
        let ports = connections.iter().map(|it| (it.connection, port(it.endpoints.client.port()))).collect();
        Self { rows, ports, transport: *trace.counters() }
    }
}
