//! CREATE (MS-SMB2 2.2.13, 2.2.14) and the contexts that have columns of their own.
//!
//! `file_attributes` is that of the response when it succeeds, else that of the request. `file_id` is the handle
//! returned, or until then the one that a durable reconnect names.

use super::say;
use crate::operation::Operation;
use smb2::context::create::{CreateContext, tag, tag_name};
use smb2::context::durable::{DurableHandleReconnect, DurableHandleReconnectV2, DurableHandleRequestV2};
use smb2::context::lease::Lease;
use smb2::message::{CreateRequest, CreateResponse};
use smb2::names::{self, flags};
use smb2::{Malformed, utf16};
use std::fmt::{self, Display, Formatter};

/// OplockLevel SMB2_OPLOCK_LEVEL_LEASE.
const LEVEL_LEASE: u8 = 0xff;

pub(super) fn request(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let create = CreateRequest::parse(message)?;
    operation.desired_access = Some(create.desired_access());
    operation.share_access = Some(create.share_access());
    operation.create_disposition = Some(create.create_disposition());
    operation.create_options = Some(create.create_options());
    operation.file_attributes = Some(create.file_attributes());
    operation.oplock_requested = Some(create.requested_oplock_level());
    let path = create.name().map(|name| {
        let path = utf16::to_string(name);
        operation.path = Some(path.strip_prefix('\\').unwrap_or(&path).into());
    });
    let contexts = create.contexts().try_for_each(|context| requested(operation, &context?));
    say_request(operation);
    path.and(contexts)
}

pub(super) fn response(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let create = CreateResponse::parse(message)?;
    operation.file_id = Some(create.file_id());
    operation.create_action = Some(create.create_action());
    operation.file_attributes = Some(create.file_attributes());
    operation.end_of_file = Some(create.end_of_file());
    operation.oplock_granted = Some(create.oplock_level());
    if operation.create_disposition != Some(1) {
        match names::create_action(create.create_action()).and_then(|name| name.strip_prefix("FILE_")) {
            Some(action) => say(operation, action.to_lowercase()),
            None => say(operation, format_args!("action {}", create.create_action())),
        }
    }
    create.contexts().try_for_each(|context| {
        let context = context?;
        if context.name == tag::REQUEST_LEASE {
            let lease = Lease::parse(context.data)?;
            operation.lease_granted = Some(lease.lease_state());
            operation.lease_key.get_or_insert(lease.lease_key());
        }
        Ok(())
    })?;
    let granted = granted(operation);
    if let Some(granted) = granted {
        say(operation, granted);
    }
    Ok(())
}

/// Whether the open that a CREATE made may outlive its connection: durability was asked for, or that is not known.
pub(crate) fn may_return(operation: &Operation) -> bool {
    const DURABLE: [&[u8]; 4] = [
        tag::DURABLE_HANDLE_REQUEST,
        tag::DURABLE_HANDLE_RECONNECT,
        tag::DURABLE_HANDLE_REQUEST_V2,
        tag::DURABLE_HANDLE_RECONNECT_V2,
    ];
    let is_whole = operation.request.is_some() && operation.request_holes.is_empty() && operation.malformed.is_none();
    !is_whole || operation.create_contexts.iter().any(|name| DURABLE.contains(&name.as_bytes()))
}

/// What the server granted of the caching that was asked for.
fn granted(operation: &Operation) -> Option<String> {
    let asked = operation.oplock_requested.filter(|level| *level != 0)?;
    match (operation.oplock_granted?, operation.lease_granted) {
        (0, _) | (LEVEL_LEASE, Some(0)) => Some("none granted".to_owned()),
        (LEVEL_LEASE, Some(state)) => Some(format!("granted {}", flags::lease_state(state))),
        (level, _) if level == asked => Some("granted".to_owned()),
        (level, _) => Some(format!("granted {}", oplock(level))),
    }
}

/// A level other than none and lease, in words.
fn oplock(level: u8) -> String {
    match names::oplock_level(level).and_then(|name| name.strip_prefix("SMB2_OPLOCK_LEVEL_")) {
        Some("II") => "level II oplock".to_owned(),
        Some(name) => format!("{} oplock", name.to_lowercase()),
        None => format!("oplock {level:#04x}"),
    }
}

