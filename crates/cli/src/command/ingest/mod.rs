//! `ingest`: captures become sessions.

mod several;
mod summary;

use super::{Context, secrets, trace};
use crate::arguments::{Global, IngestArguments, TraceSelection};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use capture::split_set;
use dissect::Secrets;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use store::Key;
use store::ingest::{IngestError, IngestReport, IngestRequest};
use store::layout::{Gathered, LayoutError, STANDARD_INPUT, parse_session_file_name, relocated};
use store::metadata::Session;

/// Ingests the files as one trace, or each; one that fails does not keep the others from being read.
pub(crate) fn run(arguments: &IngestArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let mut context = Context::new(&[], global, output)?;
    let secrets = secrets::collect(&arguments.secrets)?;
    let mut failures = Vec::new();
    let traces = match arguments.files.as_slice() {
        files if arguments.each => each(files, arguments, &context, &mut failures),
        files => vec![files.to_vec()],
    };
    let mut prepared = Vec::new();
    for files in traces {
        match prepare(&files, arguments, &secrets, &context) {
            Ok(trace) => prepared.push(trace),
            Err(failure) => failures.push(failure),
        }
    }
    let mut reports = Vec::new();
    for (trace, outcome) in prepared.iter().zip(several::read(&prepared, &context)) {
        match outcome {
            Ok(report) => {
                tell(&report, trace, &secrets, &context);
                reports.push(report);
            }
            Err(error) => match trace.cannot_read(error) {
                interrupted @ Failure::Interrupted(_) => {
                    failures.iter().for_each(Failure::tell);
                    return Err(interrupted);
                }
                failure => failures.push(failure),
            },
        }
    }
    let last = failures.pop();
    failures.iter().for_each(Failure::tell);
    summary::print(&reports, &mut context)?;
    last.map_or(Ok(Conclusion::Done), Err)
}

/// Each file as a trace of its own, also those of a folder or a pattern.
fn each(
    files: &[PathBuf],
    arguments: &IngestArguments,
    context: &Context<'_>,
    failures: &mut Vec<Failure>,
) -> Vec<Vec<PathBuf>> {
    let mut traces = Vec::new();
    for file in files {
        let is_stream = file == Path::new(STANDARD_INPUT);
        match if is_stream { Ok(None) } else { gather(std::slice::from_ref(file), arguments, context).map(Some) } {
            Ok(Some(gathered)) => traces.extend(gathered.files.into_iter().map(|file| vec![file])),
            Ok(None) => traces.push(vec![file.clone()]),
            Err(failure) => failures.push(failure),
        }
    }
    traces
}

/// A trace that is to be read.
struct Prepared {
    request: IngestRequest,
    from_stream: bool,
}

