//! A long program whose hints are all of the standard library: cairo-vm's own `cairo_run` against this
//! project's loop with its placed hints, in one process, turn by turn. Prints the ratio of the medians.
//!
//!     cargo bench -p vm-host --bench placement -- [ROUNDS]

use std::time::{Duration, Instant};

use cairo_vm::cairo_run::{CairoRunConfig, cairo_run};
use cairo_vm::hint_processor::builtin_hint_processor::builtin_hint_processor_definition::BuiltinHintProcessor;
use cairo_vm::types::layout_name::LayoutName;
use vm_host::program::SourceFiles;
use vm_host::run::{Entry, Goal, ProgramText, Run, RunConfig, Unwatched, VmConfig};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PROGRAM: &[u8] = include_bytes!("program.json");
const LAYOUT: LayoutName = LayoutName::small;
const ROUNDS: usize = 5;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Loads, runs and ends the program with cairo-vm's own loop; returns the steps.
fn theirs() -> Outcome<usize> {
    let config = CairoRunConfig {
        layout: LAYOUT,
        secure_run: Some(false),
        ..CairoRunConfig::default()
    };
    let runner = cairo_run(PROGRAM, &config, &mut BuiltinHintProcessor::new_empty())?;
    Ok(runner.vm.get_current_step())
}

/// The same with ours; returns the steps and the hints.
async fn ours() -> Outcome<(usize, u64)> {
    let text = ProgramText::read(PROGRAM)?;
    let config = RunConfig {
        vm: VmConfig {
            layout: LAYOUT,
            ..VmConfig::default()
        },
        secure_run: false,
        ..RunConfig::default()
    };
    let mut run = Run::of_program(&text, &Entry::main(), config, None, SourceFiles::Ignored)?;
    if let Err(error) = run.advance(Goal::End, &mut Unwatched).await {
        return Err(run.explain(error).text().into());
    }
    run.end(&mut std::io::sink()).await?;
    let (steps, hints) = (run.current_step(), run.hints_executed());
    Ok((usize::try_from(steps)?, hints))
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn main() -> Outcome<()> {
    // `cargo bench` passes options of its own.
    let rounds = std::env::args().find_map(|argument| argument.parse().ok());
    let rounds = rounds.unwrap_or(ROUNDS).max(1);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (mut their_times, mut our_times) = (Vec::new(), Vec::new());
    let (mut steps, mut hints) = (0, 0);
    for _ in 0..rounds {
        let started = Instant::now();
        let their_steps = theirs()?;
        their_times.push(started.elapsed());
        let started = Instant::now();
        (steps, hints) = runtime.block_on(ours())?;
        our_times.push(started.elapsed());
        if steps != their_steps {
            return Err(format!("`{steps}` steps, but cairo-vm made `{their_steps}`").into());
        }
    }
    let (theirs, ours) = (median(&mut their_times), median(&mut our_times));
    println!("{steps} steps, {hints} hints, {rounds} rounds");
    println!(
        "cairo-vm's own loop   {:>8.1} ms",
        theirs.as_secs_f64() * 1e3
    );
    println!("ours, hints placed    {:>8.1} ms", ours.as_secs_f64() * 1e3);
    println!(
        "ratio                 {:>8.3}",
        ours.as_secs_f64() / theirs.as_secs_f64()
    );
    Ok(())
}
