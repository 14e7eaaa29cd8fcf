//! The deadline of a hint is the host's to watch. What the worker owes it: a word before a debugger takes the
//! terminal, and a process that can be ended in the middle of anything.

use std::time::Duration;

use hint_proto::v1::Debugger;
use hint_proto::v1::ask::Question;
use hint_proto::v1::session_response::Message as Response;

use crate::dialogue::{Line, load_one, play, quiet_end, started};
use crate::host::Worker;
use crate::messages::{answer_ok, ask, done, execute, load, nothing, start};
use Line::{Host as Says, Loaded, Worker as Hears};

#[test]
fn a_debugger_is_announced() {
    let debugger = || ask(Question::Debugger(Debugger {}));
    play([(
        "two hints with a debugger, one without",
        vec![
            Says(load(["import bdb; bdb.Bdb()", "import bdb"])),
            Loaded,
            Says(execute(0)),
            Hears(debugger()),
            Says(answer_ok()),
            Hears(done(nothing())),
            Says(execute(1)),
            Hears(done(nothing())),
            Says(execute(0)),
            Hears(debugger()),
            Says(answer_ok()),
            Hears(done(nothing())),
        ],
    )]);
}

/// `breakpoint()` says so before anything else. Here nobody could talk to the debugger.
#[test]
fn a_breakpoint_is_announced() {
    let mut host = started(start());
    load_one(&mut host, "breakpoint()");
    let mut response = host.exchange(execute(0));
    assert_eq!(response, ask(Question::Debugger(Debugger {})));
    while response == ask(Question::Debugger(Debugger {})) {
        response = host.exchange(answer_ok());
    }
    let Response::Failed(failed) = response else {
        panic!("a debugger without a terminal: {response:?}");
    };
    assert!(
        failed.message.starts_with("a debugger needs a terminal"),
        "{failed:?}"
    );
    assert_eq!(host.worker.stdout(), "");
    assert_eq!(host.close(), quiet_end());
}

/// A hint that is late says nothing until it is done, and the worker can be killed all the while.
#[test]
fn a_late_hint_is_waited_for_or_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (go, running) = (folder.path().join("go"), folder.path().join("running"));
    let code = format!(
        "import os, time\nopen({running:?}, 'w').close()\n\
         while not os.path.exists({go:?}): time.sleep(0.001)"
    );
    let mut host = started(start());
    load_one(&mut host, &code);
    host.link.send(execute(0));
    host.link.wait_for(&running);
    assert_eq!(host.link.receive_within(Duration::from_millis(50)), None);
    std::fs::write(&go, "").unwrap();
    assert!(matches!(host.link.receive(), Some(Response::Done(_))));

    std::fs::remove_file(&go).unwrap();
    std::fs::remove_file(&running).unwrap();
    host.link.send(execute(0));
    host.link.wait_for(&running);
    host.worker.kill();
    assert_eq!(host.link.receive(), None);
    let ended = host.worker.ended();
    assert_eq!((ended.signal, ended.stderr.as_str()), (Some(9), ""));
}

/// The tie to the host is the kernel's: no hint can hold a worker whose host is gone. Here the host is a
/// thread.
#[test]
fn no_hint_outlives_its_host() {
    for code in [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import time; time.sleep(1000)",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let running = folder.path().join("running");
        let code = format!("open({running:?}, 'w').close()\n{code}");
        let host = std::thread::spawn(move || {
            let mut host = started(start());
            load_one(&mut host, &code);
            host.link.send(execute(0));
            host.link.wait_for(&running);
            host
        });
        // The link stays open: the thread alone is what ends.
        let mut host = host.join().unwrap();
        let ended = host.worker.ended();
        assert_eq!((ended.signal, ended.stderr.as_str()), (Some(9), ""));
    }
}

/// A worker whose host ended before the tie was made ends itself.
#[test]
fn a_worker_of_another_parent_ends() {
    let (mut worker, _socket) = Worker::start_for("1", &[]);
    let ended = worker.ended();
    assert_eq!(ended.code, Some(1));
    assert_eq!(
        ended.stderr,
        "error: the host with process id `1` is gone\n"
    );
}
