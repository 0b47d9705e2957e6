//! `--html`: the page of a run, as a browser shows it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]
#![cfg(unix)]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use support::browser::Browser;
use support::captured_file::{CapturedFile, capture};
use support::{Ended, Home};

/// A home with an ingested capture, and the embedded server, which does not know all that the captured one did.
struct Bench {
    home: Home,
    server: EmbeddedServer,
    _share: tempfile::TempDir,
}

impl Bench {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let home = Home::new();
        home.file(name, bytes);
        home.run(&["ingest", name]).succeeded();
        let share = tempfile::tempdir().unwrap();
        let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
        Self { home, server, _share: share }
    }

    fn office() -> Self {
        let source = Home::new();
        let bytes = fs::read(source.office("office.pcap")).unwrap();
        Self::new("office.pcap", &bytes)
    }

    fn replay(&self, arguments: &[&str]) -> Ended {
        let port = self.server.address().port().to_string();
        let ended = self.home.run(&[&["replay", "--all", "--port", &port], arguments].concat());
        assert!(matches!(ended.code, 0 | 1), "{}", ended.stderr);
        ended
    }

    fn path(&self, name: &str) -> PathBuf {
        fs::canonicalize(self.home.path()).unwrap().join(name)
    }
}

/// Rows that the filter leaves.
fn shown(browser: &mut Browser) -> u64 {
    let rows = browser.value("document.getElementById('table').getAttribute('aria-rowcount')");
    rows.as_str().unwrap().parse::<u64>().unwrap() - 1
}

/// How many pixels of a canvas have a colour.
fn coloured(browser: &mut Browser, canvas: &str) -> u64 {
    let pixels = format!(
        "(() => {{ const canvas = document.getElementById('{canvas}'); const copy = document.createElement('canvas'); \
         [copy.width, copy.height] = [canvas.width, canvas.height]; \
         const context = copy.getContext('2d', {{ willReadFrequently: true }}); context.drawImage(canvas, 0, 0); \
         const {{ data }} = context.getImageData(0, 0, copy.width, copy.height); let found = 0; \
         for (let at = 0; at < data.length; at += 4) {{ const colour = [...data.slice(at, at + 3)]; \
         if (data[at + 3] > 0 && Math.max(...colour) - Math.min(...colour) > 40) found++; }} return found; }})()"
    );
    browser.value(&pixels).as_u64().unwrap()
}

fn texts(browser: &mut Browser, selector: &str) -> Vec<String> {
    let found = browser.value(&format!("[...document.querySelectorAll('{selector}')].map(each => each.textContent)"));
    serde_json::from_value(found).unwrap()
}

#[track_caller]
fn check_quiet(browser: &mut Browser, page: &str) {
    assert_eq!(browser.complaints(), Vec::<String>::new());
    let addresses = browser.addresses();
    assert!(addresses.iter().all(|address| address.starts_with("data:") || address.ends_with(page)), "{addresses:?}");
    assert!(!addresses.is_empty(), "requests are seen");
}

