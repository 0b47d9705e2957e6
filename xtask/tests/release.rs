//! `cargo xtask release --binary`: what it packs can be installed, runs, and says what is in it. The program is the one of the
//! tests: how it was built makes no difference to that.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Packed once for all tests, and unpacked.
struct Released {
    scratch: PathBuf,
}

static RELEASED: LazyLock<Released> = LazyLock::new(Released::make);

impl Released {
    fn make() -> Self {
        // A static is never dropped: what an earlier run left here goes now.
        let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("released");
        if scratch.exists() {
            fs::remove_dir_all(&scratch).unwrap();
        }
        fs::create_dir_all(&scratch).unwrap();
        let released = Self { scratch };
        release(&released.folder());
        let tar = released.file(".tar.gz");
        fs::create_dir(released.archive()).unwrap();
        run(Command::new("tar").arg("-xzf").arg(tar).arg("--strip-components=1").arg("-C").arg(released.archive()));
        run(Command::new("dpkg-deb").arg("--extract").arg(released.file(".deb")).arg(released.installed()));
        released
    }

    /// Where the packages are.
    fn folder(&self) -> PathBuf {
        self.scratch.join("released")
    }

    /// What the Debian package installs, below `/`.
    fn installed(&self) -> PathBuf {
        self.scratch.join("installed")
    }

    /// What the archive has, below a prefix.
    fn archive(&self) -> PathBuf {
        self.scratch.join("archive")
    }

    /// The one file whose name ends so.
    fn file(&self, ending: &str) -> PathBuf {
        let mut files: Vec<PathBuf> = fs::read_dir(self.folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.to_string_lossy().ends_with(ending));
        assert_eq!(files.len(), 1, "{files:?}");
        files.remove(0)
    }
}

fn release(folder: &Path) {
    let xtask = Path::new(env!("CARGO_BIN_EXE_xtask"));
    let program = xtask.with_file_name("smbreplay");
    assert!(program.exists(), "{} is not built: `cargo build -p smbreplay`", program.display());
    run(Command::new(xtask).args(["release", "--quick", "--binary"]).arg(program).arg("--out").arg(folder));
}

/// What it writes; it has to end well.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{said}{complained}", output.status);
    said.into_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_checksums_are_those_of_the_packages() {
    let said =
        run(Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(RELEASED.folder()));
    let name = |ending| RELEASED.file(ending).file_name().unwrap().to_string_lossy().into_owned();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines, [format!("{}: OK", name(".deb")), format!("{}: OK", name(".tar.gz"))]);
}

#[test]
fn the_same_program_is_packed_into_the_same_bytes() {
    let again = tempfile::tempdir().unwrap();
    release(again.path());
    let sums = |folder: &Path| fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    assert_eq!(sums(again.path()), sums(&RELEASED.folder()));
}

#[test]
fn both_packages_have_a_program_that_runs() {
    for program in [RELEASED.installed().join("usr/bin/smbreplay"), RELEASED.archive().join("bin/smbreplay")] {
        assert_eq!(
            run(Command::new(program).arg("--version")).trim(),
            concat!("smbreplay ", env!("CARGO_PKG_VERSION"))
        );
    }
}

#[test]
fn the_debian_package_says_what_it_is_and_what_the_program_is_linked_with() {
    let field = |name: &str| run(Command::new("dpkg-deb").arg("--field").arg(RELEASED.file(".deb")).arg(name));
    assert_eq!(field("Package").trim(), "smbreplay");
    assert_eq!(field("Version").trim(), concat!(env!("CARGO_PKG_VERSION"), "-1"));
    assert_eq!(field("Architecture"), run(Command::new("dpkg").arg("--print-architecture")));
    let depends = field("Depends");
    assert!(depends.contains("libc6 (>= 2.") && depends.contains("libgcc-s1"), "{depends}");
    assert!(field("Maintainer").contains('<') && field("Description").lines().count() > 3);
    let linked = run(Command::new("ldd").arg(RELEASED.installed().join("usr/bin/smbreplay")));
    let of_its_packages = ["linux-vdso", "libgcc_s.so.1", "libm.so.6", "libc.so.6", "ld-linux"];
    for library in linked.lines() {
        assert!(of_its_packages.iter().any(|known| library.contains(known)), "{library}");
    }
}

#[test]
fn the_files_of_the_debian_package_are_roots_and_everybody_may_read_them() {
    let listed = run(Command::new("dpkg-deb").arg("--contents").arg(RELEASED.file(".deb")));
    for line in listed.lines() {
        let expected = match line {
            folder if folder.ends_with('/') => "drwxr-xr-x root/root",
            program if program.ends_with("/usr/bin/smbreplay") => "-rwxr-xr-x root/root",
            _ => "-rw-r--r-- root/root",
        };
        assert!(line.starts_with(expected), "{line}");
    }
    let control = tempfile::tempdir().unwrap();
    run(Command::new("dpkg-deb").arg("--control").arg(RELEASED.file(".deb")).arg(control.path()));
    let sums = control.path().join("md5sums");
    run(Command::new("md5sum").args(["--check", "--strict", "--quiet"]).arg(sums).current_dir(RELEASED.installed()));
}

