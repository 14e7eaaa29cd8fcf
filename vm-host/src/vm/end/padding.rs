//! Trace padding of proof mode: how many steps the trace needs so that every component of the layout has
//! room. The answer only depends on what the run used, so all candidates are tried before a step is run.

use std::io::{self, Write};

use cairo_vm::vm::runners::cairo_runner::CairoRunner;

use crate::vm::range_checks::range_check_limits;
use crate::vm::shape::{RunShape, insufficient, safe_div};
use crate::vm::slices::Slices;
use crate::vm::{Exception, RunFailure};

/// Steps after which the search ends. The reference VM would go on doubling the trace for ever.
const MAX_STEPS: u64 = 1 << 31;

/// The number of steps to which the trace is padded. Prints a warning for every power of two that is too
/// small, as the reference VM does.
pub(super) async fn padded_steps(
    runner: &CairoRunner,
    shape: &RunShape,
    writer: &mut dyn Write,
    slices: Slices<'_>,
) -> io::Result<Result<u64, RunFailure>> {
    let needs = Needs::of(runner, shape, slices).await;
    let mut steps = (runner.vm.get_current_step() as u64).next_power_of_two();
    loop {
        match needs.check(steps) {
            Ok(()) => return Ok(Ok(steps)),
            Err(failure) if failure.exception != Exception::InsufficientAllocatedCells => {
                return Ok(Err(failure));
            }
            Err(failure) if steps >= MAX_STEPS => {
                return Ok(Err(
                    failure.with_hint("no number of steps is enough; use another --layout")
                ));
            }
            Err(failure) => {
                writeln!(
                    writer,
                    "Warning: {} Increasing number of steps.",
                    failure.text
                )?;
            }
        }
        steps *= 2;
    }
}

/// What the run used.
struct Needs<'a> {
    runner: &'a CairoRunner,
    shape: &'a RunShape,
    /// Distance between the smallest and the largest range-checked value.
    range_check_width: u64,
    memory_holes: u64,
}

impl<'a> Needs<'a> {
    async fn of(runner: &'a CairoRunner, shape: &'a RunShape, slices: Slices<'_>) -> Self {
        let limits = range_check_limits(runner, slices).await;
        Self {
            runner,
            shape,
            range_check_width: limits.map_or(0, |(min, max)| u64::from(max - min)),
            memory_holes: crate::vm::pie::memory_holes(&runner.vm, shape, slices)
                .await
                .0,
        }
    }

    fn check(&self, steps: u64) -> Result<(), RunFailure> {
        for builtin in &self.runner.vm.builtin_runners {
            RunShape::used_and_allocated_after(&self.runner.vm, builtin, steps)?;
        }
        self.check_range_checks(steps)?;
        self.check_memory(steps)?;
        self.check_diluted(steps)
    }

    fn check_range_checks(&self, steps: u64) -> Result<(), RunFailure> {
        use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
        let vm = &self.runner.vm;
        let mut used = 0;
        for builtin in &vm.builtin_runners {
            let parts = match builtin {
                BuiltinRunner::RangeCheck(builtin) => builtin.n_parts(),
                BuiltinRunner::RangeCheck96(builtin) => builtin.n_parts(),
                _ => continue,
            };
            used += parts * RunShape::used_and_allocated_after(vm, builtin, steps)?.0;
        }
        // Every instruction takes three.
        let per_step = i128::from(self.shape.layout.range_check_units) - 3;
        let unused = per_step * i128::from(steps) - i128::from(used);
        let needed = self.range_check_width;
        if unused < i128::from(needed) {
            return Err(insufficient(format!(
                "There are only {unused} cells to fill the range checks holes, but potentially {needed} are required."
            )));
        }
        Ok(())
    }

    fn check_memory(&self, steps: u64) -> Result<(), RunFailure> {
        let layout = &self.shape.layout;
        let mut builtins = 0;
        for builtin in &self.runner.vm.builtin_runners {
            builtins += i128::from(RunShape::memory_units(&self.runner.vm, builtin, steps)?);
        }
        let total = layout.memory_units * steps;
        let public = safe_div(total, layout.public_memory_fraction)?;
        // Every instruction takes four.
        let unused = i128::from(total) - i128::from(public) - i128::from(4 * steps) - builtins;
        let holes = self.memory_holes;
        if unused < i128::from(holes) {
            return Err(insufficient(format!(
                "There are only {unused} cells to fill the memory address holes, but {holes} are required."
            )));
        }
        Ok(())
    }

    fn check_diluted(&self, steps: u64) -> Result<(), RunFailure> {
        let Some(pool) = self.shape.layout.diluted_pool else {
            return Ok(());
        };
        let vm = &self.runner.vm;
        let mut used = 0;
        for builtin in &vm.builtin_runners {
            let cells = vm.get_segment_used_size(builtin.base()).unwrap_or(0) as u64;
            let units = builtin.get_used_diluted_check_units(pool.spacing, pool.bits) as u64;
            let instances = RunShape::allocated_instances(builtin, cells, steps)?;
            used += i128::from(units) * i128::from(instances);
        }
        let log = pool.log_units_per_step;
        // `cairo-vm` refuses parameters with a larger logarithm.
        let factor = 1_u64 << log.unsigned_abs().min(31);
        let units = if log >= 0 {
            factor * steps
        } else {
            safe_div(steps, factor)?
        };
        let unused = i128::from(units) - used;
        let needed = 1_i128 << pool.bits;
        if unused < needed {
            return Err(insufficient(format!(
                "There are only {unused} cells to fill the diluted check holes, but potentially {needed} are required."
            )));
        }
        Ok(())
    }
}
