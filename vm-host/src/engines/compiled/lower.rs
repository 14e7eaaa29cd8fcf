//! Turns a parsed text into the tree of one hint: names become slots, paths behind `ids` become paths to cells,
//! imports become functions. What is beyond the subset is refused, with its line. Must not know how trees run.

use std::collections::BTreeSet;

use ruff_python_ast::{
    Alias, BoolOp, CmpOp, Comprehension as Generator, ConversionFlag, Expr, ExprCall, ExprCompare,
    ExprContext, ExprFString, FStringPart, InterpolatedStringElement, Number, Operator, Parameters,
    Stmt, StmtFunctionDef, UnaryOp,
};
use ruff_text_size::Ranged;

use super::ids::{Layouts, Reached, reach, reach_cell};
use super::library::{self, Export};
use super::parse::{Parsed, Refusal};
use super::scopes::Names;
use super::tree::{
    Arguments, Comprehension, Expression, For, Loop, Lowered, OwnFunction, Piece, Register, Slot,
    Statement, Target, VmCall,
};
use super::value::{Binary, Comparison, Integer, Own, Unary, Value};
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
    "program_input",
    "log",
    "fadd",
    "fsub",
    "fmul",
    "fdiv",
    "fpow",
    "fis_quad_residue",
    "fsqrt",
    "safe_div",
];
/// What a scope keeps of the hint that ran last in it.
const LASTING: &[&str] = &["ap", "fp", "pc", "current_step"];
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
    names: &mut Names,
    layouts: &mut Layouts,
) -> Result<Lowered, Refusal> {
    let mut lowering = Lowering {
        program,
        hint,
        parsed,
        names,
        layouts,
        lowered: Lowered::default(),
        frames: vec![Frame::default()],
        loops: 0,
        depth: 0,
    };
    let statements = lowering.block(&parsed.module.body)?;
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
    parsed: &'a Parsed,
    names: &'a mut Names,
    layouts: &'a mut Layouts,
    lowered: Lowered,
    frames: Vec<Frame>,
    loops: usize,
    depth: usize,
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

    fn statement(&mut self, statement: &Stmt, block: &mut Vec<Statement>) -> Result<(), Refusal> {
        let lowered = match statement {
            Stmt::Assign(assign) => {
                let value = self.expression(&assign.value)?;
                let targets = assign.targets.iter();
                let targets: Result<_, _> = targets.map(|target| self.target(target)).collect();
                Statement::Assign(targets?, value)
            }
            Stmt::AugAssign(assign) => {
                let Some(operator) = binary(assign.op) else {
                    return self.refuse("division with `/`", assign);
                };
                let target = self.target(&assign.target)?;
                Statement::Augment(target, operator, self.expression(&assign.value)?)
            }
            Stmt::If(choice) => {
                let mut branches =
                    vec![(self.expression(&choice.test)?, self.block(&choice.body)?)];
                let mut otherwise = Vec::new();
                for clause in &choice.elif_else_clauses {
                    match &clause.test {
                        Some(test) => {
                            let test = self.expression(test)?;
                            branches.push((test, self.block(&clause.body)?));
                        }
                        None => otherwise = self.block(&clause.body)?,
                    }
                }
                Statement::If(branches, otherwise)
            }
            Stmt::For(repeat) if !repeat.is_async => {
                let iterable = self.expression(&repeat.iter)?;
                let target = self.target(&repeat.target)?;
                self.loops += 1;
                let body = self.block(&repeat.body);
                self.loops -= 1;
                let (body, otherwise) = (body?, self.block(&repeat.orelse)?);
                Statement::For(Box::new(For {
                    target,
                    iterable,
                    body,
                    otherwise,
                }))
            }
            Stmt::While(repeat) => {
                let test = self.expression(&repeat.test)?;
                self.loops += 1;
                let body = self.block(&repeat.body);
                self.loops -= 1;
                Statement::While(test, body?, self.block(&repeat.orelse)?)
            }
            Stmt::Assert(check) => {
                if matches!(&*check.test, Expr::Tuple(tuple) if !tuple.elts.is_empty()) {
                    return self.refuse("an assertion of a tuple", check);
                }
                Statement::Assert(self.expression(&check.test)?)
            }
            Stmt::Break(_) if self.loops > 0 => Statement::Break,
            Stmt::Continue(_) if self.loops > 0 => Statement::Continue,
            Stmt::Return(end) if self.frame().function => match &end.value {
                Some(value) => Statement::Return(Some(self.expression(value)?)),
                None => Statement::Return(None),
            },
            Stmt::Pass(_) => return Ok(()),
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    if let Expr::Subscript(item) = target
                        && !matches!(&*item.slice, Expr::Slice(_))
                        && !self.is_name(&item.value, "memory")
                    {
                        let list = self.expression(&item.value)?;
                        let index = self.expression(&item.slice)?;
                        block.push(Statement::DeleteItem(list, index));
                        continue;
                    }
                    let Expr::Name(name) = target else {
                        return self.refuse("`del` of more than a name or an item", target);
                    };
                    if self.local(&name.id).is_some() || self.frame().function {
                        return self.refuse("`del` of a local variable", target);
                    }
                    let slot = self.bound(&name.id, name)?;
                    block.push(Statement::Delete(slot));
                }
                return Ok(());
            }
            Stmt::Expr(expression) => match &*expression.value {
                Expr::Call(call) if self.is_call_of(call, "vm_enter_scope") => {
                    self.enter_scope(call)?
                }
                Expr::Call(call) if self.is_call_of(call, "vm_exit_scope") => {
                    if self.frame().function || !call.arguments.is_empty() {
                        return self.refuse("an unusual call of `vm_exit_scope`", call);
                    }
                    Statement::ExitScope
                }
                // Docstrings and the like.
                Expr::StringLiteral(_) => return Ok(()),
                value => Statement::Do(self.expression(value)?),
            },
            Stmt::ImportFrom(import) if import.level == 0 && !self.frame().function => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                for alias in &import.names {
                    block.push(self.import(module, alias)?);
                }
                return Ok(());
            }
            Stmt::FunctionDef(function) => self.define(function)?,
            other => return self.refuse(describe(other), other),
        };
        block.push(lowered);
        Ok(())
    }

    fn import(&mut self, module: &str, alias: &Alias) -> Result<Statement, Refusal> {
        let value = match library::find(module, &alias.name) {
            Some(Export::Function(function)) => {
                self.lowered.modules.insert(function.module);
                Value::Function(function)
            }
            Some(Export::Constant(constant)) => {
                self.lowered.modules.insert(constant.module);
                match Integer::from_decimal(constant.value) {
                    Some(value) => Value::Integer(value),
                    None => return self.refuse("an unusual constant", alias),
                }
            }
            None => {
                return self.refuse(format!("the import of `{module}.{}`", alias.name), alias);
            }
        };
        let name = alias.asname.as_ref().unwrap_or(&alias.name);
        let slot = self.bound(name, alias)?;
        Ok(Statement::Assign(
            vec![Target::Scope(slot)],
            Expression::Constant(value),
        ))
    }

    fn enter_scope(&mut self, call: &ExprCall) -> Result<Statement, Refusal> {
        if self.frame().function {
            return self.refuse("`vm_enter_scope` in a function", call);
        }
        let arguments = &call.arguments;
        let given = match (&*arguments.args, &*arguments.keywords) {
            ([], []) => return Ok(Statement::EnterScope(Vec::new())),
            ([given], []) => given,
            ([], [named]) if named.arg.as_deref() == Some("new_scope_locals") => &named.value,
            _ => return self.refuse("an unusual call of `vm_enter_scope`", call),
        };
        let Expr::Dict(given) = given else {
            return self.refuse("variables of a new scope that are not written out", call);
        };
        let mut variables = Vec::new();
        for item in &given.items {
            let Some(Expr::StringLiteral(name)) = &item.key else {
                return self.refuse("variables of a new scope that are not written out", call);
            };
            let name = name.value.to_str();
            if name.is_empty()
                || !name
                    .bytes()
                    .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
            {
                return self.refuse("an unusual name of a variable", call);
            }
            let value = self.expression(&item.value)?;
            variables.push((self.slot(name, call)?, value));
        }
        for (slot, _) in &variables {
            self.lowered.binds.insert(*slot);
        }
        Ok(Statement::EnterScope(variables))
    }

    fn define(&mut self, function: &StmtFunctionDef) -> Result<Statement, Refusal> {
        if self.frames.len() > 1 || self.depth > 1 {
            return self.refuse("a function inside of something", function);
        }
        if function.is_async
            || !function.decorator_list.is_empty()
            || function.type_params.is_some()
            || function.returns.is_some()
        {
            return self.refuse("an unusual function", function);
        }
        let slot = self.bound(&function.name, function)?;
        self.lowered.defines.insert(slot);
        let number = self.own_function(&function.parameters, |lowering| {
            let mut assigned = BTreeSet::new();
            assigned_names(&function.body, &mut assigned);
            for name in assigned {
                if lowering.local(&name).is_none() {
                    lowering.add_local(&name);
                }
            }
            let loops = std::mem::take(&mut lowering.loops);
            let body = lowering.block(&function.body);
            lowering.loops = loops;
            body
        })?;
        Ok(Statement::Assign(
            vec![Target::Scope(slot)],
            Expression::Constant(Value::Own(Own { number })),
        ))
    }

    fn own_function(
        &mut self,
        parameters: &Parameters,
        body: impl FnOnce(&mut Self) -> Result<Vec<Statement>, Refusal>,
    ) -> Result<usize, Refusal> {
        if !parameters.posonlyargs.is_empty()
            || parameters.vararg.is_some()
            || !parameters.kwonlyargs.is_empty()
            || parameters.kwarg.is_some()
        {
            return self.refuse("unusual parameters", parameters);
        }
        let mut defaults = Vec::new();
        for parameter in &parameters.args {
            if parameter.parameter.annotation.is_some() {
                return self.refuse("an annotation", parameter);
            }
            match &parameter.default {
                None => {}
                Some(default) => match self.expression(default)? {
                    Expression::Constant(value) => defaults.push(value),
                    _ => return self.refuse("a default that is computed", parameter),
                },
            }
        }
        self.frames.push(Frame {
            function: true,
            ..Frame::default()
        });
        let names: Vec<&str> = parameters
            .args
            .iter()
            .map(|given| given.name().as_str())
            .collect();
        for name in &names {
            self.add_local(name);
        }
        let body = body(self);
        let frame = self.frames.pop().expect("it was pushed above");
        let function = OwnFunction {
            parameters: names.iter().map(|name| Box::from(*name)).collect(),
            defaults,
            locals: frame.count,
            body: body?,
        };
        self.lowered.body.functions.push(function);
        Ok(self.lowered.body.functions.len() - 1)
    }

    fn add_local(&mut self, name: &str) -> usize {
        let frame = self.frame();
        let number = frame.count;
        frame.count += 1;
        frame.locals.push((name.to_owned(), number));
        number
    }

    fn local(&self, name: &str) -> Option<usize> {
        let frame = self.frames.last()?;
        let mut locals = frame.locals.iter().rev();
        locals
            .find(|(local, _)| local == name)
            .map(|(_, number)| *number)
    }

    /// The slot of a variable of the scope that is bound here.
    fn bound(&mut self, name: &str, node: &impl Ranged) -> Result<Slot, Refusal> {
        if USED_OF_THE_VM.contains(&name) {
            return self.refuse(format!("the VM's own name `{name}` as a variable"), node);
        }
        let slot = self.slot(name, node)?;
        self.lowered.binds.insert(slot);
        Ok(slot)
    }

    fn slot(&mut self, name: &str, node: &impl Ranged) -> Result<Slot, Refusal> {
        let of_the_vm = OF_THE_VM.contains(&name) || name.ends_with("_builtin");
        if of_the_vm || (name.starts_with("__") && name.ends_with("__")) {
            return self.refuse(format!("the name `{name}`"), node);
        }
        let slot = self.names.slot(name);
        self.lowered.slots.insert(slot);
        Ok(slot)
    }

    fn target(&mut self, target: &Expr) -> Result<Target, Refusal> {
        match target {
            Expr::Name(name) => {
                if let Some(number) = self.local(&name.id) {
                    return Ok(Target::Local(number));
                }
                Ok(Target::Scope(self.bound(&name.id, name)?))
            }
            Expr::Tuple(tuple) => self.targets(&tuple.elts),
            Expr::List(list) => self.targets(&list.elts),
            Expr::Attribute(_) => {
                let (root, names) = chain(target);
                if self.is_name(root, "ids") {
                    return match reach_cell(self.program, self.hint, self.layouts, &names) {
                        Some(target) => Ok(target),
                        None => {
                            self.refuse(format!("a write of `ids.{}`", names.join(".")), target)
                        }
                    };
                }
                let Expr::Attribute(attribute) = target else {
                    return self.refuse("an unusual target", target);
                };
                let value = self.expression(&attribute.value)?;
                Ok(Target::Member(value, attribute.attr.as_str().into()))
            }
            Expr::Subscript(subscript) => {
                if matches!(&*subscript.slice, Expr::Slice(_)) {
                    return self.refuse("an assignment to a slice", target);
                }
                let is_memory = self.is_name(&subscript.value, "memory");
                if is_memory {
                    return Ok(Target::Memory(self.expression(&subscript.slice)?));
                }
                let value = self.expression(&subscript.value)?;
                Ok(Target::Subscript(value, self.expression(&subscript.slice)?))
            }
            other => self.refuse("an unusual target", other),
        }
    }

    fn targets(&mut self, targets: &[Expr]) -> Result<Target, Refusal> {
        let targets = targets.iter();
        let targets: Result<_, _> = targets.map(|target| self.target(target)).collect();
        Ok(Target::Sequence(targets?))
    }

    /// Whether an expression is a name that the VM sets, and no local variable of the same name.
    fn is_name(&self, expression: &Expr, name: &str) -> bool {
        matches!(expression, Expr::Name(found) if found.id == name) && self.local(name).is_none()
    }

    fn is_call_of(&self, call: &ExprCall, name: &str) -> bool {
        self.is_name(&call.func, name)
    }

    fn expressions(&mut self, expressions: &[Expr]) -> Result<Vec<Expression>, Refusal> {
        let expressions = expressions.iter();
        expressions
            .map(|expression| self.expression(expression))
            .collect()
    }

    fn expression(&mut self, expression: &Expr) -> Result<Expression, Refusal> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.refuse("deep nesting", expression);
        }
        let lowered = self.shallow(expression)?;
        self.depth -= 1;
        Ok(lowered)
    }

    fn boxed(&mut self, expression: &Expr) -> Result<Box<Expression>, Refusal> {
        Ok(Box::new(self.expression(expression)?))
    }

    fn shallow(&mut self, expression: &Expr) -> Result<Expression, Refusal> {
        Ok(match expression {
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(number) => match integer(&number.to_string()) {
                    Some(number) => Expression::Constant(Value::Integer(number)),
                    None => return self.refuse("an unusual number", expression),
                },
                _ => return self.refuse("a float", expression),
            },
            Expr::BooleanLiteral(literal) => Expression::Constant(Value::Boolean(literal.value)),
            Expr::NoneLiteral(_) => Expression::Constant(Value::None),
            Expr::StringLiteral(literal) => {
                Expression::Constant(Value::Text(literal.value.to_str().into()))
            }
            Expr::FString(text) => self.formatted(text)?,
            Expr::Name(name) => self.name(&name.id, expression)?,
            Expr::Tuple(tuple) => Expression::Tuple(self.expressions(&tuple.elts)?),
            Expr::List(list) => Expression::List(self.expressions(&list.elts)?),
            Expr::UnaryOp(operation) => {
                let operator = match operation.op {
                    UnaryOp::Not => Unary::Not,
                    UnaryOp::USub => Unary::Negate,
                    UnaryOp::UAdd => Unary::Plus,
                    UnaryOp::Invert => Unary::Invert,
                };
                Expression::Unary(operator, self.boxed(&operation.operand)?)
            }
            Expr::BinOp(operation) => {
                let Some(operator) = binary(operation.op) else {
                    return self.refuse("division with `/`", expression);
                };
                let left = self.expression(&operation.left)?;
                let right = self.expression(&operation.right)?;
                Expression::Binary(operator, Box::new((left, right)))
            }
            Expr::BoolOp(operation) => {
                let values = self.expressions(&operation.values)?;
                match operation.op {
                    BoolOp::And => Expression::And(values),
                    BoolOp::Or => Expression::Or(values),
                }
            }
            Expr::Compare(compare) if self.looks_into_globals(compare).is_some() => {
                let name = self.looks_into_globals(compare).unwrap_or_default();
                if name.is_empty() || LASTING.contains(&name) || USED_OF_THE_VM.contains(&name) {
                    return self.refuse("an unusual use of `globals`", expression);
                }
                let has = Expression::Has(self.slot(name, expression)?);
                match compare.ops[0] {
                    CmpOp::NotIn => Expression::Unary(Unary::Not, Box::new(has)),
                    _ => has,
                }
            }
            Expr::Compare(compare) => {
                let first = self.boxed(&compare.left)?;
                let mut rest = Vec::with_capacity(compare.ops.len());
                let mut left = &*compare.left;
                for (operator, right) in compare.ops.iter().zip(&compare.comparators) {
                    let operator = comparison(*operator);
                    let identity = matches!(operator, Comparison::Is | Comparison::IsNot);
                    if identity && (is_literal(left) || is_literal(right)) {
                        return self.refuse("`is` with a literal", expression);
                    }
                    rest.push((operator, self.expression(right)?));
                    left = right;
                }
                Expression::Compare(first, rest)
            }
            Expr::If(choice) => {
                let test = self.expression(&choice.test)?;
                let body = self.expression(&choice.body)?;
                let otherwise = self.expression(&choice.orelse)?;
                Expression::Choice(Box::new((test, body, otherwise)))
            }
            Expr::Lambda(lambda) => {
                if self.frames.len() > 1 || !self.frame().locals.is_empty() {
                    return self.refuse("a `lambda` inside of a function", expression);
                }
                let empty = Parameters::default();
                let parameters = lambda.parameters.as_deref().unwrap_or(&empty);
                let number = self.own_function(parameters, |lowering| {
                    Ok(vec![Statement::Return(Some(
                        lowering.expression(&lambda.body)?,
                    ))])
                })?;
                Expression::Constant(Value::Own(Own { number }))
            }
            Expr::ListComp(list) => {
                let comprehension = self.comprehension(&list.elt, &list.generators)?;
                Expression::Comprehension(Box::new(comprehension))
            }
            Expr::Attribute(attribute) => {
                let (root, names) = chain(expression);
                if self.is_name(root, "ids") {
                    return self.ids(&names, expression);
                }
                let value = self.boxed(&attribute.value)?;
                Expression::Attribute(value, attribute.attr.as_str().into())
            }
            Expr::Subscript(subscript) => {
                if let Expr::Slice(slice) = &*subscript.slice {
                    let value = self.boxed(&subscript.value)?;
                    let mut bound = |bound: &Option<Box<Expr>>| match bound {
                        Some(bound) => self.boxed(bound).map(Some),
                        None => Ok(None),
                    };
                    let bounds = [
                        bound(&slice.lower)?,
                        bound(&slice.upper)?,
                        bound(&slice.step)?,
                    ];
                    return Ok(Expression::Slice(value, bounds));
                }
                if self.is_name(&subscript.value, "memory") {
                    return Ok(Expression::Memory(self.boxed(&subscript.slice)?));
                }
                let value = self.boxed(&subscript.value)?;
                Expression::Subscript(value, self.boxed(&subscript.slice)?)
            }
            Expr::Call(call) => self.call(call)?,
            other => return self.refuse(describe_expression(other), other),
        })
    }

    /// The name in `'name' in globals()`.
    fn looks_into_globals<'a>(&self, compare: &'a ExprCompare) -> Option<&'a str> {
        let ([CmpOp::In | CmpOp::NotIn], Expr::StringLiteral(name), [Expr::Call(call)]) =
            (&*compare.ops, &*compare.left, &*compare.comparators)
        else {
            return None;
        };
        let is_globals = self.is_call_of(call, "globals") && call.arguments.is_empty();
        is_globals.then(|| name.value.to_str())
    }

    fn name(&mut self, name: &str, node: &Expr) -> Result<Expression, Refusal> {
        if let Some(number) = self.local(name) {
            return Ok(Expression::Local(number));
        }
        Ok(match name {
            "ap" => Expression::Register(Register::Ap),
            "fp" => Expression::Register(Register::Fp),
            "pc" => Expression::Register(Register::Pc),
            "current_step" => Expression::Register(Register::Step),
            "PRIME" => Expression::Constant(Value::Integer(Integer::prime())),
            _ if USED_OF_THE_VM.contains(&name) => {
                return self.refuse(format!("`{name}` as a value"), node);
            }
            "to_felt_or_relocatable" => {
                Expression::Constant(Value::Function(&library::TO_FELT_OR_RELOCATABLE))
            }
            _ => Expression::Scope(self.slot(name, node)?),
        })
    }

    fn ids(&mut self, names: &[&str], node: &Expr) -> Result<Expression, Refusal> {
        let Some(reached) = reach(self.program, self.hint, self.layouts, names) else {
            return self.refuse(format!("`ids.{}`", names.join(".")), node);
        };
        Ok(match reached {
            Reached::Struct(layout, path) => Expression::Struct(layout, path),
            Reached::Value(value, taken) => names[taken..].iter().fold(value, |value, name| {
                Expression::Attribute(Box::new(value), Box::from(*name))
            }),
        })
    }

    fn formatted(&mut self, text: &ExprFString) -> Result<Expression, Refusal> {
        let mut pieces = Vec::new();
        for part in &text.value {
            let elements = match part {
                FStringPart::Literal(literal) => {
                    pieces.push(Piece::Literal(literal.value.clone()));
                    continue;
                }
                FStringPart::FString(part) => &part.elements,
            };
            for element in elements {
                match element {
                    InterpolatedStringElement::Literal(literal) => {
                        pieces.push(Piece::Literal(literal.value.clone()));
                    }
                    InterpolatedStringElement::Interpolation(value) => {
                        let repr = match value.conversion {
                            ConversionFlag::None | ConversionFlag::Str => false,
                            ConversionFlag::Repr => true,
                            ConversionFlag::Ascii => return self.refuse("`!a`", element),
                        };
                        if value.debug_text.is_some() || value.conversion == ConversionFlag::Str {
                            return self.refuse("an unusual f-string", element);
                        }
                        let mut format = String::new();
                        for part in value.format_spec.iter().flat_map(|spec| &spec.elements) {
                            match part {
                                InterpolatedStringElement::Literal(part) => format += &part.value,
                                other => return self.refuse("a format that is computed", other),
                            }
                        }
                        let value = self.expression(&value.expression)?;
                        pieces.push(Piece::Value(value, repr, format.into()));
                    }
                }
            }
        }
        Ok(Expression::Text(pieces))
    }

    fn comprehension(
        &mut self,
        element: &Expr,
        generators: &[Generator],
    ) -> Result<Comprehension, Refusal> {
        let before = self.frame().locals.len();
        let mut loops = Vec::with_capacity(generators.len());
        // The first one is evaluated outside; in the others, all of its variables are its own.
        let mut first = match generators {
            [generator, ..] => Some(self.expression(&generator.iter)?),
            [] => None,
        };
        let mut names = BTreeSet::new();
        for generator in generators {
            target_names(&generator.target, &mut names);
        }
        for name in names {
            self.add_local(&name);
        }
        for generator in generators {
            if generator.is_async {
                return self.refuse("`async`", generator);
            }
            let iterable = match first.take() {
                Some(iterable) => iterable,
                None => self.expression(&generator.iter)?,
            };
            let target = self.target(&generator.target)?;
            let conditions = self.expressions(&generator.ifs)?;
            loops.push(Loop {
                target,
                iterable,
                conditions,
            });
        }
        let element = self.expression(element)?;
        self.frame().locals.truncate(before);
        Ok(Comprehension { element, loops })
    }

    fn call(&mut self, call: &ExprCall) -> Result<Expression, Refusal> {
        if let Expr::Attribute(attribute) = &*call.func {
            let method = attribute.attr.as_str();
            if self.is_name(&attribute.value, "segments") {
                return self.segments(method, call);
            }
            if self.is_name(&attribute.value, "memory") {
                return match method {
                    "get_range" => self.vm_call(VmCall::GetRange, &["addr", "size"], call),
                    _ => self.refuse(format!("`memory.{method}`"), call),
                };
            }
        }
        for name in ["vm_enter_scope", "vm_exit_scope"] {
            if self.is_call_of(call, name) {
                return self.refuse(format!("the value of `{name}`"), call);
            }
        }
        let generator = match &*call.arguments.args {
            [Expr::Generator(generator)] if call.arguments.keywords.is_empty() => Some(generator),
            _ => None,
        };
        if let (Expr::Name(name), Some(generator)) = (&*call.func, generator)
            && self.local(&name.id).is_none()
        {
            let comprehension = self.comprehension(&generator.elt, &generator.generators)?;
            return Ok(match name.id.as_str() {
                quantifier @ ("all" | "any") => {
                    let slot = self.slot(quantifier, call)?;
                    Expression::Quantifier(slot, quantifier == "all", Box::new(comprehension))
                }
                "sum" | "list" | "tuple" | "min" | "max" | "sorted" => {
                    let function = self.boxed(&call.func)?;
                    let arguments = Arguments {
                        positional: vec![Expression::Comprehension(Box::new(comprehension))],
                        named: Vec::new(),
                    };
                    Expression::Call(function, arguments)
                }
                other => return self.refuse(format!("a generator for `{other}`"), call),
            });
        }
        let arguments = |lowering: &mut Self| -> Result<Arguments, Refusal> {
            let mut arguments = Arguments {
                positional: lowering.expressions(&call.arguments.args)?,
                named: Vec::new(),
            };
            for keyword in &call.arguments.keywords {
                let Some(name) = &keyword.arg else {
                    return lowering.refuse("`**` in a call", keyword);
                };
                let value = lowering.expression(&keyword.value)?;
                arguments.named.push((name.as_str().into(), value));
            }
            Ok(arguments)
        };
        if let Expr::Attribute(attribute) = &*call.func {
            let (root, _) = chain(&call.func);
            // What a name behind `ids` has as a method is one of its value.
            if !self.is_name(root, "ids") || !matches!(&*attribute.value, Expr::Name(_)) {
                let value = self.boxed(&attribute.value)?;
                let arguments = arguments(self)?;
                return Ok(Expression::Method(
                    value,
                    attribute.attr.as_str().into(),
                    arguments,
                ));
            }
        }
        let function = self.boxed(&call.func)?;
        Ok(Expression::Call(function, arguments(self)?))
    }

    fn segments(&mut self, method: &str, call: &ExprCall) -> Result<Expression, Refusal> {
        match method {
            "add" => self.vm_call(VmCall::AddSegment, &[], call),
            "add_temp_segment" | "add_temporary_segment" => {
                self.vm_call(VmCall::AddTemporarySegment, &[], call)
            }
            "write_arg" => self.vm_call(VmCall::WriteArg, &["ptr", "arg"], call),
            "gen_arg" => self.vm_call(VmCall::GenArg, &["arg"], call),
            "load_data" => self.vm_call(VmCall::LoadData, &["ptr", "data"], call),
            _ => self.refuse(format!("`segments.{method}`"), call),
        }
    }

    fn vm_call(
        &mut self,
        function: VmCall,
        parameters: &[&str],
        call: &ExprCall,
    ) -> Result<Expression, Refusal> {
        let given = &call.arguments;
        let mut arguments = self.expressions(&given.args)?;
        for keyword in &given.keywords {
            // In the order of the parameters, so that the arguments are evaluated in theirs.
            if keyword.arg.as_deref() != parameters.get(arguments.len()).copied() {
                return self.refuse("an unusual argument", keyword);
            }
            arguments.push(self.expression(&keyword.value)?);
        }
        if arguments.len() != parameters.len() {
            return self.refuse("an unusual number of arguments", call);
        }
        Ok(Expression::Vm(function, arguments))
    }
}

