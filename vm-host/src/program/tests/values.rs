//! The host's own evaluator of expressions.

use std::collections::HashMap;

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use hint_proto::v1::expression::Node;
use hint_proto::v1::{self, Operator};

use super::exceptions::{Cells, address, cell};
use crate::program::{cells_of, evaluate};

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

/// The value, and the cells on the way.
fn check(expression: &v1::Expression) -> (Option<MaybeRelocatable>, Vec<Relocatable>) {
    let (ap, fp) = (address("1:9"), address("1:5"));
    let mut cells = Vec::new();
    cells_of(expression, ap, fp, &memory(), &mut cells);
    (evaluate(expression, ap, fp, &memory()), cells)
}

#[test]
fn reads_cells_and_lists_them() {
    let found = check(&deref(fp_plus("0")));
    assert_eq!(found, (Some(cell("7")), vec![address("1:5")]));
    let nested = deref(operation(deref(fp_plus("1")), Operator::Add, constant("3")));
    let expected = ["1:6", "2:3", "1:5"].map(address).to_vec();
    assert_eq!(
        check(&nested),
        (Some(cell("1:5")), expected),
        "the value is an address too"
    );
    let found = check(&register(v1::Register::Ap));
    assert_eq!(found, (Some(cell("1:9")), vec![address("1:9")]));
}

#[test]
fn names_cells_even_if_the_value_is_unknown() {
    let unknown = operation(deref(fp_plus("2")), Operator::Mul, deref(fp_plus("0")));
    assert_eq!(
        check(&unknown),
        (None, vec![address("1:7"), address("1:5")])
    );
    let behind = deref(deref(fp_plus("2")));
    assert_eq!(check(&behind), (None, vec![address("1:7")]));
    assert_eq!(
        check(&deref(fp_plus("-6"))),
        (None, vec![]),
        "no cell has a negative offset"
    );
}

#[test]
fn calculates_in_the_field() {
    let seven = || deref(fp_plus("0"));
    let four = || deref(register(v1::Register::Ap));
    let felt = |value: Felt252| Some(MaybeRelocatable::Int(value));
    let value = |expression| check(&expression).0;
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
    let value = |expression| check(&expression).0;
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
    assert_eq!(check(&deep).0, None);
    assert_eq!(check(&v1::Expression { node: None }).0, None);
    assert_eq!(check(&node(Node::Register(9))).0, None);
    assert_eq!(
        check(&operation(
            fp_plus("0"),
            Operator::Unspecified,
            fp_plus("0")
        ))
        .0,
        None
    );
    assert_eq!(check(&node(Node::Raised(v1::Raised::default()))).0, None);
}
