//! The server's image: what it does with a read-only root file system, read-only traces and no rights at all.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::image::Image;
use super::lab::{self, Lab};
use super::running::{Container, Options, free_port};
use crate::debian_root::{Bind, Capabilities};
use crate::workspace::root;
use requests::Client;

mod requests;

const CASE: &str = "2010101010";
const CAPTURE: &str = "office.pcap";
/// Operations of a hundred that match at least.
const MATCHING: u64 = 95;
/// What the server prints before a key that it made.
const KEY: &str = "API key, shown this once: ";

/// The folders of this machine that it is given.
struct Folders {
    scratch: PathBuf,
}

/// Runs it twice: with the key that the first start makes, it ingests and replays; the second start knows that key.
pub(super) fn check(image: &Image, lab: &Lab, scratch: &Path) -> anyhow::Result<()> {
    ensure!(image.settings.ports == [3004], "the server is to expose its usual port");
    ensure!(image.settings.user.0 != 0, "the server is not to run as root");
    let folders = Folders::lay_out(scratch, image.settings.user)?;
    let before = files(&folders.of("traces"))?;
    let port = free_port()?;
    let log = scratch.join("api.log");

    let server = start(image, lab, port, &folders, &log)?;
    let told = server.printed();
    let made = told.split_once(KEY).and_then(|(_, rest)| rest.split_whitespace().next());
    let key = made.context("the first start shows no API key")?.to_owned();
    let client = Client::new(port, &key);
    answers(&server, &client)?;
    ingests_and_replays(&client)?;
    let refused = client.upload("other.pcap", &fs::read(root().join("tests/data").join(CAPTURE))?)?;
    ensure!(refused.get("code").is_some_and(|code| code == "read_only"), "an upload is answered {refused}");
    let made = files(&folders.of("sessions"))?;
    let refused = client.delete(&format!("/api/traces?capture_path={CAPTURE}"))?;
    ensure!(refused.get("code").is_some_and(|code| code == "read_only"), "a deletion is answered {refused}");
    ensure!(files(&folders.of("sessions"))? == made, "a deletion that is refused has deleted something");
    ensure!(files(&folders.of("traces"))? == before, "something was written beside the trace");
    ensure!(made.iter().any(|file| file.ends_with("session_metadata.json")), "nothing was stored: {made:?}");
    stop(server)?;

    let kept = folders.of("state").join("smbreplay/api_key");
    let about = fs::metadata(&kept).with_context(|| format!("the key is not kept in {}", kept.display()))?;
    ensure!((about.mode() & 0o777, about.uid()) == (0o600, image.settings.user.0), "others may read the key");
    let server = start(image, lab, port, &folders, &log)?;
    ensure!(!server.printed().contains(KEY), "the key is shown again");
    client.get("/api/sessions")?;
    stop(server)
}

fn start(image: &Image, lab: &Lab, port: u16, folders: &Folders, log: &Path) -> anyhow::Result<Container> {
    let volume = |name: &str, writable| Bind { from: folders.of(name), to: format!("/{name}"), writable };
    let volumes = [volume("traces", false), volume("sessions", true), volume("state", true)];
    let mounted: Vec<_> = volumes.iter().map(|volume| &volume.to).collect();
    ensure!(image.settings.volumes.iter().eq(mounted), "other volumes: {:?}", image.settings.volumes);
    let (port, lab_port) = (port.to_string(), lab.port.to_string());
    // It has the network of this machine, so it gets another port.
    let environment = [
        ("PORT", port.as_str()),
        ("SMBREPLAY_SERVER_IP", "127.0.0.1"),
        ("SMBREPLAY_PORT", &lab_port),
        ("SMBREPLAY_PASSWORD", lab::PASSWORD),
        // What Samba starts for its first client takes its time where everything is read from the disk for the first time.
        ("SMBREPLAY_MAX_WAIT", "60"),
    ];
    let options = Options {
        capabilities: Capabilities::None,
        writable: false,
        volumes: &volumes,
        environment: &environment,
        arguments: None,
    };
    Container::start(image, &options, log)
}

fn answers(server: &Container, client: &Client) -> anyhow::Result<()> {
    let health = server.health()?;
    let said = String::from_utf8_lossy(&health.stdout).into_owned();
    ensure!(health.status.success() && said.starts_with("ok: "), "the health check says {said}");
    ensure!(client.get("/health")?.get("status").is_some_and(|status| status == "ok"), "the server is not well");
    ensure!(client.text("/")?.contains("<title>smbreplay</title>"), "the page is another one");
    ensure!(client.without_key("/api/sessions")? == 401, "who has no key is answered");
    Ok(())
}

fn ingests_and_replays(client: &Client) -> anyhow::Result<()> {
    let ingested = client.post("/api/traces/ingest", &json!({ "path": CAPTURE }))?;
    ensure!(is_true(&ingested, "success"), "the ingest failed: {ingested}");
    let checked = client.post("/api/target/check", &json!({}))?;
    ensure!(is_true(&checked, "ready"), "the lab server cannot be used: {checked}");
    let replayed = client.post("/api/replay/execute", &json!({ "all": true, "root": "lab" }))?;
    let count = |name: &str| {
        let count = replayed.get(name).and_then(Value::as_u64);
        count.with_context(|| format!("no {name} in the replay: {replayed}"))
    };
    let (total, matched) = (count("total_operations")?, count("matched")?);
    println!("replayed on the lab server: {matched} of {total} operations match");
    // It is another Samba than the captured one, with other groups.
    ensure!(count("sent")? == total && count("no_response")? == 0, "not all was sent and answered: {replayed}");
    ensure!(matched.saturating_mul(100) >= total.saturating_mul(MATCHING), "it is no server to judge by: {replayed}");
    Ok(())
}

fn is_true(answer: &Value, name: &str) -> bool {
    answer.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn stop(server: Container) -> anyhow::Result<()> {
    let status = server.stop()?;
    ensure!(status.success(), "asked to end, the server ended with {status}");
    Ok(())
}

impl Folders {
    /// Traces of somebody else, and folders of the image's user.
    fn lay_out(scratch: &Path, (user, group): (u32, u32)) -> anyhow::Result<Self> {
        let folders = Self { scratch: scratch.to_owned() };
        let case = folders.of("traces").join(CASE);
        let lay_out = || {
            fs::create_dir_all(&case)?;
            fs::copy(root().join("tests/data").join(CAPTURE), case.join(CAPTURE))?;
            for name in ["sessions", "state"] {
                fs::create_dir(folders.of(name))?;
                chown(folders.of(name), Some(user), Some(group))?;
            }
            Ok::<_, std::io::Error>(())
        };
        lay_out().with_context(|| format!("cannot lay folders out in {}", scratch.display()))?;
        Ok(folders)
    }

    fn of(&self, name: &str) -> PathBuf {
        self.scratch.join(name)
    }
}

/// Every file and folder below, whatever its name.
fn files(folder: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                left.push(entry.path());
            }
            found.insert(entry.path());
        }
    }
    Ok(found)
}
