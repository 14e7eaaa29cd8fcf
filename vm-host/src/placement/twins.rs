//! cairo-vm's hints that were compared with the Python text: what each needs, and where it is known to
//! differ. A twin that is not in this list is not used.

use cairo_vm::Felt252;
use cairo_vm::hint_processor::builtin_hint_processor::builtin_hint_processor_definition::HintProcessorData;
use cairo_vm::hint_processor::builtin_hint_processor::hint_code::{self, HINT_CODES};
use cairo_vm::hint_processor::builtin_hint_processor::hint_utils::get_integer_from_var_name;
use cairo_vm::vm::vm_core::VirtualMachine;

/// Whether the twin does exactly what Python does, here and now.
type Guard = fn(&mut VirtualMachine, &HintProcessorData) -> bool;

/// A hint that cairo-vm has in Rust with the same effect.
#[derive(Debug)]
pub(super) struct Twin {
    /// The Python text.
    pub(super) code: &'static str,
    /// The names behind `ids` that must be constants, and the names under which the twin looks them up.
    pub(super) constants: &'static [(&'static str, &'static str)],
    /// Checked before each execution; when it says no, the hint runs in Python that time.
    pub(super) guard: Option<Guard>,
}

const fn same(code: &'static str) -> Twin {
    Twin {
        code,
        constants: &[],
        guard: None,
    }
}

const fn guarded(code: &'static str, guard: Guard) -> Twin {
    Twin {
        code,
        constants: &[],
        guard: Some(guard),
    }
}

static TWINS: &[Twin] = &[
    guarded(hint_code::ADD_SEGMENT, ap_is_empty),
    same(hint_code::IS_NN),
    same(hint_code::IS_NN_OUT_OF_RANGE),
    same(hint_code::IS_LE_FELT),
    same(hint_code::IS_POSITIVE),
    same(hint_code::ASSERT_NN),
    same(hint_code::ASSERT_NOT_ZERO),
    same(hint_code::ASSERT_NOT_EQUAL),
    same(hint_code::ASSERT_LE_FELT_V_0_6),
    same(hint_code::ASSERT_LE_FELT_V_0_8),
    same(hint_code::ASSERT_LT_FELT),
    same(hint_code::SPLIT_INT_ASSERT_RANGE),
    guarded(hint_code::SPLIT_INT, limb_is_not_the_bound),
    same(hint_code::IS_250_BITS),
    Twin {
        code: hint_code::IS_ADDR_BOUNDED,
        constants: &[("ADDR_BOUND", "starkware.starknet.common.storage.ADDR_BOUND")],
        guard: None,
    },
    Twin {
        code: hint_code::ASSERT_250_BITS,
        constants: &[
            (
                "UPPER_BOUND",
                "starkware.cairo.common.math.assert_250_bit.UPPER_BOUND",
            ),
            ("SHIFT", "starkware.cairo.common.math.assert_250_bit.SHIFT"),
        ],
        guard: Some(value_is_not_the_upper_bound),
    },
    Twin {
        code: hint_code::SPLIT_FELT,
        constants: &[("MAX_HIGH", "MAX_HIGH"), ("MAX_LOW", "MAX_LOW")],
        guard: None,
    },
    same(hint_code::SPLIT_64),
    same(hint_code::UNSIGNED_DIV_REM),
    same(hint_code::POW),
    same(hint_code::UINT256_SQRT),
    same(hint_code::UINT256_SQRT_FELT),
    same(hint_code::UINT256_SIGNED_NN),
];

/// Twins whose result may differ from the Python text.
pub(super) static DIFFERENT: &[(&str, &str)] = &[
    (hint_code::SQRT, "it accepts 2**250"),
    (
        hint_code::SIGNED_DIV_REM,
        "it accepts a quotient equal to the bound",
    ),
    (
        hint_code::SET_ADD,
        "it looks at elements past the end of the set",
    ),
    (hint_code::UINT256_ADD, "it adds modulo the prime"),
    (hint_code::UINT256_ADD_LOW, "it adds modulo the prime"),
    (hint_code::UINT128_ADD, "it adds modulo the prime"),
    (
        hint_code::UINT256_SUB,
        "it does not reduce a difference of 2**256 or more",
    ),
    (
        hint_code::MEMCPY_CONTINUE_COPYING,
        "a counter below zero counts as positive",
    ),
    (
        hint_code::MEMSET_CONTINUE_LOOP,
        "a counter below zero counts as positive",
    ),
    (
        hint_code::DEFAULT_DICT_NEW,
        "it starts from `initial_dict` when there is one",
    ),
    (hint_code::DICT_NEW, "it does not delete `initial_dict`"),
    (
        hint_code::SQUASH_DICT,
        "it ends the process when there are no accesses",
    ),
];

/// The twin of a hint.
///
/// # Errors
/// Why there is none that can be used.
pub(super) fn find(code: &str) -> Result<&'static Twin, String> {
    if let Some(twin) = TWINS.iter().find(|twin| twin.code == code) {
        return Ok(twin);
    }
    if let Some((_, reason)) = DIFFERENT.iter().find(|(text, _)| *text == code) {
        return Err(format!("twin differs: {reason}"));
    }
    Err(if HINT_CODES.values().any(|text| *text == code) {
        "cairo-vm's twin was not compared with the Python text".to_owned()
    } else {
        "cairo-vm has no twin".to_owned()
    })
}

/// A segment would be added before the write to a taken cell fails.
fn ap_is_empty(vm: &mut VirtualMachine, _: &HintProcessorData) -> bool {
    vm.get_maybe(&vm.get_ap()).is_none()
}

fn integer(vm: &VirtualMachine, data: &HintProcessorData, name: &str) -> Option<Felt252> {
    get_integer_from_var_name(name, vm, &data.ids_data, &data.ap_tracking).ok()
}

/// The twin accepts a limb that is equal to the bound.
fn limb_is_not_the_bound(vm: &mut VirtualMachine, data: &HintProcessorData) -> bool {
    let of = |name| integer(vm, data, name);
    match (of("value"), of("base"), of("bound")) {
        (Some(value), Some(base), Some(bound)) => {
            base != Felt252::ZERO && value.to_biguint() % base.to_biguint() != bound.to_biguint()
        }
        _ => false,
    }
}

/// The twin accepts the bound itself.
fn value_is_not_the_upper_bound(vm: &mut VirtualMachine, data: &HintProcessorData) -> bool {
    let bound = data
        .constants
        .iter()
        .find(|(name, _)| name.ends_with("UPPER_BOUND"));
    match (integer(vm, data, "value"), bound) {
        (Some(value), Some((_, bound))) => value != *bound,
        _ => false,
    }
}
