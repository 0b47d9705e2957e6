//! What explains a difference: an earlier divergence on the same path that changed what is looked at.

use super::fields::Found;
use crate::object;
use crate::trace::CapturedRow;
use smb2::{Command, NtStatus};
use std::collections::HashMap;
use store::runs::Verdict;

/// A side of a file that operations change and answers show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Aspect {
    /// Whether it is there, and which object it is: explains a difference in every other aspect.
    Existence,
    /// Its bytes and its size.
    Content,
    /// Its attributes.
    Attributes,
    /// Its security descriptor.
    Security,
    /// How the service behind a pipe answers: by what it accepted.
    Rpc,
    /// One field that nothing else depends on.
    Field(&'static str),
}

/// The paths on which something has diverged so far.
#[derive(Debug, Default)]
pub(super) struct Explanations {
    /// By share and path, upper case: what diverged, and the request at the root of it.
    diverged: HashMap<String, Vec<(Aspect, usize)>>,
}

/// What became of an operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome<'a> {
    pub(super) request: usize,
    pub(super) verdict: Verdict,
    pub(super) captured: Option<NtStatus>,
    pub(super) live: Option<NtStatus>,
    pub(super) found: &'a [Found],
    /// Whether a pattern was written in the place of data that the capture lacks.
    pub(super) wrote_pattern: bool,
}

impl Explanations {
    /// The earliest divergence that explains all that differs in this outcome.
    pub(super) fn cause(&self, row: &CapturedRow<'_>, outcome: &Outcome<'_>) -> Option<usize> {
        let own = || key(row, row.path()?);
        match outcome.verdict {
            Verdict::Body if !outcome.found.is_empty() => {
                let causes = outcome.found.iter().map(|found| {
                    let place = match &found.path {
                        Some(path) => key(row, path),
                        None => own(),
                    };
                    self.earliest(&place?, outcome.request, |aspect| covers(aspect, aspect_of(found.field)))
                });
                causes.collect::<Option<Vec<_>>>()?.into_iter().min()
            }
            Verdict::Status if is_about_existence(outcome) => {
                let place = own()?;
                let parents = std::iter::successors(Some(place.as_str()), |place| Some(place.rsplit_once('\\')?.0));
                parents
                    .filter_map(|place| self.earliest(place, outcome.request, |aspect| aspect == Aspect::Existence))
                    .min()
            }
            Verdict::Status if row.command() == Some(Command::READ) && is_about_size(outcome) => {
                self.earliest(&own()?, outcome.request, |aspect| covers(aspect, Aspect::Content))
            }
            _ => None,
        }
    }

    /// Remembers what an outcome may lead to. `cause` is what explains it itself.
    pub(super) fn remember(&mut self, row: &CapturedRow<'_>, outcome: &Outcome<'_>, cause: Option<usize>) {
        let root = cause.unwrap_or(outcome.request);
        let own = || row.path().and_then(|path| key(row, path));
        match outcome.verdict {
            Verdict::Match if outcome.wrote_pattern => self.add(own(), Aspect::Content, root),
            Verdict::Match if !self.diverged.is_empty() && makes_anew(row, outcome) => {
                if let Some(own) = own() {
                    self.diverged.remove(&own);
                }
            }
            Verdict::Body => {
                for found in outcome.found {
                    let place = match &found.path {
                        Some(path) => key(row, path),
                        None => own(),
                    };
                    self.add(place, aspect_of(found.field), root);
                }
            }
            Verdict::Status | Verdict::NoResponse | Verdict::Skipped => {
                let Some(aspect) = changes(row) else { return };
                self.add(own(), aspect, root);
                let renamed = row.new_path().and_then(|path| key(row, path));
                self.add(renamed, Aspect::Existence, root);
            }
            // It takes its contents along.
            Verdict::Match if row.command() == Some(Command::SET_INFO) => {
                let renamed = row.new_path().and_then(|path| key(row, path));
                let Some((known, renamed)) = own().and_then(|own| self.diverged.get(&own)).zip(renamed) else { return };
                for (aspect, root) in known.clone() {
                    self.add(Some(renamed.clone()), aspect, root);
                }
            }
            Verdict::Match | Verdict::NotCompared => {}
        }
    }

    fn add(&mut self, place: Option<String>, aspect: Aspect, root: usize) {
        let Some(place) = place else { return };
        let known = self.diverged.entry(place).or_default();
        if !known.iter().any(|(other, _)| *other == aspect) {
            known.push((aspect, root));
        }
    }

    fn earliest(&self, place: &str, before: usize, fits: impl Fn(Aspect) -> bool) -> Option<usize> {
        let known = self.diverged.get(place)?;
        known.iter().filter(|(aspect, root)| fits(*aspect) && *root < before).map(|(_, root)| *root).min()
    }
}

fn key(row: &CapturedRow<'_>, path: &str) -> Option<String> {
    let share = row.share()?;
    Some(object::key(share, path))
}

fn covers(diverged: Aspect, seen: Aspect) -> bool {
    diverged == Aspect::Existence || diverged == seen
}

