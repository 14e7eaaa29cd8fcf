//! What stays fixed while a run goes on and is needed when it ends: the layout, the builtins the program
//! asked for, and how many cells each builtin may use after so many steps.

use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;
use cairo_vm::vm::vm_core::VirtualMachine;

use super::config::VmConfig;
use super::layout::Layout;
use crate::vm::{Exception, RunFailure};

/// The fixed side of a run.
#[derive(Clone, Debug)]
pub(crate) struct RunShape {
    /// The layout.
    pub layout: Layout,
    /// The builtins of the program, in its order.
    pub program_builtins: Vec<BuiltinName>,
    /// Number of cells of the program.
    pub program_size: usize,
    /// The segment of zeros that mod builtins share, if there is one.
    pub zero_segment: Option<usize>,
    /// Whether the run makes a provable trace.
    pub proof_mode: bool,
    /// Whether builtins that the layout lacks are allowed.
    pub allow_missing_builtins: bool,
}

/// Cells of the zero segment: four words, or three offsets.
pub(crate) const ZERO_SEGMENT_SIZE: usize = 4;

/// Memory units that an instance of a mod builtin needs besides its cells.
const MOD_MEMORY_UNITS: u64 = 15;

impl RunShape {
    pub(super) fn of(runner: &CairoRunner, layout: Layout, config: &VmConfig) -> Self {
        let segments = &runner.vm.segments;
        Self {
            layout,
            program_builtins: runner.get_program_builtins().clone(),
            program_size: runner.get_program().data_len(),
            // It is the last segment that initialisation makes.
            zero_segment: segments
                .has_zero_segment()
                .then(|| segments.num_segments() - 1),
            proof_mode: config.proof_mode,
            allow_missing_builtins: config.allow_missing_builtins,
        }
    }

    /// Instances of a builtin that a trace of so many steps has room for.
    pub(crate) fn allocated_instances(
        builtin: &BuiltinRunner,
        used_cells: u64,
        steps: u64,
    ) -> Result<u64, RunFailure> {
        let name = builtin.name().to_str();
        let per_component = match builtin {
            BuiltinRunner::Output(_) | BuiltinRunner::SegmentArena(_) => return Ok(used_cells),
            BuiltinRunner::Keccak(_) => 16,
            _ => 1,
        };
        let ratio = u64::from(builtin.ratio().unwrap_or(0));
        if ratio == 0 {
            return Ok(0);
        }
        let denominator = u64::from(builtin.ratio_den().unwrap_or(1)).max(1);
        let least_steps = (ratio * per_component).div_ceil(denominator);
        if steps < least_steps {
            return Err(insufficient(format!(
                "Number of steps must be at least {least_steps} for the {name} builtin."
            )));
        }
        safe_div(steps * denominator, ratio)
    }

    /// The number of cells that a builtin used and has room for, at the current step.
    pub(crate) fn used_and_allocated(
        &self,
        vm: &VirtualMachine,
        builtin: &BuiltinRunner,
    ) -> Result<(u64, u64), RunFailure> {
        Self::used_and_allocated_after(vm, builtin, vm.get_current_step() as u64)
    }

    /// The same, after so many steps.
    pub(crate) fn used_and_allocated_after(
        vm: &VirtualMachine,
        builtin: &BuiltinRunner,
        steps: u64,
    ) -> Result<(u64, u64), RunFailure> {
        let used = vm.get_segment_used_size(builtin.base()).unwrap_or(0) as u64;
        let instances = Self::allocated_instances(builtin, used, steps)?;
        if matches!(
            builtin,
            BuiltinRunner::Output(_) | BuiltinRunner::SegmentArena(_)
        ) {
            return Ok((used, used));
        }
        let size = u64::from(builtin.cells_per_instance()) * instances;
        if used > size {
            let name = builtin.name().to_str();
            return Err(insufficient(format!(
                "The {name} builtin used {used} cells but the capacity is {size}."
            )));
        }
        Ok((used, size))
    }

    /// Memory units that a builtin takes after so many steps.
    pub(crate) fn memory_units(
        vm: &VirtualMachine,
        builtin: &BuiltinRunner,
        steps: u64,
    ) -> Result<u64, RunFailure> {
        let extra = match builtin {
            BuiltinRunner::Output(_) | BuiltinRunner::SegmentArena(_) => return Ok(0),
            BuiltinRunner::Mod(_) => MOD_MEMORY_UNITS,
            _ => 0,
        };
        let used = vm.get_segment_used_size(builtin.base()).unwrap_or(0) as u64;
        let instances = Self::allocated_instances(builtin, used, steps)?;
        Ok((u64::from(builtin.cells_per_instance()) + extra) * instances)
    }
}

pub(crate) fn insufficient(text: String) -> RunFailure {
    RunFailure::new(Exception::InsufficientAllocatedCells, text)
}

/// A division that must leave nothing.
pub(crate) fn safe_div(dividend: u64, divisor: u64) -> Result<u64, RunFailure> {
    match dividend.checked_rem(divisor) {
        Some(0) => Ok(dividend / divisor),
        _ => Err(RunFailure::assertion(format!(
            "{dividend} is not divisible by {divisor}."
        ))),
    }
}
