//! The layouts of the Cairo AIR as far as a run depends on them. `cairo-vm` knows them too but keeps them
//! to itself, and differs from the reference VM in the public memory of the two `starknet` layouts.

use cairo_vm::types::builtin_name::BuiltinName::{self, *};
use cairo_vm::types::layout::CairoLayoutParams;
use cairo_vm::types::layout_name::LayoutName;

/// What a layout offers per step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Its name.
    pub name: LayoutName,
    /// Range check units per step.
    pub range_check_units: u64,
    /// Memory units per step.
    pub memory_units: u64,
    /// One of this many memory units is public.
    pub public_memory_fraction: u64,
    /// The pool of diluted cells, if there is one.
    pub diluted_pool: Option<DilutedPool>,
}

/// The pool of diluted cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DilutedPool {
    /// Binary logarithm of the units per step.
    pub log_units_per_step: i32,
    /// Distance of the bits.
    pub spacing: u32,
    /// Number of bits.
    pub bits: u32,
}

/// The builtins that the reference VM knows, in their order.
pub(crate) const SUPPORTED_BUILTINS: [BuiltinName; 11] = [
    output,
    pedersen,
    range_check,
    ecdsa,
    bitwise,
    ec_op,
    keccak,
    poseidon,
    range_check96,
    add_mod,
    mul_mod,
];

impl Layout {
    /// The layout with this name. `params` are those of the layout `dynamic`.
    pub(crate) fn new(name: LayoutName, params: Option<&CairoLayoutParams>) -> Self {
        let (range_check_units, public_memory_fraction, diluted_log) = match name {
            LayoutName::plain | LayoutName::small => (16, 4, None),
            LayoutName::dex | LayoutName::perpetual => (4, 4, None),
            LayoutName::dex_with_bitwise | LayoutName::starknet => (4, 4, Some(1)),
            LayoutName::starknet_with_keccak => (4, 4, Some(4)),
            LayoutName::recursive
            | LayoutName::recursive_large_output
            | LayoutName::all_cairo_stwo
            | LayoutName::stwo_no_ecop => (4, 8, Some(4)),
            LayoutName::recursive_with_poseidon => (4, 8, Some(3)),
            LayoutName::all_solidity | LayoutName::all_cairo => (8, 8, Some(4)),
            LayoutName::dynamic => (
                params.map_or(0, |params| params.rc_units.into()),
                8,
                Some(params.map_or(0, |params| params.log_diluted_units_per_step)),
            ),
        };
        let memory_units = match (name, params) {
            (LayoutName::dynamic, Some(params)) => params.memory_units_per_step.into(),
            _ => 8,
        };
        Self {
            name,
            range_check_units,
            memory_units,
            public_memory_fraction,
            diluted_pool: diluted_log.map(|log_units_per_step| DilutedPool {
                log_units_per_step,
                spacing: 4,
                bits: 16,
            }),
        }
    }

    /// The builtins of a layout, in the order of their segments.
    pub(crate) fn builtins(name: LayoutName) -> &'static [BuiltinName] {
        match name {
            LayoutName::plain => &[],
            LayoutName::small | LayoutName::dex | LayoutName::perpetual => {
                &[output, pedersen, range_check, ecdsa]
            }
            LayoutName::dex_with_bitwise => &[output, pedersen, range_check, ecdsa, bitwise],
            LayoutName::recursive => &[output, pedersen, range_check, bitwise],
            LayoutName::starknet => &[
                output,
                pedersen,
                range_check,
                ecdsa,
                bitwise,
                ec_op,
                poseidon,
            ],
            LayoutName::starknet_with_keccak => &[
                output,
                pedersen,
                range_check,
                ecdsa,
                bitwise,
                ec_op,
                keccak,
                poseidon,
            ],
            LayoutName::recursive_large_output | LayoutName::recursive_with_poseidon => {
                &[output, pedersen, range_check, bitwise, poseidon]
            }
            LayoutName::all_solidity => &[output, pedersen, range_check, ecdsa, bitwise, ec_op],
            LayoutName::all_cairo_stwo => &[
                output,
                pedersen,
                range_check,
                bitwise,
                ec_op,
                poseidon,
                range_check96,
                add_mod,
                mul_mod,
            ],
            LayoutName::stwo_no_ecop => &[
                output,
                pedersen,
                range_check,
                bitwise,
                poseidon,
                range_check96,
                add_mod,
                mul_mod,
            ],
            LayoutName::all_cairo | LayoutName::dynamic => &SUPPORTED_BUILTINS,
        }
    }

    /// The first layout, from small to large, that has all these builtins.
    pub(crate) fn with_builtins(builtins: &[BuiltinName]) -> Option<LayoutName> {
        [
            LayoutName::small,
            LayoutName::recursive,
            LayoutName::recursive_with_poseidon,
            LayoutName::all_solidity,
            LayoutName::starknet,
            LayoutName::starknet_with_keccak,
            LayoutName::all_cairo,
        ]
        .into_iter()
        .find(|name| {
            let offered = Self::builtins(*name);
            builtins.iter().all(|builtin| offered.contains(builtin))
        })
    }
}

#[cfg(test)]
mod tests;
