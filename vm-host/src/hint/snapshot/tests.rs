//! Which cells go with a hint: those behind its names, each once, empty ones included.

use hint_proto::cell::EMPTY;
use hint_proto::v1::expression::Node;
use hint_proto::v1::{
    Dereference, Expression, Operation, Operator, ReferenceAccess, Register, StructMember,
    StructReference,
};

use super::*;
use crate::hint::testing::{EXECUTION, OUTPUT, PROGRAM, at, int, pointer, raw_run, run_of, vm};
use hint_proto::cell::CELL_BYTES;

/// A VM with `ap` and `fp`, and what the engine holds.
struct Scene {
    vm: VirtualMachine,
    known: KnownCells,
    scratch: Vec<Relocatable>,
}

impl Scene {
    fn new() -> Self {
        let mut vm = vm();
        // A list: a pointer to the cell behind itself, and so on; the last one to nothing.
        for offset in 5..8 {
            vm.insert_value(at(EXECUTION, offset), pointer(EXECUTION, offset + 1))
                .unwrap();
        }
        Self {
            vm,
            known: KnownCells::default(),
            scratch: Vec::new(),
        }
    }

    fn cells(&mut self, expectation: &Expectation) -> Vec<CellRun> {
        let frame = self.frame();
        expectation.cells(&self.vm, &frame, &mut self.known, &mut self.scratch)
    }

    fn frame(&self) -> Frame {
        Frame {
            ap: self.vm.get_ap(),
            fp: self.vm.get_fp(),
        }
    }
}

fn expression(node: Node) -> Expression {
    Expression { node: Some(node) }
}

/// `fp + offset`.
fn local(offset: i64) -> Expression {
    operation(
        Operator::Add,
        expression(Node::Register(Register::Fp.into())),
        expression(Node::Constant(offset.to_string())),
    )
}

fn operation(operator: Operator, left: Expression, right: Expression) -> Expression {
    expression(Node::Operation(Box::new(Operation {
        operator: operator.into(),
        left: Some(Box::new(left)),
        right: Some(Box::new(right)),
    })))
}

fn dereference(address: Expression) -> Expression {
    expression(Node::Dereference(Box::new(Dereference {
        address: Some(Box::new(address)),
        ..Dereference::default()
    })))
}

fn reference(get: Get, set: Option<Set>) -> Definition {
    Definition {
        access: Some(Access::Reference(ReferenceAccess {
            get: Some(get),
            set,
        })),
        ..Definition::default()
    }
}

/// A value, with the address that writing it takes.
fn value(address: Expression) -> Definition {
    reference(
        Get::Value(dereference(address.clone())),
        Some(Set::Address(address)),
    )
}

fn node(address: Expression) -> Definition {
    let pointer = StructReference {
        address: Some(address),
        struct_name: "Node".to_owned(),
    };
    reference(Get::StructReference(pointer), None)
}

/// `struct Node { next: Node*, value: felt }`.
fn structs() -> StructDefinition {
    let member = |name: &str, offset, kind: MemberKind| StructMember {
        name: name.to_owned(),
        offset,
        kind: kind.into(),
        struct_name: "Node".to_owned(),
    };
    StructDefinition {
        full_name: "Node".to_owned(),
        members: vec![
            member("next", 0, MemberKind::StructPointer),
            member("value", 1, MemberKind::Value),
        ],
        ..StructDefinition::default()
    }
}

/// The cells that a hint which mentions `names` is sent for definitions.
fn check(definitions: &[Definition], names: &[&str], expected: &[CellRun]) {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let node = structs();
    let mut expectation = Expectation::default();
    for definition in definitions {
        expectation.name(definition, &names, |name| (name == "Node").then_some(&node));
    }
    let mut scene = Scene::new();
    assert_eq!(scene.cells(&expectation), expected);
    // Every cell that has a value is known now; only empty ones are sent again.
    let again = scene.cells(&expectation);
    assert!(
        again
            .iter()
            .all(|run| run.values.chunks(CELL_BYTES).all(|cell| cell == EMPTY)),
        "{again:?}"
    );
}

fn empty(segment: isize, offset: u64) -> CellRun {
    raw_run(segment, offset, EMPTY.to_vec())
}

