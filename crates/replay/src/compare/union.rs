//! Answers that only mean something together: the entries of one enumeration, from its restart to NO_MORE_FILES, and the
//! changes of one watch. How a server spreads them over answers is its own affair; all of them together are compared
//! when the last answer is in.

use super::answer::{Answer, Answers, CapturedNames};
use super::fields::{Findings, Found, MALFORMED};
use crate::plan::{Plan, Request, stand_in};
use rustc_hash::FxHashMap;
use smb2::fscc::directory::{self, EntryType};
use smb2::fscc::notify;
use smb2::message::{ChangeNotifyResponse, QueryDirectoryRequest, QueryDirectoryResponse};
use smb2::{Command, FileId, Malformed, NtStatus, names, utf16};
use std::collections::BTreeMap;

/// Differences told of one union; of more only the number.
const MOST_TOLD: usize = 100;

/// Things kept of one union: what a server sends beyond is not compared, and the union not whole.
const MOST_ITEMS: usize = 1 << 20;

/// What is put together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Enumeration {
        /// FileInformationClass.
        class: u8,
        /// Whether the pattern can fit one name only.
        one_name: bool,
    },
    Watch,
}

/// The group of a request whose outcome was taken.
const TAKEN: u32 = u32::MAX;

/// The unions of a plan. Most are not begun or complete: of these only the members are known.
#[derive(Debug, Default)]
pub(super) struct Unions {
    /// Requests and the group that each is a member of, named by its first, ascending.
    group_of: Vec<(u32, u32)>,
    /// The same the other way round.
    members: Vec<(u32, u32)>,
    /// Those that have begun, by name.
    groups: FxHashMap<u32, Group>,
}

#[derive(Debug)]
struct Group {
    kind: Kind,
    /// How many members have no outcome yet.
    left: usize,
    captured: Union,
    live: Union,
    /// The first member that came out differently because the live server cuts its answers elsewhere.
    first_shifted: Option<usize>,
}

/// Things by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Union {
    items: BTreeMap<String, Item>,
    /// Its end was seen, and nothing before it is missing.
    ended: bool,
    /// Something of it is missing.
    broken: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Item {
    entry_type: Option<EntryType>,
    size: Option<u64>,
}

/// What the outcome of one member says.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// What differs, told with the last member.
    pub(super) findings: Findings,
    /// Why the status of this member differs, and the earlier member that differed first.
    pub(super) shifted: Option<(&'static str, Option<usize>)>,
}

impl Unions {
    /// Finds the enumerations and watches of a plan.
    pub(super) fn of(plan: &Plan) -> Self {
        let mut unions = Self::default();
        let mut current: FxHashMap<(Command, Handle), u32> = FxHashMap::default();
        for (number, request) in (0_u32..).zip(&plan.requests) {
            let Some((command, handle)) = handle(plan, request) else { continue };
            let Some((_, begins)) = kind(plan, number) else { continue };
            let known = current.get(&(command, handle)).copied().filter(|_| !begins);
            let group = known.unwrap_or(number);
            current.insert((command, handle), group);
            unions.group_of.push((number, group));
            unions.members.push((group, number));
        }
        unions.members.sort_unstable();
        unions.group_of.shrink_to_fit();
        unions.members.shrink_to_fit();
        unions
    }

    /// The name of the group that a request is a member of; once.
    fn take_group_of(&mut self, request: usize) -> Option<u32> {
        let request = u32::try_from(request).ok()?;
        let place = self.group_of.binary_search_by_key(&request, |(member, _)| *member).ok()?;
        let (_, group) = self.group_of.get_mut(place)?;
        Some(std::mem::replace(group, TAKEN)).filter(|group| *group != TAKEN)
    }

    /// A group of which no member has an outcome yet.
    fn begin(&self, plan: &Plan, source: &dyn Answers, group: u32) -> Option<Group> {
        let (kind, _) = kind(plan, group)?;
        let first = self.members.partition_point(|(other, _)| *other < group);
        let members = self.members.iter().skip(first).take_while(|(other, _)| *other == group);
        let (mut captured, mut left) = (Union::default(), 0_usize);
        for (_, member) in members {
            left = left.saturating_add(1);
            let _ = captured.add(kind, source.answer(*member as usize).as_ref(), |name| name);
        }
        Some(Group { kind, left, captured, live: Union::default(), first_shifted: None })
    }

