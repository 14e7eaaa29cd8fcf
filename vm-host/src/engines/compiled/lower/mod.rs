//! Turns a parsed text into the tree of one hint: names become slots, paths behind `ids` become paths to cells,
//! imports become functions. What is beyond the subset is refused, with its line. Must not know how trees run.

mod calls;
mod expressions;
mod functions;
mod globals;
mod operators;
mod statements;
mod targets;
mod uses;

use ruff_python_ast::{Expr, ExprCall, Stmt};
use ruff_text_size::Ranged;

pub(crate) use globals::variable_of_globals;

use super::ids::Layouts;
use super::parse::{Parsed, Refusal};
use super::scopes::Names;
use super::shared::Shared;
use super::tree::{Expression, Lowered, OwnFunction, Slot, Statement};
use crate::program::{CompiledProgram, Hint};

/// How deep trees may be: they are walked by recursion.
const MAX_DEPTH: usize = 48;

/// What the VM puts into the scope for each hint and compiled hints do not use.
const OF_THE_VM: &[&str] = &[
    "vm_load_program",
    "vm_add_auto_deduction_rule",
    "vm_add_validation_rule",
    "vm_ecdsa_additional_data",
    "builtin_runners",
    "is_accessed",
    "syscall_handler",
    "log",
];
/// Functions that every scope has while a hint runs in it.
const STATIC: &[&str] = &[
    "fadd",
    "fsub",
    "fmul",
    "fdiv",
    "fpow",
    "fis_quad_residue",
    "fsqrt",
    "safe_div",
    "to_felt_or_relocatable",
];
/// Names that a scope goes on having, with the values of the hint that ran last in it.
pub(crate) const LASTING: &[&str] = &["ap", "fp", "pc", "current_step"];
/// What it puts there and they do.
const USED_OF_THE_VM: &[&str] = &[
    "ids",
    "memory",
    "segments",
    "ap",
    "fp",
    "pc",
    "current_step",
    "PRIME",
    "vm_enter_scope",
    "vm_exit_scope",
];

/// Lowers a hint.
///
/// # Errors
/// [`Refusal`] when it has to run in Python.
pub(crate) fn lower(
    (program, hint): (&CompiledProgram, &Hint),
    parsed: &Parsed,
    shared: &mut Shared,
) -> Result<Lowered, Refusal> {
    let Shared {
        names,
        layouts,
        functions,
        first_hint,
        ..
    } = shared;
    let id = *first_hint + hint.id;
    let first_function = functions.len();
    let mut lowering = Lowering {
        program,
        hint,
        id,
        parsed,
        names,
        layouts,
        functions,
        first_function,
        lowered: Lowered::default(),
        frames: vec![Frame::default()],
        loops: 0,
        depth: 0,
        handlers: 0,
    };
    let statements = match lowering.block(&parsed.module.body) {
        Ok(statements) => statements,
        Err(refusal) => {
            functions.truncate(first_function);
            return Err(refusal);
        }
    };
    let mut lowered = lowering.lowered;
    lowered.body.statements = statements;
    lowered.body.locals = lowering.frames[0].count;
    Ok(lowered)
}

/// Names that are local where the lowering is: those of a function of the hint's own, and of comprehensions.
#[derive(Default)]
struct Frame {
    /// Name and number, innermost last.
    locals: Vec<(String, usize)>,
    count: usize,
    /// Whether it is a function.
    function: bool,
}

struct Lowering<'a> {
    program: &'a CompiledProgram,
    hint: &'a Hint,
    /// Its id in the run.
    id: u32,
    parsed: &'a Parsed,
    names: &'a mut Names,
    layouts: &'a mut Layouts,
    functions: &'a mut Vec<OwnFunction>,
    /// The first of those that this hint defines.
    first_function: usize,
    lowered: Lowered,
    frames: Vec<Frame>,
    loops: usize,
    depth: usize,
    /// How many parts are around that only Python runs: of what raises, and of what handles it.
    handlers: usize,
}

impl Lowering<'_> {
    fn refuse<T>(&self, construct: impl Into<String>, node: &impl Ranged) -> Result<T, Refusal> {
        Err(Refusal {
            construct: construct.into(),
            line: self.parsed.line_of(node),
        })
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames
            .last_mut()
            .expect("there is one for the hint itself")
    }

    fn block(&mut self, statements: &[Stmt]) -> Result<Vec<Statement>, Refusal> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return match statements.first() {
                Some(first) => self.refuse("deep nesting", first),
                None => Ok(Vec::new()),
            };
        }
        let mut block = Vec::with_capacity(statements.len());
        for statement in statements {
            self.statement(statement, &mut block)?;
        }
        self.depth -= 1;
        Ok(block)
    }

    pub(super) fn add_local(&mut self, name: &str) -> usize {
        let frame = self.frame();
        let number = frame.count;
        frame.count += 1;
        frame.locals.push((name.to_owned(), number));
        number
    }

    pub(super) fn local(&self, name: &str) -> Option<usize> {
        let frame = self.frames.last()?;
        let mut locals = frame.locals.iter().rev();
        locals
            .find(|(local, _)| local == name)
            .map(|(_, number)| *number)
    }

    /// The slot of a variable of the scope that is bound here.
    pub(super) fn bound(&mut self, name: &str, node: &impl Ranged) -> Result<Slot, Refusal> {
        if USED_OF_THE_VM.contains(&name) || is_static(name) {
            return self.refuse(format!("the VM's own name `{name}` as a variable"), node);
        }
        let slot = self.slot(name, node)?;
        if self.handlers == 0 {
            self.lowered.binds.insert(slot);
        }
        Ok(slot)
    }

    pub(super) fn slot(&mut self, name: &str, node: &impl Ranged) -> Result<Slot, Refusal> {
        let of_the_vm = OF_THE_VM.contains(&name) || name.ends_with("_builtin");
        if of_the_vm || (name.starts_with("__") && name.ends_with("__")) {
            return self.refuse(format!("the name `{name}`"), node);
        }
        let slot = self.names.slot(name);
        if self.handlers == 0 {
            self.lowered.slots.insert(slot);
        }
        Ok(slot)
    }

    /// Lowers what only Python runs, to see that it is Python, and leaves it.
    pub(super) fn left_to_python(
        &mut self,
        lower: impl FnOnce(&mut Self) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        self.handlers += 1;
        let lowered = lower(self);
        self.handlers -= 1;
        lowered
    }

    /// The values of a list, a tuple or a call, of which some may be all that another value gives.
    pub(super) fn items(&mut self, items: &[Expr]) -> Result<Vec<Expression>, Refusal> {
        let items = items.iter().map(|item| match item {
            Expr::Starred(starred) => {
                let all = self.expression(&starred.value)?;
                Ok(Expression::Spread(Box::new(all)))
            }
            item => self.expression(item),
        });
        items.collect()
    }

    /// Whether an expression is a name that the VM sets, and no local variable of the same name.
    pub(super) fn is_name(&self, expression: &Expr, name: &str) -> bool {
        matches!(expression, Expr::Name(found) if found.id == name) && self.local(name).is_none()
    }

    pub(super) fn is_call_of(&self, call: &ExprCall, name: &str) -> bool {
        self.is_name(&call.func, name)
    }

    pub(super) fn expressions(&mut self, expressions: &[Expr]) -> Result<Vec<Expression>, Refusal> {
        let expressions = expressions.iter();
        expressions
            .map(|expression| self.expression(expression))
            .collect()
    }
}

/// Whether it is a function that every scope has while a hint runs in it.
fn is_static(name: &str) -> bool {
    STATIC.contains(&name)
}
