//! `cargo xtask bench api`: whether the HTTP server stays itself with many clients at once.
//!
//! wrk's connections list and filter a long session, while one job after the other ingests a recording and another replays one
//! on a private Samba. Beside them `/health` is asked every few milliseconds, and the server's memory is looked at.

mod addresses;
mod agreement;
mod health;
mod http;
mod jobs;
mod load;
mod measured;
mod memory;
mod served;
mod site;
mod walk;
mod wrk;

use anyhow::ensure;
use clap::Args;

use super::clients::{self, Work};
use super::folder::Folder;
use super::history::{Measured, Part};
use super::interrupt::Interrupt;
use super::recording::{self, Again};
use super::{Keeping, conclude, table, targets};
use crate::packages;
use addresses::Question;
use load::Load;
pub(super) use measured::{Api, JobsDone, Latency, Memory};
use served::Served;
use site::Site;

#[derive(Args)]
pub(crate) struct ApiOptions {
    /// About how many requests of metadata work one smbclient made in the session that clients ask about
    #[arg(long, value_name = "N", default_value = "1200000", value_parser = clap::value_parser!(u64).range(1..))]
    requests: u64,
    /// About how many requests of metadata work the recording has that is ingested and replayed meanwhile
    #[arg(long, value_name = "N", default_value = "600000", value_parser = clap::value_parser!(u64).range(1..))]
    beside: u64,
    /// How many clients ask at once
    #[arg(long, value_name = "N", default_value = "200", value_parser = clap::value_parser!(u32).range(2..=10_000))]
    connections: u32,
    /// How long they ask
    #[arg(long, value_name = "N", default_value = "30", value_parser = clap::value_parser!(u32).range(1..=3_000))]
    seconds: u32,
    #[command(flatten)]
    pub(super) keeping: Keeping,
}

pub(super) fn measure(options: &ApiOptions, folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<Part> {
    packages::ensure_wrk()?;
    let again = if options.keeping.again { Again::Everything } else { Again::Nothing };
    let work = Work::Session { requests: options.requests };
    let session = recording::of(work, "session", folder, again, interrupt)?;
    let metadata = recording::of(Work::Metadata { requests: options.beside }, "metadata", folder, again, interrupt)?;
    let site = Site::lay_out(&session, &metadata, folder, interrupt)?;
    println!("\n{}: session files are in {}", session.name, site.place());

    let samba = clients::server()?;
    let server = Served::start(&site, interrupt)?;
    let idle = memory::idle(&server, interrupt)?;
    println!("a server listens on {}", server.url());
    let asked = questions(&server, &site, options.requests, interrupt)?;
    jobs::prepare(&server, interrupt)?;

    println!("{} connections ask for {} s", options.connections, options.seconds);
    let load = Load { connections: options.connections, seconds: options.seconds };
    let loaded = load.run(&asked, &server, &samba, &site, interrupt)?;
    let served = server.stop(interrupt);
    let api = Api { requests: site.requests, connections: options.connections, idle, ..loaded };
    println!("\n{}", table::of_api(&session.name, &api));
    let part = Part {
        name: format!("{}, api, {} connections", session.name, options.connections),
        clients: None,
        measured: Measured::Api(api),
        targets: targets::api(&api),
    };
    conclude(&part, None);
    served?;
    ensure!(api.failures() == 0, "{} requests failed: nothing was measured", api.failures());
    ensure!(api.clients.count > 0 && api.kept.count > 0 && api.fresh.count > 0, "nothing was answered");
    Ok(part)
}

/// What the clients ask; one question of each kind was answered as the command line answers it.
fn questions(
    server: &Served<'_>,
    site: &Site<'_>,
    requests: u64,
    interrupt: &Interrupt,
) -> anyhow::Result<Vec<Question>> {
    let pages = walk::cursors(server, &Question::all(), interrupt)?;
    ensure!(pages.rows == site.operations, "all pages together have {} of {} rows", pages.rows, site.operations);
    let filtered = walk::cursors(server, &Question::broad(), interrupt)?;
    let asked = addresses::questions(&pages.cursors, &filtered.cursors, clients::rounds_of_session(requests));
    let kinds = addresses::one_of_each(&asked);
    for question in &kinds {
        agreement::check(question, server, site, interrupt)?;
    }
    println!(
        "{} pages have the {} operations of the session; answers of {} kinds are those of the command line",
        pages.pages,
        pages.rows,
        kinds.len()
    );
    Ok(asked)
}
