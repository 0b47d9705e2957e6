//! `GET /api/sessions`.

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Query;
use crate::reading::{document, json};
use analysis::listing::{Chosen, ListedSession, SessionOrder};
use axum::extract::State;
use axum::response::Response;
use replay::FileFilter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The capture: its path in `/api/traces`, or its name in the case; by default the one that was ingested last.
    capture_path: Option<String>,
    /// The case that a name is in; by default the one of the settings.
    case_id: Option<String>,
    /// Only sessions of users that match, as `DOMAIN\user` or the name alone: `*` and `?` as in a shell, any case; without them, a part
    /// of the name.
    user: Option<String>,
    /// Only sessions of clients whose address matches.
    client: Option<String>,
    /// Only sessions with operations that failed.
    errors: Option<bool>,
    /// By what the list is sorted, numbers from the greatest.
    #[param(inline)]
    sort: Option<Sort>,
}

/// What sessions are sorted by.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sort {
    Begins,
    Lasts,
    Operations,
    Errors,
    Bytes,
    User,
    Client,
}

/// The sessions of a capture.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SessionList")]
pub(crate) struct SessionList<'a> {
    /// Each keeps its number, whatever the order.
    sessions: Vec<ListedSession<'a>>,
    /// The capture.
    capture_path: String,
    /// How many they are.
    total: usize,
}

/// The sessions of a capture.
#[utoipa::path(get, path = "/api/sessions", operation_id = "listSessions", tag = "sessions", params(Wanted),
    responses((status = OK, body = ref("#/components/schemas/SessionList"))))]
pub(crate) async fn list(State(app): State<App>, Query(wanted): Query<Wanted>) -> Result<Response, ApiError> {
    let shared = app.clone();
    document(&app, move |out| sessions(&shared, &wanted, out)).await
}

fn sessions(app: &App, wanted: &Wanted, out: &mut Vec<u8>) -> Result<(), ApiError> {
    let trace = app.open(wanted.capture_path.as_deref(), wanted.case_id.as_deref())?;
    let pattern = |text: &Option<String>| text.as_deref().filter(|text| !text.is_empty()).map(FileFilter::new);
    let (of_user, of_client) = (pattern(&wanted.user), pattern(&wanted.client));
    let user = |text: &str| of_user.as_ref().is_none_or(|wanted| wanted.accepts(text));
    let client = |text: &str| of_client.as_ref().is_none_or(|wanted| wanted.accepts(text));
    let chosen = Chosen {
        user: of_user.is_some().then_some(&user),
        client: of_client.is_some().then_some(&client),
        errors: wanted.errors.unwrap_or(false),
        order: wanted.sort.map_or(SessionOrder::Begins, SessionOrder::from),
    };
    let listed = chosen.of(&trace.metadata);
    let sessions: Vec<ListedSession<'_>> =
        listed.iter().map(|(number, session)| ListedSession::of(&trace.metadata, *number, session)).collect();
    json(out, &SessionList { total: sessions.len(), capture_path: trace.path().display().to_string(), sessions })
}

impl From<Sort> for SessionOrder {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Begins => Self::Begins,
            Sort::Lasts => Self::Lasts,
            Sort::Operations => Self::Operations,
            Sort::Errors => Self::Errors,
            Sort::Bytes => Self::Bytes,
            Sort::User => Self::User,
            Sort::Client => Self::Client,
        }
    }
}
