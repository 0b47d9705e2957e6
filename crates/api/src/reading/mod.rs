//! Rows over HTTP: which are chosen, in which form, and how they get to the client in bounded memory.

mod accept;
mod choice;
mod columnar;
mod cursor;
mod document;
mod rows;
mod selections;
mod streamed;
mod text;

pub(crate) use accept::{Form, form};
pub(crate) use choice::Choice;
pub(crate) use columnar::Columnar;
pub(crate) use cursor::Cursor;
pub(crate) use document::{document, watched};
pub(crate) use rows::{Rows, answer, limit};
pub(crate) use selections::{SelectionKey, Selections};
pub(crate) use streamed::{Out, streamed};
pub(crate) use text::{json, listing};
