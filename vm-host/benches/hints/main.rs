//! What a hint, a step, a start and many VMs cost: one table, every figure beside what it is compared
//! with, all from this one run.
//!
//! ```text
//! cargo build --release --workspace --bins --examples
//! cargo bench --workspace --bench hints -- [--python-env DIR] [--reference DIR] [--rounds N] [--only PART]
//! ```
//! The parts are `hint`, `log`, `programs`, `languages`, `stepping`, `start`, `many`, `scrape`, `follow` and `corpus`.
//! `--python-env` is a virtual environment with cairo-lang, for real programs, the corpus and the start with its
//! modules; `--reference` one whose `cairo-run` runs the same programs.

mod child;
mod corpus;
mod echo;
mod follow;
mod languages;
mod log;
mod many;
mod programs;
mod raw_socket;
mod reference;
mod runs;
mod scrape;
mod server;
mod start;
mod stepping;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use table::Table;

/// As in the binary that is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Error = Box<dyn std::error::Error>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    Hint,
    Log,
    Programs,
    Languages,
    Stepping,
    Start,
    Many,
    Scrape,
    Follow,
    Corpus,
}

#[derive(Debug, Parser)]
struct Arguments {
    /// Environment whose packages hints import
    #[arg(long)]
    python_env: Option<PathBuf>,
    /// Environment with cairo-lang's own `cairo-run`
    #[arg(long)]
    reference: Option<PathBuf>,
    /// How often everything is measured; medians are shown
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Only this part
    #[arg(long)]
    only: Option<Part>,
    /// What `cargo bench` passes
    #[arg(long, hide = true)]
    bench: bool,
    /// A role that this binary plays for itself
    #[arg(long, hide = true, num_args = 1.., allow_hyphen_values = true)]
    child: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match measure(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<(), Error> {
    match arguments.child.as_slice() {
        [] => {}
        [role, fd] if role == "raw-socket" => return raw_socket::child(fd.parse()?),
        [role, rest @ ..] if role == "cairo-run" => return stepping::child(rest),
        [role, ..] => return Err(format!("there is no role `{role}`").into()),
    }
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    let rounds = arguments.rounds.max(1);
    let mut table = Table::default();
    if wanted(Part::Hint) {
        hint(&mut table, rounds, arguments)?;
    }
    if wanted(Part::Log) {
        log::measure(&mut table, rounds)?;
    }
    if wanted(Part::Programs)
        && let Some(environment) = &arguments.python_env
    {
        programs::measure(&mut table, rounds, environment)?;
    }
    if wanted(Part::Languages) {
        languages::measure(&mut table, rounds)?;
    }
    if wanted(Part::Stepping) {
        stepping::measure(&mut table, rounds)?;
        stepping::measure_faces(&mut table, rounds)?;
    }
    if wanted(Part::Start) {
        start::measure(&mut table, arguments.python_env.as_deref())?;
    }
    if wanted(Part::Many) {
        many::measure(&mut table, rounds)?;
    }
    if wanted(Part::Scrape) {
        scrape::measure(&mut table, rounds)?;
    }
    if wanted(Part::Follow) {
        follow::measure(&mut table, rounds)?;
    }
    if wanted(Part::Corpus)
        && let Some(environment) = &arguments.python_env
    {
        corpus::measure(&mut table, rounds, environment)?;
    }
    print!("{table}");
    Ok(())
}

/// The transport alone, then hints of growing size; every round measures all of them, one after the other.
fn hint(table: &mut Table, rounds: usize, arguments: &Arguments) -> Result<(), Error> {
    let mut raw = Vec::new();
    let mut echo = Vec::new();
    let mut hints = vec![Vec::new(); runs::PROGRAMS.len()];
    for _ in 0..rounds {
        raw.push(raw_socket::round_trip()?);
        echo.push(echo::round_trip()?);
        for (program, costs) in runs::PROGRAMS.iter().zip(&mut hints) {
            costs.push(runs::cost(program)?);
        }
    }
    let echo = table::median(&echo);
    table.section("one round trip", "µs", "× tonic echo");
    table.row("raw socket, blocking", table::median(&raw), Some(echo));
    table.row("tonic echo", echo, Some(echo));
    table.section(
        "one hint, end to end, its steps included",
        "µs",
        "× tonic echo",
    );
    for (program, costs) in runs::PROGRAMS
        .iter()
        .zip(&hints)
        .filter(|(p, _)| p.cells == 1)
    {
        table.row(program.title, table::median(costs), Some(echo));
    }
    table.section("bulk access, one cell", "µs", "");
    for (program, costs) in runs::PROGRAMS
        .iter()
        .zip(&hints)
        .filter(|(p, _)| p.cells > 1)
    {
        table.row(program.title, table::median(costs), None);
    }
    if let Some(environment) = &arguments.reference {
        reference::measure(table, environment)?;
    }
    Ok(())
}
