//! Statements. Must not know expressions.

use ruff_python_ast::{Alias, Expr, ExprCall, Stmt};

use super::Lowering;
use super::operators::binary;
use crate::engines::compiled::library::{self, Export};
use crate::engines::compiled::parse::Refusal;
use crate::engines::compiled::tree::{Expression, For, Statement, Target};
use crate::engines::compiled::value::{Integer, Value};

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

    pub(super) fn import(&mut self, module: &str, alias: &Alias) -> Result<Statement, Refusal> {
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
