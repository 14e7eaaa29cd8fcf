//! Where temporary segments go when the run ends. cairo-vm follows one rule only, so a rule whose
//! destination is itself to be moved waits until the whole way is known.

use std::collections::{BTreeMap, BTreeSet};

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::errors::memory_errors::MemoryError;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1;
use hint_proto::v1::relocation_rule::Destination;

use super::parts::felt;
use super::refusal::{Part, Refusal};
use crate::vm::wire;

/// Where one temporary segment goes.
pub(super) type Rule = (isize, MaybeRelocatable);

/// The rules of a run. Every temporary segment has at most one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Relocations {
    /// The temporary segments that have a rule.
    sources: BTreeSet<isize>,
    /// Final destinations: cairo-vm has these rules.
    settled: BTreeMap<isize, MaybeRelocatable>,
    /// Rules that wait, by the temporary segment that their destination lies in.
    waiting: BTreeMap<isize, Vec<Rule>>,
}

impl Relocations {
    /// Decodes rules that these may be followed by.
    pub(super) fn check(&self, rules: &[v1::RelocationRule]) -> Result<Vec<Rule>, Refusal> {
        let mut checked = Vec::with_capacity(rules.len());
        let mut added = BTreeSet::new();
        for rule in rules {
            let source = isize::try_from(rule.source_segment)
                .ok()
                .filter(|segment| *segment < 0)
                .ok_or(Refusal::Malformed(Part::RelocationRule))?;
            let destination = match &rule.destination {
                Some(Destination::Address(address)) => {
                    let (segment, offset) = (address.segment, address.offset);
                    let address = wire::address(address)
                        .ok_or(Refusal::NegativeDestination { segment, offset })?;
                    if !wire::is_in_range(segment, address.offset as u64) {
                        return Err(Refusal::Malformed(Part::RelocationRule));
                    }
                    address.into()
                }
                Some(Destination::Felt(bytes)) => felt(bytes)?.into(),
                None => return Err(Refusal::Malformed(Part::RelocationRule)),
            };
            if self.sources.contains(&source) || !added.insert(source) {
                return Err(MemoryError::DuplicatedRelocation(source).into());
            }
            checked.push((source, destination));
        }
        Ok(checked)
    }

    /// Adds checked rules, and gives cairo-vm every rule whose destination is final now.
    pub(super) fn add(
        &mut self,
        vm: &mut VirtualMachine,
        mut rules: Vec<Rule>,
    ) -> Result<(), MemoryError> {
        self.sources.extend(rules.iter().map(|(source, _)| *source));
        while let Some((source, destination)) = rules.pop() {
            match self.settle(&destination) {
                Ok(destination) => {
                    vm.add_relocation_rule(start_of(source), destination.clone())?;
                    self.settled.insert(source, destination);
                    rules.extend(self.waiting.remove(&source).unwrap_or_default());
                }
                Err(segment) => {
                    let waiting = self.waiting.entry(segment).or_default();
                    waiting.push((source, destination));
                }
            }
        }
        Ok(())
    }

    /// Where a destination is in the end, or the temporary segment whose rule has to come first. A way
    /// that leads out of range has no end: cairo-vm would read such cells as empty.
    pub(super) fn settle(&self, destination: &MaybeRelocatable) -> Result<MaybeRelocatable, isize> {
        match destination {
            MaybeRelocatable::RelocatableValue(address) if address.segment_index < 0 => {
                let segment = address.segment_index;
                self.settled
                    .get(&segment)
                    .and_then(|base| base.add_usize(address.offset).ok())
                    .filter(is_in_range)
                    .ok_or(segment)
            }
            other => Ok(other.clone()),
        }
    }

    /// Gives cairo-vm the rules whose destination stayed unknown, as they are: the run ends.
    pub(super) fn flush(&mut self, vm: &mut VirtualMachine) -> Result<(), MemoryError> {
        for (source, destination) in std::mem::take(&mut self.waiting).into_values().flatten() {
            vm.add_relocation_rule(start_of(source), destination)?;
        }
        Ok(())
    }
}

fn is_in_range(destination: &MaybeRelocatable) -> bool {
    match destination {
        MaybeRelocatable::RelocatableValue(address) => {
            wire::is_in_range(address.segment_index as i64, address.offset as u64)
        }
        MaybeRelocatable::Int(_) => true,
    }
}

fn start_of(segment_index: isize) -> Relocatable {
    Relocatable {
        segment_index,
        offset: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hint::testing::{EXECUTION, int, pointer};

    /// Adds rules, each alone, and returns what cairo-vm was given.
    fn settled(rules: &[(isize, MaybeRelocatable)]) -> Vec<(isize, MaybeRelocatable)> {
        let mut vm = crate::hint::testing::vm();
        let mut relocations = Relocations::default();
        for rule in rules {
            relocations.add(&mut vm, vec![rule.clone()]).unwrap();
        }
        relocations.settled.into_iter().collect()
    }

    #[test]
    fn a_chain_is_followed_in_whatever_order_its_rules_come() {
        let rules = [
            (-1, pointer(-2, 1)),
            (-2, pointer(-3, 2)),
            (-3, pointer(EXECUTION, 4)),
        ];
        let expected = [
            (-3, pointer(EXECUTION, 4)),
            (-2, pointer(EXECUTION, 6)),
            (-1, pointer(EXECUTION, 7)),
        ];
        for order in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            let rules = order.map(|index| rules[index].clone());
            assert_eq!(settled(&rules), expected, "{order:?}");
        }
    }

    #[test]
    fn a_felt_ends_a_chain() {
        let rules = [(-2, pointer(-1, 3)), (-1, int(10))];
        assert_eq!(settled(&rules), [(-2, int(13)), (-1, int(10))]);
    }

    #[test]
    fn what_leads_nowhere_waits_until_the_run_ends() {
        let mut vm = crate::hint::testing::vm();
        let mut relocations = Relocations::default();
        let circle = vec![(-1, pointer(-2, 0)), (-2, pointer(-1, 0))];
        relocations.add(&mut vm, circle).unwrap();
        let overflow = vec![(-3, pointer(0, (1 << 62) - 1)), (-4, pointer(-3, 1))];
        relocations.add(&mut vm, overflow).unwrap();
        assert_eq!(relocations.settled.len(), 1);
        relocations.flush(&mut vm).unwrap();
        assert!(relocations.waiting.is_empty());
        // cairo-vm has all four now.
        for segment in [-1, -2, -3, -4] {
            let again = vm.add_relocation_rule(start_of(segment), int(1));
            assert!(matches!(again, Err(MemoryError::DuplicatedRelocation(_))));
        }
    }

    #[test]
    fn a_long_chain_is_settled_from_its_end() {
        let mut vm = crate::hint::testing::vm();
        let mut relocations = Relocations::default();
        let last = 50_000;
        let chain = (1..last).map(|index| (-index, pointer(-index - 1, 0)));
        relocations.add(&mut vm, chain.collect()).unwrap();
        relocations
            .add(&mut vm, vec![(-last, pointer(1, 0))])
            .unwrap();
        assert_eq!(relocations.settled.len(), 50_000);
    }
}
