//! `--file-filter`: which paths are meant.

/// A pattern for paths: `*` is any text, `?` any character, upper and lower case are the same, `/` is `\`. A pattern
/// without `*` and `?` is looked for anywhere in the path.
#[derive(Clone, Debug)]
pub struct FileFilter {
    pattern: Vec<char>,
}

impl FileFilter {
    /// The filter for `pattern`.
    pub fn new(pattern: &str) -> Self {
        let folded = fold(pattern);
        let is_glob = folded.contains(&'*') || folded.contains(&'?');
        let pattern = if is_glob { folded } else { [vec!['*'], folded, vec!['*']].concat() };
        Self { pattern }
    }

    /// Whether `path`, or the last name in it, is meant.
    pub fn accepts(&self, path: &str) -> bool {
        let path = fold(path);
        let name = path.rsplit(|character| *character == '\\').next().unwrap_or(&[]);
        matches(&self.pattern, &path) || matches(&self.pattern, name)
    }
}

fn fold(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).map(|character| if character == '/' { '\\' } else { character }).collect()
}

/// Whether `pattern` covers all of `text`. On a mismatch only the last `*` has to give way, which keeps the time
/// within the product of both lengths.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut at, mut from) = (0_usize, 0_usize);
    let mut star: Option<(usize, usize)> = None;
    while let Some(character) = text.get(from) {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at = at.saturating_add(1);
            }
            Some(wanted) if *wanted == '?' || wanted == character => {
                at = at.saturating_add(1);
                from = from.saturating_add(1);
            }
            _ => {
                let Some((star_at, covered)) = star else { return false };
                let covered = covered.saturating_add(1);
                star = Some((star_at, covered));
                at = star_at.saturating_add(1);
                from = covered;
            }
        }
    }
    pattern.iter().skip(at).all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_is_found_anywhere_in_the_path() {
        let filter = FileFilter::new("report");
        assert!(filter.accepts("2024\\Annual Report.docx"));
        assert!(!filter.accepts("2024\\Annual.docx"));
    }

    #[test]
    fn a_pattern_covers_the_path_or_its_last_name() {
        let filter = FileFilter::new("*.doc?");
        assert!(filter.accepts("2024\\Report.DOCX") && filter.accepts("a.docm"));
        assert!(!filter.accepts("a.docx.tmp"));
        assert!(FileFilter::new("2024/*").accepts("2024\\Report.docx"));
        assert!(!FileFilter::new("2024/?").accepts("2024\\Report.docx"));
    }

    #[test]
    fn many_stars_end_quickly() {
        let filter = FileFilter::new(&"*a".repeat(2000));
        assert!(!filter.accepts(&"a".repeat(1999)));
        assert!(filter.accepts(&"a".repeat(2000)));
    }
}
