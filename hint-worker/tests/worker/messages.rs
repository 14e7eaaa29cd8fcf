//! Owns short ways to write the messages of a session. Must not know what a worker does with them.
//!
//! The VM of all tests: segment 0 is the program, segment 1 the execution segment, with 10 cells in use,
//! `ap` at 1:10 and `fp` at 1:5.

use hint_proto::cell::{CELL_BYTES, Cell};
use hint_proto::v1::answer::Answer as Reply;
use hint_proto::v1::ask::Question;
use hint_proto::v1::definition::Access;
use hint_proto::v1::expression::Node;
use hint_proto::v1::reference_access::{Get, Set};
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{
    Answer, Ask, Builtin, CellRun, Definition, Dereference, Effects, ExecuteHint, Expression,
    Failed, FailureKind, Hint, HintDone, HintLocation, HintNames, HintsLoaded, LoadHints, Memory,
    MissingLine, Ok, Operation, Operator, PythonException, Raised, ReadMemory, ReadScopes,
    ReferenceAccess, Register, Relocatable, ResolveName, ResolvedName, Scope, Scopes,
    SegmentLength, Start, Variable, WriteMemory,
};

/// Where `ap` and `fp` point in the execution segment.
pub(crate) const AP: u64 = 10;
pub(crate) const FP: u64 = 5;

/// The field's prime, 2**251 + 17 * 2**192 + 1.
pub(crate) fn prime() -> [u8; CELL_BYTES] {
    let mut bytes = [0; CELL_BYTES];
    (bytes[0], bytes[24], bytes[31]) = (1, 0x11, 0x08);
    bytes
}

pub(crate) fn start() -> Start {
    Start {
        protocol_version: *hint_proto::PROTOCOL_VERSIONS.end(),
        min_protocol_version: *hint_proto::PROTOCOL_VERSIONS.start(),
        prime: prime().to_vec().into(),
        segment_count: 2,
        ..Start::default()
    }
}

/// A builtin of a run, with the values that it has in the layout `small`.
pub(crate) fn builtin(name: &str, segment: i64) -> Builtin {
    Builtin {
        name: name.to_owned(),
        segment,
        included: true,
        ratio: Some(8),
        ratio_denominator: 1,
        range_check_parts: 8,
        ..Builtin::default()
    }
}

/// The line of its Cairo file in which the code of a hint starts: its bracket is in the one before.
pub(crate) const LINE: u32 = 11;

/// A hint in a Cairo file.
pub(crate) fn hint(id: u32, code: &str) -> Hint {
    Hint {
        id,
        language: "python".to_owned(),
        code: code.to_owned(),
        location: Some(HintLocation {
            filename: "main.cairo".to_owned(),
            start_line: LINE - 1,
            code_line: LINE,
        }),
    }
}

pub(crate) fn load<const N: usize>(codes: [&str; N]) -> Request {
    let hints = (0..).zip(codes).map(|(id, code)| hint(id, code)).collect();
    load_request(hints)
}

pub(crate) fn load_request(hints: Vec<Hint>) -> Request {
    Request::LoadHints(LoadHints {
        hints,
        ..LoadHints::default()
    })
}

pub(crate) fn loaded<const N: usize>(names: [&[&str]; N]) -> Response {
    let hints = (0..).zip(names).map(|(hint_id, names)| HintNames {
        hint_id,
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    });
    Response::HintsLoaded(HintsLoaded {
        hints: hints.collect(),
        ..HintsLoaded::default()
    })
}

/// The execution of a hint of whose memory the worker knows nothing but where the segments end.
pub(crate) fn execution(hint_id: u32) -> ExecuteHint {
    ExecuteHint {
        hint_id,
        pc: Some(address(0, 4)),
        ap: Some(address(1, AP as i64)),
        fp: Some(address(1, FP as i64)),
        current_step: 7,
        segment_count: 2,
        lengths: vec![length(1, AP)],
        ..ExecuteHint::default()
    }
}

pub(crate) fn execute(hint_id: u32) -> Request {
    Request::ExecuteHint(execution(hint_id))
}

pub(crate) fn address(segment: i64, offset: i64) -> Relocatable {
    Relocatable { segment, offset }
}

