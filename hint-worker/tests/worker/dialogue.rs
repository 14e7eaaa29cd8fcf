//! Owns the play of a case: what host and worker say in turn. Must not know how a worker is reached.

use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{Effects, ExecuteHint, Start};

use crate::host::{Ended, Host};
use crate::messages::{execute, execution, hint, load, load_request, start};

/// What one side says.
pub(crate) enum Line {
    /// The host says this.
    Host(Request),
    /// The worker must say this.
    Worker(Response),
    /// The worker must say that hints are loaded, whatever names are in them.
    Loaded,
}

use Line::{Host as Says, Loaded, Worker as Hears};

/// How a worker ends that has nothing to complain about.
pub(crate) fn quiet_end() -> Ended {
    Ended {
        code: Some(0),
        signal: None,
        stderr: String::new(),
    }
}

/// Opens a session.
#[track_caller]
pub(crate) fn started(start: Start) -> Host {
    let mut host = Host::connect();
    match host.exchange(Request::Start(start)) {
        Response::Started(_) => host,
        other => panic!("the session does not start: {other:?}"),
    }
}

/// A response without what differs from run to run.
pub(crate) fn comparable(mut response: Response) -> Response {
    let effects: Option<&mut Effects> = match &mut response {
        Response::Done(done) => done.effects.as_mut(),
        Response::Failed(failed) => failed.effects.as_mut(),
        _ => None,
    };
    if let Some(effects) = effects {
        assert!(effects.hint_nanos > 0, "a hint that took no time");
        effects.hint_nanos = 0;
    }
    response
}

/// Plays each case, which has a name, in a session of its own. Afterwards the worker must end well.
#[track_caller]
pub(crate) fn play<const N: usize>(cases: [(&str, Vec<Line>); N]) {
    for (name, lines) in cases {
        play_one(name, start(), lines);
    }
}

/// Plays one case in a session that starts like this.
#[track_caller]
pub(crate) fn play_one(name: &str, start: Start, lines: Vec<Line>) {
    let mut host = started(start);
    for (number, line) in (1..).zip(lines) {
        let expected = match line {
            Says(request) => {
                host.link.send(request);
                continue;
            }
            Hears(expected) => Some(expected),
            Loaded => None,
        };
        let Some(response) = host.link.receive() else {
            let ended = host.worker.ended();
            panic!("`{name}`, line {number}: the worker ended: {ended:?}");
        };
        match expected {
            Some(expected) => assert_eq!(
                comparable(response),
                expected,
                "what the worker says (left) in `{name}`, line {number}"
            ),
            None => assert!(
                matches!(response, Response::HintsLoaded(_)),
                "`{name}`, line {number}: {response:?}"
            ),
        }
    }
    assert_eq!(host.close(), quiet_end(), "the worker's end in `{name}`");
}

/// Runs each hint in a session of its own, in which it is the only one, and compares the response.
#[track_caller]
pub(crate) fn run_each<const N: usize>(start: &Start, hints: [(&str, Response); N]) {
    for (code, expected) in hints {
        let mut host = started(start.clone());
        load_one(&mut host, code);
        assert_eq!(
            comparable(host.exchange(execute(0))),
            expected,
            "what the worker says (left) to the hint `{code}`"
        );
        assert_eq!(host.close(), quiet_end(), "the worker's end after `{code}`");
    }
}

/// Loads a hint, runs it, and goes on with these lines.
#[track_caller]
pub(crate) fn run_with(start: Start, code: &str, lines: impl IntoIterator<Item = Line>) {
    let execution = ExecuteHint {
        segment_count: start.segment_count,
        ..execution(0)
    };
    let mut all = vec![
        Says(load([code])),
        Loaded,
        Says(Request::ExecuteHint(execution)),
    ];
    all.extend(lines);
    play_one(code, start, all);
}

/// Loads a hint with the id 0.
#[track_caller]
pub(crate) fn load_one(host: &mut Host, code: &str) {
    let hints = vec![hint(0, code)];
    match host.exchange(load_request(hints)) {
        Response::HintsLoaded(_) => {}
        other => panic!("`{code}` does not load: {other:?}"),
    }
}
