//! `list traces|cases`.

use super::{Context, trace};
use crate::arguments::{Format, Global, ListCommand};
use crate::failure::{Conclusion, Failure};
use crate::interrupt::Interrupt;
use crate::output::{Column, Grid, Output, counted, duration, instant, size};
use capture::{FileFacts, OpenError, PacketReader};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use store::layout::{FoundTrace, Layout};
use store::metadata::{self, Time, TraceFile};

/// Lists traces or cases.
pub(crate) fn run(what: ListCommand, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let mut context = Context::new(&[], global, output)?;
    match what {
        ListCommand::Cases => cases(&mut context),
        ListCommand::Traces { case } => {
            let case = case.unwrap_or_else(|| context.config.case_id().to_owned());
            traces(&case, &mut context)
        }
    }
}

fn cases(context: &mut Context<'_>) -> Result<Conclusion, Failure> {
    let layout = trace::layout(context);
    let mut grid = Grid::new([Column::text("case").cut_to(8), Column::number("traces"), Column::number("ingested")]);
    let mut documents = Vec::new();
    for case in layout.cases().map_err(trace::cannot_find)? {
        // A case that cannot be read still is one.
        let traces = layout.traces(&case).unwrap_or_default();
        let ingested = traces.iter().filter(|trace| trace.ingested).count();
        documents.push(json!({ "case_id": case, "traces": traces.len(), "ingested": ingested }));
        grid.push([case, traces.len().to_string(), ingested.to_string()]);
    }
    let folder = layout.traces_folder();
    if context.output.format() == Format::Json {
        let total = documents.len();
        context.output.json(&json!({ "traces_folder": folder, "total": total, "cases": documents }))?;
        return Ok(Conclusion::Done);
    }
    if grid.rows.is_empty() && context.output.format() == Format::Table {
        context
            .output
            .line(&format!("no cases in {}; a case is a folder there with captures in it", folder.display()))?;
        return Ok(Conclusion::Done);
    }
    context.output.grid(&grid)?;
    Ok(Conclusion::Done)
}

fn traces(case: &str, context: &mut Context<'_>) -> Result<Conclusion, Failure> {
    let layout = trace::layout(context);
    let traces = layout.traces(case).map_err(trace::cannot_find)?;
    let mut listed = Vec::with_capacity(traces.len());
    for trace in &traces {
        listed.push((trace, Facts::of(trace, &context.interrupt)?));
    }
    match context.output.format() {
        Format::Json => context.output.json(&document(case, &layout, &listed))?,
        Format::Table if traces.is_empty() => {
            let folder = layout.case_folder(case).map_err(trace::cannot_find)?;
            context.output.line(&format!("no captures in {}", folder.display()))?;
        }
        format => {
            context.output.grid(&grid(&listed, format))?;
            context.output.flush()?;
            for (trace, facts) in &listed {
                if let Some(problem) = &facts.problem {
                    context.warn(&format!("{}: {problem}", trace.name.display()));
                }
            }
        }
    }
    Ok(Conclusion::Done)
}

/// What is known of a capture's packets.
#[derive(Default)]
struct Facts {
    packets: Option<u64>,
    first_time: Option<Time>,
    last_time: Option<Time>,
    link_types: Vec<String>,
    sessions: Option<usize>,
    /// Where it is damaged, or why nothing is known.
    problem: Option<String>,
}

impl Facts {
    /// What the ingest found, else what a look at every packet finds.
    fn of(trace: &FoundTrace, interrupt: &Interrupt) -> Result<Self, Failure> {
        if !trace.ingested {
            return Self::read(&trace.files, interrupt);
        }
        Ok(match metadata::read(&trace.place.output.metadata()) {
            Ok(metadata) => Self {
                packets: Some(metadata.trace.packets),
                first_time: metadata.trace.first_time,
                last_time: metadata.trace.last_time,
                link_types: metadata.trace.link_types,
                sessions: Some(metadata.sessions.iter().filter(|session| session.session_id.0 != 0).count()),
                problem: damage_of(&metadata.trace.files),
            },
            Err(error) => Self { problem: Some(error.to_string()), ..Self::default() },
        })
    }

