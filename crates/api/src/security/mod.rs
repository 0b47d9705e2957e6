//! What keeps the server safe to leave running.

mod confined;
mod key;
mod origin;
mod target;

pub(crate) use confined::{confined, inside};
pub(crate) use key::require_key;
pub use key::{ApiKey, KeyError};
pub(crate) use origin::{cors, require_known_origin};
pub(crate) use target::{Account, target};
