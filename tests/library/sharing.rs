//! Variables that a host shares with hints in Python, through a session with a real worker.

use std::sync::Arc;

use cairo_vm::types::layout_name::LayoutName;
use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;
use hint_tests::binaries;
use serde_json::json;
use vm_host::hint::{
    Handover, HintError, HintSession, Limits, Peer, Ran, Report, Reported, RunState, SessionInputs,
    SharedValue, Told, Variables,
};
use vm_host::program::CompiledProgram;
use vm_host::worker::{Link, Profile, Sandbox, Spawner, WorkerOptions};

/// What hints in the host would stand in for: Python's own, a module in C, one in Python.
const RELIED_ON: [&str; 3] = ["builtins:len", "math:gcd", "textwrap:dedent"];

/// A program of these hints, which no step runs.
fn program(codes: &[&str]) -> String {
    let tracking = json!({ "group": 0, "offset": 0 });
    let hint = |code: &&str| {
        json!({
            "code": code, "accessible_scopes": ["__main__", "__main__.main"],
            "flow_tracking_data": { "ap_tracking": tracking, "reference_ids": {} },
        })
    };
    json!({
        "prime": "0x800000000000011000000000000000000000000000000000000000000000001",
        "builtins": [], "data": ["0x208b7fff7fff7ffe"], "main_scope": "__main__",
        "identifiers": { "__main__.main": { "type": "function", "pc": 0, "decorators": [] } },
        "reference_manager": { "references": [] },
        "hints": { "0": codes.iter().map(hint).collect::<Vec<_>>() },
        "attributes": [], "compiler_version": "0.14.0.1", "debug_info": null,
    })
    .to_string()
}

/// Runs the hints one after the other, each with what it is handed; what was told after each.
fn run(hints: Vec<(&str, Handover)>) -> Vec<Result<Told, HintError>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let codes: Vec<&str> = hints.iter().map(|(code, _)| *code).collect();
        let json = program(&codes);
        let compiled = Arc::new(CompiledProgram::from_json(json.as_bytes()).unwrap());
        let vm_program = compiled.cairo_vm_program(None).unwrap();
        let layout = LayoutName::plain;
        let mut runner = CairoRunner::new(&vm_program, layout, None, false, false, false).unwrap();
        runner.initialize(false).unwrap();
        let options = WorkerOptions {
            binary: binaries::hint_worker(),
            python_env: None,
            // Its hints read no files but those of modules, which also say what a function must be.
            sandbox: Sandbox {
                profile: Profile::Contained,
                ..Sandbox::default()
            },
        };
        let spawner = Spawner::start(options, Vec::new()).unwrap();
        let (process, socket) = spawner.spawn(None).await.unwrap();
        let link = Link::open(socket).await.unwrap();
        let peer = Peer::Worker { link, process };
        let inputs = SessionInputs {
            relied_on: RELIED_ON.map(str::to_owned).to_vec(),
            ..SessionInputs::default()
        };
        let base = Relocatable::from((0, 0));
        let text = json.as_bytes().into();
        let mut state = RunState::new((compiled, base, text), Limits::default());
        let vm = &mut runner.vm;
        let session = HintSession::start((0, peer), &inputs, Vec::new(), &mut state, vm);
        let mut session = session.await.unwrap();
        let ids = 0..codes.len() as u32;
        session.load(vm, &mut state, ids).await.unwrap();
        let mut told = Vec::new();
        for (id, (_, handover)) in (0..).zip(hints) {
            session.hand_over(handover);
            told.push(match session.execute(vm, &mut state, id).await {
                Ok(Ran::Done(told)) => Ok(told),
                Ok(Ran::Declined { reason, .. }) => panic!("{reason}"),
                Err(error) => Err(error),
            });
        }
        told
    })
}

fn asks(depth: usize, names: &[&str]) -> Handover {
    Handover {
        report: Some(Report {
            depth,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            all_scopes: false,
            tampering: true,
        }),
        ..Handover::default()
    }
}

fn integer(value: i64) -> SharedValue {
    SharedValue::Integer(value.into())
}

#[test]
fn what_is_handed_over_comes_back() {
    let SharedValue::Integer(three) = integer(-3) else {
        unreachable!()
    };
    let imports = RELIED_ON.map(|path| {
        let (module, name) = path.split_once(':').unwrap();
        SharedValue::Import {
            module: module.to_owned(),
            name: name.to_owned(),
        }
    });
    let values = [
        SharedValue::None,
        SharedValue::Boolean(true),
        SharedValue::Integer(three << 2000),
        SharedValue::Text("a\"\n\u{1f600}".to_owned()),
        SharedValue::Address(Relocatable::from((-2, 7))),
        SharedValue::Tuple(vec![integer(0), SharedValue::Tuple(Vec::new())]),
        SharedValue::Tuple(imports.to_vec()),
    ];
    let names: Vec<String> = (0..values.len()).map(|index| format!("x{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut variables = Variables::default();
    for (name, value) in names.iter().zip(&values) {
        variables.set(0, name, value);
    }
    let handover = Handover {
        variables_json: variables.into_json(),
        ..asks(1, &names)
    };
    let mut told = run(vec![("pass", handover)]);
    let told = told.remove(0).unwrap();
    assert_eq!(told.tampered, None);
    let expected = names.iter().zip(values);
    let expected = expected.map(|(name, value)| (0, (*name).to_owned(), Reported::Value(value)));
    assert_eq!(told.variables, Some(expected.collect()));
}

#[test]
fn hints_on_both_sides_share_their_variables() {
    let mut variables = Variables::default();
    let list = variables.list();
    variables.fill(list, &[integer(1), SharedValue::List(list)]);
    variables.set(0, "a", &SharedValue::List(list));
    variables.set(0, "b", &SharedValue::List(list));
    variables.set(0, "n", &integer(5));
    let first = Handover {
        variables_json: variables.into_json(),
        ..asks(1, &["a", "n", "m"])
    };
    let mut variables = Variables::default();
    variables.delete(0, "n");
    variables.set(1, "k", &integer(8));
    let second = Handover {
        variables_json: variables.into_json(),
        ..asks(2, &["k", "n"])
    };
    let told = run(vec![
        (
            "assert a is b and a[1] is a; n += a[0]; m = (n, b); vm_enter_scope({'n': n})",
            first,
        ),
        (
            "import math; math.gcd = len; k += n; vm_exit_scope()",
            second,
        ),
        (
            "assert 'n' not in globals(); x = undefined",
            asks(1, &["x"]),
        ),
    ]);
    let [first, second, third] = <[_; 3]>::try_from(told).unwrap();
    let named = |depth, name: &str, reported| (depth, name.to_owned(), reported);
    let first = first.unwrap();
    assert_eq!(
        first.variables,
        Some(vec![
            named(0, "a", Reported::Elsewhere),
            named(0, "n", Reported::Value(integer(6))),
            named(0, "m", Reported::Elsewhere),
            named(1, "a", Reported::Absent),
            named(1, "n", Reported::Value(integer(6))),
            named(1, "m", Reported::Absent),
        ])
    );
    assert_eq!(first.tampered, None);
    // It left its scope.
    let second = second.unwrap();
    assert_eq!(second.variables, Some(Vec::new()));
    assert_eq!(second.tampered.as_deref(), Some("math:gcd"));
    assert!(matches!(third, Err(HintError::Raised(_))), "{third:?}");
}
