//! The server against clients that want it harm: floods, places taken and never used, and fair shares.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::{Duration, Instant};

use hint_proto::v1::run_vm_request::Until;
use hint_proto::v1::*;
use hint_tests::process::PATIENCE;
use hint_tests::run::vm_host;
use rustix::process::Signal;

use crate::connections::{PREFACE, connect};
use crate::harness::*;
use crate::process::Process;
use crate::tenants::File;

/// Types of frames.
const PING: u8 = 6;
const GOAWAY: u8 = 7;
/// What a well-meaning client may send of pings at once, and then in a second.
const BURST: f64 = 1000.0;
const RATE: f64 = 500.0;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// Reads a frame: its type and what it carries; nothing when the connection has ended.
fn read_frame(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).ok()?;
    let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).ok()?;
    Some((head[3], payload))
}

/// Pings are answered at a rate that nobody else notices, and the connection works all the while.
#[tokio::test]
async fn a_flood_of_pings_is_read_slowly() {
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let floods: Vec<_> = (0..2)
        .map(|_| {
            let mut writing = connect(&server);
            let mut reading = writing.try_clone().unwrap();
            let flood = std::thread::spawn(move || {
                writing.write_all(PREFACE).unwrap();
                let pings = frame(PING, 0, 0, &[7; 8]).repeat(1000);
                let mut sent = 0;
                // Until it is closed below.
                while writing.write_all(&pings).is_ok() {
                    sent += 1000;
                }
                sent
            });
            let answers = std::thread::spawn(move || {
                let start = Instant::now();
                let mut answered = 0.0;
                while start.elapsed() < Duration::from_secs(6) {
                    match read_frame(&mut reading) {
                        Some((PING, _)) => answered += 1.0,
                        Some(_) => {}
                        None => panic!("the connection ended"),
                    }
                }
                let seconds = start.elapsed().as_secs_f64();
                reading.shutdown(std::net::Shutdown::Both).unwrap();
                (answered, seconds)
            });
            (flood, answers)
        })
        .collect();
    while !floods[0].1.is_finished() {
        client.list_vms(ListVmsRequest::default()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for (flood, answers) in floods {
        let (answered, seconds) = answers.join().unwrap();
        // What is in the buffers of the sockets was sent, too.
        let allowed = BURST + RATE * seconds + 1000.0;
        assert!(answered <= allowed, "{answered} in {seconds} s");
        assert!(answered > BURST, "{answered}");
        assert!(flood.join().unwrap() > 2 * answered as u32);
    }
}

/// A client that makes the server reset its streams (MadeYouReset) is sent away.
#[tokio::test]
async fn a_connection_whose_streams_the_server_must_reset_is_closed() {
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let before = server.memory();
    let mut stream = connect(&server);
    stream.write_all(PREFACE).unwrap();
    let mut reading = stream.try_clone().unwrap();
    let reader = std::thread::spawn(move || {
        std::iter::from_fn(|| read_frame(&mut reading)).any(|(kind, _)| kind == GOAWAY)
    });
    const WINDOW_UPDATE: u8 = 8;
    for number in 0..20_000_u32 {
        let id = 2 * number + 1;
        // A request that is not over, and an increment of 0, which is an error of its stream.
        let mut frames = frame(1, 4, id, &[0x83, 0x86, 0x84, 0x41, 1, b'a']);
        frames.extend(frame(WINDOW_UPDATE, 0, id, &[0; 4]));
        if stream.write_all(&frames).is_err() {
            break;
        }
    }
    client.list_vms(ListVmsRequest::default()).await.unwrap();
    assert!(reader.join().unwrap(), "the connection was not closed");
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 32 << 20, "the server holds {grown} bytes more");
}

/// Frames that carry nothing, in numbers, and heads of requests without an end.
#[tokio::test]
async fn floods_of_empty_frames_and_headers_cost_little() {
    const CONTINUATION: u8 = 9;
    const SETTINGS: u8 = 4;
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let before = server.memory();
    let mut flooding = Vec::new();
    for (first, repeated) in [
        (Vec::new(), frame(SETTINGS, 0, 0, &[])),
        (frame(1, 0, 1, &[0x83]), frame(CONTINUATION, 0, 1, &[])),
        // A literal header of 1 KiB, again and again.
        (
            frame(1, 0, 1, &[0x83]),
            frame(
                CONTINUATION,
                0,
                1,
                &[&[0x40, 1, b'a', 0x7f, 0x81, 0x07][..], &[b'b'; 1024]].concat(),
            ),
        ),
        // DATA without data.
        (frame(1, 4, 1, &[0x83, 0x86, 0x84]), frame(0, 0, 1, &[])),
    ] {
        let mut stream = connect(&server);
        let stop = stream.try_clone().unwrap();
        let thread = std::thread::spawn(move || {
            let mut bytes = PREFACE.to_vec();
            bytes.extend(first);
            let many = repeated.repeat(1000);
            let mut open = stream.write_all(&bytes).is_ok();
            for _ in 0..1000 {
                open = open && stream.write_all(&many).is_ok();
            }
        });
        flooding.push((stop, thread));
    }
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(4) {
        client.list_vms(ListVmsRequest::default()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let grown = server.memory().saturating_sub(before);
    for (stop, thread) in flooding {
        // It may be closed already.
        let _ = stop.shutdown(std::net::Shutdown::Both);
        thread.join().unwrap();
    }
    assert!(grown < 32 << 20, "the server holds {grown} bytes more");
}

/// A connection from an address of this machine.
fn from(address: [u8; 4], to: SocketAddr) -> TcpStream {
    use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&socket, &SocketAddr::from((address, 0))).unwrap();
    connect(&socket, &to).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Whether the server leaves a connection open that has not said anything yet.
fn is_open(stream: &mut TcpStream) -> bool {
    stream
        .set_read_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    match stream.read(&mut [0; 16]) {
        Ok(0) => false,
        Ok(_) => true,
        Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

/// Whoever has one loopback address has all of them: they are one peer's.
#[test]
fn many_addresses_of_one_machine_are_one_peer() {
    let server = Process::start(&["--max-connections-per-peer", "8"]);
    let mut streams: Vec<TcpStream> = (1..=40)
        .map(|last| from([127, 0, 1, last], server.address))
        .collect();
    let open = streams.iter_mut().map(is_open).filter(|open| *open).count();
    assert_eq!(open, 8);
}

/// Whatever happens over TCP, the Unix socket has its own places.
#[tokio::test]
async fn connections_over_tcp_leave_the_unix_socket_its_places() {
    let server = Process::start(&[
        "--max-connections",
        "8",
        "--max-connections-per-peer",
        "100",
    ]);
    let mut streams: Vec<TcpStream> = (0..20).map(|_| connect(&server)).collect();
    let open = streams.iter_mut().map(is_open).filter(|open| *open).count();
    assert_eq!(open, 6);
    let mut unix = server.unix_client().await;
    unix.list_vms(ListVmsRequest::default()).await.unwrap();
    let mut second = server.unix_client().await;
    second.list_vms(ListVmsRequest::default()).await.unwrap();
    let mut third = UnixStream::connect(&server.socket).unwrap();
    third.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(third.read(&mut [0; 16]).unwrap(), 0);
}

/// Where there are tenants, a connection that nobody owns does not stay.
#[tokio::test]
async fn a_connection_that_is_nobodys_ends() {
    const LIMIT: Duration = Duration::from_secs(30);
    let mut file = File::new("");
    let token = file.tenant("alice", "");
    let server = file.serve(&[]);
    let mut known = server.client_of(&token).await;
    known.list_vms(ListVmsRequest::default()).await.unwrap();
    let start = Instant::now();
    let mut stream = connect(&server);
    let ended = tokio::task::spawn_blocking(move || {
        stream.write_all(PREFACE).unwrap();
        // It answers whether it is there, but not whose it is.
        while let Some((kind, payload)) = read_frame(&mut stream) {
            let answer = frame(PING, 1, 0, &payload);
            if kind == PING && stream.write_all(&answer).is_err() {
                break;
            }
        }
        start.elapsed()
    });
    let ended = ended.await.unwrap();
    assert!(ended >= LIMIT, "{ended:?}");
    known.list_vms(ListVmsRequest::default()).await.unwrap();
}

/// How many steps a VM without hints makes in some seconds.
async fn steps_in(client: &mut Client, name: &str, time: Duration) -> u64 {
    let (mut runner, run_name) = (client.clone(), name.to_owned());
    let running = tokio::spawn(async move {
        let run = RunVmRequest {
            name: run_name,
            until: Some(Until::Steps(1 << 50)),
            ..Default::default()
        };
        runner.run_vm(run).await
    });
    is_running(client, name).await;
    let before = current_step(client, name).await;
    tokio::time::sleep(time).await;
    let pause = PauseVmRequest {
        name: name.to_owned(),
    };
    client.pause_vm(pause).await.unwrap();
    running.await.unwrap().unwrap();
    current_step(client, name).await - before
}

async fn current_step(client: &mut Client, name: &str) -> u64 {
    let get = GetVmRequest {
        name: name.to_owned(),
    };
    let vm = client.get_vm(get).await.unwrap().into_inner().vm;
    vm.unwrap().current_step
}

/// A tenant with many VMs at work does not slow another's only one below its share of the threads. With as
/// many VMs as there are beside it, of one tenant, it would have one turn in thirty.
#[tokio::test]
async fn a_tenant_with_many_vms_leaves_another_its_share() {
    const OTHERS: usize = 30;
    let mut file = File::new("");
    let tokens = ["many", "one"].map(|name| file.tenant(name, ""));
    let server = file.serve(&["--threads", "2"]);
    let mut many = server.client_of(&tokens[0]).await;
    let mut one = server.client_of(&tokens[1]).await;
    let json = program(&LOOP, None);
    let hash = upload(&mut many, &json).await.unwrap();
    upload(&mut one, &json).await.unwrap();
    let single = create(&mut one, request(&hash)).await.name;
    let rival = create(&mut many, request(&hash)).await.name;
    let mut running = Vec::new();
    for _ in 0..OTHERS {
        let vm = create(&mut many, request(&hash)).await;
        let (mut runner, name) = (many.clone(), vm.name.clone());
        running.push(tokio::spawn(async move {
            let run = RunVmRequest {
                name,
                ..Default::default()
            };
            drop(runner.run_vm(run).await);
        }));
        is_running(&mut many, &vm.name).await;
    }
    let time = Duration::from_secs(3);
    let (alone, among) = tokio::join!(
        steps_in(&mut one, &single, time),
        steps_in(&mut many, &rival, time)
    );
    // Its share is a whole thread; each of the others has one of thirty-one turns of the second thread.
    assert!(alone > 8 * among, "{alone} against {among} steps");
    for run in running {
        run.abort();
    }
}

/// The soft limit of descriptors of a process.
fn soft_limit(process: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
    let line = text.lines().find(|line| line.starts_with("Max open files"));
    let soft = line.unwrap().split_whitespace().nth(3).unwrap();
    soft.parse().unwrap()
}

/// A server that was started with few descriptors has more connections than those, and its workers have not.
#[tokio::test]
async fn a_server_uses_all_descriptors_that_it_may_have() {
    let serve = vm_host("serve");
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -S -n 128; exec \"$@\"", "sh"])
        .arg(serve.get_program())
        .args(serve.get_args());
    for (name, value) in serve.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let server = Process::of(command, &["--max-connections-per-peer", "500"]);
    let streams: Vec<TcpStream> = (0..200).map(|_| connect(&server)).collect();
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], Some((0, "x = 1"))))
        .await
        .unwrap();
    let vm = create(&mut client, request(&hash)).await;
    assert!(server.descriptors() > streams.len());
    assert!(soft_limit(server.child.id()) > 200);
    assert!(soft_limit(vm.worker_process_id) <= 128);
}

