//! `Start`: what the worker says about itself, and what the inputs of a session become.

use std::process::Command;

use hint_proto::cell::Cell;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{Failed, FailureKind, PythonException, PythonInputs, Start, Started};

use crate::dialogue::{Line, play_one, quiet_end, run_each};
use crate::host::{Host, Worker, module};
use crate::messages::{
    at_ap, builtin, done, felt, load, loaded, pointer, read_scopes, scopes, start,
};
use Line::{Host as Says, Worker as Hears};

#[test]
fn the_worker_says_who_it_is() {
    let output = Command::new(env!("CARGO_BIN_EXE_hint-worker"))
        .arg("--describe")
        .output()
        .unwrap();
    let described = String::from_utf8(output.stdout).unwrap();
    let mut host = Host::connect();
    let id = host.worker.id();
    let Response::Started(started) = host.exchange(Request::Start(start())) else {
        panic!("no session");
    };
    let python = started.python.clone().unwrap();
    let expected = Started {
        protocol_version: *hint_proto::PROTOCOL_VERSIONS.end(),
        min_protocol_version: *hint_proto::PROTOCOL_VERSIONS.start(),
        process_id: id,
        ..started.clone()
    };
    assert_eq!(started, expected);
    assert_eq!(started.languages[0], "python");
    for said in [
        format!("\"version\": \"{}\"", python.version),
        format!("\"executable\": \"{}\"", python.executable),
    ] {
        assert!(described.contains(&said), "{said} is not in {described}");
    }
    assert_eq!(host.close(), quiet_end());
}

fn python(start: &mut Start) -> &mut PythonInputs {
    start.python.get_or_insert_default()
}

#[test]
fn inputs_become_variables() {
    let with = |change: fn(&mut Start)| {
        let mut start = start();
        change(&mut start);
        start
    };
    for (name, start, variables) in [
        (
            "nothing is given",
            start(),
            &[["program_input", "dict", "{}"]][..],
        ),
        (
            "program input",
            with(|start| start.program_input_json = "[1, {\"a\": null}]".to_owned()),
            &[["program_input", "list", "[1, {'a': None}]"]],
        ),
        (
            "hint locals",
            with(|start| {
                python(start).hint_locals_json = "{\"n\": 3, \"program_input\": 4}".to_owned()
            }),
            &[["program_input", "int", "4"], ["n", "int", "3"]],
        ),
        (
            "static locals are no variables of a scope",
            with(|start| python(start).static_locals_json = "{\"n\": 3}".to_owned()),
            &[["program_input", "dict", "{}"]],
        ),
        (
            "a syscall handler",
            with(|start| python(start).syscall_handler = "types:SimpleNamespace".to_owned()),
            &[
                ["program_input", "dict", "{}"],
                ["syscall_handler", "SimpleNamespace", "namespace()"],
            ],
        ),
    ] {
        let lines = vec![Says(read_scopes(1000)), Hears(scopes([variables]))];
        play_one(name, start, lines);
    }
}

#[test]
fn hints_see_the_session() {
    let till = "class Till:\n    price = 11\ndef given(program_input): return dict(given=program_input['n'] + Till.price)\n";
    let folder = module("till", till);
    let start = Start {
        builtins: vec![builtin("range_check", 2), builtin("bitwise", 3)],
        program_input_json: "{\"n\": 2}".to_owned(),
        python: Some(PythonInputs {
            static_locals_json: "{\"n\": 3}".to_owned(),
            syscall_handler: "till:Till".to_owned(),
            hint_locals_callable: "till:given".to_owned(),
            import_paths: vec![folder.path().display().to_string()],
            ..PythonInputs::default()
        }),
        segment_count: 4,
        ..start()
    };
    run_each(
        &start,
        [
            ("memory[ap] = n", done(at_ap(felt(3)))),
            (
                "import till; memory[ap] = till.Till.price",
                done(at_ap(felt(11))),
            ),
            ("memory[ap] = syscall_handler.price", done(at_ap(felt(11)))),
            ("memory[ap] = given", done(at_ap(felt(13)))),
            (
                "memory[ap] = bitwise_builtin.base",
                done(at_ap(pointer(3, 0))),
            ),
            (
                "memory[ap] = builtin_runners['range_check_builtin'].bound >> 64",
                done(at_ap(Cell::Felt({
                    let mut bytes = [0; 32];
                    bytes[8] = 1;
                    bytes
                }))),
            ),
        ],
    );
}

