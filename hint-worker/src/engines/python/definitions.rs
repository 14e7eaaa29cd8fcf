//! Owns the conversion of definitions, structs, expressions and hints to the tuples that the Python half
//! takes. Must not know what they are for.

use hint_proto::v1::definition::Access;
use hint_proto::v1::expression::Node;
use hint_proto::v1::reference_access::{Get, Set};
use hint_proto::v1::{
    Definition, Expression, Hint, HintLocation, LoadHints, MemberKind, Operator, Raised, Register,
    StructDefinition,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyList, PyTuple};

fn malformed(what: &str) -> PyErr {
    PyValueError::new_err(format!("the host sent a malformed {what}"))
}

/// A definition: `(scope, name, kind, ...)`.
///
/// # Errors
/// [`PyErr`] when it is malformed.
pub(super) fn definition<'py>(
    py: Python<'py>,
    definition: &Definition,
) -> PyResult<Bound<'py, PyAny>> {
    let scope = definition.scope.as_str();
    let name = definition.name.as_str();
    let access = definition
        .access
        .as_ref()
        .ok_or_else(|| malformed("definition"))?;
    let tuple = match access {
        Access::Constant(text) => (scope, name, "constant", decimal(py, text)?)
            .into_pyobject(py)?
            .into_any(),
        Access::ScopeAccess(access) => (
            scope,
            name,
            "scope",
            access.full_name.as_str(),
            access.instruction_offset,
        )
            .into_pyobject(py)?
            .into_any(),
        Access::StructName(full_name) => (scope, name, "struct", full_name.as_str())
            .into_pyobject(py)?
            .into_any(),
        Access::Raised(raised) => (
            scope,
            name,
            "raised",
            raised.class_path.as_str(),
            raised.message.as_str(),
        )
            .into_pyobject(py)?
            .into_any(),
        Access::Reference(reference) => {
            let get = match reference
                .get
                .as_ref()
                .ok_or_else(|| malformed("reference"))?
            {
                Get::Value(value) => ("value", expression(py, value)?).into_pyobject(py)?,
                Get::StructReference(pointer) => {
                    let address = pointer
                        .address
                        .as_ref()
                        .ok_or_else(|| malformed("reference"))?;
                    let struct_name = pointer.struct_name.as_str();
                    return_get(py, address, struct_name)?
                }
                Get::GetRaised(raised) => raised_tuple(py, raised)?,
            };
            let set = match reference
                .set
                .as_ref()
                .ok_or_else(|| malformed("reference"))?
            {
                Set::Address(address) => ("address", expression(py, address)?).into_pyobject(py)?,
                Set::SetRaised(raised) => raised_tuple(py, raised)?,
            };
            (scope, name, "reference", get, set)
                .into_pyobject(py)?
                .into_any()
        }
    };
    Ok(tuple)
}

fn return_get<'py>(
    py: Python<'py>,
    address: &Expression,
    struct_name: &str,
) -> PyResult<Bound<'py, PyTuple>> {
    ("struct", expression(py, address)?, struct_name).into_pyobject(py)
}

fn raised_tuple<'py>(py: Python<'py>, raised: &Raised) -> PyResult<Bound<'py, PyTuple>> {
    (
        "raised",
        raised.class_path.as_str(),
        raised.message.as_str(),
    )
        .into_pyobject(py)
}

fn decimal<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    py.get_type::<PyInt>().call1((text,))
}

/// An expression: `(kind, ...)`. As deep as it may be: protobuf takes no message that could use up the stack.
fn expression<'py>(py: Python<'py>, tree: &Expression) -> PyResult<Bound<'py, PyAny>> {
    let child = |node: &Option<Box<Expression>>| {
        let node = node.as_deref().ok_or_else(|| malformed("expression"))?;
        expression(py, node)
    };
    let tuple = match tree.node.as_ref().ok_or_else(|| malformed("expression"))? {
        Node::Constant(text) => ("const", decimal(py, text)?).into_pyobject(py)?,
        Node::Register(register) => match Register::try_from(*register) {
            Ok(Register::Ap) => ("ap",).into_pyobject(py)?,
            Ok(Register::Fp) => ("fp",).into_pyobject(py)?,
            _ => return Err(malformed("register")),
        },
        Node::Dereference(cell) => (
            "deref",
            child(&cell.address)?,
            cell.error_prefix.as_str(),
            cell.error_suffix.as_str(),
        )
            .into_pyobject(py)?,
        Node::Operation(operation) => {
            let operator = match Operator::try_from(operation.operator) {
                Ok(Operator::Add) => "+",
                Ok(Operator::Sub) => "-",
                Ok(Operator::Mul) => "*",
                Ok(Operator::Div) => "/",
                _ => return Err(malformed("operator")),
            };
            (operator, child(&operation.left)?, child(&operation.right)?).into_pyobject(py)?
        }
        Node::Raised(raised) => raised_tuple(py, raised)?,
    };
    Ok(tuple.into_any())
}

/// Gives a struct to the Python half's `define_struct`.
///
/// # Errors
/// [`PyErr`] when it is malformed.
pub(super) fn define_struct(
    session: &Bound<'_, PyAny>,
    definition: &StructDefinition,
) -> PyResult<()> {
    let members = definition
        .members
        .iter()
        .map(|member| {
            let kind = match MemberKind::try_from(member.kind) {
                Ok(MemberKind::Value) => "value",
                Ok(MemberKind::Struct) => "struct",
                Ok(MemberKind::StructPointer) => "pointer",
                Ok(MemberKind::Other) => "other",
                _ => return Err(malformed("struct")),
            };
            Ok((
                member.name.as_str(),
                member.offset,
                kind,
                member.struct_name.as_str(),
            ))
        })
        .collect::<PyResult<Vec<_>>>()?;
    session.call_method1(
        "define_struct",
        (definition.full_name.as_str(), definition.size, members),
    )?;
    Ok(())
}

/// Hints as a list of `(id, code, filename, start_line, prefix_newlines)`.
///
/// # Errors
/// [`PyErr`] when Python runs out of memory.
pub(super) fn hints<'py>(py: Python<'py>, request: &LoadHints) -> PyResult<Bound<'py, PyList>> {
    let hints = request
        .hints
        .iter()
        .map(|one| hint(py, one))
        .collect::<PyResult<Vec<_>>>()?;
    PyList::new(py, hints)
}

fn hint<'py>(py: Python<'py>, hint: &Hint) -> PyResult<Bound<'py, PyAny>> {
    let location = hint.location.as_ref();
    let tuple = (
        hint.id,
        hint.code.as_str(),
        location.map(|location| location.filename.as_str()),
        location.map_or(0, |location| location.start_line),
        location.map_or(0, empty_lines),
    );
    Ok(tuple.into_pyobject(py)?.into_any())
}

/// How many empty lines are between the opening bracket and the code.
fn empty_lines(location: &HintLocation) -> u32 {
    location.code_line.saturating_sub(location.start_line)
}