/// A signal that ends a server leaves nothing of it, whichever it is.
#[test]
fn no_signal_leaves_the_socket() {
    for signal in [Signal::HUP, Signal::QUIT, Signal::INT, Signal::TERM] {
        let mut server = Process::start(&[]);
        assert!(server.socket.exists());
        server.child.signal(signal);
        let status = server.child.ended();
        assert_eq!(status.code(), Some(0), "{signal:?}: {}", server.log());
        assert!(!server.socket.exists(), "{signal:?}");
    }
}

/// What one VM failed with does not keep its owner from seeing all of them.
#[tokio::test]
async fn a_huge_failure_does_not_break_the_list() {
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let json = program(&[RET], Some((0, "raise ValueError('é' * 3_000_000)")));
    let hash = upload(&mut client, &json).await.unwrap();
    let request = CreateVmRequest {
        vm_id: "loud".to_owned(),
        ..request(&hash)
    };
    let vm = create(&mut client, request).await;
    let mut wide = client.clone().max_decoding_message_size(256 << 20);
    run(&mut wide, &vm.name, None).await;
    // With a client that takes 4 MiB, as most do.
    let list = client.list_vms(ListVmsRequest::default()).await.unwrap();
    let failure = list.into_inner().vms[0].failure.clone().unwrap();
    assert_eq!(failure.reason, "HINT_RAISED");
    assert!(failure.exception_message.starts_with('é'));
    assert!(
        failure.exception_message.len() <= 1024,
        "{}",
        failure.exception_message.len()
    );
}

