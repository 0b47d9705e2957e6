//! Views of messages, of what they carry, and of chains: every accessor is called.
//!
//! What a view hands out lies inside the message, and each byte of a PDU belongs to one member of its chain. An input is
//! a message or a chain, and is also read as each structure that a message can carry.

mod carried;
mod details;
mod views;

use smb2::{Header, chain};

pub(super) fn body(input: &[u8]) {
    let members: Vec<_> = chain::messages(input).collect();
    let mut end = 0;
    for member in &members {
        assert_eq!(member.range.start, end, "members follow each other");
        end = member.range.end;
        let message = input.get(member.range.clone()).unwrap_or_default();
        assert_eq!(Header::parse(message).is_err(), member.problem.is_some() && message_is_no_header(message));
        header(message);
        views::read(message);
        details::read(message);
    }
    assert_eq!(end, input.len(), "no byte is left out");
    assert!(members.iter().rev().skip(1).all(|member| member.problem.is_none()), "only the last may be broken");
    carried::read(input);
    if let Some(body) = input.get(smb2::header::LENGTH..) {
        carried::read(body);
    }
}

fn message_is_no_header(message: &[u8]) -> bool {
    message.len() < smb2::header::LENGTH || !message.starts_with(&smb2::header::PROTOCOL_ID)
}

fn header(message: &[u8]) {
    let Ok(header) = Header::parse(message) else { return };
    assert_ne!(header.async_id().is_some(), header.tree_id().is_some(), "a header has the one or the other");
    let _ = (header.channel_sequence(), header.command.name(), format!("{header:?}"));
    let status = smb2::NtStatus(header.status);
    if let Some(name) = status.name() {
        assert_eq!(smb2::NtStatus::from_name(name), Some(status));
    }
    let _ = (status.severity(), status.is_error(), status.is_warning(), status.is_success());
}
