//! Building a VM: the runner before its first step, the arguments of a function, the worker.

use std::sync::Arc;

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::cairo_runner::CairoRunner;
use hint_proto::v1::argument::Kind;
use hint_proto::v1::{Argument, LogLevel, VmState};
use tonic::Status;

use super::super::error::{Problem, Reason, invalid};
use super::super::handle::Shared;
use super::super::registry::{Registry, has_ended};
use super::super::spec::{Entry, VmSpec};
use super::super::value;
use super::{PROGRAM_BASE, VmTask, state};
use crate::cli::HintPlacement;
use crate::hint::session::SessionInputs;
use crate::hint::wire;
use crate::placement::{NativeHints, Surroundings};
use crate::program::{CompiledProgram, ExceptionContext, SourceFiles};
use crate::vm::Machine;
use crate::vm::finish::{self, Ended, PreparedRun};
use crate::worker::Turn;

impl VmTask {
    /// Makes the VM and starts its worker. A program whose hints do not load gives a failed VM.
    pub(super) async fn build(
        registry: &Registry,
        shared: &Arc<Shared>,
        spec: VmSpec,
    ) -> Result<Self, Status> {
        let VmSpec {
            program,
            options,
            layout_params,
            entry,
            inputs,
            attached,
            max_steps,
            program_segment_size,
            ..
        } = spec;
        let is_main = matches!(entry, Entry::Main);
        let mut ended = Ended::default();
        let mut is_prepared = false;
        let bad = |error: &dyn std::fmt::Display| {
            Status::from(Problem::new(Reason::ProgramUnfit, error).field("program_hash"))
        };
        let compiled = &program.program;
        let placement = options.hints.placement;
        let natives = natives(compiled, placement, &inputs, attached)?;
        // In proof mode, and for other functions, there need not be a `main`.
        let name = (is_main && !options.proof_mode).then_some("main");
        let mut vm_program = compiled
            .cairo_vm_program(name)
            .map_err(|error| bad(&error))?;
        if !is_main && compiled.label("main").is_none() {
            // The runner is prepared from some entry point; the real one is set below.
            let label = match &entry {
                Entry::Function {
                    name: Some(name), ..
                } => name.clone(),
                _ => String::new(),
            };
            if let Ok(other) = compiled.cairo_vm_program(Some(&label)) {
                vm_program = other;
            }
        }
        let PreparedRun {
            runner, end, shape, ..
        } = match entry {
            Entry::Main => finish::initialize(&vm_program, &options, layout_params)
                .map_err(|error| bad(&error))?,
            Entry::Function {
                pc,
                name,
                arguments,
                surroundings,
            } => {
                let builtins = &surroundings.builtins;
                let mut prepared = finish::prepare(&vm_program, &options, layout_params, builtins)
                    .map_err(|error| bad(&error))?;
                let vm = &mut prepared.runner.vm;
                for _ in 0..surroundings.segments {
                    vm.add_memory_segment();
                }
                for _ in 0..surroundings.temporary_segments {
                    vm.add_temporary_segment();
                }
                ended.keeps_temporary_segments = surroundings.keep_temporary_segments;
                is_prepared = attached && !builtins.is_empty();
                prepared.end = enter_function(
                    &mut prepared.runner,
                    compiled,
                    pc,
                    name.as_deref(),
                    &arguments,
                )?;
                prepared
            }
        };
        let final_pc = (!options.proof_mode).then_some(end);
        let mut task = Self {
            shared: Arc::clone(shared),
            context: ExceptionContext::new(
                Arc::clone(compiled),
                PROGRAM_BASE,
                SourceFiles::Ignored,
            ),
            machine: Machine::new(runner, None, final_pc),
            program,
            options,
            shape,
            end,
            is_main,
            max_steps,
            program_segment_size,
            waiting: None,
            outputs: None,
            turn: Turn::default(),
            ended,
            cells_written: 0,
            max_written_cells: registry.options.max_written_cells,
            max_segments: registry.options.max_segments,
            relocation: None,
            cell_count: None,
        };
        task.machine.natives = natives;
        let is_idle = task.program.program.hints().is_empty() && !is_prepared;
        if is_idle || placement == HintPlacement::Native {
            shared.engine_ready.send_replace(true);
        } else if attached {
            task.waiting = Some(inputs);
        } else {
            task.start_worker(&registry.spawner, inputs).await?;
        }
        let hints = task.program.program.hints().len();
        shared.log(
            LogLevel::Info,
            format!(
                "created with `{hints}` hints, layout `{}`",
                task.options.layout
            ),
        );
        let progress = state::progress(&task.machine);
        let pid = task
            .machine
            .session
            .as_ref()
            .and_then(|session| session.process_id());
        shared.publish(|vm| {
            progress(vm);
            vm.worker_process_id = pid.unwrap_or_default();
            if !has_ended(vm) {
                vm.set_state(VmState::Created);
            }
        });
        Ok(task)
    }
}

