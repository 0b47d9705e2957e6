//! Text from captures and servers on a terminal: made harmless, measured and cut.

use std::borrow::Cow;
use std::fmt::Write;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The text with what could steer a terminal (control characters, direction overrides) written as escapes.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if steers(character) {
            // Writing to a String cannot fail.
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(character));
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// `1 session`, `2 sessions`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Columns of a terminal that the text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text cut to `limit` columns, its end replaced by `…` if it is longer.
pub(crate) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    if width(text) <= limit {
        return Cow::Borrowed(text);
    }
    let room = limit.saturating_sub(1);
    let mut used = 0_usize;
    let mut kept = String::new();
    for character in text.chars() {
        used = used.saturating_add(character.width().unwrap_or(0));
        if used > room {
            break;
        }
        kept.push(character);
    }
    if limit > 0 {
        kept.push('…');
    }
    Cow::Owned(kept)
}

/// The text cut to `limit` columns, its beginning replaced by `…` if it is longer.
pub(crate) fn cut_beginning(text: &str, limit: usize) -> Cow<'_, str> {
    if width(text) <= limit {
        return Cow::Borrowed(text);
    }
    let room = limit.saturating_sub(1);
    let mut used = 0_usize;
    let fits = |character: &char| {
        used = used.saturating_add(character.width().unwrap_or(0));
        used <= room
    };
    let kept: Vec<char> = text.chars().rev().take_while(fits).collect();
    let mark = if limit > 0 { "…" } else { "" };
    Cow::Owned(mark.chars().chain(kept.into_iter().rev()).collect())
}

/// Lines of at most `limit` columns: the heading and the words, later lines indented by two. A word that is longer than
/// a line stays whole on a line of its own.
pub(crate) fn wrapped(heading: &str, words: &str, limit: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = heading.trim_end_matches(|last| last == ' ' && !heading.trim().is_empty()).to_owned();
    for word in words.split_whitespace() {
        let needed = width(&line).saturating_add(1).saturating_add(width(word));
        if needed > limit && !line.trim().is_empty() {
            lines.push(std::mem::replace(&mut line, format!("  {word}")));
        } else {
            if !line.trim().is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.push(line);
    lines
}

/// The words on lines of at most `limit` columns, broken at blanks, and inside a word that is longer than a line.
pub(crate) fn broken(words: &str, limit: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in words.split_whitespace() {
        let blank = usize::from(!line.is_empty());
        if width(&line).saturating_add(blank).saturating_add(width(word)) <= limit {
            line.push_str(if blank == 1 { " " } else { "" });
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for character in word.chars() {
            let needed = width(&line).saturating_add(character.width().unwrap_or(0));
            if needed > limit && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.push(character);
        }
    }
    lines.push(line);
    lines
}

/// The text on lines of at most `limit` columns with every character of it, blanks too: it is broken behind a blank or a sign
/// between words where one comes late enough, else where the line is full. A blank at the end of a line may be one too many.
pub(crate) fn folded(text: &str, limit: usize) -> Vec<String> {
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0_usize);
    for character in text.chars() {
        let wide = character.width().unwrap_or(0);
        let may_hang = character == ' ' && used == limit;
        if used.saturating_add(wide) > limit && !line.is_empty() && !may_hang {
            let between = line.rfind([' ', '|', ',', '\\', '/']).map_or(0, |at| at.saturating_add(1));
            let late_enough = between > line.len() / 3;
            let rest = if late_enough { line.split_off(between) } else { String::new() };
            lines.push(std::mem::replace(&mut line, rest));
            used = width(&line);
        }
        used = used.saturating_add(wide);
        line.push(character);
    }
    lines.push(line);
    lines
}

/// The text with blanks at its ends written as escapes: they cannot be seen otherwise.
pub(crate) fn with_visible_ends(text: &str) -> Cow<'_, str> {
    let inner = text.trim_matches(' ');
    if inner.len() == text.len() {
        return Cow::Borrowed(text);
    }
    let blanks = |count: usize| "\\u{20}".repeat(count);
    let before = text.len().saturating_sub(text.trim_start_matches(' ').len());
    let behind = text.len().saturating_sub(inner.len()).saturating_sub(before);
    Cow::Owned(format!("{}{inner}{}", blanks(before), blanks(behind)))
}

fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[31mb\n\u{202e}c"), "a\\u{1b}[31mb\\u{a}\\u{202e}c");
        assert_eq!(printable("Jahresübersicht 年.doc"), "Jahresübersicht 年.doc");
    }

    #[test]
    fn words_are_wrapped_between_blanks() {
        assert_eq!(wrapped("all:", "one two three", 9), ["all: one", "  two", "  three"]);
        assert_eq!(wrapped("", "a b", 80), ["a b"]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken() {
        assert_eq!(broken("one two three", 7), ["one two", "three"]);
        assert_eq!(broken("a /long/path b", 5), ["a", "/long", "/path", "b"]);
        assert_eq!(broken("年度報告", 5), ["年度", "報告"]);
        assert_eq!(broken("", 5), [""]);
    }

    #[test]
    fn folding_loses_nothing_and_prefers_the_ends_of_words() {
        assert_eq!(folded("one  two three", 8), ["one  two ", "three"]);
        assert_eq!(folded("a    b", 2), ["a  ", "  ", "b"]);
        assert_eq!(folded("A|BB|CCC|DDDD", 5), ["A|BB|", "CCC|", "DDDD"]);
        assert_eq!(folded("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(folded("年度報告", 5), ["年度", "報告"]);
        assert_eq!(folded("", 5), [""]);
    }

    #[test]
    fn blanks_at_the_ends_are_seen() {
        assert_eq!(with_visible_ends(" a b  "), "\\u{20}a b\\u{20}\\u{20}");
        assert_eq!(with_visible_ends("  "), "\\u{20}\\u{20}");
        assert_eq!(with_visible_ends("a b"), "a b");
    }

    #[test]
    fn cutting_counts_wide_characters_twice() {
        assert_eq!(cut("年度報告", 5), "年度…");
        assert_eq!(cut("年度報告", 8), "年度報告");
        assert_eq!(cut_beginning("年度報告", 5), "…報告");
        assert_eq!(cut_beginning("a\\b.txt", 6), "…b.txt");
        assert_eq!(cut("abc", 1), "…");
        assert_eq!(cut("abc", 0), "");
    }
}
