//! Programs without hints: `vm-host run` against cairo-vm's own `cairo_run` in a process of the same
//! settings and allocator, both as whole processes, with the trace and without.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use cairo_vm::cairo_run::{CairoRunConfig, cairo_run, write_encoded_memory, write_encoded_trace};
use cairo_vm::hint_processor::builtin_hint_processor::builtin_hint_processor_definition::BuiltinHintProcessor;
use serde_json::Value;

use super::server::Server;
use super::table::{Table, median};
use super::{Error, child};

const PROGRAM: &str = "long/no_hints";
/// Fewer than the program makes: the end of the run is not measured.
const SERVED_STEPS: usize = 900_000;

/// One way to run the program.
#[derive(Default)]
struct Figures {
    seconds: Vec<f64>,
    memory: Vec<f64>,
}

/// Adds the rows.
pub(crate) fn measure(table: &mut Table, rounds: usize) -> Result<(), Error> {
    let program = child::program(PROGRAM);
    let folder = tempfile::tempdir()?;
    for trace in [false, true] {
        let mut theirs = Figures::default();
        let mut ours = Figures::default();
        for _ in 0..=rounds {
            theirs.add(
                &mut cairo_vm(&program, folder.path(), trace)?,
                folder.path(),
            )?;
            ours.add(&mut vm_host(&program, folder.path(), trace)?, folder.path())?;
        }
        let with = if trace { "trace on" } else { "trace off" };
        let base = median(&theirs.seconds);
        table.section(
            &format!("a million steps, no hint, {with}"),
            "s",
            "× cairo_run",
        );
        table.row("cairo_run", base, Some(base));
        table.row("vm-host run", median(&ours.seconds), Some(base));
        let base = median(&theirs.memory);
        table.section(&format!("most memory, {with}"), "MB", "× cairo_run");
        table.row("cairo_run", base, Some(base));
        table.row("vm-host run", median(&ours.memory), Some(base));
    }
    Ok(())
}

/// Adds the rows of one step under the command and under a server, turn by turn.
pub(crate) fn measure_faces(table: &mut Table, rounds: usize) -> Result<(), Error> {
    let program = child::program(PROGRAM);
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (mut run, mut serve) = (Vec::new(), Vec::new());
    runtime.block_on(async {
        let server = Server::start(None).await?;
        let hash = server.upload(&program).await?;
        for _ in 0..=rounds {
            child::seconds(&mut vm_host(&program, folder.path(), false)?)?;
            let stats: Value = serde_json::from_reader(File::open(folder.path().join("stats"))?)?;
            let seconds = super::runs::number(&stats, "seconds_stepping")?;
            run.push(seconds / super::runs::number(&stats, "steps")? * 1e9);
            let name = server.create(&hash).await?;
            let start = Instant::now();
            server.run_steps(&name, SERVED_STEPS).await?;
            serve.push(start.elapsed().as_secs_f64() / SERVED_STEPS as f64 * 1e9);
            server.delete(name).await?;
        }
        Ok::<_, Error>(())
    })?;
    let base = median(&run);
    table.section("one step without hints, trace off", "ns", "× vm-host run");
    table.row("vm-host run", base, Some(base));
    table.row("a VM of vm-host serve", median(&serve), Some(base));
    Ok(())
}

impl Figures {
    fn add(&mut self, command: &mut Command, folder: &Path) -> Result<(), Error> {
        self.seconds.push(child::seconds(command)?);
        let stats: Value = serde_json::from_reader(File::open(folder.join("stats"))?)?;
        self.memory
            .push(super::runs::number(&stats, "host_peak_bytes")? / 1e6);
        Ok(())
    }
}

fn vm_host(program: &Path, folder: &Path, trace: bool) -> Result<Command, Error> {
    let mut command = Command::new(child::binary("vm-host")?);
    command.arg("run").arg(program).arg("--stats");
    command.arg(folder.join("stats"));
    if trace {
        command.arg("--trace_file").arg(folder.join("trace"));
        command.arg("--memory_file").arg(folder.join("memory"));
    }
    Ok(command)
}

fn cairo_vm(program: &Path, folder: &Path, trace: bool) -> Result<Command, Error> {
    let mut command = child::role("cairo-run")?;
    command.arg(program).arg(folder);
    if trace {
        command.arg("trace");
    }
    Ok(command)
}

/// What cairo-vm's own command does: runs the program, writes trace and memory when asked.
pub(crate) fn child(arguments: &[String]) -> Result<(), Error> {
    let [program, folder, rest @ ..] = arguments else {
        return Err("two paths are needed".into());
    };
    let folder = Path::new(folder);
    let trace = !rest.is_empty();
    let config = CairoRunConfig {
        trace_enabled: trace,
        relocate_mem: trace,
        ..CairoRunConfig::default()
    };
    let content = std::fs::read(program)?;
    let runner = cairo_run(&content, &config, &mut BuiltinHintProcessor::new_empty())?;
    if trace {
        let mut writer = BufWriter::with_capacity(3 << 20, File::create(folder.join("trace"))?);
        let trace = runner.relocated_trace.as_ref().ok_or("no trace")?;
        write_encoded_trace(trace, &mut writer)?;
        writer.flush()?;
        let mut writer = BufWriter::with_capacity(5 << 20, File::create(folder.join("memory"))?);
        write_encoded_memory(&runner.relocated_memory, &mut writer)?;
        writer.flush()?;
    }
    let peak = vm_host::command::peak_memory_bytes();
    let stats = serde_json::json!({ "host_peak_bytes": peak });
    std::fs::write(folder.join("stats"), stats.to_string())?;
    Ok(())
}