#[test]
fn the_page_of_a_run_is_complete_quiet_and_can_be_used() {
    let bench = Bench::office();
    let told = bench.replay(&["--html", "run.html"]).stdout;
    assert!(told.contains("html: ") && told.contains("run.html"), "{told}");
    let report = bench.home.json(&["report", "last"]);
    let page = bench.path("run.html");
    let mut browser = Browser::start();
    browser.look(1280, 900, false);
    browser.open(&page);

    // The head.
    let verdict = texts(&mut browser, "#verdict").concat();
    let diverged: u64 =
        ["status_diverged", "body_diverged", "no_response"].iter().map(|key| report[key].as_u64().unwrap()).sum();
    let roots = report["roots"].as_array().unwrap();
    assert!(diverged > 0, "the embedded server does not do all");
    assert!(verdict.starts_with(&format!("{diverged} of {} requests", report["sent"])), "{verdict}");
    assert_eq!(texts(&mut browser, "details.root").len(), roots.len());

    // The first divergence in full, with the field that differs.
    assert!(browser.value("document.getElementById('cause-1').open") == json!(true));
    let commands = texts(&mut browser, "details.root > summary .command");
    assert_eq!(commands, roots.iter().map(|root| root["command"].as_str().unwrap()).collect::<Vec<_>>());
    let of_status = roots.iter().position(|root| root["captured_status"] != root["live_status"]).unwrap();
    let counting = texts(&mut browser, &format!("#cause-{} tr.counts", of_status + 1)).concat();
    for status in ["captured_status", "live_status"] {
        assert!(counting.contains(roots[of_status][status].as_str().unwrap()), "{counting}");
    }
    assert!(texts(&mut browser, "tr.patched .unseen").iter().any(|words| words.contains("SessionId")));
    assert!(texts(&mut browser, "details.bytes pre")[0].starts_with("00000000  fe 53 4d 42"));

    // The table, its filter and its keys.
    let all = shown(&mut browser);
    assert!(all >= report["total_operations"].as_u64().unwrap());
    let drawn = texts(&mut browser, "#table-space .row").len() as u64;
    assert!(drawn < all && drawn > 5, "{drawn} of {all} rows are in the document");
    browser.type_into("#filter", "verdict:status");
    assert_eq!(shown(&mut browser), report["status_diverged"].as_u64().unwrap());
    browser.type_into("#filter", "create alpha");
    let some = shown(&mut browser);
    assert!(some > 0 && some < all, "{some}");
    for row in texts(&mut browser, "#table-space .row") {
        assert!(row.contains("CREATE") && row.to_lowercase().contains("alpha"), "{row}");
    }
    browser.type_into("#filter", "frame:1000000000");
    assert_eq!(shown(&mut browser), 0);
    browser.type_into("#filter", "");
    browser.value("document.querySelector('#verdicts input[value=match]').click()");
    assert_eq!(shown(&mut browser), all - report["matched"].as_u64().unwrap());
    browser.click("#table-space .row");
    let first = texts(&mut browser, "#details").concat();
    browser.press("ArrowDown");
    let second = texts(&mut browser, "#details").concat();
    assert!(first.contains("Verdict") && first != second, "{first}");
    browser.click("#cause-1 a[data-cause]");
    assert_eq!(shown(&mut browser), roots[0]["count"].as_u64().unwrap());

    // The pictures, light and dark, and narrow.
    for canvas in ["timeline-canvas", "latency-canvas"] {
        assert!(coloured(&mut browser, canvas) > 200, "{canvas}");
    }
    let light = browser.value("getComputedStyle(document.body).backgroundColor");
    browser.look(420, 800, true);
    assert_ne!(light, browser.value("getComputedStyle(document.body).backgroundColor"));
    assert_eq!(browser.value("document.documentElement.scrollWidth <= innerWidth"), json!(true), "it fits a phone");
    assert!(coloured(&mut browser, "timeline-canvas") > 100);
    check_quiet(&mut browser, "run.html");

    // The picture of the documentation, for who wants it anew.
    if let Some(picture) = std::env::var_os("SMBREPLAY_PICTURE") {
        browser.look(1280, 1900, false);
        browser.open(&page);
        browser.value("document.querySelector('#cause-1 .only').click()");
        browser.value("choose([...column.verdict].findIndex(verdict => rankOf[verdict] >= DIVERGED))");
        browser.settle();
        fs::write(picture, browser.picture()).unwrap();
    }
}

#[test]
fn the_timeline_tells_what_is_below_the_pointer_and_moves() {
    let bench = Bench::office();
    bench.replay(&["--html", "run.html"]);
    let mut browser = Browser::start();
    browser.look(1280, 900, false);
    browser.open(&bench.path("run.html"));
    browser.value("document.getElementById('timeline-canvas').scrollIntoView({ block: 'center' })");
    // Where the first divergence was sent.
    let place = browser.value(
        "(() => { const row = [...column.verdict].findIndex(verdict => rankOf[verdict] >= DIVERGED); \
         const box = timeline.canvas.getBoundingClientRect(); \
         const x = GUTTER + (column.sent[row] * timeline.scale - timeline.from) / (timeline.to - timeline.from) * plotWidth(); \
         return [box.left + x, box.top + AXIS + timeline.laneOf[row] * LANE.height + LANE.half + 6]; })()",
    );
    browser.hover(&place);
    let tip = texts(&mut browser, "#tip:not([hidden])").concat();
    assert!(tip.contains("captured ") && tip.contains("live ") && tip.contains("frame "), "{tip}");
    let span = |browser: &mut Browser| browser.value("timeline.to - timeline.from").as_f64().unwrap();
    let before = span(&mut browser);
    browser.click("#zoom-in");
    let closer = span(&mut browser);
    assert!(closer < before * 0.6, "{closer} of {before}");
    browser.value("document.getElementById('timeline-canvas').focus()");
    let from = browser.value("timeline.from").as_f64().unwrap();
    browser.press("ArrowRight");
    assert!(browser.value("timeline.from").as_f64().unwrap() > from);
    check_quiet(&mut browser, "run.html");
}

