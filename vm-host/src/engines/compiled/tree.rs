//! A lowered hint: what it does, over slots instead of names, with every path behind `ids` resolved. Must not
//! know how it came about or how it is run.

use std::collections::BTreeSet;

use cairo_vm::types::relocatable::Relocatable;

use super::value::{Binary, Comparison, Unary, Value};
use crate::program::CellPath;

/// A variable of the hint's scope, by its number among those of the program's compiled hints.
pub(crate) type Slot = usize;

/// A lowered hint and what it shares with others.
#[derive(Debug, Default)]
pub(crate) struct Lowered {
    pub(crate) body: Body,
    /// Every variable of the scope that it mentions.
    pub(crate) slots: BTreeSet<Slot>,
    /// The variables that it may bind or delete.
    pub(crate) binds: BTreeSet<Slot>,
    /// Whether it may bind variables of any name in scopes that it enters.
    pub(crate) binds_any: bool,
    /// The variables that are functions which no other hint may see.
    pub(crate) defines: BTreeSet<Slot>,
    /// Variables that are objects which no other hint may see.
    pub(crate) alone: BTreeSet<Slot>,
    /// Whether it looks at a builtin.
    pub(crate) sees_builtins: bool,
    /// Whether it may say how large a segment is.
    pub(crate) sizes: bool,
    /// Whether it may move temporary segments.
    pub(crate) relocates: bool,
    /// The modules that it imports from.
    pub(crate) modules: BTreeSet<&'static str>,
}

/// What a hint does.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) statements: Vec<Statement>,
    /// How many local variables its comprehensions need.
    pub(crate) locals: usize,
}

/// A function that a hint defines.
#[derive(Debug)]
pub(crate) struct OwnFunction {
    /// As Python names it.
    pub(crate) name: Box<str>,
    /// The hint that defines it, by its id, and the line there.
    pub(crate) hint: u32,
    pub(crate) line: usize,
    /// Whether other hints may have it: then Python finds its code by name and line.
    pub(crate) shared: bool,
    /// Whether it mentions names that the VM gives each hint, and whether `ids` is one of them.
    pub(crate) uses_vm: bool,
    pub(crate) uses_ids: bool,
    /// The names of its parameters, which are its first local variables.
    pub(crate) parameters: Vec<Box<str>>,
    /// What the last parameters are when they are not given.
    pub(crate) defaults: Vec<Value>,
    /// The annotations of a shared function: names of parameters, and `return`.
    pub(crate) annotations: Vec<(Box<str>, Value)>,
    pub(crate) locals: usize,
    pub(crate) body: Vec<Statement>,
}

#[derive(Debug)]
pub(crate) enum Statement {
    Assign(Vec<Target>, Expression),
    Augment(Target, Binary, Expression),
    If(Vec<(Expression, Vec<Statement>)>, Vec<Statement>),
    For(Box<For>),
    While(Expression, Vec<Statement>, Vec<Statement>),
    Assert(Expression),
    Break,
    Continue,
    Return(Option<Expression>),
    /// Ends the hint here: Python raises.
    Raise,
    Try(Box<Try>),
    Delete(Slot),
    /// Of a list.
    DeleteItem(Expression, Expression),
    Do(Expression),
    EnterScope(Vec<(Slot, Expression)>),
    /// With the variables of a dictionary, or with none.
    EnterScopeOf(Expression),
    ExitScope,
}

/// What is behind `try`. What its handlers do, Python does.
#[derive(Debug)]
pub(crate) struct Try {
    pub(crate) body: Vec<Statement>,
    pub(crate) otherwise: Vec<Statement>,
    pub(crate) finally: Vec<Statement>,
}

#[derive(Debug)]
pub(crate) struct For {
    pub(crate) target: Target,
    pub(crate) iterable: Expression,
    pub(crate) body: Vec<Statement>,
    pub(crate) otherwise: Vec<Statement>,
}

/// What is assigned to.
#[derive(Debug)]
pub(crate) enum Target {
    Scope(Slot),
    Local(usize),
    /// `memory[…]`.
    Memory(Expression),
    /// A cell behind `ids`, at this address.
    Cell(CellPath),
    /// A member of a struct.
    Member(Expression, Box<str>),
    Subscript(Expression, Expression),
    Sequence(Vec<Target>),
    /// Those before a list of the rest, it, and those behind it.
    Rest(Vec<Target>, Box<Target>, Vec<Target>),
}