    /// A look at every packet of `files`, one file after the other.
    fn read(files: &[PathBuf], interrupt: &Interrupt) -> Result<Self, Failure> {
        let mut together = Self::default();
        for path in files {
            let problem = match PacketReader::open(path) {
                Ok(mut reader) => {
                    let ended = loop {
                        match reader.next_packet() {
                            Ok(Some(_)) => interrupt.check()?,
                            ended => break ended.err(),
                        }
                    };
                    together.add(reader.facts());
                    let damage = reader.facts().damage.as_ref();
                    let damage = damage.map(|damage| format!("byte {}: {}", damage.offset, damage.reason));
                    ended.map(|error| error.to_string()).or(damage)
                }
                // The last file of a ring buffer may have nothing in it yet.
                Err(OpenError::Empty { .. } | OpenError::HeaderCut { .. }) if files.len() > 1 => None,
                Err(error) => Some(error.reason()),
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let problem = problem.map(|told| if files.len() > 1 { format!("{name}: {told}") } else { told });
            together.problem = together.problem.or(problem);
        }
        Ok(together)
    }

    fn add(&mut self, facts: &FileFacts) {
        self.packets = Some(self.packets.unwrap_or(0).saturating_add(facts.packets));
        self.first_time = self.first_time.into_iter().chain(facts.first_time.map(Time)).min();
        self.last_time = self.last_time.max(facts.last_time.map(Time));
        for link_type in facts.link_types() {
            let name = link_type.to_string();
            if !self.link_types.contains(&name) {
                self.link_types.push(name);
            }
        }
    }

    fn duration_ns(&self) -> Option<u64> {
        let (first, last) = self.first_time.zip(self.last_time)?;
        u64::try_from(last.0.0.checked_sub(first.0.0)?).ok()
    }
}

/// The first damage of the files of an ingested trace.
fn damage_of(files: &[TraceFile]) -> Option<String> {
    let (file, damage) = files.iter().find_map(|file| Some((file, file.damages.first()?)))?;
    let told = format!("byte {}: {}", damage.offset, damage.reason);
    let name = Path::new(&file.path).file_name().unwrap_or_default().to_string_lossy();
    Some(if files.len() > 1 { format!("{name}: {told}") } else { told })
}

fn document(case: &str, layout: &Layout, listed: &[(&FoundTrace, Facts)]) -> Value {
    let traces: Vec<Value> = listed
        .iter()
        .map(|(trace, facts)| {
            json!({
                "name": trace.name,
                "path": trace.place.trace,
                "case_id": case,
                "files": trace.files,
                "size": trace.size,
                "packets": facts.packets,
                "first_time": facts.first_time,
                "duration": facts.duration_ns(),
                "link_types": facts.link_types,
                "ingested": trace.ingested,
                "sessions": facts.sessions,
                "problem": facts.problem,
            })
        })
        .collect();
    json!({ "case_id": case, "traces_folder": layout.traces_folder(), "total": traces.len(), "traces": traces })
}

fn grid(listed: &[(&FoundTrace, Facts)], format: Format) -> Grid {
    let mut grid = Grid::new([
        Column::text("name").cut_to(12),
        Column::number("files").dispensable(1),
        Column::number("size").dispensable(5),
        Column::number("packets").dispensable(4),
        Column::text("first_time").dispensable(1),
        Column::number("duration").dispensable(3),
        Column::text("link_type").dispensable(2),
        Column::text("ingested"),
    ]);
    for (trace, facts) in listed {
        let for_people = format == Format::Table;
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| if for_people { "-" } else { "" }.to_owned());
        let ingested = match (&facts.problem, trace.ingested, facts.sessions) {
            (Some(_), true, Some(sessions)) if for_people => format!("{}, damaged", counted(sessions, "session")),
            (None, true, Some(sessions)) if for_people => counted(sessions, "session"),
            (Some(_), ..) if for_people && facts.packets.is_none() => "not readable".to_owned(),
            (Some(_), ..) if for_people => "no, damaged".to_owned(),
            (_, true, _) => "yes".to_owned(),
            (_, false, _) => "no".to_owned(),
        };
        grid.push([
            trace.name.display().to_string(),
            trace.files.len().to_string(),
            if for_people { size(trace.size) } else { trace.size.to_string() },
            or_dash(facts.packets.map(|packets| packets.to_string())),
            or_dash(facts.first_time.map(|time| if for_people { instant(time.0.0) } else { time.to_string() })),
            or_dash(facts.duration_ns().map(|ns| if for_people { duration(ns) } else { ns.to_string() })),
            or_dash(Some(facts.link_types.join(",")).filter(|types| !types.is_empty())),
            ingested,
        ]);
    }
    grid
}
