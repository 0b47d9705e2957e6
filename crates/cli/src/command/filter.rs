//! `--filter`: which operations the user means.

use super::trace::Trace;
use crate::failure::Failure;
use analysis::filter::Filter;

/// The filter that `text` is, on operations of `trace`.
pub(super) fn parse(text: &str, trace: &Trace) -> Result<Filter, Failure> {
    let first_frame = trace.metadata.trace.first_time.map(|time| time.0);
    Filter::parse(text, first_frame).map_err(|error| Failure::Expression {
        what: format!("--filter: {error}; docs/filter.md has the language"),
        expression: text.to_owned(),
        range: error.range,
    })
}
