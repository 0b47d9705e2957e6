//! What happened to a file or folder, in words.

use crate::output::size;
use replay::namespace::{Entry, Namespace, Origin};

const SEPARATOR: u16 = b'\\' as u16;

/// How it comes to be there and what was done to it.
pub(super) fn of(found: &Namespace, entry: &Entry<'_>) -> String {
    let mut told = vec![match &entry.node.origin {
        Origin::Root => String::new(),
        Origin::Before { frame, why, .. } => format!("was there: {} (frame {frame})", why.phrase()),
        Origin::Made { frame, .. } => format!("made (frame {frame})"),
        Origin::Appeared { frame, .. } => format!("appeared unseen (before frame {frame})"),
    }];
    let activity = &entry.node.activity;
    if activity.listings > 0 {
        told.push(listed(activity.listings));
    }
    if activity.read > 0 {
        told.push(format!("read {}", size(activity.read)));
    }
    if activity.written > 0 {
        told.push(format!("written {}", size(activity.written)));
    }
    let flags = [
        (activity.resized, "resized or overwritten"),
        (activity.described, "attributes, times or security set"),
        (activity.linked, "given a further name"),
    ];
    told.extend(flags.into_iter().filter(|(is_so, _)| *is_so).map(|(_, what)| what.to_owned()));
    if let Some(names) = entry.renamed_to(found) {
        told.push(format!("renamed to {}", String::from_utf16_lossy(&names.join(&SEPARATOR))));
    } else if activity.renamed {
        told.push("renamed and back".to_owned());
    }
    if activity.deleted {
        told.push("deleted".to_owned());
    }
    told.join(", ")
}

/// How often a folder was listed.
pub(super) fn listed(times: u64) -> String {
    // A listing is a request; one look at a folder takes two or more.
    if times == 1 { "listed once".to_owned() } else { format!("listed by {times} requests") }
}
