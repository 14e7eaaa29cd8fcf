//! Building a VM: the runner of a program or a PIE in a layout, standing before its first step.

mod layout_params;
mod pie;

pub(crate) use layout_params::{MAX_LAYOUT_PARAMS_BYTES, layout_params};
pub(crate) use pie::{compare_pie, initialize_pie};

use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::program::Program;
use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::errors::runner_errors::RunnerError;
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
use cairo_vm::vm::runners::cairo_runner::{CairoRunner, ORDERED_BUILTIN_LIST};

use super::config::VmConfig;
use super::layout::{Layout, SUPPORTED_BUILTINS};
use super::pie::Pie;
use super::shape::RunShape;
use super::{Exception, RunFailure};

/// A VM that stands before its first step.
pub(crate) struct PreparedRun {
    /// The runner.
    pub runner: CairoRunner,
    /// Where the run ends.
    pub end: Relocatable,
    /// Its fixed side.
    pub shape: RunShape,
    /// The PIE that is run again, if one is.
    pub pie: Option<Pie>,
}

impl std::fmt::Debug for PreparedRun {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PreparedRun")
            .field("end", &self.end)
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

/// Prepares a run of the program from its entry point (in proof mode, from `__start__`).
pub(crate) fn initialize(program: &Program, config: &VmConfig) -> Result<PreparedRun, RunFailure> {
    if config.proof_mode {
        check_proof_labels(program)?;
    }
    build(program, config, |runner| {
        runner.initialize(config.allow_missing_builtins)
    })
}

/// Prepares a run up to its segments, with these builtins instead of the program's if there are any. The
/// caller enters a function and sets where the run ends.
pub(crate) fn prepare(
    program: &Program,
    config: &VmConfig,
    builtins: &[BuiltinName],
) -> Result<PreparedRun, RunFailure> {
    if !builtins.is_empty() {
        // The builtins of the reference VM's `CairoFunctionRunner`, which has no segment of zeros.
        return build(program, config, |runner| {
            runner.initialize_function_runner_cairo_1(builtins)?;
            Ok(Relocatable::default())
        });
    }
    build(program, config, |runner| {
        runner.initialize_builtins(config.allow_missing_builtins)?;
        runner.initialize_segments(None);
        for builtin in &mut runner.vm.builtin_runners {
            if let BuiltinRunner::Mod(modulo) = builtin {
                modulo.initialize_zero_segment(&mut runner.vm.segments);
            }
        }
        Ok(Relocatable::default())
    })
}

fn build(
    program: &Program,
    config: &VmConfig,
    initialize: impl FnOnce(&mut CairoRunner) -> Result<Relocatable, RunnerError>,
) -> Result<PreparedRun, RunFailure> {
    let builtins: Vec<_> = program.iter_builtins().copied().collect();
    check_builtins(&builtins, config)?;
    let layout = Layout::new(config.layout, config.layout_params.as_ref());
    // The runner pads nothing itself: it would print no warnings, and with padding disabled it would
    // compute other sizes for the builtins than the reference VM.
    let mut runner = CairoRunner::new(
        program,
        config.layout,
        config.layout_params.clone(),
        config.proof_mode,
        config.keeps_trace(),
        false,
    )
    .map_err(|error| failure(&error))?;
    let end = initialize(&mut runner).map_err(|error| failure(&error))?;
    let shape = RunShape::of(&runner, layout, config);
    Ok(PreparedRun {
        runner,
        end,
        shape,
        pie: None,
    })
}

fn check_builtins(builtins: &[BuiltinName], config: &VmConfig) -> Result<(), RunFailure> {
    let offered = Layout::builtins(config.layout);
    let missing: Vec<_> = builtins
        .iter()
        .filter(|builtin| !offered.contains(builtin))
        .copied()
        .collect();
    if !missing.is_empty() && !config.allow_missing_builtins {
        let failure = RunFailure::assertion(format!(
            "Builtins {{{}}} are not present in layout \"{}\"",
            quoted(&missing),
            config.layout
        ));
        let hint = match Layout::with_builtins(builtins) {
            Some(name) => format!("`--layout {name}` has them"),
            None => format!("no layout has all of {}", quoted(builtins)),
        };
        return Err(failure.with_hint(hint));
    }
    debug_assert_eq!(ORDERED_BUILTIN_LIST, SUPPORTED_BUILTINS);
    let mut supported = SUPPORTED_BUILTINS.iter();
    if !builtins
        .iter()
        .all(|builtin| supported.any(|supported| supported == builtin))
    {
        return Err(RunFailure::assertion(format!(
            "The builtins specified by the %builtins directive must be subsequence of [{}]. Got [{}].",
            quoted(&SUPPORTED_BUILTINS),
            quoted(builtins)
        )));
    }
    Ok(())
}

fn check_proof_labels(program: &Program) -> Result<(), RunFailure> {
    for label in ["__start__", "__end__"] {
        let known = program
            .get_identifier(&format!("__main__.{label}"))
            .is_some_and(|identifier| identifier.pc.is_some());
        if !known {
            return Err(RunFailure::new(
                Exception::MissingIdentifier,
                // The reference VM starts at 0 without `__start__`, and misses `__end__`.
                "Unknown identifier '__end__'.",
            )
            .with_hint("compile the program with `cairo-compile --proof_mode`"));
        }
    }
    Ok(())
}

/// Python's list of builtin names, without the brackets.
fn quoted(builtins: &[BuiltinName]) -> String {
    let names: Vec<_> = builtins
        .iter()
        .map(|builtin| format!("'{}'", builtin.to_str()))
        .collect();
    names.join(", ")
}

fn failure(error: &RunnerError) -> RunFailure {
    match error {
        RunnerError::MissingMain => RunFailure::assertion("Missing main()."),
        RunnerError::MemoryValidationError(error)
        | RunnerError::MemoryInitializationError(error) => RunFailure::of_memory(error),
        error => RunFailure::assertion(error.to_string()),
    }
}
