//! Links within the documentation, and the table of contents of the book.

use super::page::{self, Page, root};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

const SUMMARY: &str = "docs/SUMMARY.md";

/// Where a relative link leads from the page, as a path from the root; `None` out of the repository.
fn destination(page: &str, path: &str) -> Option<PathBuf> {
    let mut destination = PathBuf::new();
    for component in Path::new(page).parent()?.join(path).components() {
        match component {
            Component::ParentDir => destination.pop().then_some(())?,
            Component::Normal(name) => destination.push(name),
            _ => {}
        }
    }
    Some(destination)
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_are_there() {
    let pages = page::all();
    for page in &pages {
        for link in page.links() {
            let place = format!("{}:{}: {}", page.name, link.line, link.target);
            if link.target.contains("://") {
                continue;
            }
            let (path, anchor) = link.target.split_once('#').unwrap_or((&link.target, ""));
            let destination =
                if path.is_empty() { PathBuf::from(&page.name) } else { destination(&page.name, path).expect(&place) };
            assert!(root().join(&destination).exists(), "{place}: is not there");
            // The book has what is below docs, and nothing else.
            assert!(!page.name.starts_with("docs/") || destination.starts_with("docs"), "{place}: is not in the book");
            if !anchor.is_empty() {
                let target = pages.iter().find(|page| Path::new(&page.name) == destination).expect(&place);
                assert!(
                    target.anchors().contains(&anchor.to_owned()),
                    "{place}: has no such heading: {:?}",
                    target.anchors()
                );
            }
        }
    }
}

#[test]
fn files_that_the_text_names_are_there() {
    for page in page::all() {
        for word in page.text.split(|character: char| !(character.is_alphanumeric() || "_./".contains(character))) {
            let word = word.trim_end_matches('.');
            let is_page = word.starts_with("docs/") && word.ends_with(".md");
            assert!(!is_page || root().join(word).exists(), "{}: there is no {word}", page.name);
        }
    }
}

#[test]
fn the_contents_of_the_book_have_every_page_once() {
    let summary = Page { name: SUMMARY.to_owned(), text: fs::read_to_string(root().join(SUMMARY)).unwrap() };
    let mut listed = BTreeSet::new();
    for link in summary.links() {
        let page = destination(SUMMARY, &link.target).unwrap().to_str().unwrap().to_owned();
        assert!(listed.insert(page.clone()), "{page} is listed twice");
    }
    let pages: BTreeSet<String> = page::book().into_iter().filter(|name| name != SUMMARY).collect();
    assert_eq!(listed, pages, "docs/SUMMARY.md lists the pages on the left");
}

#[test]
fn pictures_and_files_of_the_book_are_used() {
    let linked: BTreeSet<PathBuf> = page::all()
        .iter()
        .flat_map(|page| {
            page.links().into_iter().filter_map(|link| destination(&page.name, &link.target)).collect::<Vec<_>>()
        })
        .collect();
    for entry in fs::read_dir(root().join("docs/pictures")).unwrap() {
        let picture = Path::new("docs/pictures").join(entry.unwrap().file_name());
        assert!(linked.contains(&picture), "{}: no page shows it", picture.display());
    }
}
