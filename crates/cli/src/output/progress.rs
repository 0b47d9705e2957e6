//! Progress on standard error, on a terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

/// A line that shows how far something is; invisible with `-q` and when standard error is no terminal. It goes away when
/// it is dropped.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Progress over bytes.
    pub(crate) fn bytes(quiet: bool) -> Self {
        Self::new("{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}", quiet)
    }

    /// Progress over operations.
    pub(crate) fn operations(quiet: bool) -> Self {
        Self::new("{msg} {wide_bar} {pos}/{len}", quiet)
    }

    /// Progress over files and folders.
    pub(crate) fn things(quiet: bool) -> Self {
        Self::operations(quiet)
    }

    /// What is waited for, where nothing can be counted.
    pub(crate) fn wait(quiet: bool) -> Self {
        Self::new("{msg}", quiet)
    }

    fn new(template: &str, quiet: bool) -> Self {
        let bar = ProgressBar::new(0);
        let visible = !quiet && std::io::stderr().is_terminal();
        bar.set_draw_target(if visible {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        });
        // The templates are constants; a wrong one would show the default bar.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// What is being done, and how much of it by now.
    pub(crate) fn show(&self, doing: &str, done: u64, total: u64) {
        if self.bar.length() != Some(total) {
            self.bar.set_length(total);
        }
        if self.bar.message() != doing {
            self.bar.set_message(doing.to_owned());
        }
        self.bar.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