fn aspect_of(field: &'static str) -> Aspect {
    match field {
        "create_action" | "entry" | "entry_type" | "change" | "file_name" | "directory" => Aspect::Existence,
        "end_of_file" | "transferred" | "data" | "allocated_ranges" | "streams" | "region_entry_count" | "regions" => {
            Aspect::Content
        }
        // Samba answers a query of the mode with the attributes.
        "file_attributes" | "reparse_tag" | "mode" => Aspect::Attributes,
        "sd_control" | "owner" | "group" | "dacl" | "sacl" => Aspect::Security,
        "rpc_context_results" | "rpc_packet_type" => Aspect::Rpc,
        other => Aspect::Field(other),
    }
}

/// What a request changes that did not end as captured.
fn changes(row: &CapturedRow<'_>) -> Option<Aspect> {
    match row.command()? {
        Command::CREATE => Some(Aspect::Existence),
        Command::WRITE => Some(Aspect::Content),
        Command::SET_INFO => match (row.info_type()?, row.info_class().unwrap_or_default()) {
            (1, 4) => Some(Aspect::Attributes),
            (1, 10 | 11 | 13 | 64 | 65 | 72) => Some(Aspect::Existence),
            (1, 15) => Some(Aspect::Field("extended_attributes")),
            (1, 19 | 20 | 39) => Some(Aspect::Content),
            (3, _) => Some(Aspect::Security),
            _ => None,
        },
        Command::IOCTL => match row.ctl_code()? {
            // SET_ZERO_DATA, FILE_LEVEL_TRIM, OFFLOAD_WRITE, DUPLICATE_EXTENTS (_EX), SRV_COPYCHUNK (_WRITE)
            0x0009_80c8 | 0x0009_8208 | 0x0009_8268 | 0x0009_8344 | 0x0009_83e8 | 0x0014_40f2 | 0x0014_80f2 => {
                Some(Aspect::Content)
            }
            // SET_REPARSE_POINT, DELETE_REPARSE_POINT, SET_SPARSE, SET_COMPRESSION
            0x0009_00a4 | 0x0009_00ac | 0x0009_00c4 | 0x0009_c040 => Some(Aspect::Attributes),
            _ => None,
        },
        _ => None,
    }
}

/// A CREATE that went as captured and left a new or empty file: what was different before does not matter any more.
fn makes_anew(row: &CapturedRow<'_>, outcome: &Outcome<'_>) -> bool {
    const OPENED: u32 = 1;
    row.command() == Some(Command::CREATE)
        && outcome.live == Some(NtStatus::SUCCESS)
        && row.create_action().is_some_and(|action| action != OPENED)
}

/// One side found something that the other did not.
fn is_about_existence(outcome: &Outcome<'_>) -> bool {
    const OBJECT_NAME_NOT_FOUND: NtStatus = NtStatus(0xc000_0034);
    const OBJECT_NAME_COLLISION: NtStatus = NtStatus(0xc000_0035);
    const OBJECT_PATH_NOT_FOUND: NtStatus = NtStatus(0xc000_003a);
    const DIRECTORY_NOT_EMPTY: NtStatus = NtStatus(0xc000_0101);
    let telling = [
        OBJECT_NAME_NOT_FOUND,
        OBJECT_NAME_COLLISION,
        OBJECT_PATH_NOT_FOUND,
        DIRECTORY_NOT_EMPTY,
        NtStatus::NO_SUCH_FILE,
    ];
    [outcome.captured, outcome.live].into_iter().flatten().any(|status| telling.contains(&status))
}

