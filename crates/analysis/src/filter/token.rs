//! The words of an expression.

use super::error::{FilterError, FilterErrorKind, excerpt};
use std::ops::Range;

/// A word and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// Its bytes in the expression.
    pub(super) range: Range<usize>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum TokenKind {
    /// A name, number, GUID or time without quotes.
    Word(String),
    /// A text in double quotes.
    Text(String),
    /// A character in single quotes.
    Character(char),
    /// An operator or a parenthesis.
    Sign(&'static str),
}

/// Signs, longer ones before those that they begin with.
const SIGNS: [&str; 24] = [
    "===", "!==", "==", "!=", "~=", "<=", ">=", "&&", "||", "^^", "..", "<", ">", "!", "&", "~", "(", ")", "{", "}",
    "[", "]", ",", "=",
];

/// Cuts `text` into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let blank = rest.len().saturating_sub(rest.trim_start().len());
        if blank > 0 {
            at = at.saturating_add(blank);
            continue;
        }
        let (kind, length) = token(rest, at)?;
        let end = at.saturating_add(length);
        tokens.push(Token { kind, range: at..end });
        at = end;
    }
    Ok(tokens)
}

/// The first token of `rest`, and its length in bytes.
fn token(rest: &str, at: usize) -> Result<(TokenKind, usize), FilterError> {
    let raw = rest.strip_prefix("r\"").or_else(|| rest.strip_prefix("R\""));
    if let Some(inside) = raw {
        return raw_text(inside, at);
    }
    if let Some(inside) = rest.strip_prefix('"') {
        let (value, length) = quoted(inside, '"', at)?;
        return Ok((TokenKind::Text(value), length));
    }
    if let Some(inside) = rest.strip_prefix('\'') {
        return character(inside, at);
    }
    let word = word(rest);
    if !word.is_empty() {
        return Ok((TokenKind::Word(word.to_owned()), word.len()));
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok((TokenKind::Sign(sign), sign.len())),
        None => {
            let character = rest.chars().next().unwrap_or_default();
            Err(FilterErrorKind::Character(character).at(at..at.saturating_add(character.len_utf8())))
        }
    }
}

/// The word that `rest` begins with. Two dots end it: they are the middle of a range.
fn word(rest: &str) -> &str {
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.' | '-' | ':' | '+');
    let end = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
    let end = rest.find("..").map_or(end, |dots| end.min(dots));
    rest.get(..end).unwrap_or_default()
}

/// A text whose backslashes stand for themselves; as in Wireshark, a quote behind one does not end it.
fn raw_text(inside: &str, at: usize) -> Result<(TokenKind, usize), FilterError> {
    let mut escaped = false;
    for (index, character) in inside.char_indices() {
        if character == '"' && !escaped {
            let value = inside.get(..index).unwrap_or_default();
            return Ok((TokenKind::Text(value.to_owned()), index.saturating_add(3)));
        }
        escaped = character == '\\' && !escaped;
    }
    Err(FilterErrorKind::Unclosed('"').at(at..at.saturating_add(2).saturating_add(inside.len())))
}

fn character(inside: &str, at: usize) -> Result<(TokenKind, usize), FilterError> {
    let (value, length) = quoted(inside, '\'', at)?;
    let mut characters = value.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Ok((TokenKind::Character(character), length)),
        _ => {
            let found = format!("'{}'", excerpt(&value));
            let expected = "one character in single quotes, or a text in double quotes";
            Err(FilterErrorKind::Unexpected { found, expected }.at(at..at.saturating_add(length)))
        }
    }
}

