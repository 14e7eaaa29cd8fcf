//! What hints log, as those who watch a VM get it: every record, in order, with the hint and its pc, whatever
//! becomes of the worker and however slowly anybody reads.

use std::time::Duration;

use hint_proto::v1::watch_vm_response::Event;
use hint_proto::v1::*;
use tokio::task::JoinHandle;
use tonic::{Code, Streaming};

use crate::harness::*;
use crate::process::Process;

/// What one watcher saw until its VM ended.
#[derive(Debug, Default)]
struct Seen {
    records: Vec<HintRecord>,
    dropped: DroppedEvents,
    log: Vec<LogRecord>,
    /// The state at the end.
    end: Vm,
}

impl Seen {
    fn texts(&self) -> Vec<(RecordLevel, &str)> {
        let records = self.records.iter();
        records
            .map(|record| (record.level(), record.text.as_str()))
            .collect()
    }
}

async fn watch(client: &mut Client, vm: &Vm, level: RecordLevel) -> Streaming<WatchVmResponse> {
    let watch = WatchVmRequest {
        name: vm.name.clone(),
        records: level.into(),
    };
    client.watch_vm(watch).await.unwrap().into_inner()
}

async fn read(mut events: Streaming<WatchVmResponse>) -> Seen {
    let mut seen = Seen::default();
    loop {
        match events.message().await.unwrap().unwrap().event.unwrap() {
            Event::Records(records) => seen.records.extend(records.records),
            Event::Dropped(dropped) => seen.dropped.records += dropped.records,
            Event::Log(line) => seen.log.push(line),
            Event::State(vm) if matches!(vm.state(), VmState::Succeeded | VmState::Failed) => {
                seen.end = vm;
                return seen;
            }
            Event::State(_) | Event::Progress(_) | Event::HintOutput(_) => {}
        }
    }
}

async fn vm_of(client: &mut Client, code: &str) -> Vm {
    let hash = upload(client, &program(&[RET], Some((0, code))))
        .await
        .unwrap();
    create(client, request(&hash)).await
}

/// Runs a hint that is watched.
async fn seen(code: &str, level: RecordLevel) -> Seen {
    let server = Server::start();
    let mut client = server.client().await;
    let vm = vm_of(&mut client, code).await;
    let events = watch(&mut client, &vm, level).await;
    run(&mut client, &vm.name, None).await;
    read(events).await
}

fn start(client: &Client, vm: &Vm) -> JoinHandle<RunVmResponse> {
    let (mut client, name) = (client.clone(), vm.name.clone());
    tokio::spawn(async move { run(&mut client, &name, None).await })
}

const ALL_WAYS: &str = "import logging\n\
    print('printed')\n\
    log.debug('fine', account=7, name='al')\n\
    print('two', 'words\\nlines', end='', flush=True)\n\
    logging.getLogger('shop.till').warning('%d left', 3, extra={'item': 'tea'})\n\
    try:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.exception('broken')\n\
    log.critical('over')";

#[tokio::test]
async fn every_way_to_log_is_a_record_in_order() {
    let seen = seen(ALL_WAYS, RecordLevel::Output).await;
    assert_eq!(seen.end.state(), VmState::Succeeded);
    let expected = [
        (RecordLevel::Output, "printed"),
        (RecordLevel::Debug, "fine"),
        (RecordLevel::Output, "two words"),
        (RecordLevel::Output, "lines"),
        (RecordLevel::Warning, "3 left"),
        (RecordLevel::Error, "broken"),
        (RecordLevel::Critical, "over"),
    ];
    assert_eq!(seen.texts(), expected);
    for record in &seen.records {
        assert_eq!(record.hint_id, Some(0));
        let pc = Relocatable {
            segment: 0,
            offset: 0,
        };
        assert_eq!(record.pc, Some(pc));
        assert!(record.time_nanos > 1_600_000_000_000_000_000 && !record.cut);
    }
    let fields = |index: usize| {
        let fields = seen.records[index].fields.iter();
        let fields = fields.map(|field| format!("{}={}", field.name, field.json));
        fields.collect::<Vec<_>>()
    };
    assert_eq!(fields(1), ["account=7", "name=\"al\""]);
    assert_eq!(fields(4), ["item=\"tea\""]);
    assert_eq!(
        fields(5),
        ["exception=\"ZeroDivisionError: division by zero\""]
    );
    let loggers = [1, 4, 5].map(|index| seen.records[index].logger.as_str());
    assert_eq!(loggers, ["", "shop.till", "root"]);
}

#[tokio::test]
async fn a_watcher_gets_the_levels_that_it_asks_for() {
    let seen_from = |level| async move { seen(ALL_WAYS, level).await.texts().len() };
    let wanted = [
        (RecordLevel::Debug, 4),
        (RecordLevel::Info, 3),
        (RecordLevel::Error, 2),
        (RecordLevel::Critical, 1),
        (RecordLevel::Unspecified, 0),
    ];
    for (level, count) in wanted {
        assert_eq!(seen_from(level).await, count, "{level:?}");
    }
    let server = Server::start();
    let mut client = server.client().await;
    let vm = vm_of(&mut client, "pass").await;
    let unknown = WatchVmRequest {
        name: vm.name.clone(),
        records: 77,
    };
    let refused = client.watch_vm(unknown).await.unwrap_err();
    assert_eq!(
        reason(&refused),
        (Code::InvalidArgument, "BAD_ENUM".to_owned())
    );
    assert!(refused.message().contains("`77`"), "{refused}");
}