/// The root of a chain of attributes, and their names.
fn chain(expression: &Expr) -> (&Expr, Vec<&str>) {
    let mut names = Vec::new();
    let mut root = expression;
    while let Expr::Attribute(attribute) = root {
        names.push(attribute.attr.as_str());
        root = &attribute.value;
    }
    names.reverse();
    (root, names)
}

fn integer(text: &str) -> Option<Integer> {
    let text = text.replace('_', "").to_ascii_lowercase();
    for (prefix, base) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return Integer::from_digits(digits, base);
        }
    }
    Integer::from_decimal(&text)
}

fn binary(operator: Operator) -> Option<Binary> {
    Some(match operator {
        Operator::Add => Binary::Add,
        Operator::Sub => Binary::Subtract,
        Operator::Mult => Binary::Multiply,
        Operator::FloorDiv => Binary::FloorDivide,
        Operator::Mod => Binary::Modulo,
        Operator::Pow => Binary::Power,
        Operator::LShift => Binary::ShiftLeft,
        Operator::RShift => Binary::ShiftRight,
        Operator::BitAnd => Binary::And,
        Operator::BitOr => Binary::Or,
        Operator::BitXor => Binary::Xor,
        Operator::Div | Operator::MatMult => return None,
    })
}

fn comparison(operator: CmpOp) -> Comparison {
    match operator {
        CmpOp::Eq => Comparison::Equal,
        CmpOp::NotEq => Comparison::NotEqual,
        CmpOp::Lt => Comparison::Less,
        CmpOp::LtE => Comparison::LessEqual,
        CmpOp::Gt => Comparison::Greater,
        CmpOp::GtE => Comparison::GreaterEqual,
        CmpOp::Is => Comparison::Is,
        CmpOp::IsNot => Comparison::IsNot,
        CmpOp::In => Comparison::In,
        CmpOp::NotIn => Comparison::NotIn,
    }
}

