//! `validate`: can it be replayed, and is the lab share ready?

use super::trace::{self, Trace};
use super::{Context, first_run, provisioning, target};
use crate::arguments::{Global, ValidateArguments};
use crate::failure::{Conclusion, Failure};
use crate::output::{Output, Progress};
use replay::Options;
use replay::validation::{self, Validation, ValidationError, WhatToCheck};
use store::metadata::Session;

/// Checks and tells.
pub(crate) fn run(arguments: &ValidateArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let context = Context::new(&target::overrides(&arguments.server), global, output)?;
    let trace = trace::open(&context, &arguments.trace)?;
    let sessions = trace.named(&context, &arguments.sessions)?;
    let allow = arguments.allow_captured_server;
    let options = provisioning::options(&context, &arguments.server, &arguments.mapping, allow)?;
    let both = !arguments.check_ops && !arguments.check_fs;
    let what = WhatToCheck { operations: arguments.check_ops || both, file_system: arguments.check_fs || both };
    if what.file_system {
        first_run::tell_above(&arguments.server, &context);
    }
    let found = validate(&trace, &sessions, &options, what, &context)?;
    context.output.validation(&found)?;
    if context.interrupt.is_set() {
        return Err(Failure::Interrupted("interrupted; not everything was checked".to_owned()));
    }
    Ok(if found.ready { Conclusion::Done } else { Conclusion::Incomplete })
}

/// Checks the operations, the lab share, or both. A server that cannot be used is a finding, no failure.
pub(crate) fn validate(
    trace: &Trace,
    sessions: &[&Session],
    options: &Options,
    what: WhatToCheck,
    context: &Context<'_>,
) -> Result<Validation, Failure> {
    let progress = Progress::things(context.output.quiet());
    let mut shown = provisioning::shown(&progress);
    let in_words = |error| provisioning::advise(error).to_string();
    let of_trace = (&trace.place.output, &trace.metadata);
    validation::validate(of_trace, sessions, options, what, &in_words, context.interrupt.flag(), &mut shown).map_err(
        |error| match error {
            ValidationError::Load(error) => Failure::new(error, "ingest the trace again with --force"),
            ValidationError::Before(error) => provisioning::advise(error),
        },
    )
}
