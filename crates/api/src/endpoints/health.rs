//! `GET /health`.

use crate::app::App;
use crate::condition::{Condition, Lack};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the server does its work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// How it is.
    status: Condition,
    /// What it lacks, if it is not well.
    #[schema(required)]
    lacks: Option<Lack>,
    /// Version of smbreplay.
    version: &'static str,
    /// Whether tshark was there when the server started. It is not needed.
    tshark_available: bool,
}

/// Whether the server is there, and whether it can do its work, as it was seen in the last seconds. No key is needed.
#[utoipa::path(get, path = "/health", operation_id = "healthCheck", tag = "server", security(()), responses((status = OK, body = Health)))]
pub(crate) async fn health(State(app): State<App>) -> Json<Health> {
    let (lacks, tshark_available) = (app.condition.lack(), app.tshark_available);
    Json(Health { status: lacks.into(), lacks, version: env!("CARGO_PKG_VERSION"), tshark_available })
}
