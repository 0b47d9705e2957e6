//! A replay from beginning to end: guard, plan, engine, recording, report.

use crate::assumptions;
use crate::clones::{self, TooFewFiles};
use crate::compare::{BaselineError, Noise};
use crate::driver;
use crate::engine::{Engine, Seed, compression_in_short};
use crate::giving_way::GivingWay;
use crate::map::{CapturedShare, Names, SeveralShares, ShareKind};
use crate::options::Options;
use crate::payload::SessionFiles;
use crate::plan::logon::{self, Identity};
use crate::plan::{Plan, Request};
use crate::progress::{Event, Watch};
use crate::provisioning::{Ledger, ProvisioningError, RootError, Site, make_roots};
use crate::record;
use crate::report::{Report, ReportTarget, RunShard};
use crate::tally::Tally;
use crate::target::{self, TargetError};
use crate::trace::Trace;
use capture::Timestamp;
use client::kerberos::{Keeper, TicketError};
use client::logon::Account;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use store::OutputFolder;
use store::changes::ChangeJournal;
use store::metadata::Time;
use store::runs::{BackgroundRecording, Run, RunError, RunWriter};

/// Version of the layout of the report.
pub const REPORT_SCHEMA_VERSION: &str = "1.5";
/// 1970-01-01 in FILETIME, 100 ns since 1601.
const UNIX_EPOCH_AS_FILETIME: u64 = 116_444_736_000_000_000;

