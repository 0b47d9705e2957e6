//! Answers over HTTP beside those of the command line: a fast wrong answer is no result.

use anyhow::{Context, bail, ensure};
use serde_json::{Map, Value};

use super::addresses::Question;
use super::served::Served;
use super::site::{SESSION, Site};
use crate::bench::interrupt::Interrupt;

/// Fails where the server answers a question otherwise than the command line does.
pub(super) fn check(
    question: &Question,
    server: &Served<'_>,
    site: &Site<'_>,
    interrupt: &Interrupt,
) -> anyhow::Result<()> {
    let address = question.address();
    let answered = server.client().get(&address)?;
    let Question::Operations { filter, file_filter, cursor, .. } = question else {
        let listed = site.ask(&["session", "--list"], interrupt)?;
        return same_sessions(&answered, &listed).with_context(|| format!("{address} has not what session --list has"));
    };
    let rows = list(&answered, "operations")?;
    let (Some(first), Some(last)) = (rows.first().and_then(number), rows.last().and_then(number)) else {
        bail!("{address} has no operations")
    };
    // The command line has no pages.
    let range = format!("op >= {first} && op <= {last}");
    let on_page = filter.as_ref().map_or(range.clone(), |filter| format!("({filter}) && {range}"));
    let ask = |filter: Option<&str>, fields: Option<&str>| {
        let options = [("--filter", filter), ("--file-filter", file_filter.as_deref()), ("--fields", fields)];
        let options = options.iter().filter_map(|(name, value)| Some([*name, (*value)?]));
        let arguments: Vec<&str> = ["session", SESSION].into_iter().chain(options.flatten()).collect();
        site.ask(&arguments, interrupt)
    };
    let expected = ask(Some(&on_page), None)?;
    same_rows(rows, list(&expected, "operations")?)
        .with_context(|| format!("{address} has not what session --filter '{on_page}' has"))?;
    // How many all operations are is known from the list.
    let total = match (filter, file_filter) {
        (None, None) => Value::from(site.operations),
        _ => ask(filter.as_deref(), Some("op"))?.get("total").cloned().unwrap_or_default(),
    };
    let (told, next) = (answered.get("total"), answered.get("next_cursor").unwrap_or(&Value::Null));
    ensure!(told == Some(&total), "{address} has a total of {told:?}, and the command line has {total}");
    let is_all = total.as_u64() == Some(rows.len() as u64);
    ensure!(cursor.is_some() || is_all == next.is_null(), "{address} ends at {} of {total} rows", rows.len());
    Ok(())
}

fn same_sessions(answered: &Value, listed: &Value) -> anyhow::Result<()> {
    let (ours, theirs) = (list(answered, "sessions")?, list(listed, "sessions")?);
    ensure!(!ours.is_empty() && answered.get("total") == listed.get("total"), "another total");
    same_rows(ours, theirs)
}

/// The rows have at least the members that the command line gives them.
fn same_rows(ours: &[Value], theirs: &[Value]) -> anyhow::Result<()> {
    ensure!(ours.len() == theirs.len(), "{} rows instead of {}", ours.len(), theirs.len());
    for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let (ours, theirs) = (members(ours)?, members(theirs)?);
        for (name, value) in theirs {
            ensure!(ours.get(name) == Some(value), "row {index}: {name} is {:?} instead of {value}", ours.get(name));
        }
    }
    Ok(())
}

fn list<'a>(answer: &'a Value, name: &str) -> anyhow::Result<&'a [Value]> {
    answer.get(name).and_then(Value::as_array).map(Vec::as_slice).with_context(|| format!("no list of {name}"))
}

fn members(row: &Value) -> anyhow::Result<&Map<String, Value>> {
    row.as_object().context("a row is no object")
}

fn number(row: &Value) -> Option<u64> {
    row.get("op")?.as_u64()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    #[test]
    fn rows_may_have_more_members_and_no_other_values() {
        let theirs = [json!({"op": 7, "path": "a"})];
        same_rows(&[json!({"op": 7, "path": "a", "Path": "a"})], &theirs).unwrap();
        for other in [json!({"op": 7, "path": "b"}), json!({"op": 7}), json!(7)] {
            assert!(same_rows(&[other], &theirs).is_err());
        }
        assert!(same_rows(&[], &theirs).is_err());
    }

    #[test]
    fn no_sessions_are_no_agreement() {
        let listed = |total: u64| json!({"total": total, "sessions": [{"session_id": "0x1"}]});
        same_sessions(&listed(1), &listed(1)).unwrap();
        assert!(same_sessions(&listed(2), &listed(1)).is_err());
        let none = json!({"total": 0, "sessions": []});
        assert!(same_sessions(&none, &none).is_err());
    }
}
