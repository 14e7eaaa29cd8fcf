//! Owns the grammar of a line. Must not know what its names stand for.

use super::cursor::Cursor;
use super::{Argument, Call, Path, Source, SyntaxError};

/// The calls of a hint.
///
/// # Errors
/// [`SyntaxError`] for the first line that is neither a call, a comment nor blank.
pub(in super::super) fn parse(code: &str) -> Result<Source, SyntaxError> {
    let mut source = Source::default();
    for (line, text) in (1..).zip(code.lines()) {
        let text = text.trim();
        let mut cursor = Cursor::new(text);
        if cursor.is_at_end() {
            continue;
        }
        let error = |reason| SyntaxError {
            line,
            text: text.to_owned(),
            reason,
        };
        let call = call(&mut cursor).map_err(error)?;
        source.calls.push(Call {
            line,
            text: text.to_owned(),
            ..call
        });
    }
    Ok(source)
}

fn call(cursor: &mut Cursor<'_>) -> Result<Call, String> {
    let mut targets = Vec::new();
    // Without targets a line begins with a module, whose name may be `ids`, too, as far as we know.
    let mut rest = cursor.clone();
    if rest.name() == Ok("ids") {
        loop {
            targets.push(path(cursor)?);
            if !cursor.take(',') {
                break;
            }
        }
        if !cursor.take('=') {
            return Err(format!("`=` is expected {}", cursor.place()));
        }
    }
    let module = cursor.name()?.to_owned();
    if module == "ids" {
        return Err(
            "the call of a function is expected behind `=`, as `module.function()`".to_owned(),
        );
    }
    if !cursor.take('.') {
        return Err(format!(
            "`.` and the name of a function of module `{module}` are expected {}",
            cursor.place()
        ));
    }
    let function = cursor.name()?.to_owned();
    if !cursor.take('(') {
        return Err(format!("`(` is expected {}", cursor.place()));
    }
    let mut arguments = Vec::new();
    while !cursor.take(')') {
        arguments.push(argument(cursor)?);
        if !cursor.take(',') && cursor.peek() != Some(')') {
            return Err(format!("`,` or `)` is expected {}", cursor.place()));
        }
    }
    if !cursor.is_at_end() {
        return Err(format!("the line should end {}", cursor.place()));
    }
    Ok(Call {
        line: 0,
        text: String::new(),
        targets,
        module,
        function,
        arguments,
    })
}

/// `ids.NAME`, with further names.
fn path(cursor: &mut Cursor<'_>) -> Result<Path, String> {
    if cursor.peek() != Some('i') || cursor.name()? != "ids" {
        return Err(format!("`ids.NAME` is expected {}", cursor.place()));
    }
    let mut names = Vec::new();
    while cursor.take('.') {
        names.push(cursor.name()?.to_owned());
    }
    if names.is_empty() {
        return Err(format!(
            "`.` and a name are expected behind `ids` {}",
            cursor.place()
        ));
    }
    Ok(names)
}

fn argument(cursor: &mut Cursor<'_>) -> Result<Argument, String> {
    match cursor.peek() {
        Some('"') => Ok(Argument::Text(cursor.text()?)),
        Some('0'..='9' | '-' | '+' | '.') => cursor.number(),
        Some('i') => Ok(Argument::Ids(path(cursor)?)),
        _ => Err(format!(
            "an argument is expected {}: a number, a text in quotes or `ids.NAME`",
            cursor.place()
        )),
    }
}
