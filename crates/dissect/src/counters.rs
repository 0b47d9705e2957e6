//! What the dissector counted: what it read, and each thing that it dropped, guessed or could not read.

macro_rules! counters {
    ($($(#[doc = $doc:literal])+ $name:ident),* $(,)?) => {
        /// Counts over a whole trace.
        #[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
        pub struct Counters {
            $($(#[doc = $doc])+ pub $name: u64,)*
        }

        impl Counters {
            /// Every counter with its name, in the order of their declaration.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }
        }
    };
}

counters! {
    /// Transport PDUs of any protocol.
    pdus,
    /// SMB2 messages, chained ones counted singly.
    messages,
    /// Operations handed out.
    operations,
    /// SMB1 PDUs other than a multi-protocol negotiate that SMB2 answered.
    smb1_pdus,
    /// Encrypted PDUs (0xFD 'SMB') that were decrypted.
    decrypted_pdus,
    /// Encrypted PDUs without a key.
    encrypted_pdus,
    /// Encrypted PDUs that no known key of their session opened: it is the wrong one, or bytes were not captured.
    decryption_failures,
    /// Logons whose signed answer does not fit the session key that is known for them.
    session_keys_refused,
    /// Kerberos tickets that no given key or password of their service opened.
    tickets_refused,
    /// Keys and logons under way forgotten because of their number: later messages stay encrypted or unverified.
    keys_evicted,
    /// Compressed PDUs (0xFC 'SMB'), not expanded.
    compressed_pdus,
    /// PDUs with a ProtocolId that is none of SMB's.
    unknown_protocol_pdus,
    /// Messages that do not fit their specification.
    malformed_messages,
    /// Messages whose header was not captured, as those behind the first of a chain that the snaplen cut: neither paired nor
    /// named.
    messages_without_header,
    /// Requests without a final response, CANCEL left out.
    requests_without_response,
    /// Responses whose request was not captured.
    responses_without_request,
    /// Requests with the MessageId of a request that is still outstanding on the connection.
    duplicate_message_ids,
    /// Interim responses after the first of a request: their bytes are not in a row.
    repeated_interim_responses,
    /// Responses that came before their request by the clock of the capture: no latency is given.
    negative_latencies,
    /// Outstanding requests given up because too many were outstanding on the connection.
    outstanding_evicted,
    /// Connections closed with requests outstanding, whose rows were given up before the end of the trace.
    closed_connections_given_up,
    /// Tree connects forgotten because of their number: later requests on them have no share.
    trees_evicted,
    /// Opens forgotten because of their number: later requests on them have no path.
    opens_evicted,
    /// Handles closed so long ago that they are forgotten: a request that still names one has no path.
    closed_opens_forgotten,
    /// Opens too many for their renames to be followed: their path may be an old one.
    opens_not_followed,
    /// Leases forgotten because of their number: a break of them has no path.
    leases_evicted,
    /// Named pipes forgotten because of their number: later calls on them name no interface.
    pipes_evicted,
    /// Requests whose acknowledgement lies before the server PDUs still remembered.
    acknowledgements_forgotten,
    /// SessionIds beyond the bound on sessions: their rows belong to no session.
    sessions_dropped,
    /// PDUs and closes of connections beyond the bound on connections.
    connections_dropped,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_is_listed_by_its_name() {
        let counters = Counters { pdus: 3, connections_dropped: 5, ..Counters::default() };
        let listed: Vec<_> = counters.iter().filter(|(_, count)| *count != 0).collect();
        assert_eq!(listed, [("pdus", 3), ("connections_dropped", 5)]);
    }
}
