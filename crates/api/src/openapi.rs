//! The document that describes the API, made from the code.

use crate::error::{ApiError, ErrorCode};
use crate::schemas::schemas;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::tag::{Tag, TagBuilder};
use utoipa::openapi::{Components, ContentBuilder, InfoBuilder, License, OpenApi, Ref, RefOr, SecurityRequirement};
use utoipa::{PartialSchema, ToSchema};

/// What the addresses are about.
const TAGS: [(&str, &str); 7] = [
    ("server", "The server itself: whether it is there, what it works with, what it has counted."),
    ("config", "Settings."),
    ("traces", "Captures: uploaded, listed, ingested, deleted."),
    ("sessions", "Sessions of an ingested capture, and their operations."),
    ("replay", "Sessions are checked, set up and replayed on the lab server."),
    ("replays", "Earlier replays and their reports."),
    ("jobs", "Ingests, setups and replays that go on or have ended."),
];

fn tag(name: &str, meaning: &str) -> Tag {
    TagBuilder::new().name(name).description(Some(meaning)).build()
}

/// The document without its addresses.
pub(crate) fn head() -> OpenApi {
    let mut license = License::new("MIT");
    license.identifier = Some("MIT".to_owned());
    let info = InfoBuilder::new()
        .title("smbreplay")
        .version(env!("CARGO_PKG_VERSION"))
        .license(Some(license))
        .description(Some(description()))
        .build();
    let mut document = OpenApi::new(info, utoipa::openapi::Paths::new());
    let mut components = Components::new();
    let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key")));
    components.add_security_scheme("api_key", key);
    components.schemas.insert("Error".to_owned(), ApiError::schema());
    components.schemas.insert(ErrorCode::name().into_owned(), ErrorCode::schema());
    document.components = Some(components);
    document.tags = Some(TAGS.iter().map(|(name, meaning)| tag(name, meaning)).collect());
    document.security =
        Some(vec![SecurityRequirement::new("api_key", Vec::<String>::new()), SecurityRequirement::default()]);
    document
}

/// The document with the errors that each address may answer.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    for item in document.paths.paths.values_mut() {
        let PathItem { get, put, post, delete, .. } = item;
        for operation in [get].into_iter().flatten() {
            add_errors(operation, false);
        }
        for operation in [put, post, delete].into_iter().flatten() {
            add_errors(operation, true);
        }
    }
    document
}

/// The document as it is served, with schemas of what lower floors answer.
pub(crate) fn served(document: &OpenApi) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    if let Some(Value::Object(components)) = document.pointer_mut("/components/schemas") {
        components.extend(schemas());
    }
    document
}

fn add_errors(operation: &mut Operation, changes: bool) {
    let only_changes = |code: ErrorCode| {
        matches!(code.status().as_u16(), 408 | 409 | 413 | 415 | 429 | 507) && code != ErrorCode::Conflict
    };
    let codes = ErrorCode::ALL.iter().copied().filter(|code| changes || !only_changes(*code));
    let mut by_status: BTreeMap<u16, BTreeSet<String>> = BTreeMap::new();
    for code in codes {
        let name = serde_json::to_value(code).ok().and_then(|name| name.as_str().map(str::to_owned));
        let meaning = format!("`{}`:{}", name.unwrap_or_default(), code.meaning());
        by_status.entry(code.status().as_u16()).or_default().insert(meaning);
    }
    for (status, meanings) in by_status {
        let meanings: Vec<String> = meanings.into_iter().collect();
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Error"))).build();
        let response =
            ResponseBuilder::new().description(meanings.join(" ")).content("application/json", content).build();
        operation.responses.responses.entry(status.to_string()).or_insert(RefOr::T(response));
    }
}

fn description() -> String {
    let mut text = "Captures of SMB2/SMB3 traffic: sessions, operations, and replays on a lab server. \
                    Ids of 64 bits and statuses are lower-case hex strings, times RFC 3339 with nanoseconds, durations integer \
                    nanoseconds unless the name says otherwise.\n\nErrors are `{error, code, detail}`. The codes:\n"
        .to_owned();
    for code in ErrorCode::ALL {
        let name = serde_json::to_value(code).ok().and_then(|name| name.as_str().map(str::to_owned));
        text.push_str(&format!("\n- `{}` ({}):{}", name.unwrap_or_default(), code.status().as_u16(), code.meaning()));
    }
    text
}