pub(crate) fn length(segment: i64, length: u64) -> SegmentLength {
    SegmentLength { segment, length }
}

pub(crate) fn felt(value: u64) -> Cell {
    let mut bytes = [0; CELL_BYTES];
    bytes[..8].copy_from_slice(&value.to_le_bytes());
    Cell::Felt(bytes)
}

/// The felt `-value`; the value is not 0.
pub(crate) fn minus(value: u8) -> Cell {
    let mut bytes = prime();
    // 1 - value borrows from the next byte that is not 0, unless the value is 1.
    if value > 1 {
        bytes[1..24].fill(0xff);
        bytes[24] -= 1;
    }
    bytes[0] = 1_u8.wrapping_sub(value);
    Cell::Felt(bytes)
}

pub(crate) fn pointer(segment: i64, offset: u64) -> Cell {
    Cell::Relocatable { segment, offset }
}

pub(crate) fn bytes(cells: &[Cell]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for cell in cells {
        cell.encode(&mut bytes);
    }
    bytes
}

pub(crate) fn run(segment: i64, offset: u64, cells: &[Cell]) -> CellRun {
    CellRun {
        segment,
        offset,
        values: bytes(cells).into(),
    }
}

pub(crate) fn nothing() -> Effects {
    Effects::default()
}

pub(crate) fn writes<const N: usize>(writes: [CellRun; N]) -> Effects {
    Effects {
        writes: writes.into(),
        ..Effects::default()
    }
}

/// The write of one cell at `ap`.
pub(crate) fn at_ap(cell: Cell) -> Effects {
    writes([run(1, AP, &[cell])])
}

pub(crate) fn done(effects: Effects) -> Response {
    Response::Done(HintDone {
        effects: Some(effects),
    })
}

/// An exception of a hint. The traceback is that of `frames` of the hint, each a line and a name.
pub(crate) fn raised_in(
    frames: &[(u32, &str)],
    class_path: &str,
    message: &str,
    effects: Effects,
) -> Failed {
    let mut traceback = match frames {
        [] => String::new(),
        _ => "Traceback (most recent call last):\n".to_owned(),
    };
    for (line, name) in frames {
        traceback += &format!("  File \"main.cairo\", line {line}, in {name}\n");
    }
    let shown = class_path.strip_prefix("builtins.").unwrap_or(class_path);
    traceback += &match message {
        "" => format!("{shown}\n"),
        message => format!("{shown}: {message}\n"),
    };
    Failed {
        kind: FailureKind::Exception.into(),
        message: message.to_owned(),
        effects: Some(effects),
        python: Some(PythonException {
            missing_lines: missing_lines(&traceback),
            traceback,
            class_path: class_path.to_owned(),
            exit_code: 0,
        }),
        ..Failed::default()
    }
}

/// The same exception, but for what Python says of it.
pub(crate) fn with_exception(
    mut failed: Failed,
    change: impl FnOnce(&mut PythonException),
) -> Failed {
    change(failed.python.get_or_insert_default());
    failed
}

/// The question to write a cell, whatever its rule says.
pub(crate) fn write_memory(cell: CellRun) -> Response {
    ask(Question::WriteMemory(WriteMemory {
        cell: Some(cell),
        keep_refused: true,
    }))
}

/// An exception in the first line of a hint's code, which did nothing before.
pub(crate) fn raised(class_path: &str, message: &str) -> Response {
    Response::Failed(raised_in(
        &[(LINE, "<module>")],
        class_path,
        message,
        nothing(),
    ))
}

pub(crate) fn ask(question: Question) -> Response {
    Response::Ask(Ask {
        question: Some(question),
    })
}

pub(crate) fn ask_memory(segment: i64, offset: u64, count: u64) -> Response {
    ask(Question::ReadMemory(ReadMemory {
        segment,
        offset,
        count,
    }))
}

pub(crate) fn answer(reply: Reply) -> Request {
    Request::Answer(Answer {
        answer: Some(reply),
    })
}

pub(crate) fn answer_ok() -> Request {
    answer(Reply::Ok(Ok {}))
}

