//! What a Dockerfile says of its image: the steps that make its last stage, and how that is run.
//!
//! Only the forms of instructions that the project's files use are understood. Any other is an error: an image that is made
//! without one of them would not be the one that Docker makes.

use anyhow::{Context, bail, ensure};
use parse_dockerfile::{Command, Flag, HealthcheckArguments, Instruction, JsonOrStringArray, Source};

/// The last stage.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Stage {
    /// The image that it begins with.
    pub(crate) base: String,
    /// What is done to it, in order.
    pub(crate) steps: Vec<Step>,
    pub(crate) settings: Settings,
}

/// Something that changes the root file system.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A command line of `sh`, carried out as root.
    Run(String),
    /// Files of the build context, or of another stage.
    Copy {
        /// The stage.
        from: Option<String>,
        /// What is copied.
        sources: Vec<String>,
        /// Where to.
        to: String,
    },
}

/// How an image is run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) environment: Vec<(String, String)>,
    /// Ids of user and group.
    pub(crate) user: (u32, u32),
    pub(crate) folder: Option<String>,
    pub(crate) volumes: Vec<String>,
    pub(crate) ports: Vec<u16>,
    /// Without `SIG`.
    pub(crate) stop_signal: Option<String>,
    pub(crate) health: Vec<String>,
    pub(crate) entrypoint: Vec<String>,
    pub(crate) command: Vec<String>,
}

impl Stage {
    /// The last stage of the Dockerfile with this text.
    pub(crate) fn last_of(text: &str) -> anyhow::Result<Self> {
        let file = parse_dockerfile::parse(text)?;
        let last = file.stages().last().context("it has no stage")?;
        refuse("FROM", &last.from.options)?;
        let mut stage = Self { base: last.from.image.value.clone().into_owned(), ..Self::default() };
        last.instructions.iter().try_for_each(|instruction| stage.take(instruction))?;
        Ok(stage)
    }

    fn take(&mut self, instruction: &Instruction<'_>) -> anyhow::Result<()> {
        let settings = &mut self.settings;
        match instruction {
            Instruction::Run(run) => {
                refuse("RUN", &run.options)?;
                ensure!(
                    run.here_docs.is_empty() && settings.user == (0, 0),
                    "RUN is understood as root's one command line"
                );
                self.steps.push(Step::Run(shell(&run.arguments)?));
            }
            Instruction::Copy(copy) => {
                let mut from = None;
                for option in &copy.options {
                    match (option.name.value.as_ref(), &option.value) {
                        ("from", Some(stage)) => from = Some(stage.value.clone().into_owned()),
                        (other, _) => bail!("COPY --{other} is not understood"),
                    }
                }
                let sources: anyhow::Result<_> = copy.src.iter().map(path).collect();
                self.steps.push(Step::Copy { from, sources: sources?, to: plain(&copy.dest.value)? });
            }
            Instruction::Env(env) => {
                for pair in env.arguments.value.split_whitespace() {
                    let (name, value) = pair.split_once('=').with_context(|| format!("ENV {pair} has no value"))?;
                    settings.environment.push((plain(name)?, plain(value)?));
                }
            }
            Instruction::User(user) => settings.user = ids(&user.arguments.value)?,
            Instruction::Workdir(folder) => settings.folder = Some(plain(&folder.arguments.value)?),
            Instruction::Volume(volume) => match &volume.arguments {
                JsonOrStringArray::Json(paths) => {
                    settings.volumes.extend(paths.value.iter().map(|path| path.value.clone().into_owned()));
                }
                JsonOrStringArray::String(_) => bail!("VOLUME is understood as a JSON list only"),
            },
            Instruction::Expose(expose) => {
                for port in &expose.arguments {
                    settings.ports.push(port.value.parse().with_context(|| format!("EXPOSE {}", port.value))?);
                }
            }
            Instruction::Stopsignal(signal) => {
                let name =
                    signal.arguments.value.strip_prefix("SIG").context("STOPSIGNAL is understood by its name")?;
                settings.stop_signal = Some(plain(name)?);
            }
            Instruction::Healthcheck(check) => match &check.arguments {
                HealthcheckArguments::Cmd { arguments, .. } => settings.health = words("HEALTHCHECK CMD", arguments)?,
                _ => bail!("HEALTHCHECK is understood with CMD only"),
            },
            Instruction::Entrypoint(entrypoint) => settings.entrypoint = words("ENTRYPOINT", &entrypoint.arguments)?,
            Instruction::Cmd(command) => settings.command = words("CMD", &command.arguments)?,
            // It is the first of its stage, and was read.
            Instruction::From(_) => {}
            other => bail!("this instruction is not understood: {other:?}"),
        }
        Ok(())
    }
}

