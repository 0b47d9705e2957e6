//! What requests say about a replay, and what is answered when there is none.

use crate::error::{ApiError, ErrorCode};
use crate::jobs::{Job, JobProgress};
use crate::security::{Account, target};
use crate::trace::Trace;
use replay::compare::{Rule, Settings};
use replay::map::{Root, RuleError};
use replay::options::{NotAnOption, dialect};
use replay::provisioning::{BeforeError, Doing, ProvisioningError};
use replay::validation::ValidationError;
use replay::{FileFilter, LoadError, Mapping, Options, ReplayError, Selection};
use serde::Deserialize;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;
use store::Config;
use store::metadata::Session;
use utoipa::ToSchema;

/// Which sessions of which trace.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Sessions {
    /// Id, number or file name of the session.
    pub(crate) session_id: Option<String>,
    /// Several of them.
    pub(crate) session_ids: Vec<String>,
    /// All that can be replayed.
    pub(crate) all: bool,
    /// Path of the trace, as `/api/traces` has it; the one that was ingested last by default.
    pub(crate) capture_path: Option<String>,
    /// The case that a relative path lies in.
    pub(crate) case_id: Option<String>,
}

/// Where captured names and users are found on the lab server. Rules are those of the command line.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Names {
    /// Folder of the share below which everything is done; it is made when it is not there.
    pub(crate) root: Option<String>,
    /// `A=B`: the captured share A is the share B.
    pub(crate) map_share: Vec<String>,
    /// `A=B`: what was at or below the path A is at or below B.
    pub(crate) map_path: Vec<String>,
    /// `A=USER%PASSWORD`: the captured user A logs on as this user. Not kept.
    pub(crate) map_user: Vec<String>,
    /// `A=B`: accounts of the captured domain A are those of B.
    pub(crate) map_sid: Vec<String>,
}

/// How to replay; what is left out is as on the command line.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct How {
    /// Only operations on paths that match: a part of the path, or a pattern with * and ?.
    pub(crate) file_filter: Option<String>,
    /// `asap`, `original`, or a factor like `2x`.
    pub(crate) pace: Option<String>,
    /// Which responses a request waits for on other connections: `trace`, `session` or `none`.
    pub(crate) order: Option<String>,
    /// Seconds for connecting, and of patience for an answer.
    pub(crate) max_wait: Option<f64>,
    /// Seconds that longer idle gaps are shortened to.
    pub(crate) max_gap: Option<f64>,
    /// Dialect to offer instead of the captured one: `3.1.1`.
    pub(crate) dialect: Option<String>,
    /// Encrypt also what need not be: `all` or `captured`.
    pub(crate) encrypt: Option<String>,
    /// Copies of the sessions that are replayed at once.
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub(crate) clones: Option<NonZeroU32>,
    /// Only the first so many operations.
    pub(crate) limit: Option<u64>,
    /// Only operations whose request is in this frame or a later one.
    pub(crate) from: Option<u64>,
    /// Only operations whose request is in this frame or an earlier one.
    pub(crate) to: Option<u64>,
    /// `[COMMAND.]FIELD[@PATH]`: differences that do not count.
    pub(crate) ignore: Vec<String>,
    /// Rules for what is compared beside that.
    pub(crate) compare: Vec<String>,
    /// Earlier runs: what differs between them is noise.
    pub(crate) baseline: Vec<String>,
    /// Try the server, the account and the share before the first request; the default.
    pub(crate) enable_ping: Option<bool>,
    /// Let the replay go to a server that occurs in the trace.
    pub(crate) allow_captured_server: bool,
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Rules for users hold passwords.
        f.debug_struct("Names").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Sessions {
    /// The sessions that are meant.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidValue`] when none is named, [`ErrorCode::SessionNotFound`], [`ErrorCode::NotReplayable`] when
    /// `to_replay` and one cannot be.
    pub(crate) fn of<'a>(&self, trace: &'a Trace, to_replay: bool) -> Result<Vec<&'a Session>, ApiError> {
        let named: Vec<&str> = self.session_id.iter().chain(&self.session_ids).map(String::as_str).collect();
        if named.is_empty() && !self.all {
            let error = ApiError::new(ErrorCode::InvalidValue, "no session is named");
            return Err(error.advise("name one with session_id, or say all"));
        }
        let mut chosen: Vec<&Session> = Vec::new();
        for wanted in named {
            let session = trace.session(wanted)?;
            if !chosen.iter().any(|other| other.file == session.file) {
                chosen.push(session);
            }
        }
        if self.all {
            chosen = trace.metadata.sessions.iter().filter(|session| session.session_id.0 != 0).collect();
            chosen.retain(|session| session.replayable || !to_replay);
        }
        if let Some(session) = chosen.iter().find(|session| to_replay && !session.replayable) {
            let reasons = session.not_replayable.join(", ");
            let what = format!("session {} cannot be replayed: {reasons}", session.session_id);
            return Err(ApiError::new(ErrorCode::NotReplayable, what));
        }
        match chosen.is_empty() {
            true => Err(ApiError::new(ErrorCode::NotReplayable, "none of the sessions can be replayed")),
            false => Ok(chosen),
        }
    }
}

