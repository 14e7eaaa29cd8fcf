//! What the tests of this module share: a VM in memory that has a builtin of every kind with rules, and
//! short ways to write what an engine sends.

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::builtin_runner::{
    BuiltinRunner, OutputBuiltinRunner, RangeCheckBuiltinRunner, SignatureBuiltinRunner,
};
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::CellRun;

use crate::vm::wire;

/// Segments of [`vm`].
pub(super) const PROGRAM: isize = 0;
pub(super) const EXECUTION: isize = 1;
pub(super) const OUTPUT: isize = 2;
pub(super) const RANGE_CHECK: isize = 3;
pub(super) const ECDSA: isize = 4;
pub(super) const RANGE_CHECK_96: isize = 5;
/// How many they are; the next segment that is added has this index.
pub(super) const SEGMENTS: isize = 6;
/// How many temporary segments there are.
pub(super) const TEMPORARY_SEGMENTS: isize = 3;

/// Two messages, signed with the key whose public half is [`public_key`].
pub(super) const MESSAGES: [u64; 2] = [1234, 5678];

/// A VM between two steps:
///
/// ```text
/// program    0:  10 11 12
/// execution  1:  20 0:1 .. 23 -1:0      fp = 1:2, ap = 1:5
/// output     2:  30
/// range      3:  40
/// ecdsa      4:
/// range 96   5:
/// temporary -1:  50
///           -2:
///           -3:
/// ```
pub(super) fn vm() -> VirtualMachine {
    let mut vm = VirtualMachine::new(false, false);
    vm.add_memory_segment();
    vm.add_memory_segment();
    let builtins = [
        BuiltinRunner::Output(OutputBuiltinRunner::new(true)),
        BuiltinRunner::RangeCheck(RangeCheckBuiltinRunner::new(Some(8), true)),
        BuiltinRunner::Signature(SignatureBuiltinRunner::new(Some(512), true)),
        BuiltinRunner::RangeCheck96(RangeCheckBuiltinRunner::new(Some(8), true)),
    ];
    for mut builtin in builtins {
        builtin.initialize_segments(&mut vm.segments);
        builtin.add_validation_rule(&mut vm.segments.memory);
        vm.builtin_runners.push(builtin);
    }
    for _ in 0..TEMPORARY_SEGMENTS {
        vm.add_temporary_segment();
    }
    let cells = [
        (at(PROGRAM, 0), int(10)),
        (at(PROGRAM, 1), int(11)),
        (at(PROGRAM, 2), int(12)),
        (at(EXECUTION, 0), int(20)),
        (at(EXECUTION, 1), pointer(PROGRAM, 1)),
        (at(EXECUTION, 3), int(23)),
        (at(EXECUTION, 4), pointer(-1, 0)),
        (at(OUTPUT, 0), int(30)),
        (at(RANGE_CHECK, 0), int(40)),
        (at(-1, 0), int(50)),
    ];
    for (address, value) in cells {
        vm.insert_value(address, value).unwrap();
    }
    vm.set_fp(2);
    vm.set_ap(5);
    vm
}

pub(super) fn at(segment_index: isize, offset: usize) -> Relocatable {
    Relocatable {
        segment_index,
        offset,
    }
}

pub(super) fn pointer(segment_index: isize, offset: usize) -> MaybeRelocatable {
    at(segment_index, offset).into()
}

pub(super) fn int(value: u64) -> MaybeRelocatable {
    Felt252::from(value).into()
}

/// A run of values as an engine sends it.
pub(super) fn run_of(segment: isize, offset: u64, values: &[MaybeRelocatable]) -> CellRun {
    let mut bytes = Vec::new();
    for value in values {
        wire::push_cell(&mut bytes, Some(value));
    }
    raw_run(segment, offset, bytes)
}

/// A run of any bytes.
pub(super) fn raw_run(segment: isize, offset: u64, bytes: Vec<u8>) -> CellRun {
    CellRun {
        segment: segment as i64,
        offset,
        values: bytes.into(),
    }
}

pub(super) fn public_key() -> Felt252 {
    decimal("1628448741648245036800002906075225705100596136133912895015035902954123957052")
}

/// `r` and `s` of the signature of one of [`MESSAGES`].
pub(super) fn signature_of(message: u64) -> (Felt252, Felt252) {
    let (r, s) = match message {
        1234 => (
            "3584405580551865428219475269479885146572531136338405764062386957581456592007",
            "865627736720639300037279803196203862725430089397137969886388610746789805398",
        ),
        5678 => (
            "2298103762865602710208582636465708632657187995117121524198687935980981594455",
            "1462316115191576056798342057286366271390904643483031141871976450240035040684",
        ),
        other => panic!("nobody signed {other}"),
    };
    (decimal(r), decimal(s))
}

fn decimal(digits: &str) -> Felt252 {
    Felt252::from_dec_str(digits).unwrap()
}