#[tokio::test]
async fn what_was_logged_before_the_worker_died_comes_before_the_failure() {
    let code = "import os, signal\nfor n in range(1000):\n    log('x' * 50, n=n)\nos.kill(os.getpid(), signal.SIGKILL)";
    let seen = seen(code, RecordLevel::Info).await;
    assert_eq!(seen.end.state(), VmState::Failed);
    assert_eq!(seen.records.len(), 1000);
    for (n, record) in seen.records.iter().enumerate() {
        assert_eq!(record.fields[0].json, n.to_string());
    }
}

#[tokio::test]
async fn what_a_failed_hint_logged_comes_before_the_failure() {
    let seen = seen(
        "log.error('last')\nraise ValueError('x')",
        RecordLevel::Info,
    )
    .await;
    assert_eq!(seen.end.state(), VmState::Failed);
    assert_eq!(seen.texts(), [(RecordLevel::Error, "last")]);
}

/// 20 MB of records, of which two MiB fit between the hint and who reads them.
const FLOOD: &str = "for n in range(100_000):\n    log('x' * 150, n=n)";

#[tokio::test]
async fn a_slow_reader_loses_nothing_and_holds_up_no_other() {
    let server = Process::start(&[]);
    let mut client = server.client().await;
    // Its window is full while it does not read.
    let mut slow = server.client().await;
    let vm = vm_of(&mut client, FLOOD).await;
    let events = watch(&mut slow, &vm, RecordLevel::Info).await;
    let before = server.memory();
    let running = start(&client, &vm);
    is_running(&mut client, &vm.name).await;
    for _ in 0..20 {
        let other = vm_of(&mut client, "log('beside')\nprint('beside')").await;
        let answer = run(&mut client, &other.name, None).await;
        assert_eq!(answer.stop_reason(), StopReason::Ended);
        delete(&mut client, &other.name).await;
    }
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 40 << 20, "the server holds {grown} bytes more");
    assert!(
        !running.is_finished(),
        "the hint did not wait for who reads"
    );
    let seen = read(events).await;
    assert_eq!(seen.records.len(), 100_000);
    for (n, record) in seen.records.iter().enumerate() {
        assert_eq!(record.fields[0].json, n.to_string());
    }
    assert_eq!(seen.dropped.records, 0);
    assert_eq!(running.await.unwrap().stop_reason(), StopReason::Ended);
}

/// 10^6 records cross the pipe, the host and the connection, and leave no memory behind.
#[tokio::test]
async fn a_million_records_leave_nothing() {
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let code = "for n in range(100_000):\n    log('record', n=n)";
    let mut sizes = Vec::new();
    for _ in 0..10 {
        let vm = vm_of(&mut client, code).await;
        let mut reader = server.client().await;
        let events = watch(&mut reader, &vm, RecordLevel::Info).await;
        let running = start(&client, &vm);
        let seen = read(events).await;
        assert_eq!(seen.records.len(), 100_000);
        assert_eq!(running.await.unwrap().stop_reason(), StopReason::Ended);
        delete(&mut client, &vm.name).await;
        sizes.push(server.memory());
    }
    // The first ones fill what the allocator keeps.
    assert!(sizes[9] < sizes[2] + (8 << 20), "{sizes:?}");
}

#[tokio::test]
async fn who_reads_nothing_at_all_holds_up_the_hints_for_a_while_only() {
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let mut stuck = server.client().await;
    let vm = vm_of(&mut client, FLOOD).await;
    let events = watch(&mut stuck, &vm, RecordLevel::Info).await;
    let answer = run(&mut client, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended);
    let seen = read(events).await;
    assert!(seen.dropped.records > 0);
    assert_eq!(seen.records.len() as u64 + seen.dropped.records, 100_000);
}

#[tokio::test]
async fn a_reader_that_goes_away_holds_up_nobody() {
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let mut slow = server.client().await;
    let vm = vm_of(&mut client, FLOOD).await;
    let events = watch(&mut slow, &vm, RecordLevel::Info).await;
    let running = start(&client, &vm);
    is_running(&mut client, &vm.name).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop((events, slow));
    let answer = running.await.unwrap();
    assert_eq!(answer.stop_reason(), StopReason::Ended);
}

#[tokio::test]
async fn garbage_in_the_log_ends_the_log_and_nothing_else() {
    let code = "import os, stat\n\
                log('before')\n\
                for fd in range(3, 64):\n\
                \x20   try:\n\
                \x20       if stat.S_ISFIFO(os.fstat(fd).st_mode):\n\
                \x20           os.write(fd, b'\\xff' * 4096)\n\
                \x20   except OSError:\n\
                \x20       pass\n\
                for n in range(10_000):\n\
                \x20   log('after' * 10)\n\
                print('goes on')";
    let seen = seen(code, RecordLevel::Info).await;
    assert_eq!(seen.end.state(), VmState::Succeeded);
    assert_eq!(seen.texts().len(), 1, "{:?}", &seen.texts()[..2]);
    let warnings = seen
        .log
        .iter()
        .filter(|line| line.level() == LogLevel::Warning);
    let warnings: Vec<&str> = warnings.map(|line| line.message.as_str()).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].contains("the hint worker wrote a record"),
        "{warnings:?}"
    );
}

#[tokio::test]
async fn vms_get_their_own_records() {
    let server = Server::start();
    let mut client = server.client().await;
    let mut runs = Vec::new();
    for number in 0..8 {
        let vm = vm_of(
            &mut client,
            &format!("for n in range(200):\n    log('{number}')"),
        )
        .await;
        let events = watch(&mut client, &vm, RecordLevel::Info).await;
        runs.push((number, start(&client, &vm), tokio::spawn(read(events))));
    }
    for (number, running, reading) in runs {
        running.await.unwrap();
        let seen = reading.await.unwrap();
        assert_eq!(seen.records.len(), 200);
        let own = seen
            .records
            .iter()
            .all(|record| record.text == number.to_string());
        assert!(own, "{number}");
    }
}