    /// Takes in the outcome of a request; `live` is `None` when it was not answered. `folder` is its captured path.
    pub(super) fn take(
        &mut self,
        plan: &Plan,
        source: &dyn Answers,
        names: &dyn CapturedNames,
        folder: &str,
        request: usize,
        live: Option<&Answer<'_>>,
    ) -> Taken {
        let mut taken = Taken::default();
        let Some(key) = self.take_group_of(request) else { return taken };
        if !self.groups.contains_key(&key) {
            let begun = self.begin(plan, source, key);
            self.groups.extend(begun.map(|group| (key, group)));
        }
        let Some(group) = self.groups.get_mut(&key) else { return taken };
        group.left = group.left.saturating_sub(1);
        let (kind, captured) = (group.kind, &group.captured);
        let as_captured = |name: String| names.entry(request, folder, &name).into_owned();
        if let Err(problem) = group.live.add(kind, live, as_captured) {
            let live = problem.to_string();
            taken.findings.found.push(Found { field: MALFORMED, captured: "well formed".to_owned(), live, path: None });
        }
        taken.findings.partly = group.left == 0 && captured.broken;
        if let (Some(live), Some(answer)) = (live, source.answer(request))
            && live.status != answer.status
            && is_progress(kind, live.status)
            && is_progress(kind, answer.status)
            && differences(kind, captured, &group.live, folder).is_empty()
        {
            let why = match kind {
                Kind::Watch => "the live server reports the same changes in another number of answers",
                Kind::Enumeration { .. } if group.live.ended && captured.ended => {
                    "the live server lists the same entries in another number of calls"
                }
                Kind::Enumeration { .. } => "the live server lists the folder in other parts, as far as it was asked",
            };
            taken.shifted = Some((why, group.first_shifted));
            group.first_shifted.get_or_insert(request);
        }
        if group.left == 0 {
            taken.findings.found.extend(differences(kind, captured, &group.live, folder));
            self.groups.remove(&key);
        }
        taken
    }
}

impl Union {
    /// Adds what an answer holds.
    fn add(
        &mut self,
        kind: Kind,
        answer: Option<&Answer<'_>>,
        rename: impl Fn(String) -> String,
    ) -> Result<(), Malformed> {
        let Some(answer) = answer else {
            self.broken = true;
            return Ok(());
        };
        match (kind, answer.status) {
            (Kind::Enumeration { .. }, NtStatus::NO_MORE_FILES | NtStatus::NO_SUCH_FILE) => {
                self.ended = true;
                return Ok(());
            }
            (_, NtStatus::SUCCESS | NtStatus::BUFFER_OVERFLOW) => {}
            (Kind::Enumeration { .. }, _) => {
                self.broken = true;
                return Ok(());
            }
            // More happened than the buffer holds.
            (Kind::Watch, NtStatus::NOTIFY_ENUM_DIR) => {
                self.broken = true;
                return Ok(());
            }
            (Kind::Watch, _) => return Ok(()),
        }
        let Some(message) = answer.message.filter(|_| answer.holes.is_empty()) else {
            self.broken = true;
            return Ok(());
        };
        let added = match kind {
            Kind::Enumeration { class, one_name } => self.add_entries(message, class, rename).map(|()| {
                self.ended |= one_name && !self.items.is_empty();
            }),
            Kind::Watch => self.add_changes(message, rename),
        };
        self.broken |= added.is_err();
        added
    }

    fn insert(&mut self, name: String, item: Item) {
        if self.items.len() < MOST_ITEMS || self.items.contains_key(&name) {
            self.items.insert(name, item);
        } else {
            self.broken = true;
        }
    }

    fn add_entries(&mut self, message: &[u8], class: u8, rename: impl Fn(String) -> String) -> Result<(), Malformed> {
        let buffer = QueryDirectoryResponse::parse(message)?.buffer()?;
        for entry in directory::entries(buffer, class).into_iter().flatten() {
            let entry = entry?;
            let item = Item { entry_type: entry.entry_type(), size: entry.end_of_file };
            let name = utf16::to_string(entry.name);
            // The replay itself has put it there.
            if !stand_in::is_name(&name) {
                self.insert(rename(name), item);
            }
        }
        Ok(())
    }

    fn add_changes(&mut self, message: &[u8], rename: impl Fn(String) -> String) -> Result<(), Malformed> {
        let buffer = ChangeNotifyResponse::parse(message)?.buffer()?;
        for change in notify::changes(buffer) {
            let change = change?;
            let action = names::notify_action(change.action)
                .map_or_else(|| format!("action {:#x}", change.action), str::to_owned);
            self.insert(format!("{action} {}", rename(utf16::to_string(change.name))), Item::default());
        }
        Ok(())
    }
}

/// What handle a request is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Handle {
    Open(u32),
    Id(u32, FileId),
}

fn handle(plan: &Plan, request: &Request) -> Option<(Command, Handle)> {
    let command = request.command()?;
    if !matches!(command, Command::QUERY_DIRECTORY | Command::CHANGE_NOTIFY) {
        return None;
    }
    let row = plan.trace.rows.get(request.row())?;
    let by_id = || Some(Handle::Id(request.connection, row.file_id()?));
    Some((command, row.open().map(Handle::Open).or_else(by_id)?))
}

