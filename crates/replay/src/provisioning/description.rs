//! What is set on a file or folder beside its data: extended attributes, permissions, attributes and times, in this order,
//! because a read-only file takes no more, and each change changes a time.

use super::survey::SETTABLE;
use crate::map::SidRule;
use crate::message::sid;
use crate::namespace::{Descriptor, Node};
use client::request::Request;
use client::request::set_info::{BasicInformation, basic, full_ea, security};
use smb2::FileId;
use smb2::fscc::SecurityDescriptor;

/// Further attributes that a server may keep: temporary, offline, not content indexed (MS-FSCC 2.6).
const KEPT: u32 = SETTABLE | 0x0000_3100;
const ATTRIBUTE_NORMAL: u32 = 0x80;
const ATTRIBUTE_DIRECTORY: u32 = 0x10;
/// DACL_SECURITY_INFORMATION (MS-SMB2 2.2.37).
const DACL: u32 = 4;
/// AceType (MS-DTYP 2.4.4.1).
const ALLOWED: u8 = 0;
/// Whom any account belongs to: Everyone, Authenticated Users, BUILTIN\Users (MS-DTYP 2.4.2.4).
const ALL_USERS: [&str; 3] = ["S-1-1-0", "S-1-5-11", "S-1-5-32-545"];
/// FILETIMEs from this on are instructions (MS-FSCC 2.4.7), and no times.
const NO_TIME: u64 = 1 << 63;

/// The requests that describe something, on the handle of their chain.
#[derive(Debug, Default)]
pub(super) struct Description {
    pub(super) requests: Vec<Request>,
    /// One of them needs WRITE_DAC.
    pub(super) sets_security: bool,
    /// What is not set, and why.
    pub(super) left_out: Vec<&'static str>,
}

/// FILE_ATTRIBUTE_READONLY: what has it takes no more data.
const READ_ONLY: u32 = 0x01;
/// FILE_ATTRIBUTE_ARCHIVE: servers give it to whatever is new or written.
const ARCHIVE: u32 = 0x20;

/// The attributes with which a file can be made at once.
pub(super) fn attributes_at_creation(node: Option<&Node>) -> u32 {
    let attributes = node.and_then(|node| node.facts.attributes).map_or(0, |seen| seen.value & KEPT);
    if attributes & READ_ONLY != 0 || attributes == 0 { ATTRIBUTE_NORMAL } else { attributes }
}

/// What is to be set on something; `is_made` when it is in the same chain with [`attributes_at_creation`].
pub(super) fn describe(node: &Node, sids: &[SidRule], is_made: bool) -> Description {
    let mut found = Description::default();
    let facts = &node.facts;
    if let Some(attributes) = &facts.extended_attributes {
        let list: Vec<(u8, &[u8], &[u8])> =
            attributes.value.iter().map(|one| (one.flags, one.name.as_slice(), one.value.as_slice())).collect();
        match full_ea(FileId::RELATED, &list) {
            Ok(request) => found.requests.push(request),
            Err(_) => found.left_out.push("its extended attributes do not fit into one request"),
        }
    }
    if let Some(descriptor) = &facts.descriptor {
        match permissions(&descriptor.value, sids) {
            Ok(Some(request)) => {
                found.requests.push(request);
                found.sets_security = true;
            }
            Ok(None) => {}
            Err(why) => found.left_out.push(why),
        }
    }
    let times = facts.times.map(|seen| seen.value).unwrap_or_default();
    let attributes = facts.attributes.map_or(0, |seen| match seen.value & KEPT {
        0 if node.is_folder() => ATTRIBUTE_DIRECTORY,
        0 => ATTRIBUTE_NORMAL,
        some if node.is_folder() => some | ATTRIBUTE_DIRECTORY,
        some => some,
    });
    let has_them = is_made && attributes & ARCHIVE != 0 && attributes_at_creation(Some(node)) == attributes;
    let attributes = if has_them { 0 } else { attributes };
    let time = |time: u64| if time < NO_TIME { time } else { 0 };
    let wanted = BasicInformation {
        creation: time(times.creation),
        last_access: time(times.last_access),
        last_write: time(times.last_write),
        change: time(times.change),
        attributes,
    };
    if wanted != BasicInformation::default() {
        found.requests.push(basic(FileId::RELATED, &wanted));
    }
    found
}

/// The request that sets the permissions, if they mean something on another server and let the account in that is used.
fn permissions(descriptor: &Descriptor, sids: &[SidRule]) -> Result<Option<Request>, &'static str> {
    if descriptor.parts & DACL == 0 {
        return Ok(None);
    }
    let (mut bytes, mut is_mapped) = (descriptor.bytes.to_vec(), false);
    for (at, domain) in sid::domains_in(&descriptor.bytes) {
        let Some(rule) = sids.iter().rev().find(|rule| rule.captured == domain) else {
            return Err("its permissions are not set: they are those of accounts of the captured domain (--map-sid)");
        };
        let live = rule.live.to_wire();
        if let Some(place) = bytes.get_mut(at..at.saturating_add(live.len())) {
            place.copy_from_slice(&live);
            is_mapped = true;
        }
    }
    let Ok(parsed) = SecurityDescriptor::parse(&bytes) else { return Err("its permissions are malformed") };
    let Some(dacl) = &parsed.dacl else { return Ok(None) };
    let is_plain = dacl.iter().all(|entry| entry.ace_type == ALLOWED);
    let lets_in = dacl.iter().any(|entry| entry.sid.is_some_and(|sid| ALL_USERS.contains(&sid.to_string().as_str())));
    if !is_plain || !(lets_in || is_mapped) {
        return Err("its permissions are not set: they might lock out the account that is used");
    }
    security(FileId::RELATED, DACL, &bytes).map(Some).map_err(|_| "its permissions do not fit into one request")
}
