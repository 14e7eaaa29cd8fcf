//! Owns reading bodies: blocks, statements, expressions, patterns. Must not know items, nor what executing them
//! does.

use std::sync::Arc;

use syn::spanned::Spanned as _;
use syn::{BinOp, Expr, Lit, Pat, RangeLimits, Stmt, UnOp};

use super::macros;
use super::place::{Place, Refused};
use super::start::{of_path, start};
use super::tree::{
    Arm, Block, Closure, Expression, ExpressionKind, Literal, Operator, Pattern, Statement, Unary,
};
use super::types::{IntType, Name, Names, Type, type_of};

type Read<T> = Result<T, Refused>;

/// Reads the body of a method or a block.
pub(super) fn block(written: &syn::Block, names: &dyn Names) -> Read<Block> {
    let mut statements = Vec::new();
    let mut result = None;
    let count = written.stmts.len();
    for (index, statement) in written.stmts.iter().enumerate() {
        match statement {
            Stmt::Local(local) => statements.push(local_variable(local, names)?),
            Stmt::Item(item) => {
                return Err(Refused::at(item.span(), "items in bodies are not handled"));
            }
            Stmt::Expr(inner, semicolon) => {
                let inner = expression(inner, names)?;
                if semicolon.is_none() && index + 1 == count {
                    result = Some(Box::new(inner));
                } else {
                    statements.push(Statement::Expression(inner));
                }
            }
            Stmt::Macro(inner) => {
                let place = Place::from(of_path(&inner.mac.path));
                let kind = macros::call(&inner.mac, &|inner| expression(inner, names))?;
                let inner = Expression { kind, place };
                let ends = inner.kind_is_value() && index + 1 == count;
                match statement {
                    Stmt::Macro(written) if written.semi_token.is_none() && ends => {
                        result = Some(Box::new(inner));
                    }
                    _ => statements.push(Statement::Expression(inner)),
                }
            }
        }
    }
    Ok(Block { statements, result })
}

impl Expression {
    /// Whether a macro stands for a value.
    fn kind_is_value(&self) -> bool {
        matches!(self.kind, ExpressionKind::Format(_))
    }
}

fn local_variable(local: &syn::Local, names: &dyn Names) -> Read<Statement> {
    let (written, declared) = match &local.pat {
        Pat::Type(typed) => (&*typed.pat, Some(type_of(&typed.ty, names)?)),
        other => (other, None),
    };
    let (value, otherwise) = match &local.init {
        Some(init) => {
            let otherwise = match &init.diverge {
                Some((_, inner)) => Some(block_of(inner, names)?),
                None => None,
            };
            (Some(expression(&init.expr, names)?), otherwise)
        }
        None => (None, None),
    };
    Ok(Statement::Let {
        pattern: pattern(written)?,
        declared,
        value,
        otherwise,
    })
}

fn block_of(written: &Expr, names: &dyn Names) -> Read<Block> {
    match written {
        Expr::Block(inner) if inner.label.is_none() => block(&inner.block, names),
        other => Ok(Block {
            statements: Vec::new(),
            result: Some(Box::new(expression(other, names)?)),
        }),
    }
}

/// Reads an expression.
pub(super) fn expression(written: &Expr, names: &dyn Names) -> Read<Expression> {
    Ok(Expression {
        place: start(written).into(),
        kind: kind(written, names)?,
    })
}

fn boxed(written: &Expr, names: &dyn Names) -> Read<Box<Expression>> {
    Ok(Box::new(expression(written, names)?))
}

fn all<'a>(
    written: impl IntoIterator<Item = &'a Expr>,
    names: &dyn Names,
) -> Read<Vec<Expression>> {
    let read = written.into_iter().map(|inner| expression(inner, names));
    read.collect()
}

