//! A block of code of a page, and how it is marked.

/// A block of code.
pub(super) struct Block {
    /// Page and line, for people: `docs/sql.md:12`.
    pub(super) place: String,
    /// The first word of the fence.
    pub(super) language: String,
    pub(super) marks: Marks,
    pub(super) text: String,
}

/// What stands behind the language of a fence.
#[derive(Default, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    /// `not-run="reason"`: why it cannot be run here.
    pub(super) not_run: Option<String>,
    /// `tested-by="path"`: the test that runs it.
    pub(super) tested_by: Option<String>,
    /// `schema="path#pointer"`: the JSON Schema that has every member of a block of JSON.
    pub(super) schema: Option<String>,
    /// `alternatives`: each command finds the share of the lab server empty.
    pub(super) alternatives: bool,
}

impl Block {
    pub(super) fn new(page: &str, line: usize, fence: &str, text: String) -> Self {
        let place = format!("{page}:{line}");
        let (language, marks) = fence.split_once(' ').unwrap_or((fence, ""));
        let marks = Marks::parse(marks).unwrap_or_else(|rest| panic!("{place}: no such mark: {rest}"));
        Self { place, language: language.to_owned(), marks, text }
    }

    /// Whether this test runs it.
    pub(super) fn is_run(&self) -> bool {
        self.marks.not_run.is_none() && self.marks.tested_by.is_none()
    }
}

impl Marks {
    fn parse(text: &str) -> Result<Self, &str> {
        let (mut marks, mut rest) = (Self::default(), text.trim());
        while !rest.is_empty() {
            if let Some(behind) = rest.strip_prefix("alternatives") {
                marks.alternatives = true;
                rest = behind.trim_start();
                continue;
            }
            let (name, value) = rest.split_once("=\"").ok_or(rest)?;
            let (value, behind) = value.split_once('"').filter(|(value, _)| !value.is_empty()).ok_or(rest)?;
            match name {
                "not-run" => marks.not_run = Some(value.to_owned()),
                "schema" => marks.schema = Some(value.to_owned()),
                "tested-by" => marks.tested_by = Some(value.to_owned()),
                _ => return Err(rest),
            }
            rest = behind.trim_start();
        }
        Ok(marks)
    }
}

#[test]
fn marks_have_reasons_and_unknown_ones_are_refused() {
    let marks = Marks::parse("alternatives not-run=\"needs a Windows machine\"").unwrap();
    assert_eq!((marks.not_run.as_deref(), marks.alternatives), (Some("needs a Windows machine"), true));
    for text in ["not-run", "not-run=\"\"", "not_run=\"why\"", "skip"] {
        assert!(Marks::parse(text).is_err(), "{text}");
    }
}
