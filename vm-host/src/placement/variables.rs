//! Which variables of its scope a text may see as others left them, and which it may leave to others, from its tree.
//! Every doubt counts: a name too many only costs speed. Must not know which hints run in Rust.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Comprehension, ExceptHandler, Expr, ExprCall, ExprContext, Stmt};

use crate::engines::compiled::variable_of_globals;

/// Functions that have used up a generator when they return.
const CONSUMERS: &[&str] = &[
    "all", "any", "dict", "list", "max", "min", "set", "sorted", "sum", "tuple",
];

/// What a text does to the variables of its scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    /// Those that it may read, or have code read later, before it has bound them itself.
    pub(super) sees: BTreeSet<String>,
    /// Those that it may bind or delete, in its scope or in one that it enters.
    pub(super) sets: BTreeSet<String>,
    /// Whether it may enter a scope with any variables.
    pub(super) sets_any: bool,
    /// Whether it fills a dictionary with as many entries as it likes.
    pub(super) fills_a_dictionary: bool,
    /// Those that it has certainly bound, or deleted, where the walk is.
    settled: BTreeSet<String>,
    /// The dictionaries that it has made.
    made: BTreeSet<String>,
    /// How many functions are around what is looked at, and how many loops.
    functions: usize,
    loops: usize,
}

impl Variables {
    pub(super) fn of_body(body: &[Stmt]) -> Self {
        let mut variables = Self::default();
        variables.visit_body(body);
        variables
    }

    /// Variables that exist before the first hint.
    pub(super) fn given(names: &BTreeSet<String>) -> Self {
        Self {
            sees: names.clone(),
            sets: names.clone(),
            ..Self::default()
        }
    }

    /// A variable through which a text and another one would see each other.
    pub(super) fn shared_with<'a>(&'a self, other: &'a Self) -> Option<&'a str> {
        let mut left = self.sets.intersection(&other.sees);
        let mut found = self.sees.intersection(&other.sets);
        left.next().or_else(|| found.next()).map(String::as_str)
    }

    fn see(&mut self, name: &str) {
        if self.functions > 0 || !self.settled.contains(name) {
            self.sees.insert(name.to_owned());
        }
    }

    fn set(&mut self, name: &str) {
        self.sets.insert(name.to_owned());
        if self.functions == 0 {
            self.settled.insert(name.to_owned());
        } else {
            // It may be a variable of the function's own, and may be none.
            self.sees.insert(name.to_owned());
        }
    }

    /// Walks code that may not be run to its end, if at all: what it binds is not settled behind it.
    fn maybe(&mut self, walk: impl FnOnce(&mut Self)) -> BTreeSet<String> {
        let before = self.settled.clone();
        walk(self);
        std::mem::replace(&mut self.settled, before)
    }

    /// Walks code that others may run when the text has ended.
    fn later(&mut self, walk: impl FnOnce(&mut Self)) {
        self.functions += 1;
        walk(self);
        self.functions -= 1;
    }

    fn repeated(&mut self, walk: impl FnOnce(&mut Self)) {
        self.loops += 1;
        self.maybe(walk);
        self.loops -= 1;
    }

    /// A comprehension that runs at once: its targets are variables of its own.
    fn comprehension(&mut self, generators: &[Comprehension], elements: &[&Expr]) {
        let sets = self.sets.clone();
        self.repeated(|walk| {
            for generator in generators {
                walk.visit_expr(&generator.iter);
                walk.visit_expr(&generator.target);
                generator.ifs.iter().for_each(|test| walk.visit_expr(test));
            }
            elements.iter().for_each(|element| walk.visit_expr(element));
        });
        // `:=` binds outside of it.
        let named = self.sets.iter().filter(|name| self.sees.contains(*name));
        self.sets = sets.into_iter().chain(named.cloned()).collect();
    }

    /// A call of `vm_enter_scope`, whose names count where they are written out.
    fn enter(&mut self, call: &ExprCall) {
        let arguments = &call.arguments;
        let names: Option<Vec<&str>> = match (&*arguments.args, &*arguments.keywords) {
            ([], []) => Some(Vec::new()),
            ([Expr::Dict(dict)], []) => {
                let keys = dict.items.iter().map(|item| match &item.key {
                    Some(Expr::StringLiteral(name)) => Some(name.value.to_str()),
                    _ => None,
                });
                keys.collect()
            }
            ([Expr::Call(dict)], [])
                if is_name(&dict.func, "dict") && dict.arguments.args.is_empty() =>
            {
                let names = dict.arguments.keywords.iter();
                names
                    .map(|name| Some(name.arg.as_ref()?.as_str()))
                    .collect()
            }
            _ => None,
        };
        match names {
            Some(names) => self.sets.extend(names.into_iter().map(str::to_owned)),
            None => self.sets_any = true,
        }
        for value in call.arguments.args.iter() {
            self.visit_expr(value);
        }
        for keyword in call.arguments.keywords.iter() {
            self.visit_expr(&keyword.value);
        }
    }
}