fn kind(written: &Expr, names: &dyn Names) -> Read<ExpressionKind> {
    let refused = |reason: &str| Err(Refused::at(written.span(), reason));
    Ok(match written {
        Expr::Lit(inner) => ExpressionKind::Literal(literal(&inner.lit)?),
        Expr::Paren(inner) => return kind(&inner.expr, names),
        Expr::Group(inner) => return kind(&inner.expr, names),
        Expr::Path(inner) => return path(inner),
        Expr::Unary(inner) => {
            let operator = match inner.op {
                UnOp::Not(_) => Unary::Not,
                UnOp::Neg(_) => Unary::Negative,
                UnOp::Deref(_) => Unary::Dereference,
                _ => return refused("this operator is not handled"),
            };
            ExpressionKind::Unary(operator, boxed(&inner.expr, names)?)
        }
        Expr::Binary(inner) => {
            let (left, right) = (boxed(&inner.left, names)?, boxed(&inner.right, names)?);
            match binary(&inner.op) {
                Some((operator, false)) => ExpressionKind::Binary(operator, left, right),
                Some((operator, true)) => ExpressionKind::AssignOperator(operator, left, right),
                None => match inner.op {
                    BinOp::And(_) => ExpressionKind::And(left, right),
                    BinOp::Or(_) => ExpressionKind::Or(left, right),
                    _ => return refused("this operator is not handled"),
                },
            }
        }
        Expr::Assign(inner) => {
            ExpressionKind::Assign(boxed(&inner.left, names)?, boxed(&inner.right, names)?)
        }
        Expr::Reference(inner) => ExpressionKind::Reference(boxed(&inner.expr, names)?),
        Expr::Cast(inner) => {
            ExpressionKind::Cast(boxed(&inner.expr, names)?, type_of(&inner.ty, names)?)
        }
        Expr::Field(inner) => {
            let base = boxed(&inner.base, names)?;
            match &inner.member {
                syn::Member::Named(name) => ExpressionKind::Field(base, name.to_string().into()),
                syn::Member::Unnamed(index) => {
                    ExpressionKind::TupleField(base, index.index as usize)
                }
            }
        }
        Expr::Index(inner) => {
            ExpressionKind::Index(boxed(&inner.expr, names)?, boxed(&inner.index, names)?)
        }
        Expr::MethodCall(inner) => ExpressionKind::MethodCall {
            receiver: boxed(&inner.receiver, names)?,
            name: inner.method.to_string().into(),
            types: match &inner.turbofish {
                Some(written) => turbofish(written, names)?,
                None => Vec::new(),
            },
            arguments: all(&inner.args, names)?,
        },
        Expr::Call(inner) => call(inner, names)?,
        Expr::Struct(inner) => {
            if inner.rest.is_some() {
                return refused("`..` in a struct is not handled");
            }
            let Some(last) = inner.path.segments.last() else {
                return refused("this struct is not handled");
            };
            let name = last.ident.to_string();
            if !names.is_struct(&name) {
                return refused(&format!("there is no struct `{name}` here"));
            }
            let fields = inner.fields.iter().map(|field| match &field.member {
                syn::Member::Named(name) => Ok((
                    Name::from(name.to_string()),
                    expression(&field.expr, names)?,
                )),
                syn::Member::Unnamed(index) => Err(Refused::at(index.span, "a field needs a name")),
            });
            ExpressionKind::Struct(name.into(), fields.collect::<Read<_>>()?)
        }
        Expr::Tuple(inner) => ExpressionKind::Tuple(all(&inner.elems, names)?),
        Expr::Array(inner) => ExpressionKind::Array(all(&inner.elems, names)?),
        Expr::Repeat(inner) => {
            ExpressionKind::Repeat(boxed(&inner.expr, names)?, boxed(&inner.len, names)?)
        }
        Expr::Block(inner) if inner.label.is_none() => {
            ExpressionKind::Block(block(&inner.block, names)?)
        }
        Expr::If(inner) => {
            let otherwise = match &inner.else_branch {
                Some((_, otherwise)) => Some(boxed(otherwise, names)?),
                None => None,
            };
            let condition = boxed(&inner.cond, names)?;
            ExpressionKind::If(condition, block(&inner.then_branch, names)?, otherwise)
        }
        Expr::Let(inner) => {
            ExpressionKind::Matches(pattern(&inner.pat)?, boxed(&inner.expr, names)?)
        }
        Expr::Match(inner) => {
            let arms = inner.arms.iter().map(|arm| {
                Ok(Arm {
                    pattern: pattern(&arm.pat)?,
                    guard: match &arm.guard {
                        Some((_, guard)) => Some(expression(guard, names)?),
                        None => None,
                    },
                    body: expression(&arm.body, names)?,
                })
            });
            ExpressionKind::Match(boxed(&inner.expr, names)?, arms.collect::<Read<_>>()?)
        }
        Expr::While(inner) if inner.label.is_none() => {
            ExpressionKind::While(boxed(&inner.cond, names)?, block(&inner.body, names)?)
        }
        Expr::Loop(inner) if inner.label.is_none() => {
            ExpressionKind::Loop(block(&inner.body, names)?)
        }
        Expr::ForLoop(inner) if inner.label.is_none() => ExpressionKind::For(
            pattern(&inner.pat)?,
            boxed(&inner.expr, names)?,
            block(&inner.body, names)?,
        ),
        Expr::Block(_) | Expr::While(_) | Expr::Loop(_) | Expr::ForLoop(_) => {
            return refused("labels are not handled");
        }
        Expr::Range(inner) => {
            let end = |end: &Option<Box<Expr>>| {
                let read = end.as_ref().map(|end| boxed(end, names));
                read.transpose()
            };
            let closed = matches!(inner.limits, RangeLimits::Closed(_));
            ExpressionKind::Range(end(&inner.start)?, end(&inner.end)?, closed)
        }
        Expr::Closure(inner) if inner.asyncness.is_none() => {
            let parameters = inner.inputs.iter().map(|parameter| match parameter {
                Pat::Type(typed) => pattern(&typed.pat),
                other => pattern(other),
            });
            ExpressionKind::Closure(Arc::new(Closure {
                parameters: parameters.collect::<Read<_>>()?,
                body: expression(&inner.body, names)?,
            }))
        }
        Expr::Return(inner) => ExpressionKind::Return(match &inner.expr {
            Some(inner) => Some(boxed(inner, names)?),
            None => None,
        }),
        Expr::Break(inner) if inner.label.is_none() => ExpressionKind::Break(match &inner.expr {
            Some(inner) => Some(boxed(inner, names)?),
            None => None,
        }),
        Expr::Continue(inner) if inner.label.is_none() => ExpressionKind::Continue,
        Expr::Break(_) | Expr::Continue(_) => return refused("labels are not handled"),
        Expr::Macro(inner) => macros::call(&inner.mac, &|inner| expression(inner, names))?,
        Expr::Async(_) | Expr::Await(_) | Expr::Closure(_) => {
            return refused("`async` is not handled: there is one thread");
        }
        Expr::Unsafe(_) => return refused("`unsafe` is not handled"),
        Expr::Try(_) => return refused("`?` is not handled: use `sc_panic!` or `require!`"),
        _ => return refused("this expression is not handled"),
    })
}

