//! `serve`.

use clap::Args;
use std::net::IpAddr;

#[derive(Debug, Args)]
#[command(after_help = "\
Environment: API_KEY is the key that requests have to send in X-API-Key; API_KEY_FILE a file that has it, and is
made with one if it is not there; CORS_ORIGINS the web pages that may use the server, with commas between
(https://lab.example); PORT the port.")]
pub(crate) struct ServeArguments {
    /// Address to listen on; on any but 127.0.0.1 a key is needed, and one is made if none is given
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = address)]
    pub(crate) host: IpAddr,
    /// Port to listen on; 0 is any that is free
    #[arg(long, value_name = "PORT", default_value = "3004", env = "PORT", hide_env = true)]
    pub(crate) port: u16,
    /// Let everybody who reaches the address do everything, without a key
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Largest capture that may be uploaded, in GiB
    #[arg(long, value_name = "GIB", default_value = "64", value_parser = clap::value_parser!(u64).range(1..=1_048_576))]
    pub(crate) max_upload: u64,
    /// Jobs that run at once: ingests, setups, replays
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) jobs: u16,
}

fn address(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(IpAddr::from([127, 0, 0, 1])),
        _ => text.parse().map_err(|_| "an IP address of this machine is needed, like 127.0.0.1 or 0.0.0.0".to_owned()),
    }
}