/// What a request is a part of, and whether it begins it.
fn kind(plan: &Plan, request: u32) -> Option<(Kind, bool)> {
    const RESTART_SCANS: u8 = 0x01;
    const REOPEN: u8 = 0x10;
    let request = plan.planned(request as usize)?;
    if request.command() == Some(Command::CHANGE_NOTIFY) {
        return Some((Kind::Watch, false));
    }
    let view = QueryDirectoryRequest::parse(request.bytes()).ok()?;
    let class = view.file_information_class();
    directory::entries(&[], class)?;
    let pattern = utf16::to_string(view.file_name().ok()?);
    // `<`, `>` and `"` are wildcards of old DOS clients (MS-FSA 2.1.4.4).
    let one_name = !pattern.is_empty() && !pattern.contains(['*', '?', '<', '>', '"']);
    Some((Kind::Enumeration { class, one_name }, view.flags() & (RESTART_SCANS | REOPEN) != 0))
}

/// Whether a status only says how far the server is in telling what there is to tell.
fn is_progress(kind: Kind, status: NtStatus) -> bool {
    match kind {
        Kind::Enumeration { .. } => matches!(status, NtStatus::SUCCESS | NtStatus::NO_MORE_FILES),
        Kind::Watch => matches!(status, NtStatus::SUCCESS | NtStatus::CANCELLED | NtStatus::NOTIFY_CLEANUP),
    }
}

/// What differs, as far as both were seen: that something is missing can be said only of a union that is whole.
fn differences(kind: Kind, captured: &Union, live: &Union, folder: &str) -> Vec<Found> {
    let whole = |union: &Union| !union.broken && (union.ended || kind == Kind::Watch);
    let (field, captured_whole, live_whole) = match kind {
        Kind::Enumeration { .. } => ("entry", whole(captured), whole(live)),
        Kind::Watch => ("change", whole(captured), whole(live)),
    };
    let path_of = |item: &str| {
        let name = match kind {
            Kind::Enumeration { .. } => item,
            Kind::Watch => item.split_once(' ').map_or(item, |(_, name)| name),
        };
        Some(if folder.is_empty() { name.to_owned() } else { format!("{folder}\\{name}") })
    };
    let mut found = Vec::new();
    for (name, item) in &captured.items {
        match live.items.get(name) {
            Some(other) => changed(name, *item, *other, path_of(name), &mut found),
            None if live_whole => {
                found.push(Found { field, captured: item.say(name), live: "absent".to_owned(), path: path_of(name) });
            }
            None => {}
        }
    }
    for (name, item) in live.items.iter().filter(|(name, _)| captured_whole && !captured.items.contains_key(*name)) {
        found.push(Found { field, captured: "absent".to_owned(), live: item.say(name), path: path_of(name) });
    }
    if found.len() > MOST_TOLD {
        let more = found.len().saturating_sub(MOST_TOLD);
        found.truncate(MOST_TOLD);
        found.push(Found { field, captured: format!("{more} more differ"), live: String::new(), path: None });
    }
    found
}

fn changed(name: &str, captured: Item, live: Item, path: Option<String>, found: &mut Vec<Found>) {
    if let (Some(one), Some(other)) = (captured.entry_type, live.entry_type)
        && one != other
    {
        let say = |entry_type| format!("{name}: {}", type_name(entry_type));
        found.push(Found { field: "entry_type", captured: say(one), live: say(other), path });
        return;
    }
    if captured.entry_type != Some(EntryType::Directory)
        && let (Some(one), Some(other)) = (captured.size, live.size)
        && one != other
    {
        let (captured, live) = (format!("{name}: {one}"), format!("{name}: {other}"));
        found.push(Found { field: "end_of_file", captured, live, path });
    }
}

impl Item {
    fn say(&self, name: &str) -> String {
        match (self.entry_type, self.size) {
            (Some(EntryType::File), Some(size)) => format!("{name} (file, {size} bytes)"),
            (Some(entry_type), _) => format!("{name} ({})", type_name(entry_type)),
            (None, _) => name.to_owned(),
        }
    }
}

fn type_name(entry_type: EntryType) -> &'static str {
    match entry_type {
        EntryType::Directory => "directory",
        EntryType::File => "file",
        EntryType::ReparsePoint => "reparse point",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_union_is_bounded_and_says_nothing_is_missing_of_what_it_left_out() {
        let mut union = Union { ended: true, ..Union::default() };
        for number in 0..=MOST_ITEMS {
            union.insert(number.to_string(), Item::default());
        }
        assert_eq!(union.items.len(), MOST_ITEMS);
        assert!(union.broken);
        let captured = Union { items: [("new".to_owned(), Item::default())].into(), ..Union::default() };
        let kind = Kind::Enumeration { class: 1, one_name: false };
        assert_eq!(differences(kind, &captured, &union, "").len(), 0);
    }
}
