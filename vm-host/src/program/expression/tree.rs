//! The syntax tree of expressions.

use num_bigint::BigInt;

use crate::program::names::CairoType;
use crate::program::places::Location;

/// Deeper expressions are refused: every step over them is recursive.
pub(super) const MAX_DEPTH: usize = 150;

#[derive(Clone, Debug)]
pub(in crate::program) struct Expression {
    pub(in crate::program) node: Node,
    /// Where it stands; none for what the reference VM makes up itself.
    pub(in crate::program) location: Option<Location>,
}

#[derive(Clone, Debug)]
pub(in crate::program) enum Node {
    /// A number, with the text it was written as.
    Const {
        value: BigInt,
        text: Option<Box<str>>,
    },
    /// `nondet %{ code %}`.
    Hint {
        code: String,
    },
    Identifier {
        name: String,
    },
    /// `ap` or `fp`.
    Register(Register),
    /// `a + b` and the like.
    Operator {
        a: Box<Expression>,
        operator: Operator,
        b: Box<Expression>,
        notes: Notes,
    },
    /// `a ** b`.
    Pow {
        a: Box<Expression>,
        b: Box<Expression>,
        notes: Notes,
    },
    /// `-a`.
    Neg(Box<Expression>),
    /// `(a)`.
    Parentheses {
        inner: Box<Expression>,
        notes: Notes,
    },
    /// `[address]`.
    Deref {
        address: Box<Expression>,
        notes: Notes,
    },
    /// `a[offset]`.
    Subscript {
        inner: Box<Expression>,
        offset: Box<Expression>,
        notes: Notes,
    },
    /// `a.member`.
    Dot {
        inner: Box<Expression>,
        member: String,
    },
    /// `&a`.
    AddressOf(Box<Expression>),
    /// `cast(a, T)`.
    Cast {
        inner: Box<Expression>,
        dest_type: Box<CairoType>,
        notes: Notes,
    },
    /// `(a, b)`.
    Tuple(Box<Arguments>),
    /// `new a`; typed until the type system has looked at it.
    New {
        inner: Box<Expression>,
        typed: bool,
    },
    /// `f(a)` or `f{b}(a)`.
    Call(Box<Call>),
}

/// A list of arguments or tuple items.
#[derive(Clone, Debug)]
pub(in crate::program) struct Arguments {
    pub(in crate::program) items: Vec<Argument>,
    /// What stands before each and after the last.
    pub(in crate::program) notes: Vec<Notes>,
    /// Whether a comma follows the last.
    pub(in crate::program) trailing_comma: bool,
}

/// An argument or tuple item.
#[derive(Clone, Debug)]
pub(in crate::program) struct Argument {
    pub(in crate::program) name: Option<String>,
    pub(in crate::program) value: Expression,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::program) enum Register {
    Ap,
    Fp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::program) enum Operator {
    Add,
    Sub,
    Mul,
    Div,
}

/// New lines and comments inside an expression; mostly there are none.
#[derive(Clone, Debug, Default)]
pub(in crate::program) struct Notes(Option<Box<NoteText>>);

#[derive(Clone, Debug, Default)]
pub(in crate::program) struct NoteText {
    /// With the slashes.
    pub(in crate::program) comments: Vec<String>,
    /// Whether a new line comes first.
    pub(in crate::program) starts_new_line: bool,
    pub(in crate::program) location: Option<Location>,
}

#[derive(Clone, Debug)]
pub(in crate::program) struct Call {
    pub(in crate::program) name: Expression,
    pub(in crate::program) implicit: Option<Arguments>,
    pub(in crate::program) arguments: Arguments,
}

impl Expression {
    /// An expression at a place.
    pub(in crate::program) fn new(node: Node, location: Option<Location>) -> Self {
        Self { node, location }
    }

    /// A number that the reference VM makes up itself.
    pub(in crate::program) fn number(value: impl Into<BigInt>, location: Option<Location>) -> Self {
        Self::new(
            Node::Const {
                value: value.into(),
                text: None,
            },
            location,
        )
    }

    /// An operation that the reference VM makes up itself.
    pub(in crate::program) fn operation(
        a: Self,
        operator: Operator,
        b: Self,
        location: Option<Location>,
    ) -> Self {
        let (a, b) = (Box::new(a), Box::new(b));
        Self::new(
            Node::Operator {
                a,
                operator,
                b,
                notes: Notes::default(),
            },
            location,
        )
    }

    /// A memory cell that the reference VM makes up itself.
    pub(in crate::program) fn deref(address: Self, location: Option<Location>) -> Self {
        let address = Box::new(address);
        Self::new(
            Node::Deref {
                address,
                notes: Notes::default(),
            },
            location,
        )
    }

    /// The name of the reference VM's class for it.
    pub(in crate::program) fn class_name(&self) -> &'static str {
        match self.node {
            Node::Const { .. } => "ExprConst",
            Node::Hint { .. } => "ExprHint",
            Node::Identifier { .. } => "ExprIdentifier",
            Node::Register(_) => "ExprReg",
            Node::Operator { .. } => "ExprOperator",
            Node::Pow { .. } => "ExprPow",
            Node::Neg(_) => "ExprNeg",
            Node::Parentheses { .. } => "ExprParentheses",
            Node::Deref { .. } => "ExprDeref",
            Node::Subscript { .. } => "ExprSubscript",
            Node::Dot { .. } => "ExprDot",
            Node::AddressOf(_) => "ExprAddressOf",
            Node::Cast { .. } => "ExprCast",
            Node::Tuple(_) => "ExprTuple",
            Node::New { .. } => "ExprNewOperator",
            Node::Call(_) => "ExprFuncCall",
        }
    }
}

impl Operator {
    /// As it is written.
    pub(in crate::program) fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
        }
    }
}

impl Register {
    /// As it is written.
    pub(in crate::program) fn name(self) -> &'static str {
        match self {
            Self::Ap => "ap",
            Self::Fp => "fp",
        }
    }
}

impl Notes {
    pub(in crate::program) fn new(text: NoteText) -> Self {
        Self(Some(Box::new(text)))
    }

    /// The text, if there is any.
    pub(in crate::program) fn text(&self) -> Option<&NoteText> {
        self.0.as_deref()
    }

    pub(in crate::program) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// These and later ones.
    pub(in crate::program) fn join(self, later: Self) -> Self {
        let Some(mut joined) = self.0 else {
            return later;
        };
        if let Some(later) = later.0 {
            joined.comments.extend(later.comments);
        }
        Self(Some(joined))
    }
}
