//! The texts of `error_message` attributes, with references replaced by their values.

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};

use super::evaluate::evaluate;
use super::memory_view::MemoryView;
use crate::program::compiled::{Attribute, CompiledProgram};
use crate::program::expression::{Expression, Node, Operator, lower, translate_ap};
use crate::program::names::ScopedName;
use crate::program::number::decimal;
use crate::program::places::cut;

/// Texts are not shown past this many bytes: they are shown for every frame of a traceback.
const MAX_TEXT: usize = 1 << 16;

/// References of at least this complexity are not evaluated, as in the reference VM.
const SIMPLICITY_BOUND: usize = 20;

/// The text of an attribute. References are looked up in the main program.
pub(super) fn substitute(
    program: &CompiledProgram,
    attribute: &Attribute,
    fp: &MaybeRelocatable,
    memory: &dyn MemoryView,
) -> String {
    let value = cut(&attribute.value, MAX_TEXT);
    if attribute.flow_tracking.is_none() {
        return value.to_owned();
    }
    let mut text = String::new();
    let mut invalid: Vec<String> = Vec::new();
    let mut rest = value;
    while let Some((before, name, after)) = next_placeholder(rest) {
        text.push_str(before);
        match evaluate_reference(program, attribute, name, fp, memory) {
            Some(MaybeRelocatable::Int(felt)) => text.push_str(&decimal(&felt)),
            Some(MaybeRelocatable::RelocatableValue(address)) => {
                text.push_str(&address.to_string())
            }
            None => {
                text.push_str(&format!("{{{name}}}"));
                invalid.push(format!("'{name}'"));
            }
        }
        rest = after;
    }
    text.push_str(rest);
    if !invalid.is_empty() {
        let names = invalid.join(", ");
        text.push_str(&format!(
            " (Cannot evaluate ap-based or complex references: [{names}])"
        ));
    }
    text
}

/// The text before the first `{name}`, the name, and the text after it.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('{').map(|open| from + open) {
        let inner = &text[open + 1..];
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let length = inner.find(|c| !is_name(c)).unwrap_or(inner.len());
        if length > 0 && inner[length..].starts_with('}') {
            return Some((&text[..open], &inner[..length], &inner[length + 1..]));
        }
        from = open + 1;
    }
    None
}

fn evaluate_reference(
    program: &CompiledProgram,
    attribute: &Attribute,
    name: &str,
    fp: &MaybeRelocatable,
    memory: &dyn MemoryView,
) -> Option<MaybeRelocatable> {
    let name = ScopedName::parse(name)?;
    let scopes = &attribute.accessible_scopes;
    let found = program
        .identifiers
        .search_identifier(scopes, name.as_str())
        .ok()?;
    let ids = &attribute.flow_tracking.as_ref()?.reference_ids;
    let id = ids.get(found.canonical_name().ok()?.as_str())?;
    let reference = program.references.get(*id)?;
    if !is_simple(&reference.value, SIMPLICITY_BOUND) {
        return None;
    }
    // Where ap was when the error happened is not known, so that references with ap have no value.
    let value = translate_ap(&reference.value, None)?;
    let value = lower(&value, None).ok()?.to_wire();
    evaluate(&value, Relocatable::from((0, 0)), fp.clone(), memory)
}

/// Whether a reference is simple enough to be shown: constants, registers, `+ - *`, negation and
/// dereferences, with one cast and one dereference around it.
fn is_simple(expression: &Expression, bound: usize) -> bool {
    let (mut expression, mut bound) = (expression, bound);
    if let Node::Deref { address, .. } = &expression.node {
        (expression, bound) = (address, bound - 1);
    }
    if let Node::Cast { inner, .. } = &expression.node {
        (expression, bound) = (inner, bound - 1);
    }
    complexity(expression).is_some_and(|complexity| complexity < bound)
}

fn complexity(expression: &Expression) -> Option<usize> {
    match &expression.node {
        Node::Const { .. } | Node::Register(_) => Some(1),
        Node::Operator {
            operator: Operator::Div,
            ..
        } => None,
        Node::Operator { a, b, .. } => Some(complexity(a)? + complexity(b)? + 1),
        Node::Neg(inner) | Node::Parentheses { inner, .. } | Node::Deref { address: inner, .. } => {
            Some(complexity(inner)? + 1)
        }
        _ => None,
    }
}
