//! Driving capture, dissector and writer.

use super::{IngestError, IngestProgress, IngestRequest};
use crate::metadata::{SessionMetadata, TraceFile};
use std::sync::atomic::AtomicBool;

/// Reads the trace and writes its sessions.
pub(super) fn read(
    request: &IngestRequest,
    _file: TraceFile,
    _progress: &mut dyn FnMut(IngestProgress),
    _cancelled: &AtomicBool,
) -> Result<SessionMetadata, IngestError> {
    Err(IngestError::NoSmb2 { path: request.place.trace.clone(), packets: 0, connections: 0 })
}
