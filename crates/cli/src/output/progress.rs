//! Progress on standard error, on a terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// A line that shows how far something is; invisible with `-q` and when standard error is no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Progress over a number of bytes.
    pub(crate) fn bytes(what: &str, total: u64, quiet: bool) -> Self {
        let template = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
        Self::new(what, ProgressBar::new(total), template, quiet)
    }

    /// Progress over a number of operations.
    pub(crate) fn operations(what: &str, total: u64, quiet: bool) -> Self {
        Self::new(what, ProgressBar::new(total), "{msg} {wide_bar} {pos}/{len} {per_sec} {eta}", quiet)
    }

    fn new(what: &str, bar: ProgressBar, template: &str, quiet: bool) -> Self {
        let visible = !quiet && std::io::stderr().is_terminal();
        bar.set_draw_target(if visible {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        });
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar }
    }

    /// How much is done by now.
    pub(crate) fn reach(&self, done: u64) {
        self.bar.set_position(done);
    }

    /// How much there is in all.
    pub(crate) fn expect(&self, total: u64) {
        self.bar.set_length(total);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
