//! Owns a contract's source: reading the file with `syn` into a tree of our own, and refusing what execution does
//! not do, each with its place and reason. Must not know values, the world or execution.
//!
//! What is read says what a compiler would have checked: types agree, names exist, nothing is used after it was
//! moved. Nobody checks that again here.

pub mod place;
pub(crate) mod tree;
pub(crate) mod types;

mod depth;
mod expressions;
mod items;
mod macros;
mod methods;
mod start;

use std::str::FromStr as _;
use std::sync::Arc;

use proc_macro2::TokenStream;

use self::place::{Place, Refusal, Refused};
use self::tree::Crate;

/// Reads a contract. Deep sources take much of the stack (`limits::STACK_BYTES`).
///
/// # Errors
/// [`Refusal`] for whatever is not handled, and for what is not Rust.
pub(crate) fn read(file: &str, text: &str) -> Result<Crate, Refusal> {
    let file: Arc<str> = file.into();
    parse(&file, text).map_err(|Refused { place, reason }| Refusal {
        file,
        place,
        reason,
    })
}

fn parse(file: &Arc<str>, text: &str) -> Result<Crate, Refused> {
    let start = Place { line: 1, column: 1 };
    if text.len() > depth::MOST_BYTES {
        let reason = format!(
            "the file has `{}` bytes; at most `{}` are read",
            text.len(),
            depth::MOST_BYTES
        );
        return Err(Refused::at(start, reason));
    }
    // `syn` skips these two; tokens do not have them.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tokens = TokenStream::from_str(text).map_err(|error| {
        Refused::at(
            error.span(),
            "syntax error: this is no Rust token, or a bracket is not closed",
        )
    })?;
    depth::check(&tokens)?;
    let parsed: syn::File = syn::parse2(tokens)?;
    items::items(file, &parsed)
}
