//! Evaluates expressions in the host, for the values that error messages show.

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use hint_proto::v1;

use super::memory_view::MemoryView;

/// Deeper expressions have no value: they are evaluated by recursion.
const MAX_DEPTH: usize = 200;

/// A value on the way: offsets may be negative until the cell is read.
#[derive(Clone, Copy, Debug)]
enum Value {
    Felt(Felt252),
    Address { segment: isize, offset: i64 },
}

/// The value of the expression; none when it is unknown or evaluating it would raise.
pub(in crate::program) fn evaluate(
    expression: &v1::Expression,
    ap: Relocatable,
    fp: impl Into<MaybeRelocatable>,
    memory: &dyn MemoryView,
) -> Option<MaybeRelocatable> {
    let value = Evaluation::new(ap, fp.into(), memory)?.visit(expression, 0)?;
    value.to_maybe_relocatable()
}

struct Evaluation<'a> {
    ap: Value,
    fp: Value,
    memory: &'a dyn MemoryView,
}

impl<'a> Evaluation<'a> {
    fn new(ap: Relocatable, fp: MaybeRelocatable, memory: &'a dyn MemoryView) -> Option<Self> {
        Some(Self {
            ap: Value::from_memory(ap.into())?,
            fp: Value::from_memory(fp)?,
            memory,
        })
    }

    fn visit(&self, expression: &v1::Expression, depth: usize) -> Option<Value> {
        use v1::expression::Node;
        if depth > MAX_DEPTH {
            return None;
        }
        match expression.node.as_ref()? {
            Node::Constant(text) => match text.parse::<i64>() {
                Ok(small) => Some(Value::Felt(Felt252::from(small))),
                Err(_) => Some(Value::Felt(decimal(text)?)),
            },
            Node::Register(register) => match v1::Register::try_from(*register).ok()? {
                v1::Register::Ap => Some(self.ap),
                v1::Register::Fp => Some(self.fp),
                v1::Register::Unspecified => None,
            },
            Node::Dereference(cell) => {
                let address = self.visit(cell.address.as_ref()?, depth + 1)?;
                let Value::Address { segment, offset } = address else {
                    return None;
                };
                let address = Relocatable::from((segment, usize::try_from(offset).ok()?));
                Value::from_memory(self.memory.get(address)?)
            }
            Node::Operation(operation) => {
                let left = self.visit(operation.left.as_ref()?, depth + 1)?;
                let right = self.visit(operation.right.as_ref()?, depth + 1)?;
                let operator = v1::Operator::try_from(operation.operator).ok()?;
                operate(operator, left, right)
            }
            Node::Raised(_) => None,
        }
    }
}

impl Value {
    fn from_memory(value: MaybeRelocatable) -> Option<Self> {
        match value {
            MaybeRelocatable::Int(felt) => Some(Self::Felt(felt)),
            MaybeRelocatable::RelocatableValue(address) => Some(Self::Address {
                segment: address.segment_index,
                offset: i64::try_from(address.offset).ok()?,
            }),
        }
    }

    fn to_maybe_relocatable(self) -> Option<MaybeRelocatable> {
        match self {
            Self::Felt(felt) => Some(felt.into()),
            Self::Address { segment, offset } => {
                Some(Relocatable::from((segment, usize::try_from(offset).ok()?)).into())
            }
        }
    }
}

fn operate(operator: v1::Operator, left: Value, right: Value) -> Option<Value> {
    use v1::Operator as Op;
    match (operator, left, right) {
        (Op::Add, Value::Felt(a), Value::Felt(b)) => Some(Value::Felt(a + b)),
        (Op::Sub, Value::Felt(a), Value::Felt(b)) => Some(Value::Felt(a - b)),
        (Op::Mul, Value::Felt(a), Value::Felt(b)) => Some(Value::Felt(a * b)),
        (Op::Div, Value::Felt(a), Value::Felt(b)) => {
            Some(Value::Felt(a.field_div(&b.try_into().ok()?)))
        }
        (Op::Add, Value::Address { segment, offset }, Value::Felt(by))
        | (Op::Add, Value::Felt(by), Value::Address { segment, offset }) => Some(Value::Address {
            segment,
            offset: offset.checked_add(small(by)?)?,
        }),
        (Op::Sub, Value::Address { segment, offset }, Value::Felt(by)) => Some(Value::Address {
            segment,
            offset: offset.checked_sub(small(by)?)?,
        }),
        (
            Op::Sub,
            Value::Address { segment, offset },
            Value::Address {
                segment: other,
                offset: from,
            },
        ) if segment == other => Some(Value::Felt(Felt252::from(offset.checked_sub(from)?))),
        _ => None,
    }
}

/// A felt as a signed number, if it is a small one.
fn small(felt: Felt252) -> Option<i64> {
    match u64::try_from(felt) {
        Ok(value) => i64::try_from(value).ok(),
        Err(_) => {
            let magnitude = u64::try_from(-felt).ok()?;
            i64::try_from(magnitude).ok().map(|magnitude| -magnitude)
        }
    }
}

/// A decimal that may be negative.
fn decimal(text: &str) -> Option<Felt252> {
    match text.strip_prefix('-') {
        Some(digits) => Felt252::from_dec_str(digits).ok().map(|felt| -felt),
        None => Felt252::from_dec_str(text).ok(),
    }
}
