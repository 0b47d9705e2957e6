//! The fields and operators of filters as programs are told of them, so that they can offer them.

use super::field::{self, Field, FieldKind, Form, Source, When};
use super::names::Names;
use dissect::{Closed, Kind, SignatureState};
use schemars::JsonSchema;
use serde::Serialize;
use smb2::Command;
use store::schema::COLUMNS;

/// All that an expression can be made of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "FilterFields")]
pub struct Listing {
    /// Columns of session files and Wireshark's fields, by name.
    pub fields: Vec<ListedField>,
    /// What their values are.
    pub kinds: Vec<ListedKind>,
    /// Between a field and a value. Not each goes with each kind.
    pub operators: &'static [&'static str],
    /// Between expressions, or before one.
    pub joiners: &'static [&'static str],
    /// Of fields that are text.
    pub functions: &'static [&'static str],
}

/// A field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "FilterField")]
pub struct ListedField {
    /// Its name.
    pub name: &'static str,
    /// The column that has its value, the first where there are several.
    pub column: &'static str,
    /// All columns that have its values.
    pub columns: Vec<&'static str>,
    /// What its values are.
    pub kind: KindName,
    /// What it is, a phrase.
    pub description: String,
    /// Names that it can be compared with. In double quotes where they have other signs than letters, digits, `_`, `.`, `-`, `:`
    /// and `+`.
    pub values: Vec<&'static str>,
}

/// A kind of values.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "FilterKind")]
pub struct ListedKind {
    /// The kind.
    pub kind: KindName,
    /// How its values are written, with examples.
    pub form: &'static str,
    /// The operators that go with it.
    pub operators: &'static [&'static str],
}

/// The name of a kind of values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "FilterKindName")]
pub enum KindName {
    /// A whole number.
    Number,
    /// True or false.
    Bool,
    /// Text.
    Text,
    /// A GUID or FileId.
    Guid,
    /// Sixteen bytes in hex.
    Bytes,
    /// A duration in seconds.
    Seconds,
    /// A point in time.
    Time,
    /// Seconds since 1970.
    Epoch,
    /// Seconds since the trace's first frame.
    SinceFirstFrame,
}

const COMPARISONS: &[&str] = &["==", "!=", "===", "!==", "<", "<=", ">", ">=", "in", "not in"];
const OF_NUMBERS: &[&str] = &["==", "!=", "===", "!==", "<", "<=", ">", ">=", "in", "not in", "&"];
const OF_TEXTS: &[&str] = &["==", "!=", "===", "!==", "<", "<=", ">", ">=", "in", "not in", "contains", "matches"];
const ALL: &[&str] = &["==", "!=", "===", "!==", "<", "<=", ">", ">=", "in", "not in", "contains", "matches", "&"];

/// All that an expression can be made of.
pub fn listing() -> Listing {
    const KINDS: [FieldKind; 9] = [
        FieldKind::Number(64),
        FieldKind::Flag,
        FieldKind::Text,
        FieldKind::Guid,
        FieldKind::Hash,
        FieldKind::Seconds,
        FieldKind::Time,
        FieldKind::Epoch,
        FieldKind::SinceFirstFrame,
    ];
    Listing {
        fields: field::fields().iter().map(listed).collect(),
        kinds: KINDS.map(FieldKind::listed).to_vec(),
        operators: ALL,
        joiners: &["&&", "||", "^^", "!"],
        functions: &["upper", "lower", "len"],
    }
}

impl FieldKind {
    fn listed(self) -> ListedKind {
        let operators = match self {
            Self::Number(_) => OF_NUMBERS,
            Self::Text => OF_TEXTS,
            _ => COMPARISONS,
        };
        ListedKind { kind: self.name(), form: self.described(), operators }
    }

    fn name(self) -> KindName {
        match self {
            Self::Number(_) => KindName::Number,
            Self::Flag => KindName::Bool,
            Self::Text => KindName::Text,
            Self::Guid => KindName::Guid,
            Self::Hash => KindName::Bytes,
            Self::Seconds => KindName::Seconds,
            Self::Time => KindName::Time,
            Self::Epoch => KindName::Epoch,
            Self::SinceFirstFrame => KindName::SinceFirstFrame,
        }
    }
}

fn listed(field: &Field) -> ListedField {
    let columns = distinct(field.sources.iter().map(|source| source.column));
    ListedField {
        name: field.name,
        column: columns.first().copied().unwrap_or(field.name),
        columns,
        kind: field.kind.name(),
        description: description(field),
        values: values(field),
    }
}

fn values(field: &Field) -> Vec<&'static str> {
    match (field.name, field.kind) {
        (_, FieldKind::Flag) => vec!["True", "False"],
        ("kind", _) => Kind::ALL.map(Kind::name).to_vec(),
        ("signature_state", _) => SignatureState::ALL.map(SignatureState::name).to_vec(),
        ("closed", _) => Closed::ALL.map(Closed::name).to_vec(),
        ("status_name", _) => distinct(Names::Status.all().into_iter().map(|(_, name)| name)),
        _ => distinct(field.names.all().into_iter().map(|(_, name)| name)),
    }
}

