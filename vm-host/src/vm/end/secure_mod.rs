//! The security checks of the mod builtins: their instances belong together, and the operations that their
//! tables describe hold.

use cairo_vm::Felt252;
use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::builtin_runner::ModBuiltinRunner;
use cairo_vm::vm::vm_core::VirtualMachine;
use num_bigint::BigUint;
use num_traits::{One, Zero};

use crate::vm::error_text::{Value, decimal};
use crate::vm::slices::Slices;

const CELLS: usize = 7;
const WORDS: usize = 4;
const WORD_BITS: u32 = 96;

/// The inputs of one instance.
struct Inputs {
    values: Relocatable,
    offsets: Relocatable,
    n: Felt252,
    words: [Felt252; WORDS],
    p: BigUint,
}

/// One operand of an operation.
struct Operand {
    offset: Felt252,
    words: [Felt252; WORDS],
    value: BigUint,
}

/// Checks all instances. The error is the text of what the reference VM raises.
pub(super) async fn check_mod_builtin(
    vm: &VirtualMachine,
    builtin: &ModBuiltinRunner,
    slices: Slices<'_>,
) -> Result<(), String> {
    let reader = Reader {
        vm,
        name: builtin.name().to_str(),
    };
    let batch = builtin.batch_size();
    let is_add = builtin.name() == BuiltinName::add_mod;
    let used = vm.get_segment_used_size(builtin.base()).unwrap_or(0);
    let mut previous: Option<Inputs> = None;
    for instance in 0..used.div_ceil(CELLS) {
        let address = Relocatable::from((builtin.base() as isize, instance * CELLS));
        let inputs = reader.inputs(address)?;
        if let Some(previous) = &previous {
            check_sequence(previous, &inputs, batch)?;
        }
        for index in 0..batch {
            slices.look().await;
            let operands =
                [0, 1, 2].map(|variable| reader.operand(&inputs, 3 * index + variable, variable));
            let [a, b, c] = operands;
            let (a, b, c) = (a?, b?, c?);
            check_operation(&reader, is_add, instance, index, &inputs, [&a, &b, &c])?;
        }
        previous = Some(inputs);
    }
    match previous {
        // An assertion without a text.
        Some(last) if last.n != Felt252::from(batch) => Err(String::new()),
        _ => Ok(()),
    }
}

/// The instances of one operation count down. The reference VM's assertions have no texts.
fn check_sequence(previous: &Inputs, inputs: &Inputs, batch: usize) -> Result<(), String> {
    if previous.n <= Felt252::from(batch) {
        return Ok(());
    }
    let continues = inputs.words == previous.words
        && inputs.values == previous.values
        && (previous.offsets + 3 * batch).is_ok_and(|next| inputs.offsets == next)
        && inputs.n == previous.n - Felt252::from(batch);
    if continues {
        Ok(())
    } else {
        Err(String::new())
    }
}

fn check_operation(
    reader: &Reader<'_>,
    is_add: bool,
    instance: usize,
    batch: usize,
    inputs: &Inputs,
    [a, b, c]: [&Operand; 3],
) -> Result<(), String> {
    if inputs.p.is_zero() {
        return Err("integer division or modulo by zero".to_string());
    }
    let name = reader.name;
    let (result, operation, bound) = if is_add {
        (
            &a.value + &b.value,
            "<built-in function add>",
            BigUint::from(2_u32),
        )
    } else {
        let limit = BigUint::one() << (WORDS as u32 * WORD_BITS);
        (&a.value * &b.value, "<built-in function mul>", limit)
    };
    let got = || {
        format!(
            "Got: instance={instance}, batch={batch}, inputs={}, values={}.",
            inputs.repr(),
            operands_repr([a, b, c])
        )
    };
    if &result % &inputs.p != &c.value % &inputs.p {
        return Err(format!(
            "{name} builtin: Expected a {operation} b == c (mod p). {}",
            got()
        ));
    }
    let in_range = result >= c.value && &result - &c.value < &bound * &inputs.p;
    if !in_range {
        return Err(format!(
            "{name} builtin: Expected (a {operation} b - c)/p to be in {{0,1,...,{}}} {}",
            bound - 1_u32,
            got()
        ));
    }
    Ok(())
}

struct Reader<'a> {
    vm: &'a VirtualMachine,
    name: &'static str,
}