impl<'a> Visitor<'a> for Variables {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Assign(assign) => {
                self.visit_expr(&assign.value);
                for target in &assign.targets {
                    if let (Expr::Name(name), true) = (target, is_new_dictionary(&assign.value)) {
                        self.made.insert(name.id.to_string());
                    }
                    self.visit_expr(target);
                }
            }
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.see(&name.id);
                }
                walk_stmt(self, statement);
            }
            Stmt::AnnAssign(assign) => {
                self.visit_annotation(&assign.annotation);
                if let Some(value) = &assign.value {
                    self.visit_expr(value);
                    self.visit_expr(&assign.target);
                }
            }
            Stmt::For(loops) => {
                self.visit_expr(&loops.iter);
                self.repeated(|walk| {
                    walk.visit_expr(&loops.target);
                    walk.visit_body(&loops.body);
                });
                self.maybe(|walk| walk.visit_body(&loops.orelse));
            }
            Stmt::While(loops) => {
                self.visit_expr(&loops.test);
                self.repeated(|walk| walk.visit_body(&loops.body));
                self.maybe(|walk| walk.visit_body(&loops.orelse));
            }
            Stmt::If(branches) => {
                self.visit_expr(&branches.test);
                let mut settled = self.maybe(|walk| walk.visit_body(&branches.body));
                let mut complete = false;
                for clause in &branches.elif_else_clauses {
                    complete |= clause.test.is_none();
                    let here = self.maybe(|walk| {
                        clause.test.iter().for_each(|test| walk.visit_expr(test));
                        walk.visit_body(&clause.body);
                    });
                    settled.retain(|name| here.contains(name));
                }
                if complete {
                    self.settled = settled;
                }
            }
            Stmt::Try(parts) => {
                self.maybe(|walk| walk.visit_body(&parts.body));
                for ExceptHandler::ExceptHandler(handler) in &parts.handlers {
                    self.maybe(|walk| {
                        handler.type_.iter().for_each(|kind| walk.visit_expr(kind));
                        handler.name.iter().for_each(|name| walk.set(name));
                        walk.visit_body(&handler.body);
                    });
                }
                self.maybe(|walk| walk.visit_body(&parts.orelse));
                self.visit_body(&parts.finalbody);
            }
            // It may end an error that came before a variable was bound.
            Stmt::With(_) => drop(self.maybe(|walk| walk_stmt(walk, statement))),
            Stmt::FunctionDef(function) => {
                self.later(|walk| walk_stmt(walk, statement));
                self.set(&function.name);
            }
            Stmt::ClassDef(class) => {
                self.later(|walk| walk_stmt(walk, statement));
                self.set(&class.name);
            }
            Stmt::Match(_) => self.later(|walk| walk_stmt(walk, statement)),
            Stmt::Global(global) => global.names.iter().for_each(|name| {
                self.see(name);
                self.set(name);
            }),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.set(bound.split('.').next().unwrap_or_default());
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.set(alias.asname.as_ref().unwrap_or(&alias.name));
                }
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Some((name, rest)) = variable_of_globals(expression) {
            self.see(name);
            if let Expr::Subscript(place) = expression
                && place.ctx != ExprContext::Load
            {
                self.sets.insert(name.to_owned());
            }
            rest.iter().for_each(|rest| self.visit_expr(rest));
            return;
        }
        match expression {
            Expr::Name(name) => match name.ctx {
                ExprContext::Load => {
                    self.sets_any |= matches!(&*name.id, "vm_enter_scope" | "vm_exit_scope");
                    self.see(&name.id);
                }
                ExprContext::Del => {
                    self.see(&name.id);
                    self.set(&name.id);
                }
                _ => self.set(&name.id),
            },
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                if let Expr::Name(name) = &*named.target {
                    // Whether it is run is not known.
                    self.see(&name.id);
                    self.sets.insert(name.id.to_string());
                }
            }
            Expr::Lambda(_) => self.later(|walk| walk_expr(walk, expression)),
            Expr::Generator(_) => self.later(|walk| walk_expr(walk, expression)),
            Expr::ListComp(made) => self.comprehension(&made.generators, &[&made.elt]),
            Expr::SetComp(made) => self.comprehension(&made.generators, &[&made.elt]),
            Expr::DictComp(made) => {
                let elements: Vec<&Expr> = made
                    .key
                    .iter()
                    .chain([&made.value])
                    .map(|part| &**part)
                    .collect();
                self.comprehension(&made.generators, &elements);
            }
            Expr::Call(call) if is_name(&call.func, "vm_enter_scope") => self.enter(call),
            Expr::Call(call) if is_name(&call.func, "vm_exit_scope") => {
                self.visit_arguments(&call.arguments);
            }
            Expr::Call(call) => match (&*call.func, &*call.arguments.args) {
                (Expr::Name(name), [Expr::Generator(made)])
                    if is_consumer(&name.id) && call.arguments.keywords.is_empty() =>
                {
                    self.see(&name.id);
                    self.comprehension(&made.generators, &[&made.elt]);
                }
                (Expr::Attribute(method), _) if method.attr == *"setdefault" => {
                    self.fill(&method.value);
                    walk_expr(self, expression);
                }
                _ => walk_expr(self, expression),
            },
            Expr::Subscript(place) if place.ctx == ExprContext::Store => {
                self.fill(&place.value);
                walk_expr(self, expression);
            }
            _ => walk_expr(self, expression),
        }
    }
}

impl Variables {
    /// An entry is added to what may be a dictionary.
    fn fill(&mut self, dictionary: &Expr) {
        let is_made =
            matches!(dictionary, Expr::Name(name) if self.made.contains(name.id.as_str()));
        self.fills_a_dictionary |= self.loops > 0 && is_made;
    }
}

fn is_name(expression: &Expr, name: &str) -> bool {
    matches!(expression, Expr::Name(found) if found.id == name)
}

/// Whether it is `{}` or `dict()`.
fn is_new_dictionary(expression: &Expr) -> bool {
    match expression {
        Expr::Dict(dict) => dict.items.is_empty(),
        Expr::Call(call) => is_name(&call.func, "dict") && call.arguments.is_empty(),
        _ => false,
    }
}

/// Whether a function has used up a generator when it returns.
pub(super) fn is_consumer(function: &str) -> bool {
    CONSUMERS.contains(&function)
}
