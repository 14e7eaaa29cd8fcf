//! The functions that a hint defines, and which names are their own.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_stmt};
use ruff_python_ast::{
    Comprehension, ExceptHandler, Expr, ExprContext, ExprLambda, Parameters, Stmt, StmtFunctionDef,
};

use super::{Frame, Lowering, USED_OF_THE_VM, is_static};
use crate::engines::compiled::library;
use crate::engines::compiled::parse::Refusal;
use crate::engines::compiled::tree::{Expression, OwnFunction, Statement, Target};
use crate::engines::compiled::value::{Comparison, Value};

impl Lowering<'_> {
    pub(super) fn define(
        &mut self,
        function: &StmtFunctionDef,
        block: &mut Vec<Statement>,
    ) -> Result<Statement, Refusal> {
        if self.frames.len() > 1 || self.depth > 1 {
            return self.refuse("a function inside of something", function);
        }
        if function.is_async
            || !function.decorator_list.is_empty()
            || function.type_params.is_some()
        {
            return self.refuse("an unusual function", function);
        }
        let annotations = self.annotations(function, block)?;
        let mut names = OwnNames::default();
        names.visit_body(&function.body);
        if let Some(reason) = names.beyond {
            return self.refuse(reason, function);
        }
        let slot = self.bound(&function.name, function)?;
        let about = About {
            name: &function.name,
            line: self.parsed.line_of(function),
            annotations,
            mentions: names.mentions,
        };
        let bound = names.bound;
        let number = self.own_function(&function.parameters, about, |lowering| {
            for name in bound {
                if lowering.local(&name).is_none() {
                    lowering.add_local(&name);
                }
            }
            let loops = std::mem::take(&mut lowering.loops);
            let body = lowering.block(&function.body);
            lowering.loops = loops;
            body
        })?;
        if !self.functions[number].shared {
            self.lowered.defines.insert(slot);
        }
        Ok(Statement::Assign(
            vec![Target::Scope(slot)],
            Expression::Define(number),
        ))
    }

    /// What Python keeps of a function's annotations, by the names of its parameters and `return`; nothing where a value
    /// is more than a builtin.
    fn annotations(
        &mut self,
        function: &StmtFunctionDef,
        block: &mut Vec<Statement>,
    ) -> Result<Option<Vec<(Box<str>, Value)>>, Refusal> {
        let parameters = function.parameters.iter_non_variadic_params();
        let annotations = parameters.filter_map(|given| {
            let annotation = given.parameter.annotation.as_deref()?;
            Some((given.name().as_str(), annotation))
        });
        let returns = function.returns.as_deref();
        let annotations = annotations.chain(returns.map(|annotation| ("return", annotation)));
        let mut known = Some(Vec::new());
        for (name, annotation) in annotations {
            let value = match annotation {
                Expr::NoneLiteral(_) => Value::None,
                Expr::Name(of) => {
                    let value = self.expression(annotation)?;
                    let Some(builtin) = library::builtin(&of.id) else {
                        // Its value is nothing that compiled hints look at; the name must have one.
                        block.push(Statement::Do(value));
                        known = None;
                        continue;
                    };
                    let builtin = Value::Function(builtin);
                    let is = (Comparison::Is, Expression::Constant(builtin.clone()));
                    let check = Expression::Compare(Box::new(value), vec![is]);
                    block.push(Statement::Assert(check));
                    builtin
                }
                other => return self.refuse("an unusual annotation", other),
            };
            known
                .iter_mut()
                .for_each(|known| known.push((name.into(), value.clone())));
        }
        Ok(known)
    }

    pub(super) fn lambda(&mut self, lambda: &ExprLambda) -> Result<Expression, Refusal> {
        if self.frames.len() > 1 || !self.frame().locals.is_empty() {
            return self.refuse("a `lambda` inside of a function", lambda);
        }
        let mut names = OwnNames::default();
        names.visit_expr(&lambda.body);
        if let Some(reason) = names.beyond {
            return self.refuse(reason, lambda);
        }
        if !names.bound.is_empty() {
            return self.refuse("`:=` in a `lambda`", lambda);
        }
        let empty = Parameters::default();
        let parameters = lambda.parameters.as_deref().unwrap_or(&empty);
        let about = About {
            name: "<lambda>",
            line: self.parsed.line_of(lambda),
            annotations: Some(Vec::new()),
            mentions: names.mentions,
        };
        let number = self.own_function(parameters, about, |lowering| {
            let value = lowering.expression(&lambda.body)?;
            Ok(vec![Statement::Return(Some(value))])
        })?;
        Ok(Expression::Define(number))
    }

    fn own_function(
        &mut self,
        parameters: &Parameters,
        about: About<'_>,
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
        let different: BTreeSet<&str> = names.iter().copied().collect();
        if different.len() < names.len() {
            self.frames.pop();
            return self.refuse("two parameters of one name", parameters);
        }
        for name in &names {
            self.add_local(name);
        }
        let body = body(self);
        let frame = self.frames.pop().expect("it was pushed above");
        // Python has the code of each once, and tells them apart by name and line alone.
        let twins = self.functions[self.first_function..]
            .iter_mut()
            .filter(|other| *other.name == *about.name && other.line == about.line);
        let mut unique = true;
        for other in twins {
            (other.shared, unique) = (false, false);
        }
        let mentions = |name: &str| about.mentions.contains(name);
        self.functions.push(OwnFunction {
            name: about.name.into(),
            hint: self.id,
            line: about.line,
            shared: unique && about.annotations.is_some(),
            annotations: about.annotations.unwrap_or_default(),
            uses_vm: about
                .mentions
                .iter()
                .any(|name| USED_OF_THE_VM.contains(&name.as_str()) || is_static(name)),
            uses_ids: mentions("ids"),
            parameters: names.iter().map(|name| Box::from(*name)).collect(),
            defaults,
            locals: frame.count,
            body: body?,
        });
        Ok(self.functions.len() - 1)
    }
}

