//! `validate`: can it be replayed, and is the lab share ready?

use super::trace::{self, Trace};
use super::{Context, provisioning, target};
use crate::arguments::{Global, ValidateArguments};
use crate::failure::{Conclusion, Failure};
use crate::output::{Output, Progress};
use replay::Options;
use replay::provisioning::{Before, BeforeError, ProvisioningError};
use replay::validation::{Validation, check_file_system, check_operations};
use store::metadata::Session;

/// Checks and tells.
pub(crate) fn run(arguments: &ValidateArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let context = Context::new(&target::overrides(&arguments.server), global, output)?;
    let trace = trace::open(&context, &arguments.trace)?;
    let sessions = trace.named(&context, &arguments.sessions)?;
    let allow = arguments.allow_captured_server;
    let options = provisioning::options(&context, &arguments.server, &arguments.mapping, allow)?;
    let (operations, file_system) = match (arguments.check_ops, arguments.check_fs) {
        (false, false) => (true, true),
        chosen => chosen,
    };
    let found = validate(&trace, &sessions, &options, (operations, file_system), &context)?;
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
    (operations, file_system): (bool, bool),
    context: &Context<'_>,
) -> Result<Validation, Failure> {
    let mut found = Validation::default();
    let output = &trace.place.output;
    for session in sessions.iter().filter(|session| !session.replayable) {
        let reasons = session.not_replayable.join(", ");
        found.errors.push(format!("session {} cannot be replayed: {reasons}", session.session_id));
    }
    let lacking = trace.metadata.trace.payload.left_out();
    found
        .warnings
        .extend(lacking.map(|what| format!("{what}: contents are not checked, and a replay sends a pattern")));
    let files = provisioning::files(sessions);
    if operations {
        let captured = replay::load(output, &trace.metadata, &files)
            .map_err(|error| Failure::new(error, "ingest the trace again with --force"))?;
        let check = check_operations(captured, options);
        if !check.valid {
            let left = check.total_operations.saturating_sub(check.supported_operations);
            let encrypted = match check.encrypted {
                0 => String::new(),
                count => format!(", and {count} messages are encrypted with an unknown key"),
            };
            found.errors.push(format!("{left} of {} operations cannot be sent{encrypted}", check.total_operations));
        }
        found.checks.operations = Some(check);
    }
    if file_system {
        let progress = Progress::things(context.output.quiet());
        let mut shown = provisioning::shown(&progress);
        let before = Before::of(output, &trace.metadata, &files, options, &mut shown).map_err(provisioning::advise)?;
        match check_file_system(&before, context.interrupt.flag(), &mut shown) {
            Ok(check) => {
                if !check.differences.is_empty() {
                    let what = format!("{} paths are not as they were before", check.differences.len());
                    found.errors.push(format!("{what}; `smbreplay setup` builds what is missing"));
                }
                found.errors.extend(check.errors.iter().cloned());
                found.warnings.extend(check.warnings.iter().cloned());
                found.checks.file_system = Some(check);
            }
            Err(error @ BeforeError::Provisioning(ProvisioningError::Crew(_))) => {
                found.errors.push(provisioning::advise(error).to_string());
            }
            Err(error) => return Err(provisioning::advise(error)),
        }
    }
    found.ready = found.errors.is_empty();
    Ok(found)
}
