//! Information of variable length (MS-FSCC 2.1.2, 2.4, 2.7; MS-DTYP 2.4): lists of directory entries, changes, streams,
//! extended attributes, links and quotas, reparse points, and security descriptors.
//!
//! All of it is read from the buffer that a message carries; offsets in errors count from the start of that buffer.

mod chained;
pub mod directory;
pub mod extended_attribute;
pub mod file_information;
pub mod hard_link;
pub mod notify;
pub mod quota;
pub mod reparse_point;
pub mod security_descriptor;
pub mod stream;

pub use chained::Entries;
pub use directory::DirectoryEntry;
pub use extended_attribute::ExtendedAttribute;
pub use file_information::{FileInformation, FileTimes};
pub use hard_link::HardLink;
pub use notify::Change;
pub use quota::Quota;
pub use reparse_point::ReparsePoint;
pub use security_descriptor::{AccessControlEntry, SecurityDescriptor, Sid};
pub use stream::Stream;
