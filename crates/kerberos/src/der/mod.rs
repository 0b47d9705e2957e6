//! The little of DER (X.690) that Kerberos needs: definite lengths, single-byte tags.

mod reading;
mod time;
mod writing;

pub(crate) use reading::Elements;
pub(crate) use writing::{
    application, bit_string, element, general_string, generalized_time, integer, object_identifier, octet_string,
    optional, required, sequence,
};

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const GENERAL_STRING: u8 = 0x1b;
pub(crate) const SEQUENCE: u8 = 0x30;

/// The constructed tag `[APPLICATION number]`.
pub(crate) const fn application_tag(number: u8) -> u8 {
    0x60 | number
}

/// The constructed context-specific tag `[number]`.
pub(crate) const fn context_tag(number: u8) -> u8 {
    0xa0 | number
}
