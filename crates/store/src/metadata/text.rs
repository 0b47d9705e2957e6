//! How ids, statuses, bytes and times are written in JSON.

use bytes::Bytes;
use capture::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// An id of 64 bits: `0x` and 16 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct HexId(pub u64);

/// An NTSTATUS: `0x` and 8 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct HexStatus(pub u32);

/// Bytes as lower-case hex digits.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct HexBytes(pub Bytes);

/// A time: RFC 3339 in UTC with nine decimals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Time(pub Timestamp);

/// The text is not of the expected form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not {expected}")]
pub struct NotThat {
    text: String,
    expected: &'static str,
}

fn not_that(text: &str, expected: &'static str) -> NotThat {
    NotThat { text: text.chars().take(80).collect(), expected }
}

impl fmt::Display for HexId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#018x}", self.0)
    }
}

impl FromStr for HexId {
    type Err = NotThat;

    fn from_str(text: &str) -> Result<Self, NotThat> {
        let digits = text.strip_prefix("0x").filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let value = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        value.map(Self).ok_or_else(|| not_that(text, "a 64-bit id in hex (0x…)"))
    }
}

impl fmt::Display for HexStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", self.0)
    }
}

impl FromStr for HexStatus {
    type Err = NotThat;

    fn from_str(text: &str) -> Result<Self, NotThat> {
        let digits = text.strip_prefix("0x").filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        value.map(Self).ok_or_else(|| not_that(text, "an NTSTATUS in hex (0x…)"))
    }
}

impl fmt::Display for HexBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for HexBytes {
    type Err = NotThat;

    fn from_str(text: &str) -> Result<Self, NotThat> {
        let bad = || not_that(text, "an even number of hex digits");
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return Err(bad()) };
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
        bytes.map(|bytes| Self(bytes.into())).ok_or_else(bad)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = jiff::Timestamp::from_nanosecond(i128::from(self.0.0)).map_err(|_| fmt::Error)?;
        write!(f, "{time:.9}")
    }
}

impl FromStr for Time {
    type Err = NotThat;

    fn from_str(text: &str) -> Result<Self, NotThat> {
        let time: Option<jiff::Timestamp> = text.parse().ok();
        let nanoseconds = time.and_then(|time| i64::try_from(time.as_nanosecond()).ok());
        nanoseconds
            .map(|time| Self(Timestamp(time)))
            .ok_or_else(|| not_that(text, "a time of RFC 3339 (2020-01-02T03:04:05Z)"))
    }
}

macro_rules! as_text {
    ($($type:ident: $description:literal, $constraint:tt = $value:literal;)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": $description, $constraint: $value })
            }
        }
    )*};
}

as_text! {
    HexId: "An id of 64 bits.", "pattern" = "^0x[0-9a-f]{16}$";
    HexStatus: "An NTSTATUS.", "pattern" = "^0x[0-9a-f]{8}$";
    HexBytes: "Bytes in hex.", "pattern" = "^([0-9a-f]{2})*$";
    Time: "A time in UTC with nanoseconds.", "format" = "date-time";
}
