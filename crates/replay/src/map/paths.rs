//! `--map-path` and `--root`: where a name of a captured share lies on the live one.

use crate::map::rule::{RuleError, SEPARATOR, folder, sides};
use crate::map::{is_same, units};
use std::borrow::Cow;

const STREAM: u16 = b':' as u16;

/// `A=B` or `SHARE:\A=B`: names at or below the captured folder or file A lie at or below B live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathRule {
    /// The captured share it holds for; `None`: each.
    share: Option<String>,
    captured: Vec<u16>,
    live: Vec<u16>,
}

impl PathRule {
    /// Whether it holds for the captured share of this name.
    pub fn concerns(&self, share: &str) -> bool {
        self.share.as_deref().is_none_or(|name| is_same(&units(name), &units(share)))
    }
}

impl std::str::FromStr for PathRule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let (captured, live) = sides(text)?;
        let (share, captured) = match captured.split_once(':') {
            Some((share, path)) if !share.is_empty() && path.starts_with(['\\', '/']) => (Some(share), path),
            _ => (None, captured),
        };
        let path = |text: &str| Ok(units(&folder(text)?.unwrap_or_default()));
        let (captured, live) = (path(captured)?, path(live)?);
        if captured.is_empty() && live.is_empty() {
            return Err(RuleError::Empty { what: "path", side: "before" });
        }
        Ok(Self { share: share.map(str::to_owned), captured, live })
    }
}

/// Where the names of a captured share lie on a live one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    folder: Vec<u16>,
    /// Captured and live prefix, the longest captured one first.
    prefixes: Vec<(Vec<u16>, Vec<u16>)>,
}

impl Place {
    /// Below `folder` (empty: the share itself), by those of `rules` that concern the captured share of this name.
    pub fn new(share: &str, folder: &[u16], rules: &[PathRule]) -> Self {
        let rules = rules.iter().filter(|rule| rule.concerns(share));
        let mut prefixes: Vec<_> = rules.map(|rule| (rule.captured.clone(), rule.live.clone())).collect();
        prefixes.sort_by_key(|(captured, _)| std::cmp::Reverse(captured.len()));
        Self { folder: folder.to_vec(), prefixes }
    }

    /// The folder below which everything lies; empty for the share itself.
    pub fn folder(&self) -> &[u16] {
        &self.folder
    }

    /// Whether names stay as they are.
    pub fn is_identity(&self) -> bool {
        self.folder.is_empty() && self.prefixes.is_empty()
    }

    /// The live name for a captured one, both relative to their shares. Separators in front stay in front, and a name
    /// that leads out of the captured share is not changed, so that the live server refuses it as the captured one did.
    pub fn live<'a>(&self, captured: &'a [u16]) -> Cow<'a, [u16]> {
        if self.is_identity() || leads_out(captured) {
            return Cow::Borrowed(captured);
        }
        let (lead, path) = split_lead(captured);
        let found = self.prefixes.iter().find_map(|(from, to)| Some((to, below(path, from)?)));
        let mapped = match found {
            Some((to, rest)) => join(to, rest),
            None => path.to_vec(),
        };
        Cow::Owned([lead, &join(&self.folder, &mapped)].concat())
    }

    /// The captured name for a live one, the inverse of [`Place::live`]; `None` when it lies elsewhere.
    pub fn captured(&self, live: &[u16]) -> Option<Vec<u16>> {
        let (lead, path) = split_lead(live);
        let path = trim_lead(below(path, &self.folder)?);
        let found = self.prefixes.iter().filter_map(|(from, to)| Some((from, to, below(path, to)?)));
        let captured = match found.max_by_key(|(_, to, _)| to.len()) {
            Some((from, _, rest)) => join(from, rest),
            None => path.to_vec(),
        };
        Some([lead, &captured].concat())
    }
}

/// What follows `prefix` in `path`: nothing, or a separator or stream and what comes after. `None` when it is not below.
fn below<'a>(path: &'a [u16], prefix: &[u16]) -> Option<&'a [u16]> {
    let (start, rest) = path.split_at_checked(prefix.len())?;
    let at_boundary = prefix.is_empty() || matches!(rest.first(), None | Some(&SEPARATOR | &STREAM));
    (at_boundary && is_same(start, prefix)).then_some(rest)
}

