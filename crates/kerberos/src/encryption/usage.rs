//! Key usage numbers (RFC 4120 7.5.1, RFC 4121 2).

/// What a key is used for; it is part of what keys are derived from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyUsage(pub u32);

impl KeyUsage {
    /// PA-ENC-TIMESTAMP of an AS-REQ.
    pub const AS_REQ_TIMESTAMP: Self = Self(1);
    /// Encrypted part of a ticket, with the service's key.
    pub const TICKET: Self = Self(2);
    /// Encrypted part of an AS-REP, with the client's key.
    pub const AS_REP: Self = Self(3);
    /// Checksum of a TGS-REQ's body in its authenticator.
    pub const TGS_REQ_CHECKSUM: Self = Self(6);
    /// Authenticator of a TGS-REQ.
    pub const TGS_REQ_AUTHENTICATOR: Self = Self(7);
    /// Encrypted part of a TGS-REP, with the session key of the ticket-granting ticket.
    pub const TGS_REP_SESSION_KEY: Self = Self(8);
    /// Encrypted part of a TGS-REP, with the subkey of the request's authenticator.
    pub const TGS_REP_SUBKEY: Self = Self(9);
    /// Checksum in the authenticator of an AP-REQ.
    pub const AP_REQ_CHECKSUM: Self = Self(10);
    /// Authenticator of an AP-REQ.
    pub const AP_REQ_AUTHENTICATOR: Self = Self(11);
    /// Encrypted part of an AP-REP.
    pub const AP_REP: Self = Self(12);
    /// GSS-API MIC of the acceptor.
    pub const GSS_ACCEPTOR_SIGN: Self = Self(23);
    /// GSS-API MIC of the initiator.
    pub const GSS_INITIATOR_SIGN: Self = Self(25);

    /// The number that RC4-HMAC puts in its place (RFC 4757 3, with the erratum that leaves 9 alone).
    pub(super) fn of_rc4(self) -> u32 {
        match self.0 {
            3 => 8,
            23 => 13,
            other => other,
        }
    }
}
