//! Owns what a contract's source is once it is read: constants, structs, traits, methods, and the expressions of
//! their bodies. Must not know `syn`, nor execution.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::place::Place;
use super::types::{IntType, Name, Type};

/// One source file with one contract.
#[derive(Debug)]
pub(crate) struct Crate {
    pub(crate) file: Arc<str>,
    pub(crate) constants: BTreeMap<Name, Constant>,
    pub(crate) structs: BTreeMap<Name, Arc<Struct>>,
    /// Functions outside of traits.
    pub(crate) functions: BTreeMap<Name, Arc<Method>>,
    pub(crate) contract: Trait,
    /// By the module that a proxy trait stands in; each holds at most one.
    pub(crate) proxies: BTreeMap<Name, Trait>,
}

#[derive(Debug)]
pub(crate) struct Constant {
    pub(crate) declared: Type,
    pub(crate) value: Literal,
    pub(crate) negative: bool,
}

/// A struct, which is plain data.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Struct {
    pub(crate) name: Name,
    pub(crate) fields: Vec<(Name, Type)>,
}

#[derive(Debug)]
pub(crate) struct Trait {
    pub(crate) name: Name,
    pub(crate) methods: BTreeMap<Name, Arc<Method>>,
}

#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) name: Name,
    pub(crate) place: Place,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) result: Type,
    pub(crate) export: Option<Export>,
    pub(crate) action: Action,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: Name,
    pub(crate) declared: Type,
    /// Of an event: whether it is a topic.
    pub(crate) indexed: bool,
}

/// What calling a method does.
#[derive(Debug)]
pub(crate) enum Action {
    Body(Block),
    /// Makes a mapper, or reads or writes a value, below this key and the arguments.
    Storage(StorageAccess, Name),
    Event(Name),
    /// Makes a proxy of the module.
    Proxy(Name),
    /// A method of a proxy trait: a call of another contract.
    Remote,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StorageAccess {
    Mapper,
    Get,
    Set,
    IsEmpty,
    Clear,
}

/// How a method is called from outside.
#[derive(Debug)]
pub(crate) struct Export {
    pub(crate) kind: ExportKind,
    pub(crate) payable: Payable,
    pub(crate) only_owner: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ExportKind {
    Init,
    Upgrade,
    /// An endpoint or a view of this name.
    Endpoint(Name),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Payable {
    No,
    Any,
    Egld,
    Token(Name),
}

#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) statements: Vec<Statement>,
    /// The expression without a semicolon at the end.
    pub(crate) result: Option<Box<Expression>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Statement {
    Let {
        pattern: Pattern,
        declared: Option<Type>,
        value: Option<Expression>,
        otherwise: Option<Block>,
    },
    Expression(Expression),
}

#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    /// `_`
    Anything,
    Name(Name),
    Tuple(Vec<Pattern>),
    /// `Some(p)` and `OptionalValue::Some(p)`.
    Some(Box<Pattern>),
    None,
    Literal(Literal),
    /// Another integer or text by its name.
    Constant(Name),
    Or(Vec<Pattern>),
    Range(Option<i128>, Option<i128>, bool),
}

#[derive(Clone, Debug)]
pub(crate) enum Literal {
    Bool(bool),
    Int(u128, IntType),
    /// Texts, strings of bytes.
    Bytes(Arc<[u8]>),
}

#[derive(Clone, Debug)]
pub(crate) struct Expression {
    pub(crate) kind: ExpressionKind,
    pub(crate) place: Place,
}

type Boxed = Box<Expression>;

#[derive(Clone, Debug)]
pub(crate) enum ExpressionKind {
    Literal(Literal),
    Name(Name),
    SelfValue,
    /// A path of two or more segments that is not called.
    Path(Vec<Name>),
    Unary(Unary, Boxed),
    Binary(Operator, Boxed, Boxed),
    And(Boxed, Boxed),
    Or(Boxed, Boxed),
    Assign(Boxed, Boxed),
    AssignOperator(Operator, Boxed, Boxed),
    Reference(Boxed),
    Cast(Boxed, Type),
    Field(Boxed, Name),
    TupleField(Boxed, usize),
    Index(Boxed, Boxed),
    MethodCall {
        receiver: Boxed,
        name: Name,
        types: Vec<Type>,
        arguments: Vec<Expression>,
    },
    Call {
        path: Vec<Name>,
        /// What the type in the path says of itself, as `ManagedVec::<BigUint>`.
        of: Option<Type>,
        arguments: Vec<Expression>,
    },
    Struct(Name, Vec<(Name, Expression)>),
    Tuple(Vec<Expression>),
    Array(Vec<Expression>),
    Repeat(Boxed, Boxed),
    Block(Block),
    If(Boxed, Block, Option<Boxed>),
    /// `let p = e` as a condition.
    Matches(Pattern, Boxed),
    Match(Boxed, Vec<Arm>),
    While(Boxed, Block),
    Loop(Block),
    For(Pattern, Boxed, Block),
    Range(Option<Boxed>, Option<Boxed>, bool),
    Closure(Arc<Closure>),
    Return(Option<Boxed>),
    Break(Option<Boxed>),
    Continue,
    /// `require!`
    Require(Boxed, Text),
    /// `sc_panic!`
    Panic(Text),
    /// `sc_format!`
    Format(Text),
    /// `sc_print!`
    Print(Text),
}

#[derive(Clone, Debug)]
pub(crate) struct Arm {
    pub(crate) pattern: Pattern,
    pub(crate) guard: Option<Expression>,
    pub(crate) body: Expression,
}

#[derive(Debug)]
pub(crate) struct Closure {
    pub(crate) parameters: Vec<Pattern>,
    pub(crate) body: Expression,
}

/// A message: pieces of text and values between them.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Text(Arc<str>),
    Value(Expression, Form),
}

/// How a value stands in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Display,
    Hex,
    Binary,
    Encoded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Not,
    Negative,
    Dereference,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Operator {
    pub(crate) fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessEqual
                | Self::Greater
                | Self::GreaterEqual
        )
    }
}

impl Export {
    /// What the method is called from outside.
    pub(crate) fn endpoint_name(&self) -> Vec<u8> {
        match &self.kind {
            ExportKind::Init => b"init".to_vec(),
            ExportKind::Upgrade => b"upgrade".to_vec(),
            ExportKind::Endpoint(name) => name.as_bytes().to_vec(),
        }
    }
}