/// Everything that a request says about a replay.
///
/// # Errors
/// [`ErrorCode::InvalidValue`] naming the member; [`ErrorCode::PasswordRequired`].
pub(crate) fn options(config: &Config, account: &Account, names: &Names, how: &How) -> Result<Options, ApiError> {
    let dialect = |text: &String| dialect(text).map_err(|error| not_an_option("dialect", error));
    Ok(Options {
        pace: parsed("pace", how.pace.as_deref())?.unwrap_or_default(),
        order: parsed("order", how.order.as_deref())?.unwrap_or_default(),
        encrypt: parsed("encrypt", how.encrypt.as_deref())?.unwrap_or_default(),
        max_wait: seconds("max_wait", how.max_wait)?.unwrap_or(config.max_wait()),
        max_gap: seconds("max_gap", how.max_gap)?,
        dialect: how.dialect.as_ref().map(dialect).transpose()?,
        ping: how.enable_ping.unwrap_or(true),
        allow_captured_server: how.allow_captured_server,
        mapping: mapping(names)?,
        clones: how.clones.unwrap_or(NonZeroU32::MIN),
        selection: Selection {
            limit: how.limit,
            from: how.from,
            to: how.to,
            files: how.file_filter.as_deref().filter(|filter| !filter.is_empty()).map(FileFilter::new),
        },
        comparison: Settings {
            ignore: rules("ignore", &how.ignore)?,
            compare: rules("compare", &how.compare)?,
            baseline: how.baseline.clone(),
            ..Settings::default()
        },
        ..Options::to(target(config, account)?)
    })
}

fn mapping(names: &Names) -> Result<Mapping, ApiError> {
    let root = |text: &str| {
        text.parse::<Root>()
            .map_err(|error: RuleError| ApiError::new(ErrorCode::InvalidValue, format!("root: {error}")))
    };
    Ok(Mapping {
        shares: name_rules("map_share", &names.map_share)?,
        paths: name_rules("map_path", &names.map_path)?,
        users: name_rules::<replay::map::UserRule>("map_user", &names.map_user)?.into_iter().collect(),
        sids: name_rules("map_sid", &names.map_sid)?,
        root: names.root.as_deref().filter(|root| !root.is_empty()).map(root).transpose()?,
    })
}

/// The message never repeats a rule: one of users has a password.
fn name_rules<R: FromStr<Err = RuleError>>(member: &str, rules: &[String]) -> Result<Vec<R>, ApiError> {
    let rule = |(index, text): (usize, &String)| {
        text.parse().map_err(|error| ApiError::new(ErrorCode::InvalidValue, format!("{member}[{index}]: {error}")))
    };
    rules.iter().enumerate().map(rule).collect()
}

