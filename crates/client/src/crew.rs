//! A crew: several connections to one share, each with a session of its own, on which chains of requests are carried
//! out side by side, many at once on each.
//!
//! What is to be done is a [`Work`], a state machine without I/O that hands out [`Chain`]s and takes the [`Answer`]s.
//! The crew logs on, keeps within the credits that the server grants, and knows nothing of what the requests are for.

mod chain;
mod error;
mod hands;
mod pipeline;
mod place;
mod stepwise;

pub use chain::{Answer, Chain};
pub use error::CrewError;
pub use place::Place;

use hands::Hands;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a crew does: a state machine without I/O.
pub trait Work {
    /// The next chain for this connection (numbered from 0), `None` when there is nothing to begin on it now. Asked
    /// again after each answer on any connection; once there is nothing to begin on any connection and no answer is
    /// outstanding, the crew ends.
    fn next_chain(&mut self, connection: usize) -> Option<Chain>;

    /// The answers to the chain with this ticket: one for each of its requests, in their order, whatever their status.
    fn handle_answers(&mut self, ticket: u64, answers: Vec<Answer>);
}

/// How a crew's work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// There is nothing more to do.
    Done,
    /// It was cancelled: what had begun was carried out, there may be more to do.
    Interrupted,
}

/// Makes `connections` connections to the share at `place`, at least one, and carries out `work` on them. When the
/// server does not let so many in, those that stand do the work; they are numbered without gaps.
///
/// Every request is charged one credit, so none may be about more than 64 KiB. As long as the server grants enough
/// credits, a chain goes out as one compound of related requests; else its requests go out one after another, each once
/// the one before has been answered, with the handle of the CREATE put in where they have
/// [`FileId::RELATED`](smb2::FileId::RELATED). Each answer may take as long as `place.patience`, counted from the answer
/// before it on that connection when its request was sent earlier than that.
///
/// Once `cancelled` is set no more chains are asked for; those that were handed out get their answers. Must be called
/// inside a tokio runtime.
///
/// # Errors
/// [`CrewError`]. Chains that were outstanding then get no answers, and may have been carried out.
pub async fn carry_out<W: Work + ?Sized>(
    place: &Place<'_>,
    connections: usize,
    work: &mut W,
    cancelled: &AtomicBool,
) -> Result<End, CrewError> {
    let mut end = End::Done;
    let mut hands = Hands::gather(place, connections).await?;
    loop {
        let mut next_chain = |connection| {
            if cancelled.load(Ordering::Relaxed) {
                end = End::Interrupted;
                return None;
            }
            work.next_chain(connection)
        };
        hands.begin(&mut next_chain)?;
        let finished = hands.take_finished();
        if finished.is_empty() {
            if hands.are_idle() {
                break;
            }
            hands.wait().await?;
        }
        for (ticket, answers) in finished.into_iter().chain(hands.take_finished()) {
            work.handle_answers(ticket, answers);
        }
    }
    hands.dismiss().await;
    Ok(end)
}
