//! The syntax tree of expressions.

use num_bigint::BigInt;

use super::super::location::Location;
use super::cairo_type::CairoType;

/// An expression.
#[derive(Clone, Debug)]
pub(in super::super) struct Expression {
    /// What it is.
    pub(in super::super) node: Node,
    /// Where it stands; none for what the reference VM makes up itself.
    pub(in super::super) location: Option<Location>,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub(in super::super) enum Node {
    /// A number, with the text it was written as.
    Const {
        value: BigInt,
        text: Option<Box<str>>,
    },
    /// `nondet %{ code %}`.
    Hint { code: String },
    /// A name.
    Identifier { name: String },
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
    New { inner: Box<Expression>, typed: bool },
    /// `f(a)` or `f{b}(a)`.
    Call(Box<Call>),
}

/// A list of arguments or tuple items.
#[derive(Clone, Debug)]
pub(in super::super) struct Arguments {
    /// They.
    pub(in super::super) items: Vec<Argument>,
    /// What stands before each and after the last.
    pub(in super::super) notes: Vec<Notes>,
    /// Whether a comma follows the last.
    pub(in super::super) trailing_comma: bool,
}

/// An argument or tuple item.
#[derive(Clone, Debug)]
pub(in super::super) struct Argument {
    /// Its name.
    pub(in super::super) name: Option<String>,
    /// Its value.
    pub(in super::super) value: Expression,
}

/// The registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Register {
    Ap,
    Fp,
}

/// The operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Operator {
    Add,
    Sub,
    Mul,
    Div,
}

/// New lines and comments inside an expression; mostly there are none.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Notes(Option<Box<NoteText>>);

/// New lines and comments.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct NoteText {
    /// With the slashes.
    pub(in super::super) comments: Vec<String>,
    /// Whether a new line comes first.
    pub(in super::super) starts_new_line: bool,
    /// Where they stand.
    pub(in super::super) location: Option<Location>,
}

/// A function call.
#[derive(Clone, Debug)]
pub(in super::super) struct Call {
    /// The function's name.
    pub(in super::super) name: Expression,
    /// Its implicit arguments.
    pub(in super::super) implicit: Option<Arguments>,
    /// Its arguments.
    pub(in super::super) arguments: Arguments,
}

impl Expression {
    /// An expression at a place.
    pub(in super::super) fn new(node: Node, location: Option<Location>) -> Self {
        Self { node, location }
    }

    /// A number that the reference VM makes up itself.
    pub(in super::super) fn number(value: impl Into<BigInt>, location: Option<Location>) -> Self {
        Self::new(
            Node::Const {
                value: value.into(),
                text: None,
            },
            location,
        )
    }

    /// An operation that the reference VM makes up itself.
    pub(in super::super) fn operation(
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
    pub(in super::super) fn deref(address: Self, location: Option<Location>) -> Self {
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
    pub(in super::super) fn class_name(&self) -> &'static str {
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
    pub(in super::super) fn symbol(self) -> &'static str {
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
    pub(in super::super) fn name(self) -> &'static str {
        match self {
            Self::Ap => "ap",
            Self::Fp => "fp",
        }
    }
}

impl Notes {
    /// These.
    pub(in super::super) fn new(text: NoteText) -> Self {
        Self(Some(Box::new(text)))
    }

    /// The text, if there is any.
    pub(in super::super) fn text(&self) -> Option<&NoteText> {
        self.0.as_deref()
    }

    /// Whether there are none.
    pub(in super::super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// These and later ones.
    pub(in super::super) fn join(self, later: Self) -> Self {
        let Some(mut joined) = self.0 else {
            return later;
        };
        if let Some(later) = later.0 {
            joined.comments.extend(later.comments);
        }
        Self(Some(joined))
    }
}
