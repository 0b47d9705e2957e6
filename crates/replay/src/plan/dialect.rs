//! Dialects that the capture does not show, inferred from what their connections carry.

use crate::message::validate_negotiate;
use crate::plan::identity;
use crate::plan::planned::Planned;
use crate::plan::request::Request;
use crate::trace::Trace;
use smb2::Command;
use smb2::message::NegotiateRequest;
use std::collections::BTreeMap;

const SMB_2_0_2: u16 = 0x0202;
const SMB_2_1: u16 = 0x0210;
const SMB_3_0: u16 = 0x0300;
const SMB_3_0_2: u16 = 0x0302;
const SMB_3_1_1: u16 = 0x0311;
const ALL: [u16; 5] = [SMB_2_0_2, SMB_2_1, SMB_3_0, SMB_3_0_2, SMB_3_1_1];

/// A dialect that the capture does not state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inferred {
    /// The captured connection.
    pub connection: u32,
    /// DialectRevision.
    pub dialect: u16,
    /// What in the capture tells.
    pub because: &'static str,
}

/// What became of the connections whose dialect the capture does not state and whose sessions are replayed.
#[derive(Clone, Debug, Default)]
pub struct Dialects {
    /// Those whose content tells.
    pub inferred: Vec<Inferred>,
    /// Those whose content does not.
    pub unknown: Vec<u32>,
}

/// Infers what is missing, and puts it into the connections of the trace.
pub(super) fn settle(trace: &mut Trace, requests: &[Request]) -> Dialects {
    let mut dialects = Dialects::default();
    let mut evidence: BTreeMap<u32, Evidence> = trace
        .connections
        .iter()
        .filter(|known| known.dialect.is_none())
        .map(|known| (known.connection, Evidence::default()))
        .collect();
    if evidence.is_empty() {
        return dialects;
    }
    for request in requests {
        if let Some(evidence) = evidence.get_mut(&request.connection)
            && let Some(planned) = trace.planned(request)
        {
            evidence.add(&planned);
        }
    }
    for known in &mut trace.connections {
        let Some(evidence) = evidence.get(&known.connection).filter(|evidence| evidence.logs_on) else { continue };
        match evidence.dialect() {
            Some((dialect, because)) => {
                known.dialect = Some(dialect);
                dialects.inferred.push(Inferred { connection: known.connection, dialect, because });
            }
            None => dialects.unknown.push(known.connection),
        }
    }
    dialects
}

/// What the requests of a connection tell of its dialect.
#[derive(Clone, Debug, Default)]
struct Evidence {
    /// A session begins here, for which a dialect is needed.
    logs_on: bool,
    offered: Vec<u16>,
    /// The lowest dialect that has what was seen.
    lowest: Option<(u16, &'static str)>,
    /// FSCTL_VALIDATE_NEGOTIATE_INFO was sent, which 3.1.1 does not have.
    validates: bool,
    /// Requests other than NEGOTIATE: without and with CreditCharge.
    charges: (u64, u64),
}

impl Evidence {
    fn add(&mut self, request: &Planned<'_>) {
        let Some(header) = request.header().filter(|_| request.skipped().is_none()) else { return };
        if request.encrypted {
            self.at_least(SMB_3_0, "its encryption");
        }
        if request.stand_in {
            self.logs_on |= header.command == Command::SESSION_SETUP;
            return;
        }
        match header.command {
            Command::NEGOTIATE => {
                let offered = NegotiateRequest::parse(request.bytes()).and_then(|view| Ok(view.dialects()?.collect()));
                self.offered = offered.unwrap_or_default();
                return;
            }
            Command::SESSION_SETUP => {
                self.logs_on = true;
                if identity::is_bind(request.bytes()) {
                    self.at_least(SMB_3_0, "its bound sessions");
                }
            }
            Command::IOCTL => self.validates |= validate_negotiate::is_validate_negotiate(request.bytes()),
            _ => {}
        }
        match header.credit_charge {
            0 => self.charges.0 = self.charges.0.saturating_add(1),
            _ => self.charges.1 = self.charges.1.saturating_add(1),
        }
        if request.row.channel_sequence().is_some_and(|sequence| sequence > 0) {
            self.at_least(SMB_3_0, "its channel sequences");
        }
        for context in request.row.create_contexts() {
            match context {
                "DH2Q" | "DH2C" | "AppInstanceId" => self.at_least(SMB_3_0, "its create contexts"),
                "AppInstanceVersion" | "Posix" => self.at_least(SMB_3_1_1, "its create contexts"),
                _ => {}
            }
        }
    }

    fn at_least(&mut self, dialect: u16, because: &'static str) {
        if self.lowest.is_none_or(|(lowest, _)| lowest < dialect) {
            self.lowest = Some((dialect, because));
        }
    }

    fn dialect(&self) -> Option<(u16, &'static str)> {
        if let [only] = *self.offered.as_slice() {
            return ALL.contains(&only).then_some((only, "the only one that was offered"));
        }
        if let (1.., 0) = self.charges
            && self.lowest.is_none()
        {
            return Some((SMB_2_0_2, "its requests without CreditCharge"));
        }
        let (lowest, because) = self.lowest?;
        let highest = if self.validates { SMB_3_0_2 } else { SMB_3_1_1 };
        let was_offered = |dialect: &u16| self.offered.is_empty() || self.offered.contains(dialect);
        let fitting = ALL.into_iter().filter(|dialect| (lowest..=highest).contains(dialect) && was_offered(dialect));
        Some((fitting.max()?, because))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(offered: &[u16], lowest: Option<u16>, validates: bool, charges: (u64, u64)) -> Option<u16> {
        let lowest = lowest.map(|lowest| (lowest, "test"));
        let evidence = Evidence { logs_on: true, offered: offered.to_vec(), lowest, validates, charges };
        evidence.dialect().map(|(dialect, _)| dialect)
    }

    #[test]
    fn content_tells_the_dialect_or_nothing_does() {
        assert_eq!(evidence(&[SMB_2_1], None, false, (0, 9)), Some(SMB_2_1));
        assert_eq!(evidence(&ALL, None, false, (9, 0)), Some(SMB_2_0_2));
        assert_eq!(evidence(&ALL, None, false, (0, 9)), None);
        assert_eq!(evidence(&[], Some(SMB_3_0), false, (0, 9)), Some(SMB_3_1_1));
        assert_eq!(evidence(&[], Some(SMB_3_0), true, (0, 9)), Some(SMB_3_0_2));
        assert_eq!(evidence(&[SMB_2_1, SMB_3_0], Some(SMB_3_0), false, (0, 9)), Some(SMB_3_0));
        assert_eq!(evidence(&[SMB_2_0_2, SMB_2_1], Some(SMB_3_0), false, (0, 9)), None);
    }
}
