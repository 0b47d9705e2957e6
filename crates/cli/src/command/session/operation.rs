//! `session ID --op N`: one operation in full.

mod head;
mod page;

use super::show;
use crate::arguments::{Format, SessionArguments};
use crate::command::Context;
use crate::command::trace::Trace;
use crate::failure::{Conclusion, Failure};
use analysis::details::{self, InFull};
use store::metadata::Session;
use store::{Columns, SessionFile};

/// Which operation the user means.
#[derive(Clone, Copy)]
pub(crate) enum Wanted {
    /// That with this number.
    Op(u32),
    /// That with a message in this frame.
    Frame(u64),
}

impl Wanted {
    /// What the arguments name, if they name one.
    pub(crate) fn of(arguments: &SessionArguments) -> Option<Self> {
        arguments.op.map(Self::Op).or(arguments.frame.map(Self::Frame))
    }
}

/// Writes one operation of `session`.
pub(crate) fn run(
    trace: &Trace,
    session: &Session,
    wanted: Wanted,
    context: &mut Context<'_>,
) -> Result<Conclusion, Failure> {
    let format = context.output.format();
    if format == Format::Csv {
        return Err(Failure::new("one operation is no table", "leave --format out, or use --format json"));
    }
    let file = show::open(trace, session)?;
    let op = match wanted {
        Wanted::Op(op) => op,
        Wanted::Frame(frame) => in_frame(&file, session, frame, context)?,
    };
    let mut found = file.operations_numbered(&[op], Columns::All, &[]).map_err(Failure::plain)?;
    let Some(operation) = found.next().transpose().map_err(Failure::plain)? else {
        return Err(no_such(&file, session, &format!("no operation {op}")));
    };
    context.interrupt.check()?;
    let whole = InFull::of(&file, session, operation, trace.start_for(session)).map_err(Failure::plain)?;
    match format {
        Format::Json => context.output.json(&whole.document())?,
        Format::Table | Format::Csv => {
            context.output.page()?;
            let width = context.output.width();
            page::write(&whole, width, context.output.stream())?;
        }
    }
    Ok(Conclusion::Done)
}

/// The first operation with a message in this frame; the others are named.
fn in_frame(file: &SessionFile, session: &Session, frame: u64, context: &mut Context<'_>) -> Result<u32, Failure> {
    let found = details::in_frame(file, frame).map_err(Failure::plain)?;
    let Some((first, others)) = found.split_first() else {
        return Err(no_such(file, session, &format!("no message that ends in frame {frame}")));
    };
    if !others.is_empty() {
        let others: Vec<String> = others.iter().take(20).map(u32::to_string).collect();
        context.warn(&format!("frame {frame} has messages of further operations: --op {}", others.join(", ")));
    }
    Ok(*first)
}

fn no_such(file: &SessionFile, session: &Session, what: &str) -> Failure {
    let what = format!("session {} has {what}", session.session_id);
    match details::first_and_last(file) {
        Ok(Some((first, last))) => {
            let all = u64::from(last).saturating_sub(first.into()).saturating_add(1);
            // Numbers are those of the trace.
            let gaps = if all > file.row_count() { " with gaps" } else { "" };
            Failure::new(what, format!("it has operations {first} to {last}{gaps}, which `session --brief` lists"))
        }
        Ok(None) => Failure::new(what, "it has no operations at all"),
        Err(error) => Failure::plain(error),
    }
}
