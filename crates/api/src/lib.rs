//! What the command line of smbreplay does, over HTTP: for web pages, programs and the SDK.
//!
//! # Invariants
//! - Every path is confined to the traces folder, and nothing a request says changes where that is.
//! - No secret is in an answer, a log line, a job or an error. The stored password goes to the configured server only.
//! - Long work is a job: it goes on when the client has gone, can be cancelled, and is known after a restart.
//! - What is large is streamed, and read by a bounded number of threads: `/health` answers whatever else goes on.
//! - Every status and shape that is answered is in `/openapi.json`.
//! - No terminal, no command line.

#![forbid(unsafe_code)]

mod app;
mod claims;
mod condition;
mod configuration;
mod endpoints;
mod error;
mod extract;
mod jobs;
mod metrics;
mod openapi;
mod readers;
mod reading;
mod replaying;
mod router;
mod run;
mod schemas;
mod security;
mod server;
mod settings;
mod site;
mod trace;
mod upload;

pub use error::{ApiError, ErrorCode};
pub use security::{ApiKey, KeyError};
pub use server::{Server, ServerError};
pub use settings::{Environment, Limits, Settings};
