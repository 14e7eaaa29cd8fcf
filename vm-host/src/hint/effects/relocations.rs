//! The relocation rules that hints give. A rule may lead into a temporary segment that gets its own rule later,
//! or never; cairo-vm is told where each way ends as of now.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::errors::memory_errors::MemoryError;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1;
use hint_proto::v1::relocation_rule::Destination;

use super::parts::felt;
use super::refusal::{Part, Refusal};
use crate::vm::slices::Slices;
use crate::vm::temporary::{Moves, replace_rules};
use crate::vm::wire;

/// Where one temporary segment goes.
pub(super) type Rule = (isize, MaybeRelocatable);

/// The rules of a run. Every temporary segment has at most one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Relocations {
    /// As the hints gave them.
    rules: BTreeMap<isize, MaybeRelocatable>,
    /// The same, followed as far as they lead: cairo-vm has these.
    moves: Moves,
    /// The segments that a way leads to the same temporary segment, by that segment.
    ends: HashMap<isize, BTreeSet<isize>>,
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
            if self.rules.contains_key(&source) || !added.insert(source) {
                return Err(MemoryError::DuplicatedRelocation(source).into());
            }
            checked.push((source, destination));
        }
        Ok(checked)
    }

    /// The same of rules that an engine in the host gives.
    pub(super) fn check_own(&self, rules: &[(isize, Relocatable)]) -> Result<Vec<Rule>, Refusal> {
        let rule = |(segment, place): &(isize, Relocatable)| v1::RelocationRule {
            source_segment: *segment as i64,
            destination: Some(Destination::Address(wire::relocatable(*place))),
        };
        self.check(&rules.iter().map(rule).collect::<Vec<_>>())
    }

    /// Adds checked rules: values are read as moved by them from now on.
    pub(super) async fn add(
        &mut self,
        vm: &mut VirtualMachine,
        rules: Vec<Rule>,
        slices: Slices<'_>,
    ) -> Result<(), MemoryError> {
        // Ways that lead to a segment with a new rule go on.
        let mut longer = BTreeSet::new();
        for (source, _) in &rules {
            longer.extend(self.ends.remove(source).unwrap_or_default());
        }
        let added: Vec<isize> = rules.iter().map(|(source, _)| *source).collect();
        self.rules.extend(rules);
        let mut found = BTreeMap::new();
        for source in longer.iter().chain(&added) {
            self.follow(*source, &longer, &mut found);
        }
        let mut replace = !longer.is_empty();
        for (source, place) in &found {
            match place {
                MaybeRelocatable::RelocatableValue(address) if address.segment_index < 0 => {
                    let sources = self.ends.entry(address.segment_index).or_default();
                    sources.insert(*source);
                }
                MaybeRelocatable::RelocatableValue(_) => {}
                // cairo-vm would drop the offsets of values.
                MaybeRelocatable::Int(_) => replace = true,
            }
            self.moves.insert(*source, place.clone());
        }
        if replace {
            return replace_rules(vm, &self.moves, slices).await;
        }
        for (source, place) in found {
            vm.add_relocation_rule(start_of(source), place)?;
        }
        Ok(())
    }

    /// Where values that point into temporary segments go.
    pub(super) fn moves(&self) -> &Moves {
        &self.moves
    }

    /// Finds where the way of a segment ends, and those of all that it comes through. What was found before
    /// holds, except for the ways of `longer`.
    fn follow(
        &self,
        source: isize,
        longer: &BTreeSet<isize>,
        found: &mut BTreeMap<isize, MaybeRelocatable>,
    ) {
        let mut path = Vec::new();
        let mut on_path = BTreeSet::new();
        let mut segment = source;
        // The way from `segment` on, where that is known; a circle has no end.
        let mut place = loop {
            if let Some(place) = found.get(&segment) {
                break Some(place.clone());
            }
            let known = self.moves.of(segment);
            if let Some(place) = known.filter(|_| !longer.contains(&segment)) {
                break Some(place.clone());
            }
            let Some(rule) = self.rules.get(&segment) else {
                break None;
            };
            if !on_path.insert(segment) {
                break None;
            }
            path.push((segment, rule));
            match rule {
                MaybeRelocatable::RelocatableValue(address) if address.segment_index < 0 => {
                    segment = address.segment_index;
                }
                _ => break None,
            }
        };
        for (segment, rule) in path.into_iter().rev() {
            let further = place.as_ref().and_then(|place| beyond(place, rule));
            let end = further.unwrap_or_else(|| rule.clone());
            found.insert(segment, end.clone());
            place = Some(end);
        }
    }
}

/// Where a rule's destination is, in a segment that goes to `place`. A way that leads out of range has no
/// end: cairo-vm would read such cells as empty.
fn beyond(place: &MaybeRelocatable, rule: &MaybeRelocatable) -> Option<MaybeRelocatable> {
    match rule {
        MaybeRelocatable::RelocatableValue(address) => {
            place.add_usize(address.offset).ok().filter(is_in_range)
        }
        MaybeRelocatable::Int(_) => None,
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
mod tests;
