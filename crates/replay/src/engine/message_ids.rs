//! Captured MessageIds to live ones.

use crate::plan::Request;

/// The map of one connection: captured + a difference that holds from some captured id on. Deliberate gaps and
/// duplicates of the capture stay. The difference changes where a captured request is left out (live ids close up, so
/// that no gap arises that the capture does not have) and where a request of our own is put in.
#[derive(Debug, Default)]
pub(super) struct MessageIds {
    /// First captured id for which a difference holds, and the difference, up to the next; ascending.
    differences: Vec<(u64, i64)>,
    /// First captured id after all that were sent.
    next_captured: u64,
}

impl MessageIds {
    /// The map of a connection whose captured ids begin with `first`, and some of whose captured requests are not in the
    /// replay: their ids and CreditCharges.
    pub(super) fn new(first: u64, left_out: &[(u64, u16)]) -> Self {
        let mut ids = Self::default();
        if let Some(by) = i64::try_from(first).ok().filter(|by| *by > 0) {
            ids.shift(first, by.saturating_neg());
        }
        // In order, because each is then added at the end.
        let mut left_out = left_out.to_vec();
        left_out.sort_unstable();
        for (captured, credit_charge) in left_out {
            ids.leave_out(captured, credit_charge);
        }
        ids
    }

    /// The live id for a captured one.
    pub(super) fn live(&self, captured: u64) -> u64 {
        let place = self.differences.partition_point(|(from, _)| *from <= captured);
        let difference = place.checked_sub(1).and_then(|place| self.differences.get(place)).map_or(0, |(_, by)| *by);
        captured.wrapping_add_signed(difference)
    }

    /// The live id for a request of the plan whose captured id is this one.
    pub(super) fn of(&self, request: &Request, captured: u64) -> u64 {
        if request.stand_in { self.next() } else { self.live(captured) }
    }

    /// A captured request with this id and CreditCharge will not be sent.
    pub(super) fn leave_out(&mut self, captured: u64, credit_charge: u16) {
        let from = captured.saturating_add(1);
        let by = i64::from(credit_charge.max(1));
        self.shift(from, by.saturating_neg());
    }

    /// A captured request with this id and CreditCharge was sent.
    pub(super) fn sent(&mut self, captured: u64, credit_charge: u16) {
        self.next_captured = self.next_captured.max(captured.saturating_add(u64::from(credit_charge.max(1))));
    }

    /// The live id for a request of our own with CreditCharge 1, sent now.
    pub(super) fn insert(&mut self) -> u64 {
        let live = self.live(self.next_captured);
        self.shift(self.next_captured, 1);
        live
    }

    /// The live id that [`MessageIds::insert`] would give.
    pub(super) fn next(&self) -> u64 {
        self.live(self.next_captured)
    }

    fn shift(&mut self, from: u64, by: i64) {
        let place = self.differences.partition_point(|(earlier, _)| *earlier <= from);
        let before = place.checked_sub(1).and_then(|place| self.differences.get(place)).map_or(0, |(_, by)| *by);
        self.differences.insert(place, (from, before));
        for (_, difference) in self.differences.iter_mut().skip(place) {
            *difference = difference.saturating_add(by);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_duplicates_of_the_capture_stay() {
        let ids = MessageIds::default();
        assert_eq!([0, 1, 5, 5].map(|id| ids.live(id)), [0, 1, 5, 5]);
    }

    #[test]
    fn live_ids_close_up_where_requests_are_left_out() {
        let mut ids = MessageIds::new(0, &[(8, 1), (3, 2)]);
        assert_eq!([2, 5, 6, 9].map(|id| ids.live(id)), [2, 3, 4, 6]);
        ids.leave_out(6, 1);
        assert_eq!([2, 5, 7, 9].map(|id| ids.live(id)), [2, 3, 4, 5]);
    }

    #[test]
    fn ids_from_the_middle_of_a_connection_follow_those_of_our_own_beginning() {
        let mut ids = MessageIds::new(500, &[(501, 1)]);
        assert_eq!([ids.insert(), ids.insert(), ids.next()], [0, 1, 2]);
        assert_eq!([500, 502, 503].map(|id| ids.live(id)), [2, 3, 4]);
    }

    #[test]
    fn a_request_of_our_own_moves_what_comes_after_it() {
        let mut ids = MessageIds::default();
        ids.sent(4, 1);
        ids.sent(2, 1);
        assert_eq!(ids.next(), 5);
        assert_eq!(ids.insert(), 5);
        assert_eq!(ids.insert(), 6);
        assert_eq!([3, 5].map(|id| ids.live(id)), [3, 7]);
    }
}
