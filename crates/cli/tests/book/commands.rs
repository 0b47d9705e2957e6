//! The commands of a block, as a reader would type them.

use super::block::Block;

/// A command of a page.
pub(super) struct Command {
    /// Page and line, for people.
    pub(super) place: String,
    pub(super) text: String,
    /// The exit status it has to have.
    pub(super) status: i32,
    /// The lines shown below it; `None` where a block shows commands alone.
    pub(super) shown: Option<Vec<String>>,
    /// Whether it finds the share of the lab server empty.
    pub(super) fresh: bool,
}

/// The comment behind a command that ends otherwise than with 0.
const STATUS: &str = "# exit status ";

/// `sh`: a command a line; one that is indented, or follows a `\`, goes on with the last. `console`: commands behind `$ `,
/// going on behind `> `, and what they print.
pub(super) fn of(block: &Block) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    let console = block.language == "console";
    for (number, line) in block.text.lines().enumerate() {
        let place = || format!("{} (line {} of the block)", block.place, number + 1);
        let begins = if console { line.strip_prefix("$ ") } else { begins(line, commands.last()) };
        if let Some(text) = begins {
            let shown = console.then(Vec::new);
            let command =
                Command { place: place(), text: text.to_owned(), status: 0, shown, fresh: block.marks.alternatives };
            commands.push(command);
            continue;
        }
        let Some(command) = commands.last_mut() else {
            assert!(!console && is_remark(line), "{}: no command yet: {line}", place());
            continue;
        };
        let goes_on = if console { line.strip_prefix("> ") } else { (!is_remark(line)).then_some(line) };
        match (goes_on, &mut command.shown) {
            (Some(text), _) => command.text.push_str(&format!("\n{text}")),
            (None, Some(shown)) => shown.push(line.to_owned()),
            (None, None) => {}
        }
    }
    for command in &mut commands {
        command.status = status(&command.text);
        // A console that shows nothing of a command leaves it out, and does not say that there is nothing.
        command.shown = command.shown.take().filter(|shown| !shown.is_empty());
    }
    commands
}

fn begins<'a>(line: &'a str, before: Option<&Command>) -> Option<&'a str> {
    let goes_on = line.starts_with(' ') || before.is_some_and(|before| before.text.ends_with('\\'));
    (!goes_on && !is_remark(line)).then_some(line)
}

fn is_remark(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('#')
}

fn status(text: &str) -> i32 {
    let told =
        text.rsplit_once(STATUS).map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    told.map_or(0, |digits| digits.parse().unwrap())
}

#[test]
fn commands_have_their_lines_statuses_and_results() {
    let block = |fence: &str, text: &str| of(&Block::new("page", 1, fence, text.to_owned()));
    let script = block("sh", "# first\na 1   # what it does\nb \\\n  --c   # exit status 1: it differs\n\nd");
    let told: Vec<_> = script.iter().map(|command| (command.text.as_str(), command.status)).collect();
    assert_eq!(told, [("a 1   # what it does", 0), ("b \\\n  --c   # exit status 1: it differs", 1), ("d", 0)]);
    let console = block("console", "$ a\n1\n2\n$ b");
    let shown: Vec<_> = console.iter().map(|command| command.shown.clone()).collect();
    assert_eq!(shown, [Some(vec!["1".to_owned(), "2".to_owned()]), None]);
}
