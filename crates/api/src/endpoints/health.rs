//! `GET /health`.

use crate::app::App;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the server does its work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// How it is.
    status: Status,
    /// Version of smbreplay.
    version: &'static str,
    /// Whether tshark was there when the server started. It is not needed.
    tshark_available: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HealthStatus)]
#[expect(dead_code, reason = "clients know three of them")]
enum Status {
    /// It does.
    Ok,
    /// Parts of it do.
    Degraded,
    /// It does not.
    Error,
}

/// Whether the server is there. No key is needed.
#[utoipa::path(get, path = "/health", operation_id = "healthCheck", tag = "server", security(()), responses((status = OK, body = Health)))]
pub(crate) async fn health(State(app): State<App>) -> Json<Health> {
    let tshark_available = app.tshark_available;
    Json(Health { status: Status::Ok, version: env!("CARGO_PKG_VERSION"), tshark_available })
}
