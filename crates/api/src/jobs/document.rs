//! A job as clients see it, and as it is remembered on disk.

use crate::error::ApiError;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::sync::Arc;
use store::metadata::Time;
use utoipa::ToSchema;
use utoipa::openapi::schema::{AnyOfBuilder, Schema, Type};
use utoipa::openapi::{ObjectBuilder, Ref};

/// What a job does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JobKind {
    /// A capture becomes sessions.
    Ingest,
    /// The before-state is built on the lab share.
    Setup,
    /// Sessions are replayed.
    Replay,
}

impl JobKind {
    /// The name in JSON and in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Setup => "setup",
            Self::Replay => "replay",
        }
    }
}

/// Where a job stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JobState {
    /// It waits for its turn.
    Queued,
    /// It is being done.
    Running,
    /// It was done; `result` has what came of it.
    Done,
    /// It could not be done; `error` says why.
    Failed,
    /// It was cancelled; `result` has what came of it until then, if anything did.
    Cancelled,
    /// The server ended before it did.
    Interrupted,
}

impl JobState {
    /// Whether nothing changes any more.
    pub(crate) fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    /// The name in JSON and in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }
}

/// How far a job is.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub(crate) struct JobProgress {
    /// What is being done, in a few words.
    pub(crate) doing: String,
    /// How much is done: bytes of an ingest, else operations or things.
    pub(crate) done: u64,
    /// Of how much; 0 while that is not known.
    pub(crate) total: u64,
    /// Of a replay: operations that differ.
    pub(crate) divergences: u64,
    /// Of a replay: operations that were not sent.
    pub(crate) skipped: u64,
    /// Of a replay: operations that were sent and not answered yet.
    pub(crate) in_flight: u64,
    /// Of a replay with a pace: how late the request that ended last was sent, milliseconds.
    pub(crate) lag_ms: f64,
}

/// A job.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobDocument {
    /// Its id: 32 hex digits.
    pub(crate) id: String,
    /// What it does.
    pub(crate) kind: JobKind,
    /// Where it stands.
    pub(crate) state: JobState,
    /// When it was asked for, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) created: Time,
    /// When it began.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub(crate) started: Option<Time>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub(crate) ended: Option<Time>,
    /// What was asked for, without secrets: `capture_path` and what else the kind of job tells.
    #[schema(value_type = Object)]
    pub(crate) request: Shared,
    /// How far it is.
    pub(crate) progress: JobProgress,
    /// What came of it: the body that the request would have been answered with. Null in a list, and once it is too large or too old to
    /// be kept: what it tells is in the files of the trace as well.
    #[schema(schema_with = result, required)]
    pub(crate) result: Option<Shared>,
    /// Why it failed.
    #[schema(required)]
    pub(crate) error: Option<ApiError>,
}

/// One of what the kinds of jobs answer.
fn result() -> Schema {
    let of = |name: &str| Ref::from_schema_name(name);
    let answers = AnyOfBuilder::new().item(of("IngestAnswer")).item(of("SetupAnswer")).item(of("Execution"));
    let meaning = "What came of it: the body that the request would have been answered with. Null in a list, and once it is too \
                   large or too old to be kept: what it tells is in the files of the trace as well.";
    let answers = answers.item(ObjectBuilder::new().schema_type(Type::Null)).description(Some(meaning));
    Schema::AnyOf(answers.build())
}

/// JSON that is cheap to clone: whoever looks at a job takes a copy of it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Shared(Arc<Value>);

impl From<Value> for Shared {
    fn from(value: Value) -> Self {
        Self(Arc::new(value))
    }
}

impl Shared {
    /// A member that is a text.
    pub(super) fn text(&self, member: &str) -> Option<String> {
        Some(self.0.get(member)?.as_str()?.to_owned())
    }

    /// Bytes of its text.
    pub(super) fn size(&self) -> usize {
        self.0.to_string().len()
    }
}

impl Serialize for Shared {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Shared {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}
