//! The grammar of expressions: what belongs together, not yet what it means.
//!
//! From loose to tight: `or`, `xor`, `and`, `not`, tests of one field. That is Wireshark's order.

use super::error::{FilterError, FilterErrorKind, excerpt};
use super::expression::{Comparison, Expression, Function, Operand, Order, Quantifier, Quote, Relation, Test, Word};
use super::token::{Token, TokenKind, tokens};

/// Longest expression, bytes.
const LONGEST: usize = 16 << 10;
/// Most parentheses and negations inside each other.
const DEEPEST: usize = 64;

/// Parses an expression; `None` for a blank one, which means everything.
pub(super) fn parse(text: &str) -> Result<Option<Expression>, FilterError> {
    if text.len() > LONGEST {
        let start = text.char_indices().map(|(index, _)| index).take_while(|index| *index <= LONGEST).last();
        return Err(FilterErrorKind::TooLong { most: LONGEST }.at(start.unwrap_or(0)..text.len()));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), end: text.len(), depth: 0 };
    let expression = parser.or()?;
    match parser.tokens.next() {
        None => Ok(Some(expression)),
        Some(token) => Err(unexpected(&token, "'&&', '||' or the end")),
    }
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    /// Where the expression ends, for what is missing there.
    end: usize,
    depth: usize,
}

/// What may begin a test.
const OPERAND: &str = "a field, '!' or '('";

impl Parser {
    fn or(&mut self) -> Result<Expression, FilterError> {
        self.chain(["||", "or"], Expression::Or, Self::xor)
    }

    fn xor(&mut self) -> Result<Expression, FilterError> {
        self.chain(["^^", "xor"], Expression::Xor, Self::and)
    }

    fn and(&mut self) -> Result<Expression, FilterError> {
        self.chain(["&&", "and"], Expression::And, Self::not)
    }

    /// Expressions with the same operator between them.
    fn chain(
        &mut self,
        names: [&str; 2],
        join: fn(Vec<Expression>) -> Expression,
        operand: fn(&mut Self) -> Result<Expression, FilterError>,
    ) -> Result<Expression, FilterError> {
        let first = operand(self)?;
        let mut all = vec![first];
        while self.take(names).is_some() {
            all.push(operand(self)?);
        }
        match (all.pop(), all.is_empty()) {
            (Some(only), true) => Ok(only),
            (last, _) => {
                all.extend(last);
                Ok(join(all))
            }
        }
    }

    fn not(&mut self) -> Result<Expression, FilterError> {
        if let Some(token) = self.take(["!", "not"]) {
            return self.deeper(&token, |parser| Ok(Expression::Not(Box::new(parser.not()?))));
        }
        if let Some(token) = self.take(["(", "("]) {
            return self.deeper(&token, |parser| {
                let inside = parser.or()?;
                parser.expect(")", "')'")?;
                Ok(inside)
            });
        }
        self.test()
    }

    fn deeper<T>(
        &mut self,
        token: &Token,
        inside: impl FnOnce(&mut Self) -> Result<T, FilterError>,
    ) -> Result<T, FilterError> {
        if self.depth >= DEEPEST {
            return Err(FilterErrorKind::TooDeep { most: DEEPEST }.at(token.range.clone()));
        }
        self.depth = self.depth.saturating_add(1);
        let result = inside(self);
        self.depth = self.depth.saturating_sub(1);
        result
    }

    fn test(&mut self) -> Result<Expression, FilterError> {
        let quantifier = match self.take(["any", "all"]) {
            Some(token) if token.kind == TokenKind::Word("any".to_owned()) => Some(Quantifier::Any),
            Some(_) => Some(Quantifier::All),
            None => None,
        };
        let operand = self.operand()?;
        if self.take(["not", "not"]).is_some() {
            self.expect("in", "'in'")?;
            let test = Test { quantifier, operand, relation: Relation::In(self.set()?) };
            return Ok(Expression::Not(Box::new(Expression::Test(test))));
        }
        let relation = self.relation()?;
        Ok(Expression::Test(Test { quantifier, operand, relation }))
    }

    fn operand(&mut self) -> Result<Operand, FilterError> {
        let mut field = self.name(OPERAND)?;
        let mut function = None;
        if self.take(["(", "("]).is_some() {
            let known = match field.text.as_str() {
                "upper" => Function::Upper,
                "lower" => Function::Lower,
                "len" => Function::Len,
                name => {
                    let found = format!("'{}('", excerpt(name));
                    let expected = "a function: upper(), lower() or len()";
                    return Err(FilterErrorKind::Unexpected { found, expected }.at(field.range));
                }
            };
            function = Some((known, field.range));
            field = self.name("a field")?;
            self.expect(")", "')'")?;
        }
        if let Some(token) = self.take(["[", "["]) {
            return Err(FilterErrorKind::NotSupported("slices of fields").at(token.range));
        }
        let mask = if self.take(["&", "&"]).is_some() { Some(self.value()?) } else { None };
        Ok(Operand { field, function, mask })
    }

