//! Rules that hints registered on segments: they live in the engine and are called back when Cairo
//! code touches such a segment. cairo-vm has no hook for them, so they run around the instruction.

use std::collections::HashSet;

use cairo_vm::types::instruction::Op1Addr;
use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::RuleKind;

use super::step_error::StepCause;
use crate::account::Refusing;
use crate::hint::HintError;
use crate::hint::dispatch::Dispatch;
use crate::hint::run_state::{OwnedRule, RuleOwner};
use crate::hint::session::RuleOutcome;
use crate::vm::cells::segment_length;
use crate::vm::operands::{current_instruction, operands};

/// Which cells were validated.
#[derive(Debug, Default)]
pub(super) struct Rules {
    validated: HashSet<Relocatable>,
}

impl Rules {
    /// Deduces missing operands; returns the cells that the instruction may write.
    pub(super) async fn before(
        &mut self,
        vm: &mut VirtualMachine,
        hints: &mut Dispatch,
    ) -> Result<Vec<Relocatable>, StepCause> {
        let Some(instruction) = current_instruction(vm) else {
            return Ok(Vec::new());
        };
        let cells = operands(vm, &instruction);
        // An instruction that needs the first operand for the address of the second does not wait for a
        // rule.
        if instruction.op1_addr == Op1Addr::Op0 && cells.op1.is_none() {
            return Ok(Vec::new());
        }
        for cell in [cells.op0, cells.op1].into_iter().flatten() {
            if vm.get_maybe(&cell).is_none() {
                self.deduce(vm, hints, cell).await?;
            }
        }
        let candidates = [cells.dst, cells.op0, cells.op1];
        Ok(candidates
            .into_iter()
            .flatten()
            .filter(|cell| vm.get_maybe(cell).is_none())
            .collect())
    }

    /// Validates the cells among `fresh` that the instruction wrote.
    pub(super) async fn after(
        &mut self,
        vm: &mut VirtualMachine,
        hints: &mut Dispatch,
        fresh: Vec<Relocatable>,
    ) -> Result<(), HintError> {
        for cell in fresh {
            if vm.get_maybe(&cell).is_some() {
                self.validate(vm, hints, cell, None).await?;
            }
        }
        Ok(())
    }

    /// Validates what hints wrote by the rules that other languages' hints registered; their own looked at it when
    /// it was written.
    pub(super) async fn after_hints(
        &mut self,
        vm: &mut VirtualMachine,
        hints: &mut Dispatch,
    ) -> Result<(), HintError> {
        for (cell, writer) in hints.take_unvalidated() {
            self.validate(vm, hints, cell, Some(writer)).await?;
        }
        Ok(())
    }

    /// Gives a missing cell the value of the first rule that has one.
    async fn deduce(
        &mut self,
        vm: &mut VirtualMachine,
        hints: &mut Dispatch,
        cell: Relocatable,
    ) -> Result<(), StepCause> {
        for rule in rules_of(hints, RuleKind::AutoDeduction, cell.segment_index) {
            let outcome = hints.call_rule(vm, rule, cell).await;
            if let RuleOutcome::Value(Some(value)) = outcome.map_err(StepCause::Rule)? {
                // What the memory refuses, it refuses as the instruction's own write.
                let written = {
                    let _refusing = Refusing::start();
                    vm.insert_value(cell, value)
                };
                written.map_err(|error| StepCause::of_instruction(error.into()))?;
                let validated = self.validate(vm, hints, cell, None).await;
                return validated.map_err(StepCause::Rule);
            }
        }
        Ok(())
    }

    /// Calls the validation rules for a cell that was written, but those of whose hint wrote it.
    async fn validate(
        &mut self,
        vm: &mut VirtualMachine,
        hints: &mut Dispatch,
        cell: Relocatable,
        writer: Option<RuleOwner>,
    ) -> Result<(), HintError> {
        if self.validated.contains(&cell) {
            return Ok(());
        }
        for rule in rules_of(hints, RuleKind::Validation, cell.segment_index) {
            if Some(rule.owner) == writer {
                continue;
            }
            if let RuleOutcome::Validated(cells) = hints.call_rule(vm, rule, cell).await? {
                self.validated.extend(cells);
            }
        }
        Ok(())
    }

    /// Compares every cell of the segments with deduction rules with what the rules say.
    pub(super) async fn verify(
        &self,
        vm: &mut VirtualMachine,
        hints: &mut Dispatch,
    ) -> Result<Result<(), String>, HintError> {
        let mut rules = hints.rules().to_vec();
        rules.retain(|owned| owned.rule.kind == RuleKind::AutoDeduction);
        for rule in rules {
            let segment = rule.rule.segment;
            let length = segment_length(vm, segment).map_or(0, |length| length.length);
            for offset in 0..usize::try_from(length).unwrap_or_default() {
                let cell = Relocatable {
                    segment_index: segment,
                    offset,
                };
                let Some(current) = vm.get_maybe(&cell) else {
                    continue;
                };
                if let RuleOutcome::Value(Some(value)) = hints.call_rule(vm, rule, cell).await?
                    && value != current
                {
                    return Ok(Err(format!(
                        "Inconsistent auto deduction rule at address {cell}. {current} != {value}."
                    )));
                }
            }
        }
        Ok(Ok(()))
    }
}

fn rules_of(hints: &Dispatch, kind: RuleKind, segment: isize) -> Vec<OwnedRule> {
    let matching = |owned: &&OwnedRule| owned.rule.kind == kind && owned.rule.segment == segment;
    hints.rules().iter().filter(matching).copied().collect()
}
