//! `decrypt`: a capture with its SMB in clear.

mod destination;
mod summary;

use super::ingest::{cannot_gather, current, hint_at_siblings};
use super::standard_input::StandardInput;
use super::{Context, secrets, trace};
use crate::arguments::{DecryptArguments, Global};
use crate::failure::{Conclusion, Failure};
use crate::output::{Output, Progress, printable};
use destination::Target;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use store::IngestError;
use store::decrypted::{DecryptError, DecryptPhase, DecryptReport, DecryptRequest, Form, decrypt, decrypt_stream};
use store::layout::STANDARD_INPUT;

/// Writes the export and tells what is in it.
pub(crate) fn run(arguments: &DecryptArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let mut context = Context::new(&[], global, output)?;
    let request = request(arguments, &context)?;
    let mut target = Target::begin(arguments, &request.files, context.output.format())?;
    let report = write(&request, target.stream(), &context).map_err(|failure| target.remark(failure))?;
    let written = target.complete()?;
    for warning in &report.warnings {
        context.warn(&format!("{}: {warning}", request.name));
    }
    if let Some(written) = written {
        summary::print(&request.name, &written, &report, &mut context)?;
    }
    match (report.still_encrypted, report.still_compressed) {
        _ if arguments.as_captured => Ok(Conclusion::Done),
        (0, 0) => Ok(Conclusion::Done),
        _ => Ok(Conclusion::Incomplete),
    }
}

/// What to export; of standard input there are no files.
fn request(arguments: &DecryptArguments, context: &Context<'_>) -> Result<DecryptRequest, Failure> {
    let form = match (arguments.embed_keys, arguments.as_captured) {
        (false, _) => Form::InClear,
        (true, false) => Form::InClearWithKeys,
        (true, true) => Form::AsCapturedWithKeys,
    };
    let secrets = secrets::collect(&arguments.secrets)?;
    if arguments.files.iter().any(|file| file == Path::new(STANDARD_INPUT)) {
        refuse_stream(arguments)?;
        return Ok(DecryptRequest { files: Vec::new(), name: "standard input".to_owned(), secrets, form });
    }
    let layout = trace::layout(context);
    let case = arguments.case.as_deref().unwrap_or(context.config.case_id());
    let case = layout.case_folder(case).map_err(trace::cannot_find)?;
    let folders = if arguments.case.is_some() { [case, current()] } else { [current(), case] };
    let gathered = layout.gather(&arguments.files, &folders, None).map_err(cannot_gather)?;
    if let [only] = gathered.files.as_slice() {
        hint_at_siblings(only, context);
    }
    let trace = &gathered.place.trace;
    let name = printable(&trace.file_name().unwrap_or(trace.as_os_str()).to_string_lossy()).into_owned();
    Ok(DecryptRequest { files: gathered.files, name, secrets, form })
}

/// Standard input is read once, and alone.
fn refuse_stream(arguments: &DecryptArguments) -> Result<(), Failure> {
    let advice = "save it as a file first";
    if arguments.files.len() > 1 {
        return Err(Failure::new("standard input cannot be put together with files", advice));
    }
    if arguments.embed_keys {
        return Err(Failure::new("--embed-keys reads the capture twice, and standard input comes once", advice));
    }
    if io::stdin().is_terminal() {
        let advice = "pipe a capture into it, or name one";
        return Err(Failure::new("standard input is a terminal, not a capture", advice));
    }
    Ok(())
}

fn write(request: &DecryptRequest, out: &mut dyn Write, context: &Context<'_>) -> Result<DecryptReport, Failure> {
    let progress = Progress::bytes(context.output.quiet());
    let total = size(&request.files);
    let mut show = |now: store::decrypted::DecryptProgress| {
        let doing = match now.phase {
            DecryptPhase::TryingKeys => "trying keys on",
            DecryptPhase::Writing => "decrypting",
        };
        progress.show(
            &format!("{doing} {}", request.name),
            now.bytes_read,
            now.bytes_total.max(total).max(now.bytes_read),
        );
    };
    let flag = context.interrupt.flag();
    let report = if request.files.is_empty() {
        let stream = Box::new(StandardInput::open(context.interrupt.clone()));
        decrypt_stream(request, stream, out, &mut show, flag)
    } else {
        decrypt(request, out, &mut show, flag)
    };
    drop(progress);
    report.map_err(|error| failed(error, &request.name))
}

fn size(files: &[PathBuf]) -> u64 {
    let sizes = files.iter().filter_map(|file| std::fs::metadata(file).ok());
    sizes.fold(0, |total, file| total.saturating_add(file.len()))
}

fn failed(error: DecryptError, name: &str) -> Failure {
    match error {
        DecryptError::Interrupted => Failure::Interrupted(format!("{name}: {error}")),
        DecryptError::NothingOpened { ref needed, .. } | DecryptError::NoKeys { ref needed, .. } => {
            let advice =
                needed.first().cloned().unwrap_or_else(|| "give its keys, see 'smbreplay decrypt --help'".to_owned());
            match needed.len().saturating_sub(1) {
                0 => Failure::new(error, advice),
                more => Failure::new(error, format!("{advice} ({more} more: `smbreplay ingest` tells all)")),
            }
        }
        DecryptError::Write(ref source) if source.kind() == io::ErrorKind::BrokenPipe => Failure::OutputClosed,
        DecryptError::Write(_) => Failure::new(error, "make room there, or name another file"),
        DecryptError::Capture(IngestError::Unreadable { .. }) => {
            Failure::new(error, "check that it is a file and that you may read it")
        }
        DecryptError::Capture(_) => Failure::plain(error),
    }
}
