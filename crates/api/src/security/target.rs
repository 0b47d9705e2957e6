//! The lab server of a request: the stored password is sent to the configured server, and nowhere else.

use crate::error::{ApiError, ErrorCode};
use replay::Target;
use serde::Deserialize;
use std::fmt;
use store::Config;
use utoipa::ToSchema;

/// A server and account, where they differ from the settings.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Account {
    /// Address or name of the lab server. With another one than the configured a password has to come.
    pub(crate) server_ip: Option<String>,
    /// TCP port of its SMB service; the same holds.
    #[schema(minimum = 1)]
    pub(crate) port: Option<u16>,
    /// NTLM domain of the account.
    pub(crate) domain: Option<String>,
    /// User name.
    pub(crate) username: Option<String>,
    /// Password. It is not kept.
    pub(crate) password: Option<String>,
    /// Share that captured disk shares are replayed to.
    pub(crate) tree_name: Option<String>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("server_ip", &self.server_ip)
            .field("port", &self.port)
            .field("domain", &self.domain)
            .field("username", &self.username)
            .field("password", &self.password.as_ref().map(|_| "***"))
            .field("tree_name", &self.tree_name)
            .finish()
    }
}

/// The lab server that a request means.
///
/// # Errors
/// [`ErrorCode::PasswordRequired`] when it is another one than the configured and no password comes;
/// [`ErrorCode::InvalidValue`].
pub(crate) fn target(config: &Config, account: &Account) -> Result<Target, ApiError> {
    let server = given(account.server_ip.as_deref()).unwrap_or(config.server_ip());
    let port = account.port.unwrap_or(config.port());
    if port == 0 {
        return Err(ApiError::new(ErrorCode::InvalidValue, "port 0 is none"));
    }
    let is_configured = server.eq_ignore_ascii_case(config.server_ip()) && port == config.port();
    let password = match (&account.password, is_configured) {
        (Some(password), _) => password.clone(),
        (None, true) => config.password().to_owned(),
        (None, false) => {
            let error = ApiError::new(
                ErrorCode::PasswordRequired,
                "the stored password goes to the configured server only, and this is another one",
            );
            return Err(error.advise("send the password of the account there"));
        }
    };
    let text = |given: &Option<String>, stored: &str| given.clone().unwrap_or_else(|| stored.to_owned());
    Ok(Target {
        server: server.to_owned(),
        port,
        domain: text(&account.domain, config.domain()),
        username: given(account.username.as_deref()).unwrap_or(config.username()).to_owned(),
        password,
        share: given(account.tree_name.as_deref()).unwrap_or(config.tree_name()).to_owned(),
        kerberos: None,
    })
}

/// An empty text is none.
fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}
