//! The head of a page, and its counters: those of `--stats`.

use maud::{Markup, html};

use super::Page;
use super::format::{bytes, count, percent, time};
use super::room::Room;
use crate::placement::EngineKind;
use crate::report::stats::ContractStats;
use crate::run::HintPlacement;

/// Most rows of endpoints.
const ENDPOINTS: usize = 200;

pub(super) fn header(page: &Page<'_>, room: &Room) -> Markup {
    let failed = page.failure.is_some();
    html! {
        header {
            h1 { "Run of " (room.fit(page.program, 200)) }
            p {
                @if failed { span.state.failed { "failed" } } @else { span.state.succeeded { "succeeded" } }
                span.faint { " · began " (began(page)) " · vm-host " (env!("CARGO_PKG_VERSION")) }
            }
            nav aria-label="Parts of the page" {
                ul {
                    @if failed { li { a href="#failure" { "Why it failed" } } }
                    li { a href="#summary" { "Figures" } }
                    li { a href="#steps" { "Steps" } }
                    li { a href="#time" { "Time of hints" } }
                    li { a href="#timeline" { "Timeline" } }
                    li { a href="#hints" { "Hints" } }
                    li { a href="#memory" { "Memory" } }
                    li { a href="#log" { "Log" } }
                }
            }
        }
    }
}

/// When the run began, to the second, in UTC.
fn began(page: &Page<'_>) -> String {
    let nanos = page.recorder.began_on_wall();
    let seconds = i64::try_from(nanos / 1_000_000_000).unwrap_or(0);
    let stamp = prost_types::Timestamp { seconds, nanos: 0 };
    stamp.to_string()
}

/// What a counter is shown as.
enum Figure {
    Count(u64),
    Bytes(u64),
    Seconds(f64),
    Percent(Option<f64>),
}

impl Figure {
    fn shown(&self) -> String {
        match self {
            Self::Count(number) => count(*number),
            Self::Bytes(number) => bytes(*number),
            Self::Seconds(seconds) => time((seconds * 1e9) as u64),
            Self::Percent(percent) => {
                percent.map_or_else(String::new, |percent| format!("{percent} %"))
            }
        }
    }

    /// As `--stats` has it.
    fn exact(&self) -> String {
        match self {
            Self::Count(number) | Self::Bytes(number) => number.to_string(),
            Self::Seconds(seconds) => seconds.to_string(),
            Self::Percent(percent) => {
                percent.map_or_else(String::new, |percent| percent.to_string())
            }
        }
    }
}

pub(super) fn section(page: &Page<'_>, room: &Room) -> Markup {
    use Figure::{Bytes, Count, Percent, Seconds};
    let stats = page.stats;
    let duration = page.recorder.duration();
    let rows = [
        ("steps", "Steps", Count(stats.steps)),
        (
            "hints_executed",
            "Hints that ran",
            Count(stats.hints_executed),
        ),
        (
            "hints_native",
            "Those of them in Rust",
            Count(stats.hints_native),
        ),
        (
            "hints_native_percent",
            "As a part of all",
            Percent(stats.hints_native_percent),
        ),
        (
            "round_trips",
            "Round trips to engines outside",
            Count(stats.round_trips),
        ),
        (
            "sub_requests",
            "Questions of engines",
            Count(stats.sub_requests),
        ),
        (
            "repeated_hints",
            "Executions of hints that had run before",
            Count(stats.repeated_hints),
        ),
        (
            "repeated_round_trips",
            "Round trips of those",
            Count(stats.repeated_round_trips),
        ),
        (
            "bytes_to_worker",
            "Sent to the worker",
            Bytes(stats.bytes_to_worker),
        ),
        (
            "bytes_from_worker",
            "Received from the worker",
            Bytes(stats.bytes_from_worker),
        ),
        (
            "seconds_starting",
            "Starting the worker",
            Seconds(stats.seconds_starting),
        ),
        (
            "seconds_stepping",
            "Steps and hints in Rust",
            Seconds(stats.seconds_stepping),
        ),
        (
            "seconds_waiting",
            "Waiting for hints outside",
            Seconds(stats.seconds_waiting),
        ),
        (
            "seconds_in_python",
            "In Python, as the worker says",
            Seconds(stats.seconds_in_python),
        ),
        (
            "host_peak_bytes",
            "Most memory of vm-host",
            Bytes(stats.host_peak_bytes),
        ),
    ];
    // A server does not say how much it holds itself.
    let is_known = |key: &str| key != "host_peak_bytes" || stats.host_peak_bytes > 0;
    // The statistics know of a wait when it has ended.
    let waiting = (stats.seconds_waiting * 1e9) as u64 + page.recorder.waits_still();
    html! {
        section #summary {
            ul.tiles {
                li { b { (count(stats.steps)) } "steps" }
                li { b { (count(stats.hints_executed)) } "hints" }
                li { b { (time(duration)) } "from load to end" }
                li { b { (percent(waiting, duration)) } "waiting for hints" }
                @if let Some(holes) = page.memory.holes { li { b { (count(holes)) } "memory holes" } }
            }
            div.beside {
                table #stats {
                    caption { "The figures of --stats" }
                    thead { tr { th scope="col" { "Figure" } th.number scope="col" { "Value" } } }
                    tbody {
                        @for (key, label, figure) in rows.iter().filter(|(key, ..)| is_known(key)) {
                            tr {
                                th scope="row" { (label) }
                                td.number data-stat=(key) data-value=(figure.exact()) { (figure.shown()) }
                            }
                        }
                    }
                }
                (settings(page))
            }
            @if let Some(contracts) = &stats.contracts { (endpoints(contracts, room)) }
        }
    }
}