fn join(folder: &[u16], rest: &[u16]) -> Vec<u16> {
    match rest.first() {
        None => folder.to_vec(),
        _ if folder.is_empty() => trim_lead(rest).to_vec(),
        Some(&SEPARATOR | &STREAM) => [folder, rest].concat(),
        Some(_) => [folder, &[SEPARATOR], rest].concat(),
    }
}

fn split_lead(path: &[u16]) -> (&[u16], &[u16]) {
    let lead = path.iter().take_while(|unit| **unit == SEPARATOR).count();
    path.split_at_checked(lead).unwrap_or((&[], path))
}

fn trim_lead(path: &[u16]) -> &[u16] {
    split_lead(path).1
}

/// Whether `..` leads above the root of the share at some point.
fn leads_out(path: &[u16]) -> bool {
    const DOT: u16 = b'.' as u16;
    let mut depth = 0_usize;
    for part in path.split(|unit| *unit == SEPARATOR || *unit == u16::from(b'/')) {
        match part {
            [] | [DOT] => {}
            [DOT, DOT] => match depth.checked_sub(1) {
                Some(above) => depth = above,
                None => return true,
            },
            _ => depth = depth.saturating_add(1),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn place(root: &str, rules: &[&str]) -> Place {
        let rules: Vec<PathRule> = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        Place::new("docs", &units(root), &rules)
    }

    fn live(place: &Place, captured: &str) -> String {
        String::from_utf16(&place.live(&units(captured))).unwrap()
    }

    #[test]
    fn everything_goes_below_the_root() {
        let place = place("run\\1", &[]);
        assert_eq!(live(&place, ""), "run\\1");
        assert_eq!(live(&place, "a\\b.txt"), "run\\1\\a\\b.txt");
        assert_eq!(live(&place, "a:b:$DATA"), "run\\1\\a:b:$DATA");
        assert_eq!(live(&place, ":s"), "run\\1:s");
    }

    #[test]
    fn separators_at_both_ends_stay_there() {
        let place = place("run", &[]);
        assert_eq!(live(&place, "\\a"), "\\run\\a");
        assert_eq!(live(&place, "\\"), "\\run");
        assert_eq!(live(&place, "a\\"), "run\\a\\");
    }

    #[test]
    fn a_name_that_leads_out_of_its_share_is_left_to_the_server_to_refuse() {
        let place = place("run", &[]);
        for name in ["..\\x", "a\\..\\..\\x", "\\..", "a/../../x"] {
            assert_eq!(live(&place, name), name);
        }
        assert_eq!(live(&place, "a\\..\\x"), "run\\a\\..\\x");
    }

    #[test]
    fn the_longest_prefix_counts_whatever_its_case_and_only_at_a_boundary() {
        let place = place("", &["a=x", "A\\Grün=\\y\\z", "docs:\\old=\\", "other:\\b=c"]);
        assert_eq!(live(&place, "a\\b"), "x\\b");
        assert_eq!(live(&place, "a\\GRÜN\\b"), "y\\z\\b");
        assert_eq!(live(&place, "a\\grün:s"), "y\\z:s");
        assert_eq!(live(&place, "ab"), "ab");
        assert_eq!(live(&place, "OLD\\b"), "b");
        assert_eq!(live(&place, "b"), "b");
    }

    #[test]
    fn surrogates_without_partner_survive() {
        let place = place("r", &["a=b"]);
        let name = [units("A\\"), vec![0xd83d, 0x61, 0xdc00]].concat();
        assert_eq!(*place.live(&name), [units("r\\b\\"), vec![0xd83d, 0x61, 0xdc00]].concat());
    }

    #[test]
    fn captured_names_are_found_back() {
        let place = place("run\\1", &["a=x", "b\\c=x\\y"]);
        for name in ["", "a", "\\a\\q", "b\\c\\q:s", "other\\q"] {
            let live = place.live(&units(name)).into_owned();
            assert_eq!(place.captured(&live), Some(units(name)), "{name}");
        }
        assert_eq!(place.captured(&units("elsewhere\\a")), None);
        assert_eq!(place.captured(&units("run\\10")), None);
    }

    #[test]
    fn a_rule_that_maps_nothing_or_names_no_folder_is_refused() {
        for rule in ["a", "=", "\\=/", "a=..", "a\\*=b"] {
            assert!(rule.parse::<PathRule>().is_err(), "{rule}");
        }
    }
}
