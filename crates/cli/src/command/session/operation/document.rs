//! One operation as a JSON document.

use super::Whole;
use crate::command::session::{row, show};
use analysis::details::{Details, HandleHistory, hex};
use capture::Hole;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The columns of its row, its messages as trees and in hex, its times, chain and handle.
pub(super) fn document(whole: &Whole<'_>) -> Value {
    let operation = &whole.operation;
    let columns: Map<String, Value> =
        show::all_columns().into_iter().map(|column| (column.to_owned(), row::json(operation, column))).collect();
    let (request, interim, response) = (&whole.messages.request, &whole.messages.interim, &whole.messages.response);
    json!({
        "session_id": whole.session.session_id,
        "operation": columns,
        "timing": whole.timing,
        "chain": whole.chain,
        "handle": whole.handle.as_ref().map(|handle| Handle { history: handle, user: user(whole) }),
        "request": request,
        "interim": interim,
        "response": response,
        "hex": {
            "request": lines(operation.request.as_deref(), &operation.request_holes, request.as_ref()),
            "interim": lines(operation.interim.as_deref(), &[], interim.as_ref()),
            "response": lines(operation.response.as_deref(), &operation.response_holes, response.as_ref()),
        },
    })
}

/// A handle and who opened it.
#[derive(Serialize)]
struct Handle<'a> {
    #[serde(flatten)]
    history: &'a HandleHistory,
    user: Option<String>,
}

/// Whose session it is.
pub(super) fn user(whole: &Whole<'_>) -> Option<String> {
    let user = whole.session.user.as_deref().filter(|user| !user.is_empty())?;
    let domain = whole.session.domain.as_deref().filter(|domain| !domain.is_empty());
    Some(domain.map_or_else(|| user.to_owned(), |domain| format!("{domain}\\{user}")))
}

fn lines(message: Option<&[u8]>, holes: &[Hole], details: Option<&Details>) -> Option<String> {
    let (message, details) = (message?, details?);
    Some(hex(message, holes, &details.withheld()).collect::<Vec<_>>().join("\n"))
}
