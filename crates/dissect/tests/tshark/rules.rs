//! Where tshark 4.0 says something else than we of messages that smbtorture makes, and why.
//!
//! Nothing is passed over: a rule tells what tshark prints instead, and that is what has to be there.

use crate::columns::{Role, Said};
use smb2::message::CreateRequest;
use smb2::{Command, Header, utf16};

/// One kind of difference.
pub(crate) struct Rule {
    /// The column in which it shows.
    pub(crate) column: &'static str,
    /// Why we are right.
    pub(crate) reason: &'static str,
    /// What tshark says of a message; `None` for messages that the rule is not about.
    pub(crate) theirs: fn(&Said<'_>) -> Option<Vec<String>>,
}

pub(crate) const RULES: &[Rule] = &[
    Rule {
        column: "smb2.tree",
        reason: "a related message takes the TreeId of the one before it (MS-SMB2 3.3.5.2.7.2); tshark looks up the \
                 0xffffffff in its header",
        theirs: |said| {
            let header = Header::parse(said.bytes).ok()?;
            (header.flags.is_related() && header.tree_id() == Some(u32::MAX)).then(Vec::new)
        },
    },
    Rule {
        column: "smb2.tree",
        reason: "a break names no tree (MS-SMB2 2.2.23), its FileId or LeaseKey leads to the share; tshark goes by the \
                 TreeId of 0",
        theirs: |said| {
            let header = Header::parse(said.bytes).ok()?;
            (header.command == Command::OPLOCK_BREAK && header.tree_id() == Some(0)).then(Vec::new)
        },
    },
    Rule {
        column: "smb2.tree",
        reason: "a CANCEL needs no TreeId (MS-SMB2 3.2.4.24), we show the share of what it cancels",
        theirs: |said| {
            let header = Header::parse(said.bytes).ok()?;
            (header.command == Command::CANCEL && header.tree_id() == Some(0)).then(Vec::new)
        },
    },
    Rule {
        column: "smb2.filename",
        reason: "a path is relative to its share (MS-SMB2 2.2.13): we leave out a leading backslash",
        theirs: |said| {
            let name = utf16::to_string(create(said)?.name().ok()?);
            name.starts_with('\\').then(|| vec![name])
        },
    },
    Rule {
        column: "smb2.filename",
        reason: "a durable reconnect may leave the name out (MS-SMB2 3.3.5.9.7), we show that of the open it names",
        theirs: |said| {
            let reconnects = said.row.create_contexts.iter().any(|name| name == "DHnC" || name == "DH2C");
            (reconnects && create(said)?.name().ok()?.is_empty()).then(|| vec![String::new()])
        },
    },
];

fn create<'a>(said: &Said<'a>) -> Option<CreateRequest<'a>> {
    (said.row.command == Some(Command::CREATE) && said.role == Role::Request)
        .then(|| CreateRequest::parse(said.bytes).ok())?
}

/// What tshark prints for `column` of a frame according to us and the [`RULES`], and which of them were needed.
pub(crate) fn ruled<'a>(messages: impl Iterator<Item = &'a Said<'a>>, column: &str) -> (String, Vec<&'static str>) {
    let mut reasons = Vec::new();
    let mut values = Vec::new();
    for said in messages {
        let rule = RULES.iter().filter(|rule| rule.column == column);
        match rule.filter_map(|rule| Some((rule.reason, (rule.theirs)(said)?))).next() {
            Some((reason, theirs)) if theirs != said.values(column) => {
                reasons.push(reason);
                values.extend(theirs);
            }
            _ => values.extend_from_slice(said.values(column)),
        }
    }
    (values.join(";"), reasons)
}
