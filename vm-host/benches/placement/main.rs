//! Programs whose hints run in Rust: cairo-vm's own `cairo_run` with its hints in Rust against this project's loop,
//! in one process, turn by turn. Prints the medians of the thread's processor time, which other work on the machine
//! moves little, and their ratio for each program.
//!
//!     cargo bench -p vm-host --bench placement -- [--python-env DIR] [ROUNDS]
//!
//! DIR is a virtual environment with cairo-lang, whose functions hints import; the active one otherwise.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cairo_vm::cairo_run::{CairoRunConfig, cairo_run};
use cairo_vm::hint_processor::builtin_hint_processor::builtin_hint_processor_definition::BuiltinHintProcessor;
use cairo_vm::types::layout_name::LayoutName;
use clap::Parser;

use vm_host::program::SourceFiles;
use vm_host::run::{Entry, Goal, ProgramText, Run, RunConfig, SessionInputs, Unwatched, VmConfig};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Hints of the standard library, of many kinds.
const KNOWN: &str = "benches/placement/program.json";
/// From here: hints that are in no library first, which cairo-vm does not know, then those of one kind each.
const PROGRAMS: &[&str] = &[
    KNOWN,
    "../tests/programs/long/hint_dense.json",
    "../tests/programs/long/struct_walk.json",
    "benches/hints/programs/memory.json",
    "benches/hints/programs/set.json",
    "benches/hints/programs/uint256.json",
    "benches/hints/programs/math.json",
    "benches/hints/programs/dict.json",
    "benches/hints/programs/secp.json",
];
const LAYOUT: LayoutName = LayoutName::all_cairo;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[derive(Debug, Parser)]
struct Arguments {
    /// How often everything is measured; medians are shown
    #[arg(default_value_t = 5)]
    rounds: usize,
    /// Environment with cairo-lang
    #[arg(long)]
    python_env: Option<PathBuf>,
    /// What `cargo bench` passes
    #[arg(long, hide = true)]
    bench: bool,
}

/// Loads, runs and ends the program with cairo-vm's own loop; returns the steps.
fn theirs(program: &[u8]) -> Outcome<usize> {
    let config = CairoRunConfig {
        layout: LAYOUT,
        secure_run: Some(false),
        ..CairoRunConfig::default()
    };
    let runner = cairo_run(program, &config, &mut BuiltinHintProcessor::new_empty())?;
    Ok(runner.vm.get_current_step())
}

/// What a run of ours came to.
struct Ours {
    steps: usize,
    hints: u64,
    in_rust: u64,
}

/// The same with ours.
async fn ours(program: &[u8], environment: Option<&Path>) -> Outcome<Ours> {
    let text = ProgramText::read(program)?;
    let config = RunConfig {
        vm: VmConfig {
            layout: LAYOUT,
            ..VmConfig::default()
        },
        secure_run: false,
        hints: SessionInputs {
            python_env: environment.map(Path::to_path_buf),
            ..SessionInputs::default()
        },
        ..RunConfig::default()
    };
    let mut run = Run::of_program(&text, &Entry::main(), config, None, SourceFiles::Ignored)?;
    if let Err(error) = run.advance(Goal::End, &mut Unwatched).await {
        return Err(run.explain(error).text().into());
    }
    run.end(&mut std::io::sink()).await?;
    Ok(Ours {
        steps: usize::try_from(run.current_step())?,
        hints: run.hints_executed(),
        in_rust: run.hints_by_side().0,
    })
}

/// Processor time of this thread, which runs all of either: the first number of what Linux says.
fn now() -> Outcome<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = text.split(' ').next().unwrap_or_default().parse()?;
    Ok(Duration::from_nanos(nanoseconds))
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

fn main() -> Outcome<()> {
    let arguments = Arguments::parse();
    let environment = arguments.python_env.as_deref();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    println!(
        "{:12} {:>9} {:>7} {:>8} {:>10} {:>10} {:>7}",
        "program", "steps", "hints", "in Rust", "cairo-vm", "ours", "ratio"
    );
    for program in PROGRAMS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(program);
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let program = std::fs::read(&path)?;
        let (mut their_times, mut our_times) = (Vec::new(), Vec::new());
        let mut last = None;
        for round in 0..=arguments.rounds.max(1) {
            let started = now()?;
            let their_steps = theirs(&program).ok();
            let their_time = now()? - started;
            let started = now()?;
            let run = runtime.block_on(ours(&program, environment))?;
            let our_time = now()? - started;
            if their_steps.is_some_and(|steps| steps != run.steps) {
                return Err(format!("`{name}`: `{}` steps, not as cairo-vm", run.steps).into());
            }
            // The first round fills caches.
            if round == 0 {
                continue;
            }
            their_times.extend(their_steps.map(|_| their_time));
            our_times.push(our_time);
            last = Some(run);
        }
        let Some(run) = last else { continue };
        let ours = median(&mut our_times);
        let (theirs, ratio) = match &mut their_times[..] {
            [] => ("unknown".to_owned(), "-".to_owned()),
            times => {
                let theirs = median(times);
                (format!("{theirs:.1} ms"), format!("{:.2}", ours / theirs))
            }
        };
        println!(
            "{name:12} {:>9} {:>7} {:>8} {theirs:>10} {ours:>7.1} ms {ratio:>7}",
            run.steps, run.hints, run.in_rust
        );
    }
    Ok(())
}