#[test]
fn inputs_that_cannot_be_used_fail_the_start_and_no_more() {
    let failed = |class_path: &str, message: &str| Failed {
        kind: FailureKind::Exception.into(),
        message: message.to_owned(),
        python: Some(PythonException {
            class_path: class_path.to_owned(),
            ..PythonException::default()
        }),
        ..Failed::default()
    };
    let inputs: [(fn(&mut Start), Failed); 10] = [
        (
            |start| start.program_input_json = "{".to_owned(),
            failed(
                "json.decoder.JSONDecodeError",
                "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
            ),
        ),
        (
            |start| python(start).hint_locals_json = "[]".to_owned(),
            failed(
                "builtins.ValueError",
                "the JSON text of `hint_locals` must be an object",
            ),
        ),
        (
            |start| python(start).static_locals_json = "{\"segments\": 1}".to_owned(),
            failed(
                "builtins.ValueError",
                "a static local cannot be named `segments`",
            ),
        ),
        (
            |start| python(start).syscall_handler = "till".to_owned(),
            failed(
                "builtins.ValueError",
                "the syscall handler is written `module:callable`, not `till`",
            ),
        ),
        (
            |start| python(start).syscall_handler = "no_such_module:Till".to_owned(),
            failed(
                "builtins.ModuleNotFoundError",
                "no module `no_such_module` for the syscall handler `no_such_module:Till`",
            ),
        ),
        (
            |start| python(start).syscall_handler = "types:SimpleNamespace.nothing".to_owned(),
            failed(
                "builtins.AttributeError",
                "type object 'types.SimpleNamespace' has no attribute 'nothing': the syscall handler \
                 `types:SimpleNamespace.nothing`\n\
                 hint: write `module:callable`, with a module that hints could import",
            ),
        ),
        (
            |start| python(start).hint_locals_callable = "os.path".to_owned(),
            failed(
                "builtins.ValueError",
                "the hint locals are written `module:callable`, not `os.path`",
            ),
        ),
        (
            |start| python(start).hint_locals_callable = "os:sep".to_owned(),
            failed(
                "builtins.TypeError",
                "the hint locals `os:sep` are no callable but a `str`\n\
                 hint: write `module:callable`, with a module that hints could import",
            ),
        ),
        (
            |start| python(start).hint_locals_callable = "os:getcwd".to_owned(),
            failed(
                "builtins.TypeError",
                "the hint locals `os:getcwd` are no dict but a `str`\n\
                 hint: return a dict of the variables by their names",
            ),
        ),
        (
            |start| python(start).hint_locals_callable = "shutil:copyfile".to_owned(),
            failed(
                "builtins.TypeError",
                "the hint locals `shutil:copyfile` take the arguments `src`, `dst`\n\
                 hint: take none, or `program_input` alone",
            ),
        ),
    ];
    for (change, expected) in inputs {
        let mut wrong = start();
        change(&mut wrong);
        let mut host = Host::connect();
        let Response::Failed(mut failed) = host.exchange(Request::Start(wrong)) else {
            panic!("the session starts in spite of {expected:?}");
        };
        let traceback = std::mem::take(&mut failed.python.as_mut().unwrap().traceback);
        assert_eq!(failed, expected);
        assert!(
            traceback.ends_with(&format!("{}\n", expected.message)),
            "{traceback}"
        );
        // Nothing of it is left: the session can be started as it should be.
        assert!(matches!(
            host.exchange(Request::Start(start())),
            Response::Started(_)
        ));
        assert_eq!(host.exchange(load(["pass"])), loaded([&[]]));
        assert_eq!(host.close(), quiet_end());
    }
}

#[test]
fn an_environment_that_does_not_fit_is_refused_before_the_session() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let (mut worker, _socket) = Worker::start(&["--python-env", &path]);
    let ended = worker.ended();
    assert_eq!(ended.code, Some(78));
    let message = format!(
        "error: `{path}` is not a virtual environment: it has no `pyvenv.cfg`\nhint: create one with"
    );
    assert!(ended.stderr.starts_with(&message), "{}", ended.stderr);
}
