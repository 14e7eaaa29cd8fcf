//! Rules that hints registered on segments: they live in the engine and are called back when Cairo
//! code touches such a segment. cairo-vm has no hook for them, so they run around the instruction.

use std::collections::HashSet;

use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::RuleKind;

use crate::hint::HintError;
use crate::hint::dispatch::Dispatch;
use crate::hint::effects::Refusal;
use crate::hint::run_state::OwnedRule;
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
        &self,
        vm: &mut VirtualMachine,
        session: &mut Dispatch,
    ) -> Result<Vec<Relocatable>, HintError> {
        let Some(instruction) = current_instruction(vm) else {
            return Ok(Vec::new());
        };
        let cells = operands(vm, &instruction);
        for cell in [cells.op0, cells.op1].into_iter().flatten() {
            if vm.get_maybe(&cell).is_none() {
                deduce(vm, session, cell).await?;
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
        session: &mut Dispatch,
        fresh: Vec<Relocatable>,
    ) -> Result<(), HintError> {
        for cell in fresh {
            if vm.get_maybe(&cell).is_none() || self.validated.contains(&cell) {
                continue;
            }
            for rule in rules_of(session, RuleKind::Validation, cell.segment_index) {
                if let RuleOutcome::Validated(cells) = session.call_rule(vm, rule, cell).await? {
                    self.validated.extend(cells);
                }
            }
        }
        Ok(())
    }

    /// Compares every cell of the segments with deduction rules with what the rules say.
    pub(super) async fn verify(
        &self,
        vm: &mut VirtualMachine,
        session: &mut Dispatch,
    ) -> Result<Result<(), String>, HintError> {
        let mut rules = session.rules().to_vec();
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
                if let RuleOutcome::Value(Some(value)) = session.call_rule(vm, rule, cell).await?
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

async fn deduce(
    vm: &mut VirtualMachine,
    session: &mut Dispatch,
    cell: Relocatable,
) -> Result<(), HintError> {
    for rule in rules_of(session, RuleKind::AutoDeduction, cell.segment_index) {
        if let RuleOutcome::Value(Some(value)) = session.call_rule(vm, rule, cell).await? {
            vm.insert_value(cell, value).map_err(Refusal::Memory)?;
            break;
        }
    }
    Ok(())
}

fn rules_of(session: &Dispatch, kind: RuleKind, segment: isize) -> Vec<OwnedRule> {
    let matching = |owned: &&OwnedRule| owned.rule.kind == kind && owned.rule.segment == segment;
    session.rules().iter().filter(matching).copied().collect()
}
