//! `health`.

use clap::Args;
use std::str::FromStr;

#[derive(Debug, Args)]
#[command(after_help = "\
Environment: PORT is the port of 127.0.0.1 that is asked where no URL is given, else 3004. No proxy is asked.
Exit status: 0 it can do its work, or part of it; 1 it cannot, or no smbreplay answers within 3 seconds.")]
pub(crate) struct HealthArguments {
    /// The server, http://HOST:PORT
    #[arg(value_name = "URL")]
    pub(crate) server: Option<ServerUrl>,
    /// The port of 127.0.0.1 where `serve` listens that was given none
    #[arg(long, hide = true, default_value = "3004", env = "PORT", hide_env = true)]
    pub(crate) port: u16,
}

/// Where a server is: `http://HOST:PORT`, without a slash at its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ServerUrl(String);

impl ServerUrl {
    /// The server on this machine that has this port.
    pub(crate) fn on_this_machine(port: u16) -> Self {
        Self(format!("http://127.0.0.1:{port}"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServerUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = "http://HOST:PORT is needed, like http://127.0.0.1:3004; the server has no TLS";
        let uri: ureq::http::Uri = text.parse().map_err(|_| wanted.to_owned())?;
        match (uri.scheme_str(), uri.authority(), uri.query()) {
            (Some("http"), Some(authority), None) if !authority.as_str().contains('@') => {
                Ok(Self(text.trim_end_matches('/').to_owned()))
            }
            _ => Err(wanted.to_owned()),
        }
    }
}