/// The hints that run in Rust, if the client wants any to.
fn natives(
    program: &Arc<CompiledProgram>,
    placement: HintPlacement,
    inputs: &SessionInputs,
    attached: bool,
) -> Result<Option<NativeHints>, Status> {
    if placement == HintPlacement::Python {
        return Ok(None);
    }
    let mut surroundings =
        Surroundings::of_locals(&[&inputs.hint_locals_json, &inputs.static_locals_json]);
    surroundings.variables.insert("program_input".to_owned());
    surroundings.foreign_objects |= attached || !inputs.syscall_handler.is_empty();
    let natives = NativeHints::new(program, PROGRAM_BASE, &surroundings);
    if placement == HintPlacement::Native && !natives.is_everything() {
        let mut placed = program.hints().iter().zip(natives.placements());
        let (pc, reason) = placed
            .find(|(_, placement)| !placement.native)
            .map(|(hint, placement)| (hint.pc, placement.reason.as_str()))
            .unwrap_or_default();
        let text = format!("the hint at pc `{pc}` cannot run in Rust: {reason}");
        let problem = Problem::new(Reason::HintNotNative, text);
        return Err(problem
            .precondition("HINT_PLACEMENT", "hint_placement")
            .into());
    }
    Ok(Some(natives))
}

/// Lets the run begin with a call of the function at `pc`.
fn enter_function(
    runner: &mut CairoRunner,
    program: &CompiledProgram,
    pc: usize,
    name: Option<&str>,
    arguments: &[Argument],
) -> Result<Relocatable, Status> {
    let mut stack = match name {
        Some(name) => implicit_arguments(runner, program, name, arguments.len())?,
        None => Vec::new(),
    };
    for argument in arguments {
        stack.push(place(runner, argument)?);
    }
    let failed = |error: &dyn std::fmt::Display| {
        invalid(
            "entry_point",
            Reason::BadEntryPoint,
            format!("the call cannot be made: `{error}`"),
        )
    };
    let end = runner
        .initialize_function_entrypoint(pc, stack, MaybeRelocatable::Int(Felt252::ZERO))
        .map_err(|error| failed(&error))?;
    runner.initialize_vm().map_err(|error| failed(&error))?;
    Ok(end)
}

/// The implicit arguments that the caller left to us: pointers to builtins. None when the caller gave as
/// many arguments as the function has, implicit ones included, or when nothing is known of it.
fn implicit_arguments(
    runner: &CairoRunner,
    program: &CompiledProgram,
    name: &str,
    given: usize,
) -> Result<Vec<MaybeRelocatable>, Status> {
    let definition = |part: &str| {
        [format!("{name}.{part}"), format!("__main__.{name}.{part}")]
            .iter()
            .find_map(|name| program.struct_definition(name))
    };
    let (Some(implicit), Some(explicit)) = (definition("ImplicitArgs"), definition("Args")) else {
        return Ok(Vec::new());
    };
    let (hidden, shown) = (implicit.size, explicit.size);
    if given as u64 == hidden + shown {
        return Ok(Vec::new());
    }
    const FIELD: &str = "entry_point.arguments";
    if given as u64 != shown {
        let text = format!(
            "`{name}` takes `{shown}` cells of arguments (or `{}` with the implicit ones), not `{given}`",
            hidden + shown
        );
        return Err(invalid(FIELD, Reason::BadArguments, text));
    }
    let pointer = |member: &str| {
        let builtin = member.strip_suffix("_ptr")?;
        let mut runners = runner.vm.builtin_runners.iter();
        let found = runners.find(|runner| runner.name().to_str() == builtin)?;
        let base = Relocatable {
            segment_index: found.base() as isize,
            offset: 0,
        };
        Some(MaybeRelocatable::RelocatableValue(base))
    };
    let pointers = implicit.members.iter().map(|member| {
        pointer(&member.name).ok_or_else(|| {
            let text = format!(
                "the implicit argument `{}` of `{name}` is no builtin of this run; \
                 give all implicit arguments before the others",
                member.name
            );
            invalid(FIELD, Reason::BadArguments, text)
        })
    });
    pointers.collect()
}

/// The value of an argument; lists go into new segments, outer ones first. The depth was checked.
fn place(runner: &mut CairoRunner, argument: &Argument) -> Result<MaybeRelocatable, Status> {
    let bad = || {
        invalid(
            "entry_point.arguments",
            Reason::BadArguments,
            "an argument cannot be used",
        )
    };
    match &argument.kind {
        Some(Kind::Felt(text)) => value::felt(text).map(MaybeRelocatable::Int).ok_or_else(bad),
        Some(Kind::Address(address)) => wire::address(address)
            .map(MaybeRelocatable::RelocatableValue)
            .ok_or_else(bad),
        Some(Kind::List(list)) => {
            let base = runner.vm.add_memory_segment();
            let mut cells = Vec::with_capacity(list.elements.len());
            for element in &list.elements {
                cells.push(place(runner, element)?);
            }
            runner.vm.load_data(base, &cells).map_err(|_| bad())?;
            Ok(MaybeRelocatable::RelocatableValue(base))
        }
        None => Err(bad()),
    }
}
