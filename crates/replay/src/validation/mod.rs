//! Can the sessions be replayed, and is the lab share ready for it?

mod file_system;
mod operations;
mod validate;

pub use file_system::{FileSystemCheck, check_file_system};
pub use operations::{Issue, OperationsCheck, check_operations};
pub use validate::{ValidationError, WhatToCheck, validate};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Validation {
    /// Nothing stands in the way.
    pub ready: bool,
    /// What was checked.
    pub checks: Checks,
    /// What stands in the way.
    pub errors: Vec<String>,
    /// What is worth knowing.
    pub warnings: Vec<String>,
}

/// The checks; `None` for those that were not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Checks {
    /// Of the captured operations.
    pub operations: Option<OperationsCheck>,
    /// Of the lab share.
    pub file_system: Option<FileSystemCheck>,
}
