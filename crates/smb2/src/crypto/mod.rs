//! What protects a message: signing, encryption, the keys for both, and the hash of the handshake they hang on.
//!
//! Keys never appear in `Debug` output.

pub mod encryption;
pub mod kdf;
pub mod preauth;
pub mod signing;

pub use crate::transform::TransformHeader;
pub use encryption::{Cipher, CipherKey, DecryptError};
pub use kdf::{KeyDerivation, SessionKeys};
pub use preauth::PreauthHash;
pub use signing::{SigningAlgorithm, SigningKey};
