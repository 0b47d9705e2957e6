//! The connections of a crew.

use super::chain::{Answer, Chain};
use super::error::CrewError;
use super::pipeline::Pipeline;
use crate::crew::Place;
use crate::driver::SocketEvent;
use crate::probe::{ProbeError, Visit};
use std::io;
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

/// The connections.
pub(super) struct Hands {
    hands: Vec<Hand>,
    patience: Duration,
}

/// One connection, with its session and its share.
struct Hand {
    visit: Visit,
    pipeline: Pipeline,
    /// What is to be written.
    wire: Vec<u8>,
}

/// Bytes that are written at once rather than gathered further.
const ENOUGH: usize = 256 * 1024;

impl Hands {
    /// Logs on `count` times, at least once. The first time has to succeed: a wrong password is not tried again.
    pub(super) async fn gather(place: &Place<'_>, count: usize) -> Result<Self, CrewError> {
        let begin = || {
            Visit::begin(place.address, place.server_name, place.account, place.share, place.dialects, place.patience)
        };
        let mut visits = vec![begin().await?];
        let others = (1..count).map(|_| Box::pin(begin())).collect();
        for visit in all(others).await {
            match visit {
                Ok(visit) => visits.push(visit),
                Err(error) => tracing::warn!(%error, "there is one connection fewer than asked for"),
            }
        }
        let now = Instant::now();
        let hand = |visit: Visit| Hand { pipeline: Pipeline::new(visit.tree_id(), now), visit, wire: Vec::new() };
        Ok(Self { hands: visits.into_iter().map(hand).collect(), patience: place.patience })
    }

    /// Begins what can be begun, one chain on each connection in turn, and sends it.
    pub(super) fn begin(&mut self, next_chain: &mut dyn FnMut(usize) -> Option<Chain>) -> Result<(), CrewError> {
        let now = Instant::now();
        for hand in &mut self.hands {
            hand.pipeline.go_on(&mut hand.visit.conversation.dialogue, now, &mut hand.wire)?;
        }
        let mut any = true;
        while std::mem::take(&mut any) {
            for (number, hand) in self.hands.iter_mut().enumerate() {
                let dialogue = &mut hand.visit.conversation.dialogue;
                any |= hand.pipeline.begin(&mut || next_chain(number), dialogue, now, &mut hand.wire)?;
                if hand.wire.len() >= ENOUGH {
                    hand.flush();
                }
            }
        }
        self.hands.iter_mut().for_each(Hand::flush);
        Ok(())
    }

    /// Nothing is in flight on any connection.
    pub(super) fn are_idle(&self) -> bool {
        self.hands.iter().all(|hand| hand.pipeline.is_idle())
    }

    /// Tickets and answers of the chains that have all of theirs.
    pub(super) fn take_finished(&mut self) -> Vec<(u64, Vec<Answer>)> {
        self.hands.iter_mut().flat_map(|hand| hand.pipeline.take_finished()).collect()
    }

    /// Waits until something arrives on any connection, and takes it.
    pub(super) async fn wait(&mut self) -> Result<(), CrewError> {
        let patience = self.patience;
        let until = self.hands.iter().filter_map(|hand| Some(hand.pipeline.owed(patience)?.1)).min();
        let arrived = match until {
            None => self.arrivals().await,
            Some(until) => match tokio::time::timeout_at(until.into(), self.arrivals()).await {
                Ok(arrived) => arrived,
                Err(_) => return self.check_patience(),
            },
        };
        let now = Instant::now();
        for (number, event) in arrived {
            if let Some(hand) = self.hands.get_mut(number) {
                hand.handle(event, now)?;
            }
        }
        self.check_patience()
    }

    /// Logs off everywhere and closes.
    pub(super) async fn dismiss(self) {
        all(self.hands.into_iter().map(|hand| Box::pin(hand.visit.end())).collect()).await;
    }

    /// What has arrived, at least one event, with the numbers of the connections.
    async fn arrivals(&mut self) -> Vec<(usize, SocketEvent)> {
        std::future::poll_fn(|context| {
            let mut arrived = Vec::new();
            for (number, hand) in self.hands.iter_mut().enumerate() {
                if let Poll::Ready(arrival) = hand.visit.conversation.arrivals.poll_recv(context) {
                    let event = arrival.map_or(SocketEvent::Closed(None), |arrival| arrival.event);
                    arrived.push((number, event));
                }
            }
            if arrived.is_empty() { Poll::Pending } else { Poll::Ready(arrived) }
        })
        .await
    }

    fn check_patience(&self) -> Result<(), CrewError> {
        let patience = self.patience;
        let now = Instant::now();
        for hand in &self.hands {
            let Some((what, until)) = hand.pipeline.owed(patience) else { continue };
            if now >= until {
                let address = hand.visit.conversation.dialogue.address();
                return Err(ProbeError::Timeout { address, what, patience }.into());
            }
        }
        Ok(())
    }
}

impl Hand {
    fn flush(&mut self) {
        if !self.wire.is_empty() {
            self.visit.conversation.socket.write(std::mem::take(&mut self.wire));
        }
    }

    fn handle(&mut self, event: SocketEvent, now: Instant) -> Result<(), CrewError> {
        let dialogue = &mut self.visit.conversation.dialogue;
        match event {
            SocketEvent::Received(bytes) => dialogue.handle_bytes(&bytes),
            SocketEvent::Closed(source) => return Err(self.closed(source)),
            SocketEvent::Connected | SocketEvent::ConnectFailed(_) => {}
        }
        while let Some(received) = dialogue.poll_answer()? {
            self.pipeline.handle(received, dialogue, now)?;
        }
        Ok(())
    }

    fn closed(&self, source: Option<io::Error>) -> CrewError {
        let address = self.visit.conversation.dialogue.address();
        match self.pipeline.owed(Duration::ZERO) {
            Some((what, _)) => ProbeError::Closed { address, what, source }.into(),
            None => CrewError::Closed { address, source },
        }
    }
}

/// Waits for all of them at once; the results are in their order.
async fn all<F: Future>(futures: Vec<Pin<Box<F>>>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| (Some(future), None)).collect();
    std::future::poll_fn(|context| {
        for (waiting, result) in &mut futures {
            if let Some(future) = waiting
                && let Poll::Ready(output) = future.as_mut().poll(context)
            {
                *waiting = None;
                *result = Some(output);
            }
        }
        match futures.iter().all(|(waiting, _)| waiting.is_none()) {
            true => Poll::Ready(futures.iter_mut().filter_map(|(_, result)| result.take()).collect()),
            false => Poll::Pending,
        }
    })
    .await
}
