//! The document that `doctor` prints, held against its contract each time.

use crate::support::{Ended, Home};
use lab::{Samba, SambaOptions};
use serde_json::Value;

/// The checks of the server, in their order.
pub(super) const SERVER_CHECKS: [&str; 15] = [
    "address",
    "captured_server",
    "connection",
    "negotiation",
    "dialects",
    "signing",
    "encryption",
    "compression",
    "sizes",
    "capabilities",
    "clock",
    "logon",
    "share",
    "share_access",
    "pipes",
];

/// Those before them.
pub(super) const OTHER_CHECKS: [&str; 9] = [
    "configuration",
    "configuration_mode",
    "password",
    "traces_folder",
    "case_folder",
    "output_folder",
    "free_space",
    "last_trace",
    "open_files",
];

/// What one check says.
#[derive(Debug)]
struct Check {
    outcome: String,
    found: String,
    advice: String,
}

/// The document of a doctor, and its exit status, which has to agree with it.
pub(super) struct Diagnosis(Value);

impl Diagnosis {
    #[track_caller]
    pub(super) fn of(ended: &Ended) -> Self {
        let document: Value = serde_json::from_str(&ended.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", ended.stdout, ended.stderr));
        let diagnosis = Self(document);
        let names: Vec<&str> = diagnosis.checks().map(|check| check["check"].as_str().unwrap()).collect();
        assert_eq!(names, [&OTHER_CHECKS[..], &SERVER_CHECKS].concat(), "no check is ever missing");
        let failed = diagnosis.checks().any(|check| check["outcome"] == "failed");
        assert_eq!((ended.code, diagnosis.0["ready"].as_bool()), (i32::from(failed), Some(!failed)));
        for check in diagnosis.checks() {
            let outcome = check["outcome"].as_str().unwrap();
            assert!(["ok", "warning", "failed", "not_tried"].contains(&outcome), "{check}");
            assert_eq!(outcome == "ok", check["advice"].is_null(), "what is not ok says what to do: {check}");
        }
        diagnosis
    }

    fn checks(&self) -> impl Iterator<Item = &Value> {
        self.0["checks"].as_array().unwrap().iter()
    }

    #[track_caller]
    fn check(&self, name: &str) -> Check {
        let check = self.checks().find(|check| check["check"] == name).unwrap();
        let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
        Check { outcome: text("outcome"), found: text("found"), advice: text("advice") }
    }

    #[track_caller]
    pub(super) fn is(&self, name: &str, outcome: &str, found: &str, advice: &str) {
        let check = self.check(name);
        let agrees = check.outcome == outcome && check.found.contains(found) && check.advice.contains(advice);
        assert!(agrees, "{name}: {outcome}, {found}, {advice}, not {check:?}");
    }

    #[track_caller]
    pub(super) fn are(&self, names: &[&str], outcome: &str) {
        names.iter().for_each(|name| self.is(name, outcome, "", ""));
    }
}

/// What `doctor` finds in this home.
#[track_caller]
pub(super) fn doctor(home: &Home, arguments: &[&str]) -> Diagnosis {
    Diagnosis::of(&home.run(&[&["doctor", "--format", "json"], arguments].concat()))
}

/// A home with settings for a private Samba.
pub(super) fn samba(options: SambaOptions) -> (Home, Samba) {
    let samba = Samba::start(options).unwrap();
    let home = Home::new();
    for (key, value) in [("port", samba.port().to_string().as_str()), ("password", "testpass")] {
        home.run(&["config", "set", key, value]).succeeded();
    }
    (home, samba)
}
