//! The pages, and what Markdown makes of them.

use super::block::Block;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::fs;
use std::path::{Path, PathBuf};

/// A page of the documentation.
pub(super) struct Page {
    /// Its path from the root of the repository, with `/`.
    pub(super) name: String,
    pub(super) text: String,
}

/// Where a link or picture leads, and the line it is in.
pub(super) struct Link {
    pub(super) target: String,
    pub(super) line: usize,
}

/// The root of the repository.
pub(super) fn root() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

/// Those of the book and those beside it.
pub(super) fn all() -> Vec<Page> {
    let beside = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    let mut names: Vec<String> = beside.iter().map(|name| (*name).to_owned()).collect();
    names.extend(book());
    names.into_iter().map(|name| Page { text: fs::read_to_string(root().join(&name)).unwrap(), name }).collect()
}

/// The names of all pages below `docs`, sorted.
pub(super) fn book() -> Vec<String> {
    let (mut names, mut folders) = (Vec::new(), vec![root().join("docs")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                names.push(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    names.sort();
    names
}

impl Page {
    /// Its fenced and indented blocks of code.
    pub(super) fn blocks(&self) -> Vec<Block> {
        let (mut blocks, mut open) = (Vec::new(), None);
        for (event, range) in self.events() {
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    let fence = match kind {
                        CodeBlockKind::Fenced(info) => info.to_string(),
                        CodeBlockKind::Indented => String::new(),
                    };
                    open = Some((self.line(range.start), fence, String::new()));
                }
                Event::Text(text) => {
                    if let Some((_, _, block)) = &mut open {
                        block.push_str(&text);
                    }
                }
                Event::End(TagEnd::CodeBlock) => {
                    let (line, fence, text) = open.take().unwrap();
                    blocks.push(Block::new(&self.name, line, &fence, text));
                }
                _ => {}
            }
        }
        blocks
    }

    pub(super) fn links(&self) -> Vec<Link> {
        let target = |(event, range): (Event<'_>, std::ops::Range<usize>)| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                Some(Link { target: dest_url.to_string(), line: self.line(range.start) })
            }
            _ => None,
        };
        self.events().filter_map(target).collect()
    }

    /// The names that its headings have as targets of links, as GitHub and mdBook make them.
    pub(super) fn anchors(&self) -> Vec<String> {
        let (mut anchors, mut heading) = (Vec::new(), None::<String>);
        for (event, _) in self.events() {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                Event::End(TagEnd::Heading(_)) => anchors.push(anchor(&heading.take().unwrap_or_default())),
                _ => {}
            }
        }
        anchors
    }

    fn events(&self) -> impl Iterator<Item = (Event<'_>, std::ops::Range<usize>)> {
        Parser::new_ext(&self.text, Options::ENABLE_TABLES).into_offset_iter()
    }

    fn line(&self, offset: usize) -> usize {
        self.text[..offset].matches('\n').count() + 1
    }
}

fn anchor(heading: &str) -> String {
    let heading = heading.to_lowercase();
    let kept = heading.chars().filter_map(|character| match character {
        ' ' => Some('-'),
        '-' | '_' => Some(character),
        _ => character.is_alphanumeric().then_some(character),
    });
    kept.collect()
}