fn path(inner: &syn::ExprPath) -> Read<ExpressionKind> {
    let names: Vec<Name> = (inner.path.segments.iter())
        .map(|segment| segment.ident.to_string().into())
        .collect();
    match names.as_slice() {
        [name] if &**name == "self" => Ok(ExpressionKind::SelfValue),
        [name] if &**name != "Self" => Ok(ExpressionKind::Name(name.clone())),
        [first, ..] if &**first == "Self" => Err(Refused::at(
            inner.span(),
            "`Self` as a type or value is not handled",
        )),
        _ => Ok(ExpressionKind::Path(names)),
    }
}

fn call(inner: &syn::ExprCall, names: &dyn Names) -> Read<ExpressionKind> {
    let Expr::Path(function) = &*inner.func else {
        return Err(Refused::at(inner.span(), "this call is not handled"));
    };
    let segments = &function.path.segments;
    let path: Vec<Name> = segments
        .iter()
        .map(|segment| segment.ident.to_string().into())
        .collect();
    if path.first().is_some_and(|name| &**name == "Self") {
        let reason = "`Self` as a type or value is not handled: call methods with `self.`";
        return Err(Refused::at(inner.span(), reason));
    }
    // The type before the function's name, as in `ManagedVec::<Self::Api, BigUint>::new()`.
    let mut of = None;
    if let Some(owner) = segments.iter().rev().nth(1) {
        let mut owner = owner.clone();
        if let syn::PathArguments::AngleBracketed(arguments) = &mut owner.arguments {
            arguments.colon2_token = None;
        }
        let written = syn::Type::Path(syn::TypePath {
            qself: None,
            path: owner.into(),
        });
        // Modules and the framework's functions are no types.
        of = type_of(&written, names).ok();
    }
    Ok(ExpressionKind::Call {
        path,
        of,
        arguments: all(&inner.args, names)?,
    })
}

fn turbofish(written: &syn::AngleBracketedGenericArguments, names: &dyn Names) -> Read<Vec<Type>> {
    let types = written.args.iter().map(|argument| match argument {
        syn::GenericArgument::Type(inner) => type_of(inner, names),
        // A length, which only some of the framework's functions take and none here needs.
        _ => Ok(Type::Inferred),
    });
    types.collect()
}

/// Reads a literal.
pub(super) fn literal(written: &Lit) -> Read<Literal> {
    Ok(match written {
        Lit::Bool(inner) => Literal::Bool(inner.value),
        Lit::Str(inner) => Literal::Bytes(inner.value().into_bytes().into()),
        Lit::ByteStr(inner) => Literal::Bytes(inner.value().into()),
        Lit::Byte(inner) => Literal::Int(inner.value().into(), IntType::U8),
        Lit::Int(inner) => {
            let value = inner.base10_parse::<u128>();
            let value = value.map_err(|_| Refused::at(written.span(), "this number is too big"))?;
            let kind = match inner.suffix() {
                "" => IntType::Literal,
                suffix => IntType::named(suffix).ok_or_else(|| {
                    Refused::at(
                        written.span(),
                        format!("the type `{suffix}` is not handled"),
                    )
                })?,
            };
            Literal::Int(value, kind)
        }
        _ => return Err(Refused::at(written.span(), "this literal is not handled")),
    })
}

