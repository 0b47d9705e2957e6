//! What of a live server setups and replays have made and is not known to be gone, by their journals.

use super::report::Trouble;
use crate::map::folded;
use std::collections::BTreeMap;
use store::changes::{Change, Changes, in_order};

const SEPARATOR: u16 = b'\\' as u16;
const COLON: u16 = b':' as u16;

/// Something that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// Index of the journal that has it.
    pub(super) journal: usize,
    /// Its path now.
    pub(super) path: Vec<u16>,
    /// What it is; `None` where the journal does not tell.
    pub(super) folder: Option<bool>,
    /// Whether it was made, nobody knows: the request had no answer.
    pub(super) is_uncertain: bool,
}

/// Claims by share, and by path in upper case; the last of several is the one that holds.
#[derive(Debug, Default)]
pub(super) struct Claims {
    shares: BTreeMap<String, BTreeMap<Vec<u16>, Vec<Claim>>>,
    /// What was there before any of it, and is not as it was: the journal, and what.
    pub(super) not_restored: Vec<(usize, Trouble)>,
}

impl Claims {
    /// Follows the changes of all journals in the order in which they were made.
    pub(super) fn of(journals: &[Changes]) -> Self {
        let mut claims = Self::default();
        in_order(journals).into_iter().for_each(|(journal, change)| claims.apply(journal, change));
        claims
    }

    /// What is claimed, share by share.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Claim)> {
        self.shares.iter().flat_map(|(share, claims)| {
            let last = claims.values().filter_map(|claims| claims.last());
            last.map(move |claim| (share.as_str(), claim))
        })
    }

    fn apply(&mut self, journal: usize, change: &Change) {
        match change {
            Change::Made { share, path, folder } => {
                let path = path.units();
                self.push(share, Claim { journal, path, folder: Some(*folder), is_uncertain: false });
            }
            Change::NotMade { share, path } => {
                if let Some(claims) = self.on(share).get_mut(&folded(&path.units()))
                    && claims.last().is_some_and(|last| last.journal == journal)
                {
                    claims.pop();
                }
            }
            Change::Perhaps { share, path } => {
                let path = path.units();
                if !self.has(share, &path) {
                    self.push(share, Claim { journal, path, folder: None, is_uncertain: true });
                }
            }
            Change::Changed { share, path } => {
                if !self.has(share, &path.units()) {
                    self.lose(journal, share, path.to_string(), "was changed");
                }
            }
            Change::Deleted { share, path } => {
                let gone = self.on(share).remove(&folded(&path.units()));
                if gone.is_none_or(|claims| claims.is_empty()) {
                    self.lose(journal, share, path.to_string(), "was deleted");
                }
            }
            Change::Renamed { share, path, to } => {
                if !self.rename(share, &path.units(), &to.units()) {
                    self.lose(journal, share, path.to_string(), &format!("was renamed to {to}"));
                }
            }
            // A further name is one that was made, whatever it is a name of.
            Change::Linked { share, to, .. } => {
                self.push(share, Claim { journal, path: to.units(), folder: Some(false), is_uncertain: false });
            }
        }
    }

    fn on(&mut self, share: &str) -> &mut BTreeMap<Vec<u16>, Vec<Claim>> {
        self.shares.entry(share.to_owned()).or_default()
    }

    fn push(&mut self, share: &str, claim: Claim) {
        let key = folded(&claim.path);
        self.on(share).entry(key).or_default().push(claim);
    }

    fn has(&mut self, share: &str, path: &[u16]) -> bool {
        // A named stream belongs to its file.
        let file = path.iter().position(|unit| *unit == COLON).and_then(|colon| path.get(..colon));
        let on = self.on(share);
        let has = |path: &[u16]| on.get(&folded(path)).is_some_and(|claims| !claims.is_empty());
        has(path) || file.is_some_and(has)
    }

    fn lose(&mut self, journal: usize, share: &str, path: String, what: &str) {
        let (share, what) = (share.to_owned(), what.to_owned());
        self.not_restored.push((journal, Trouble { share, path, frame: 0, what }));
    }

    /// Moves what is at and below a path; false when what is at it was not made here.
    fn rename(&mut self, share: &str, old: &[u16], new: &[u16]) -> bool {
        let of_share = self.on(share);
        let first = folded(old);
        let itself = of_share.remove(&first).filter(|claims| !claims.is_empty());
        let is_ours = itself.is_some();
        // What had the new name is replaced.
        of_share.remove(&folded(new));
        let mut below: Vec<Vec<u16>> = Vec::new();
        for end in [SEPARATOR, COLON] {
            let start = [first.as_slice(), &[end]].concat();
            let found = of_share.range(start.clone()..).map(|(key, _)| key.clone());
            below.extend(found.take_while(|key| key.starts_with(&start)));
        }
        let moved = itself.into_iter().flatten().map(|claim| Claim { path: new.to_vec(), ..claim });
        let mut moved: Vec<Claim> = moved.collect();
        for key in below {
            for claim in of_share.remove(&key).unwrap_or_default() {
                let path = [new, claim.path.get(old.len()..).unwrap_or_default()].concat();
                moved.push(Claim { path, ..claim });
            }
        }
        moved.into_iter().for_each(|claim| self.push(share, claim));
        is_ours
    }
}

