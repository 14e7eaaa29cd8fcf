//! Requests that a host may not make: the worker says why, and ends.

use hint_proto::v1::definition::Access;
use hint_proto::v1::expression::Node;
use hint_proto::v1::reference_access::{Get, Set};
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{
    Answer, CallRule, CellRun, Definition, Dereference, EndRun, ExecuteHint, Expression,
    MemberKind, Operation, ReferenceAccess, ScopeChange, Start, StructDefinition, StructMember,
    StructReference,
};

use crate::dialogue::{quiet_end, started};
use crate::host::{Ended, Host};
use crate::messages::{
    address, answer_ok, constant, definition, exception, execute, execution, felt, hint, load,
    load_request, loaded, node, read_scopes, run, start,
};

/// How a worker ends that refuses to go on.
fn refused(message: &str) -> Ended {
    Ended {
        code: Some(1),
        signal: None,
        stderr: format!("error: {message}\n"),
    }
}

#[track_caller]
fn refuses(mut host: Host, request: Request, message: &str) {
    let shown = format!("{request:.300?}");
    host.link.send(request);
    assert_eq!(host.link.receive(), None, "{shown}");
    assert_eq!(host.link.status(), message, "{shown}");
    assert_eq!(host.worker.ended(), refused(message), "{shown}");
}

#[test]
fn requests_out_of_order() {
    let unopened = "the host sent a request before `start`";
    for request in [
        load([]),
        execute(0),
        Request::CallRule(CallRule::default()),
        Request::EndRun(EndRun::default()),
        read_scopes(1),
    ] {
        refuses(Host::connect(), request, unopened);
    }
    let unasked = "the host sent `answer` where it may not";
    refuses(Host::connect(), answer_ok(), unasked);
    refuses(started(start()), answer_ok(), unasked);
    refuses(
        started(start()),
        Request::Answer(Answer { answer: None }),
        unasked,
    );
    refuses(
        started(start()),
        Request::Start(start()),
        "the host sent `start` where it may not",
    );
}

/// Whoever shares no version is told which there are, and may try again.
#[test]
fn another_version() {
    let mut host = Host::connect();
    for (lowest, highest) in [
        (0, 0),
        (0, 1),
        (1, 1),
        (3, 3),
        (3, u32::MAX),
        (u32::MAX, u32::MAX),
    ] {
        let request = Request::Start(Start {
            protocol_version: highest,
            min_protocol_version: lowest,
            ..start()
        });
        let Response::Started(started) = host.exchange(request) else {
            panic!("no answer to the versions {lowest} to {highest}");
        };
        let versions = started.min_protocol_version..=started.protocol_version;
        assert_eq!(versions, hint_proto::PROTOCOL_VERSIONS);
        assert!(started.languages.is_empty());
    }
    for (lowest, highest) in [(0, 2), (2, 2), (1, 3), (0, 2)] {
        let mut host = Host::connect();
        let request = Request::Start(Start {
            protocol_version: highest,
            min_protocol_version: lowest,
            ..start()
        });
        let Response::Started(started) = host.exchange(request) else {
            panic!("no session in the versions {lowest} to {highest}");
        };
        assert_eq!(started.languages[0], "python");
    }
    refuses(host, load([]), "the host sent a request before `start`");
}

/// Loads the hint `pass`, then executes something malformed.
#[track_caller]
fn refuses_execution(change: impl FnOnce(&mut ExecuteHint), message: &str) {
    let mut host = started(start());
    assert_eq!(host.exchange(load(["pass"])), loaded([&[]]));
    let mut request = execution(0);
    change(&mut request);
    let message = format!("the hint engine failed: {message}");
    refuses(host, Request::ExecuteHint(request), &message);
}

#[test]
fn executions_without_their_parts() {
    let missing = "ValueError: the host sent no register";
    refuses_execution(|request| request.pc = None, missing);
    refuses_execution(|request| request.ap = None, missing);
    refuses_execution(|request| request.fp = None, missing);
    refuses_execution(|request| request.hint_id = 1, "KeyError: 1");
    refuses(
        started(start()),
        Request::CallRule(CallRule::default()),
        &format!("the hint engine failed: {missing}"),
    );
}

#[test]
fn scopes_that_cannot_be_left() {
    refuses_execution(
        |request| {
            request.scopes = Some(ScopeChange {
                left: 1,
                entered: 1,
            });
        },
        "AssertionError: Cannot exit main scope.",
    );
}

