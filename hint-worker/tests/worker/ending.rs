//! The end of the link, from either side and at any time.

use std::io::Write as _;

use hint_proto::v1::ask::Question;
use hint_proto::v1::session_response::Message as Response;

use crate::dialogue::{load_one, quiet_end, started};
use crate::host::{Ended, Host, Worker};
use crate::messages::{address, ask, execute, start};

/// A host that closes the session between two requests is done with it: no error.
#[test]
fn a_host_may_close_between_requests() {
    assert_eq!(Host::connect().close(), quiet_end());
    assert_eq!(started(start()).close(), quiet_end());
    let mut host = started(start());
    load_one(&mut host, "pass");
    assert!(matches!(host.exchange(execute(0)), Response::Done(_)));
    assert_eq!(host.close(), quiet_end());
}

/// In the middle of a question nobody answers: the hint gets an exception, which nobody waits for.
#[test]
fn a_host_that_closes_before_it_answers() {
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen");
    let mut host = started(start());
    load_one(
        &mut host,
        &format!(
            "try: is_accessed(fp)\n\
             except ConnectionError as error: open({seen:?}, 'w').write(str(error)); raise"
        ),
    );
    assert_eq!(
        host.exchange(execute(0)),
        ask(Question::IsAccessed(address(1, 5)))
    );
    host.link.finish();
    host.link.receive();
    assert_eq!(host.worker.ended(), quiet_end());
    let seen = std::fs::read_to_string(seen).unwrap();
    assert_eq!(seen, "the host closed the session");
}

/// A host that goes without a word: the worker says so, whatever it was doing, and ends.
#[test]
fn a_host_that_vanishes() {
    let lost = |ended: Ended| {
        assert_eq!((ended.code, ended.signal), (Some(1), None), "{ended:?}");
        assert!(
            ended.stderr.starts_with("error: the session failed: `")
                || ended.stderr == "error: the host closed the session\n",
            "{ended:?}"
        );
    };
    lost(started(start()).vanish());

    let mut asking = started(start());
    load_one(&mut asking, "is_accessed(fp)");
    asking.exchange(execute(0));
    lost(asking.vanish());

    let folder = tempfile::tempdir().unwrap();
    let (go, running) = (folder.path().join("go"), folder.path().join("running"));
    let mut busy = started(start());
    let code = format!(
        "import os, time\nopen({running:?}, 'w').close()\n\
         while not os.path.exists({go:?}): time.sleep(0.001)"
    );
    load_one(&mut busy, &code);
    busy.link.send(execute(0));
    busy.link.wait_for(&running);
    std::fs::write(&go, "").unwrap();
    lost(busy.vanish());
}

/// A hint that ends the process ends the link with it.
#[test]
fn a_hint_may_end_the_process() {
    for (code, expected, signal) in [
        ("import os; os._exit(0)", Some(0), None),
        ("import os; os._exit(7)", Some(7), None),
        ("import os; os.abort()", None, Some(6)),
        ("import os; os.kill(os.getpid(), 15)", None, Some(15)),
    ] {
        let mut host = started(start());
        load_one(&mut host, code);
        host.link.send(execute(0));
        assert_eq!(host.link.receive(), None, "`{code}`");
        let ended = host.worker.ended();
        assert_eq!((ended.code, ended.signal), (expected, signal), "`{code}`");
    }
}

/// What hints started goes on while the worker waits for the host.
#[test]
fn threads_of_hints_run_between_hints() {
    let folder = tempfile::tempdir().unwrap();
    let (go, gone) = (folder.path().join("go"), folder.path().join("gone"));
    let code = format!(
        "import os, threading, time\n\
         def work():\n    \
             while not os.path.exists({go:?}): time.sleep(0.001)\n    \
             open({gone:?}, 'w').close()\n\
         threading.Thread(target=work, daemon=True).start()"
    );
    let mut host = started(start());
    load_one(&mut host, &code);
    assert!(matches!(host.exchange(execute(0)), Response::Done(_)));
    // From here on the worker has nothing to do but to wait.
    std::fs::write(&go, "").unwrap();
    host.link.wait_for(&gone);
    assert_eq!(host.close(), quiet_end());
}

/// The same while a hint waits for an answer.
#[test]
fn threads_of_hints_run_during_questions() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    let code = format!(
        "import threading, time\n\
         def work():\n    \
             time.sleep(0.05)\n    \
             open({gone:?}, 'w').close()\n\
         threading.Thread(target=work).start()\n\
         is_accessed(fp)"
    );
    let mut host = started(start());
    load_one(&mut host, &code);
    assert_eq!(
        host.exchange(execute(0)),
        ask(Question::IsAccessed(address(1, 5)))
    );
    host.link.wait_for(&gone);
}

/// The options are vm-host's, which gives them all.
#[test]
fn a_worker_needs_its_socket() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_hint-worker"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("--socket-fd <FD>"), "{stderr}");
    assert_eq!(output.stdout, b"");
}

/// Without a session there is nothing to wait for.
#[test]
fn a_link_that_ends_before_its_session() {
    let ended = Ended {
        code: Some(1),
        signal: None,
        stderr: "error: the host closed the session\n".to_owned(),
    };
    let (mut worker, socket) = Worker::start(&[]);
    drop(socket);
    assert_eq!(worker.ended(), ended);

    // Bytes that are not HTTP/2 at all.
    let (mut worker, mut socket) = Worker::start(&[]);
    socket.write_all(&[0xff; 4096]).unwrap();
    assert_eq!(worker.ended(), ended);
}
