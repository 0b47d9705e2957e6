//! Self-relative security descriptors (MS-DTYP 2.4.6), lists of access control entries (2.4.5) and SIDs (2.4.2).

use super::field::{Field, u8, u16, u32, x8, x16, x32};
use super::node::Node;
use super::structure::{MOST_ENTRIES, Structure, data, left_out, malformed, numbered};
use super::window::Window;
use smb2::fscc::Sid;
use smb2::names::flags;

const CONTROL: &[(u64, &str)] = &[
    (0x0001, "SE_OWNER_DEFAULTED"),
    (0x0002, "SE_GROUP_DEFAULTED"),
    (0x0004, "SE_DACL_PRESENT"),
    (0x0008, "SE_DACL_DEFAULTED"),
    (0x0010, "SE_SACL_PRESENT"),
    (0x0020, "SE_SACL_DEFAULTED"),
    (0x0040, "SE_DACL_TRUSTED"),
    (0x0080, "SE_SERVER_SECURITY"),
    (0x0100, "SE_DACL_AUTO_INHERIT_REQ"),
    (0x0200, "SE_SACL_AUTO_INHERIT_REQ"),
    (0x0400, "SE_DACL_AUTO_INHERITED"),
    (0x0800, "SE_SACL_AUTO_INHERITED"),
    (0x1000, "SE_DACL_PROTECTED"),
    (0x2000, "SE_SACL_PROTECTED"),
    (0x4000, "SE_RM_CONTROL_VALID"),
    (0x8000, "SE_SELF_RELATIVE"),
];
const ACE_TYPES: &[(u64, &str)] = &[
    (0x00, "ACCESS_ALLOWED_ACE_TYPE"),
    (0x01, "ACCESS_DENIED_ACE_TYPE"),
    (0x02, "SYSTEM_AUDIT_ACE_TYPE"),
    (0x03, "SYSTEM_ALARM_ACE_TYPE"),
    (0x04, "ACCESS_ALLOWED_COMPOUND_ACE_TYPE"),
    (0x05, "ACCESS_ALLOWED_OBJECT_ACE_TYPE"),
    (0x06, "ACCESS_DENIED_OBJECT_ACE_TYPE"),
    (0x07, "SYSTEM_AUDIT_OBJECT_ACE_TYPE"),
    (0x08, "SYSTEM_ALARM_OBJECT_ACE_TYPE"),
    (0x09, "ACCESS_ALLOWED_CALLBACK_ACE_TYPE"),
    (0x0a, "ACCESS_DENIED_CALLBACK_ACE_TYPE"),
    (0x0b, "ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE"),
    (0x0c, "ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE"),
    (0x0d, "SYSTEM_AUDIT_CALLBACK_ACE_TYPE"),
    (0x0e, "SYSTEM_ALARM_CALLBACK_ACE_TYPE"),
    (0x0f, "SYSTEM_AUDIT_CALLBACK_OBJECT_ACE_TYPE"),
    (0x10, "SYSTEM_ALARM_CALLBACK_OBJECT_ACE_TYPE"),
    (0x11, "SYSTEM_MANDATORY_LABEL_ACE_TYPE"),
    (0x12, "SYSTEM_RESOURCE_ATTRIBUTE_ACE_TYPE"),
    (0x13, "SYSTEM_SCOPED_POLICY_ID_ACE_TYPE"),
];
const ACE_FLAGS: &[(u64, &str)] = &[
    (0x01, "OBJECT_INHERIT_ACE"),
    (0x02, "CONTAINER_INHERIT_ACE"),
    (0x04, "NO_PROPAGATE_INHERIT_ACE"),
    (0x08, "INHERIT_ONLY_ACE"),
    (0x10, "INHERITED_ACE"),
    (0x40, "SUCCESSFUL_ACCESS_ACE_FLAG"),
    (0x80, "FAILED_ACCESS_ACE_FLAG"),
];
/// ACE types whose SID follows the mask (MS-DTYP 2.4.4).
const PLAIN_TYPES: [u64; 9] = [0x00, 0x01, 0x02, 0x03, 0x09, 0x0a, 0x0d, 0x11, 0x13];

const DESCRIPTOR: &[Field] = &[
    u8("Revision"),
    u8("Sbz1"),
    x16("Control").flags(CONTROL),
    u32("OffsetOwner"),
    u32("OffsetGroup"),
    u32("OffsetSacl"),
    u32("OffsetDacl"),
];
const ACL: &[Field] = &[u8("AclRevision"), u8("Sbz1"), u16("AclSize"), u16("AceCount"), u16("Sbz2")];
const ACE: &[Field] = &[
    u8("AceType").codes(ACE_TYPES),
    x8("AceFlags").flags(ACE_FLAGS),
    u16("AceSize"),
    x32("Mask").bits(flags::access_mask),
];

/// A security descriptor: the parts that are there.
pub(super) fn security_descriptor(name: &'static str, window: Window<'_>) -> Node {
    let mut descriptor = Structure::new(window);
    descriptor.fields(DESCRIPTOR);
    for (part, field) in [("OwnerSid", "OffsetOwner"), ("GroupSid", "OffsetGroup")] {
        let offset = descriptor.size(field);
        if offset != 0 {
            descriptor.part(part, offset, sid_length(window.from(offset)), sid);
        }
    }
    for (part, field) in [("Sacl", "OffsetSacl"), ("Dacl", "OffsetDacl")] {
        let offset = descriptor.size(field);
        if offset != 0 {
            let length = window.from(offset).u16(2).unwrap_or(8);
            descriptor.part(part, offset, usize::from(length).max(8), acl);
        }
    }
    descriptor.node(name)
}

/// Bytes of the SID that begins here.
pub(super) fn sid_length(window: Window<'_>) -> usize {
    usize::from(window.u8(1).unwrap_or_default()).saturating_mul(4).saturating_add(8)
}

/// A SID as `S-1-5-32-544`.
pub(super) fn sid(name: &'static str, window: Window<'_>) -> Node {
    match Sid::parse(window.bytes()) {
        Ok(sid) => Node::new(name, window.range()).valued(sid.to_string()),
        Err(reason) => data(name, window).with(vec![malformed(name, window.range().start, &reason)]),
    }
}

fn acl(name: &'static str, window: Window<'_>) -> Node {
    let mut list = Structure::new(window);
    list.fields(ACL);
    let count = list.size("AceCount");
    for index in 0..count {
        if list.rest().len() == 0 {
            break;
        }
        if index == MOST_ENTRIES {
            list.push(left_out(count.saturating_sub(index), list.rest()));
            break;
        }
        let size = usize::from(list.rest().u16(2).unwrap_or_default()).max(4);
        let mut entry = Structure::new(list.rest().first(size));
        entry.fields(ACE);
        if PLAIN_TYPES.contains(&entry.get("AceType")) {
            entry.next("Sid", sid_length(entry.rest()), sid);
        }
        entry.remainder("ApplicationData", data);
        list.push(entry.node(numbered("Ace", index)));
        list.skip(size);
    }
    list.node(name)
}