fn is_about_size(outcome: &Outcome<'_>) -> bool {
    [outcome.captured, outcome.live].contains(&Some(NtStatus::END_OF_FILE))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::trace::{Row, Rows};
    use dissect::{Kind, Operation};

    /// A row about a path, and whether it makes the file anew.
    fn about(command: Command, path: &str, create_action: Option<u32>) -> Rows {
        let mut operation = Operation::new(0, Kind::Exchange, 0);
        operation.command = Some(command);
        operation.share = Some("\\\\s\\share".into());
        operation.path = Some(path.into());
        operation.create_action = create_action;
        Rows::from_iter([Row { file: "".into(), operation, data_left: false, stand_in: false }])
    }

    fn differing(field: &'static str, path: Option<&str>) -> Found {
        Found { field, captured: "1".into(), live: "2".into(), path: path.map(str::to_owned) }
    }

    fn outcome(request: usize, verdict: Verdict, found: &[Found]) -> Outcome<'_> {
        Outcome {
            request,
            verdict,
            captured: Some(NtStatus::SUCCESS),
            live: Some(NtStatus::SUCCESS),
            found,
            wrote_pattern: false,
        }
    }

    #[test]
    fn data_behind_a_write_that_failed_is_explained_on_its_path_only() {
        let mut known = Explanations::default();
        let failed = Outcome { live: Some(NtStatus::ACCESS_DENIED), ..outcome(3, Verdict::Status, &[]) };
        known.remember(&about(Command::WRITE, "a", None).get(0).unwrap(), &failed, None);
        let data = [differing("data", None)];
        let read = outcome(5, Verdict::Body, &data);
        assert_eq!(known.cause(&about(Command::READ, "A", None).get(0).unwrap(), &read), Some(3));
        assert_eq!(known.cause(&about(Command::READ, "b", None).get(0).unwrap(), &read), None);
        let attributes = [differing("file_attributes", None)];
        let query = outcome(6, Verdict::Body, &attributes);
        assert_eq!(
            known.cause(&about(Command::QUERY_INFO, "a", None).get(0).unwrap(), &query),
            None,
            "a write changes no attributes"
        );
    }

    #[test]
    fn the_same_difference_again_has_the_first_for_its_cause() {
        let mut known = Explanations::default();
        let size = [differing("end_of_file", None)];
        known.remember(&about(Command::CREATE, "a", None).get(0).unwrap(), &outcome(1, Verdict::Body, &size), None);
        let close = outcome(4, Verdict::Body, &size);
        assert_eq!(known.cause(&about(Command::CLOSE, "a", None).get(0).unwrap(), &close), Some(1));
        known.remember(&about(Command::CLOSE, "a", None).get(0).unwrap(), &close, Some(1));
        assert_eq!(
            known.cause(&about(Command::CREATE, "a", None).get(0).unwrap(), &outcome(9, Verdict::Body, &size)),
            Some(1)
        );
    }

    #[test]
    fn a_listing_is_explained_when_every_entry_that_differs_is() {
        let mut known = Explanations::default();
        let failed = Outcome { live: Some(NtStatus::ACCESS_DENIED), ..outcome(1, Verdict::Status, &[]) };
        known.remember(&about(Command::CREATE, "d\\new", None).get(0).unwrap(), &failed, None);
        let explained = [differing("entry", Some("d\\new"))];
        let listing = about(Command::QUERY_DIRECTORY, "d", None);
        let listing = listing.get(0).unwrap();
        assert_eq!(known.cause(&listing, &outcome(7, Verdict::Body, &explained)), Some(1));
        let both = [differing("entry", Some("d\\new")), differing("entry", Some("d\\other"))];
        assert_eq!(known.cause(&listing, &outcome(7, Verdict::Body, &both)), None);
    }

    #[test]
    fn a_file_made_anew_as_captured_ends_all_explanations() {
        let mut known = Explanations::default();
        let size = [differing("end_of_file", None)];
        known.remember(&about(Command::CREATE, "a", None).get(0).unwrap(), &outcome(1, Verdict::Body, &size), None);
        let overwritten = about(Command::CREATE, "a", Some(3));
        known.remember(&overwritten.get(0).unwrap(), &outcome(2, Verdict::Match, &[]), None);
        assert_eq!(
            known.cause(&about(Command::CLOSE, "a", None).get(0).unwrap(), &outcome(4, Verdict::Body, &size)),
            None
        );
    }

    #[test]
    fn a_file_takes_what_explains_its_data_along_when_it_is_renamed() {
        let mut known = Explanations::default();
        let pattern = Outcome { wrote_pattern: true, ..outcome(3, Verdict::Match, &[]) };
        known.remember(&about(Command::WRITE, "a", None).get(0).unwrap(), &pattern, None);
        let mut renamed = Operation::new(0, Kind::Exchange, 0);
        renamed.command = Some(Command::SET_INFO);
        renamed.share = Some("\\\\s\\share".into());
        renamed.path = Some("a".into());
        renamed.new_path = Some("d\\b".into());
        let renamed = Rows::from_iter([Row { file: "".into(), operation: renamed, data_left: false, stand_in: false }]);
        known.remember(&renamed.get(0).unwrap(), &outcome(4, Verdict::Match, &[]), None);
        let data = [differing("data", None)];
        let read = outcome(5, Verdict::Body, &data);
        assert_eq!(known.cause(&about(Command::READ, "D\\B", None).get(0).unwrap(), &read), Some(3));
        assert_eq!(known.cause(&about(Command::READ, "b", None).get(0).unwrap(), &read), None);
    }

    #[test]
    fn what_is_not_found_below_a_folder_that_was_not_made_is_explained() {
        let mut known = Explanations::default();
        let failed = Outcome { live: Some(NtStatus::ACCESS_DENIED), ..outcome(1, Verdict::Status, &[]) };
        known.remember(&about(Command::CREATE, "d", None).get(0).unwrap(), &failed, None);
        let missing = Outcome { live: Some(NtStatus(0xc000_003a)), ..outcome(2, Verdict::Status, &[]) };
        assert_eq!(known.cause(&about(Command::CREATE, "d\\e\\f", None).get(0).unwrap(), &missing), Some(1));
        let denied = Outcome { live: Some(NtStatus::ACCESS_DENIED), ..outcome(2, Verdict::Status, &[]) };
        assert_eq!(known.cause(&about(Command::CREATE, "d\\e\\f", None).get(0).unwrap(), &denied), None);
    }
}
