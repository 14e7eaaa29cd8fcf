//! Owns the macros that contracts may use in bodies: `require!`, `sc_panic!`, `sc_format!`, `sc_print!`. Must not
//! know items.

use std::sync::Arc;

use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Expr, ExprLit, Lit, Token};

use super::place::Refused;
use super::tree::{Expression, ExpressionKind, Form, Piece, Text};

/// Reads the expressions inside.
type Reader<'a> = &'a dyn Fn(&Expr) -> Result<Expression, Refused>;

/// Reads a macro in a body.
pub(super) fn call(written: &syn::Macro, read: Reader<'_>) -> Result<ExpressionKind, Refused> {
    let name = written.path.segments.last();
    let name = name.map(|last| last.ident.to_string()).unwrap_or_default();
    let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
    let arguments = || parser.parse2(written.tokens.clone()).map_err(Refused::from);
    match name.as_str() {
        "require" => {
            let arguments = arguments()?;
            let mut arguments = arguments.iter();
            let condition = arguments
                .next()
                .ok_or_else(|| Refused::at(written.span(), "`require!` needs a condition"))?;
            let condition = Box::new(read(condition)?);
            Ok(ExpressionKind::Require(
                condition,
                text(written, arguments, read)?,
            ))
        }
        "sc_panic" | "panic" => {
            let arguments = arguments()?;
            Ok(ExpressionKind::Panic(text(
                written,
                arguments.iter(),
                read,
            )?))
        }
        "sc_format" => {
            let arguments = arguments()?;
            Ok(ExpressionKind::Format(text(
                written,
                arguments.iter(),
                read,
            )?))
        }
        "sc_print" => {
            let arguments = arguments()?;
            Ok(ExpressionKind::Print(text(
                written,
                arguments.iter(),
                read,
            )?))
        }
        _ => Err(Refused::at(
            written.span(),
            format!("the macro `{name}!` is not handled in a body"),
        )),
    }
}

/// A message with what stands in its braces.
fn text<'a>(
    written: &syn::Macro,
    mut arguments: impl Iterator<Item = &'a Expr>,
    read: Reader<'_>,
) -> Result<Text, Refused> {
    let format = match arguments.next() {
        Some(Expr::Lit(ExprLit {
            lit: Lit::Str(format),
            ..
        })) => format.value(),
        // A text that has a name: what is in its braces is text.
        Some(other) => {
            return match arguments.next() {
                None => Ok(Text {
                    pieces: vec![Piece::Value(read(other)?, Form::Display)],
                }),
                Some(_) => Err(Refused::at(
                    other.span(),
                    "a message with values is a literal text",
                )),
            };
        }
        None => return Err(Refused::at(written.span(), "a message is missing")),
    };
    let mut pieces = Vec::new();
    let mut rest = format.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        if !before.is_empty() {
            pieces.push(Piece::Text(Arc::from(before)));
        }
        let (inside, after) = after
            .split_once('}')
            .ok_or_else(|| Refused::at(written.span(), "a `{` of the message has no `}`"))?;
        let form = match inside {
            "" => Form::Display,
            ":x" => Form::Hex,
            ":b" => Form::Binary,
            ":c" => Form::Encoded,
            _ => {
                let reason = format!("`{{{inside}}}` in a message is not handled");
                return Err(Refused::at(written.span(), reason));
            }
        };
        let value = arguments
            .next()
            .ok_or_else(|| Refused::at(written.span(), "a value of the message is missing"))?;
        pieces.push(Piece::Value(read(value)?, form));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(Arc::from(rest)));
    }
    match arguments.next() {
        None => Ok(Text { pieces }),
        Some(extra) => Err(Refused::at(
            extra.span(),
            "the message has no place for this",
        )),
    }
}