/// The operator, and whether it assigns.
fn binary(written: &BinOp) -> Option<(Operator, bool)> {
    Some(match written {
        BinOp::Add(_) => (Operator::Add, false),
        BinOp::Sub(_) => (Operator::Subtract, false),
        BinOp::Mul(_) => (Operator::Multiply, false),
        BinOp::Div(_) => (Operator::Divide, false),
        BinOp::Rem(_) => (Operator::Remainder, false),
        BinOp::BitAnd(_) => (Operator::BitAnd, false),
        BinOp::BitOr(_) => (Operator::BitOr, false),
        BinOp::BitXor(_) => (Operator::BitXor, false),
        BinOp::Shl(_) => (Operator::ShiftLeft, false),
        BinOp::Shr(_) => (Operator::ShiftRight, false),
        BinOp::Eq(_) => (Operator::Equal, false),
        BinOp::Ne(_) => (Operator::NotEqual, false),
        BinOp::Lt(_) => (Operator::Less, false),
        BinOp::Le(_) => (Operator::LessEqual, false),
        BinOp::Gt(_) => (Operator::Greater, false),
        BinOp::Ge(_) => (Operator::GreaterEqual, false),
        BinOp::AddAssign(_) => (Operator::Add, true),
        BinOp::SubAssign(_) => (Operator::Subtract, true),
        BinOp::MulAssign(_) => (Operator::Multiply, true),
        BinOp::DivAssign(_) => (Operator::Divide, true),
        BinOp::RemAssign(_) => (Operator::Remainder, true),
        BinOp::BitAndAssign(_) => (Operator::BitAnd, true),
        BinOp::BitOrAssign(_) => (Operator::BitOr, true),
        BinOp::BitXorAssign(_) => (Operator::BitXor, true),
        BinOp::ShlAssign(_) => (Operator::ShiftLeft, true),
        BinOp::ShrAssign(_) => (Operator::ShiftRight, true),
        _ => return None,
    })
}

/// Reads a pattern of `let`, `match`, `for` or a closure.
pub(super) fn pattern(written: &Pat) -> Read<Pattern> {
    let refused = || Err(Refused::at(written.span(), "this pattern is not handled"));
    Ok(match written {
        Pat::Wild(_) => Pattern::Anything,
        Pat::Ident(inner) if inner.subpat.is_none() => match inner.ident.to_string().as_str() {
            "None" => Pattern::None,
            // The names of constants are upper case; a variable of such a name would be odd.
            name if is_constant(name) => Pattern::Constant(name.into()),
            name => Pattern::Name(name.into()),
        },
        Pat::Paren(inner) => return pattern(&inner.pat),
        Pat::Reference(inner) => return pattern(&inner.pat),
        Pat::Tuple(inner) => Pattern::Tuple(inner.elems.iter().map(pattern).collect::<Read<_>>()?),
        Pat::Or(inner) => Pattern::Or(inner.cases.iter().map(pattern).collect::<Read<_>>()?),
        Pat::Path(inner) => match inner.path.segments.last() {
            Some(last) if last.ident == "None" => Pattern::None,
            Some(last) => Pattern::Constant(last.ident.to_string().into()),
            None => return refused(),
        },
        Pat::TupleStruct(inner) if inner.elems.len() == 1 => {
            let last = inner.path.segments.last();
            match (last.map(|last| last.ident.to_string()), inner.elems.first()) {
                (Some(name), Some(inner)) if name == "Some" => {
                    Pattern::Some(Box::new(pattern(inner)?))
                }
                _ => return refused(),
            }
        }
        Pat::Lit(inner) => Pattern::Literal(literal(&inner.lit)?),
        Pat::Range(inner) => {
            let end = |end: &Option<Box<Expr>>| match end.as_deref() {
                None => Ok(None),
                Some(Expr::Lit(found)) => match literal(&found.lit)? {
                    Literal::Int(value, _) => Ok(i128::try_from(value).ok()),
                    _ => refused_end(found.span()),
                },
                Some(other) => refused_end(other.span()),
            };
            let closed = matches!(inner.limits, RangeLimits::Closed(_));
            Pattern::Range(end(&inner.start)?, end(&inner.end)?, closed)
        }
        _ => return refused(),
    })
}

fn refused_end<T>(span: proc_macro2::Span) -> Read<T> {
    Err(Refused::at(span, "an end of a range is a number here"))
}

fn is_constant(name: &str) -> bool {
    name.len() > 1
        && name.chars().any(|letter| letter.is_ascii_uppercase())
        && !name.chars().any(|letter| letter.is_ascii_lowercase())
}
