//! The metrics of a server, as Prometheus asks for them: each moves when what it counts happens, and whoever asks
//! badly holds up nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant, SystemTime};

use hint_proto::v1::*;
use hint_tests::process::PATIENCE;
use hint_tests::process_table::is_alive;
use rustix::process::{Pid, Signal, kill_process};

use crate::attached;
use crate::harness::*;
use crate::languages;
use crate::process::Process;
use crate::tenants::File;

/// A server with metrics, on a port of its own.
pub(crate) const METRICS: [&str; 2] = ["--metrics", "127.0.0.1:0"];

/// Longer than an answer is good for others who ask.
const FRESH: Duration = Duration::from_millis(150);

/// Where a server says that its metrics are.
pub(crate) fn metrics_of(server: &Process) -> SocketAddr {
    let start = Instant::now();
    loop {
        let log = server.log();
        let said = log
            .lines()
            .find_map(|line| line.strip_prefix("metrics on "));
        if let Some(address) = said {
            return address.parse().unwrap();
        }
        assert!(start.elapsed() < PATIENCE, "{log}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Sends bytes and reads until the other side closes; nothing when it closes at once.
fn ask(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut answer = Vec::new();
    // A server that has heard enough closes.
    let _ = stream.write_all(request);
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

fn get(address: SocketAddr, path: &str) -> String {
    ask(
        address,
        format!("GET {path} HTTP/1.1\r\nHost: metrics\r\n\r\n").as_bytes(),
    )
}

/// What one request for the metrics brings: the value of each series, by its name with its labels.
pub(crate) struct Scrape(BTreeMap<String, f64>);

impl Scrape {
    fn of(address: SocketAddr) -> Self {
        let answer = get(address, "/metrics");
        let (head, body) = answer.split_once("\r\n\r\n").expect("headers");
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(
            head.contains("content-type: text/plain; version=0.0.4"),
            "{head}"
        );
        let mut series = BTreeMap::new();
        let mut kinds = BTreeMap::new();
        for line in body.lines() {
            if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert_eq!(
                    kinds.insert(name.to_owned(), kind.to_owned()),
                    None,
                    "{name}"
                );
                continue;
            }
            if line.starts_with("# HELP ") {
                continue;
            }
            let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
            let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
            assert_eq!(series.insert(name.to_owned(), value), None, "{line}");
        }
        Self(series)
    }

    /// One that is made for this request: an answer is good for others for a moment.
    pub(crate) fn later(address: SocketAddr) -> Self {
        std::thread::sleep(FRESH);
        Self::of(address)
    }

    /// The sum of the series of that name that have these labels, each `name="value"`.
    pub(crate) fn sum(&self, series: &str) -> f64 {
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let labels: Vec<&str> = labels.trim_end_matches('}').split(',').collect();
        let name = format!("cairohints_{name}");
        let fits = |written: &str| {
            let (found, rest) = written.split_once('{').unwrap_or((written, ""));
            found == name && labels.iter().all(|label| rest.contains(label))
        };
        let found = self.0.iter().filter(|(series, _)| fits(series));
        found.map(|(_, value)| value).sum()
    }

    /// The names of the metrics, without what a histogram adds.
    fn names(&self) -> BTreeSet<String> {
        let names = self.0.keys().map(|series| {
            let name = series.split('{').next().unwrap();
            let name = name.strip_prefix("cairohints_").expect("our prefix");
            let parts = ["_bucket", "_sum", "_count"];
            let histogram = parts.iter().find_map(|part| name.strip_suffix(part));
            histogram.unwrap_or(name).to_owned()
        });
        names.collect()
    }
}

/// How a series must have changed since it was last looked at.
#[derive(Clone, Copy, Debug)]
enum Change {
    By(f64),
    More,
    Less,
    Is(f64),
}
use Change::{By, Is, Less, More};

/// What has moved so far.
struct Moves {
    address: SocketAddr,
    before: Scrape,
    moved: BTreeSet<String>,
}

impl Moves {
    fn of(server: &Process) -> Self {
        let address = metrics_of(server);
        Self {
            address,
            before: Scrape::of(address),
            moved: BTreeSet::new(),
        }
    }

    /// Waits until all of this has happened since the last time.
    async fn see(&mut self, action: &str, changes: &[(&str, Change)]) {
        let start = Instant::now();
        loop {
            let now = Scrape::of(self.address);
            let wrong = changes.iter().find_map(|(series, change)| {
                let (before, now) = (self.before.sum(series), now.sum(series));
                let right = match change {
                    By(by) => (now - before - by).abs() < 1e-9,
                    More => now > before,
                    Less => now < before,
                    Is(value) => now == *value,
                };
                (!right).then(|| format!("{series}: {before}, then {now}; {change:?}"))
            });
            let Some(wrong) = wrong else {
                let names = changes.iter().map(|(series, _)| {
                    let name = series.split('{').next().unwrap();
                    name.strip_suffix("_count").unwrap_or(name).to_owned()
                });
                self.moved.extend(names);
                self.before = now;
                return;
            };
            assert!(start.elapsed() < PATIENCE, "{action}: {wrong}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

fn named(name: &str) -> GetVmRequest {
    GetVmRequest {
        name: name.to_owned(),
    }
}

/// Every metric that a scrape shows moves here, each in what makes it move.
#[tokio::test]
async fn each_metric_moves() {
    let mut options = METRICS.to_vec();
    options.extend([
        "--threads",
        "2",
        "--max-vms",
        "9",
        "--max-total-memory",
        "3000000000",
    ]);
    options.extend(["--max-connections-per-peer", "3", "--log-format", "text"]);
    let server = Process::start(&options);
    let mut moves = Moves::of(&server);
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    let started = moves.before.sum("start_time_seconds");
    assert!((now.as_secs_f64() - started).abs() < 600.0, "{started}");
    let build = moves
        .before
        .0
        .keys()
        .find(|name| name.starts_with("cairohints_build_info"));
    let build = build.unwrap();
    assert!(
        build.contains("python=\"3.") && build.contains("version=\"0."),
        "{build}"
    );
    moves
        .see(
            "the start",
            &[
                ("build_info", Is(1.0)),
                ("start_time_seconds", Is(started)),
                ("vms_limit", Is(9.0)),
                ("threads", Is(2.0)),
                ("vm_memory_limit_bytes", Is(3e9)),
                ("worker_starts_total{kind=\"cold\"}", Is(1.0)),
                ("worker_start_seconds_count{kind=\"cold\"}", Is(1.0)),
                ("zygote_up", Is(1.0)),
                ("draining", Is(0.0)),
                ("max_fds", Is(moves.before.sum("max_fds"))),
            ],
        )
        .await;
    assert!(moves.before.sum("max_fds") >= moves.before.sum("open_fds"));
    assert!(
        moves
            .before
            .sum("resident_memory_bytes{process=\"zygote\"}")
            > 1e6
    );

    let mut client = server.client().await;
    moves
        .see(
            "a connection",
            &[
                ("connections{listener=\"tcp\"}", By(1.0)),
                ("open_fds", More),
            ],
        )
        .await;
    // It asks where its frame ends, and prints.
    let code = "print('x' * 1000)\nlen(memory.get_range(fp - 2, 2))\nmemory.get(fp + 100)";
    let hash = upload(&mut client, &program(&[RET], Some((0, code))))
        .await
        .unwrap();
    moves
        .see(
            "an upload",
            &[
                ("programs", By(1.0)),
                ("program_bytes", More),
                ("calls_total{code=\"OK\",method=\"UploadProgram\"}", By(1.0)),
                ("call_seconds_count{method=\"UploadProgram\"}", By(1.0)),
            ],
        )
        .await;
    let mut in_python = request(&hash);
    in_python.set_hint_placement(HintPlacement::Python);
    let vm = create(&mut client, in_python.clone()).await;
    moves
        .see(
            "a VM",
            &[
                ("vms{state=\"created\",tenant=\"peers\"}", By(1.0)),
                ("vms_created_total{tenant=\"peers\"}", By(1.0)),
                ("workers", By(1.0)),
                ("worker_starts_total{kind=\"zygote\"}", By(1.0)),
                ("worker_start_seconds_count{kind=\"zygote\"}", By(1.0)),
                ("vm_memory_bytes", More),
                ("resident_memory_bytes{process=\"workers\"}", More),
                ("cpu_seconds_total{process=\"host\"}", More),
            ],
        )
        .await;
    let ran = run(&mut client, &vm.name, None).await.vm.unwrap();
    assert_eq!(ran.state(), VmState::Succeeded, "{ran:?}");
    moves
        .see(
            "a run",
            &[
                ("vms{state=\"created\"}", By(-1.0)),
                ("vms{state=\"succeeded\"}", By(1.0)),
                ("runs_total{result=\"ended\",tenant=\"peers\"}", By(1.0)),
                ("run_seconds_count", By(1.0)),
                ("steps_total{tenant=\"peers\"}", By(ran.current_step as f64)),
                (
                    "hints_total{engine=\"python\"}",
                    By(ran.hints_executed as f64),
                ),
                (
                    "hint_engine_seconds_count{engine=\"python\"}",
                    By(ran.hints_executed as f64),
                ),
                (
                    "hint_beyond_seconds_count{engine=\"python\"}",
                    By(ran.hints_executed as f64),
                ),
                (
                    "hint_round_trips_count{engine=\"python\"}",
                    By(ran.hints_executed as f64),
                ),
                // It asked for what is not in its frame, and each question is a message more.
                (
                    "hint_round_trips_bucket{engine=\"python\",le=\"1\"}",
                    By(0.0),
                ),
                ("hint_round_trips_sum{engine=\"python\"}", More),
                (
                    "hint_questions_count{engine=\"python\"}",
                    By(ran.hints_executed as f64),
                ),
                ("hint_questions_bucket{engine=\"python\",le=\"0\"}", By(0.0)),
                ("hint_questions_sum{engine=\"python\"}", More),
                ("hint_output_bytes_total", More),
                ("worker_sent_bytes_total", More),
                ("worker_received_bytes_total", More),
                ("turns_total", More),
                ("turn_seconds_total", More),
            ],
        )
        .await;
    delete(&mut client, &vm.name).await;
    moves
        .see(
            "a deletion",
            &[
                ("vms", By(-1.0)),
                ("vms_ended_total{reason=\"deleted\"}", By(1.0)),
                ("workers", By(-1.0)),
                ("worker_ends_total{reason=\"done\"}", By(1.0)),
                ("vm_memory_bytes", Less),
            ],
        )
        .await;
    client.get_vm(named("vms/none")).await.unwrap_err();
    moves
        .see(
            "an error",
            &[
                ("calls_refused_total{reason=\"VM_NOT_FOUND\"}", By(1.0)),
                ("calls_total{code=\"NOT_FOUND\",method=\"GetVm\"}", By(1.0)),
            ],
        )
        .await;

    // Three VMs for two threads.
    let endless = upload(&mut client, &program(&LOOP, None)).await.unwrap();
    let mut running = Vec::new();
    for _ in 0..3 {
        let vm = create(&mut client, request(&endless)).await;
        let (mut client, name) = (client.clone(), vm.name.clone());
        running.push((
            vm,
            tokio::spawn(async move { run(&mut client, &name, None).await }),
        ));
    }
    moves
        .see(
            "three VMs that run",
            &[
                ("vms{state=\"running\"}", By(3.0)),
                ("calls_in_flight", By(3.0)),
                ("turns_waiting", More),
                ("turn_wait_seconds_total", More),
                ("steps_total", More),
            ],
        )
        .await;
    for (vm, ended) in running {
        let name = vm.name.clone();
        client.pause_vm(PauseVmRequest { name }).await.unwrap();
        assert_eq!(ended.await.unwrap().stop_reason(), StopReason::Paused);
        delete(&mut client, &vm.name).await;
    }
    moves
        .see(
            "pauses",
            &[
                ("runs_total{result=\"paused\"}", By(3.0)),
                ("calls_in_flight", By(-3.0)),
                ("vms", By(-3.0)),
            ],
        )
        .await;

    // Whoever looks at this variable waits, and others behind it.
    let slow = "import time\nclass Slow:\n    def __repr__(self):\n        time.sleep(3)\n        return 's'\nx = Slow()";
    let hash = upload(&mut client, &program(&[RET], Some((0, slow))))
        .await
        .unwrap();
    let vm = create(&mut client, request(&hash)).await;
    run(&mut client, &vm.name, None).await;
    let (mut looking, name) = (client.clone(), vm.name.clone());
    let looking = tokio::spawn(async move {
        let request = ReadHintScopesRequest {
            name,
            max_text_bytes: 0,
        };
        looking.read_hint_scopes(request).await
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (mut behind, name) = (client.clone(), vm.name.clone());
    let behind = tokio::spawn(async move {
        let request = ListSegmentsRequest {
            name,
            ..Default::default()
        };
        behind.list_segments(request).await
    });
    moves
        .see(
            "a call that waits for another",
            &[("jobs_waiting", By(1.0))],
        )
        .await;
    looking.await.unwrap().unwrap();
    behind.await.unwrap().unwrap();
    delete(&mut client, &vm.name).await;

    let raises = program(&[RET], Some((0, "raise ValueError('told')")));
    let hash = upload(&mut client, &raises).await.unwrap();
    let vm = create(&mut client, request(&hash)).await;
    run(&mut client, &vm.name, None).await;
    delete(&mut client, &vm.name).await;
    moves
        .see(
            "a failure",
            &[
                ("run_failures_total{reason=\"HINT_RAISED\"}", By(1.0)),
                ("runs_total{result=\"failed\"}", By(1.0)),
            ],
        )
        .await;
    let dies = program(&[RET], Some((0, "import os\nos.kill(os.getpid(), 9)")));
    let hash = upload(&mut client, &dies).await.unwrap();
    let vm = create(&mut client, request(&hash)).await;
    run(&mut client, &vm.name, None).await;
    delete(&mut client, &vm.name).await;
    moves
        .see(
            "a worker that dies",
            &[
                ("run_failures_total{reason=\"WORKER_DIED\"}", By(1.0)),
                ("worker_ends_total{reason=\"signal\"}", By(1.0)),
            ],
        )
        .await;

    // More connections than one peer may have.
    let surplus: Vec<TcpStream> = (0..5)
        .map(|_| TcpStream::connect(server.address).unwrap())
        .collect();
    moves
        .see(
            "too many connections",
            &[
                ("connections_refused_total{listener=\"tcp\"}", By(3.0)),
                ("connections{listener=\"tcp\"}", By(2.0)),
            ],
        )
        .await;
    drop(surplus);

    // Whoever forks does not answer.
    let zygotes: Vec<u32> = server.descendants();
    let stopped: Vec<u32> = zygotes.into_iter().filter(|pid| is_alive(*pid)).collect();
    for pid in &stopped {
        signal(*pid, Signal::STOP);
    }
    // Another one takes its place.
    let vm = create(&mut client, in_python.clone()).await;
    delete(&mut client, &vm.name).await;
    for pid in &stopped {
        // It may have been ended meanwhile.
        let pid = Pid::from_raw(i32::try_from(*pid).unwrap()).unwrap();
        let _ = kill_process(pid, Signal::CONT);
    }
    moves
        .see(
            "a zygote that is stopped",
            &[
                ("worker_start_failures_total{kind=\"zygote\"}", By(1.0)),
                ("worker_starts_total{kind=\"cold\"}", By(1.0)),
                ("worker_starts_total{kind=\"zygote\"}", By(1.0)),
                ("zygote_up", Is(1.0)),
            ],
        )
        .await;
    // Its builtins are none of the layout's.
    let unfit = String::from_utf8(program(&[RET], None)).unwrap();
    let unfit = unfit.replace("\"builtins\":[]", "\"builtins\":[\"output\"]");
    let hash = upload(&mut client, unfit.as_bytes()).await.unwrap();
    let plain = CreateVmRequest {
        layout: "plain".to_owned(),
        ..request(&hash)
    };
    let refused = client.create_vm(plain).await.unwrap_err();
    assert_eq!(reason(&refused).1, "PROGRAM_UNFIT");
    moves
        .see(
            "a VM that is not made",
            &[
                ("vms_ended_total{reason=\"not_created\"}", By(1.0)),
                ("calls_refused_total{reason=\"PROGRAM_UNFIT\"}", By(1.0)),
            ],
        )
        .await;
    assert!(get(moves.address, "/healthz").ends_with("\r\n\r\nok\n"));

    // A VM that goes on while the server ends.
    let vm = create(&mut client, request(&endless)).await;
    let (mut going, name) = (client.clone(), vm.name.clone());
    let going = tokio::spawn(async move {
        let request = RunVmRequest {
            name,
            ..Default::default()
        };
        going.run_vm(request).await
    });
    is_running(&mut client, &vm.name).await;
    signal(server.child.id(), Signal::TERM);
    moves.see("the end", &[("draining", By(1.0))]).await;
    let health = get(moves.address, "/healthz");
    assert!(
        health.starts_with("HTTP/1.1 503 ") && health.ends_with("draining\n"),
        "{health}"
    );
    delete(&mut client, &vm.name).await;
    going.await.unwrap().unwrap_err();

    let still: Vec<_> = moves
        .before
        .names()
        .difference(&moves.moved)
        .cloned()
        .collect();
    assert!(still.is_empty(), "nothing moves these: {still:?}");
}

/// Where hints run is told apart.
#[tokio::test]
async fn hints_are_counted_where_they_run() {
    let worlds = languages::worlds();
    let mut options = METRICS.to_vec();
    options.extend(["--import-path", &worlds]);
    let server = Process::start(&options);
    let mut client = server.client().await;
    let mut moves = Moves::of(&server);
    let json = languages::program_of("languages.json");
    let hash = upload(&mut client, &json).await.unwrap();
    let vm = create(&mut client, languages::request_with_sums(&hash)).await;
    let ran = run(&mut client, &vm.name, None).await.vm.unwrap();
    assert_eq!(ran.state(), VmState::Succeeded, "{ran:?}");
    delete(&mut client, &vm.name).await;
    moves
        .see(
            "a program in several languages",
            &[
                ("hints_total", By(ran.hints_executed as f64)),
                ("hints_total{engine=\"wasm\"}", More),
                ("hints_total{engine=\"contract\"}", More),
                ("hint_engine_seconds_count{engine=\"wasm\"}", More),
                ("hint_beyond_seconds_count{engine=\"contract\"}", More),
                ("hints_total{engine=\"attached\"}", By(0.0)),
            ],
        )
        .await;
    let vm = attached::attached_vm(&mut client, &[RET]).await;
    let serving = tokio::spawn(attached::serve(client.clone(), vm.name.clone(), 1));
    run(&mut client, &vm.name, None).await;
    delete(&mut client, &vm.name).await;
    assert_eq!(serving.await.unwrap(), 1);
    moves
        .see(
            "a client that serves its hints",
            &[
                ("hints_total{engine=\"attached\"}", By(1.0)),
                ("hint_engine_seconds_count{engine=\"attached\"}", By(1.0)),
            ],
        )
        .await;
    let alloc = program(&[RET], Some((0, "memory[ap] = segments.add()")));
    let hash = upload(&mut client, &alloc).await.unwrap();
    let mut native = request(&hash);
    native.set_hint_placement(HintPlacement::Native);
    let vm = create(&mut client, native).await;
    run(&mut client, &vm.name, None).await;
    delete(&mut client, &vm.name).await;
    let in_host = |scrape: &Scrape| {
        scrape.sum("hints_total{engine=\"twin\"}") + scrape.sum("hints_total{engine=\"compiled\"}")
    };
    let before = in_host(&moves.before);
    moves
        .see("a hint in Rust", &[("hints_total", By(1.0))])
        .await;
    assert_eq!(in_host(&moves.before) - before, 1.0);
}

/// Tenants of a file are labels, and leave none behind; a peer is none at all.
#[tokio::test]
async fn tenants_are_labels_while_they_are_tenants() {
    let mut file = File::new("");
    let one = file.tenant("one", "");
    let both = file.tenant("other", "");
    let server = file.serve(&METRICS);
    let address = metrics_of(&server);
    for (token, name) in [(&one, "one"), (&both, "other")] {
        let mut client = server.client_of(token).await;
        let hash = upload(&mut client, &program(&[RET], None)).await.unwrap();
        let vm = create(&mut client, request(&hash)).await;
        run(&mut client, &vm.name, None).await;
        let scrape = Scrape::later(address);
        for series in ["vms", "vms_created_total", "runs_total", "steps_total"] {
            let series = format!("{series}{{tenant=\"{name}\"}}");
            assert_eq!(scrape.sum(&series), 1.0, "{series}");
        }
    }
    let mut stranger = server.client().await;
    upload(&mut stranger, b"{}").await.unwrap_err();
    let scrape = Scrape::later(address);
    assert_eq!(
        scrape.sum("calls_refused_total{reason=\"NO_CREDENTIALS\"}"),
        1.0
    );
    let mut left = File::new("");
    left.tenant("one", "");
    left.write();
    std::fs::rename(left.path(), file.path()).unwrap();
    eventually("the tenant is there still", || {
        let scrape = Scrape::later(address);
        !scrape
            .0
            .keys()
            .any(|series| series.contains("tenant=\"other\""))
    })
    .await;
    assert_eq!(
        Scrape::later(address).sum("vms_created_total{tenant=\"one\"}"),
        1.0
    );
}

/// What is no request for the metrics is refused, and whoever is silent or many holds up nobody for long.
#[tokio::test]
async fn bad_requests_are_refused() {
    let server = Process::start(&METRICS);
    let address = metrics_of(&server);
    let head = ask(address, b"HEAD /metrics HTTP/1.1\r\nHost: m\r\n\r\n");
    assert!(
        head.starts_with("HTTP/1.1 200 OK\r\n") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
    let long = format!(
        "GET /metrics HTTP/1.1\r\nHost: m\r\nx: {}\r\n\r\n",
        "y".repeat(1 << 20)
    );
    let many = format!(
        "GET /metrics HTTP/1.1\r\nHost: m\r\n{}\r\n",
        "x: y\r\n".repeat(200)
    );
    for (request, answer) in [
        (
            "POST /metrics HTTP/1.1\r\nHost: m\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 405 ",
        ),
        ("GET / HTTP/1.1\r\nHost: m\r\n\r\n", "HTTP/1.1 404 "),
        (
            "GET /metrics/x HTTP/1.1\r\nHost: m\r\n\r\n",
            "HTTP/1.1 404 ",
        ),
        ("nonsense\r\n\r\n", "HTTP/1.1 400 "),
        (many.as_str(), "HTTP/1.1 431 "),
        (long.as_str(), ""),
        // The beginning of a connection with HTTP/2.
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ""),
    ] {
        let said = ask(address, request.as_bytes());
        assert!(
            said.starts_with(answer) && !said.contains("cairohints_"),
            "{said}"
        );
    }
    // More than a peer may have, of whom none says anything, or half of it.
    let silent: Vec<TcpStream> = (0..40)
        .map(|index| {
            let mut stream = TcpStream::connect(address).unwrap();
            if index % 2 == 0 {
                let _ = stream.write_all(b"GET /metr");
            }
            stream
        })
        .collect();
    let start = Instant::now();
    let mut client = server.client().await;
    upload(&mut client, &program(&[RET], None)).await.unwrap();
    assert!(start.elapsed() < PATIENCE);
    // Each is given up after some seconds.
    let start = Instant::now();
    while !get(address, "/healthz").ends_with("ok\n") {
        assert!(start.elapsed() < PATIENCE, "nobody gets in");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(silent);
    // One that asks and does not read.
    let mut asked = TcpStream::connect(address).unwrap();
    asked
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: m\r\n\r\n")
        .unwrap();
    assert!(Scrape::of(address).sum("programs") == 1.0);
}

/// A socket is a place, too, and goes with the server.
#[tokio::test]
async fn metrics_on_a_unix_socket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.sock");
    let place = format!("unix:{}", path.display());
    let mut server = Process::start(&["--metrics", &place]);
    eventually("nothing is said", || {
        server.log().contains(&format!("metrics on {place}"))
    })
    .await;
    let mut stream = std::os::unix::net::UnixStream::connect(&path).unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: m\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("ok\n"), "{answer}");
    signal(server.child.id(), Signal::TERM);
    assert!(server.child.wait().unwrap().success());
    assert!(!path.exists());
}

/// Two hundred VMs with their workers take a scrape no time that anybody notices.
#[tokio::test]
async fn a_scrape_of_many_vms_is_quick() {
    let mut options = METRICS.to_vec();
    options.extend(["--max-vms-per-tenant", "300"]);
    let server = Process::start(&options);
    let address = metrics_of(&server);
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], Some((0, "x = 1"))))
        .await
        .unwrap();
    let mut in_python = request(&hash);
    in_python.set_hint_placement(HintPlacement::Python);
    for _ in 0..200 {
        create(&mut client, in_python.clone()).await;
    }
    let times = (0..5).map(|_| {
        std::thread::sleep(FRESH);
        let start = Instant::now();
        let scrape = Scrape::of(address);
        let took = start.elapsed();
        assert_eq!((scrape.sum("vms"), scrape.sum("workers")), (200.0, 200.0));
        took
    });
    let quickest = times.min().unwrap();
    println!("a scrape of 200 VMs: {quickest:?}");
    assert!(quickest < Duration::from_secs(1), "{quickest:?}");
}
