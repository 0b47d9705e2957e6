//! What a run draws: every random value follows from its seed, so that equal seeds make equal runs.

use crate::engine::Engine;
use smb2::Guid;

/// Randomness and time of one run, given from outside.
#[derive(Clone, Debug)]
pub struct Seed {
    /// Random bytes; every value the run needs is derived from them.
    pub random: [u8; 32],
    /// Start of the run in 100 ns since 1601.
    pub filetime: u64,
}

impl Seed {
    /// The seed of a clone: its values are its own.
    #[must_use]
    pub fn of_clone(&self, clone: u32) -> Self {
        Self { random: derive(&self.random, &[b"clone".as_slice(), &clone.to_le_bytes()].concat()), ..self.clone() }
    }
}

impl Engine {
    /// Bytes that are fresh for each call, and the same in a run with the same seed.
    pub(super) fn draw<const N: usize>(&mut self) -> [u8; N] {
        self.draws = self.draws.wrapping_add(1);
        derive(&self.seed.random, &self.draws.to_le_bytes())
    }

    /// ClientGuid for a captured one: equal stays equal, different stays different, zero stays zero.
    pub(super) fn client_guid(&self, captured: Guid) -> Guid {
        if captured == Guid::default() { captured } else { Guid(derive(&self.seed.random, &captured.0)) }
    }
}

/// `N` bytes, at most 32, that follow from `seed` and `input` and do not tell the seed.
fn derive<const N: usize>(seed: &[u8; 32], input: &[u8]) -> [u8; N] {
    let block = smb2::crypto::kdf::sp800_108(seed, b"smbreplay\0", input, 256);
    let mut bytes = [0; N];
    bytes.iter_mut().zip(block).for_each(|(to, from)| *to = from);
    bytes
}