#[derive(Debug)]
pub(crate) enum Expression {
    Constant(Value),
    Scope(Slot),
    /// Ends the hint here: Python raises.
    Raise,
    /// Whether the scope has a variable.
    Has(Slot),
    Local(usize),
    /// A function of the hint's own, by its number among those of the program.
    Define(usize),
    Register(Register),
    /// `range_check_builtin.bound`.
    RangeCheckBound,
    /// The value of the cell at a path.
    Cell(CellPath),
    /// The value of the path itself.
    Path(CellPath),
    /// A struct at the value of a path.
    Struct(usize, CellPath),
    Memory(Box<Expression>),
    Attribute(Box<Expression>, Box<str>),
    Subscript(Box<Expression>, Box<Expression>),
    Slice(Box<Expression>, [Option<Box<Expression>>; 3]),
    Unary(Unary, Box<Expression>),
    Binary(Binary, Box<(Expression, Expression)>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Compare(Box<Expression>, Vec<(Comparison, Expression)>),
    Choice(Box<(Expression, Expression, Expression)>),
    Tuple(Vec<Expression>),
    List(Vec<Expression>),
    /// Among the values of a list, a tuple or a call: all that this gives.
    Spread(Box<Expression>),
    /// Keys and values; without a key, the entries of another dictionary.
    Dict(Vec<(Option<Expression>, Expression)>),
    /// Of these, all that a comprehension gives among them.
    Set(Vec<Expression>),
    /// Of pairs.
    DictComprehension(Box<Comprehension>),
    /// Puts a value, which is computed after the place, and gives nothing.
    Put(Box<Target>, Box<Expression>),
    /// Binds its value, too.
    Bind(Box<Target>, Box<Expression>),
    Comprehension(Box<Comprehension>),
    /// `map` of a function over values, all of them taken at once, as long as the scope has no variable of that name.
    Mapped(Slot, Box<(Expression, Expression)>),
    /// `all` or `any` over a generator, as long as the scope has no variable of that name: stops at the first
    /// that decides.
    Quantifier(Slot, bool, Box<Comprehension>),
    Text(Vec<Piece>),
    Call(Box<Expression>, Arguments),
    Method(Box<Expression>, Box<str>, Arguments),
    Vm(VmCall, Vec<Expression>),
}

/// The registers that a hint sees.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Register {
    Ap,
    Fp,
    Pc,
    Step,
}

/// What a hint asks of the VM, beside cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VmCall {
    AddSegment,
    /// Its size, or `None`.
    AddSized,
    AddTemporarySegment,
    /// Pointer, data.
    WriteArg,
    /// Data.
    GenArg,
    /// The same without a reduction.
    WriteUnreduced,
    GenUnreduced,
    /// Pointer, data.
    LoadData,
    /// Address, count.
    GetRange,
    /// The same where all of them are numbers.
    GetIntegers,
    /// Address, and what is given where there is nothing.
    Get,
    /// Address of a cell that is there.
    Cell,
    /// Address, and what is put there, and given, where there is nothing.
    SetDefault,
    /// A value as it is read.
    Relocated,
    /// Whether an instruction used the cell at an address.
    IsAccessed,
    /// Address.
    Has,
    /// Address, value.
    Set,
    SegmentCount,
    TemporarySegmentCount,
    /// The start of a temporary segment, where it goes.
    AddRelocationRule,
}

#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Expression>,
    /// Without a name, the entries of a dictionary.
    pub(crate) named: Vec<(Option<Box<str>>, Expression)>,
}

#[derive(Debug)]
pub(crate) struct Comprehension {
    pub(crate) element: Expression,
    pub(crate) loops: Vec<Loop>,
}

#[derive(Debug)]
pub(crate) struct Loop {
    pub(crate) target: Target,
    pub(crate) iterable: Expression,
    pub(crate) conditions: Vec<Expression>,
}

/// A part of a formatted string.
#[derive(Debug)]
pub(crate) enum Piece {
    Literal(Box<str>),
    /// A value, whether its `repr` is wanted, and the format.
    Value(Expression, bool, Box<str>),
}

/// A struct behind `ids`.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) size: u64,
    pub(crate) members: Vec<Member>,
}

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: Box<str>,
    pub(crate) offset: u64,
    pub(crate) kind: MemberKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MemberKind {
    /// The cell itself.
    Value,
    /// A struct, by its number, where the member is.
    Struct(usize),
    /// A struct, by its number, where the member points.
    Pointer(usize),
    /// Nothing that hints can read.
    Other,
}

impl Layout {
    /// The member of this name.
    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| &*member.name == name)
    }
}

/// The start of a segment that a hint adds.
pub(crate) fn start_of(segment_index: isize) -> Relocatable {
    Relocatable {
        segment_index,
        offset: 0,
    }
}