#[test]
fn malformed_cells() {
    let message = "ValueError: the host sent a malformed cell";
    let cells = |values: Vec<u8>| CellRun {
        segment: 1,
        offset: 0,
        values: values.into(),
    };
    // Of no kind; an address with something behind it; an empty cell that is not all ones; cut short.
    let mut padded = vec![0; 32];
    (padded[31], padded[20]) = (0x80, 1);
    let mut half_empty = vec![0; 32];
    half_empty[31] = 0xff;
    for values in [vec![0x81; 32], padded, half_empty, vec![0; 31], vec![0; 33]] {
        refuses_execution(|request| request.cells = vec![cells(values)], message);
    }
    refuses_execution(
        |request| request.cells = vec![run(1, u64::MAX, &[felt(1)])],
        message,
    );
    let mut host = started(start());
    host.link.send(Request::CallRule(CallRule {
        address: Some(address(1, 0)),
        cells: vec![cells(vec![0x81; 32])],
        ..CallRule::default()
    }));
    assert_eq!(host.link.receive(), None);
    let expected = refused(&format!("the hint engine failed: {message}"));
    assert_eq!(host.worker.ended(), expected);
}

fn value(value: Expression) -> Access {
    Access::Reference(ReferenceAccess {
        get: Some(Get::Value(value)),
        set: Some(Set::SetRaised(exception("builtins.TypeError", "no"))),
    })
}

/// A dereference in a dereference in a ..., so many.
fn nested(depth: u32) -> Expression {
    (0..depth).fold(constant(1), |inner, _| {
        node(Node::Dereference(Box::new(Dereference {
            address: Some(Box::new(inner)),
            ..Dereference::default()
        })))
    })
}

fn operation(operator: i32) -> Expression {
    node(Node::Operation(Box::new(Operation {
        operator,
        left: Some(Box::new(constant(1))),
        right: Some(Box::new(constant(1))),
    })))
}

#[test]
fn malformed_definitions() {
    let none = Expression { node: None };
    let reference = |get, set| Access::Reference(ReferenceAccess { get, set });
    let raised = || Some(Get::GetRaised(exception("builtins.TypeError", "no")));
    let lonely = node(Node::Dereference(Box::default()));
    let half = node(Node::Operation(Box::new(Operation {
        operator: 1,
        left: Some(Box::new(constant(1))),
        right: None,
    })));
    for (access, what) in [
        (None, "definition"),
        (Some(reference(None, None)), "reference"),
        (Some(reference(raised(), None)), "reference"),
        (
            Some(reference(
                Some(Get::StructReference(StructReference::default())),
                None,
            )),
            "reference",
        ),
        (Some(value(none)), "expression"),
        (Some(value(lonely)), "expression"),
        (Some(value(half)), "expression"),
        (Some(value(node(Node::Register(0)))), "register"),
        (Some(value(node(Node::Register(3)))), "register"),
        (Some(value(operation(0))), "operator"),
        (Some(value(operation(5))), "operator"),
    ] {
        let malformed = Definition {
            access,
            ..definition("n", Access::Constant("1".to_owned()))
        };
        refuses_execution(
            |request| request.definitions = vec![malformed],
            &format!("ValueError: the host sent a malformed {what}"),
        );
    }
    let not_a_number = Access::Constant("1.5".to_owned());
    refuses_execution(
        |request| request.definitions = vec![definition("n", not_a_number)],
        "ValueError: invalid literal for int() with base 10: '1.5'",
    );
}

#[test]
fn malformed_structs() {
    for kind in [MemberKind::Unspecified.into(), 9] {
        let point = StructDefinition {
            full_name: "main.Point".to_owned(),
            size: 1,
            members: vec![StructMember {
                name: "x".to_owned(),
                kind,
                ..StructMember::default()
            }],
        };
        refuses_execution(
            |request| request.structs = vec![point],
            "ValueError: the host sent a malformed struct",
        );
    }
}

/// Protobuf takes no message that is nested so deeply that its conversion could use up the stack; what it
/// takes is converted.
#[test]
fn deep_expressions() {
    let deep = |depth| ExecuteHint {
        definitions: vec![definition("n", value(nested(depth)))],
        ..execution(0)
    };
    let mut host = started(start());
    assert_eq!(host.exchange(load(["pass"])), loaded([&[]]));
    let response = host.exchange(Request::ExecuteHint(deep(30)));
    assert!(matches!(response, Response::Done(_)), "{response:?}");
    host.link.send(Request::ExecuteHint(deep(400)));
    assert_eq!(host.link.receive(), None);
    let ended = host.worker.ended();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.stderr.starts_with("error: the session failed: `"),
        "{ended:?}"
    );
}

/// A message without content is not one: the worker waits for the next.
#[test]
fn empty_messages_are_passed_over() {
    let mut host = started(start());
    host.link.send(None);
    host.link.send(None);
    assert_eq!(host.exchange(load(["pass"])), loaded([&[]]));
    assert_eq!(host.close(), quiet_end());
}

/// A hint that comes again takes the place of the earlier one.
#[test]
fn an_id_that_is_there_already() {
    let mut host = started(start());
    assert_eq!(host.exchange(load(["1 / 0"])), loaded([&[]]));
    assert_eq!(
        host.exchange(load_request(vec![hint(0, "pass")])),
        loaded([&[]])
    );
    let response = host.exchange(execute(0));
    assert!(matches!(response, Response::Done(_)), "{response:?}");
    assert_eq!(host.close(), quiet_end());
}
