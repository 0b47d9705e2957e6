//! The queries of the documentation, answered by DuckDB, Polars and pandas.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![cfg(unix)]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use support::captured_file::{CapturedFile, capture};
use support::python::python;
use support::{Home, office_records};

/// The section of queries that run in the folder of a case.
const A_CASE: &str = "A case as one dataset";

/// A fenced block of a document, in a language that is run.
struct Query {
    /// The heading of its section, and that above it.
    section: String,
    heading: String,
    language: &'static str,
    text: String,
}

/// An ingested and replayed trace, and the answers to all queries about it.
struct Answered {
    home: Home,
    report: Value,
    answers: Vec<(Query, Value)>,
}

impl Answered {
    /// The rows of the first query below this heading.
    fn rows(&self, heading: &str) -> &[Value] {
        let (_, answer) = self.answers.iter().find(|(query, _)| query.heading == heading).expect(heading);
        answer["rows"].as_array().unwrap()
    }

    fn statistics(&self) -> Value {
        self.home.json(&["session", "--all", "--stats"])
    }
}

fn answered(python: &OsString) -> Answered {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    let share = tempfile::tempdir().unwrap();
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    let port = server.address().port().to_string();
    let replayed = home.run(&["replay", "--all", "--port", &port, "--format", "json"]);
    assert_eq!(replayed.code, 1, "the embedded server diverges: {}", replayed.stderr);
    let report: Value = serde_json::from_str(&replayed.stdout).unwrap();
    let list = home.json(&["session", "--list"]);
    let session = list["sessions"][0]["file_name"].as_str().unwrap();
    let queries = ["sql.md", "schema.md"].into_iter().flat_map(queries_of);
    let queries: Vec<Query> = queries.filter(|query| query.section != A_CASE).collect();
    let asked = queries.iter().map(|query| {
        let text = query.text.replace("RUN", report["run"].as_str().unwrap()).replace("SESSION", session);
        json!([query.language, text])
    });
    let answers = ask(python, &home.path().join(".tracer/office.pcap"), &asked.collect());
    assert_eq!(answers.len(), queries.len());
    Answered { home, report, answers: queries.into_iter().zip(answers).collect() }
}

fn queries_of(document: &str) -> Vec<Query> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(document);
    let text = std::fs::read_to_string(path).unwrap();
    let (mut queries, mut section, mut heading) = (Vec::new(), "", "");
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(fence) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if let Some(language) = ["sql", "python"].into_iter().find(|known| *known == fence) {
                let (section, heading) = (section.to_owned(), heading.to_owned());
                queries.push(Query { section, heading, language, text: block.join("\n") });
            }
        } else if line.starts_with('#') {
            heading = line.trim_start_matches('#').trim();
            if line.starts_with("## ") {
                section = heading;
            }
        }
    }
    queries
}

