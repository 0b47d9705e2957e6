//! QUERY_INFO of security descriptors and quotas (MS-DTYP 2.4.6, MS-FSCC 2.4).
//!
//! The numbers in the SID of an account that name its domain or machine (`S-1-5-21-x-y-z`) are drawn at its setup, like
//! a GUID: only the relative identifier behind them is compared.

use super::file_information::information;
use super::{Layout, Part, structure, table};
use crate::compare::value::Value;
use smb2::fscc::{AccessControlEntry, SecurityDescriptor, Sid, quota};

/// SE_SELF_RELATIVE, SE_DACL_PRESENT and SE_SACL_PRESENT say how it was sent; the rest of Control is compared.
const PRESENTATION: u16 = 0x8014;

table! {
    /// A security descriptor, by parts. The order of entries in a list has a meaning.
    DESCRIPTOR of SecurityDescriptor::parse => {
        Compared sd_control = |view| Value::Flags((view.control & !PRESENTATION).into());
        Compared owner = |view| optional(view.owner.as_ref().map(account));
        Compared group = |view| optional(view.group.as_ref().map(account));
        Compared dacl = |view| optional(view.dacl.as_deref().map(list));
        Compared sacl = |view| optional(view.sacl.as_deref().map(list));
    }
}

table! {
    /// FileQuotaInformation, in no order.
    QUOTA of structure => {
        Compared quotas = |b| {
            let found = quota::quotas(b).collect::<Result<Vec<_>, _>>()?;
            Value::set(found.iter().map(|found| {
                format!("{} threshold {} limit {}", account(&found.sid), found.threshold, found.limit)
            }))
        };
        Volatile quotas_used = |b| {
            let found = quota::quotas(b).collect::<Result<Vec<_>, _>>()?;
            Value::set(found.iter().map(|found| format!("{} {}", account(&found.sid), found.used)))
        };
    }
}

pub(super) const DESCRIPTOR_LAYOUT: Layout =
    Layout { parts: &[Part { fields: DESCRIPTOR, offset: 0 }], bytes: information };
pub(super) const QUOTA_LAYOUT: Layout = Layout { parts: &[Part { fields: QUOTA, offset: 0 }], bytes: information };

/// Every layout of this file, with what it is of.
pub(super) fn all() -> impl Iterator<Item = (String, Layout)> {
    let layouts = [("QUERY_INFO security descriptor", DESCRIPTOR_LAYOUT), ("QUERY_INFO quota", QUOTA_LAYOUT)];
    layouts.into_iter().map(|(name, layout)| (name.to_owned(), layout))
}

fn optional(text: Option<String>) -> Value<'static> {
    text.map_or(Value::Absent, |text| Value::Text(text.into()))
}

/// A SID as it is compared: `S-1-5-32-544`, `S-1-5-21-*-1001`.
fn account(sid: &Sid<'_>) -> String {
    sid.relative_id().map_or_else(|| sid.to_string(), |id| format!("S-1-5-21-*-{id}"))
}

fn list(entries: &[AccessControlEntry<'_>]) -> String {
    let texts: Vec<String> = entries
        .iter()
        .map(|entry| {
            let whom = entry.sid.as_ref().map_or_else(|| entry.rest.escape_ascii().to_string(), account);
            format!("({};{:#x};{:#x};{whom})", entry.ace_type, entry.flags, entry.mask)
        })
        .collect();
    if texts.is_empty() { "empty".to_owned() } else { texts.concat() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn accounts_of_two_machines_are_told_apart_by_their_relative_id_only() {
        let account_of = |machine: u32, id: u32| {
            let mut sid = vec![1, 5, 0, 0, 0, 0, 0, 5];
            sid.extend([21, machine, 2, 3, id].iter().flat_map(|number: &u32| number.to_le_bytes()));
            account(&Sid::parse(&sid).unwrap())
        };
        assert_eq!(account_of(111, 513), account_of(222, 513));
        assert_ne!(account_of(111, 513), account_of(111, 514));
    }
}
