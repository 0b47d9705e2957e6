//! What the account may do on a live share, and how much room is left there.

use super::ProvisioningError;
use super::site::Site;
use super::stages::{Errand, Stages};
use super::survey::{OPEN, SHARE_ALL, is_missing};
use super::wanted::folder_of;
use client::crew::{Answer, carry_out};
use client::request::create::{Open, create};
use client::request::{Request, close, query_info};
use smb2::context::create::{QueryMaximalAccessResponse, tag};
use smb2::message::{CreateResponse, QueryInfoResponse};
use smb2::{FileId, NtStatus, wire};
use std::sync::atomic::AtomicBool;

/// FILE_READ_ATTRIBUTES and SYNCHRONIZE (MS-SMB2 2.2.13.1.1).
const READ_ATTRIBUTES: u32 = 0x0010_0080;
const DIRECTORY_FILE: u32 = 1;
const INFO_FILE_SYSTEM: u8 = 2;
/// FileFsFullSizeInformation (MS-FSCC 2.5.4): 32 bytes.
const FULL_SIZE: u8 = 7;
const FULL_SIZE_LENGTH: u32 = 32;

/// What was found of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// The folder that was asked about: the nearest that is there.
    pub folder: Vec<u16>,
    /// What the account may do in it (MS-SMB2 2.2.13.1.2); `None` when the server does not tell.
    pub access: Option<u32>,
    /// Bytes that the account may still write; `None` when the server does not tell.
    pub free: Option<u64>,
}

/// Asks about `folder`, or the nearest above it that is there.
///
/// # Errors
/// [`ProvisioningError`]; an inner error when not even the share's own folder can be opened.
pub(super) fn room(site: &Site<'_>, share: &str, folder: &[u16]) -> Result<Result<Room, NtStatus>, ProvisioningError> {
    let mut asking = Asking { folder: Some(folder.to_vec()), outcome: Err(NtStatus::INTERNAL_ERROR) };
    let never = AtomicBool::new(false);
    let place = site.place(share)?;
    site.block_on(carry_out(&place, 1, &mut Stages::new(&mut asking, [vec![0]]), &never))?;
    Ok(asking.outcome)
}

struct Asking {
    folder: Option<Vec<u16>>,
    outcome: Result<Room, NtStatus>,
}

impl Errand for Asking {
    fn chain(&mut self, _index: usize) -> Option<Vec<Request>> {
        let open = Open {
            access: READ_ATTRIBUTES,
            attributes: 0,
            share_access: SHARE_ALL,
            disposition: OPEN,
            options: DIRECTORY_FILE,
            contexts: &[(tag::QUERY_MAXIMAL_ACCESS, &[])],
        };
        let query = query_info::query_info(FileId::RELATED, INFO_FILE_SYSTEM, FULL_SIZE, 0, FULL_SIZE_LENGTH);
        Some(vec![create(self.folder.as_ref()?, &open).ok()?, query, close::close(FileId::RELATED)])
    }

    fn answers(&mut self, _index: usize, answers: Vec<Answer>) -> bool {
        let Some(created) = answers.first() else { return false };
        let Some(folder) = self.folder.take() else { return false };
        if is_missing(created.status) && !folder.is_empty() {
            self.folder = Some(folder_of(&folder).unwrap_or_default().to_vec());
            return true;
        }
        self.outcome = if created.status.is_success() {
            Ok(Room { folder, access: access(created), free: answers.get(1).and_then(free) })
        } else {
            Err(created.status)
        };
        false
    }
}

fn access(created: &Answer) -> Option<u32> {
    let view = CreateResponse::parse(&created.message).ok()?;
    let context = view.contexts().filter_map(Result::ok).find(|context| context.name == tag::QUERY_MAXIMAL_ACCESS)?;
    let answer = QueryMaximalAccessResponse::parse(context.data).ok()?;
    (answer.query_status() == 0).then(|| answer.maximal_access())
}

fn free(queried: &Answer) -> Option<u64> {
    let buffer = QueryInfoResponse::parse(&queried.message).ok()?.buffer().ok()?;
    if !queried.status.is_success() {
        return None;
    }
    let units = wire::u64_at(buffer, 8, "CallerAvailableAllocationUnits").ok()?;
    let sectors = wire::u32_at(buffer, 24, "SectorsPerAllocationUnit").ok()?;
    let bytes = wire::u32_at(buffer, 28, "BytesPerSector").ok()?;
    Some(units.saturating_mul(sectors.into()).saturating_mul(bytes.into()))
}