fn ask(python: &OsString, folder: &Path, queries: &Value) -> Vec<Value> {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/queries/answers.py");
    let mut asked = Command::new(python)
        .args(["-I", program])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    asked.stdin.take().unwrap().write_all(queries.to_string().as_bytes()).unwrap();
    let output = asked.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_queries_of_the_documentation_have_answers_and_they_are_those_of_smbreplay() {
    let Some(python) = python() else { return };
    let answered = answered(&python);
    assert!(answered.answers.len() > 30, "{}", answered.answers.len());
    for (query, answer) in &answered.answers {
        let rows = answer["rows"]
            .as_array()
            .unwrap_or_else(|| panic!("{}: {}\n{}", query.heading, answer["error"], query.text));
        assert!(!rows.is_empty(), "no answer: {}\n{}", query.heading, query.text);
    }
    counts_are_those_of_the_statistics(&answered);
    percentiles_are_those_of_the_statistics(&answered);
    verdicts_are_those_of_the_report(&answered);
    all_three_tools_agree(&answered);
}

fn counts_are_those_of_the_statistics(answered: &Answered) {
    let statistics = answered.statistics();
    let commands = statistics["commands"].as_array().unwrap().iter();
    let commands = commands.map(|command| json!([command["command"], command["operations"], command["errors"]]));
    assert_eq!(sorted(answered.rows("Operations by command")), sorted(&commands.collect::<Vec<_>>()));
    let statuses = statistics["statuses"]["each"].as_array().unwrap().iter();
    let statuses =
        statuses.map(|status| json!([status["status"], status["name"], status["count"], status["first_frame"]]));
    assert_eq!(sorted(answered.rows("Statuses in hex")), sorted(&statuses.collect::<Vec<_>>()));
    let bytes =
        |column: usize| answered.rows("Bytes by file").iter().filter_map(|row| row[column].as_u64()).sum::<u64>();
    let list = answered.home.json(&["session", "--list"]);
    let of_sessions =
        |key| list["sessions"].as_array().unwrap().iter().map(|session| session[key].as_u64().unwrap()).sum::<u64>();
    assert_eq!((bytes(2), bytes(3)), (of_sessions("bytes_read"), of_sessions("bytes_written")));
}

/// Those of the statistics are right to three digits.
fn percentiles_are_those_of_the_statistics(answered: &Answered) {
    let statistics = answered.statistics();
    for heading in ["p99 by command", "p99 by command in Polars"] {
        let rows = answered.rows(heading);
        let column = if heading.ends_with("Polars") { 2 } else { 3 };
        for command in statistics["commands"].as_array().unwrap() {
            let row = rows.iter().find(|row| row[0] == command["command"]);
            let Some(expected) = command["response_time"]["p99_ns"].as_f64() else {
                assert_eq!(row, None);
                continue;
            };
            let found = row.unwrap()[column].as_f64().unwrap() * 1e6;
            assert!((found / expected - 1.0).abs() < 0.001, "{heading}: {command}: {found}");
        }
    }
}

fn verdicts_are_those_of_the_report(answered: &Answered) {
    let report = &answered.report;
    let verdicts = [
        ("match", "matched"),
        ("status", "status_diverged"),
        ("body", "body_diverged"),
        ("no_response", "no_response"),
        ("skipped", "skipped"),
        ("not_compared", "not_compared"),
    ];
    let expected = verdicts.iter().map(|(verdict, key)| json!([verdict, report[*key]])).filter(|row| row[1] != 0);
    assert_eq!(sorted(answered.rows("Verdicts")), sorted(&expected.collect::<Vec<_>>()));
    let diverged = ["status_diverged", "body_diverged", "no_response", "skipped"];
    let diverged: u64 = diverged.iter().map(|key| report[*key].as_u64().unwrap()).sum();
    for heading in ["Divergences with paths", "Divergences with paths in Polars"] {
        assert_eq!(u64::try_from(answered.rows(heading).len()).unwrap(), diverged, "{heading}");
    }
}

fn all_three_tools_agree(answered: &Answered) {
    let errors = |heading| {
        let rows = answered.rows(heading).iter().map(|row| json!([row[0], row[1], row[2]]));
        sorted(&rows.collect::<Vec<_>>())
    };
    let in_sql = errors("Errors by path");
    assert_eq!(errors("Errors by path in Polars"), in_sql);
    assert_eq!(errors("Errors by path in pandas"), in_sql);
    let differences: u64 = answered.rows("Fields that differ").iter().map(|row| row[3].as_u64().unwrap()).sum();
    assert_eq!(u64::try_from(answered.rows("Fields that differ in pandas").len()).unwrap(), differences);
}

fn sorted(rows: &[Value]) -> Vec<String> {
    let mut rows: Vec<String> = rows.iter().map(Value::to_string).collect();
    rows.sort();
    rows
}

/// A case with traces that differ in what there is to store of them, and were stored differently.
fn case() -> Home {
    let home = Home::new();
    let folder = "cases/2010101010";
    home.office(&format!("{folder}/office.pcap"));
    home.office(&format!("{folder}/monday/hashed.pcap"));
    home.file(
        &format!("{folder}/files.pcap"),
        &capture(&[CapturedFile::found("a.txt", b"found"), CapturedFile::made("b.txt", b"made")]),
    );
    // Begins within sessions.
    let (header, records) = office_records();
    home.file(&format!("{folder}/middle.pcap"), &[header, records[400..].concat()].concat());
    for arguments in
        [vec!["office.pcap"], vec!["files.pcap"], vec!["middle.pcap"], vec!["monday/hashed.pcap", "--payload", "none"]]
    {
        home.run(&[&["ingest"], arguments.as_slice()].concat()).succeeded();
    }
    home
}

#[test]
fn the_traces_of_a_case_are_one_dataset_with_the_counts_of_smbreplay() {
    let Some(python) = python() else { return };
    let home = case();
    let queries: Vec<Query> = queries_of("sql.md").into_iter().filter(|query| query.section == A_CASE).collect();
    assert!(queries.iter().any(|query| query.language == "python") && queries.len() >= 5, "{}", queries.len());
    let asked = queries.iter().map(|query| json!([query.language, query.text])).collect();
    let answers = ask(&python, &home.path().join("cases/2010101010"), &asked);
    let rows = |heading: &str| {
        let found = queries.iter().zip(&answers).find(|(query, _)| query.heading == heading);
        let (query, answer) = found.expect(heading);
        answer["rows"].as_array().unwrap_or_else(|| panic!("{heading}: {}\n{}", answer["error"], query.text)).clone()
    };
    let traces = ["files.pcap", "middle.pcap", "monday/hashed.pcap", "office.pcap"];
    let mut sessions = Vec::new();
    for trace in traces {
        let list = home.json(&["session", "--list", "--trace", trace]);
        for session in list["sessions"].as_array().unwrap() {
            let file = session["file_name"].as_str().unwrap().strip_suffix(".parquet").unwrap();
            sessions.push(json!([trace, file, session["operation_count"]]));
        }
    }
    assert!(sessions.len() > 6, "{sessions:?}");
    for heading in ["Sessions of all traces", "Sessions of all traces in Polars"] {
        assert_eq!(sorted(&rows(heading)), sorted(&sessions), "{heading}");
    }
    let mut commands: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    for trace in traces {
        let statistics = home.json(&["session", "--all", "--stats", "--trace", trace]);
        for command in statistics["commands"].as_array().unwrap() {
            let count = commands.entry(command["command"].as_str().unwrap().to_owned()).or_default();
            *count = count.saturating_add(command["operations"].as_u64().unwrap());
        }
    }
    let commands: Vec<Value> = commands.into_iter().map(|(command, count)| json!([command, count])).collect();
    for heading in ["Operations of all traces", "Operations of all traces in Polars"] {
        assert_eq!(sorted(&rows(heading)), sorted(&commands), "{heading}");
    }
    let named: Vec<Value> = sessions
        .iter()
        .map(|session| {
            let trace = session[0].as_str().unwrap().rsplit('/').next().unwrap();
            json!([trace, format!("{}.parquet", session[1].as_str().unwrap())])
        })
        .collect();
    assert_eq!(sorted(&rows("What a file says of itself")), sorted(&named));
}
