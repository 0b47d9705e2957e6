//! The manifests of `deploy/kubernetes`: what Kubernetes says of their form, and their commands, run one after the other as it
//! would run them. Only folders and the server are this machine's.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![cfg(unix)]

mod support;

use lab::{Samba, SambaOptions};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use support::Home;
use support::python::python;
use support::readdressed::give_each_client_an_address;

/// The manifests by file.
fn manifests() -> Option<BTreeMap<String, Vec<Value>>> {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kubernetes/validated.py");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/kubernetes");
    let output = Command::new(python()?).args(["-I", program]).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let documents: Vec<(String, Value)> = serde_json::from_slice(&output.stdout).unwrap();
    let mut manifests: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    documents.into_iter().for_each(|(file, document)| manifests.entry(file).or_default().push(document));
    Some(manifests)
}

/// A cluster of this machine: with its folders in the place of the volumes, and a Samba in the place of the lab server.
struct Cluster {
    home: Home,
    samba: Samba,
    manifests: BTreeMap<String, Vec<Value>>,
}

impl Cluster {
    fn new(manifests: BTreeMap<String, Vec<Value>>) -> Self {
        let home = Home::new();
        for name in ["traces/office.pcap", "traces/again/office.pcap"] {
            give_each_client_an_address(&home.office(name), 20445);
        }
        Self { home, samba: Samba::start(SambaOptions::default()).unwrap(), manifests }
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Paths of volumes are those of folders here.
    fn here(&self, text: &str) -> String {
        let folder = |name: &str| self.folder(name).to_str().unwrap().to_owned();
        text.replace("/traces", &folder("traces")).replace("/sessions", &folder("sessions"))
    }

    fn job(&self, file: &str) -> &Value {
        self.manifests[file].iter().find(|document| document["kind"] == "Job").unwrap()
    }

    /// What the container of a job has in its environment.
    fn environment(&self, container: &Value) -> BTreeMap<String, String> {
        let of_kind = |kind: &str, name: &Value| {
            let all = self.manifests.values().flatten();
            let mut found = all.filter(|document| document["kind"] == kind && document["metadata"]["name"] == *name);
            found.next().unwrap_or_else(|| panic!("no {kind} {name}"))
        };
        let mut environment = BTreeMap::new();
        for from in container["envFrom"].as_array().unwrap() {
            let map = of_kind("ConfigMap", &from["configMapRef"]["name"])["data"].as_object().unwrap();
            environment.extend(map.iter().map(|(key, value)| (key.clone(), self.here(value.as_str().unwrap()))));
        }
        for variable in container["env"].as_array().unwrap() {
            let secret = &variable["valueFrom"]["secretKeyRef"];
            let value = match variable["value"].as_str() {
                Some(value) => value.to_owned(),
                None => {
                    let secret = &of_kind("Secret", &secret["name"])["stringData"][secret["key"].as_str().unwrap()];
                    assert!(secret.is_string());
                    self.samba.password().to_owned()
                }
            };
            environment.insert(variable["name"].as_str().unwrap().to_owned(), value);
        }
        let own = [
            ("HOME", self.home.path().to_str().unwrap().to_owned()),
            ("SMBREPLAY_SERVER_IP", "127.0.0.1".to_owned()),
            ("SMBREPLAY_PORT", self.samba.port().to_string()),
        ];
        environment.extend(own.map(|(key, value)| (key.to_owned(), value)));
        environment
    }

    /// Starts the container of a job, as the pod with this number.
    fn start(&self, file: &str, index: usize) -> Child {
        let container = &self.job(file)["spec"]["template"]["spec"]["containers"][0];
        let mut environment = self.environment(container);
        environment.insert("JOB_COMPLETION_INDEX".to_owned(), index.to_string());
        let words = ["command", "args"].into_iter().flat_map(|key| container[key].as_array().unwrap());
        let mut words = words.map(|word| {
            // As Kubernetes does.
            let word = environment.iter().fold(word.as_str().unwrap().to_owned(), |word, (name, value)| {
                word.replace(&format!("$({name})"), value)
            });
            self.here(&word)
        });
        let binary = assert_cmd::cargo::cargo_bin!("smbreplay");
        let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
        let program = words.next().unwrap();
        let program = if program == "smbreplay" { binary.to_owned() } else { PathBuf::from(program) };
        let mut command = Command::new(program);
        command.args(words).env_clear().envs(&environment).env("PATH", path).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn run(&self, file: &str) -> String {
        succeeded(file, &self.start(file, 0).wait_with_output().unwrap())
    }

    fn on_share(&self) -> usize {
        std::fs::read_dir(self.samba.share_path()).unwrap().count()
    }
}

fn succeeded(file: &str, output: &Output) -> String {
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said));
    assert!(output.status.success(), "{file}: {}: {stdout}{stderr}", output.status);
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_manifests_are_valid_and_their_commands_ingest_set_up_replay_report_and_clean_up() {
    let Some(manifests) = manifests() else { return };
    let cluster = Cluster::new(manifests);
    cluster.run("ingest.yaml");
    assert!(!cluster.folder("traces/.tracer").exists(), "traces cannot be written to");
    cluster.run("setup.yaml");

    let spec = &cluster.job("replay.yaml")["spec"];
    let shards = usize::try_from(spec["completions"].as_u64().unwrap()).unwrap();
    assert_eq!((&spec["completionMode"], &spec["parallelism"]), (&"Indexed".into(), &spec["completions"]));
    let pods: Vec<Child> = (0..shards).map(|index| cluster.start("replay.yaml", index)).collect();
    for pod in pods {
        succeeded("replay.yaml", &pod.wait_with_output().unwrap());
    }
    let report = cluster.run("report.yaml");
    assert!(report.contains(&format!(", merged of {shards} shards: 3 sessions on 127.0.0.1")), "{report}");
    assert!(!report.contains("incomplete"), "{report}");
    assert!(cluster.folder("sessions/office.html").is_file());
    assert!(cluster.on_share() > 0);
    cluster.run("cleanup.yaml");
    assert_eq!(cluster.on_share(), 0);
}

#[test]
fn what_the_manifests_set_are_settings() {
    let Some(manifests) = manifests() else { return };
    let cluster = Cluster::new(manifests);
    let container = &cluster.job("replay.yaml")["spec"]["template"]["spec"]["containers"][0];
    let mut command = cluster.home.command(&["config", "show"]);
    command.envs(cluster.environment(container));
    let shown = support::ended(&mut command);
    let set = cluster.manifests["lab.yaml"].iter().find(|document| document["kind"] == "ConfigMap").unwrap();
    for name in set["data"].as_object().unwrap().keys().map(String::as_str).chain(["SMBREPLAY_PASSWORD"]) {
        assert!(shown.succeeded().contains(name), "{name}: {}", shown.stdout);
    }
}

#[test]
fn no_pod_is_root_or_writes_to_traces_or_keeps_more_than_it_needs() {
    let Some(manifests) = manifests() else { return };
    let jobs: Vec<&Value> = manifests.values().flatten().filter(|document| document["kind"] == "Job").collect();
    assert!(jobs.len() >= 5, "{}", jobs.len());
    for job in jobs {
        let pod = &job["spec"]["template"]["spec"];
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{job}");
        assert!(pod["securityContext"]["runAsUser"].as_u64().unwrap() > 0, "{job}");
        let container = &pod["containers"][0];
        let security = &container["securityContext"];
        assert_eq!(
            (&security["readOnlyRootFilesystem"], &security["allowPrivilegeEscalation"]),
            (&true.into(), &false.into())
        );
        let mounts = container["volumeMounts"].as_array().unwrap();
        let traces = mounts.iter().find(|mount| mount["mountPath"] == "/traces").unwrap();
        assert_eq!(traces["readOnly"], true, "{job}");
    }
}
