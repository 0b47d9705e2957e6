//! The commands of SMB2 (MS-SMB2 2.2.1.2, Command).

use std::fmt;

/// The command code of a header; unknown codes are kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Command(pub u16);

macro_rules! commands {
    ($($name:ident = $code:literal),* $(,)?) => {
        impl Command {
            $(#[doc = concat!("SMB2 ", stringify!($name))] pub const $name: Self = Self($code);)*

            /// All known commands in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name in MS-SMB2 without its `SMB2 ` prefix (`TREE_CONNECT`), if the code is known.
            pub fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some(stringify!($name)),)*
                    _ => None,
                }
            }
        }
    };
}

commands! {
    NEGOTIATE = 0, SESSION_SETUP = 1, LOGOFF = 2, TREE_CONNECT = 3, TREE_DISCONNECT = 4, CREATE = 5, CLOSE = 6,
    FLUSH = 7, READ = 8, WRITE = 9, LOCK = 10, IOCTL = 11, CANCEL = 12, ECHO = 13, QUERY_DIRECTORY = 14,
    CHANGE_NOTIFY = 15, QUERY_INFO = 16, SET_INFO = 17, OPLOCK_BREAK = 18,
}

impl fmt::Display for Command {
    /// The name, or `0x0013` for an unknown code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => f.pad(&format!("{:#06x}", self.0)),
        }
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
