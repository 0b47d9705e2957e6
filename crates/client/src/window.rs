//! The window of MessageIds that the server lets a client use (MS-SMB2 3.2.4.1.6 and 3.3.1.1).

use std::collections::BTreeMap;

/// What is granted and what is outstanding on one connection.
///
/// The client may use ids below [`Window::end`]; every response moves the end by the credits it grants. A request uses
/// `max(CreditCharge, 1)` consecutive ids.
#[derive(Debug)]
pub struct Window {
    end: u64,
    outstanding: BTreeMap<u64, u16>,
}

impl Default for Window {
    fn default() -> Self {
        Self { end: 1, outstanding: BTreeMap::new() }
    }
}

impl Window {
    /// First id that may not be used yet.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Whether a request with this id and CreditCharge fits what the server has granted.
    pub fn allows(&self, message_id: u64, credit_charge: u16) -> bool {
        message_id.checked_add(u64::from(credit_charge.max(1))).is_some_and(|after| after <= self.end)
    }

    /// Whether a response that is still to come may widen the window.
    pub fn may_widen(&self) -> bool {
        !self.outstanding.is_empty()
    }

    /// A request with this id went out.
    pub fn sent(&mut self, message_id: u64, credit_charge: u16) {
        self.outstanding.insert(message_id, credit_charge.max(1));
    }

    /// A response granted credits; `last` when it is the final one of its request.
    pub fn granted(&mut self, message_id: u64, credits: u16, last: bool) {
        self.end = self.end.saturating_add(u64::from(credits));
        if last {
            self.outstanding.remove(&message_id);
        }
    }

    /// An SMB1 multi-protocol negotiate was sent: it takes the place of MessageId 0.
    pub fn sent_multi_protocol(&mut self) {
        self.outstanding.insert(0, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_connection_may_send_one_message() {
        let window = Window::default();
        assert!(window.allows(0, 0) && window.allows(0, 1));
        assert!(!window.allows(0, 2) && !window.allows(1, 1));
    }

    #[test]
    fn credits_of_interim_and_final_responses_widen_the_window() {
        let mut window = Window::default();
        window.sent(0, 1);
        window.granted(0, 2, false);
        assert!(window.may_widen());
        window.granted(0, 1, true);
        assert!(!window.may_widen());
        assert!(window.allows(1, 3) && !window.allows(2, 3));
    }

    #[test]
    fn ids_at_the_end_of_the_range_are_refused_not_wrapped() {
        assert!(!Window::default().allows(u64::MAX, 1));
    }
}
