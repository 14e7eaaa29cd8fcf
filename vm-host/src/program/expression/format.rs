//! The printed form of expressions, with parentheses where the reference VM puts them.

use super::tree::{Arguments, Expression, Node, Notes, Operator};
use crate::program::raised::{Class, Raised};

/// How tightly an expression's outermost operator binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
    Lowest,
    Plus,
    Times,
    Power,
    AddressOf,
    Highest,
}

struct Printed {
    text: String,
    precedence: Precedence,
}

/// Prints an expression; later lines are indented.
pub(in crate::program) fn format_expression(expression: &Expression) -> Result<String, Raised> {
    let text = print(expression)?.text;
    let indented = text.replace('\n', "\n    ");
    let lines: Vec<&str> = indented.split('\n').collect();
    let last = lines.len() - 1;
    let trimmed = lines.iter().enumerate().map(|(index, line)| {
        if index == last {
            *line
        } else {
            line.trim_end_matches(' ')
        }
    });
    Ok(trimmed.collect::<Vec<_>>().join("\n"))
}

impl Printed {
    fn highest(text: String) -> Self {
        Self {
            text,
            precedence: Precedence::Highest,
        }
    }

    /// In parentheses unless it binds at least that tightly.
    fn at_least(&self, precedence: Precedence) -> String {
        if self.precedence < precedence {
            format!("({})", self.text)
        } else {
            self.text.clone()
        }
    }
}

fn print(expression: &Expression) -> Result<Printed, Raised> {
    Ok(match &expression.node {
        Node::Const { value, text } => {
            let digits = match text {
                Some(text) => text.to_string(),
                None => value.magnitude().to_string(),
            };
            match value.sign() {
                num_bigint::Sign::Minus => negative(&Printed::highest(digits)),
                _ => Printed::highest(digits),
            }
        }
        Node::Hint { code } => Printed::highest(format!("nondet {}", hint(code))),
        Node::Identifier { name } => Printed::highest(name.clone()),
        Node::Register(register) => Printed::highest(register.name().to_owned()),
        Node::Operator {
            a,
            operator,
            b,
            notes,
        } => {
            let new_line = new_line(notes)?;
            let (a, b) = (print(a)?, print(b)?);
            let b = Printed {
                text: format!("{new_line}{}", b.text),
                ..b
            };
            binary(&a, *operator, &b)
        }
        Node::Pow { a, b, notes } => {
            let new_line = new_line(notes)?;
            let (a, b) = (print(a)?, print(b)?);
            let b = Printed {
                text: format!("{new_line}{}", b.text),
                ..b
            };
            let (a, b) = (
                a.at_least(Precedence::Highest),
                b.at_least(Precedence::Highest),
            );
            Printed {
                text: format!("{a} ** {b}"),
                precedence: Precedence::Power,
            }
        }
        Node::Neg(value) => negative(&print(value)?),
        Node::Parentheses { inner, notes } => {
            Printed::highest(format!("({}{})", format_notes(notes), print(inner)?.text))
        }
        Node::Deref { address, notes } => {
            Printed::highest(format!("[{}{}]", new_line(notes)?, print(address)?.text))
        }
        Node::Subscript {
            inner,
            offset,
            notes,
        } => {
            let new_line = new_line(notes)?;
            let inner = print(inner)?.at_least(Precedence::Highest);
            Printed::highest(format!("{inner}[{new_line}{}]", print(offset)?.text))
        }
        Node::Dot { inner, member } => Printed::highest(format!(
            "{}.{member}",
            print(inner)?.at_least(Precedence::Highest)
        )),
        Node::AddressOf(inner) => Printed {
            text: format!("&{}", print(inner)?.at_least(Precedence::AddressOf)),
            precedence: Precedence::AddressOf,
        },
        Node::Cast {
            inner,
            dest_type,
            notes,
        } => {
            let new_line = new_line(notes)?;
            Printed::highest(format!(
                "cast({new_line}{}, {dest_type})",
                print(inner)?.text
            ))
        }
        Node::Tuple(members) => Printed::highest(format!("({})", list(members)?)),
        Node::New { inner, .. } => Printed {
            text: format!("new {}", print(inner)?.at_least(Precedence::AddressOf)),
            precedence: Precedence::Lowest,
        },
        Node::Call(call) => {
            let mut text = print(&call.name)?.text;
            if let Some(implicit) = &call.implicit {
                text.push_str(&format!("{{{}}}", list(implicit)?));
            }
            Printed::highest(format!("{text}({})", list(&call.arguments)?))
        }
    })
}

fn negative(value: &Printed) -> Printed {
    let text = format!("-{}", value.at_least(Precedence::AddressOf));
    Printed {
        text,
        precedence: Precedence::Lowest,
    }
}

fn binary(a: &Printed, operator: Operator, b: &Printed) -> Printed {
    let (precedence, right) = match operator {
        Operator::Add => (Precedence::Plus, Precedence::Plus),
        Operator::Sub => (Precedence::Plus, Precedence::Times),
        Operator::Mul => (Precedence::Times, Precedence::Times),
        Operator::Div => (Precedence::Times, Precedence::Power),
    };
    let (a, b) = (a.at_least(precedence), b.at_least(right));
    Printed {
        text: format!("{a} {} {b}", operator.symbol()),
        precedence,
    }
}

fn hint(code: &str) -> String {
    if code.is_empty() {
        return "%{\n%}".to_owned();
    }
    if !code.contains('\n') {
        return format!("%{{ {code} %}}");
    }
    let indent = |line: &str| {
        if line.is_empty() {
            String::new()
        } else {
            format!("    {line}")
        }
    };
    let lines: Vec<String> = code.split('\n').map(indent).collect();
    format!("%{{\n{}\n%}}", lines.join("\n"))
}

fn list(arguments: &Arguments) -> Result<String, Raised> {
    let mut text = String::new();
    for (notes, item) in arguments.notes.iter().zip(&arguments.items) {
        if !text.is_empty() {
            text.push(',');
            if notes.is_empty() {
                text.push(' ');
            }
        }
        text.push_str(&format_notes(notes));
        if let Some(name) = &item.name {
            text.push_str(&format!("{name}="));
        }
        text.push_str(&format_expression(&item.value)?);
    }
    if arguments.trailing_comma {
        text.push(',');
    }
    text.push_str(&arguments.notes.last().map(format_notes).unwrap_or_default());
    Ok(text)
}

fn format_notes(notes: &Notes) -> String {
    let mut text = String::new();
    let Some(notes) = notes.text() else {
        return text;
    };
    if notes.starts_new_line {
        text.push('\n');
    } else if !notes.comments.is_empty() {
        text.push_str("  ");
    }
    for comment in &notes.comments {
        let body = comment.strip_prefix("//").unwrap_or(comment).trim();
        let separator = if body.is_empty() { "" } else { " " };
        text.push_str(&format!("//{separator}{body}\n"));
    }
    text
}

/// A new line if there is one; comments cannot be printed inside operators.
fn new_line(notes: &Notes) -> Result<&'static str, Raised> {
    match notes.text() {
        None => Ok(""),
        Some(text) if text.comments.is_empty() => Ok("\n"),
        Some(text) => Err(Raised::at(
            Class::Formatting,
            "Comments inside expressions are not supported by the auto-formatter.",
            text.location.clone(),
        )),
    }
}