/// Whether Python warns of an identity with it.
fn is_literal(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Tuple(_) | Expr::FString(_)
    )
}

/// The names that an assignment target binds.
fn target_names(target: &Expr, names: &mut BTreeSet<String>) {
    match target {
        Expr::Name(name) if name.ctx == ExprContext::Store => {
            names.insert(name.id.to_string());
        }
        Expr::Tuple(tuple) => tuple
            .elts
            .iter()
            .for_each(|target| target_names(target, names)),
        Expr::List(list) => list
            .elts
            .iter()
            .for_each(|target| target_names(target, names)),
        _ => {}
    }
}

/// The names that the body of a function binds.
fn assigned_names(statements: &[Stmt], names: &mut BTreeSet<String>) {
    for statement in statements {
        match statement {
            Stmt::Assign(assign) => {
                assign
                    .targets
                    .iter()
                    .for_each(|target| target_names(target, names));
            }
            Stmt::AugAssign(assign) => target_names(&assign.target, names),
            Stmt::For(repeat) => {
                target_names(&repeat.target, names);
                assigned_names(&repeat.body, names);
                assigned_names(&repeat.orelse, names);
            }
            Stmt::While(repeat) => {
                assigned_names(&repeat.body, names);
                assigned_names(&repeat.orelse, names);
            }
            Stmt::If(choice) => {
                assigned_names(&choice.body, names);
                for clause in &choice.elif_else_clauses {
                    assigned_names(&clause.body, names);
                }
            }
            _ => {}
        }
    }
}

