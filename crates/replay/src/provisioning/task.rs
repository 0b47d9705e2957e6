//! What is still to be done for one file.

use crate::namespace::{Namespace, Node, Stream};
use crate::provisioning::wanted::Thing;
use bytes::Bytes;
use std::collections::VecDeque;

/// A file that is made.
#[derive(Debug, Default)]
pub(super) struct Task {
    /// Pieces that have not come yet.
    pub(super) expected: usize,
    /// What can be done now, in this order.
    pub(super) queue: VecDeque<Step>,
    /// Names of its streams; the first is the unnamed one.
    pub(super) streams: Vec<Vec<u16>>,
    /// It has bytes that are left a hole.
    pub(super) has_hole: bool,
    /// Its end must be set: nothing that is written reaches it.
    pub(super) size: Option<u64>,
    pub(super) state: State,
    /// The chain that is under way.
    pub(super) under_way: Option<UnderWay>,
    /// It waits to be asked for its next chain.
    pub(super) is_ready: bool,
}

/// How far a file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Not there.
    #[default]
    New,
    /// It is there.
    Made,
    /// It is there, and described.
    Finished,
    /// It cannot be made.
    Failed,
}

/// One step.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A named stream gets its size.
    Size {
        /// Index of the stream.
        stream: usize,
        /// Bytes.
        size: u64,
    },
    /// Bytes are written.
    Write {
        /// Index of the stream.
        stream: usize,
        /// Where.
        offset: u64,
        /// What.
        bytes: Bytes,
    },
}

impl Step {
    pub(super) fn stream(&self) -> usize {
        match self {
            Self::Size { stream, .. } | Self::Write { stream, .. } => *stream,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Size { .. } => 0,
            Self::Write { bytes, .. } => bytes.len(),
        }
    }
}

/// A chain that waits for its answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnderWay {
    /// It makes the file.
    pub(super) makes: bool,
    /// Index of its stream.
    pub(super) stream: usize,
    /// It describes the file.
    pub(super) finishes: bool,
    /// It makes the file sparse; a server may not know how.
    pub(super) sparse: bool,
    /// Which of its requests sets the size of the file.
    pub(super) size_at: Option<usize>,
    /// Bytes that it writes.
    pub(super) bytes: u64,
}

impl Task {
    /// The task for a file, and its streams by their index; a file of which no data are known has no first one.
    pub(super) fn new<'a>(thing: &Thing, namespace: &'a Namespace) -> (Self, Vec<(usize, &'a Stream)>) {
        let data = thing.node(namespace).and_then(Node::data).map(|data| (0, data));
        let named: Vec<(usize, &Stream)> = (1..).zip(thing.named_streams(namespace)).collect();
        let mut task = Self { streams: vec![Vec::new()], ..Self::default() };
        for (index, stream) in &named {
            task.streams.push(stream.name.clone());
            task.queue.push_back(Step::Size { stream: *index, size: stream.size_before() });
        }
        (task, data.into_iter().chain(named).collect())
    }

    /// Whether there is something to send for it.
    pub(super) fn has_work(&self) -> bool {
        let can = self.under_way.is_none() && !matches!(self.state, State::Finished | State::Failed);
        can && (self.expected == 0 || self.queue.iter().any(|step| matches!(step, Step::Write { .. })))
    }

    /// The steps of one chain: those at the front that are about one stream, up to `most_bytes` and `most_steps`.
    pub(super) fn take(&mut self, most_bytes: usize, most_steps: usize) -> Vec<Step> {
        let mut taken = Vec::new();
        let mut bytes = 0_usize;
        while let Some(next) = self.queue.front() {
            let about_same = taken.first().is_none_or(|first: &Step| first.stream() == next.stream());
            let fits = taken.is_empty() || bytes.saturating_add(next.bytes()) <= most_bytes && taken.len() < most_steps;
            if !about_same || !fits {
                break;
            }
            bytes = bytes.saturating_add(next.bytes());
            taken.extend(self.queue.pop_front());
        }
        taken
    }
}
