//! The figures that the repository keeps, and how others compare with them.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use crate::bench::figures::ratio;
use crate::workspace::root;

/// What differs by less is let pass, in percent.
const TOLERANCE: f64 = 3.0;
/// The same where another compiler, C library or kind of processor has counted.
const TOLERANCE_ELSEWHERE: f64 = 20.0;

/// Instructions, and what else decides how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Figures {
    /// The compiler.
    rustc: String,
    /// The C library, whose memory functions are chosen by the processor.
    libc: String,
    /// The kind of processor.
    processor: String,
    /// Instructions by name of the case.
    pub(super) cases: BTreeMap<String, u64>,
}

/// How one case compares.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Verdict {
    name: String,
    kept: Option<u64>,
    counted: u64,
    tolerance: f64,
    elsewhere: Option<String>,
}

impl Figures {
    /// The file that keeps them.
    pub(super) fn path() -> PathBuf {
        root().join("xtask/instructions.json")
    }

    pub(super) fn read() -> anyhow::Result<Self> {
        let path = Self::path();
        let advice = || format!("{}: `cargo xtask instructions --update` makes it anew", path.display());
        serde_json::from_slice(&fs::read(&path).with_context(advice)?).with_context(advice)
    }

    pub(super) fn write(&self) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(Self::path(), text).with_context(|| format!("cannot write {}", Self::path().display()))
    }

    /// No case yet.
    pub(super) fn of_this_machine() -> anyhow::Result<Self> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let rustc = said(Command::new(rustc).arg("--version").current_dir(root())).context("cannot ask rustc")?;
        let libc = said(Command::new("getconf").arg("GNU_LIBC_VERSION")).unwrap_or_else(|_| "unknown".into());
        Ok(Self { rustc, libc, processor: processor(), cases: BTreeMap::new() })
    }

    /// How what was counted compares with these, a verdict a case.
    pub(super) fn compare(&self, counted: &Self) -> Vec<Verdict> {
        let differences =
            [(&self.rustc, &counted.rustc), (&self.libc, &counted.libc), (&self.processor, &counted.processor)];
        let differences: Vec<String> = differences
            .into_iter()
            .filter(|(kept, now)| kept != now)
            .map(|(kept, now)| format!("{kept}, here {now}"))
            .collect();
        let elsewhere = (!differences.is_empty()).then(|| differences.join("; "));
        let tolerance = if elsewhere.is_some() { TOLERANCE_ELSEWHERE } else { TOLERANCE };
        let verdict = |(name, counted): (&String, &u64)| Verdict {
            name: name.clone(),
            kept: self.cases.get(name).copied(),
            counted: *counted,
            tolerance,
            elsewhere: elsewhere.clone(),
        };
        counted.cases.iter().map(verdict).collect()
    }
}

impl Verdict {
    /// Whether the check fails: also when there is no figure to compare with.
    pub(super) fn is_too_many(&self) -> bool {
        let allowed = |kept: u64| kept as f64 * (1.0 + self.tolerance / 100.0);
        self.kept.is_none_or(|kept| self.counted as f64 > allowed(kept))
    }

    /// How many more there are than kept.
    fn percent(&self) -> Option<f64> {
        self.kept.map(|kept| (ratio(self.counted as f64, kept as f64) - 1.0) * 100.0)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, kept, counted, tolerance, elsewhere } = self;
        write!(f, "{name}: {counted} instructions")?;
        let (Some(kept), Some(percent)) = (kept, self.percent()) else { return f.write_str(", and no figure is kept") };
        write!(f, ", kept {kept} ({percent:+.1} %, {tolerance} % more are let pass)")?;
        if let Some(elsewhere) = elsewhere {
            write!(f, "; the kept figure was counted elsewhere: {elsewhere}")?;
        }
        if percent < -tolerance {
            f.write_str("; it got better: keep that with `cargo xtask instructions --update`")?;
        }
        Ok(())
    }
}

/// valgrind offers no more than AVX2, whatever the processor has.
fn processor() -> String {
    let features = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let has = |feature: &str| features.split_whitespace().any(|word| word == feature);
    let features = ["avx2", "bmi2"].into_iter().filter(|feature| has(feature));
    [std::env::consts::ARCH].into_iter().chain(features).collect::<Vec<_>>().join(" ")
}

fn said(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output()?;
    ensure!(output.status.success(), "it failed");
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    fn figures(rustc: &str, count: u64) -> Figures {
        let cases = BTreeMap::from([("office".to_owned(), count)]);
        Figures { rustc: rustc.into(), libc: "glibc 2.36".into(), processor: "x86_64".into(), cases }
    }

    fn verdict(rustc: &str, count: u64) -> Verdict {
        figures("rustc 1.95.0", 1_000).compare(&figures(rustc, count)).remove(0)
    }

    #[test]
    fn three_percent_more_pass_and_four_do_not() {
        assert!(!verdict("rustc 1.95.0", 1_030).is_too_many());
        assert!(verdict("rustc 1.95.0", 1_040).is_too_many());
        let told = verdict("rustc 1.95.0", 1_040).to_string();
        assert_eq!(told, "office: 1040 instructions, kept 1000 (+4.0 %, 3 % more are let pass)");
    }

    #[test]
    fn what_got_better_is_asked_to_be_kept() {
        assert!(!verdict("rustc 1.95.0", 980).to_string().contains("--update"));
        let better = verdict("rustc 1.95.0", 900);
        assert!(
            !better.is_too_many() && better.to_string().ends_with("`cargo xtask instructions --update`"),
            "{better}"
        );
    }

    #[test]
    fn another_compiler_is_told_and_allowed_more() {
        let elsewhere = verdict("rustc 1.99.0", 1_150);
        assert!(!elsewhere.is_too_many());
        assert!(elsewhere.to_string().ends_with("elsewhere: rustc 1.95.0, here rustc 1.99.0"), "{elsewhere}");
        assert!(verdict("rustc 1.99.0", 1_210).is_too_many());
    }

    #[test]
    fn a_case_without_a_figure_fails() {
        let verdict = Figures::default().compare(&figures("", 5)).remove(0);
        assert!(verdict.is_too_many());
        assert_eq!(verdict.to_string(), "office: 5 instructions, and no figure is kept");
    }

    #[test]
    fn the_repository_keeps_a_figure_of_every_case() {
        let kept = Figures::read().unwrap();
        let names: Vec<&str> = kept.cases.keys().map(String::as_str).collect();
        assert_eq!(names, super::super::CASES.map(|(name, _)| name));
    }
}