/// What was sent is not said again at any length.
#[tokio::test]
async fn a_huge_name_of_a_layout_is_not_repeated() {
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], None)).await.unwrap();
    let request = CreateVmRequest {
        layout: "x".repeat(1 << 20),
        ..request(&hash)
    };
    let status = client.create_vm(request).await.unwrap_err();
    assert_eq!(reason(&status).1, "UNKNOWN_LAYOUT");
    assert!(status.message().len() < 200, "{}", status.message().len());
    assert!(server.log().len() < 10_000);
}

/// Whoever looks at variables whose texts never end waits as long as a hint may take, and is told so.
#[tokio::test]
async fn a_look_at_endless_texts_ends_with_the_time_of_a_hint() {
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let hint = "class Endless:\n    def __repr__(self):\n        while True: pass\nx = Endless()";
    let json = program(&[LOOP[0], LOOP[1]], Some((0, hint)));
    let hash = upload(&mut client, &json).await.unwrap();
    let request = CreateVmRequest {
        limits: Some(VmLimits {
            hint_timeout: Some(prost_types::Duration {
                seconds: 3,
                nanos: 0,
            }),
            ..VmLimits::default()
        }),
        ..request(&hash)
    };
    let vm = create(&mut client, request).await;
    run(&mut client, &vm.name, Some(Until::Steps(1))).await;
    let look = ReadHintScopesRequest {
        name: vm.name,
        ..Default::default()
    };
    let status = client.read_hint_scopes(look).await.unwrap_err();
    assert!(status.message().contains("`3` seconds"), "{status:?}");
}