/// How the run was made.
fn settings(page: &Page<'_>) -> Markup {
    let (run, config) = (page.run, page.run.config());
    let placed = |kind: EngineKind| {
        let placements = run.placements().iter();
        placements
            .filter(|placement| placement.engine == kind)
            .count() as u64
    };
    let builtins: Vec<&str> = run
        .shape()
        .program_builtins
        .iter()
        .map(|builtin| builtin.to_str())
        .collect();
    let native = (placed(EngineKind::Compiled), placed(EngineKind::Twin));
    let rows = [
        ("Layout", config.vm.layout.to_str().to_owned()),
        (
            "Builtins of the program",
            match builtins.len() {
                0 => "none".to_owned(),
                _ => builtins.join(", "),
            },
        ),
        (
            "Proof mode",
            if config.vm.proof_mode { "yes" } else { "no" }.to_owned(),
        ),
        (
            "Placement of hints",
            match config.placement {
                HintPlacement::Auto => "auto",
                HintPlacement::Python => "python",
                HintPlacement::Native => "native",
            }
            .to_owned(),
        ),
        ("Hints of the program", count(run.placements().len() as u64)),
        ("Those that are compiled", count(native.0)),
        ("Those with a twin", count(native.1)),
        ("Those in Python", count(placed(EngineKind::Python))),
        ("Those of other engines", count(placed(EngineKind::Apart))),
    ];
    html! {
        table {
            caption { "How it was run" }
            thead { tr { th scope="col" { "Setting" } th scope="col" { "Value" } } }
            tbody {
                @for (label, value) in &rows {
                    tr { th scope="row" { (label) } td { (value) } }
                }
            }
        }
    }
}

fn endpoints(contracts: &ContractStats, room: &Room) -> Markup {
    html! {
        h3 { "Contracts" }
        p {
            (count(contracts.calls)) " calls, " (count(contracts.storage_accesses)) " storage accesses, "
            (count(contracts.events)) " events."
        }
        div.scroll tabindex="0" role="group" aria-label="Endpoints of contracts" {
            table.sortable {
                thead { tr {
                    th scope="col" { "Contract" } th scope="col" { "Endpoint" }
                    @for title in ["Calls", "Failed", "Storage reads", "Storage writes", "Events"] {
                        th.number scope="col" { (title) }
                    }
                } }
                tbody {
                    @for endpoint in contracts.endpoints.iter().take(ENDPOINTS) {
                        tr {
                            td { (room.fit(&endpoint.contract, 100)) } td { (room.fit(&endpoint.endpoint, 100)) }
                            @for number in [endpoint.calls, endpoint.failed_calls, endpoint.storage_reads,
                                endpoint.storage_writes, endpoint.events] {
                                td.number data-value=(number) { (count(number)) }
                            }
                        }
                    }
                }
            }
        }
        p.sorted.faint aria-live="polite" {}
    }
}