fn refuse(instruction: &str, options: &[Flag<'_>]) -> anyhow::Result<()> {
    match options.first() {
        Some(option) => bail!("{instruction} --{} is not understood", option.name.value),
        None => Ok(()),
    }
}

/// A text in which Docker would replace nothing.
fn plain(text: &str) -> anyhow::Result<String> {
    ensure!(!text.contains(['$', '"', '\'', '\\']), "variables and quotes are not understood: {text}");
    Ok(text.to_owned())
}

fn path(source: &Source<'_>) -> anyhow::Result<String> {
    match source {
        Source::Path(path) if !path.value.contains(['*', '?', '[']) => plain(&path.value),
        _ => bail!("COPY is understood with paths only"),
    }
}

fn shell(command: &Command<'_>) -> anyhow::Result<String> {
    match command {
        Command::Shell(line) => Ok(line.value.to_owned()),
        _ => bail!("RUN is understood as a command line only"),
    }
}

fn words(instruction: &str, command: &Command<'_>) -> anyhow::Result<Vec<String>> {
    match command {
        Command::Exec(words) => Ok(words.value.iter().map(|word| word.value.clone().into_owned()).collect()),
        _ => bail!("{instruction} is understood as a JSON list only"),
    }
}

fn ids(user: &str) -> anyhow::Result<(u32, u32)> {
    let numbers = user.split_once(':').and_then(|(user, group)| Some((user.parse().ok()?, group.parse().ok()?)));
    numbers.with_context(|| format!("USER is understood as two numbers only, not as {user}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn refused(instruction: &str, words: &str) {
        let error = Stage::last_of(&format!("FROM debian\n{instruction}\n")).unwrap_err().to_string();
        assert!(error.contains(words), "{instruction}: {error}");
    }

    #[test]
    fn the_last_stage_is_read_in_order() {
        let text = "FROM rust AS build\nRUN false\nFROM debian:trixie-slim\nRUN true \\\n && true\n\
                    COPY --from=build /a /b\nCOPY c d /e/\nENV A=1 B=/x\nUSER 7:8\nWORKDIR /w\nVOLUME [\"/v\"]\n\
                    EXPOSE 1 2\nSTOPSIGNAL SIGTERM\nHEALTHCHECK --timeout=1s CMD [\"h\"]\nENTRYPOINT [\"e\"]\n\
                    CMD [\"c\", \"d e\"]\n";
        let stage = Stage::last_of(text).unwrap();
        assert_eq!(stage.base, "debian:trixie-slim");
        let copy = |from: Option<&str>, sources: &[&str], to: &str| Step::Copy {
            from: from.map(str::to_owned),
            sources: sources.iter().map(|source| (*source).to_owned()).collect(),
            to: to.to_owned(),
        };
        let run = Step::Run("true \\\n && true".to_owned());
        assert_eq!(stage.steps, [run, copy(Some("build"), &["/a"], "/b"), copy(None, &["c", "d"], "/e/")]);
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let expected = Settings {
            environment: vec![("A".to_owned(), "1".to_owned()), ("B".to_owned(), "/x".to_owned())],
            user: (7, 8),
            folder: Some("/w".to_owned()),
            volumes: owned(&["/v"]),
            ports: vec![1, 2],
            stop_signal: Some("TERM".to_owned()),
            health: owned(&["h"]),
            entrypoint: owned(&["e"]),
            command: owned(&["c", "d e"]),
        };
        assert_eq!(stage.settings, expected);
    }

    #[test]
    fn what_is_not_understood_is_refused_and_never_left_out() {
        for (instruction, words) in [
            ("ADD a /a", "not understood"),
            ("ARG A", "not understood"),
            ("LABEL a=b", "not understood"),
            ("SHELL [\"bash\"]", "not understood"),
            ("RUN --mount=type=cache,target=/a true", "--mount"),
            ("RUN [\"true\"]", "command line"),
            ("USER 1:1\nRUN true", "root's"),
            ("COPY --chown=1 a /a", "--chown"),
            ("COPY * /a", "paths"),
            ("ENV A=$B", "variables"),
            ("USER nobody", "numbers"),
            ("VOLUME /a", "JSON"),
            ("EXPOSE 80/udp", "EXPOSE"),
            ("STOPSIGNAL 15", "name"),
            ("HEALTHCHECK NONE", "CMD"),
            ("ENTRYPOINT a", "JSON"),
            ("CMD a", "JSON"),
        ] {
            refused(instruction, words);
        }
        assert!(Stage::last_of("FROM --platform=linux/arm64 debian\n").is_err());
    }
}
