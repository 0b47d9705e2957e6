//! Whose id it is that a request uses.

/// What an id in a captured request stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// A reserved value (zero, all ones), sent as captured.
    Verbatim,
    /// Issued by the response to this request.
    Issued(u32),
    /// Never valid: the captured server said so. Some id that is not valid live is sent.
    Dead,
    /// Valid, but issued before the capture or in a lost response.
    Orphan,
}

impl Reference {
    /// Issued by the response to the request with this index.
    pub fn issued_by(request: usize) -> Self {
        u32::try_from(request).map_or(Self::Orphan, Self::Issued)
    }

    /// The request whose response issues the id.
    pub fn issuer(self) -> Option<usize> {
        match self {
            Self::Issued(request) => Some(request as usize),
            _ => None,
        }
    }
}

impl std::hash::Hash for Reference {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.issuer().hash(state);
    }
}

/// A reference in four bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Packed(u32);

impl Packed {
    /// A reserved value.
    pub(super) const VERBATIM: Self = Self(u32::MAX);
    const DEAD: Self = Self(u32::MAX - 1);
    const ORPHAN: Self = Self(u32::MAX - 2);
}

impl From<Reference> for Packed {
    fn from(reference: Reference) -> Self {
        match reference {
            Reference::Verbatim => Self::VERBATIM,
            Reference::Issued(request) if request < Self::ORPHAN.0 => Self(request),
            Reference::Dead => Self::DEAD,
            Reference::Issued(_) | Reference::Orphan => Self::ORPHAN,
        }
    }
}

impl From<Packed> for Reference {
    fn from(packed: Packed) -> Self {
        match packed {
            Packed::VERBATIM => Self::Verbatim,
            Packed::DEAD => Self::Dead,
            Packed::ORPHAN => Self::Orphan,
            Packed(request) => Self::Issued(request),
        }
    }
}

impl std::fmt::Debug for Packed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Reference::from(*self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_survives_its_packing() {
        for reference in
            [Reference::Verbatim, Reference::Issued(0), Reference::Issued(7), Reference::Dead, Reference::Orphan]
        {
            assert_eq!(Reference::from(Packed::from(reference)), reference);
        }
    }
}