impl Prepared {
    /// How messages call it.
    fn name(&self) -> String {
        self.request.place.trace.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Why it was not read.
    fn cannot_read(&self, error: IngestError) -> Failure {
        let trace = self.request.place.trace.display();
        match &error {
            IngestError::Interrupted if self.from_stream => Failure::Interrupted(format!(
                "{trace}: {error}; to keep what came, end the capture instead, as with `tcpdump -c` or `timeout`"
            )),
            IngestError::Interrupted => Failure::Interrupted(format!("{trace}: {error}")),
            IngestError::Unreadable { .. } => Failure::new(error, "check that it is a file and that you may read it"),
            _ => Failure::plain(error),
        }
    }
}

/// Finds the files of a trace.
fn prepare(
    files: &[PathBuf],
    arguments: &IngestArguments,
    secrets: &Secrets,
    context: &Context<'_>,
) -> Result<Prepared, Failure> {
    let from_stream = files.iter().any(|file| file == Path::new(STANDARD_INPUT));
    let gathered = match files {
        [_] if from_stream => stream_place(arguments, context)?,
        _ if from_stream => {
            return Err(Failure::new("standard input cannot be put together with files", "save it as a file first"));
        }
        [] => again(arguments, context)?,
        files => gather(files, arguments, context)?,
    };
    if !arguments.each
        && let [only] = gathered.files.as_slice()
    {
        hint_at_siblings(only, context);
    }
    let mut request = IngestRequest {
        force: arguments.force,
        secrets: secrets.clone(),
        payload: arguments.payload.into(),
        ..IngestRequest::of(gathered)
    };
    request.jobs = arguments.jobs.unwrap_or(request.jobs);
    Ok(Prepared { request, from_stream })
}

/// Says what the user should know of a trace that was read, and remembers it.
fn tell(report: &IngestReport, trace: &Prepared, secrets: &Secrets, context: &Context<'_>) {
    let name = trace.name();
    for warning in &report.warnings {
        context.warn(&format!("{name}: {warning}"));
    }
    unused(secrets, report, &name, context);
    remember(report, &name, context);
}

/// The files on the command line. One is looked for where the shell that completed it was, then in the case.
fn gather(files: &[PathBuf], arguments: &IngestArguments, context: &Context<'_>) -> Result<Gathered, Failure> {
    let layout = trace::layout(context);
    let case = arguments.case.as_deref().unwrap_or(context.config.case_id());
    let case = layout.case_folder(case).map_err(trace::cannot_find)?;
    let folders = if arguments.case.is_some() { [case, current()] } else { [current(), case] };
    layout.gather(files, &folders, arguments.name.as_deref()).map_err(cannot_gather)
}

/// The trace that `--trace` names, by default the one ingested last: with the files that it was made of.
fn again(arguments: &IngestArguments, context: &Context<'_>) -> Result<Gathered, Failure> {
    let selection = TraceSelection { case: arguments.case.clone(), trace: arguments.trace.clone() };
    let place = trace::find(context, &selection)?;
    if place.trace.is_file() {
        return Ok(Gathered { files: vec![place.trace.clone()], place });
    }
    if let Ok(known) = store::metadata::read(&place.output.metadata()) {
        let files: Vec<PathBuf> = known.trace.files.iter().map(|file| PathBuf::from(&file.path)).collect();
        if files.iter().any(|file| file == Path::new(STANDARD_INPUT)) {
            let what = format!("{}: came through standard input and cannot be read again", place.trace.display());
            return Err(Failure::new(what, "pipe it in again with `smbreplay ingest - --name NAME`"));
        }
        let folder = place.trace.parent().unwrap_or(Path::new("/"));
        let files = relocated(&files, folder);
        if !files.iter().any(|file| file.is_file()) {
            let what = format!("{}: none of its {} files is there any more", place.trace.display(), files.len());
            return Err(Failure::new(what, "name them where they are now, or their folder"));
        }
        return Ok(Gathered { files, place });
    }
    let layout = trace::layout(context);
    let words = [arguments.trace.clone().unwrap_or_else(|| place.trace.clone())];
    let case = layout.case_folder(context.config.case_id()).map_err(trace::cannot_find)?;
    layout.gather(&words, &[case, current()], arguments.name.as_deref()).map_err(cannot_gather)
}

/// What comes through standard input lies in the case, or here.
fn stream_place(arguments: &IngestArguments, context: &Context<'_>) -> Result<Gathered, Failure> {
    if std::io::stdin().is_terminal() {
        let advice = "pipe a capture into it, as in `ssh host tcpdump -U -w - port 445 | smbreplay ingest -`";
        return Err(Failure::new("standard input is a terminal, not a capture", advice));
    }
    let layout = trace::layout(context);
    let folder = match &arguments.case {
        Some(case) => layout.case_folder(case).map_err(trace::cannot_find)?,
        None => current(),
    };
    let now = jiff::Timestamp::now().strftime("stdin-%Y%m%dT%H%M%SZ").to_string();
    let name = arguments.name.as_deref().unwrap_or(&now);
    let place = layout.place_named(&folder, name).map_err(cannot_gather)?;
    Ok(Gathered { files: Vec::new(), place })
}

pub(super) fn current() -> PathBuf {
    std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
}

pub(super) fn cannot_gather(error: LayoutError) -> Failure {
    match &error {
        LayoutError::NoTrace { .. } => {
            Failure::new(error, "give the path of a capture, or see `smbreplay list traces`")
        }
        LayoutError::NoMatch { .. } => Failure::new(error, "quote the pattern, and see `smbreplay list traces`"),
        LayoutError::NotAFile { .. } => {
            Failure::new(error, "read it as standard input: `smbreplay ingest - --name NAME < PIPE`")
        }
        LayoutError::NoCaptures { .. } => {
            Failure::new(error, "name the captures themselves if their names are unusual, or the folder they are in")
        }
        _ => trace::cannot_find(error),
    }
}

/// Says that a file belongs to others, which connections may run across.
pub(super) fn hint_at_siblings(file: &Path, context: &Context<'_>) {
    let siblings = split_set::siblings(file).unwrap_or_default();
    if siblings.len() > 1 {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let others = siblings.len().saturating_sub(1);
        context.warn(&format!(
            "{name}: {others} more files of the same split capture lie beside it; name all, or a quoted pattern, to read them as one trace"
        ));
    }
}

/// Says which secrets are for nothing that the trace shows.
fn unused(secrets: &Secrets, report: &IngestReport, name: &str, context: &Context<'_>) {
    let present =
        |id: u64| report.sessions.iter().any(|file| parse_session_file_name(file).is_some_and(|(of, _)| of == id));
    for id in secrets.session_ids().filter(|id| !present(*id)) {
        context.warn(&format!("{name}: a key is given for session {id:#018x}, which is not in this trace"));
    }
    let has_keytab = secrets.principals().next().is_some();
    if secrets.accounts().next().is_none() && !has_keytab {
        return;
    }
    let metadata = Path::new(&report.output_dir).join("sessions/session_metadata.json");
    let Ok(metadata) = store::metadata::read(&metadata) else { return };
    if has_keytab && !metadata.sessions.iter().any(|session| session.service.is_some()) {
        context.warn(&format!("{name}: a keytab is given, and no logon in this trace has a Kerberos ticket"));
    }
    for (domain, user) in secrets.accounts() {
        let is_user = |session: &&Session| {
            let named = session.user.as_deref().unwrap_or_default().to_lowercase();
            named == user || named.split('@').next() == user.split('@').next()
        };
        let users: Vec<&Session> = metadata.sessions.iter().filter(is_user).collect();
        let given = domain.map_or_else(|| user.to_owned(), |domain| format!("{domain}\\{user}"));
        // Whose key opened a ticket is not noted.
        let opened_tickets =
            || metadata.sessions.iter().any(|session| session.service.is_some() && session.user.is_some());
        let told = match (users.as_slice(), domain) {
            ([], _) if opened_tickets() => continue,
            ([], _) => format!("{given}, who does not log on in this trace"),
            ([other, ..], Some(domain)) if !users.iter().any(|session| may_be_of(domain, session)) => {
                format!("{given}; the one who logs on is of domain '{}'", other.domain.as_deref().unwrap_or_default())
            }
            _ => continue,
        };
        context.warn(&format!("{name}: a password or hash is given for {told}"));
    }
}

/// Whether the user of `session` may be of `domain`, which may be given by its NetBIOS name or as a realm.
fn may_be_of(domain: &str, session: &Session) -> bool {
    let first = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
    let realm = session.user.as_deref().and_then(|user| user.split_once('@')).map(|(_, realm)| realm);
    [session.domain.as_deref(), realm].into_iter().flatten().any(|named| first(named) == first(domain))
}

/// Makes the trace the one later commands use. The session used last belonged to another trace, if the trace changes.
fn remember(report: &IngestReport, name: &str, context: &Context<'_>) {
    let same = context.config.capture_path().is_some_and(|last| last == Path::new(&report.trace));
    let mut values = vec![(Key::CapturePath, report.trace.as_str()), (Key::TraceName, name)];
    if !same {
        values.push((Key::SessionId, ""));
    }
    context.remember(&values);
}
