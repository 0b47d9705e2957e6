//! Replay of captured operations onto a live server: plan, engine, verdicts, report.

pub mod options;
pub mod report;

pub use options::{Options, Order, Pace, Target};
pub use report::Report;
