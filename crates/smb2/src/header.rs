//! The SMB2 packet header (MS-SMB2 2.2.1), and patching its fields.

use crate::{Command, Malformed, wire};

/// Length of the SMB2 header in bytes.
pub const LENGTH: usize = 64;
/// ProtocolId of a plain message: 0xFE 'S' 'M' 'B'.
pub const PROTOCOL_ID: [u8; 4] = [0xfe, b'S', b'M', b'B'];
/// SessionId, TreeId or MessageId that stands for "none" or "the previous one of the chain".
pub const ALL_ONES_64: u64 = u64::MAX;

/// Where the fields lie in the header.
pub mod offset {
    /// StructureSize, u16, always 64.
    pub const STRUCTURE_SIZE: usize = 4;
    /// CreditCharge, u16.
    pub const CREDIT_CHARGE: usize = 6;
    /// Status (responses), or ChannelSequence u16 and Reserved u16 (requests).
    pub const STATUS: usize = 8;
    /// Command, u16.
    pub const COMMAND: usize = 12;
    /// CreditRequest or CreditResponse, u16.
    pub const CREDITS: usize = 14;
    /// Flags, u32.
    pub const FLAGS: usize = 16;
    /// NextCommand, u32.
    pub const NEXT_COMMAND: usize = 20;
    /// MessageId, u64.
    pub const MESSAGE_ID: usize = 24;
    /// AsyncId, u64 (asynchronous form).
    pub const ASYNC_ID: usize = 32;
    /// TreeId, u32 (synchronous form).
    pub const TREE_ID: usize = 36;
    /// SessionId, u64.
    pub const SESSION_ID: usize = 40;
    /// Signature, 16 bytes.
    pub const SIGNATURE: usize = 48;
}

/// Flags of the header (MS-SMB2 2.2.1.2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct HeaderFlags(pub u32);

impl HeaderFlags {
    /// SMB2_FLAGS_SERVER_TO_REDIR: a response.
    pub const SERVER_TO_REDIR: u32 = 0x0000_0001;
    /// SMB2_FLAGS_ASYNC_COMMAND: the header has an AsyncId instead of a TreeId.
    pub const ASYNC_COMMAND: u32 = 0x0000_0002;
    /// SMB2_FLAGS_RELATED_OPERATIONS.
    pub const RELATED_OPERATIONS: u32 = 0x0000_0004;
    /// SMB2_FLAGS_SIGNED.
    pub const SIGNED: u32 = 0x0000_0008;
    /// SMB2_FLAGS_PRIORITY_MASK.
    pub const PRIORITY_MASK: u32 = 0x0000_0070;
    /// SMB2_FLAGS_DFS_OPERATIONS.
    pub const DFS_OPERATIONS: u32 = 0x1000_0000;
    /// SMB2_FLAGS_REPLAY_OPERATION.
    pub const REPLAY_OPERATION: u32 = 0x2000_0000;

    /// Whether all bits of `mask` are set.
    pub fn has(self, mask: u32) -> bool {
        self.0 & mask == mask
    }
    /// A server-to-client message.
    pub fn is_response(self) -> bool {
        self.has(Self::SERVER_TO_REDIR)
    }
    /// The asynchronous header form.
    pub fn is_async(self) -> bool {
        self.has(Self::ASYNC_COMMAND)
    }
    /// Uses session, tree and handle of the previous message of the chain.
    pub fn is_related(self) -> bool {
        self.has(Self::RELATED_OPERATIONS)
    }
    /// Carries a signature.
    pub fn is_signed(self) -> bool {
        self.has(Self::SIGNED)
    }
}

/// A parsed SMB2 header (MS-SMB2 2.2.1.1 and 2.2.1.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// StructureSize as it stands; 64 in a well-formed header.
    pub structure_size: u16,
    /// CreditCharge.
    pub credit_charge: u16,
    /// Status of a response; ChannelSequence (low half) and Reserved (high half) of a request.
    pub status: u32,
    /// Command.
    pub command: Command,
    /// CreditRequest of a request, CreditResponse of a response.
    pub credits: u16,
    /// Flags.
    pub flags: HeaderFlags,
    /// Offset from this header to the next of the chain, 0 for the last.
    pub next_command: u32,
    /// MessageId.
    pub message_id: u64,
    /// AsyncId in the asynchronous form; else Reserved (low half) and TreeId (high half).
    async_or_tree: u64,
    /// SessionId.
    pub session_id: u64,
    /// Signature, zero when not signed.
    pub signature: [u8; 16],
}

impl Header {
    /// Reads the header at the start of `message`.
    ///
    /// # Errors
    /// [`Malformed`] when there are fewer than 64 bytes or they do not start with 0xFE 'SMB'. Any StructureSize is
    /// accepted, so that a broken header can still be shown.
    pub fn parse(message: &[u8]) -> Result<Self, Malformed> {
        let header: [u8; LENGTH] = wire::array(message, 0, "SMB2 header")?;
        if !header.starts_with(&PROTOCOL_ID) {
            let value = u64::from(wire::u32_at(&header, 0, "ProtocolId")?);
            return Err(Malformed::BadValue { what: "ProtocolId", offset: 0, value, expected: "not 0xFE 'SMB'" });
        }
        Ok(Self {
            structure_size: wire::u16_at(&header, offset::STRUCTURE_SIZE, "StructureSize")?,
            credit_charge: wire::u16_at(&header, offset::CREDIT_CHARGE, "CreditCharge")?,
            status: wire::u32_at(&header, offset::STATUS, "Status")?,
            command: Command(wire::u16_at(&header, offset::COMMAND, "Command")?),
            credits: wire::u16_at(&header, offset::CREDITS, "Credits")?,
            flags: HeaderFlags(wire::u32_at(&header, offset::FLAGS, "Flags")?),
            next_command: wire::u32_at(&header, offset::NEXT_COMMAND, "NextCommand")?,
            message_id: wire::u64_at(&header, offset::MESSAGE_ID, "MessageId")?,
            async_or_tree: wire::u64_at(&header, offset::ASYNC_ID, "AsyncId or TreeId")?,
            session_id: wire::u64_at(&header, offset::SESSION_ID, "SessionId")?,
            signature: wire::array(&header, offset::SIGNATURE, "Signature")?,
        })
    }

    /// ChannelSequence of a request (SMB 3.x; 2.x clients send 0).
    pub fn channel_sequence(&self) -> u16 {
        self.status as u16
    }

    /// AsyncId, in the asynchronous form only.
    pub fn async_id(&self) -> Option<u64> {
        self.flags.is_async().then_some(self.async_or_tree)
    }

    /// TreeId, in the synchronous form only.
    pub fn tree_id(&self) -> Option<u32> {
        (!self.flags.is_async()).then_some((self.async_or_tree >> 32) as u32)
    }
}

/// Overwrites `message[at..at + bytes.len()]`; false, and nothing changed, when that is outside the message.
#[must_use]
pub fn patch(message: &mut [u8], at: usize, bytes: &[u8]) -> bool {
    let target = at.checked_add(bytes.len()).and_then(|end| message.get_mut(at..end));
    match target {
        Some(target) => {
            target.copy_from_slice(bytes);
            true
        }
        None => false,
    }
}
