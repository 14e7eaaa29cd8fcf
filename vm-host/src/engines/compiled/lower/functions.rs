//! The functions that a hint defines, and which names are their own.

use std::collections::BTreeSet;

use ruff_python_ast::{Expr, ExprContext, Parameters, Stmt, StmtFunctionDef};

use super::{Frame, Lowering};
use crate::engines::compiled::parse::Refusal;
use crate::engines::compiled::tree::{Expression, OwnFunction, Statement, Target};
use crate::engines::compiled::value::{Own, Value};

impl Lowering<'_> {
    pub(super) fn define(&mut self, function: &StmtFunctionDef) -> Result<Statement, Refusal> {
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

    pub(super) fn own_function(
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
}

/// The names that an assignment target binds.
pub(super) fn target_names(target: &Expr, names: &mut BTreeSet<String>) {
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
pub(super) fn assigned_names(statements: &[Stmt], names: &mut BTreeSet<String>) {
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