fn describe(statement: &Stmt) -> &'static str {
    match statement {
        Stmt::ClassDef(_) => "a class",
        Stmt::Return(_) => "`return`",
        Stmt::TypeAlias(_) => "a type alias",
        Stmt::AnnAssign(_) => "an annotation",
        Stmt::For(_) => "`async for`",
        Stmt::With(_) => "`with`",
        Stmt::Match(_) => "`match`",
        Stmt::Raise(_) => "`raise`",
        Stmt::Try(_) => "`try`",
        Stmt::Import(_) => "the import of a module",
        Stmt::ImportFrom(_) => "an unusual import",
        Stmt::Global(_) => "`global`",
        Stmt::Nonlocal(_) => "`nonlocal`",
        _ => "an unusual statement",
    }
}

fn describe_expression(expression: &Expr) -> &'static str {
    match expression {
        Expr::Named(_) => "`:=`",
        Expr::Dict(_) => "a dictionary",
        Expr::Set(_) => "a set",
        Expr::SetComp(_) => "a comprehension of a set",
        Expr::DictComp(_) => "a comprehension of a dictionary",
        Expr::Generator(_) => "a generator",
        Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_) => "a coroutine",
        Expr::TString(_) | Expr::BytesLiteral(_) => "bytes",
        Expr::EllipsisLiteral(_) => "`...`",
        Expr::Starred(_) => "`*`",
        _ => "an unusual expression",
    }
}
