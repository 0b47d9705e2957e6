//! DFS referrals (MS-DFSC 2.2.2 to 2.2.5).

use super::field::{Field, guid, u16, u32, x16, x32};
use super::structure::{MOST_ENTRIES, Structure, data, left_out, numbered, text, text_to_zero};
use super::window::Window;

/// NameListReferral: the entry names domain controllers.
const NAME_LIST: u64 = 0x0002;

const RESPONSE: &[Field] = &[
    u16("PathConsumed"),
    u16("NumberOfReferrals"),
    x32("ReferralHeaderFlags").flags(&[(1, "ReferralServers"), (2, "StorageServers"), (4, "TargetFailback")]),
];
const ENTRY: &[Field] = &[
    u16("VersionNumber"),
    u16("Size"),
    u16("ServerType").codes(&[(0, "non-root target"), (1, "root target")]),
    x16("ReferralEntryFlags").flags(&[(2, "NameListReferral"), (4, "TargetSetBoundary")]),
];
const PATHS: &[Field] = &[u16("DFSPathOffset"), u16("DFSAlternatePathOffset"), u16("NetworkAddressOffset")];

/// REQ_GET_DFS_REFERRAL.
pub(super) fn request(parts: &mut Structure<'_>) {
    parts.fields(&[u16("MaxReferralLevel")]);
    let name = parts.rest();
    if name.len() > 0 {
        parts.push(text_to_zero("RequestFileName", name));
    }
}

/// REQ_GET_DFS_REFERRAL_EX.
pub(super) fn request_ex(parts: &mut Structure<'_>) {
    parts.fields(&[u16("MaxReferralLevel"), x16("RequestFlags").flags(&[(1, "SiteName")]), u32("RequestDataLength")]);
    parts.fields(&[u16("RequestFileNameLength")]);
    parts.next("RequestFileName", parts.size("RequestFileNameLength"), text);
    if parts.get("RequestFlags") & 1 != 0 {
        parts.fields(&[u16("SiteNameLength")]);
        parts.next("SiteName", parts.size("SiteNameLength"), text);
    }
}

/// RESP_GET_DFS_REFERRAL. The texts lie behind the entries, and several may share one.
pub(super) fn response(parts: &mut Structure<'_>) {
    parts.fields(RESPONSE);
    let count = parts.size("NumberOfReferrals");
    let mut at = parts.at();
    for index in 0..count {
        let rest = parts.window().from(at);
        if index == MOST_ENTRIES {
            parts.push(left_out(count.saturating_sub(index), rest));
            break;
        }
        if rest.len() == 0 {
            break;
        }
        let size = usize::from(rest.u16(2).unwrap_or_default()).max(ENTRY_LENGTH);
        let mut entry = Structure::new(rest.first(size));
        let texts = self::entry(&mut entry);
        parts.push(entry.node(numbered("DFS_REFERRAL", index)));
        for (name, offset) in texts.into_iter().filter(|(_, offset)| *offset >= size) {
            let text = rest.from(offset);
            if text.len() > 0 {
                parts.push(text_to_zero(name, text));
            }
        }
        at = at.saturating_add(size);
    }
}

/// Bytes of the fields that all versions begin with.
const ENTRY_LENGTH: usize = 8;

/// Reads an entry; returns where its texts lie, from its start.
fn entry(entry: &mut Structure<'_>) -> Vec<(&'static str, usize)> {
    entry.fields(ENTRY);
    let version = entry.get("VersionNumber");
    match version {
        1 => {
            if entry.rest().len() > 0 {
                let name: Window<'_> = entry.rest();
                entry.push(text_to_zero("ShareName", name));
            }
            return Vec::new();
        }
        2 => {
            entry.fields(&[u32("Proximity"), u32("TimeToLive")]).fields(PATHS);
        }
        3 | 4 => {
            entry.fields(&[u32("TimeToLive")]);
            if entry.get("ReferralEntryFlags") & NAME_LIST != 0 {
                entry.fields(&[u16("SpecialNameOffset"), u16("NumberOfExpandedNames"), u16("ExpandedNameOffset")]);
                return vec![
                    ("SpecialName", entry.size("SpecialNameOffset")),
                    ("ExpandedName", entry.size("ExpandedNameOffset")),
                ];
            }
            entry.fields(PATHS);
            if entry.rest().len() >= 16 {
                entry.fields(&[guid("ServiceSiteGuid")]);
            }
        }
        _ => {
            entry.remainder("Data", data);
            return Vec::new();
        }
    }
    vec![
        ("DFSPath", entry.size("DFSPathOffset")),
        ("DFSAlternatePath", entry.size("DFSAlternatePathOffset")),
        ("NetworkAddress", entry.size("NetworkAddressOffset")),
    ]
}