pub(crate) fn answer_memory<const N: usize>(cells: [CellRun; N]) -> Request {
    answer(Reply::Memory(Memory {
        cells: cells.into(),
        ..Memory::default()
    }))
}

pub(crate) fn answer_raised(class_path: &str, message: &str) -> Request {
    answer(Reply::Raised(exception(class_path, message)))
}

pub(crate) fn exception(class_path: &str, message: &str) -> Raised {
    Raised {
        class_path: class_path.to_owned(),
        message: message.to_owned(),
    }
}

/// What `name` stands for in a hint.
pub(crate) fn definition(name: &str, access: Access) -> Definition {
    Definition {
        name: name.to_owned(),
        access: Some(access),
        ..Definition::default()
    }
}

pub(crate) fn node(node: Node) -> Expression {
    Expression { node: Some(node) }
}

pub(crate) fn constant(value: i64) -> Expression {
    node(Node::Constant(value.to_string()))
}

/// `register + offset`.
pub(crate) fn beside(register: Register, offset: i64) -> Expression {
    node(Node::Operation(Box::new(Operation {
        operator: Operator::Add.into(),
        left: Some(Box::new(node(Node::Register(register.into())))),
        right: Some(Box::new(constant(offset))),
    })))
}

/// The value in the cell at an address.
pub(crate) fn dereference(address: Expression) -> Expression {
    node(Node::Dereference(Box::new(Dereference {
        address: Some(Box::new(address)),
        ..Dereference::default()
    })))
}

/// A felt in the cell at an address, which hints may set.
pub(crate) fn variable(address: Expression) -> Access {
    Access::Reference(ReferenceAccess {
        get: Some(Get::Value(dereference(address.clone()))),
        set: Some(Set::Address(address)),
    })
}

pub(crate) fn read_scopes(max_text_bytes: u32) -> Request {
    Request::ReadScopes(ReadScopes {
        max_text_bytes,
        ..ReadScopes::default()
    })
}

/// Scopes with their variables: name, type and text.
pub(crate) fn scopes<const N: usize>(scopes: [&[[&str; 3]]; N]) -> Response {
    let variable = |[name, type_name, text]: &[&str; 3]| Variable {
        name: (*name).to_owned(),
        type_name: (*type_name).to_owned(),
        text: (*text).to_owned(),
        language: String::new(),
    };
    let scope = |variables: &[[&str; 3]]| Scope {
        variables: variables.iter().map(variable).collect(),
    };
    Response::Scopes(Scopes {
        scopes: scopes.into_iter().map(scope).collect(),
    })
}

/// A session with the builtin `range_check` in segment 2.
pub(crate) fn with_range_check() -> Start {
    Start {
        builtins: vec![builtin("range_check", 2)],
        segment_count: 3,
        ..start()
    }
}

/// The least felt that a range check refuses: 2**128.
pub(crate) fn out_of_range() -> Cell {
    let mut bytes = [0; CELL_BYTES];
    bytes[16] = 1;
    Cell::Felt(bytes)
}

/// The question for a name in the hint with the id 0.
pub(crate) fn resolve(scope: &str, name: &str) -> Question {
    Question::ResolveName(ResolveName {
        hint_id: 0,
        scope: scope.to_owned(),
        name: name.to_owned(),
    })
}

/// Its answer.
pub(crate) fn resolved(name: &str, access: Access) -> Request {
    answer(Reply::ResolvedName(ResolvedName {
        definition: Some(definition(name, access)),
        structs: vec![],
    }))
}

/// The places below the frames of Cairo files, none of which is there to be read.
pub(crate) fn missing_lines(traceback: &str) -> Vec<MissingLine> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in traceback.split_inclusive('\n') {
        at += line.len();
        let Some((filename, rest)) = line
            .strip_prefix("  File \"")
            .and_then(|rest| rest.split_once("\", line "))
        else {
            continue;
        };
        if filename.ends_with(".cairo") {
            let number = rest.split([',', '\n']).next().unwrap();
            found.push(MissingLine {
                at: at as u32,
                filename: filename.to_owned(),
                line: number.parse().unwrap(),
            });
        }
    }
    found
}
