//! Paths to cells: addresses written as expressions over `ap`, `fp` and memory, so that what one execution of
//! a hint needed can be found again in the next.

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::expression::Node;
use hint_proto::v1::{Expression, Operator, Register};

/// Longest path that is followed: paths are walked by recursion. References of programs nest a few
/// levels; a longer one only costs its hint a question.
const MAX_DEPTH: u32 = 24;

/// An expression whose value is, usually, an address.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CellPath {
    /// `ap` plus cells.
    Ap(i64),
    /// `fp` plus cells.
    Fp(i64),
    /// The value of the cell at a path, plus cells.
    Pointer(Box<CellPath>, i64),
    /// A felt.
    Constant(Felt252),
    /// Any other operation.
    Operation(Operator, Box<CellPath>, Box<CellPath>),
}

/// Where paths start: the registers at the hint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Allocation pointer.
    pub ap: Relocatable,
    /// Frame pointer.
    pub fp: Relocatable,
}

impl CellPath {
    /// The path of an expression; `None` when it always raises or is nested too deeply.
    #[must_use]
    pub(crate) fn of(expression: &Expression) -> Option<Self> {
        Self::at_depth(expression, MAX_DEPTH)
    }

    fn at_depth(expression: &Expression, depth: u32) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        Some(match expression.node.as_ref()? {
            Node::Constant(text) => match text.strip_prefix('-') {
                Some(digits) => Self::Constant(-Felt252::from_dec_str(digits).ok()?),
                None => Self::Constant(Felt252::from_dec_str(text).ok()?),
            },
            Node::Register(register) => match Register::try_from(*register).ok()? {
                Register::Ap => Self::Ap(0),
                Register::Fp => Self::Fp(0),
                Register::Unspecified => return None,
            },
            Node::Dereference(cell) => {
                let address = Self::at_depth(cell.address.as_deref()?, depth)?;
                Self::Pointer(Box::new(address), 0)
            }
            Node::Operation(operation) => {
                let left = Self::at_depth(operation.left.as_deref()?, depth)?;
                let right = Self::at_depth(operation.right.as_deref()?, depth)?;
                let operator = Operator::try_from(operation.operator).ok()?;
                match (operator, &right) {
                    (Operator::Add, Self::Constant(felt)) => match signed(felt) {
                        Some(cells) => left.plus(cells),
                        None => Self::Operation(operator, Box::new(left), Box::new(right)),
                    },
                    (Operator::Sub, Self::Constant(felt)) => match signed(felt) {
                        Some(cells) => left.plus(-cells),
                        None => Self::Operation(operator, Box::new(left), Box::new(right)),
                    },
                    _ => Self::Operation(operator, Box::new(left), Box::new(right)),
                }
            }
            Node::Raised(_) => return None,
        })
    }

    /// This path plus cells.
    #[must_use]
    pub(crate) fn plus(self, cells: i64) -> Self {
        match self {
            Self::Ap(offset) => Self::Ap(offset.saturating_add(cells)),
            Self::Fp(offset) => Self::Fp(offset.saturating_add(cells)),
            Self::Pointer(path, offset) => Self::Pointer(path, offset.saturating_add(cells)),
            other => Self::Operation(
                Operator::Add,
                Box::new(other),
                Box::new(Self::Constant(Felt252::from(cells))),
            ),
        }
    }

    /// How many pointers it follows.
    #[must_use]
    pub(crate) fn depth(&self) -> u32 {
        match self {
            Self::Ap(_) | Self::Fp(_) | Self::Constant(_) => 0,
            Self::Pointer(path, _) => path.depth() + 1,
            Self::Operation(_, left, right) => left.depth().max(right.depth()) + 1,
        }
    }

    /// The value of the path; `None` when a cell on the way is empty or the arithmetic fails.
    #[must_use]
    pub(crate) fn value(&self, vm: &VirtualMachine, frame: &Frame) -> Option<MaybeRelocatable> {
        match self {
            Self::Ap(offset) => moved(frame.ap, *offset).map(MaybeRelocatable::from),
            Self::Fp(offset) => moved(frame.fp, *offset).map(MaybeRelocatable::from),
            Self::Constant(felt) => Some(MaybeRelocatable::Int(*felt)),
            Self::Pointer(path, offset) => {
                let address = path.address(vm, frame)?;
                match vm.get_maybe(&address)? {
                    MaybeRelocatable::RelocatableValue(target) => {
                        moved(target, *offset).map(MaybeRelocatable::from)
                    }
                    MaybeRelocatable::Int(felt) => {
                        Some(MaybeRelocatable::Int(felt + Felt252::from(*offset)))
                    }
                }
            }
            Self::Operation(operator, left, right) => {
                let left = left.value(vm, frame)?;
                let right = right.value(vm, frame)?;
                match operator {
                    Operator::Add => left.add(&right).ok(),
                    Operator::Sub => left.sub(&right).ok(),
                    Operator::Mul => match (left, right) {
                        (MaybeRelocatable::Int(left), MaybeRelocatable::Int(right)) => {
                            Some(MaybeRelocatable::Int(left * right))
                        }
                        _ => None,
                    },
                    Operator::Div | Operator::Unspecified => None,
                }
            }
        }
    }

    /// The address that the path is; `None` when it is a felt or unknown.
    #[must_use]
    pub(crate) fn address(&self, vm: &VirtualMachine, frame: &Frame) -> Option<Relocatable> {
        match self.value(vm, frame)? {
            MaybeRelocatable::RelocatableValue(address) => Some(address),
            MaybeRelocatable::Int(_) => None,
        }
    }

    /// Calls `visit` with every path whose cell is read on the way to this one's value.
    pub(crate) fn visit_cells(&self, visit: &mut impl FnMut(&CellPath)) {
        match self {
            Self::Ap(_) | Self::Fp(_) | Self::Constant(_) => {}
            Self::Pointer(path, _) => {
                path.visit_cells(visit);
                visit(path);
            }
            Self::Operation(_, left, right) => {
                left.visit_cells(visit);
                right.visit_cells(visit);
            }
        }
    }
}

/// `address` plus cells; `None` below the start of the segment.
fn moved(address: Relocatable, cells: i64) -> Option<Relocatable> {
    let offset = address
        .offset
        .checked_add_signed(isize::try_from(cells).ok()?)?;
    Some(Relocatable {
        segment_index: address.segment_index,
        offset,
    })
}

/// A felt as a small signed number.
fn signed(felt: &Felt252) -> Option<i64> {
    if let Ok(value) = i64::try_from(*felt) {
        return Some(value);
    }
    i64::try_from(-*felt).ok().map(|value| -value)
}
