//! `POST /api/target/check`.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::extract::Json;
use crate::security::{Account, target};
use crate::trace::{self, Trace};
use axum::extract::State;
use replay::readiness::{self, Advice, Readiness, Subject};
use serde::Deserialize;
use store::Config;
use utoipa::ToSchema;

/// Which server, and what is to be replayed there.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TargetCheck {
    #[serde(flatten)]
    account: Account,
    /// Path of the trace, as `/api/traces` has it; the one that was ingested last by default, if there is one.
    capture_path: Option<String>,
    /// The case that a relative path lies in.
    case_id: Option<String>,
}

/// Tells whether the lab server is there, what it is able to, and whether the account may use the share. Nothing is changed there.
#[utoipa::path(post, path = "/api/target/check", operation_id = "checkTarget", tag = "replay", request_body = TargetCheck, responses(
    (status = OK, description = "What was found", body = ref("#/components/schemas/Readiness"))))]
pub(crate) async fn check(
    State(app): State<App>,
    Json(asked): Json<TargetCheck>,
) -> Result<axum::Json<Readiness>, ApiError> {
    let config = app.config()?;
    app.readers
        .check(move |gone| {
            let target = target(&config, &asked.account)?;
            let (trace, called) = of_trace(&config, &asked)?;
            let trace = trace.as_ref().map(|trace| readiness::Trace { metadata: &trace.metadata, called });
            let subject = Subject { target: &target, trace, patience: config.max_wait(), words: &words };
            let checks = readiness::examine(&subject, gone).map_err(ApiError::internal)?;
            let checks = checks.ok_or_else(|| ApiError::new(ErrorCode::Unavailable, "nobody waits for it"))?;
            Ok(axum::Json(checks.into()))
        })
        .await
}

/// The trace, and what it is called. One that is named has to be there, the last one need not.
fn of_trace(config: &Config, asked: &TargetCheck) -> Result<(Option<Trace>, &'static str), ApiError> {
    let path = asked.capture_path.as_deref().filter(|path| !path.is_empty());
    let opened = trace::open(config, path, asked.case_id.as_deref());
    match path {
        Some(_) => Ok((Some(opened?), "the trace")),
        None => Ok((opened.ok(), "the last trace")),
    }
}

/// What to do, by the names of settings and members of requests.
fn words(advice: &Advice) -> String {
    let words = match advice {
        Advice::NameServer => "check `server_ip`",
        Advice::KeepFromCaptured => "replay at a lab server, or insist with `allow_captured_server`",
        Advice::Reach => "check that the server runs, and `server_ip` and `port`",
        Advice::CorrectAccount => "check `username`, `domain` and `password`",
        Advice::TakeTicket
        | Advice::NameKdc
        | Advice::ReachKdc
        | Advice::NameService
        | Advice::RenewTickets
        | Advice::GiveSecret => "log on with a password: over HTTP there is no Kerberos",
        Advice::MakeShare => "make the share on the server, or name another with `tree_name`",
        Advice::NameDisk => "name a disk share with `tree_name`",
        Advice::WriteElsewhere => "let the user write there, or replay below a folder where he may, with `root`",
        Advice::OfferDialect { enable, offer } => {
            return format!("enable {enable} on the server, or replay with `dialect` {offer}");
        }
        Advice::Same(words) => words,
    };
    words.to_owned()
}
