//! What the commands of a page find: a home, captures, a lab server.

use super::captures;
use super::realm::LabRealm;
use crate::support::Home;
use lab::{Program, Samba, SambaOptions};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::Command;

/// Where a page is run. It is made for the page alone, and all it starts ends with it.
pub(super) struct Stage {
    pub(super) home: Home,
    samba: Option<Samba>,
    pub(super) realm: Option<LabRealm>,
    /// For `smbreplay lab start` and `smbreplay serve`.
    pub(super) lab_port: u16,
    pub(super) web_port: u16,
    /// Of `encrypted.pcap`, as `--session-key` takes it.
    pub(super) session_key: String,
    /// The interpreter with the packages of `queries/requirements.txt`.
    python: Option<PathBuf>,
}

/// Commands that ask for a lab server.
const ON_SERVERS: [&str; 6] = [
    "smbreplay replay",
    "smbreplay setup",
    "smbreplay validate",
    "smbreplay doctor",
    "smbreplay cleanup",
    "/api/replay",
];

impl Stage {
    /// With what commands with this text need.
    pub(super) fn set(text: &str, python: Option<PathBuf>) -> Self {
        let home = Home::new();
        let realm = (text.contains("--kerberos") || text.contains("--keytab")).then(|| LabRealm::start(&home));
        let wants_server = ON_SERVERS.iter().any(|command| text.contains(command));
        let samba = wants_server.then(|| {
            let kerberos = realm.as_ref().map(|realm| realm.service.clone());
            let other_names = vec!["anna".to_owned(), "robot".to_owned()];
            Samba::start(SambaOptions { kerberos, other_names, ..SambaOptions::default() }).unwrap()
        });
        let session_key = captures::put(text, &home, realm.as_ref());
        let stage = Self { lab_port: free_port(), web_port: free_port(), session_key, home, samba, realm, python };
        stage.settings();
        stage.programs();
        if !text.contains("ingest office.pcap") {
            stage.home.run(&["ingest", "office.pcap"]).succeeded();
        }
        stage
    }

    /// A shell in the home, with nothing in its environment that a page does not have.
    pub(super) fn shell(&self) -> Command {
        let mut shell = Command::new("bash");
        let programs = self.home.path().join(".programs");
        let path = std::env::join_paths(
            [programs].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
        );
        shell.arg("--noprofile").arg("--norc").current_dir(self.home.path()).env_clear().env("PATH", path.unwrap());
        shell.env("HOME", self.home.path()).env("TZ", "UTC").env("LC_ALL", "C.UTF-8").env("COLUMNS", "120");
        shell.env("PORT", self.web_port.to_string());
        if let Some(samba) = &self.samba {
            shell.env("SHARE", samba.share_path());
        }
        if let Some(realm) = &self.realm {
            shell.env("KRB5_CONFIG", realm.kdc.configuration()).env("KRB5CCNAME", self.home.path().join("tickets"));
        }
        if let Some(python) = &self.python {
            shell.env("PYTHON", python);
        }
        shell
    }

    fn settings(&self) {
        let mut settings = vec![("password", "testpass".to_owned())];
        if let Some(samba) = &self.samba {
            settings.push(("port", samba.port().to_string()));
        }
        for (key, value) in settings {
            self.home.run(&["config", "set", key, &value]).succeeded();
        }
    }

    /// What stands for programs of the reader's machine.
    fn programs(&self) {
        let folder = self.home.path().join(".programs");
        fs::create_dir(&folder).unwrap();
        symlink(assert_cmd::cargo::cargo_bin!("smbreplay"), folder.join("smbreplay")).unwrap();
        let duckdb = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/book/duckdb.py");
        let scripts = [
            ("ssh", "cd; [ -e encrypted.pcap ] && exec cat encrypted.pcap; exec cat office.pcap".to_owned()),
            (
                "kinit",
                format!("printf 'testpass\\n' | exec '{}' \"$@\" >/dev/null", Program::Kinit.find().unwrap().display()),
            ),
            ("duckdb", format!("exec \"$PYTHON\" -I '{duckdb}' \"$@\"")),
        ];
        for (name, script) in scripts {
            let path = folder.join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.home.run(&["lab", "stop"]);
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
