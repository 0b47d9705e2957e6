//! What the server's NEGOTIATE response settled for a connection (MS-SMB2 2.2.4, 3.2.5.2).

use crate::request::negotiate::COMPRESSION_CHAINED;
use smb2::compression::{Algorithm, PATTERN_V1, Scheme};
use smb2::context::negotiate::CompressionCapabilities;
use smb2::crypto::{Cipher, SigningAlgorithm};
use smb2::message::negotiate::NegotiateResponse;
use smb2::names::flags;
use smb2::{Guid, Malformed};

/// The wildcard revision with which a server answers an SMB1 multi-protocol negotiate: an SMB2 NEGOTIATE must follow.
pub const DIALECT_WILDCARD: u16 = 0x02ff;
/// SMB2_NEGOTIATE_SIGNING_REQUIRED.
const SIGNING_REQUIRED: u16 = 0x0002;
/// SMB2_GLOBAL_CAP_ENCRYPTION.
const CAPABILITY_ENCRYPTION: u32 = 0x0000_0040;

/// The outcome of a negotiation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiated {
    /// DialectRevision (0x0311).
    pub dialect: u16,
    /// SecurityMode of the server.
    pub security_mode: u16,
    /// Capabilities of the server.
    pub capabilities: u32,
    /// ServerGuid.
    pub server_guid: Guid,
    /// MaxTransactSize, bytes.
    pub max_transact_size: u32,
    /// MaxReadSize, bytes.
    pub max_read_size: u32,
    /// MaxWriteSize, bytes.
    pub max_write_size: u32,
    /// How messages are signed.
    pub signing: SigningAlgorithm,
    /// How messages are encrypted when a session or share demands it; `None` when the connection cannot.
    pub cipher: Option<Cipher>,
    /// CompressionAlgorithms that the server has of those offered, in its order.
    pub compressions: Vec<u16>,
    /// Whether a compressed message may have several payloads.
    pub chained_compression: bool,
    /// SystemTime: the server's clock when it answered, a FILETIME; 0 when it does not tell.
    pub system_time: u64,
}

impl Negotiated {
    /// Reads a successful NEGOTIATE response, header included.
    ///
    /// # Errors
    /// [`Malformed`] when it is not one, or selects an algorithm that no specification names.
    pub fn parse(response: &[u8]) -> Result<Self, Malformed> {
        let view = NegotiateResponse::parse(response)?;
        let dialect = view.dialect_revision();
        let (mut signing_id, mut cipher_id) = (None, None);
        let (mut compressions, mut chained_compression) = (Vec::new(), false);
        if dialect == 0x0311 {
            for context in view.contexts() {
                let context = context?;
                match context.context_type {
                    ENCRYPTION_CAPABILITIES => cipher_id = first_id(context.data),
                    COMPRESSION_CAPABILITIES => {
                        compressions = compression_ids(context.data);
                        chained_compression = is_chained(context.data);
                    }
                    SIGNING_CAPABILITIES => signing_id = first_id(context.data),
                    _ => {}
                }
            }
        } else if (0x0300..0x0311).contains(&dialect) && view.capabilities() & CAPABILITY_ENCRYPTION != 0 {
            cipher_id = Some(Cipher::Aes128Ccm.to_wire());
        }
        let signing = SigningAlgorithm::of_connection(dialect, signing_id).ok_or(Malformed::BadValue {
            what: "SigningAlgorithms",
            offset: 0,
            value: u64::from(signing_id.unwrap_or_default()),
            expected: "not a signing algorithm of MS-SMB2 2.2.3.1.7",
        })?;
        Ok(Self {
            dialect,
            security_mode: view.security_mode(),
            capabilities: view.capabilities(),
            server_guid: view.server_guid(),
            max_transact_size: view.max_transact_size(),
            max_read_size: view.max_read_size(),
            max_write_size: view.max_write_size(),
            signing,
            cipher: cipher_id.and_then(Cipher::from_wire),
            compressions,
            chained_compression,
            system_time: view.system_time(),
        })
    }

    /// How messages may be compressed: with the first algorithm of the server's that is known; `None` when they must not.
    pub fn compression(&self) -> Option<Scheme> {
        let algorithm = self.compressions.iter().find_map(|id| Algorithm::from_code(*id))?;
        let chained = self.chained_compression;
        Some(Scheme { algorithm, chained, patterns: chained && self.compressions.contains(&PATTERN_V1) })
    }

    /// Whether the server refuses unsigned messages of signed-in users.
    pub fn signing_required(&self) -> bool {
        self.security_mode & SIGNING_REQUIRED != 0
    }

    /// The names of the server's Capabilities, as in `LEASING`.
    pub fn capability_names(&self) -> Vec<&'static str> {
        let (names, _) = flags::capabilities(self.capabilities).split();
        names.into_iter().map(|name| name.trim_start_matches("SMB2_GLOBAL_CAP_")).collect()
    }
}

const ENCRYPTION_CAPABILITIES: u16 = 0x0002;
const COMPRESSION_CAPABILITIES: u16 = 0x0003;
const SIGNING_CAPABILITIES: u16 = 0x0008;

/// The algorithms of SMB2_COMPRESSION_CAPABILITIES; none when it is not well-formed, since nothing depends on them.
fn compression_ids(data: &[u8]) -> Vec<u16> {
    let parsed = CompressionCapabilities::parse(data).and_then(|view| Ok(view.compression_algorithms()?.collect()));
    let all: Vec<u16> = parsed.unwrap_or_default();
    all.into_iter().filter(|id| *id != 0).take(MOST_COMPRESSIONS).collect()
}

/// Whether the Flags of SMB2_COMPRESSION_CAPABILITIES allow chained messages.
fn is_chained(data: &[u8]) -> bool {
    CompressionCapabilities::parse(data).is_ok_and(|view| view.flags() & COMPRESSION_CHAINED != 0)
}

/// More than MS-SMB2 has.
const MOST_COMPRESSIONS: usize = 16;

/// The only entry of a selection: a 16-bit count and one 16-bit id (MS-SMB2 2.2.4.1.2, 2.2.4.1.7).
fn first_id(data: &[u8]) -> Option<u16> {
    match data {
        [_, _, low, high, ..] => Some(u16::from_le_bytes([*low, *high])),
        _ => None,
    }
}