/// Whether a path lies in one of these folders; the folder itself does not.
pub(super) fn lies_below(share: &str, path: &[u16], folders: &[(String, Vec<u16>)]) -> bool {
    let path = folded(path);
    folders.iter().filter(|(of, _)| of == share).any(|(_, folder)| {
        let rest = path.strip_prefix(folded(folder).as_slice());
        folder.is_empty() || rest.is_some_and(|rest| rest.first() == Some(&SEPARATOR))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use store::changes::{ChangeJournal, LivePath};

    fn path(text: &str) -> LivePath {
        LivePath::Text(text.to_owned())
    }

    fn made(text: &str) -> Change {
        Change::Made { share: "lab".into(), path: path(text), folder: false }
    }

    fn deleted(text: &str) -> Change {
        Change::Deleted { share: "lab".into(), path: path(text) }
    }

    fn renamed(from: &str, to: &str) -> Change {
        Change::Renamed { share: "lab".into(), path: path(from), to: path(to) }
    }

    /// Paths that are claimed with their journals, and what is lost.
    fn left(journals: &[&[Change]]) -> (Vec<(String, usize)>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let journals: Vec<Changes> = (0..)
            .zip(journals)
            .map(|(number, changes): (u8, _)| {
                let folder = folder.path().join(number.to_string());
                let mut journal = ChangeJournal::new(&folder, "lab", 445);
                changes.iter().for_each(|change| journal.push(change.clone()).unwrap());
                Changes::read(&folder.join(store::changes::CHANGES_FILE)).unwrap().unwrap()
            })
            .collect();
        let claims = Claims::of(&journals);
        let paths = claims.iter().map(|(_, claim)| (String::from_utf16(&claim.path).unwrap(), claim.journal)).collect();
        (paths, claims.not_restored.iter().map(|(_, lost)| lost.path.clone()).collect())
    }

    #[test]
    fn what_was_made_is_followed_through_renames_links_and_deletions() {
        let share = || "lab".to_owned();
        let changes = [
            made("a"),
            made("a\\b"),
            made("c"),
            made("x"),
            Change::NotMade { share: share(), path: path("X") },
            renamed("A", "d\\e"),
            Change::Linked { share: share(), path: path("c"), to: path("f") },
            deleted("C"),
        ];
        let claimed = ["d\\e", "d\\e\\b", "f"].map(|path| (path.to_owned(), 0)).to_vec();
        assert_eq!(left(&[&changes]), (claimed, vec![]));
    }

    #[test]
    fn what_was_there_before_is_not_taken_for_ours_under_another_name() {
        let changes = [made("a\\b"), made("n"), renamed("a", "c"), renamed("theirs", "n")];
        assert_eq!(left(&[&changes]), (vec![("c\\b".into(), 0)], vec!["a".into(), "theirs".into()]));
    }

    #[test]
    fn what_one_run_made_another_may_rename_and_its_claim_stays() {
        let (setup, run) = ([made("a"), made("y")], [renamed("a", "b"), renamed("theirs", "y")]);
        assert_eq!(left(&[&setup, &run]), (vec![("b".into(), 0)], vec!["theirs".into()]));
    }

    #[test]
    fn what_runs_at_the_same_time_made_and_renamed_is_followed_by_the_times_of_the_changes() {
        let folder = tempfile::tempdir().unwrap();
        let second = |second: i64| jiff::Timestamp::now() + jiff::SignedDuration::from_secs(second);
        let mut first = ChangeJournal::new(&folder.path().join("first"), "lab", 445);
        let mut other = ChangeJournal::new(&folder.path().join("other"), "lab", 445);
        other.push_at(made("a"), second(1)).unwrap();
        first.push_at(renamed("a", "b"), second(2)).unwrap();
        other.push_at(made("a"), second(3)).unwrap();
        first.push_at(deleted("a"), second(4)).unwrap();
        let journals = ["first", "other"]
            .map(|name| Changes::read(&folder.path().join(name).join(store::changes::CHANGES_FILE)).unwrap().unwrap());
        assert!(journals[0].header.started < journals[1].header.started);
        let claims = Claims::of(&journals);
        let left: Vec<_> = claims.iter().map(|(_, claim)| String::from_utf16(&claim.path).unwrap()).collect();
        assert_eq!((left, claims.not_restored.len()), (vec!["b".to_owned()], 0));
    }

    #[test]
    fn a_name_that_was_freed_is_nobodys() {
        assert_eq!(left(&[&[made("a"), deleted("a")]]), (vec![], vec![]));
    }

    #[test]
    fn what_could_not_be_made_again_is_still_that_of_the_first() {
        let again = [made("a"), Change::NotMade { share: "lab".into(), path: path("a") }];
        assert_eq!(left(&[&[made("a")], &again]), (vec![("a".into(), 0)], vec![]));
    }

    #[test]
    fn what_was_changed_is_lost_unless_it_was_made_here() {
        let changed = |text: &str| Change::Changed { share: "lab".into(), path: path(text) };
        let (_, lost) = left(&[&[made("a"), changed("A:stream"), changed("b")]]);
        assert_eq!(lost, ["b"]);
    }
}
