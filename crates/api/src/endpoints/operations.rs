//! `GET /api/sessions/{id}` and `POST /api/sessions/{id}/operations`.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::{Json, Path, Query};
use crate::reading::{Choice, Columnar, Form, Rows, answer, form, limit, listing};
use crate::trace::unreadable;
use analysis::row::{self, FieldError};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use dissect::Operation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::Selection;
use store::metadata::HexId;
use store::schema::status_name;
use utoipa::{IntoParams, ToSchema};

/// Which operations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The capture: its path in `/api/traces`, or its name in the case; by default the one that was ingested last.
    capture_path: Option<String>,
    /// The case that a name is in; by default the one of the settings.
    case_id: Option<String>,
    /// Only operations whose path matches: `*` and `?` as in a shell, any case; without them, a part of the path.
    file_filter: Option<String>,
    /// Names of columns (`command,status_name`) or of Wireshark's fields (`smb2.nt_status`), with commas between them; by default
    /// all but whole messages.
    fields: Option<String>,
    /// Only operations that match, in the language of Wireshark's display filters.
    filter: Option<String>,
    /// Rows of a page; without it all are answered, as a stream.
    #[param(minimum = 1, maximum = 10000)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// The first row of the page, counted from 0 among those that match; not beside `cursor`.
    #[param(minimum = 0, maximum = 9007199254740991i64)]
    offset: Option<u64>,
}

/// Which operations.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OperationQuery)]
pub(crate) struct Body {
    /// The capture: its path in `/api/traces`, or its name in the case; by default the one that was ingested last.
    capture_path: Option<String>,
    /// The case that a name is in; by default the one of the settings.
    case_id: Option<String>,
    /// Only operations whose path matches: `*` and `?` as in a shell, any case; without them, a part of the path.
    file_filter: Option<String>,
    /// Names of columns or of Wireshark's fields; by default all but whole messages.
    fields: Option<Fields>,
    /// Only operations that match, in the language of Wireshark's display filters.
    filter: Option<String>,
    /// Rows of a page; without it all are answered, as a stream.
    #[schema(minimum = 1, maximum = 10000)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// The first row of the page, counted from 0 among those that match; not beside `cursor`.
    #[schema(minimum = 0, maximum = 9007199254740991i64)]
    offset: Option<u64>,
}

/// Names of columns.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = FieldNames)]
pub(crate) enum Fields {
    /// One by one.
    Each(Vec<String>),
    /// With commas between them.
    Text(String),
}

/// The operations of a session.
#[derive(JsonSchema)]
#[schemars(rename = "OperationList")]
#[expect(dead_code, reason = "only its schema is needed: it is written row by row")]
pub(crate) struct OperationList {
    /// The session.
    session_id: HexId,
    /// How many operations match, on all pages.
    total: u64,
    /// The `file_filter` that was asked for.
    file_filter: Option<String>,
    /// Where the next page begins; null where there is none.
    next_cursor: Option<String>,
    /// In the order of their requests.
    operations: Vec<ShownOperation>,
}

/// An operation: columns of its row, all or those that were asked for, and always what has a capital letter.
#[derive(Debug, Serialize)]
pub(crate) struct ShownOperation {
    #[serde(flatten)]
    columns: Map<String, Value>,
    #[serde(rename = "Frame")]
    frame: String,
    #[serde(rename = "Command")]
    command: String,
    #[serde(rename = "Path")]
    path: String,
    #[serde(rename = "Status")]
    status: String,
    #[serde(rename = "StatusDesc")]
    status_desc: String,
    #[serde(rename = "Tree")]
    tree: String,
}

/// What an operation always shows: the name, its meaning, and the columns that it is made of.
const ALWAYS: [(&str, &str, &[&str]); 6] = [
    ("Frame", "Frame of the request; without one, of the response.", &["request_frame", "response_frame"]),
    ("Command", "Name of the command.", &["command"]),
    ("Path", "Path on the share.", &["path"]),
    ("Status", "Final status, `0x` and 8 hex digits.", &["status"]),
    ("StatusDesc", "Name of the final status.", &[]),
    ("Tree", "Path of the share.", &["share"]),
];

/// The operations of a session: all as a stream, or a page. As JSON, or as an Arrow IPC stream or Parquet file with the columns
/// alone, where `Accept` asks for that. `id` is an id (`0x…`), a file name, or a number in `/api/sessions`.
#[utoipa::path(get, path = "/api/sessions/{id}", operation_id = "getOperations", tag = "sessions",
    params(("id" = String, Path, description = "Id, file name or number of the session"), Wanted),
    responses((status = OK, content(
        (ref("#/components/schemas/OperationList") = "application/json"),
        (String = "application/vnd.apache.arrow.stream"),
        (String = "application/vnd.apache.parquet")),
        headers(("X-Total" = u64, description = "How many operations match"),
            ("X-Next-Cursor" = Option<String>, description = "Where the next page begins")))))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    respond(app, id, wanted, &headers).await
}

