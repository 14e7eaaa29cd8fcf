//! Ending a run: what the hints leave, the reference VM's checks, the verification.

use std::io::{self, Write};

use super::core::{Run, slices_of};
use super::failure::Failure;
use crate::account;
use crate::hint::dispatch::Dispatch;
use crate::vm::end::{
    EndError, check_relocatable, end_run, finalize_segments, fix_segment_sizes, read_return_values,
    verify_secure, verify_secure_function,
};
use crate::vm::outputs::Relocation;
use crate::vm::pie::Pie;
use crate::vm::start::compare_pie;
use crate::vm::{Exception, RunFailure};

/// Why a run did not end.
#[derive(Debug, thiserror::Error)]
pub enum NotEnded {
    /// It failed.
    #[error("{}", .0.message)]
    Failed(Box<Failure>),
    /// The warnings of the trace's padding could not be written.
    #[error("cannot write to stdout: {0}")]
    Print(#[from] io::Error),
}

impl From<Failure> for NotEnded {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

impl From<RunFailure> for NotEnded {
    fn from(failure: RunFailure) -> Self {
        Failure::from(failure).into()
    }
}

impl Run {
    /// Checks the rules that hints registered, and asks the engines for their side of the end. Part of
    /// [`Run::end`], and does nothing the second time.
    ///
    /// # Errors
    /// [`Failure`] when a rule raises or does not hold, or an engine is gone.
    pub async fn end_hints(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.hints_ended, true) {
            return Ok(());
        }
        // A PIE brings memory of its own.
        self.ended.addresses_exist =
            self.program.is_some() && !self.hints.as_ref().is_some_and(Dispatch::has_engine);
        let vm = &mut self.vm.runner.vm;
        let Some(hints) = &mut self.hints else {
            return Ok(());
        };
        let complaint = self.rules.verify(vm, hints).await;
        let complaint =
            complaint.map_err(|error| Failure::of_hint(error, "a rule at the end of the run"))?;
        if let Err(text) = complaint {
            return Err(RunFailure::new(Exception::InconsistentAutoDeduction, text).into());
        }
        let left = hints
            .end(vm)
            .await
            .map_err(|error| Failure::of_hint(error, "the end of the run"))?;
        self.ended.scope_depth = left.scope_depth;
        self.ended.pure_address = left.pure_address;
        self.ended.output_attributes = left.output_attributes;
        self.ended.moves = left.moves;
        Ok(())
    }

    /// Ends the run after its last step and verifies it. `warnings` gets those of the trace's padding.
    ///
    /// # Errors
    /// [`NotEnded`] when the run does not hold what the reference VM asks of one.
    pub async fn end(&mut self, warnings: &mut dyn Write) -> Result<(), NotEnded> {
        self.end_hints().await?;
        let ended = self.finish(warnings).await;
        // Whatever cairo-vm made of memory that it did not get.
        account::check().map_err(Failure::over_limit)?;
        ended
    }

    async fn finish(&mut self, warnings: &mut dyn Write) -> Result<(), NotEnded> {
        let (vm, turn) = (&mut self.vm, self.turn.clone());
        let slices = slices_of(turn.as_ref());
        let steps = end_run(&mut vm.runner, &vm.shape, &self.ended, warnings, slices).await;
        let steps = steps.map_err(|error| match error {
            EndError::Run(failure) => NotEnded::from(failure),
            EndError::Print(error) => error.into(),
        })?;
        tokio::task::yield_now().await;
        if let Err(error) = self.pad(steps).await {
            return Err(self.explain(error).into());
        }
        let (config, vm) = (&self.config, &mut self.vm);
        if !self.is_main {
            if config.secure_run {
                let size = match config.program_segment_size {
                    0 => vm.shape.program_size,
                    size => size,
                };
                let temporary = self.ended.keeps_temporary_segments;
                verify_secure_function(&vm.runner.vm, size, temporary, slices).await?;
            }
            return Ok(());
        }
        if !config.no_end {
            read_return_values(&mut vm.runner, &vm.shape)?;
            if config.vm.proof_mode {
                finalize_segments(&mut vm.runner, &vm.shape)?;
            }
        }
        if config.secure_run {
            let exist = self.ended.addresses_exist;
            verify_secure(&vm.runner.vm, &vm.shape, exist, slices).await?;
            if let Some(given) = &self.vm.pie {
                compare_pie(given, &self.cairo_pie().await?)?;
            }
        }
        Ok(())
    }

    /// The Cairo PIE of a run that has ended.
    ///
    /// # Errors
    /// [`RunFailure`] when it cannot be made.
    pub(crate) async fn cairo_pie(&self) -> Result<Pie, RunFailure> {
        let given = self.vm.pie.as_ref().and_then(Pie::output_attributes);
        let attributes = self.ended.output_attributes.as_deref().or(given);
        let steps = self.ended.original_steps;
        let steps = steps.unwrap_or_else(|| self.current_step());
        let vm = &self.vm;
        Pie::of_run(&vm.runner, &vm.shape, steps, attributes, self.slices()).await
    }

    /// Where the segments of a run that has ended go; every pointer in memory is one that can go there.
    ///
    /// # Errors
    /// [`RunFailure`] when that is not so.
    pub(crate) async fn relocation(&self) -> Result<Relocation, RunFailure> {
        let relocation = Relocation::of(self.vm())?;
        // A secure run of a program has no pointer that cannot be relocated.
        let checked = self.config.secure_run && self.is_main;
        if !checked && !self.ended.keeps_temporary_segments {
            check_relocatable(self.vm(), &relocation, self.slices()).await?;
        }
        Ok(relocation)
    }

    /// Where the segments of a run that failed go. What cannot be moved stays where it is; outputs that need
    /// it fail.
    ///
    /// # Errors
    /// [`RunFailure`] when there is no such place.
    pub(crate) fn relocation_of_failed(&mut self) -> Result<Relocation, RunFailure> {
        let vm = &mut self.vm.runner.vm;
        let _ = vm.segments.memory.relocate_memory();
        fix_segment_sizes(vm);
        Relocation::of(vm)
    }
}
