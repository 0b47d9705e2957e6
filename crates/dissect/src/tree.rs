//! Tree connects: (session, TreeId) to the share (MS-SMB2 3.2.1.4).

use crate::bounded::Bounded;
use std::sync::Arc;

/// How many tree connects are remembered, disconnected ones included.
const LIMIT: usize = 1 << 18;

/// A tree connect. It stays known after its disconnect, for requests that use the dead TreeId.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    /// Number in the trace.
    pub(crate) number: u32,
    /// Path of the share as requested (`\\server\share`); `None` when the request was not captured.
    pub(crate) share: Option<Arc<str>>,
    /// ShareType of the response (MS-SMB2 2.2.10).
    pub(crate) share_type: Option<u8>,
}

/// The tree connects of a trace.
#[derive(Debug)]
pub(crate) struct Trees {
    by_id: Bounded<(u32, u32), Tree>,
    connected: u32,
}

impl Default for Trees {
    fn default() -> Self {
        Self { by_id: Bounded::new(LIMIT), connected: 0 }
    }
}

impl Trees {
    /// A TREE_CONNECT of `session` succeeded; a TreeId that was in use before names the new tree from now on.
    pub(crate) fn connect(
        &mut self,
        session: u32,
        tree_id: u32,
        share: Option<Arc<str>>,
        share_type: Option<u8>,
    ) -> Tree {
        let tree = Tree { number: self.connected, share, share_type };
        self.connected = self.connected.saturating_add(1);
        self.by_id.insert((session, tree_id), tree.clone());
        tree
    }

    /// What TreeId `tree_id` of `session` names.
    pub(crate) fn get(&self, session: u32, tree_id: u32) -> Option<&Tree> {
        self.by_id.get(&(session, tree_id))
    }

    /// How many were forgotten.
    pub(crate) fn evicted(&self) -> u64 {
        self.by_id.evicted()
    }
}
