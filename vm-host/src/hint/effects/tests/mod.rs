//! Effects against a VM in memory: what is applied, what is refused and how, and that nothing of what is
//! refused is applied.

mod accepted;
mod damaged;
mod gaps;
mod random;
mod refused;

use std::collections::{BTreeMap, HashMap};

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::builtin_runner::OutputBuiltinState;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::relocation_rule::Destination;
use hint_proto::v1::{
    self, AddedSegment, Effects, FinalizedSegment, OutputPage, OutputState, PublicCell,
    RelocationRule, Rule, RuleKind, Signature,
};

use super::relocations::Relocations;
use super::{Applied, Applier, Refusal};
use crate::hint::limits::Limits;
use crate::hint::testing::{
    self, ECDSA, EXECUTION, MESSAGES, SEGMENTS, at, int, pointer, run_of, signature_of,
};
use crate::vm::cells::segment_lengths;

/// Cells of a temporary segment that are compared; no test writes behind them.
const TEMPORARY_CELLS: usize = 128;

const LIMITS: Limits = Limits {
    cells_per_hint: 100,
    gap: 50,
    total_gap: 120,
    segments_per_hint: 8,
    segments: 1000,
    error_text: 100,
    questions_per_hint: 10,
};

/// A VM and what decides over the effects of its hints.
struct Scene {
    vm: VirtualMachine,
    applier: Applier,
}

/// All that effects can change.
#[derive(Clone, Debug, PartialEq)]
struct State {
    cells: BTreeMap<(isize, usize), MaybeRelocatable>,
    lengths: Vec<usize>,
    temporary_segments: usize,
    sizes: HashMap<usize, usize>,
    public_cells: HashMap<usize, Vec<(usize, usize)>>,
    signatures: BTreeMap<Relocatable, (Felt252, Felt252)>,
    output: OutputBuiltinState,
    relocations: Relocations,
    skipped: u64,
}

impl Scene {
    fn new() -> Self {
        Self {
            vm: testing::vm(),
            applier: Applier::new(LIMITS),
        }
    }

    fn apply(&mut self, effects: &Effects) -> Result<Applied, Refusal> {
        self.applier.apply(&mut self.vm, effects)
    }

    fn state(&mut self) -> State {
        let vm = &mut self.vm;
        let lengths = segment_lengths(vm);
        let temporary_segments = vm.segments.num_temp_segments();
        let real = (0..).zip(lengths.iter().copied());
        let temporary = (1..=temporary_segments as isize).map(|index| (-index, TEMPORARY_CELLS));
        let mut cells = BTreeMap::new();
        for (segment, length) in real.chain(temporary) {
            for offset in 0..length {
                if let Some(value) = vm.get_maybe(&at(segment, offset)) {
                    cells.insert((segment, offset), value);
                }
            }
        }
        let signatures = {
            let builtin = vm.get_signature_builtin().unwrap();
            let signatures = builtin.signatures.borrow();
            let parts = signatures.iter();
            parts
                .map(|(address, signature)| (*address, (signature.r, signature.s)))
                .collect()
        };
        State {
            cells,
            lengths,
            temporary_segments,
            sizes: vm.segments.segment_sizes.clone(),
            public_cells: vm.segments.public_memory_offsets.clone(),
            signatures,
            output: vm.get_output_builtin_mut().unwrap().get_state(),
            relocations: self.applier.relocations.clone(),
            skipped: self.applier.skipped,
        }
    }
}

/// Effects that use every part of the message, all of them right.
fn full() -> Effects {
    let (r, s) = signature_of(MESSAGES[0]);
    Effects {
        writes: vec![
            run_of(EXECUTION, 2, &[int(22)]),
            run_of(EXECUTION, 7, &[pointer(SEGMENTS, 0), pointer(-4, 1)]),
            run_of(SEGMENTS, 0, &[int(60), int(61)]),
            run_of(-4, 1, &[int(70)]),
            run_of(ECDSA, 0, &[testing::public_key().into(), int(MESSAGES[0])]),
        ],
        added_segments: vec![AddedSegment { size: Some(5) }, AddedSegment { size: None }],
        added_temporary_segments: 1,
        relocation_rules: vec![relocation(-1, Destination::Address(address(EXECUTION, 20)))],
        finalized_segments: vec![FinalizedSegment {
            segment: SEGMENTS as i64,
            size: Some(4),
            public_cells: vec![PublicCell { offset: 1, page: 2 }],
        }],
        signatures: vec![Signature {
            address: Some(address(ECDSA, 0)),
            r: felt(r),
            s: felt(s),
        }],
        output_state: Some(OutputState {
            base: Some(address(SEGMENTS, 1)),
            pages: vec![OutputPage {
                id: 3,
                start: 0,
                size: 1,
            }],
            attributes_json: r#"{"numbers": [1, 2]}"#.to_owned(),
        }),
        rules: vec![
            rule(1, RuleKind::Validation, 1),
            rule(2, RuleKind::AutoDeduction, -1),
        ],
        pure_address: Some("17".to_owned()),
        hint_nanos: 1,
        scopes: None,
        variables_json: String::new(),
        tampered: String::new(),
    }
}

/// The parts of both, those of `first` first.
fn both(first: &Effects, second: &Effects) -> Effects {
    fn chain<T: Clone>(first: &[T], second: &[T]) -> Vec<T> {
        [first, second].concat()
    }
    Effects {
        writes: chain(&first.writes, &second.writes),
        added_segments: chain(&first.added_segments, &second.added_segments),
        added_temporary_segments: first
            .added_temporary_segments
            .saturating_add(second.added_temporary_segments),
        relocation_rules: chain(&first.relocation_rules, &second.relocation_rules),
        finalized_segments: chain(&first.finalized_segments, &second.finalized_segments),
        signatures: chain(&first.signatures, &second.signatures),
        output_state: (second.output_state.clone()).or_else(|| first.output_state.clone()),
        rules: chain(&first.rules, &second.rules),
        pure_address: (first.pure_address.clone()).or_else(|| second.pure_address.clone()),
        hint_nanos: 0,
        scopes: None,
        variables_json: String::new(),
        tampered: String::new(),
    }
}

fn writes(runs: impl Into<Vec<v1::CellRun>>) -> Effects {
    Effects {
        writes: runs.into(),
        ..Effects::default()
    }
}

fn relocation(source_segment: i64, destination: Destination) -> RelocationRule {
    RelocationRule {
        source_segment,
        destination: Some(destination),
    }
}

fn rule(id: u32, kind: RuleKind, segment: i64) -> Rule {
    Rule {
        id,
        kind: kind.into(),
        segment,
    }
}

fn address(segment: isize, offset: i64) -> v1::Relocatable {
    v1::Relocatable {
        segment: segment as i64,
        offset,
    }
}

fn felt<B: From<Vec<u8>>>(value: Felt252) -> B {
    value.to_bytes_le().to_vec().into()
}