/// What is known of a function before its body is lowered.
struct About<'a> {
    name: &'a str,
    line: usize,
    /// Nothing when there are some that cannot be said.
    annotations: Option<Vec<(Box<str>, Value)>>,
    mentions: BTreeSet<String>,
}

/// The names in the body of a function: what it binds, what it mentions, and what makes more of it than a function.
#[derive(Default)]
struct OwnNames {
    bound: BTreeSet<String>,
    mentions: BTreeSet<String>,
    beyond: Option<&'static str>,
    /// Comprehensions around, whose targets are their own.
    comprehensions: usize,
}

impl OwnNames {
    fn bind(&mut self, name: &str) {
        self.bound.insert(name.to_owned());
    }
}

impl<'a> Visitor<'a> for OwnNames {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Global(_) | Stmt::Nonlocal(_) => self.beyond = Some("`global` in a function"),
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {
                self.beyond = Some("a function inside of something");
            }
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                self.beyond = Some("an import in a function");
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => {
                self.mentions.insert(name.id.to_string());
                if name.ctx != ExprContext::Load {
                    self.bind(&name.id);
                }
            }
            Expr::Named(named) => {
                if self.comprehensions > 0 {
                    self.beyond = Some("`:=` in a comprehension");
                }
                if let Expr::Name(name) = &*named.target {
                    self.bind(&name.id);
                }
            }
            Expr::Yield(_) | Expr::YieldFrom(_) | Expr::Await(_) => {
                self.beyond = Some("a coroutine");
            }
            Expr::Lambda(_) => self.beyond = Some("a `lambda` inside of a function"),
            _ => {}
        }
        let comprehends = matches!(
            expression,
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_)
        );
        self.comprehensions += usize::from(comprehends);
        walk_expr(self, expression);
        self.comprehensions -= usize::from(comprehends);
    }

    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        // Its target is a variable of its own.
        let mut targets = Self::default();
        targets.visit_expr(&comprehension.target);
        self.mentions.extend(targets.mentions);
        self.visit_expr(&comprehension.iter);
        for condition in &comprehension.ifs {
            self.visit_expr(condition);
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name);
        }
        walk_except_handler(self, handler);
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
        Expr::Starred(starred) => target_names(&starred.value, names),
        _ => {}
    }
}