/// The same with a body, for long filters.
#[utoipa::path(post, path = "/api/sessions/{id}/operations", operation_id = "searchOperations", tag = "sessions",
    params(("id" = String, Path, description = "Id, file name or number of the session")),
    request_body = Body,
    responses((status = OK, content(
        (ref("#/components/schemas/OperationList") = "application/json"),
        (String = "application/vnd.apache.arrow.stream"),
        (String = "application/vnd.apache.parquet")),
        headers(("X-Total" = u64, description = "How many operations match"),
            ("X-Next-Cursor" = Option<String>, description = "Where the next page begins")))))]
pub(crate) async fn search(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Body>,
) -> Result<Response, ApiError> {
    let Body { capture_path, case_id, file_filter, fields, filter, limit, cursor, offset } = body;
    let fields = fields.map(|fields| match fields {
        Fields::Each(names) => names.join(","),
        Fields::Text(text) => text,
    });
    let wanted = Wanted { capture_path, case_id, file_filter, fields, filter, limit, cursor, offset };
    respond(app, id, wanted, &headers).await
}

async fn respond(app: App, id: String, wanted: Wanted, headers: &HeaderMap) -> Result<Response, ApiError> {
    let form = form(headers)?;
    let shared = app.clone();
    answer(&app, move || prepare(&shared, &id, wanted, form)).await
}

fn prepare(app: &App, id: &str, wanted: Wanted, form: Form) -> Result<Rows, ApiError> {
    let limit = limit(wanted.limit)?;
    let columns = columns(wanted.fields.as_deref())?;
    let trace = app.open(wanted.capture_path.as_deref(), wanted.case_id.as_deref())?;
    let session = trace.session(id)?;
    let file = trace.file(session)?;
    let choice = Choice::of(&trace, &file, wanted.filter, wanted.file_filter)?;
    let begin = choice.pages(|list| list.begin(wanted.cursor.as_deref(), wanted.offset))?;
    let selection = choice.selection(app, &file)?;
    let from = begin.row(|before| file.place(selection.as_ref(), before));
    let total = selection.as_ref().map_or(file.row_count(), Selection::count);
    let page = (limit.is_some() || from > 0).then(|| file.page(selection.as_ref(), from, limit.unwrap_or(u64::MAX)));
    let next = page.as_ref().and_then(|page| page.next).map(|row| choice.pages(|list| list.text(row)));
    let rows = page.map(|page| page.selection).or(selection);
    let head = head(session.session_id, total, choice.pattern, next.clone());
    Ok(Rows {
        is_page: limit.is_some(),
        media_type: form.media_type(),
        total,
        next,
        write: Box::new(move |out| match form {
            Form::Json => {
                let needed: Vec<&str> =
                    columns.iter().copied().chain(ALWAYS.iter().flat_map(|(.., of)| of.iter().copied())).collect();
                let rows = file
                    .operations_with(&needed, rows.as_ref())
                    .map(|row| row.map(|row| ShownOperation::of(&row, &columns)).map_err(unreadable));
                listing(out, &head, "operations", rows)
            }
            Form::Arrow => Columnar::new(&columns)?.arrow(out, file.batches_of(&columns, rows.as_ref())),
            Form::Parquet => Columnar::new(&columns)?.parquet(out, file.batches_of(&columns, rows.as_ref())),
        }),
    })
}

fn head(session: HexId, total: u64, file_filter: Option<String>, next: Option<String>) -> Map<String, Value> {
    let members = json!({ "session_id": session, "total": total, "file_filter": file_filter, "next_cursor": next });
    if let Value::Object(members) = members { members } else { Map::new() }
}

/// The columns that are asked for, each once.
fn columns(names: Option<&str>) -> Result<Vec<&'static str>, ApiError> {
    let Some(names) = names.filter(|names| !names.is_empty()) else { return Ok(row::columns()) };
    let named = row::columns_named(names.split(',')).map_err(|error| {
        let advice = match error {
            FieldError::Messages(_) => "see /api/sessions/{id}/operations/{n}".to_owned(),
            FieldError::Unknown(_) | FieldError::None => format!("the fields are {}", row::columns().join(", ")),
        };
        ApiError::new(ErrorCode::InvalidValue, error).advise(advice)
    })?;
    let mut columns = Vec::with_capacity(named.len());
    for column in named {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    Ok(columns)
}

impl ShownOperation {
    fn of(operation: &Operation, columns: &[&str]) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let frame = operation.request_frame.or(operation.response_frame);
        Self {
            columns: row::object(operation, columns),
            frame: frame.map(|frame| frame.to_string()).unwrap_or_default(),
            command: operation.command.map(|command| command.to_string()).unwrap_or_default(),
            path: text(operation.path.as_deref()),
            status: operation.status.map(|status| format!("{status:#010x}")).unwrap_or_default(),
            status_desc: operation.status.map(status_name).unwrap_or_default(),
            tree: text(operation.share.as_deref()),
        }
    }
}

impl JsonSchema for ShownOperation {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Operation".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut properties = row::properties();
        for (name, meaning, _) in ALWAYS {
            let description = format!("{meaning} Empty where there is none.");
            properties.insert(name.to_owned(), json!({ "type": "string", "description": description }));
        }
        let required = ALWAYS.map(|(name, ..)| name);
        schemars::json_schema!({ "type": "object", "properties": properties, "required": required })
    }
}