#[test]
fn every_page_of_the_manual_can_be_set() {
    let pages = RELEASED.archive().join("share/man/man1");
    let found = names(&pages);
    assert!(found.contains(&"smbreplay.1".to_owned()) && found.contains(&"smbreplay-replay.1".to_owned()), "{found:?}");
    for page in &found {
        let mut groff = Command::new("groff");
        let complaints =
            groff.args(["-man", "-Kutf8", "-Tutf8", "-ww", "-z"]).arg(pages.join(page)).output().unwrap().stderr;
        assert_eq!(String::from_utf8_lossy(&complaints), "", "{page}");
    }
    let compressed: Vec<String> = found.iter().map(|page| format!("{page}.gz")).collect();
    assert_eq!(names(&RELEASED.installed().join("usr/share/man/man1")), compressed);
}

#[test]
fn completions_lie_where_the_shells_look_for_them() {
    let installed = RELEASED.installed().join("usr/share");
    for path in ["zsh/vendor-completions/_smbreplay", "fish/vendor_completions.d/smbreplay.fish"] {
        assert!(fs::read_to_string(installed.join(path)).unwrap().contains("smbreplay"), "{path}");
    }
    let bash = installed.join("bash-completion/completions/smbreplay");
    run(Command::new("bash").arg("-n").arg(&bash));
    let asked =
        "COMP_WORDS=(smbreplay inge) COMP_CWORD=1; _smbreplay smbreplay inge smbreplay; echo \"${COMPREPLY[@]}\"";
    let answered = run(Command::new("bash").args(["-c", &format!("source {}; {asked}", bash.display())]));
    assert_eq!(answered.trim(), "ingest");
}

#[test]
fn the_documents_are_there_with_a_capture_to_try() {
    let documents = RELEASED.installed().join("usr/share/doc/smbreplay");
    for name in ["README.md", "LICENSE", "copyright", "changelog.gz", "changelog.Debian.gz", "docs/schema.md"] {
        assert!(documents.join(name).metadata().unwrap().len() > 0, "{name}");
    }
    let changes = run(Command::new("gzip").arg("-dc").arg(documents.join("changelog.Debian.gz")));
    assert!(changes.starts_with("smbreplay (") && changes.contains("\n -- "), "{changes}");
    let home = tempfile::tempdir().unwrap();
    let mut ingest = Command::new(RELEASED.installed().join("usr/bin/smbreplay"));
    ingest.arg("ingest").arg(documents.join("examples/office.pcap")).current_dir(home.path());
    for (variable, folder) in [("XDG_CONFIG_HOME", "config"), ("TRACES_FOLDER", "cases"), ("SESSION_OUTPUT_DIR", "out")]
    {
        let folder = home.path().join(folder);
        fs::create_dir(&folder).unwrap();
        ingest.env(variable, folder);
    }
    run(&mut ingest);
}

#[test]
fn what_others_wrote_is_listed_with_its_licences() {
    let text = fs::read_to_string(RELEASED.archive().join("share/doc/smbreplay/THIRD-PARTY-LICENSES")).unwrap();
    let (list, texts) = text.split_once(&"=".repeat(100)).unwrap();
    let parts = list.lines().filter(|line| line.contains(", texts [")).count();
    // Far fewer than the program is made of would mean that the list is not of the program.
    assert!(parts > 150, "{parts}");
    for line in list.lines().filter_map(|line| line.split_once(", texts ").map(|(_, numbers)| numbers)) {
        for number in line.split(' ') {
            assert!(texts.contains(&format!("\n{number}\n")), "{number}");
        }
    }
    for part in ["aws-lc-sys", "clap", "parquet", "zstd-sys", "std", "redoc", "swagger-ui"] {
        assert!(list.lines().any(|line| line.starts_with(&format!("{part} "))), "{part}");
    }
    assert!(!list.contains("smbreplay-"), "the project's own crates are no third party's");
    // Tests alone need these.
    assert!(!list.contains("\nproptest ") && !list.contains("\ninsta "), "{list}");
}

#[test]
fn another_program_is_not_packed() {
    let folder = tempfile::tempdir().unwrap();
    let mut release = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = release.args(["release", "--binary", "/bin/cat", "--out"]).arg(folder.path()).output().unwrap();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("is not smbreplay"));
    assert!(names(folder.path()).is_empty());
}
