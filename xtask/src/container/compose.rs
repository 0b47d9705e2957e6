//! Whether `docker-compose.smbreplay.yml`, the Dockerfiles, smb.conf and the toolchains agree with each other.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use parse_dockerfile::{Instruction, Source};
use serde::Deserialize;

use super::dockerfile::{Stage, Step};
use crate::node;
use crate::workspace::root;

/// The keys that the file uses; another one is a mistake, or has to be checked here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Compose {
    name: String,
    services: BTreeMap<String, Service>,
    volumes: BTreeMap<String, Option<()>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    build: String,
    image: String,
    #[serde(default)]
    depends_on: BTreeMap<String, Dependency>,
    #[serde(default)]
    ports: Vec<String>,
    environment: BTreeMap<String, String>,
    #[serde(default)]
    volumes: Vec<String>,
    #[serde(default)]
    read_only: bool,
    #[serde(default)]
    tmpfs: Vec<String>,
    #[serde(default)]
    cap_drop: Vec<String>,
    #[serde(default)]
    security_opt: Vec<String>,
    stop_grace_period: Option<String>,
    restart: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dependency {
    condition: String,
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn compose() -> Compose {
    serde_saphyr::from_str(&read("docker-compose.smbreplay.yml")).unwrap_or_else(|error| panic!("{error}"))
}

fn stage(folder: &str) -> Stage {
    Stage::last_of(&read(&format!("{folder}/Dockerfile"))).unwrap_or_else(|error| panic!("{folder}: {error}"))
}

/// The images that the stages of the Dockerfile begin with, and what they copy from the build context.
fn stages() -> (Vec<String>, BTreeSet<String>) {
    let text = read("Dockerfile");
    let file = parse_dockerfile::parse(&text).unwrap();
    let bases = file.stages().map(|stage| stage.from.image.value.clone().into_owned()).collect();
    let mut sources = BTreeSet::new();
    for instruction in &file.instructions {
        if let Instruction::Copy(copy) = instruction
            && copy.options.is_empty()
        {
            for source in &copy.src {
                let Source::Path(path) = source else { panic!("a file is copied by its path") };
                sources.insert(path.value.clone().into_owned());
            }
        }
    }
    (bases, sources)
}

#[test]
fn the_server_has_the_port_the_folders_and_the_rights_that_its_image_has() {
    let compose = compose();
    let (server, image) = (&compose.services["api"], stage(&compose.services["api"].build).settings);
    assert_eq!((compose.name.as_str(), server.image.as_str()), ("smbreplay", "smbreplay"));
    let port = image.ports[0];
    // Whoever has the key may delete traces: others on the network are let in by who runs it.
    assert_eq!(server.ports, [format!("127.0.0.1:{port}:{port}")]);
    let mut targets = Vec::new();
    for volume in &server.volumes {
        // The place of the traces is a variable with a default, which has a colon.
        let (what, target) = volume.split_once(":/").unwrap();
        let (target, mode) = target.split_once(':').map_or((target, "rw"), |(target, mode)| (target, mode));
        targets.push(format!("/{target}"));
        assert_eq!(mode, if target == "traces" { "ro" } else { "rw" }, "{volume}");
        assert!(what.starts_with("${TRACES") || compose.volumes.contains_key(what), "{volume}");
    }
    assert_eq!(targets, image.volumes);
    assert!(server.read_only && server.tmpfs == ["/tmp"] && server.cap_drop == ["ALL"]);
    assert_eq!(server.security_opt, ["no-new-privileges:true"]);
    let grace = server.stop_grace_period.as_ref().and_then(|time| time.strip_suffix('s')).unwrap();
    // What the server takes at most, and the 2 s that each of its two last steps takes.
    assert!(grace.parse::<u64>().unwrap() > 34, "running jobs get 30 s");
}

#[test]
fn the_server_replays_on_the_lab_server_that_is_started_with_it() {
    let compose = compose();
    let (server, lab) = (&compose.services["api"].environment, &compose.services["lab"]);
    let image = stage(&lab.build);
    assert_eq!(compose.services["api"].depends_on["lab"].condition, "service_healthy");
    assert!(!image.settings.health.is_empty());
    assert_eq!(server["SMBREPLAY_SERVER_IP"], "lab");
    assert_eq!(server["SMBREPLAY_PORT"], image.settings.ports[0].to_string());
    assert_eq!(server["SMBREPLAY_PASSWORD"], lab.environment["LAB_PASSWORD"]);
    assert!(read("deploy/lab/smb.conf").contains(&format!("\n[{}]\n", server["SMBREPLAY_TREE_NAME"])));
    let (user, line) = (&server["SMBREPLAY_USERNAME"], "useradd --uid");
    let made = |step: &Step| matches!(step, Step::Run(run) if run.contains(line) && run.contains(&format!(" {user} ")));
    assert!(image.steps.iter().any(made), "the lab server has no {user}");
    assert!(read("deploy/lab/start").contains(&format!(" {user} ")));
    for name in server.keys().filter_map(|name| name.strip_prefix("SMBREPLAY_")) {
        name.to_lowercase().parse::<store::Key>().unwrap();
    }
    for service in compose.services.values() {
        assert_eq!(service.restart, "unless-stopped");
    }
}

#[test]
fn the_toolchains_of_the_images_are_those_of_the_project() {
    let (bases, _) = stages();
    let [page, build, last] = bases.as_slice() else { panic!("{bases:?}") };
    let major: u32 = page.strip_prefix("node:").and_then(|tag| tag.split(['-', '.']).next()).unwrap().parse().unwrap();
    assert!(major > node::LEAST.0, "{page}");
    // `stable` is the newest release: of version 1, for as long as there is no other.
    assert!(read("rust-toolchain.toml").contains("channel = \"stable\""), "another toolchain needs another {build}");
    let release = build.strip_prefix("rust:1-").unwrap_or_else(|| panic!("{build} is not the newest release"));
    // A program runs with the C library that it was built with, or a newer one.
    assert_eq!(last, &format!("debian:{release}-slim"));
    assert_eq!(stage("deploy/lab").base, *last);
}

#[test]
fn what_the_dockerfile_copies_is_there_and_not_ignored() {
    let (_, sources) = stages();
    let ignored = read(".dockerignore");
    let mut lines = ignored.lines().filter(|line| !line.starts_with('#'));
    assert_eq!(lines.next(), Some("*"));
    let let_in: BTreeSet<_> = lines.filter_map(|line| line.strip_prefix('!')).collect();
    for source in &sources {
        assert!(root().join(source).exists(), "{source}");
        let first = source.split('/').next().unwrap();
        assert!(first == "." || let_in.contains(first), "{source} is ignored");
    }
    for name in let_in {
        assert!(root().join(name).exists(), "{name} is no part of the project");
    }
}