/// Why a replay was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// Nothing in the chosen sessions can be sent.
    #[error("nothing to replay: {reason}")]
    Nothing {
        /// The most frequent reason.
        reason: String,
    },
    /// The captured disk shares would fall on one live share and mix there.
    #[error(transparent)]
    SeveralShares(#[from] SeveralShares),
    /// The capture does not tell which dialect a connection spoke.
    #[error("the capture does not show which dialect connection {connection} spoke")]
    UnknownDialect {
        /// Number of the captured connection.
        connection: u32,
    },
    /// Nothing is sent there.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The captured dialect is refused by the live server.
    #[error("{address} does not speak SMB {captured}, which the capture uses")]
    Dialect {
        /// The live server.
        address: SocketAddr,
        /// The dialect of the capture.
        captured: String,
        /// What the live server would take.
        supported: Option<String>,
    },
    /// The clones have more connections than this machine lets a process have.
    #[error(transparent)]
    OpenFiles(#[from] TooFewFiles),
    /// The folders that names are mapped into cannot be made.
    #[error(transparent)]
    Roots(#[from] RootError),
    /// What is made on the live shares cannot be noted, or the system refuses what that needs.
    #[error(transparent)]
    Provisioning(#[from] ProvisioningError),
    /// There is no ticket for somebody who logs on with Kerberos.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// The live server cannot be used as the options say.
    #[error(transparent)]
    Probe(#[from] client::probe::ProbeError),
    /// The run could not be recorded.
    #[error(transparent)]
    Record(#[from] RunError),
    /// A run to compare with cannot be used.
    #[error("--baseline: {0}")]
    Baseline(#[from] BaselineError),
    /// No random numbers, or nothing to serve sockets with.
    #[error("the system refuses what a replay needs: {0}")]
    System(std::io::Error),
}

impl From<std::io::Error> for ReplayError {
    fn from(error: std::io::Error) -> Self {
        Self::System(error)
    }
}

/// Replays a trace and records the run under `output`. `tell` is called as operations end; setting `cancelled`
/// brings the run to an orderly end, recorded as interrupted.
///
/// # Errors
/// [`ReplayError`]: nothing was sent but, at most, the probe of the target; unless the run cannot be recorded any more
/// ([`ReplayError::Record`]) or the system stops serving the sockets ([`ReplayError::System`]).
pub fn run(
    trace: Trace,
    output: &OutputFolder,
    options: &Options,
    cancelled: &AtomicBool,
    tell: &mut dyn FnMut(Event),
) -> Result<Report, ReplayError> {
    let address = target::address(&trace.servers, options)?;
    let mut warnings = Vec::new();
    let server_guids: Vec<_> = trace.connections.iter().filter_map(|connection| connection.server_guid).collect();
    let sessions = trace.sessions.iter().map(|id| format!("{id:#018x}")).collect();
    let ingested = trace.ingested;
    let mut plan = Plan::new(trace, options);
    // What falls to a shard may be little; the others go on, and all of them are merged.
    if options.shard.is_none() {
        refuse_empty(&plan)?;
    }
    refuse_unknown_dialect(&plan, options)?;
    refuse_several_shares(&plan, options)?;
    clones::check_open_files(&plan, options.clones)?;
    warnings.extend(assumptions::of(&plan, &options.mapping.sids));
    warnings.extend(options.shard.as_ref().and_then(|shard| shard.warning()));
    let mut options = options.clone();
    options.comparison.noise = Noise::of(&plan, output, &options.comparison)?.into();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ReplayError::System)?;
    get_tickets(&plan, &options)?;
    let _keeper = options.target.kerberos.clone().map(Keeper::start);
    if options.ping && sends_anything(&plan) {
        warnings.extend(runtime.block_on(settle_guests(&mut plan, address, &options)));
        let guid = runtime.block_on(probe(&plan, address, &options))?;
        if server_guids.contains(&guid) {
            warnings.push(format!("{address} has the ServerGuid of a captured server: it may be that server"));
        }
    }

    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|error| ReplayError::System(std::io::Error::other(error)))?;
    let ticks = u64::try_from(begin(&options).0 / 100).unwrap_or(0);
    let seed = Seed { random, filetime: ticks.saturating_add(UNIX_EPOCH_AS_FILETIME) };

    let run = Run::create(output)?;
    let _giving_way = GivingWay::at(options.pace);
    let mut recording = BackgroundRecording::start(RunWriter::create(&run)?)?;
    let mut tally = Tally::default();
    let clones = options.clones.get();
    let operations = plan.requests.iter().filter(|request| !request.stand_in).count();
    let total = u64::try_from(operations).unwrap_or(u64::MAX).saturating_mul(clones.into());
    let captured_span = captured_span(&plan);
    let plan = Arc::new(plan);
    let with_number = (0_u32..).zip(clones::options(&options, run.name()));
    let payloads = Rc::new(RefCell::new(SessionFiles::new(output, clones)));
    let engine = |(clone, options)| {
        Engine::new(Arc::clone(&plan), options, seed.of_clone(clone)).with_payloads(Box::new(Rc::clone(&payloads)))
    };
    let mut engines: Vec<Engine> = with_number.map(engine).collect();
    let mut journal = ChangeJournal::new(run.path(), &options.target.server, options.target.port);
    let names: Vec<&Names> = engines.iter().map(Engine::names).collect();
    make_roots(&plan, &names, output, &Site::new(address, &options)?, &mut journal)?;
    let lanes = u32::try_from(plan.lanes.len()).unwrap_or(u32::MAX);
    let mut watch = Watch::new(total, clones);
    let (max_wait, pace) = (options.max_wait, options.pace);
    let start = begin(&options);
    let mut ledger = Ledger::new(journal, start);
    warnings.extend(late(&options, start));
    if let Some(at) = options.start_at.filter(|at| *at == start) {
        tell(Event::Waits(at));
    }
    driver::drive(&mut engines, address, max_wait, pace, Some(start), cancelled, |clone, engine, found| {
        let Some(found) = found else {
            watch.again(clone, engine, &tally).into_iter().for_each(|now| tell(Event::Progress(now)));
            return Ok(());
        };
        let diverged = tally.count(engine, &found);
        ledger.handle(clone, engine, &found).map_err(ProvisioningError::from)?;
        if let Some(now) = watch.look(clone, engine, &found, &tally) {
            tell(Event::Progress(now));
        }
        if let Some(found) = diverged {
            tell(Event::Diverged(Box::new(found)));
        }
        let mut row = record::row(engine, found, start);
        row.clone = u32::try_from(clone).unwrap_or(u32::MAX);
        row.live_connection = row.live_connection.map(|lane| lane.saturating_add(lanes.saturating_mul(row.clone)));
        recording.push(row).map_err(ReplayError::from)
    })?;
    recording.finish()?;
    for engine in &engines {
        tally.ignore(engine.comparison().ignored());
    }

    warnings.extend(live_warnings(&engines));
    warnings.extend(compression_in_short(&engines));
    let target = &options.target;
    let mut report = Report {
        schema_version: REPORT_SCHEMA_VERSION.to_owned(),
        run: run.name().to_owned(),
        sessions,
        captured_span,
        ingested,
        interrupted: engines.iter().any(Engine::is_interrupted),
        clones,
        started: Some(Time(start)),
        shard: options
            .shard
            .as_ref()
            .map(|shard| RunShard { start_at: options.start_at.map(Time), ..shard.told.clone() }),
        setup: options.setup.clone(),
        warnings,
        target: ReportTarget {
            server: target.server.clone(),
            port: target.port,
            domain: target.domain.clone(),
            username: target.username.clone(),
            share: target.share.clone(),
        },
        path: run.path().display().to_string(),
        ..Report::default()
    };
    tally.fill(&mut report);
    run.write_report(&report)?;
    Ok(report)
}

fn refuse_empty(plan: &Plan) -> Result<(), ReplayError> {
    if sends_anything(plan) {
        return Ok(());
    }
    let reason = plan.requests.iter().find_map(Request::skipped).unwrap_or("the sessions have no requests");
    Err(ReplayError::Nothing { reason: reason.to_owned() })
}

/// Whether there is a request to try the server for.
fn sends_anything(plan: &Plan) -> bool {
    plan.requests.iter().any(|request| !request.stand_in && request.skipped().is_none())
}

/// When the run begins, or begins now.
fn begin(options: &Options) -> Timestamp {
    let now = i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX);
    Timestamp(options.start_at.map_or(now, |at| at.0.max(now)))
}

/// Says that a run began after its time: other machines did not wait for it.
fn late(options: &Options, start: Timestamp) -> Option<String> {
    let behind = u64::try_from(start.0.checked_sub(options.start_at?.0)?).ok().filter(|behind| *behind > 0)?;
    Some(format!("it began {:.3} s after --start-at", Duration::from_nanos(behind).as_secs_f64()))
}

/// A dialect is part of what is replayed: none is chosen for the user.
fn refuse_unknown_dialect(plan: &Plan, options: &Options) -> Result<(), ReplayError> {
    match plan.dialects.unknown.first() {
        Some(connection) if options.dialect.is_none() => Err(ReplayError::UnknownDialect { connection: *connection }),
        _ => Ok(()),
    }
}

/// Without a folder for each, the files of several captured shares would overwrite each other.
fn refuse_several_shares(plan: &Plan, options: &Options) -> Result<(), SeveralShares> {
    let root = options.mapping.root.as_ref();
    let of_all = options.shard.as_ref().map_or(&[][..], |shard| &shard.shares);
    [of_all, &plan.shares].into_iter().try_for_each(|shares| {
        SeveralShares::refuse(shares, &Names::new(shares, &options.target.share, &options.mapping, root))
    })
}

/// What the engines tell, within reason; with the clone's number when there are several.
fn live_warnings(engines: &[Engine]) -> Vec<String> {
    const MOST_WARNINGS: usize = 100;
    let told = engines.iter().enumerate().flat_map(|(clone, engine)| {
        engine.warnings().iter().map(move |warning| match engines.len() {
            1 => warning.clone(),
            _ => format!("clone {clone}: {warning}"),
        })
    });
    told.take(MOST_WARNINGS).collect()
}

fn captured_span(plan: &Plan) -> f64 {
    let planned = plan.requests.iter().filter_map(|request| plan.trace.planned(request));
    let spans = planned.map(|request| {
        let start = request.start_time();
        (start, request.answer_time().map_or(start, |answer| answer.max(start)))
    });
    let whole = spans.reduce(|(first, last), (start, end)| (first.min(start), last.max(end)));
    let nanoseconds = whole.map_or(0, |(first, last)| last.0.saturating_sub(first.0));
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0)).as_secs_f64()
}

/// Lets captured guests log on as the configured user where the live server has no guests, and says so.
async fn settle_guests(plan: &mut Plan, address: SocketAddr, options: &Options) -> Option<String> {
    let logons = plan.requests.iter().filter_map(Request::logon);
    let account = logons.filter(|logon| logon.identity == Identity::Guest).map(|logon| logon.account).next()?;
    let guest = logon::guest(account.and_then(|account| plan.accounts.get(account)), &options.target.username);
    let share = live_shares(plan, options).into_iter().next()?;
    let dialects: Vec<u16> = options.dialect.into_iter().collect();
    let (server, patience) = (&options.target.server, options.max_wait);
    let found = client::probe::probe(address, server, &guest.into(), &share, &dialects, patience).await;
    if found.is_ok_and(|probe| probe.guest) {
        return None;
    }
    for logon in plan.requests.iter_mut().filter_map(Request::logon_mut) {
        if logon.identity == Identity::Guest {
            logon.identity = Identity::User;
        }
    }
    Some(format!("{address} lets no guest use {share}: captured guests log on as the configured user"))
}

/// Tries the target as the run will use it: in each dialect, with each share and each user; returns its ServerGuid.
async fn probe(plan: &Plan, address: SocketAddr, options: &Options) -> Result<smb2::Guid, ReplayError> {
    let mut dialects: Vec<u16> = match options.dialect {
        Some(dialect) => vec![dialect],
        None => plan.lanes.iter().filter_map(|lane| lane.dialect).collect(),
    };
    dialects.sort_unstable();
    dialects.dedup();
    if dialects.is_empty() {
        dialects.extend(ALL_DIALECTS);
    }
    let (shares, users) =
        (live_shares(plan, options), live_users(plan, options, |identity| identity == Identity::User)?);
    let first = (dialects.first().copied().unwrap_or_default(), users.first(), shares.first());
    let (Some(user), Some(share)) = (first.1, first.2) else { return Ok(smb2::Guid::default()) };
    let mut visits: Vec<_> = dialects.iter().map(|dialect| (*dialect, user, share)).collect();
    visits.extend(shares.iter().skip(1).map(|share| (first.0, user, share)));
    visits.extend(users.iter().skip(1).map(|user| (first.0, user, share)));
    let mut guid = smb2::Guid::default();
    for (dialect, user, share) in visits {
        let server = &options.target.server;
        let found = client::probe::probe(address, server, user, share, &[dialect], options.max_wait).await;
        guid = match found {
            Ok(probe) => probe.negotiated.server_guid,
            Err(client::probe::ProbeError::DialectRefused { .. }) => {
                let supported = client::probe::supported_dialect(address, options.max_wait).await;
                let name = |dialect| smb2::names::dialect(dialect).map_or_else(String::new, str::to_owned);
                return Err(ReplayError::Dialect { address, captured: name(dialect), supported: supported.map(name) });
            }
            Err(error) => return Err(error.into()),
        };
    }
    Ok(guid)
}

/// The live disk shares that a run uses; the configured one when it uses none.
fn live_shares(plan: &Plan, options: &Options) -> Vec<String> {
    let names = Names::new(&plan.shares, &options.target.share, &options.mapping, None);
    let is_used = |share: &CapturedShare| share.kind == ShareKind::Disk && share.connected;
    let used = plan.shares.iter().enumerate().filter(|(_, share)| is_used(share));
    let mut shares: Vec<String> = used.map(|(index, _)| names.share(Some(index)).name.clone()).collect();
    shares.sort_unstable();
    shares.dedup();
    if shares.is_empty() { vec![options.target.share.clone()] } else { shares }
}

/// Gets the tickets of everybody who logs on with Kerberos, so that no request waits for one.
fn get_tickets(plan: &Plan, options: &Options) -> Result<(), TicketError> {
    if options.target.kerberos.is_none() {
        return Ok(());
    }
    // Guests may become the configured user.
    live_users(plan, options, |identity| identity != Identity::Anonymous).map(drop)
}

/// The users that a run logs on who are such ones; the configured one when there are no others.
fn live_users(plan: &Plan, options: &Options, is_such: impl Fn(Identity) -> bool) -> Result<Vec<Account>, TicketError> {
    let logons = plan.requests.iter().filter_map(Request::logon).filter(|logon| is_such(logon.identity));
    let mut users: Vec<_> = logons.map(|logon| (logon.rule, logon.captured)).collect();
    users.sort_unstable();
    users.dedup();
    if users.is_empty() {
        return Ok(vec![options.target.account()?]);
    }
    users.into_iter().map(|(rule, captured)| options.target.account_of(options.credentials(rule), captured)).collect()
}

const ALL_DIALECTS: [u16; 5] = [0x0202, 0x0210, 0x0300, 0x0302, 0x0311];
