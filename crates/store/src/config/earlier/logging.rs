//! Levels of Python's `logging`.

use super::pickle::Value;

/// The verbosity that a level of Python's `logging` stands for, a number above 3 or a name; `None` for what is none.
pub(super) fn verbosity(value: &Value<'_>) -> Option<u8> {
    match value {
        Value::Int(level @ 4..=50) => Some(match level {
            ..10 => 3,
            10..20 => 2,
            20..30 => 1,
            _ => 0,
        }),
        Value::Text(name) => Some(match name.to_ascii_uppercase().as_str() {
            "DEBUG" => 2,
            "INFO" => 1,
            "WARNING" | "WARN" | "ERROR" | "CRITICAL" => 0,
            _ => return None,
        }),
        _ => None,
    }
}