fn rules(member: &str, rules: &[String]) -> Result<Vec<Rule>, ApiError> {
    let rule = |(index, text): (usize, &String)| {
        text.parse().map_err(|error| ApiError::new(ErrorCode::InvalidValue, format!("{member}[{index}]: {error}")))
    };
    rules.iter().enumerate().map(rule).collect()
}

fn parsed<T: FromStr<Err = NotAnOption>>(member: &str, text: Option<&str>) -> Result<Option<T>, ApiError> {
    text.map(|text| text.parse().map_err(|error| not_an_option(member, error))).transpose()
}

fn not_an_option(member: &str, error: NotAnOption) -> ApiError {
    ApiError::new(ErrorCode::InvalidValue, format!("{member}: {error}"))
}

fn seconds(member: &str, seconds: Option<f64>) -> Result<Option<Duration>, ApiError> {
    let duration = |seconds: f64| {
        Duration::try_from_secs_f64(seconds)
            .map_err(|_| ApiError::new(ErrorCode::InvalidValue, format!("{member}: expected seconds, 0 or more")))
    };
    seconds.map(duration).transpose()
}

/// Shows on a job how far something is.
pub(crate) fn shown(job: &Job) -> impl FnMut(Doing) {
    |doing: Doing| {
        let Doing { what, done, total } = doing;
        job.progress(JobProgress { doing: what.to_owned(), done, total, ..JobProgress::default() });
    }
}

/// Why nothing was checked.
pub(crate) fn not_validated(error: ValidationError) -> ApiError {
    match error {
        ValidationError::Load(error) => not_loaded(&error),
        ValidationError::Before(error) => no_before_state(error),
    }
}

/// Captured operations that cannot be read.
pub(crate) fn not_loaded(error: &LoadError) -> ApiError {
    match error {
        LoadError::Read(_) | LoadError::Address { .. } => {
            tracing::warn!("{error}");
            ApiError::new(ErrorCode::Conflict, "what was ingested cannot be read")
                .advise("ingest the trace again with force")
        }
        LoadError::Spool { .. } => ApiError::new(ErrorCode::NoRoom, error),
    }
}

/// A before-state that has no place.
pub(crate) fn no_before_state(error: BeforeError) -> ApiError {
    match &error {
        BeforeError::Read(_) => {
            tracing::warn!("{error}");
            ApiError::new(ErrorCode::Conflict, "what was ingested cannot be read")
                .advise("ingest the trace again with force")
        }
        BeforeError::Target(_) | BeforeError::SeveralShares(_) => ApiError::new(ErrorCode::NotReplayable, &error),
        BeforeError::Provisioning(error) => not_provisioned(error),
    }
}

fn not_provisioned(error: &ProvisioningError) -> ApiError {
    match error {
        ProvisioningError::Crew(_) => {
            ApiError::new(ErrorCode::TargetUnusable, error).advise("check the server and the account")
        }
        ProvisioningError::Read(_) => ApiError::new(ErrorCode::Conflict, "what was ingested cannot be read"),
        ProvisioningError::Changes(_) | ProvisioningError::System(_) | ProvisioningError::Ticket(_) => {
            ApiError::internal(error)
        }
    }
}

/// Why nothing, or no more, was replayed.
pub(crate) fn not_replayed(error: ReplayError) -> ApiError {
    let code = match &error {
        ReplayError::Nothing { .. } | ReplayError::SeveralShares(_) | ReplayError::UnknownDialect { .. } => {
            ErrorCode::NotReplayable
        }
        ReplayError::Baseline(_) | ReplayError::OpenFiles(_) => ErrorCode::InvalidValue,
        ReplayError::Target(_) | ReplayError::Dialect { .. } | ReplayError::Probe(_) | ReplayError::Roots(_) => {
            ErrorCode::TargetUnusable
        }
        ReplayError::Provisioning(error) => return not_provisioned(error),
        ReplayError::Record(_) | ReplayError::System(_) | ReplayError::Ticket(_) => return ApiError::internal(error),
    };
    ApiError::new(code, error)
}
