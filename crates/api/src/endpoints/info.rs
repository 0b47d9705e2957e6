//! `GET /info`.

use crate::app::App;
use crate::error::ApiError;
use crate::trace;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use smb2::Command;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Versions, folders and what is known of the trace that was ingested last.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Info {
    /// Version of smbreplay.
    version: &'static str,
    /// Version of the files on disk.
    schema_version: &'static str,
    /// Whether tshark was there when the server started. It is not needed.
    tshark_available: bool,
    /// The trace that was ingested last, if there is one in the traces folder.
    #[schema(required)]
    capture_path: Option<String>,
    /// Whether it is there and ingested.
    capture_valid: bool,
    /// Packets in it.
    #[schema(required)]
    packet_count: Option<u64>,
    /// Names of commands by their codes.
    supported_commands: BTreeMap<String, String>,
    /// The folder of the cases.
    traces_folder: String,
    /// How much is logged, from 0.
    verbosity_level: u8,
}

/// What the server works with.
#[utoipa::path(get, path = "/info", operation_id = "getSystemInfo", tag = "server", responses((status = OK, body = Info)))]
pub(crate) async fn info(State(app): State<App>) -> Result<Json<Info>, ApiError> {
    let config = app.config()?;
    let tshark_available = app.tshark_available;
    app.readers
        .read(move || {
            let last = trace::find(&config, None, None).ok();
            let known = trace::open(&config, None, None).ok();
            Ok(Json(Info {
                version: env!("CARGO_PKG_VERSION"),
                schema_version: store::metadata::SCHEMA_VERSION,
                tshark_available,
                capture_path: last.map(|place| place.trace.display().to_string()),
                capture_valid: known.is_some(),
                packet_count: known.map(|trace| trace.metadata.trace.packets),
                supported_commands: Command::ALL
                    .iter()
                    .map(|command| (command.0.to_string(), command.to_string()))
                    .collect(),
                traces_folder: config.traces_folder().display().to_string(),
                verbosity_level: config.verbosity_level(),
            }))
        })
        .await
}
