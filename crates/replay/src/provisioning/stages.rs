//! Chains in stages: those of one stage are carried out side by side, and the next stage begins when all are answered.

use client::crew::{Answer, Chain, Work};
use client::request::Request;
use std::collections::VecDeque;

/// What is done for each of a number of things, by their index.
pub(super) trait Errand {
    /// The chain for this thing; `None` when there is nothing to do for it.
    fn chain(&mut self, index: usize) -> Option<Vec<Request>>;
    /// The answers to it; true when its chain is wanted once more.
    fn answers(&mut self, index: usize, answers: Vec<Answer>) -> bool;
}

/// The stages of an errand.
pub(super) struct Stages<'a, E: ?Sized> {
    errand: &'a mut E,
    stages: VecDeque<VecDeque<usize>>,
    outstanding: usize,
}

impl<'a, E: Errand + ?Sized> Stages<'a, E> {
    /// In this order.
    pub(super) fn new(errand: &'a mut E, stages: impl IntoIterator<Item = Vec<usize>>) -> Self {
        Self { errand, stages: stages.into_iter().map(VecDeque::from).collect(), outstanding: 0 }
    }
}

impl<E: Errand + ?Sized> Work for Stages<'_, E> {
    fn next_chain(&mut self, _connection: usize) -> Option<Chain> {
        loop {
            let stage = self.stages.front_mut()?;
            match stage.pop_front() {
                Some(index) => {
                    if let Some(requests) = self.errand.chain(index) {
                        self.outstanding = self.outstanding.saturating_add(1);
                        return Some(Chain { ticket: index as u64, requests });
                    }
                }
                None if self.outstanding > 0 => return None,
                None => {
                    self.stages.pop_front();
                }
            }
        }
    }

    fn handle_answers(&mut self, ticket: u64, answers: Vec<Answer>) {
        self.outstanding = self.outstanding.saturating_sub(1);
        let index = usize::try_from(ticket).unwrap_or(usize::MAX);
        if self.errand.answers(index, answers)
            && let Some(stage) = self.stages.front_mut()
        {
            stage.push_front(index);
        }
    }
}

/// Indexes in stages by `stage_of`, the lowest first.
pub(super) fn by_stage<T>(things: &[T], stage_of: impl Fn(&T) -> usize) -> Vec<Vec<usize>> {
    let mut stages: std::collections::BTreeMap<usize, Vec<usize>> = std::collections::BTreeMap::new();
    for (index, thing) in things.iter().enumerate() {
        stages.entry(stage_of(thing)).or_default().push(index);
    }
    stages.into_values().collect()
}
