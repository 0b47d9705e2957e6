//! Tokens: values that a server issues in one answer and takes back in a later request. The live request carries the
//! value that stands in the same place of the live answer.

mod context_handle;
mod domain_sid;
mod file_reference;
mod offload;
mod pipe;
mod resume_key;

use smb2::{Command, Header};

/// What a token is, and which of those in its answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Names the source of a server-side copy.
    ResumeKey,
    /// Stands for data to be written elsewhere.
    OffloadToken,
    /// Id of the opened file on its volume.
    FileReference,
    /// Id of the entry with this name (UTF-16LE) in a listing.
    EntryReference(Vec<u8>),
    /// Context handle at this offset of a pipe's answer.
    ContextHandle(usize),
    /// SID of a domain at this offset of a pipe's answer.
    DomainSid(usize),
}

impl Slot {
    /// Its field in the specifications.
    pub fn field(&self) -> &'static str {
        match self {
            Self::ResumeKey => "SourceKey",
            Self::OffloadToken => "Token",
            Self::FileReference | Self::EntryReference(_) => "FileReference",
            Self::ContextHandle(_) => "rpc context handle",
            Self::DomainSid(_) => "rpc domain sid",
        }
    }

    /// What people call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ResumeKey => "resume key",
            Self::OffloadToken => "offload token",
            Self::FileReference | Self::EntryReference(_) => "file id on the volume",
            Self::ContextHandle(_) => "context handle",
            Self::DomainSid(_) => "domain SID",
        }
    }
}

/// A token in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a, P> {
    /// Where.
    pub place: P,
    /// Its bytes.
    pub value: &'a [u8],
}

/// What may be a token in a request of this command, by its offset in the message: one is known by its value. Of those that overlap the
/// first is meant.
pub fn used(command: Command, request: &[u8]) -> Vec<Token<'_, usize>> {
    match command {
        Command::IOCTL => {
            let of_files = resume_key::used(request).into_iter().chain(offload::used(request));
            of_files.chain(domain_sid::used(request)).chain(context_handle::used(request)).collect()
        }
        Command::WRITE => domain_sid::used(request).chain(context_handle::used(request)).collect(),
        Command::CREATE => file_reference::used(request).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The tokens in a successful answer to `request`, and what may be one.
pub fn issued<'a>(request: &[u8], response: &'a [u8]) -> Vec<Token<'a, Slot>> {
    match Header::parse(response).map(|header| header.command) {
        Ok(Command::IOCTL) => {
            let of_files = resume_key::issued(response).into_iter().chain(offload::issued(response));
            of_files.chain(context_handle::issued(response)).chain(domain_sid::issued(response)).collect()
        }
        Ok(Command::READ) => context_handle::issued(response).chain(domain_sid::issued(response)).collect(),
        Ok(Command::CREATE | Command::QUERY_INFO | Command::QUERY_DIRECTORY) => {
            file_reference::issued(request, response)
        }
        _ => Vec::new(),
    }
}