#[test]
fn hostile_names_stay_text() {
    const NAMES: [&str; 4] = [
        "</script><img src=x onerror=alert(1)>",
        "</style></td></table><script>document.title='taken'</script>",
        "\"'><svg onload=alert(1)>&lt;b&gt;",
        "<!--<script>\u{2028}\u{2029}${1}`-->",
    ];
    let files: Vec<CapturedFile> = NAMES.iter().map(|name| CapturedFile::found(name, b"there")).collect();
    let bench = Bench::new("<b>hostile&amp;.pcap", &capture(&files));
    bench.replay(&["--dialect", "3.1.1", "--max-wait", "2", "--html", "run.html"]);
    let mut browser = Browser::start();
    browser.look(1280, 900, false);
    browser.open(&bench.path("run.html"));
    let report = bench.home.json(&["report", "last"]);
    assert!(report["status_diverged"].as_u64().unwrap() > 0, "the names are not there live: {report}");
    for name in NAMES {
        browser.type_into("#filter", name.split('\u{2028}').next().unwrap());
        let rows = texts(&mut browser, "#table-space .row .path");
        assert!(rows.iter().any(|row| row == name), "{name:?} is not in {rows:?}");
    }
    browser.type_into("#filter", "create");
    browser.click("#table-space .row");
    assert!(texts(&mut browser, "#details .path").concat().starts_with('<') || NAMES[2].starts_with('"'));
    let shown = texts(&mut browser, "details.root").concat();
    assert!(NAMES.iter().any(|name| shown.contains(name)), "{shown}");
    assert_eq!(texts(&mut browser, "h1").concat(), "Replay of <b>hostile&amp;.pcap");
    assert_eq!(browser.value("document.querySelectorAll('img, script:not([id]), b, svg:not(.bar)').length"), json!(1));
    assert_ne!(browser.value("document.title"), json!("taken"));
    check_quiet(&mut browser, "run.html");
}

#[test]
fn standard_output_has_the_page_and_nothing_else() {
    let bench = Bench::office();
    let ended = bench.replay(&["--html", "-"]);
    assert!(ended.stdout.starts_with("<!DOCTYPE html>") && ended.stdout.ends_with("</html>\n"));
    let output = bench.home.command(&["report", "last", "--html", "-"]).output().unwrap();
    assert!(output.stderr.is_empty() && output.stdout == ended.stdout.as_bytes());
    bench.home.run(&["report", "last", "--html", "-", "--pcap", "-"]).refused(&["--html", "--pcap"]);
    let json: Value = bench.home.json(&["report", "last", "--html", "run.html"]);
    assert!(json["run"].is_string(), "the document of a script is what it was");
    assert_eq!(fs::read(bench.path("run.html")).unwrap(), ended.stdout.as_bytes());
}

#[test]
fn a_page_is_complete_or_not_there_and_takes_the_place_of_none() {
    let bench = Bench::office();
    bench.home.file("there.html", b"mine");
    let port = bench.server.address().port().to_string();
    let refused = bench.home.run(&["replay", "--all", "--port", &port, "--html", "there.html"]);
    refused.refused(&["there.html", "is there already", "--html"]);
    assert_eq!(bench.home.json(&["report", "--list"])["total"], 0, "nothing was replayed");
    assert_eq!(fs::read(bench.path("there.html")).unwrap(), b"mine");
    bench.replay(&[]);
    bench.home.run(&["report", "last", "--html", "no/such/run.html"]).refused(&["no/such/run.html"]);
    let sessions = fs::read_dir(bench.path(".tracer/office.pcap/sessions")).unwrap().map(|entry| entry.unwrap().path());
    for session in sessions.filter(|path| path.extension().is_some_and(|extension| extension == "parquet")) {
        fs::remove_file(session).unwrap();
    }
    let before = fs::read_dir(bench.home.path()).unwrap().count();
    bench.home.run(&["report", "last", "--html", "run.html"]).refused(&["smb2_session_", "replay again"]);
    assert_eq!(fs::read_dir(bench.home.path()).unwrap().count(), before, "nothing is left");
}
