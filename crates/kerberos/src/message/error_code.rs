//! Error codes (RFC 4120 7.5.9).

use std::fmt;

/// error-code of a KRB-ERROR. `Display` writes its name, or its number when it has none here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ErrorCode(pub i32);

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $text:literal;)*) => {
        impl ErrorCode {
            $($(#[$doc])* pub const $name: Self = Self($number);)*

            /// The name that RFC 4120 gives it.
            pub fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some($text),)*
                    _ => None,
                }
            }
        }
    };
}

error_codes! {
    /// The client is not in the database.
    C_PRINCIPAL_UNKNOWN = 6, "KDC_ERR_C_PRINCIPAL_UNKNOWN";
    /// The service is not in the database.
    S_PRINCIPAL_UNKNOWN = 7, "KDC_ERR_S_PRINCIPAL_UNKNOWN";
    /// Policy forbids it.
    POLICY = 12, "KDC_ERR_POLICY";
    /// No common encryption type.
    ETYPE_NOSUPP = 14, "KDC_ERR_ETYPE_NOSUPP";
    /// The account is locked or disabled.
    CLIENT_REVOKED = 18, "KDC_ERR_CLIENT_REVOKED";
    /// The password has expired.
    KEY_EXPIRED = 23, "KDC_ERR_KEY_EXPIRED";
    /// The password is wrong.
    PREAUTH_FAILED = 24, "KDC_ERR_PREAUTH_FAILED";
    /// Pre-authentication is needed, and the data say which.
    PREAUTH_REQUIRED = 25, "KDC_ERR_PREAUTH_REQUIRED";
    /// The integrity check fails: the service has another key.
    BAD_INTEGRITY = 31, "KRB_AP_ERR_BAD_INTEGRITY";
    /// The ticket has expired.
    TKT_EXPIRED = 32, "KRB_AP_ERR_TKT_EXPIRED";
    /// The ticket is not valid yet.
    TKT_NYV = 33, "KRB_AP_ERR_TKT_NYV";
    /// The authenticator was seen before.
    REPEAT = 34, "KRB_AP_ERR_REPEAT";
    /// Ticket and authenticator do not belong together.
    BADMATCH = 36, "KRB_AP_ERR_BADMATCH";
    /// The clocks are too far apart.
    SKEW = 37, "KRB_AP_ERR_SKEW";
    /// The message was changed.
    MODIFIED = 41, "KRB_AP_ERR_MODIFIED";
    /// The service has no key of this version.
    BADKEYVER = 44, "KRB_AP_ERR_BADKEYVER";
    /// The service has no key.
    NOKEY = 45, "KRB_AP_ERR_NOKEY";
    /// The answer is too long for a datagram.
    RESPONSE_TOO_BIG = 52, "KRB_ERR_RESPONSE_TOO_BIG";
    /// Any other error.
    GENERIC = 60, "KRB_ERR_GENERIC";
    /// The client is in another realm.
    WRONG_REALM = 68, "KDC_ERR_WRONG_REALM";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "error {}", self.0),
        }
    }
}
