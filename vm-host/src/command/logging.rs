//! The log of `serve` on stderr: which lines, and in which form; and where its spans go, if anywhere.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::{FilterExt as _, LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use super::otlp::Exporter;
use super::{CommandError, ExitCode};
use crate::spans;

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

/// Logs to stderr from now on, and sends spans to a collector at `otlp`, until the result is dropped.
///
/// # Errors
/// [`CommandError`] when `RUST_LOG` or the endpoint cannot be understood.
pub(super) fn start(
    format: LogFormat,
    otlp: Option<&str>,
) -> Result<Option<Exporter>, CommandError> {
    let wanted = match std::env::var(VARIABLE) {
        Ok(wanted) if !wanted.trim().is_empty() => wanted,
        _ => DEFAULT.to_owned(),
    };
    let filter = filter(&wanted)?.and(filter_fn(|metadata| metadata.target() != spans::TARGET));
    let exporter = otlp
        .filter(|endpoint| !endpoint.is_empty())
        .map(Exporter::start)
        .transpose()?;
    let log = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        // It would say on stderr that stderr cannot be written, and panic.
        .log_internal_errors(false);
    let log = match format {
        LogFormat::Text => log.with_filter(filter).boxed(),
        LogFormat::Json => log.json().flatten_event(true).with_filter(filter).boxed(),
    };
    tracing_subscriber::registry()
        .with(log)
        .with(exporter.as_ref().map(Exporter::layer))
        .init();
    Ok(exporter)
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