    fn relation(&mut self) -> Result<Relation, FilterError> {
        if let Some(comparison) = self.comparison() {
            return Ok(Relation::Compare(comparison, self.value()?));
        }
        if self.take(["contains", "contains"]).is_some() {
            return Ok(Relation::Contains(self.value()?));
        }
        if self.take(["matches", "~"]).is_some() {
            return Ok(Relation::Matches(self.value()?));
        }
        if self.take(["in", "in"]).is_some() {
            return Ok(Relation::In(self.set()?));
        }
        Ok(Relation::Exists)
    }

    fn comparison(&mut self) -> Option<Comparison> {
        use Order::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Unequal};
        use Quantifier::{All, Any};
        const COMPARISONS: [(&str, &str, Order, Quantifier); 8] = [
            ("==", "eq", Equal, Any),
            ("!=", "ne", Unequal, All),
            ("===", "all_eq", Equal, All),
            ("!==", "any_ne", Unequal, Any),
            ("<", "lt", Less, Any),
            ("<=", "le", LessOrEqual, Any),
            (">", "gt", Greater, Any),
            (">=", "ge", GreaterOrEqual, Any),
        ];
        const OTHER_NAMES: [(&str, &str); 3] = [("any_eq", "=="), ("all_ne", "!="), ("~=", "!==")];
        for (sign, name, order, quantifier) in COMPARISONS {
            let other = OTHER_NAMES.iter().find(|(_, known)| *known == sign).map_or(name, |(other, _)| other);
            if self.take([sign, name]).or_else(|| self.take([other, other])).is_some() {
                return Some(Comparison { order, quantifier, sign });
            }
        }
        None
    }

    fn set(&mut self) -> Result<Vec<(Word, Option<Word>)>, FilterError> {
        self.expect("{", "'{' and values")?;
        let mut members = Vec::new();
        loop {
            let low = self.value()?;
            let high = if self.take(["..", ".."]).is_some() { Some(self.value()?) } else { None };
            members.push((low, high));
            if self.take([",", ","]).is_none() {
                self.expect("}", "',', '..' or '}'")?;
                return Ok(members);
            }
        }
    }

    /// A name without quotes.
    fn name(&mut self, expected: &'static str) -> Result<Word, FilterError> {
        match self.next(expected)? {
            Token { kind: TokenKind::Word(text), range } if !is_keyword(&text) => {
                Ok(Word { text, quote: Quote::None, range })
            }
            token => Err(unexpected(&token, expected)),
        }
    }

    /// What a field is compared with.
    fn value(&mut self) -> Result<Word, FilterError> {
        const EXPECTED: &str = "a value";
        let Token { kind, range } = self.next(EXPECTED)?;
        match kind {
            TokenKind::Word(text) if !is_keyword(&text) => Ok(Word { text, quote: Quote::None, range }),
            TokenKind::Text(text) => Ok(Word { text, quote: Quote::Double, range }),
            TokenKind::Character(character) => Ok(Word { text: character.to_string(), quote: Quote::Single, range }),
            kind => Err(unexpected(&Token { kind, range }, EXPECTED)),
        }
    }

    fn next(&mut self, expected: &'static str) -> Result<Token, FilterError> {
        let missing = FilterErrorKind::Unexpected { found: "the end".to_owned(), expected };
        self.tokens.next().ok_or_else(|| missing.at(self.end..self.end))
    }

    fn expect(&mut self, sign: &str, expected: &'static str) -> Result<(), FilterError> {
        let token = self.next(expected)?;
        if is(&token, sign) { Ok(()) } else { Err(unexpected(&token, expected)) }
    }

    /// The next token, if it is one of these.
    fn take(&mut self, names: [&str; 2]) -> Option<Token> {
        self.tokens.next_if(|token| names.iter().any(|name| is(token, name)))
    }
}

fn is(token: &Token, name: &str) -> bool {
    match &token.kind {
        TokenKind::Word(word) => word == name,
        TokenKind::Sign(sign) => *sign == name,
        TokenKind::Text(_) | TokenKind::Character(_) => false,
    }
}

/// Words that are no names.
fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 19] = [
        "and", "or", "xor", "not", "eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "matches", "any", "all",
        "any_eq", "all_eq", "any_ne", "all_ne",
    ];
    KEYWORDS.contains(&word)
}

fn unexpected(token: &Token, expected: &'static str) -> FilterError {
    let found = match &token.kind {
        TokenKind::Word(text) => format!("'{}'", excerpt(text)),
        TokenKind::Text(_) => "a text".to_owned(),
        TokenKind::Character(_) => "a character".to_owned(),
        TokenKind::Sign(sign) => format!("'{sign}'"),
    };
    FilterErrorKind::Unexpected { found, expected }.at(token.range.clone())
}