/// Fills in what a context of the request says.
fn requested(operation: &mut Operation, context: &CreateContext<'_>) -> Result<(), Malformed> {
    let name = tag_name(context.name).map_or_else(|| context.name.escape_ascii().to_string(), str::to_owned);
    operation.create_contexts.push(name);
    match context.name {
        tag::REQUEST_LEASE => {
            let lease = Lease::parse(context.data)?;
            operation.lease_requested = Some(lease.lease_state());
            operation.lease_key = Some(lease.lease_key());
            operation.parent_lease_key = lease
                .v2()
                .filter(|lease| lease.flags() & Lease::PARENT_LEASE_KEY_SET != 0)
                .map(|lease| lease.parent_lease_key());
        }
        tag::DURABLE_HANDLE_REQUEST_V2 => {
            operation.create_guid = Some(DurableHandleRequestV2::parse(context.data)?.create_guid());
        }
        tag::DURABLE_HANDLE_RECONNECT_V2 => {
            let reconnect = DurableHandleReconnectV2::parse(context.data)?;
            operation.create_guid = Some(reconnect.create_guid());
            operation.file_id = Some(reconnect.file_id());
        }
        tag::DURABLE_HANDLE_RECONNECT => {
            operation.file_id = Some(DurableHandleReconnect::parse(context.data)?.file_id());
        }
        _ => {}
    }
    Ok(())
}

/// Says the request: `open existing, read+write, lease RH`.
fn say_request(operation: &mut Operation) {
    match operation.create_disposition {
        Some(0) => say(operation, "supersede"),
        Some(1) => say(operation, "open existing"),
        Some(2) => say(operation, "create new"),
        Some(3) => say(operation, "open or create"),
        Some(4) => say(operation, "overwrite existing"),
        Some(5) => say(operation, "overwrite or create"),
        other => say(operation, format_args!("disposition {}", other.unwrap_or_default())),
    }
    let options = operation.create_options.unwrap_or_default();
    for (bit, word) in [(0x1, "directory"), (0x1000, "delete on close"), (0x2000, "by file id")] {
        if options & bit != 0 {
            say(operation, word);
        }
    }
    say(operation, Access(operation.desired_access.unwrap_or_default()));
    match (operation.oplock_requested, operation.lease_requested) {
        (Some(LEVEL_LEASE), Some(state)) => say(operation, format_args!("lease {}", flags::lease_state(state))),
        (Some(0) | None, _) => {}
        (Some(level), _) => say(operation, oplock(level)),
    }
    if operation.file_id.is_some() {
        say(operation, "durable reconnect");
    }
}

/// DesiredAccess in a few words (MS-SMB2 2.2.13.1.1).
struct Access(u32);

impl Display for Access {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const WORDS: [(u32, &str); 5] = [
            (0x9000_0001, "read"),
            (0x5000_0006, "write"),
            (0x3000_0020, "execute"),
            (0x1001_0000, "delete"),
            (0x0200_0000, "maximum allowed"),
        ];
        let mut words = WORDS.into_iter().filter(|(bits, _)| self.0 & bits != 0).map(|(_, word)| word);
        f.write_str(words.next().unwrap_or("attributes"))?;
        words.try_for_each(|word| write!(f, "+{word}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Kind;

    #[test]
    fn a_create_is_said_in_a_phrase() {
        let phrase = |operation: &Operation| {
            let mut operation = operation.clone();
            say_request(&mut operation);
            operation.detail.unwrap_or_default()
        };
        let mut operation = Operation::new(0, Kind::Request, 0);
        operation.create_disposition = Some(1);
        operation.desired_access = Some(0x0012_0089);
        operation.oplock_requested = Some(LEVEL_LEASE);
        operation.lease_requested = Some(3);
        assert_eq!(phrase(&operation), "open existing, read, lease RH");
        operation.create_disposition = Some(5);
        operation.create_options = Some(0x1000);
        operation.desired_access = Some(0x0001_0082);
        operation.oplock_requested = Some(9);
        assert_eq!(phrase(&operation), "overwrite or create, delete on close, write+delete, batch oplock");
        operation.desired_access = Some(0x80);
        operation.oplock_requested = Some(1);
        operation.create_options = None;
        assert_eq!(phrase(&operation), "overwrite or create, attributes, level II oplock");
    }
}
