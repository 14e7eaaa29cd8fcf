//! From nothing to the first answered hint: a cold worker, and one that the zygote forks; with the modules
//! of cairo-lang when an environment is given. Then what idle workers hold.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use cairo_vm::types::layout_name::LayoutName;
use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;
use vm_host::hint::{HintSession, Limits, Peer, RunState, SessionInputs};
use vm_host::program::CompiledProgram;
use vm_host::worker::{Link, Sandbox, Spawner, WorkerOptions, WorkerProcess};

use super::table::{Table, median};
use super::{Error, child};

const COLD: usize = 5;
const WARM: usize = 50;
const IDLE: usize = 64;
/// What the hints of the standard library import most.
const MODULES: &[&str] = &[
    "starkware.cairo.common.math_utils",
    "starkware.cairo.common.cairo_secp.secp_utils",
    "starkware.cairo.common.dict",
    "starkware.python.math_utils",
    "starkware.starknet.common.syscalls",
];

/// A VM that has answered its first hint.
struct Started {
    session: HintSession,
    _runner: CairoRunner,
}

/// Adds the rows.
pub(crate) fn measure(table: &mut Table, python_env: Option<&Path>) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let options = WorkerOptions {
        binary: child::binary("hint-worker")?,
        python_env: python_env.map(Path::to_path_buf),
        sandbox: Sandbox::default(),
    };
    let (modules, program, with) = match python_env {
        Some(_) => (MODULES, "long/start_starkware", "starkware modules"),
        None => (&[][..], "long/start", "no module"),
    };
    let json: Arc<[u8]> = std::fs::read(child::program(program))?.into();
    runtime.block_on(async {
        let mut cold = Vec::new();
        for _ in 0..COLD {
            let start = Instant::now();
            let (worker, socket) = WorkerProcess::spawn(&options)?;
            first_hint(&json, worker, socket).await?;
            cold.push(start.elapsed().as_secs_f64() * 1e3);
        }
        let preload: Vec<_> = modules.iter().map(|&name| name.to_owned()).collect();
        let contained = WorkerOptions {
            sandbox: Sandbox::contained(),
            ..options.clone()
        };
        let spawner = Spawner::start(options.clone(), preload.clone())?;
        let confining = Spawner::start(contained, preload)?;
        let mut warm = [Vec::new(), Vec::new()];
        // Side by side, so that a busy minute is in both.
        for count in 0..=WARM {
            for (spawner, times) in [&spawner, &confining].into_iter().zip(&mut warm) {
                let start = Instant::now();
                let (worker, socket) = spawner.spawn(None).await?;
                first_hint(&json, worker, socket).await?;
                if count > 0 {
                    times.push(start.elapsed().as_secs_f64() * 1e3);
                }
            }
        }
        let cold = median(&cold);
        table.section(&format!("create to first hint, {with}"), "ms", "× cold");
        table.row("cold worker", cold, Some(cold));
        let [warm, confined] = warm.map(|times| median(&times));
        table.row("worker forked by the zygote", warm, Some(cold));
        table.row("the same, contained", confined, Some(cold));
        table.row("what the sandbox takes", confined - warm, Some(cold));
        let mut idle = Vec::new();
        for _ in 0..IDLE {
            let (worker, socket) = spawner.spawn(None).await?;
            idle.push(first_hint(&json, worker, socket).await?);
        }
        let mut own = Vec::new();
        let mut proportional = Vec::new();
        for vm in &idle {
            let pid = vm.session.process_id().ok_or("no process")?;
            let memory = Memory::of(pid)?;
            own.push(memory.own);
            proportional.push(memory.proportional);
        }
        table.section(
            &format!("memory of each of {IDLE} idle workers, {with}"),
            "MB",
            "",
        );
        table.row("its own (private pages)", median(&own), None);
        table.row(
            "PSS, with its part of what they share",
            median(&proportional),
            None,
        );
        Ok(())
    })
}

async fn first_hint(
    json: &Arc<[u8]>,
    process: WorkerProcess,
    socket: std::os::unix::net::UnixStream,
) -> Result<Started, Error> {
    let program = Arc::new(CompiledProgram::from_json(json)?);
    let vm_program = program.cairo_vm_program(None)?;
    let mut runner = CairoRunner::new(&vm_program, LayoutName::plain, None, false, false, false)?;
    runner.initialize(false)?;
    let link = Link::open(socket).await?;
    let base = Relocatable {
        segment_index: 0,
        offset: 0,
    };
    let main = (Arc::clone(&program), base, Arc::clone(json));
    let mut state = RunState::new(main, Limits::default());
    let peer = (0, Peer::Worker { link, process });
    let inputs = SessionInputs::default();
    let vm = &mut runner.vm;
    let mut session = HintSession::start(peer, &inputs, Vec::new(), &mut state, vm).await?;
    session
        .load(vm, &mut state, 0..program.hints().len() as u32)
        .await?;
    session.execute(vm, &mut state, 0).await?;
    Ok(Started {
        session,
        _runner: runner,
    })
}

/// A process's memory in MB, as `/proc` counts it.
struct Memory {
    own: f64,
    proportional: f64,
}

impl Memory {
    fn of(pid: u32) -> Result<Self, Error> {
        let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
        let sum = |names: &[&str]| -> f64 {
            text.lines()
                .filter(|line| names.iter().any(|name| line.starts_with(name)))
                .filter_map(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok())
                .sum::<f64>()
                / 1024.0
        };
        Ok(Self {
            own: sum(&["Private_Clean:", "Private_Dirty:"]),
            proportional: sum(&["Pss:"]),
        })
    }
}
