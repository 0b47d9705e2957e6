//! Names of users and services (RFC 4120 5.2.2, 6.2).

use crate::Malformed;
use crate::der::{Elements, general_string, integer, required, sequence};
use std::fmt;

/// name-type (RFC 4120 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NameType(pub i32);

impl NameType {
    /// The name of a principal, as for users.
    pub const PRINCIPAL: Self = Self(1);
    /// A service and other unique instance, as `krbtgt`.
    pub const SRV_INST: Self = Self(2);
    /// A service with the name of its host as instance.
    pub const SRV_HST: Self = Self(3);
    /// A user principal name that the KDC is to look up.
    pub const ENTERPRISE: Self = Self(10);
}

/// A name without its realm. `Display` writes its components with `/` between them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PrincipalName {
    /// What kind of name it is; names are compared without it.
    pub name_type: NameType,
    /// Its parts.
    pub components: Vec<String>,
}

impl PrincipalName {
    /// A name of these parts.
    pub fn new<S: Into<String>>(name_type: NameType, components: impl IntoIterator<Item = S>) -> Self {
        Self { name_type, components: components.into_iter().map(Into::into).collect() }
    }

    /// Whether it has the same parts as `other`.
    pub fn names_the_same(&self, other: &Self) -> bool {
        self.components == other.components
    }

    pub(super) fn read(mut elements: Elements<'_>) -> Result<Self, Malformed> {
        let mut fields = elements.sequence()?;
        let name_type = NameType(fields.required(0, "name-type")?.int32()?);
        let components = fields.required(1, "name-string")?.each(Elements::take_text)?;
        Ok(Self { name_type, components })
    }

    pub(super) fn to_der(&self) -> Vec<u8> {
        let components: Vec<_> = self.components.iter().map(|component| general_string(component)).collect();
        sequence(&[required(0, integer(self.name_type.0)), required(1, sequence(&components))])
    }
}

impl fmt::Display for PrincipalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.components.join("/"))
    }
}

/// A name with its realm. `Display` writes `name@REALM`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Principal {
    /// The name within the realm.
    pub name: PrincipalName,
    /// The realm.
    pub realm: String,
}

impl Principal {
    /// Whether it has the same realm and the same parts as `other`.
    pub fn names_the_same(&self, other: &Self) -> bool {
        self.realm == other.realm && self.name.names_the_same(&other.name)
    }

    /// The salt of the principal's password unless the KDC says otherwise (RFC 4120 4).
    pub fn salt(&self) -> Vec<u8> {
        [&self.realm, &self.name.components.concat()].map(|part| part.as_bytes()).concat()
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.realm)
    }
}
