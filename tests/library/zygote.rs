//! Workers that a zygote forks: they serve sessions, their end is known, none outlives its handle.

use std::time::{Duration, Instant};

use cairo_vm::types::layout_name::LayoutName;
use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;
use hint_tests::binaries;
use hint_tests::process::PATIENCE;
use hint_tests::process_table::is_alive;
use std::sync::Arc;
use vm_host::hint::{HintSession, Limits, Peer, Ran, RunState, SessionInputs};
use vm_host::program::CompiledProgram;
use vm_host::worker::{Death, Link, Sandbox, Spawner, WorkerOptions, WorkerProcess};

fn spawner() -> Spawner {
    let options = WorkerOptions {
        binary: binaries::hint_worker(),
        python_env: None,
        sandbox: Sandbox::default(),
    };
    Spawner::start(options, vec!["json".to_owned()]).expect("a spawner")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

fn assert_gone(pid: u32) {
    let deadline = Instant::now() + PATIENCE;
    while is_alive(pid) {
        assert!(Instant::now() < deadline, "worker {pid} is still there");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_forked_worker_ends_with_its_handle() {
    runtime().block_on(async {
        let spawner = spawner();
        let (worker, socket) = spawner.spawn(None).await.expect("a worker");
        let pid = worker.id();
        assert!(is_alive(pid));
        drop(worker);
        assert_gone(pid);
        drop(socket);
    });
}

#[test]
fn a_forked_worker_ends_when_its_socket_closes() {
    runtime().block_on(async {
        let (mut worker, socket) = spawner().spawn(None).await.expect("a worker");
        drop(socket);
        // Nobody opened a session: the worker has nothing to do and says so with its exit code.
        assert!(matches!(
            worker.death().await,
            Death::Exit(_) | Death::Signal(9)
        ));
    });
}

#[test]
fn the_signal_that_ended_a_worker_is_known() {
    runtime().block_on(async {
        let spawner = spawner();
        let (mut worker, _socket) = spawner.spawn(None).await.expect("a worker");
        let pid = rustix::process::Pid::from_raw(worker.id() as i32).expect("a process id");
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("killed");
        assert_eq!(worker.death().await, Death::Signal(15));
    });
}

/// A program whose only hint reads a local, as `cairo-compile` writes it.
const PROGRAM: &str = r#"{
    "attributes": [], "builtins": [], "compiler_version": "0.14.0.1",
    "data": ["0x40780017fff7fff", "0x1", "0x208b7fff7fff7ffe"],
    "debug_info": null,
    "hints": {"2": [{"accessible_scopes": ["__main__", "__main__.main"],
        "code": "ids.x = 7", "flow_tracking_data":
        {"ap_tracking": {"group": 0, "offset": 1}, "reference_ids": {"__main__.main.x": 0}}}]},
    "identifiers": {
        "__main__.main": {"decorators": [], "pc": 0, "type": "function"},
        "__main__.main.x": {"cairo_type": "felt", "full_name": "__main__.main.x", "references": [
            {"ap_tracking_data": {"group": 0, "offset": 1}, "pc": 2,
             "value": "[cast(fp, felt*)]"}], "type": "reference"}},
    "main_scope": "__main__",
    "prime": "0x800000000000011000000000000000000000000000000000000000000000001",
    "reference_manager": {"references": [
        {"ap_tracking_data": {"group": 0, "offset": 1}, "pc": 2, "value": "[cast(fp, felt*)]"}]}
}"#;

async fn first_hint(worker: WorkerProcess, socket: std::os::unix::net::UnixStream) {
    let program = Arc::new(CompiledProgram::from_json(PROGRAM.as_bytes()).expect("a program"));
    let vm_program = program.cairo_vm_program(None).expect("a program");
    let mut runner = CairoRunner::new(&vm_program, LayoutName::plain, None, false, false, false)
        .expect("a runner");
    runner.initialize(false).expect("initialised");
    let link = Link::open(socket).await.expect("a link");
    let base = Relocatable {
        segment_index: 0,
        offset: 0,
    };
    let json = PROGRAM.as_bytes().into();
    let peer = Peer::Worker {
        link,
        process: worker,
    };
    let mut state = RunState::new((program, base, json), Limits::default());
    let inputs = SessionInputs::default();
    let vm = &mut runner.vm;
    let mut session = HintSession::start((0, peer), &inputs, Vec::new(), &mut state, vm)
        .await
        .expect("a session");
    session.load(vm, &mut state, [0]).await.expect("hints");
    let ran = session.execute(vm, &mut state, 0).await;
    assert!(matches!(ran.expect("the hint runs"), Ran::Done(_)));
    let fp = runner.vm.get_fp();
    assert_eq!(runner.vm.get_maybe(&fp), Some(7.into()));
}

/// The median time from asking for a worker to the end of its first hint.
async fn first_hints(mut spawner: impl FnMut() -> Spawner, count: usize) -> Duration {
    let mut times = Vec::new();
    for _ in 0..count {
        let start = Instant::now();
        // Workers end with the last handle of their spawner.
        let spawner = spawner();
        let (worker, socket) = spawner.spawn(None).await.expect("a worker");
        first_hint(worker, socket).await;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    println!("create to first hint: {times:?}");
    times[count / 2]
}

#[test]
fn a_warm_start_answers_its_first_hint_quickly() {
    runtime().block_on(async {
        let spawner = spawner();
        let (warm_up, socket) = spawner.spawn(None).await.expect("a worker");
        first_hint(warm_up, socket).await;
        let warm = first_hints(|| spawner.clone(), 20).await;
        let cold = first_hints(self::spawner, 5).await;
        // On an idle machine it is less than a tenth, although next to nothing is preloaded here.
        assert!(warm * 3 < cold, "warm {warm:?}, cold {cold:?}");
    });
}