/// What the columns say that it is made of.
fn description(field: &Field) -> String {
    if field.name == "smb2" {
        return "whether it is a message, not a connection that opens or closes".to_owned();
    }
    let told = field.sources.iter().filter(|source| !matches!(source.form, Form::Always(_)));
    distinct(told.map(Source::description)).join("; ")
}

impl Source {
    fn description(&self) -> String {
        let meaning = COLUMNS.iter().find(|column| column.name == self.column).map_or("", |column| column.meaning);
        let mut text = match self.form {
            Form::Bits { mask } => format!("{meaning}: bits {mask:#x}"),
            _ => meaning.to_owned(),
        };
        for when in self.when {
            match when {
                When::Command(commands) => {
                    let names: Vec<&str> = commands.iter().copied().filter_map(Command::name).collect();
                    text.push_str(&format!(", of {}", names.join(" and ")));
                }
                When::Is(column, value) => text.push_str(&format!(", where {column} is {value}")),
                When::Has(..) | When::Lacks(..) | When::NotCommand(_) | When::NotKind(_) => {}
            }
        }
        text
    }
}

/// Each once, in the order in which they come first.
fn distinct<T: PartialEq + Clone + std::hash::Hash + Eq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = rustc_hash::FxHashSet::default();
    all.filter(|one| seen.insert(one.clone())).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::super::Filter;
    use super::*;
    use capture::Timestamp;

    fn parses(text: &str) {
        if let Err(error) = Filter::parse(text, Some(Timestamp(0))) {
            panic!("{text}: {error}");
        }
    }

    fn value(kind: KindName) -> &'static str {
        match kind {
            KindName::Number | KindName::Seconds | KindName::Epoch | KindName::SinceFirstFrame => "1",
            KindName::Bool => "True",
            KindName::Text => "\"a\"",
            KindName::Guid => "b7e391df-0000-0000-e391-c80d00000000",
            KindName::Bytes => "0x000102030405060708090a0b0c0d0e0f",
            KindName::Time => "\"2024-01-31 23:59:59.5\"",
        }
    }

    #[test]
    fn every_field_takes_the_operators_of_its_kind_and_every_name() {
        let listing = listing();
        assert!(listing.fields.len() > 150, "{}", listing.fields.len());
        for field in &listing.fields {
            let kind = listing.kinds.iter().find(|kind| kind.kind == field.kind).unwrap();
            for operator in kind.operators {
                let value = value(field.kind);
                match *operator {
                    "in" | "not in" => parses(&format!("{} {operator} {{{value}}}", field.name)),
                    operator => parses(&format!("{} {operator} {value}", field.name)),
                }
                assert!(listing.operators.contains(operator));
            }
            for name in &field.values {
                let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-:+".contains(&byte));
                parses(&if plain {
                    format!("{} == {name}", field.name)
                } else {
                    format!("{} == \"{name}\"", field.name)
                });
            }
            assert!(!field.description.is_empty(), "{}", field.name);
        }
    }

    #[test]
    fn an_operator_that_does_not_go_with_a_kind_is_not_among_its_own() {
        let listing = listing();
        for kind in &listing.kinds {
            let field = listing.fields.iter().find(|field| field.kind == kind.kind).unwrap();
            for operator in listing.operators.iter().filter(|operator| !kind.operators.contains(operator)) {
                let value = if *operator == "&" { "1" } else { "\"a\"" };
                let text = format!("{} {operator} {value}", field.name);
                assert!(Filter::parse(&text, Some(Timestamp(0))).is_err(), "{text}");
            }
        }
    }

    #[test]
    fn functions_and_joiners_are_those_of_the_language() {
        let listing = listing();
        for function in listing.functions {
            let value = if *function == "len" { "1" } else { "\"a\"" };
            parses(&format!("{function}(path) == {value}"));
        }
        for joiner in listing.joiners {
            parses(&if *joiner == "!" { "!(op == 1)".to_owned() } else { format!("op == 1 {joiner} op == 2") });
        }
    }

    #[test]
    fn a_field_is_described_by_its_columns() {
        let listing = listing();
        let of = |name: &str| listing.fields.iter().find(|field| field.name == name).unwrap();
        assert_eq!(of("op").description, "0-based number, in request order");
        assert_eq!(of("smb2.nt_status").description, "final NTSTATUS");
        assert_eq!(of("smb2.nt_status").columns, ["status", "interim_frame"]);
        assert_eq!(of("smb2.read_length").description, "bytes asked for, of READ");
        assert_eq!(of("smb.access.read").description, "DesiredAccess: bits 0x1");
        assert_eq!(
            of("kind").values,
            ["exchange", "request", "response", "notification", "encrypted", "connect", "close"]
        );
        assert!(of("smb2.cmd").values.contains(&"QUERY_DIRECTORY") && of("smb2.cmd").values.contains(&"Find"));
    }
}
