//! `/api/config`: the settings, without the password.

use crate::app::{App, unreadable};
use crate::configuration::{ConfigChange, Settings, change, value_of};
use crate::error::{ApiError, ErrorCode};
use crate::extract::{Json as Body, Path};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use store::ConfigFile;
use utoipa::ToSchema;

/// A setting.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Setting {
    /// Its key.
    key: String,
    /// Its value: text, a number, or, for `password_set`, whether there is one.
    #[schema(value_type = ConfigValue)]
    value: Value,
    /// Where it comes from: `environment (NAME)`, `file` or `default`.
    source: String,
}

/// The value of a setting.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it is the schema of a value")]
pub(crate) enum ConfigValue {
    /// Most of them.
    Text(String),
    /// `port`, `max_wait` and `verbosity_level`.
    Number(f64),
    /// `password_set`.
    Flag(bool),
}

/// The settings after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Changed {
    #[serde(flatten)]
    settings: Settings,
    /// Keys of the request that are stored but do not take effect, because the environment of the server sets them.
    overridden: Vec<String>,
}

/// The effective settings. The password is not among them, only whether there is one.
#[utoipa::path(get, path = "/api/config", operation_id = "getConfig", tag = "config", responses((status = OK, body = Settings)))]
pub(crate) async fn get(State(app): State<App>) -> Result<Json<Settings>, ApiError> {
    let of = app.clone();
    app.readers.read(move || Ok(Json(Settings::of(&of.config()?)))).await
}

/// A setting and where it comes from. `password` is unknown here; `password_set` tells whether there is one.
#[utoipa::path(get, path = "/api/config/{key}", operation_id = "getConfigValue", tag = "config",
    params(("key" = String, Path, description = "A key of /api/config")), responses((status = OK, body = Setting)))]
pub(crate) async fn get_one(State(app): State<App>, Path(key): Path<String>) -> Result<Json<Setting>, ApiError> {
    let of = app.clone();
    app.readers
        .read(move || {
            let found = value_of(&of.config()?, &key);
            let (key, value, source) = found.ok_or_else(|| {
                ApiError::new(ErrorCode::UnknownKey, "there is no setting of this name").advise("see /api/config")
            })?;
            Ok(Json(Setting { key, value, source }))
        })
        .await
}

/// Changes settings, all of them or none. The folders are read-only. `server_ip` and `port` change only together with `password`: the stored
/// one is not sent to another server than it was stored for. `verbosity_level` takes effect when the server is started again.
#[utoipa::path(put, path = "/api/config", operation_id = "updateConfig", tag = "config", request_body = ConfigChange,
    responses((status = OK, body = Changed)))]
pub(crate) async fn put(State(app): State<App>, Body(wanted): Body<ConfigChange>) -> Result<Json<Changed>, ApiError> {
    let of = app.clone();
    app.readers
        .read(move || {
            let _changing = of.changing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let path = ConfigFile::locate(&|name| of.settings.environment.find(name)).map_err(unreadable)?;
            let mut file = ConfigFile::open(&path).map_err(unreadable)?;
            let overridden = change(&wanted, &of.config()?, &mut file)?;
            file.save().map_err(unreadable)?;
            Ok(Json(Changed { settings: Settings::of(&of.config()?), overridden }))
        })
        .await
}
