//! Logs on standard error, as loud as asked for.

use crate::arguments::Global;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// Starts logging: warnings by default, errors with `-q`, more with each `-v` or with the configured level.
pub(crate) fn start(global: &Global, configured: u8) {
    let level = match (global.quiet, global.verbose.max(configured)) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, 2) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    let filter = EnvFilter::default().add_directive(level.into());
    let colours = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    // A second subscriber can only come from a test in this process; the first one stays.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(level > LevelFilter::INFO)
        .without_time()
        .try_init();
}
