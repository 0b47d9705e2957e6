//! What a page shows of a result, beside the result.

/// What stands for what varies: within a line for any text, alone for any lines.
const VARIES: &str = "…";

/// Whether `found` is what is shown. How many blanks there are, and which rules tables have, does not count.
pub(super) fn is_as_shown(shown: &[String], found: &str) -> bool {
    let shown: Vec<String> = shown.iter().map(|line| steady(line)).collect();
    let found: Vec<String> = found.lines().map(steady).collect();
    let mut groups = shown.split(|line| line == VARIES).peekable();
    let (mut at, mut first) = (0, true);
    while let Some(group) = groups.next() {
        let last = groups.peek().is_none();
        let fits = |start: usize| found.get(start..start + group.len()).is_some_and(|lines| all_fit(group, lines));
        let end = found.len();
        let start = match (first, last) {
            (true, true) => (group.len() == end && fits(0)).then_some(0),
            (true, false) => fits(0).then_some(0),
            (false, true) => end.checked_sub(group.len()).filter(|start| *start >= at && fits(*start)),
            (false, false) => (at..=end).find(|start| fits(*start)),
        };
        let Some(start) = start else { return false };
        (at, first) = (start + group.len(), false);
    }
    true
}

fn all_fit(shown: &[String], found: &[String]) -> bool {
    shown.iter().zip(found).all(|(shown, found)| line_fits(shown, found))
}

fn line_fits(shown: &str, found: &str) -> bool {
    let Some((beginning, mut rest)) = shown.split_once(VARIES) else { return shown == found };
    let Some(mut found) = found.strip_prefix(beginning) else { return false };
    while let Some((part, behind)) = rest.split_once(VARIES) {
        let Some(at) = found.find(part) else { return false };
        found = &found[at + part.len()..];
        rest = behind;
    }
    found.ends_with(rest)
}

fn steady(line: &str) -> String {
    line.split_whitespace()
        .filter(|word| !word.chars().all(|character| "─-".contains(character)))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn what_varies_is_any_text_in_a_line_and_any_lines_alone() {
    let shown = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(is_as_shown(&shown("a  b\nc … e"), "a b\nc d e\n"));
    assert!(is_as_shown(&shown("a\n…\nd"), "a\nb\nc\nd\n"));
    assert!(is_as_shown(&shown("…\nb\n…\nd\n…"), "a\nb\nc\nd\n"));
    assert!(is_as_shown(&shown("…\nd"), "d\n"));
    for (text, found) in
        [("a", "a\nb\n"), ("a\n…\nd", "a\nb\n"), ("…\nb", "b\nc\n"), ("a…c", "abd\n"), ("…\nb\n…\nb", "b\n")]
    {
        assert!(!is_as_shown(&shown(text), found), "{text} {found}");
    }
}
