//! The lab server.

use crate::command::{Context, first_run, target};
use crate::failure::Failure;
use crate::output::Progress;
use replay::Target;
use replay::readiness::{Advice, Check, Subject, Trace};
use store::metadata::SessionMetadata;

/// Every check of the server, whatever fails.
pub(super) fn examine(
    target: &Target,
    trace: Option<&SessionMetadata>,
    context: &Context<'_>,
) -> Result<Vec<Check>, Failure> {
    let progress = Progress::wait(context.output.quiet());
    progress.show(&format!("trying {}, port {} …", target.server, target.port), 0, 0);
    let trace = trace.map(|metadata| Trace { metadata, called: "the last trace" });
    let subject = Subject { target, trace, patience: context.config.max_wait(), words: &words };
    let checks = replay::readiness::examine(&subject, context.interrupt.flag())
        .map_err(|error| Failure::new(format!("the server cannot be tried: {error}"), "try again"))?;
    context.interrupt.check()?;
    checks.ok_or_else(|| Failure::Interrupted("interrupted".to_owned()))
}

fn words(advice: &Advice) -> String {
    match advice {
        Advice::Reach => match first_run::running_lab() {
            Some(lab) => format!(
                "check that the server runs, and --server-ip and --port; the lab server that runs here has --server-ip {} --port {}",
                lab.ip(),
                lab.port()
            ),
            None => target::REACH.to_owned(),
        },
        other => target::words(other),
    }
}