/// The text up to the closing quote, and the length of all with both quotes. Escapes stand for bytes.
fn quoted(inside: &str, quote: char, at: usize) -> Result<(String, usize), FilterError> {
    let mut bytes = Vec::new();
    let mut characters = inside.char_indices();
    while let Some((index, character)) = characters.next() {
        // One for the quote in front.
        let place = at.saturating_add(1).saturating_add(index);
        if character == quote {
            let length = index.saturating_add(2);
            return match String::from_utf8(bytes) {
                Ok(value) => Ok((value, length)),
                Err(_) => Err(FilterErrorKind::NotText.at(at..at.saturating_add(length))),
            };
        }
        if character != '\\' {
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let escape = inside.get(index.saturating_add(1)..).unwrap_or_default();
        let Some((byte, length)) = escaped(escape) else {
            let shown: String = std::iter::once('\\').chain(escape.chars().take(1)).collect();
            let end = place.saturating_add(shown.len());
            return Err(FilterErrorKind::Escape(excerpt(&shown)).at(place..end));
        };
        bytes.push(byte);
        characters = inside.char_indices();
        // Goes on behind the escape.
        let next = index.saturating_add(1).saturating_add(length);
        while characters.clone().next().is_some_and(|(index, _)| index < next) {
            characters.next();
        }
    }
    Err(FilterErrorKind::Unclosed(quote).at(at..at.saturating_add(1).saturating_add(inside.len())))
}

/// The byte that an escape stands for, and the length of what follows its backslash.
fn escaped(escape: &str) -> Option<(u8, usize)> {
    let simple = |byte| Some((byte, 1));
    match escape.chars().next()? {
        quote @ ('\\' | '"' | '\'') => simple(u8::try_from(quote).ok()?),
        'a' => simple(7),
        'b' => simple(8),
        't' => simple(b'\t'),
        'n' => simple(b'\n'),
        'v' => simple(11),
        'f' => simple(12),
        'r' => simple(b'\r'),
        'x' => {
            let digits = escape.get(1..)?;
            let length = digits.bytes().take(2).take_while(u8::is_ascii_hexdigit).count();
            Some((u8::from_str_radix(digits.get(..length)?, 16).ok()?, length.saturating_add(1)))
        }
        '0'..='7' => {
            let length = escape.bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            Some((u8::from_str_radix(escape.get(..length)?, 8).ok()?, length))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        tokens(text).unwrap().into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn signs_need_no_blanks_around_them() {
        let (word, sign) = (|text: &str| TokenKind::Word(text.to_owned()), TokenKind::Sign);
        assert_eq!(
            kinds("smb2.cmd==5&&!a"),
            [word("smb2.cmd"), sign("=="), word("5"), sign("&&"), sign("!"), word("a")]
        );
        assert_eq!(
            kinds("{1..0x5,7}"),
            ["{", "1", "..", "0x5", ",", "7", "}"].map(|text| {
                if text.starts_with(|first: char| first.is_ascii_digit()) {
                    word(text)
                } else {
                    sign(SIGNS.into_iter().find(|sign| *sign == text).unwrap())
                }
            })
        );
    }

    #[test]
    fn escapes_stand_for_bytes_and_not_in_raw_texts() {
        let text = |text: &str| vec![TokenKind::Text(text.to_owned())];
        assert_eq!(kinds(r#""a\\b\x41\x2e\101\"é""#), text("a\\bA.A\"é"));
        assert_eq!(kinds(r#""\xc3\xa9""#), text("é"));
        assert_eq!(kinds(r#"r"\d\"\\""#), text(r#"\d\"\\"#));
        assert_eq!(kinds(r"'\n'"), [TokenKind::Character('\n')]);
    }

    #[test]
    fn an_error_points_at_the_escape_or_the_open_quote() {
        assert_eq!(tokens(r#"a == "é\d""#).unwrap_err().range, 8..10);
        assert_eq!(tokens(r#"a == "x"#).unwrap_err().range, 5..7);
        assert_eq!(tokens("a == $b").unwrap_err().range, 5..6);
        assert_eq!(tokens("'ab'").unwrap_err().range, 0..4);
        assert_eq!(tokens(r#""\xff""#).unwrap_err().kind, FilterErrorKind::NotText);
    }
}
