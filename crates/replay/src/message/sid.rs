//! SIDs of domains and machines (`S-1-5-21-…`, MS-DTYP 2.4.2.2) in security descriptors and quotas of requests.

use crate::map::{DomainSid, SidRule};
use crate::message::{Draft, OutsideMessage};
use smb2::Command;
use smb2::context::create::tag;
use smb2::message::{CreateRequest, QueryInfoRequest, SetInfoRequest};
use std::ops::Range;

/// InfoType: security and quota (MS-SMB2 2.2.37, 2.2.39).
const SECURITY: u8 = 3;
const QUOTA: u8 = 4;
/// Revision, SubAuthorityCount, IdentifierAuthority and the first SubAuthority; the count is not looked at.
const REVISION: u8 = 1;
const AUTHORITY_AND_21: [u8; 10] = [0, 0, 0, 0, 0, 5, 21, 0, 0, 0];
/// Where the numbers of the domain lie in a SID.
const NUMBERS: usize = 12;

/// The domains that a request names, by the offset in the message at which their numbers lie.
pub fn domains(command: Command, message: &[u8]) -> Vec<(usize, DomainSid)> {
    descriptors(command, message)
        .into_iter()
        .filter_map(|range| Some((range.start, message.get(range)?)))
        .flat_map(|(start, bytes)| {
            domains_in(bytes).into_iter().map(move |(at, domain)| (start.saturating_add(at), domain))
        })
        .collect()
}

/// The domains that `bytes` of a security descriptor or quota name, by the offset at which their numbers lie.
pub fn domains_in(bytes: &[u8]) -> Vec<(usize, DomainSid)> {
    bytes.windows(NUMBERS.saturating_add(DomainSid::LENGTH)).enumerate().filter_map(domain_at).collect()
}

/// Whether a request names a domain that no rule maps: the live server knows none of its accounts.
pub fn names_foreign(command: Command, message: &[u8], rules: &[SidRule]) -> bool {
    domains(command, message).iter().any(|(_, domain)| !rules.iter().any(|rule| rule.captured == *domain))
}

/// Puts live domains in the place of captured ones.
///
/// # Errors
/// [`OutsideMessage`] never happens for messages of the length they were captured with.
pub fn rewrite(draft: &mut Draft, command: Command, rules: &[SidRule]) -> Result<(), OutsideMessage> {
    for (at, domain) in domains(command, draft.bytes()) {
        if let Some(rule) = rules.iter().rev().find(|rule| rule.captured == domain) {
            draft.overwrite(at, &rule.live.to_wire(), "domain SID")?;
        }
    }
    Ok(())
}

fn domain_at((at, window): (usize, &[u8])) -> Option<(usize, DomainSid)> {
    let (sid, numbers) = window.split_at_checked(NUMBERS)?;
    let is_domain = sid.first() == Some(&REVISION)
        && sid.get(1).is_some_and(|count| (4..=15).contains(count))
        && sid.get(2..) == Some(&AUTHORITY_AND_21);
    is_domain.then_some(())?;
    Some((at.saturating_add(NUMBERS), DomainSid::from_wire(numbers.try_into().ok()?)))
}

/// Where a request has a security descriptor, or SIDs of a quota.
fn descriptors(command: Command, message: &[u8]) -> Vec<Range<usize>> {
    match command {
        Command::SET_INFO => SetInfoRequest::parse(message)
            .ok()
            .filter(|view| matches!(view.info_type(), SECURITY | QUOTA))
            .and_then(|view| view.buffer_range().ok())
            .into_iter()
            .collect(),
        Command::QUERY_INFO => QueryInfoRequest::parse(message)
            .ok()
            .filter(|view| view.info_type() == QUOTA)
            .and_then(|view| view.buffer_range().ok())
            .into_iter()
            .collect(),
        Command::CREATE => CreateRequest::parse(message)
            .ok()
            .map(|view| {
                let contexts = view.contexts().filter_map(Result::ok);
                contexts.filter(|context| context.name == tag::SD_BUFFER).map(|context| context.data_range).collect()
            })
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use client::request::Place;
    use client::request::set_info::end_of_file;
    use smb2::FileId;

    /// SET_INFO of a buffer with the SIDs of Everyone, an account of S-1-5-21-1-2-3 and the administrators.
    fn set_security(info_type: u8) -> Vec<u8> {
        let mut message = end_of_file(FileId([7; 16]), 0).message(&Place::default());
        let account = [&[1, 5][..], &AUTHORITY_AND_21, &DomainSid([1, 2, 3]).to_wire(), &[0xe8, 3, 0, 0]].concat();
        let sids =
            [&[1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0][..], &account, &[1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0]];
        let sids = sids.concat();
        message.truncate(SetInfoRequest::FIXED_END);
        *message.get_mut(66).unwrap() = info_type;
        *message.get_mut(68).unwrap() = u8::try_from(sids.len()).unwrap();
        message.extend(sids);
        message
    }

    #[test]
    fn the_domain_is_replaced_and_the_rest_stays() {
        let captured = set_security(SECURITY);
        let mut draft = Draft::new(&captured);
        rewrite(&mut draft, Command::SET_INFO, &["S-1-5-21-1-2-3=S-1-5-21-7-8-9".parse().unwrap()]).unwrap();
        let (live, patches) = draft.finish();
        let at = SetInfoRequest::FIXED_END + 12 + NUMBERS;
        assert_eq!(patches.iter().map(|patch| (patch.offset as usize, patch.length)).collect::<Vec<_>>(), [(at, 12)]);
        assert_eq!(domains(Command::SET_INFO, &live), [(at, DomainSid([7, 8, 9]))]);
        assert_eq!((live.len(), live.get(at + 12..)), (captured.len(), captured.get(at + 12..)));
    }

    #[test]
    fn other_information_and_other_domains_stay() {
        assert_eq!(domains(Command::SET_INFO, &set_security(1)), []);
        let mut draft = Draft::new(&set_security(SECURITY));
        rewrite(&mut draft, Command::SET_INFO, &["S-1-5-21-1-2-4=S-1-5-21-7-8-9".parse().unwrap()]).unwrap();
        assert!(draft.finish().1.is_empty());
    }
}
