//! Owns where an expression begins. `syn` says it by printing the expression, which takes as long as that is. Must
//! not know what expressions mean.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::{Expr, Path, UnOp};

/// The first token of an expression, without its attributes.
pub(super) fn start(expression: &Expr) -> Span {
    let mut expression = expression;
    loop {
        expression = match expression {
            Expr::Assign(inner) => &inner.left,
            Expr::Binary(inner) => &inner.left,
            Expr::Call(inner) => &inner.func,
            Expr::Cast(inner) => &inner.expr,
            Expr::Field(inner) => &inner.base,
            Expr::Group(inner) => &inner.expr,
            Expr::Index(inner) => &inner.expr,
            Expr::MethodCall(inner) => &inner.receiver,
            Expr::Try(inner) => &inner.expr,
            Expr::Await(inner) => &inner.base,
            Expr::Range(inner) => match &inner.start {
                Some(start) => start,
                None => return inner.limits.span(),
            },
            other => return first_token(other),
        };
    }
}

fn first_token(expression: &Expr) -> Span {
    match expression {
        Expr::Array(inner) => inner.bracket_token.span.open(),
        Expr::Block(inner) => inner.block.brace_token.span.open(),
        Expr::Break(inner) => inner.break_token.span,
        Expr::Closure(inner) => inner.or1_token.span,
        Expr::Continue(inner) => inner.continue_token.span,
        Expr::ForLoop(inner) => inner.for_token.span,
        Expr::If(inner) => inner.if_token.span,
        Expr::Let(inner) => inner.let_token.span,
        Expr::Lit(inner) => inner.lit.span(),
        Expr::Loop(inner) => inner.loop_token.span,
        Expr::Macro(inner) => of_path(&inner.mac.path),
        Expr::Match(inner) => inner.match_token.span,
        Expr::Paren(inner) => inner.paren_token.span.open(),
        Expr::Path(inner) => of_path(&inner.path),
        Expr::Reference(inner) => inner.and_token.span,
        Expr::Repeat(inner) => inner.bracket_token.span.open(),
        Expr::Return(inner) => inner.return_token.span,
        Expr::Struct(inner) => of_path(&inner.path),
        Expr::Tuple(inner) => inner.paren_token.span.open(),
        Expr::Unary(inner) => match &inner.op {
            UnOp::Deref(token) => token.span,
            UnOp::Not(token) => token.span,
            UnOp::Neg(token) => token.span,
            other => other.span(),
        },
        Expr::While(inner) => inner.while_token.span,
        // Those that are refused.
        other => other.span(),
    }
}

/// The first name of a path.
pub(super) fn of_path(path: &Path) -> Span {
    match path.segments.first() {
        Some(first) => first.ident.span(),
        None => path.span(),
    }
}
