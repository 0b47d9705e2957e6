//! The addresses, one file each.

mod cases;
mod causes;
mod comparison;
mod config;
mod deletion;
mod documents;
mod execute;
mod filter;
mod health;
mod info;
mod ingest;
mod jobs;
mod metrics;
mod operations;
mod replayed;
mod replays;
mod session;
mod sessions;
mod setup;
mod summary;
mod target;
mod timeline;
mod timing;
mod traces;
mod upload;
mod validate;

pub(crate) use causes::ReplayCauses;
pub(crate) use documents::documents;
pub(crate) use execute::Execution;
pub(crate) use ingest::IngestAnswer;
pub(crate) use operations::OperationList;
pub(crate) use replayed::ReplayedOperation;
pub(crate) use replays::{ReplayedList, RunList};
pub(crate) use sessions::SessionList;
pub(crate) use setup::SetupAnswer;
pub(crate) use traces::TraceList;

use crate::app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Those that are answered within a bounded time.
pub(crate) fn quick() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(health::health))
        .routes(routes!(info::info))
        .routes(routes!(metrics::metrics))
        .routes(routes!(config::get, config::put))
        .routes(routes!(config::get_one))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::get, jobs::cancel))
        .routes(routes!(cases::list))
        .routes(routes!(traces::list))
        .routes(routes!(summary::show))
        .routes(routes!(filter::check))
        .routes(routes!(filter::fields))
        .routes(routes!(sessions::list))
        .routes(routes!(operations::show))
        .routes(routes!(operations::search))
        .routes(routes!(session::operation))
        .routes(routes!(session::stats))
        .routes(routes!(timeline::show))
        .routes(routes!(replays::list))
        .routes(routes!(replays::show))
        .routes(routes!(replays::operations))
        .routes(routes!(replayed::operation))
        .routes(routes!(comparison::compare))
        .routes(routes!(causes::causes))
        .routes(routes!(timing::timing))
}

/// Those that take as long as their work, or their client.
pub(crate) fn lasting() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(jobs::events))
        .routes(routes!(upload::upload))
        .routes(routes!(deletion::delete_trace))
        .routes(routes!(deletion::delete_run))
        .routes(routes!(ingest::ingest))
        .routes(routes!(validate::validate))
        .routes(routes!(target::check))
        .routes(routes!(setup::setup))
        .routes(routes!(execute::execute))
        .routes(routes!(session::tree))
        .routes(routes!(replays::page))
        .routes(routes!(replays::results))
        .routes(routes!(replays::traffic))
}