impl Reader<'_> {
    fn inputs(&self, address: Relocatable) -> Result<Inputs, String> {
        let values = self.pointer((address + 4_usize).map_err(|error| error.to_string())?)?;
        let offsets = self.pointer((address + 5_usize).map_err(|error| error.to_string())?)?;
        let n_address = (address + 6_usize).map_err(|error| error.to_string())?;
        let name = self.name;
        let n = match self.load(n_address)? {
            MaybeRelocatable::Int(n) => n,
            value => {
                return Err(format!(
                    "{name} builtin: Expected integer at address {n_address}. Got: {value}."
                ));
            }
        };
        if n.is_zero() {
            return Err(format!("{name} builtin: Expected n >= 1. Got: 0."));
        }
        let (words, p) = self.words(address)?;
        Ok(Inputs {
            values,
            offsets,
            n,
            words,
            p,
        })
    }

    fn operand(&self, inputs: &Inputs, index: usize, variable: usize) -> Result<Operand, String> {
        let address = (inputs.offsets + index).map_err(|error| error.to_string())?;
        let offset = match self.load(address)? {
            MaybeRelocatable::Int(offset) => offset,
            value => {
                // The reference VM names the first operation's cell.
                let shown = (inputs.offsets + variable).map_err(|error| error.to_string())?;
                return Err(format!(
                    "{} builtin: Expected integer at address {shown}. Got: {value}.",
                    self.name
                ));
            }
        };
        let address = (inputs.values + &offset).map_err(|error| error.to_string())?;
        let (words, value) = self.words(address)?;
        Ok(Operand {
            offset,
            words,
            value,
        })
    }

    fn words(&self, address: Relocatable) -> Result<([Felt252; WORDS], BigUint), String> {
        let mut words = [Felt252::ZERO; WORDS];
        let mut value = BigUint::zero();
        for (index, word) in words.iter_mut().enumerate() {
            let cell = (address + index).map_err(|error| error.to_string())?;
            *word = match self.vm.get_maybe(&cell) {
                Some(MaybeRelocatable::Int(word)) => word,
                Some(pointer) => {
                    return Err(format!(
                        "Expected integer at address {cell}. Got: {pointer}."
                    ));
                }
                None => {
                    return Err(format!(
                        "{} builtin: Missing value at address {cell}.",
                        self.name
                    ));
                }
            };
            if word.bits() > WORD_BITS as usize {
                return Err(format!(
                    "Expected integer at address {cell} to be smaller than 2^{WORD_BITS}. Got: {}.",
                    decimal(word)
                ));
            }
            value += word.to_biguint() << (index as u32 * WORD_BITS);
        }
        Ok((words, value))
    }

    fn pointer(&self, address: Relocatable) -> Result<Relocatable, String> {
        match self.load(address)? {
            MaybeRelocatable::RelocatableValue(pointer) => Ok(pointer),
            value => Err(format!(
                "{} builtin: Expected RelocatableValue at address {address}. Got: {}.",
                self.name,
                Value::from(value)
            )),
        }
    }

    fn load(&self, address: Relocatable) -> Result<MaybeRelocatable, String> {
        self.vm
            .get_maybe(&address)
            .ok_or_else(|| format!("Unknown value for memory cell at address {address}."))
    }
}

impl Inputs {
    /// The dict that the reference VM shows.
    fn repr(&self) -> String {
        let words: Vec<_> = self
            .words
            .iter()
            .enumerate()
            .map(|(index, word)| format!("'p{index}': {}", decimal(word)))
            .collect();
        format!(
            "{{'values_ptr': {}, 'offsets_ptr': {}, 'n': {}, 'p': {}, {}}}",
            Value::from(self.values).repr(),
            Value::from(self.offsets).repr(),
            decimal(&self.n),
            self.p,
            words.join(", ")
        )
    }
}

fn operands_repr(operands: [&Operand; 3]) -> String {
    let mut entries = Vec::new();
    for (name, operand) in ["a", "b", "c"].into_iter().zip(operands) {
        entries.push(format!("'{name}_offset': {}", decimal(&operand.offset)));
        entries.push(format!("'{name}': {}", operand.value));
        for (index, word) in operand.words.iter().enumerate() {
            entries.push(format!("'{name}{index}': {}", decimal(word)));
        }
    }
    format!("{{{}}}", entries.join(", "))
}
