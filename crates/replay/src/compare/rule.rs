//! Which fields the user takes out of the comparison, or into it: `[COMMAND.]FIELD[@PATH]`.

use crate::file_filter::FileFilter;
use smb2::Command;
use std::fmt;
use std::str::FromStr;

/// `CREATE.end_of_file@logs\*`: a field, of one command or of all, on all paths or on those that a [`FileFilter`] accepts.
/// The field `*` is every field. A field may also be called by its Wireshark name, as a column may.
#[derive(Clone, Debug)]
pub struct Rule {
    text: String,
    command: Option<Command>,
    /// Names of one field; none for every field.
    fields: Vec<String>,
    path: Option<FileFilter>,
}

/// A text that is no rule.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("'{text}' is not a rule of the form [COMMAND.]FIELD[@PATH], like CREATE.end_of_file or data@logs\\*")]
pub struct RuleError {
    text: String,
}

impl Rule {
    /// Whether it is about this field of this command's answer, on this path.
    pub(super) fn covers(&self, command: Command, field: &str, path: Option<&str>) -> bool {
        self.command.is_none_or(|wanted| wanted == command)
            && (self.fields.is_empty() || self.fields.iter().any(|wanted| wanted == field))
            && self.path.as_ref().is_none_or(|wanted| path.is_some_and(|path| wanted.accepts(path)))
    }

    /// The rules in a file: one a line; empty lines and what follows a `#` do not count.
    ///
    /// # Errors
    /// [`RuleError`] for the first line that is no rule.
    pub fn parse_file(text: &str) -> Result<Vec<Self>, RuleError> {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        lines.filter(|line| !line.is_empty()).map(str::parse).collect()
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let text = text.trim();
        let error = || RuleError { text: text.to_owned() };
        let (what, path) = match text.split_once('@') {
            Some((what, path)) if !path.is_empty() => {
                (what, Some(FileFilter::new(path.trim_start_matches(['\\', '/']))))
            }
            Some(_) => return Err(error()),
            None => (text, None),
        };
        let named = what.split_once('.').and_then(|(name, field)| Some((command(name)?, field)));
        let (command, field) = named.map_or((None, what), |(command, field)| (Some(command), field));
        let is_name = |character: char| character.is_ascii_alphanumeric() || "_.".contains(character);
        let fields: Vec<String> = match field {
            "*" => Vec::new(),
            _ if field.is_empty() || !field.chars().all(is_name) => return Err(error()),
            _ => {
                let columns = store::schema::columns_named(field).map(|column| column.name.to_owned());
                columns.chain(std::iter::once(field.to_ascii_lowercase())).collect()
            }
        };
        Ok(Self { text: text.to_owned(), command, fields, path })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn command(name: &str) -> Option<Command> {
    Command::ALL.iter().copied().find(|command| command.name().is_some_and(|known| known.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(rule: &str, command: Command, field: &str, path: &str) -> bool {
        rule.parse::<Rule>().is_ok_and(|rule| rule.covers(command, field, Some(path)))
    }

    #[test]
    fn a_field_is_meant_everywhere_or_of_one_command_or_on_some_paths() {
        assert!(covers("end_of_file", Command::CREATE, "end_of_file", "a"));
        assert!(covers("create.end_of_file", Command::CREATE, "end_of_file", "a"));
        assert!(!covers("CLOSE.end_of_file", Command::CREATE, "end_of_file", "a"));
        assert!(covers("data@logs/*", Command::READ, "data", "LOGS\\a"));
        assert!(!covers("data@logs/*", Command::READ, "data", "b\\a"));
        assert!(covers("CREATE.*", Command::CREATE, "oplock_granted", "a"));
    }

    #[test]
    fn a_wireshark_name_means_its_column() {
        assert!(covers("smb2.eof", Command::CREATE, "end_of_file", "a"));
        assert!(covers("CREATE.smb2.create.action", Command::CREATE, "create_action", "a"));
    }

    #[test]
    fn a_rule_about_paths_does_not_cover_what_has_none() {
        let rule = "data@*".parse::<Rule>();
        assert!(rule.is_ok_and(|rule| !rule.covers(Command::READ, "data", None)));
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in ["", "@path", "data@", "da ta", "a;b", "da*"] {
            assert!(text.parse::<Rule>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_file_has_a_rule_a_line() {
        let rules = Rule::parse_file("# known\n\nCREATE.oplock_granted # no oplocks here\ndata\n").unwrap_or_default();
        let texts: Vec<String> = rules.iter().map(Rule::to_string).collect();
        assert_eq!(texts, ["CREATE.oplock_granted", "data"]);
        assert!(Rule::parse_file("fine\nnot fine").is_err());
    }
}
