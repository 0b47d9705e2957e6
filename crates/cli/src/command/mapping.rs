//! The rules for shares, paths, users and domains: from the command line, and from files with one rule a line.

use crate::arguments::{MappingArguments, Password};
use crate::failure::Failure;
use replay::Mapping;
use replay::map::{Root, RuleError};
use std::str::FromStr;

/// Everything that the user said about names and users. No message repeats what may hold a password.
pub(super) fn mapping(arguments: &MappingArguments) -> Result<Mapping, Failure> {
    let users: Vec<&str> = arguments.map_user.iter().map(|Password(rule)| rule.as_str()).collect();
    let users: Vec<replay::map::UserRule> = rules("--map-user", &users)?;
    Ok(Mapping {
        shares: rules("--map-share", &texts(&arguments.map_share))?,
        paths: rules("--map-path", &texts(&arguments.map_path))?,
        users: users.into_iter().collect(),
        sids: rules("--map-sid", &texts(&arguments.map_sid))?,
        root: arguments.root.as_deref().map(root).transpose()?,
    })
}

fn root(text: &str) -> Result<Root, Failure> {
    text.parse().map_err(|error: RuleError| refused("--root", &error))
}

fn texts(values: &[String]) -> Vec<&str> {
    values.iter().map(String::as_str).collect()
}

/// Each value is a rule, or `@` and the name of a file of rules.
fn rules<R: FromStr<Err = RuleError>>(option: &str, values: &[&str]) -> Result<Vec<R>, Failure> {
    let mut rules = Vec::new();
    for value in values {
        match value.strip_prefix('@') {
            Some(file) => add_lines(&mut rules, option, file)?,
            None => rules.push(value.parse().map_err(|error| refused(option, &error))?),
        }
    }
    Ok(rules)
}

/// One rule a line; empty lines and those that begin with `#` say nothing.
fn add_lines<R: FromStr<Err = RuleError>>(rules: &mut Vec<R>, option: &str, file: &str) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        let advice = "check that it is a text file and that you may read it";
        Failure::new(format!("{option}: cannot read {file}: {error}"), advice)
    })?;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end_matches('\r');
        if !line.trim().is_empty() && !line.starts_with('#') {
            let place = || format!("{option}: {file}, line {}", index.saturating_add(1));
            rules.push(line.parse().map_err(|error| refused(&place(), &error))?);
        }
    }
    Ok(())
}

fn refused(place: &str, error: &RuleError) -> Failure {
    Failure::new(format!("{place}: {error}"), "see 'smbreplay replay --help'")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::unwrap_in_result, reason = "tests")]
    use super::*;

    #[test]
    fn a_file_has_one_rule_a_line_and_mistakes_are_told_by_their_place_without_a_password() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("users");
        let users = |text: &str| {
            std::fs::write(&file, text).unwrap();
            let map_user = vec![Password(format!("@{}", file.display())), Password("carl=c%3".to_owned())];
            mapping(&MappingArguments { map_user, ..MappingArguments::default() }).map(|mapping| mapping.users)
        };
        let found = users("# ours\n\nanna=a%1\r\nCORP\\bert=b%#2\n").unwrap();
        for (domain, user, password) in [("", "ANNA", "1"), ("corp", "bert", "#2"), ("x", "carl", "3")] {
            let rule = found.find(domain, user).unwrap();
            assert_eq!(found.credentials(rule, "").unwrap().password, password, "{user}");
        }
        let told = users("anna=a%1\nbert=secret\n").unwrap_err().to_string();
        assert!(told.contains("line 2") && !told.contains("secret"), "{told}");
    }
}
