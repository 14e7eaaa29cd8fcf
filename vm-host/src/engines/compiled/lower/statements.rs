//! Statements. Must not know expressions.

use ruff_python_ast::{Alias, DictItem, ExceptHandler, Expr, ExprCall, Stmt};

use super::Lowering;
use super::operators::binary;
use super::uses::is_only_read;
use crate::engines::compiled::library::{self, Export, Words};
use crate::engines::compiled::parse::Refusal;
use crate::engines::compiled::tree::{Expression, For, Statement, Target, Try};
use crate::engines::compiled::value::Value;

impl Lowering<'_> {
    pub(super) fn statement(
        &mut self,
        statement: &Stmt,
        block: &mut Vec<Statement>,
    ) -> Result<(), Refusal> {
        let lowered = match statement {
            Stmt::Assign(assign) => {
                let value = self.expression(&assign.value)?;
                let targets = assign.targets.iter();
                let targets: Result<_, _> = targets.map(|target| self.target(target)).collect();
                Statement::Assign(targets?, value)
            }
            Stmt::AugAssign(assign) => {
                let Some(operator) = binary(assign.op) else {
                    return self.refuse("the operator `@`", assign);
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
            Stmt::Import(import) if !self.frame().function => {
                for alias in &import.names {
                    let Some(module) = library::module(&alias.name) else {
                        let name = alias.name.as_str();
                        return self.refuse(format!("the import of the module `{name}`"), alias);
                    };
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    let slot = self.bound(name, alias)?;
                    self.lowered.modules.insert(module);
                    block.push(Statement::Assign(
                        vec![Target::Scope(slot)],
                        Expression::Constant(Value::Module(module)),
                    ));
                }
                return Ok(());
            }
            Stmt::FunctionDef(function) => self.define(function, block)?,
            Stmt::Raise(raise) => {
                self.left_to_python(|lowering| {
                    for part in raise.exc.iter().chain(&raise.cause) {
                        lowering.expression(part)?;
                    }
                    Ok(())
                })?;
                Statement::Raise
            }
            Stmt::Try(attempt) if !attempt.is_star => {
                let body = self.block(&attempt.body)?;
                let (last, before) = match attempt.handlers.split_last() {
                    Some((last, before)) => (Some(last), before),
                    None => (None, &[][..]),
                };
                let bare = before.iter().find(|handler| {
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    handler.type_.is_none()
                });
                if let (Some(bare), Some(_)) = (bare, last) {
                    return self.refuse("an `except` that is not the last", bare);
                }
                self.left_to_python(|lowering| {
                    attempt
                        .handlers
                        .iter()
                        .try_for_each(|handler| lowering.handler(handler))
                })?;
                Statement::Try(Box::new(Try {
                    body,
                    otherwise: self.block(&attempt.orelse)?,
                    finally: self.block(&attempt.finalbody)?,
                }))
            }
            other => return self.refuse(describe(other), other),
        };
        block.push(lowered);
        Ok(())
    }

    fn handler(&mut self, handler: &ExceptHandler) -> Result<(), Refusal> {
        let ExceptHandler::ExceptHandler(handler) = handler;
        if let Some(kind) = &handler.type_ {
            self.expression(kind)?;
        }
        if let Some(name) = &handler.name
            && self.local(name).is_none()
        {
            self.bound(name, name)?;
        }
        self.block(&handler.body)?;
        Ok(())
    }

    /// A list that each hint gets anew, so nobody may tell.
    fn import_words(&mut self, words: &'static Words, alias: &Alias) -> Result<Statement, Refusal> {
        let name = alias.asname.as_ref().unwrap_or(&alias.name);
        if !is_only_read(name, &self.parsed.module.body) {
            return self.refuse(format!("what is done with `{name}`"), alias);
        }
        self.lowered.modules.insert(words.module);
        let slot = self.bound(name, alias)?;
        self.lowered.alone.insert(slot);
        let items = words.words.iter();
        let items = items.map(|word| Expression::Constant(Value::from(i64::from(*word))));
        let list = Expression::List(items.collect());
        Ok(Statement::Assign(vec![Target::Scope(slot)], list))
    }

    pub(super) fn import(&mut self, module: &str, alias: &Alias) -> Result<Statement, Refusal> {
        let value = match library::find(module, &alias.name) {
            Some(Export::Function(function)) => {
                self.lowered.modules.insert(function.module);
                Value::Function(function)
            }
            Some(Export::Constant(constant)) => {
                self.lowered.modules.insert(constant.module);
                match constant.number() {
                    Some(value) => Value::Integer(value),
                    None => return self.refuse("an unusual constant", alias),
                }
            }
            Some(Export::Object(object)) => {
                self.lowered.modules.insert(object);
                Value::Module(object)
            }
            Some(Export::Words(words)) => return self.import_words(words, alias),
            None => {
                return self.refuse(format!("the import of `{module}.{}`", alias.name), alias);
            }
        };
        let name = alias.asname.as_ref().unwrap_or(&alias.name);
        // Every hint has the same function under this name, which is taken away behind it.
        if name.as_str() == "safe_div"
            && module == "starkware.python.math_utils"
            && alias.name == *"safe_div"
        {
            return Ok(Statement::Do(Expression::Constant(Value::None)));
        }
        let slot = self.bound(name, alias)?;
        Ok(Statement::Assign(
            vec![Target::Scope(slot)],
            Expression::Constant(value),
        ))
    }

    pub(super) fn enter_scope(&mut self, call: &ExprCall) -> Result<Statement, Refusal> {
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
        let written_out = |item: &DictItem| matches!(item.key, Some(Expr::StringLiteral(_)));
        let given = match given {
            Expr::Dict(given) if given.items.iter().all(written_out) => given,
            other => {
                self.lowered.binds_any = true;
                return Ok(Statement::EnterScopeOf(self.expression(other)?));
            }
        };
        let mut variables = Vec::new();
        for item in &given.items {
            let Some(Expr::StringLiteral(name)) = &item.key else {
                continue;
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
}

pub(super) fn describe(statement: &Stmt) -> &'static str {
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
