//! What a part of a text does to others, from its tree: nothing, as long as that can be told. Must not know slots.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprContext, ExprGenerator, Stmt};

/// Whether `:=` is anywhere in the expression.
pub(super) fn has_named(expression: &Expr) -> bool {
    struct Named(bool);
    impl<'a> Visitor<'a> for Named {
        fn visit_expr(&mut self, expression: &'a Expr) {
            self.0 |= matches!(expression, Expr::Named(_));
            walk_expr(self, expression);
        }
    }
    let mut named = Named(false);
    named.visit_expr(expression);
    named.0
}

/// Whether a list of this name is nothing but an operand, a value of which items are taken, and an argument of calls by
/// name: then nobody changes it, and nobody has it behind the hint.
pub(super) fn is_only_read(name: &str, body: &[Stmt]) -> bool {
    struct Uses<'a> {
        name: &'a str,
        all: usize,
        harmless: usize,
    }
    impl<'a> Visitor<'a> for Uses<'_> {
        fn visit_expr(&mut self, expression: &'a Expr) {
            let is_it =
                |expression: &Expr| matches!(expression, Expr::Name(name) if name.id == self.name);
            self.harmless += match expression {
                Expr::BinOp(operation) => {
                    usize::from(is_it(&operation.left)) + usize::from(is_it(&operation.right))
                }
                Expr::Subscript(subscript) if subscript.ctx == ExprContext::Load => {
                    usize::from(is_it(&subscript.value))
                }
                Expr::Call(call) if matches!(&*call.func, Expr::Name(function) if COPYING.contains(&&*function.id)) =>
                {
                    let given = call.arguments.args.iter();
                    let named = call.arguments.keywords.iter().map(|named| &named.value);
                    given.chain(named).filter(|given| is_it(given)).count()
                }
                _ => 0,
            };
            self.all += usize::from(is_it(expression));
            walk_expr(self, expression);
        }
    }
    let mut uses = Uses {
        name,
        all: 0,
        harmless: 0,
    };
    uses.visit_body(body);
    uses.all == uses.harmless
}

/// Functions that give nothing back of what they are given.
const COPYING: &[&str] = &[
    "blake2s_compress",
    "compute_message_schedule",
    "len",
    "list",
    "sha2_compress_function",
    "tuple",
];

/// Whether a generator calls nothing but functions of Python's that look at their arguments alone, and asks nothing of
/// `segments`.
pub(super) fn is_quiet(generator: &ExprGenerator) -> bool {
    struct Calls(bool);
    impl<'a> Visitor<'a> for Calls {
        fn visit_expr(&mut self, expression: &'a Expr) {
            self.0 |= match expression {
                Expr::Call(call) => {
                    !matches!(&*call.func, Expr::Name(function) if PURE.contains(&&*function.id))
                }
                Expr::Name(name) => name.id == "segments",
                Expr::Named(_) => true,
                _ => false,
            };
            walk_expr(self, expression);
        }
    }
    let mut calls = Calls(false);
    calls.visit_expr(&generator.elt);
    for part in &generator.generators {
        calls.visit_expr(&part.iter);
        part.ifs
            .iter()
            .for_each(|condition| calls.visit_expr(condition));
    }
    !calls.0
}

const PURE: &[&str] = &[
    "abs",
    "enumerate",
    "int",
    "len",
    "max",
    "min",
    "pow",
    "range",
    "zip",
];
