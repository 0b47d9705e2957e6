//! The standard texts of SPDX, for those who name a licence and bring no text of it.

use anyhow::{Context, bail};
use spdx::{Expression, ParseMode};

/// A text for each licence in `expression`, with the authors that the text itself does not name.
pub(super) fn texts(expression: &str, authors: &[String]) -> anyhow::Result<Vec<String>> {
    let parsed = Expression::parse_mode(expression, ParseMode::LAX);
    let parsed = parsed.with_context(|| format!("{expression:?} is no SPDX expression"))?;
    let mut texts = Vec::new();
    for requirement in parsed.requirements() {
        let Some(licence) = requirement.req.license.id().filter(|_| requirement.req.addition.is_none()) else {
            bail!("SPDX has no text for {}", requirement.req);
        };
        let authors = if authors.is_empty() { "its authors".to_owned() } else { authors.join(", ") };
        texts.push(format!(
            "By {authors}. The standard text of {}:\n\n{}",
            licence.name,
            licence.text().trim_matches('\n')
        ));
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn each_licence_of_an_expression_has_its_text_with_the_authors() {
        let texts = texts("MIT/Apache-2.0", &["A. Author <a@example.org>".to_owned()]).unwrap();
        let [mit, apache] = texts.as_slice() else { panic!("{texts:?}") };
        assert!(
            mit.starts_with("By A. Author <a@example.org>.") && mit.contains("Permission is hereby granted"),
            "{mit}"
        );
        assert!(apache.contains("By A. Author") && apache.contains("Version 2.0, January 2004"), "{apache}");
    }

    #[test]
    fn a_licence_of_ones_own_has_no_standard_text() {
        assert!(texts("LicenseRef-mine", &[]).unwrap_err().to_string().contains("LicenseRef-mine"));
        assert!(texts("whatever", &[]).is_err());
    }
}
