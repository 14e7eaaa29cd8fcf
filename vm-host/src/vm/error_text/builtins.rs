//! What the builtins refuse: the rules by which the reference VM deduces and checks the cells of a
//! builtin's segment, with its texts. The values themselves come from `cairo-vm`'s builtin runners.

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::errors::runner_errors::RunnerError;
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
use cairo_vm::vm::vm_core::VirtualMachine;

use super::value::{Raised, Value, decimal};

/// How one builtin finds its output cells.
struct DeductionRule {
    /// Cells of one instance.
    cells: usize,
    /// The first of them, which are given.
    inputs: usize,
    /// Inputs must be smaller than two to this power.
    bits: Option<u32>,
    /// The builtin's name in texts.
    label: &'static str,
    /// What stands before `Got` in the text for an input that is a pointer.
    before_got: &'static str,
}

fn rule(builtin: &BuiltinRunner) -> Option<DeductionRule> {
    let (cells, inputs, bits, label) = match builtin {
        BuiltinRunner::Hash(_) => (3, 2, None, "pedersen"),
        BuiltinRunner::Bitwise(_) => (5, 2, Some(251), "bitwise"),
        BuiltinRunner::EcOp(_) => (7, 5, None, "ec_op"),
        BuiltinRunner::Keccak(_) => (16, 8, Some(200), "Keccak"),
        BuiltinRunner::Poseidon(_) => (6, 3, None, "poseidon"),
        _ => return None,
    };
    // The reference VM forgot a space here.
    let before_got = if label == "ec_op" { "" } else { " " };
    Some(DeductionRule {
        cells,
        inputs,
        bits,
        label,
        before_got,
    })
}

/// The builtin whose segment this is.
pub(super) fn of_segment(vm: &VirtualMachine, segment: isize) -> Option<&BuiltinRunner> {
    let segment = usize::try_from(segment).ok()?;
    vm.builtin_runners
        .iter()
        .chain(&vm.simulated_builtin_runners)
        .find(|builtin| builtin.base() == segment)
}

/// The value that the builtin deduces for a cell of its segment, if it does.
pub(crate) fn deduce(
    vm: &VirtualMachine,
    builtin: &BuiltinRunner,
    address: Relocatable,
) -> Raised<Option<MaybeRelocatable>> {
    let Some(rule) = rule(builtin) else {
        return Ok(None);
    };
    let index = address.offset % rule.cells;
    if index < rule.inputs {
        return Ok(None);
    }
    let instance = Relocatable::from((address.segment_index, address.offset - index));
    let mut inputs = Vec::with_capacity(rule.inputs);
    for cell in 0..rule.inputs {
        let cell = Relocatable::from((instance.segment_index, instance.offset + cell));
        match vm.get_maybe(&cell) {
            Some(value) => inputs.push((cell, value)),
            None => return Ok(None),
        }
    }
    let inputs = integers(&rule, inputs)?;
    builtin
        .deduce_memory_cell(address, &vm.segments.memory)
        .map_err(|error| refusal(&error, &inputs))
}

fn integers(
    rule: &DeductionRule,
    inputs: Vec<(Relocatable, MaybeRelocatable)>,
) -> Raised<Vec<Felt252>> {
    let label = rule.label;
    let mut integers = Vec::with_capacity(inputs.len());
    for (cell, value) in inputs {
        let MaybeRelocatable::Int(integer) = value else {
            let separator = rule.before_got;
            return Err(format!(
                "{label} builtin: Expected integer at address {cell}.{separator}Got: {value}."
            ));
        };
        if let Some(bits) = rule.bits
            && integer >= Felt252::TWO.pow(bits)
        {
            return Err(format!(
                "{label} builtin: Expected integer at address {cell} to be smaller than 2^{bits}. Got: {}.",
                decimal(&integer)
            ));
        }
        integers.push(integer);
    }
    Ok(integers)
}

fn refusal(error: &RunnerError, inputs: &[Felt252]) -> String {
    match (error, inputs) {
        (RunnerError::PointNotOnCurve(point), _) => format!(
            "ec_op builtin: point ({}, {}) is not on the curve.",
            decimal(&point.0),
            decimal(&point.1)
        ),
        (RunnerError::EcOpSameXCoordinate(_), [p_x, p_y, q_x, q_y, m]) => format!(
            "Cannot apply EC operation: computation reached two points with the same x coordinate.\n\
             Attempting to compute P + m * Q where:\n\
             P = ({}, {})\nm = {}\nQ = ({}, {}).",
            decimal(p_x),
            decimal(p_y),
            decimal(m),
            decimal(q_x),
            decimal(q_y),
        ),
        _ => error.to_string(),
    }
}

/// Applies the rule by which the builtin checks a cell that is written in its segment.
pub(crate) fn validate(vm: &VirtualMachine, address: Relocatable) -> Raised<()> {
    let Some(value) = vm.get_maybe(&address) else {
        return Ok(());
    };
    let bound = match of_segment(vm, address.segment_index) {
        Some(BuiltinRunner::RangeCheck(builtin)) => builtin.bound(),
        Some(BuiltinRunner::RangeCheck96(builtin)) => builtin.bound(),
        Some(BuiltinRunner::Signature(builtin)) => {
            let signature = |address| {
                let signatures = builtin.signatures.borrow();
                signatures
                    .get(&address)
                    .map(|signature| (signature.r, signature.s))
            };
            return validate_signature(vm, address, signature);
        }
        _ => return Ok(()),
    };
    match value {
        MaybeRelocatable::RelocatableValue(_) => Err(format!(
            "Range-check builtin: Expected value at address {address} to be an integer. Got: {value}."
        )),
        MaybeRelocatable::Int(value) if value >= *bound => Err(format!(
            "Value {}, in range check builtin {}, is out of range [0, {}).",
            decimal(&value),
            address.offset,
            decimal(bound)
        )),
        MaybeRelocatable::Int(_) => Ok(()),
    }
}

fn validate_signature(
    vm: &VirtualMachine,
    address: Relocatable,
    signature: impl Fn(Relocatable) -> Option<(Felt252, Felt252)>,
) -> Raised<()> {
    let public_key_address =
        Relocatable::from((address.segment_index, address.offset - address.offset % 2));
    let message_address = Relocatable::from((address.segment_index, public_key_address.offset + 1));
    let (Some(public_key), Some(message)) = (
        vm.get_maybe(&public_key_address),
        vm.get_maybe(&message_address),
    ) else {
        return Ok(());
    };
    let MaybeRelocatable::Int(public_key) = public_key else {
        return Err(public_key_text(public_key_address, &public_key));
    };
    let MaybeRelocatable::Int(message) = message else {
        return Err(format!(
            "ECDSA builtin: Expected message hash at address {message_address} to be an integer. Got: {message}."
        ));
    };
    let Some((r, s)) = signature(public_key_address) else {
        return Err(format!(
            "Signature hint is missing for ECDSA builtin at address {public_key_address}. \
             Add it using 'ecdsa_builtin.add_signature'."
        ));
    };
    // Only called for a cell that `cairo-vm` refused, so the signature is what is left.
    Err(format!(
        "Signature {}, is invalid, with respect to the public key {}, and the message hash {}.",
        format_args!("({}, {})", decimal(&r), decimal(&s)),
        decimal(&public_key),
        decimal(&message)
    ))
}

/// The text for a public key that is a pointer.
pub(super) fn public_key_text(address: Relocatable, value: &MaybeRelocatable) -> String {
    let value = Value::from(value.clone());
    format!(
        "ECDSA builtin: Expected public key at address {address} to be an integer. Got: {value}."
    )
}
