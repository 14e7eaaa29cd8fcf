//! The log of `serve` on stderr: which lines, and in which form.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::{CommandError, ExitCode};

/// The variable that says which lines are logged.
const VARIABLE: &str = "RUST_LOG";
/// Without it: our own lines from `info` on, those of others when something is wrong.
const DEFAULT: &str = "warn,vm_host=info,cairo_vm=off";

/// The form of the lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum LogFormat {
    /// For people; in colour on a terminal.
    #[default]
    Text,
    /// One JSON object in each line.
    Json,
}

/// Logs to stderr from now on.
///
/// # Errors
/// [`CommandError`] when `RUST_LOG` cannot be understood.
pub(super) fn start(format: LogFormat) -> Result<(), CommandError> {
    let wanted = match std::env::var(VARIABLE) {
        Ok(wanted) if !wanted.trim().is_empty() => wanted,
        _ => DEFAULT.to_owned(),
    };
    let filter = filter(&wanted)?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        // It would say on stderr that stderr cannot be written, and panic.
        .log_internal_errors(false);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}

fn filter(wanted: &str) -> Result<EnvFilter, CommandError> {
    // A lone word that is no level would be taken for the name of a crate, and log nothing.
    let unknown = wanted
        .split(',')
        .map(str::trim)
        .find(|part| !part.contains(['=', ':', '[', '_']) && part.parse::<LevelFilter>().is_err());
    let parsed = match unknown {
        Some(word) => Err(format!("`{word}` is no level")),
        None => EnvFilter::try_new(wanted).map_err(|error| error.to_string()),
    };
    parsed.map_err(|reason| {
        let text = format!(
            "invalid value `{wanted}` of {VARIABLE}: {reason}\n\
             hint: use error, warn, info, debug, trace or off, for all or for parts as in `{DEFAULT}`"
        );
        CommandError::new(ExitCode::Usage, text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_level_is_refused() {
        for wanted in [DEFAULT, "debug", "vm_host=debug,h2=off", "vm_host"] {
            assert!(filter(wanted).is_ok(), "{wanted}");
        }
        for wanted in ["loud", "vm_host=loud", "info,vm_host=debugg"] {
            let error = filter(wanted).expect_err("no level");
            assert_eq!(error.code, ExitCode::Usage, "{wanted}");
            assert!(error.text.contains("RUST_LOG"), "{}", error.text);
        }
    }
}
