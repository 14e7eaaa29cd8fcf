//! Owns how big and how deep a source may be: the parser calls itself for what is inside, and a file that is deep
//! enough would end the process. Must not know the grammar.

use proc_macro2::{TokenStream, TokenTree};

use super::place::Refused;

/// Most bytes of a source file.
pub(crate) const MOST_BYTES: usize = 1 << 20;
/// Most tokens that may lead to a place without an end of a statement or an item between them. The parser is
/// never deeper than that.
const DEEPEST: usize = 3000;
/// Most brackets inside of each other.
const MOST_BRACKETS: usize = 96;

/// One open bracket, or the file.
struct Level {
    tokens: proc_macro2::token_stream::IntoIter,
    /// How deep it began.
    outer: usize,
    /// The same with the type arguments and closures of this statement, which a comma does not end.
    base: usize,
    depth: usize,
    /// Whether an item may begin here, as far as the token before says.
    begins: bool,
}

impl Level {
    fn of(tokens: TokenStream, outer: usize) -> Self {
        Self {
            tokens: tokens.into_iter(),
            outer,
            base: outer,
            depth: outer,
            begins: true,
        }
    }

    fn see(&mut self, token: &TokenTree) {
        self.depth += 1;
        match token {
            TokenTree::Punct(mark) => match mark.as_char() {
                ';' => (self.base, self.depth) = (self.outer, self.outer),
                ',' => self.depth = self.base,
                '<' | '|' => self.base += 1,
                _ => {}
            },
            TokenTree::Ident(word) if self.begins && word == "fn" => {
                (self.base, self.depth) = (self.outer, self.outer);
            }
            _ => {}
        }
        self.begins = match token {
            TokenTree::Group(_) => true,
            TokenTree::Ident(word) => word == "pub",
            _ => false,
        };
    }
}

/// Refuses what is too deep. Does not call itself.
pub(crate) fn check(tokens: &TokenStream) -> Result<(), Refused> {
    let mut open = vec![Level::of(tokens.clone(), 0)];
    while let Some(level) = open.last_mut() {
        let Some(token) = level.tokens.next() else {
            open.pop();
            continue;
        };
        level.see(&token);
        let depth = level.depth.max(level.base);
        let brackets = open.len();
        if depth > DEEPEST || brackets > MOST_BRACKETS {
            return Err(Refused::at(token.span(), "this is nested too deeply"));
        }
        if let TokenTree::Group(group) = &token {
            open.push(Level::of(group.stream(), depth));
        }
    }
    Ok(())
}
