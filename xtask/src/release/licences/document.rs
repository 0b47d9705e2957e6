//! The text itself: a list of all parts, then each licence text once, under a number.

use super::Chapter;

pub(super) fn written(chapters: &[Chapter]) -> String {
    let mut numbered: Vec<&str> = Vec::new();
    let mut list = String::new();
    for chapter in chapters {
        list.push_str(&format!("\n{}\n{}\n\n", chapter.title, "-".repeat(chapter.title.len())));
        for part in &chapter.parts {
            let numbers: Vec<String> =
                part.texts.iter().map(|text| format!("[{}]", number(&mut numbered, text))).collect();
            list.push_str(&format!(
                "{} {}\n    {}\n    {}, texts {}\n",
                part.name,
                part.version,
                part.address,
                part.licence,
                numbers.join(" ")
            ));
        }
    }
    let mut document = format!(
        "Third-party licences\n\
         ====================\n\n\
         smbreplay is under the MIT licence, which is in LICENSE. The program has works of others in it. They are listed here, each with its\n\
         version, where it comes from, its licence as an SPDX expression, and the numbers of the texts that its authors have for it.\n\
         {list}"
    );
    for (position, text) in numbered.iter().enumerate() {
        let head = format!("[{}]", position.saturating_add(1));
        document.push_str(&format!("\n{}\n{head}\n\n{text}\n", "=".repeat(100)));
    }
    document
}

/// From 1; the same for the same text.
fn number<'t>(numbered: &mut Vec<&'t str>, text: &'t str) -> usize {
    let known = numbered.iter().position(|known| *known == text);
    let position = known.unwrap_or_else(|| {
        numbered.push(text);
        numbered.len().saturating_sub(1)
    });
    position.saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::super::Part;
    use super::*;

    #[test]
    fn a_text_that_two_parts_share_is_there_once_under_a_number_that_both_have() {
        let part = |name: &str, texts: &[&str]| Part {
            name: name.to_owned(),
            version: "1.0".to_owned(),
            licence: "MIT".to_owned(),
            address: "https://example.org".to_owned(),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        };
        let parts = vec![part("one", &["first text", "second text"]), part("two", &["second text"])];
        let written = written(&[Chapter { title: "Parts", parts }]);
        assert!(written.contains("one 1.0\n    https://example.org\n    MIT, texts [1] [2]\n"), "{written}");
        assert!(written.contains("two 1.0\n    https://example.org\n    MIT, texts [2]\n"), "{written}");
        assert_eq!((written.matches("first text").count(), written.matches("second text").count()), (1, 1));
    }
}
