//! The host's own evaluator of expressions.

use std::collections::HashMap;

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::MaybeRelocatable;
use hint_proto::v1::expression::Node;
use hint_proto::v1::{self, Operator};

use super::exceptions::{Cells, address, cell};
use crate::program::explain::evaluate;

fn memory() -> Cells {
    let cells = [("1:5", "7"), ("1:6", "2:0"), ("2:3", "1:5"), ("1:9", "4")];
    Cells(
        cells
            .iter()
            .map(|(at, value)| (address(at), cell(value)))
            .collect::<HashMap<_, _>>(),
    )
}

fn node(node: Node) -> v1::Expression {
    v1::Expression { node: Some(node) }
}

fn constant(text: &str) -> v1::Expression {
    node(Node::Constant(text.to_owned()))
}

fn register(register: v1::Register) -> v1::Expression {
    node(Node::Register(register.into()))
}

fn deref(inner: v1::Expression) -> v1::Expression {
    let address = Some(Box::new(inner));
    node(Node::Dereference(Box::new(v1::Dereference {
        address,
        ..Default::default()
    })))
}

fn operation(left: v1::Expression, operator: Operator, right: v1::Expression) -> v1::Expression {
    let (left, right) = (Some(Box::new(left)), Some(Box::new(right)));
    node(Node::Operation(Box::new(v1::Operation {
        operator: operator.into(),
        left,
        right,
    })))
}

fn fp_plus(offset: &str) -> v1::Expression {
    operation(register(v1::Register::Fp), Operator::Add, constant(offset))
}

fn value(expression: &v1::Expression) -> Option<MaybeRelocatable> {
    evaluate(expression, address("1:9"), address("1:5"), &memory())
}

#[test]
fn reads_cells() {
    assert_eq!(value(&deref(fp_plus("0"))), Some(cell("7")));
    let nested = deref(operation(deref(fp_plus("1")), Operator::Add, constant("3")));
    assert_eq!(value(&nested), Some(cell("1:5")));
    assert_eq!(value(&register(v1::Register::Ap)), Some(cell("1:9")));
}

#[test]
fn cells_that_are_empty_or_below_the_segment_have_no_value() {
    let unknown = operation(deref(fp_plus("2")), Operator::Mul, deref(fp_plus("0")));
    assert_eq!(value(&unknown), None);
    assert_eq!(value(&deref(deref(fp_plus("2")))), None);
    assert_eq!(value(&deref(fp_plus("-6"))), None);
}

#[test]
fn calculates_in_the_field() {
    let seven = || deref(fp_plus("0"));
    let four = || deref(register(v1::Register::Ap));
    let felt = |value: Felt252| Some(MaybeRelocatable::Int(value));
    let value = |expression| value(&expression);
    assert_eq!(
        value(operation(four(), Operator::Sub, seven())),
        felt(Felt252::from(-3))
    );
    assert_eq!(
        value(operation(four(), Operator::Mul, seven())),
        felt(Felt252::from(28))
    );
    let third = operation(four(), Operator::Div, seven());
    assert_eq!(
        value(operation(third, Operator::Mul, seven())),
        felt(Felt252::from(4))
    );
    assert_eq!(value(operation(four(), Operator::Div, constant("0"))), None);
    let huge = format!("-{}", "9".repeat(70));
    let expected = -Felt252::from_dec_str(&"9".repeat(70)).expect("a felt");
    assert_eq!(value(constant(&huge)), felt(expected));
    assert_eq!(value(constant("nothing")), None);
}

#[test]
fn calculates_with_addresses() {
    let (ap, fp) = (|| register(v1::Register::Ap), || register(v1::Register::Fp));
    let value = |expression| value(&expression);
    assert_eq!(value(operation(ap(), Operator::Sub, fp())), Some(cell("4")));
    assert_eq!(
        value(operation(constant("2"), Operator::Add, fp())),
        Some(cell("1:7"))
    );
    assert_eq!(
        value(operation(fp(), Operator::Sub, constant("5"))),
        Some(cell("1:0"))
    );
    assert_eq!(
        value(operation(fp(), Operator::Sub, constant("6"))),
        None,
        "no such cell"
    );
    let back = operation(
        operation(fp(), Operator::Sub, constant("6")),
        Operator::Add,
        constant("6"),
    );
    assert_eq!(
        value(back),
        Some(cell("1:5")),
        "offsets may be negative on the way"
    );
    assert_eq!(value(operation(fp(), Operator::Add, ap())), None);
    assert_eq!(value(operation(fp(), Operator::Mul, constant("2"))), None);
    let far = operation(fp(), Operator::Add, constant(&i64::MAX.to_string()));
    assert_eq!(value(far), None, "the offset does not fit");
}

#[test]
fn survives_what_no_host_would_send() {
    let mut deep = fp_plus("0");
    for _ in 0..1000 {
        deep = deref(deep);
    }
    assert_eq!(value(&deep), None);
    assert_eq!(value(&v1::Expression { node: None }), None);
    assert_eq!(value(&node(Node::Register(9))), None);
    assert_eq!(
        value(&operation(
            fp_plus("0"),
            Operator::Unspecified,
            fp_plus("0")
        )),
        None
    );
    assert_eq!(value(&node(Node::Raised(v1::Raised::default()))), None);
}
