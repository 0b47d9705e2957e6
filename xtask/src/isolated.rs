//! smbreplay as a developer command runs it: no setting or case of the user's is read or touched.

use std::env;
use std::path::Path;
use std::process::Command;

/// `program` in the case folder `cases/case`, with configuration and cases below `folder` only. The server's account
/// comes by the environment, where no other user sees it.
pub(crate) fn smbreplay(program: &Path, folder: &Path, case: &str, logon: (&str, &str)) -> Command {
    let mut command = Command::new(program);
    let of_the_user =
        |name: &str| name.starts_with("SMBREPLAY_") || name.starts_with("SESSION_OUTPUT") || name == "DEFAULT_CASE_ID";
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_the_user)) {
        command.env_remove(name);
    }
    let cases = folder.join("cases");
    command
        .current_dir(cases.join(case))
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("LOCALAPPDATA", folder.join("config"))
        .env("TRACES_FOLDER", cases)
        .env("SMBREPLAY_USERNAME", logon.0)
        .env("SMBREPLAY_PASSWORD", logon.1);
    command
}