#[test]
fn names_bring_the_cells_that_they_stand_for() {
    let fp = expression(Node::Register(Register::Fp.into()));
    let never = expression(Node::Raised(Default::default()));
    // fp is 1:2.
    check(&[], &[], &[]);
    check(
        &[value(local(-2))],
        &[],
        &[run_of(EXECUTION, 0, &[int(20)])],
    );
    check(&[value(local(0))], &[], &[empty(EXECUTION, 2)]);
    check(&[value(local(100))], &[], &[empty(EXECUTION, 102)]);
    // Each cell once, neighbours in one run, in the order of their addresses.
    check(
        &[
            value(local(-1)),
            value(local(-2)),
            value(local(-1)),
            value(local(2)),
        ],
        &[],
        &[
            run_of(EXECUTION, 0, &[int(20), pointer(PROGRAM, 1)]),
            run_of(EXECUTION, 4, &[pointer(-1, 0)]),
        ],
    );
    // Through a pointer: its cell too.
    check(
        &[value(dereference(local(-1)))],
        &[],
        &[
            run_of(PROGRAM, 1, &[int(11)]),
            run_of(EXECUTION, 1, &[pointer(PROGRAM, 1)]),
        ],
    );
    check(
        &[value(dereference(local(2)))],
        &[],
        &[
            run_of(-1, 0, &[int(50)]),
            run_of(EXECUTION, 4, &[pointer(-1, 0)]),
        ],
    );
    // What is no address, is below the start of its segment or raises brings nothing more.
    check(
        &[value(dereference(local(-2)))],
        &[],
        &[run_of(EXECUTION, 0, &[int(20)])],
    );
    check(&[value(local(-3))], &[], &[]);
    check(&[value(local(i64::MIN))], &[], &[]);
    check(&[value(never)], &[], &[]);
    check(
        &[value(operation(Operator::Mul, fp.clone(), fp.clone()))],
        &[],
        &[],
    );
    check(
        &[value(operation(Operator::Unspecified, fp.clone(), fp))],
        &[],
        &[],
    );
    check(&[value(Expression::default())], &[], &[]);
    check(&[Definition::default()], &[], &[]);
}

#[test]
fn structs_bring_the_members_whose_names_are_in_the_code() {
    let list = || [node(local(3))];
    check(&list(), &[], &[]);
    check(
        &list(),
        &["value"],
        &[run_of(EXECUTION, 6, &[pointer(EXECUTION, 7)])],
    );
    // A chain of pointers, at most four of them.
    let pointers: Vec<_> = (6..9).map(|offset| pointer(EXECUTION, offset)).collect();
    let mut chain = run_of(EXECUTION, 5, &pointers).values.to_vec();
    chain.extend(EMPTY);
    check(&list(), &["next"], &[raw_run(EXECUTION, 5, chain)]);
}

#[test]
fn too_deep_expressions_are_not_followed() {
    let deep = |depth| (0..depth).fold(local(3), |inner, _| dereference(inner));
    let mut expectation = Expectation::default();
    expectation.name(&value(deep(1000)), &[], |_| None);
    assert_eq!(Scene::new().cells(&expectation), []);
    expectation.name(&value(deep(3)), &[], |_| None);
    assert_ne!(Scene::new().cells(&expectation), []);
}

#[test]
fn learned_reads_have_a_limit_together() {
    let scene = Scene::new();
    let mut expectation = Expectation::default();
    // Too far apart to be one read.
    for index in 0..8 {
        let first = at(EXECUTION, 5000 * index);
        let frame = scene.frame();
        expectation.learned.read(first, u64::MAX, &frame, &[]);
    }
    let cells = Scene::new().cells(&expectation);
    let count: usize = cells.iter().map(|run| run.values.len() / CELL_BYTES).sum();
    assert_eq!(count, MAX_CELLS);
}

#[test]
fn lengths_are_sent_once_for_each_segment() {
    let mut scene = Scene::new();
    let frame = scene.frame();
    let mut expectation = Expectation::default();
    let to_output = Pointer {
        cell: CellPath::Fp(-1),
        target: at(PROGRAM, 1),
    };
    let pointers = std::slice::from_ref(&to_output);
    for offset in [1, 2] {
        let cell = at(PROGRAM, offset);
        expectation.learned.length(cell, &frame, pointers);
    }
    expectation.learned.length(at(OUTPUT, 0), &frame, pointers);
    let lengths = expectation.lengths(&mut scene.vm, &frame);
    let program = SegmentLength {
        segment: PROGRAM as i64,
        length: 3,
    };
    assert_eq!(lengths, [program]);
}

#[test]
fn runs_end_where_offsets_end() {
    let scene = Scene::new();
    let last = cell_run(&scene.vm, at(-1, usize::MAX - 2), 9);
    assert_eq!(last.values.len(), 2 * CELL_BYTES);
    assert_eq!(
        cell_run(&scene.vm, at(OUTPUT, 0), 1),
        run_of(OUTPUT, 0, &[int(30)])
    );
    assert_eq!(cell_run(&scene.vm, at(99, 0), 1), empty(99, 0));
}

#[test]
fn a_length_is_never_an_old_one() {
    let mut scene = Scene::new();
    let length = |vm: &mut VirtualMachine| segment_length(vm, OUTPUT).map(|known| known.length);
    assert_eq!(length(&mut scene.vm), Some(1));
    scene.vm.insert_value(at(OUTPUT, 4), int(1)).unwrap();
    assert_eq!(length(&mut scene.vm), Some(5));
    assert_eq!(segment_length(&mut scene.vm, 99), None);
    assert_eq!(segment_length(&mut scene.vm, -1), None);
}
