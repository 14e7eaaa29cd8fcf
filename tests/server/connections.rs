//! Connections: silent ones end, too many are refused, a server without descriptors recovers, and what an
//! odd authority does on the Unix socket.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use hint_proto::v1::*;
use hint_tests::process::{PATIENCE, Running};
use rustix::process::{Resource, Rlimit, Signal, prlimit};
use tonic::transport::Channel;

use crate::harness::*;
use crate::process::{Process, example_client};

/// The beginning of every HTTP/2 connection, with empty settings.
pub(crate) const PREFACE: &[u8] =
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

/// How long a connection may take to say what it wants.
const FIRST_WORDS: Duration = Duration::from_secs(10);
/// After how much silence a connection is asked whether it is there.
const SILENCE: Duration = Duration::from_secs(10);

/// Waits for the end of a connection.
fn ends(mut stream: impl Read) {
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            Ok(_) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

pub(crate) fn connect(server: &Process) -> TcpStream {
    let stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// How many descriptors the server has once it has started everything that it starts by itself.
async fn settled_descriptors(server: &Process) -> usize {
    let mut last = (server.descriptors(), Instant::now());
    while last.1.elapsed() < Duration::from_secs(2) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = server.descriptors();
        if now != last.0 {
            last = (now, Instant::now());
        }
    }
    last.0
}

#[tokio::test]
async fn silent_connections_end_and_others_do_not_notice() {
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let before = settled_descriptors(&server).await;
    let start = Instant::now();
    let ends_after = move |stream, limit| {
        ends(stream);
        assert!(
            start.elapsed() >= limit,
            "ended after {:?}",
            start.elapsed()
        );
    };
    let nothing = connect(&server);
    let mut half = connect(&server);
    half.write_all(&PREFACE[..10]).unwrap();
    let mut silent = connect(&server);
    silent.write_all(PREFACE).unwrap();
    let mut slow = connect(&server);
    slow.write_all(&PREFACE[..1]).unwrap();
    let mut trickle = slow.try_clone().unwrap();
    let threads = [
        std::thread::spawn(move || ends_after(nothing, FIRST_WORDS)),
        std::thread::spawn(move || ends_after(half, FIRST_WORDS)),
        // It answers no ping.
        std::thread::spawn(move || ends_after(silent, SILENCE)),
        std::thread::spawn(move || ends_after(slow, FIRST_WORDS)),
    ];
    for byte in &PREFACE[1..6] {
        // A byte now and then is no preface.
        let _ = trickle.write_all(&[*byte]);
        let start = Instant::now();
        client.list_vms(ListVmsRequest::default()).await.unwrap();
        assert!(start.elapsed() < FIRST_WORDS, "it waited for the others");
        tokio::time::sleep(Duration::from_millis(1500)).await;
    }
    drop(trickle);
    for thread in threads {
        thread.join().unwrap();
    }
    eventually("all descriptors close", || server.descriptors() <= before).await;
    client.list_vms(ListVmsRequest::default()).await.unwrap();
}

#[tokio::test]
async fn one_peer_does_not_take_all_connections() {
    let server = Process::start(&["--max-connections-per-peer", "4", "--max-connections", "6"]);
    let mut client = server.client().await;
    let mut more: Vec<TcpStream> = (0..3).map(|_| connect(&server)).collect();
    let start = Instant::now();
    ends(connect(&server));
    assert!(start.elapsed() < FIRST_WORDS, "it was let in");
    client.list_vms(ListVmsRequest::default()).await.unwrap();
    assert!(
        server.log().contains("there are too many"),
        "{}",
        server.log()
    );
    // Those on the Unix socket are another peer's.
    let mut other = server.unix_client().await;
    other.list_vms(ListVmsRequest::default()).await.unwrap();
    // A place that becomes free is given again.
    more.pop();
    let start = Instant::now();
    loop {
        let endpoint = Channel::from_shared(format!("http://{}", server.address)).unwrap();
        if let Ok(channel) = endpoint.connect().await
            && let mut again = client_on(channel)
            && again.list_vms(ListVmsRequest::default()).await.is_ok()
        {
            break;
        }
        assert!(start.elapsed() < FIRST_WORDS, "the place stays taken");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_server_without_descriptors_recovers() {
    let server = Process::start(&["--max-connections-per-peer", "1000"]);
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], Some((0, "x = 1"))))
        .await
        .unwrap();
    // A VM takes 13: the event loop of its thread, its worker's socket, pipes and process.
    let limit = server.descriptors() as u64 + 16;
    let limit = Rlimit {
        current: Some(limit),
        maximum: Some(limit),
    };
    prlimit(Some(server.child.pid()), Resource::Nofile, limit).unwrap();
    let streams: Vec<TcpStream> = (0..40).map(|_| connect(&server)).collect();
    // A worker needs descriptors, and so do the connections that are accepted meanwhile.
    let start = Instant::now();
    let mut faster = Vec::new();
    let refused = loop {
        match client.create_vm(request(&hash)).await {
            Ok(created) => faster.push(created.into_inner().vm.unwrap().name),
            Err(status) => break status,
        }
        assert!(start.elapsed() < PATIENCE, "there are always descriptors");
    };
    assert_eq!(reason(&refused).1, "WORKER_NOT_STARTED");
    let before = server.processor_seconds();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let used = server.processor_seconds() - before;
    assert!(used < 0.2, "waiting took {used} seconds of two");
    eventually("it says that it cannot", || {
        server.log().contains("cannot accept a connection")
    })
    .await;
    drop(streams);
    let mut fresh = server.client().await;
    let listed = fresh.list_vms(ListVmsRequest::default());
    tokio::time::timeout(PATIENCE, listed)
        .await
        .unwrap()
        .unwrap();
    // A VM that was created before the connections were accepted holds the descriptors of the next one.
    for name in faster {
        client.delete_vm(DeleteVmRequest { name }).await.unwrap();
    }
    // The ends of the connections are noticed one by one.
    let start = Instant::now();
    let vm = loop {
        match fresh.create_vm(request(&hash)).await {
            Ok(created) => break created.into_inner().vm.unwrap(),
            Err(status) => assert_eq!(reason(&status).1, "WORKER_NOT_STARTED"),
        }
        assert!(start.elapsed() < PATIENCE, "it has not recovered");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(
        run(&mut fresh, &vm.name, None).await.stop_reason(),
        StopReason::Ended
    );
}

/// A client that does not answer any more, with its connection open, is given up, and its VMs with it.
#[tokio::test]
async fn the_vms_of_a_stopped_client_end() {
    let server = Process::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("endless.json");
    std::fs::write(&path, program(&LOOP, None)).unwrap();
    let client = Running::start(
        example_client()
            .arg(server.address.to_string())
            .arg(&path)
            .stderr(Stdio::null()),
    );
    let mut observer = server.client().await;
    let vms = async |observer: &mut Client| {
        let list = observer.list_vms(ListVmsRequest::default()).await.unwrap();
        list.into_inner().vms.len()
    };
    let start = Instant::now();
    while vms(&mut observer).await == 0 {
        assert!(start.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    client.signal(Signal::STOP);
    let start = Instant::now();
    while vms(&mut observer).await > 0 {
        assert!(start.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn vms_of_another_peer_do_not_exist() {
    let server = Process::start(&[]);
    let (mut tcp, mut unix) = (server.client().await, server.unix_client().await);
    let hash = upload(&mut tcp, &program(&[RET], None)).await.unwrap();
    upload(&mut unix, &program(&[RET], None)).await.unwrap();
    let vm = CreateVmRequest {
        vm_id: "same".to_owned(),
        ..request(&hash)
    };
    let name = create(&mut tcp, vm.clone()).await.name;
    let get = GetVmRequest { name: name.clone() };
    let status = unix.get_vm(get.clone()).await.unwrap_err();
    assert_eq!(reason(&status).1, "VM_NOT_FOUND");
    let list = unix.list_vms(ListVmsRequest::default()).await.unwrap();
    assert!(list.into_inner().vms.is_empty());
    // Not even the name is taken.
    create(&mut unix, vm).await;
    delete(&mut unix, &name).await;
    tcp.get_vm(get).await.unwrap();
}

/// A connection that does nothing but begin calls and reset them is closed, and the others are not slower.
#[tokio::test]
async fn rapid_resets_close_the_connection() {
    const GOAWAY: u8 = 7;
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let mut stream = connect(&server);
    stream.write_all(PREFACE).unwrap();
    let mut reading = stream.try_clone().unwrap();
    let reader = std::thread::spawn(move || {
        loop {
            let mut head = [0; 9];
            if reading.read_exact(&mut head).is_err() {
                return false;
            }
            let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
            if reading.read_exact(&mut payload).is_err() {
                return false;
            }
            if head[3] == GOAWAY {
                return true;
            }
        }
    });
    let before = server.memory();
    for number in 0..20_000_u32 {
        let id = (2 * number + 1).to_be_bytes();
        let mut frames = list_vms(0, "localhost");
        // The data goes; the reset comes in its place.
        frames.truncate(frames.len() - 14);
        frames[5..9].copy_from_slice(&id);
        frames.extend_from_slice(&[0, 0, 4, 3, 0]);
        frames.extend_from_slice(&id);
        frames.extend_from_slice(&[0, 0, 0, 8]);
        if stream.write_all(&frames).is_err() {
            break;
        }
    }
    let listed = client.list_vms(ListVmsRequest::default());
    tokio::time::timeout(PATIENCE, listed)
        .await
        .unwrap()
        .unwrap();
    assert!(reader.join().unwrap(), "the connection was not closed");
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 32 << 20, "the server holds {grown} bytes more");
}

/// The HEADERS and DATA frames of a call of ListVms, as a client with that authority sends them.
fn list_vms(stream: u8, authority: &str) -> Vec<u8> {
    let mut block = vec![0x83, 0x86];
    let mut literal = |name: &[u8], value: &str| {
        block.extend_from_slice(name);
        block.push(u8::try_from(value.len()).unwrap());
        block.extend_from_slice(value.as_bytes());
    };
    literal(&[0x04], "/cairohints.v1.VmService/ListVms");
    literal(&[0x01], authority);
    literal(&[0x0f, 0x10], "application/grpc");
    literal(b"\x00\x02te", "trailers");
    let mut frames = vec![
        0,
        0,
        u8::try_from(block.len()).unwrap(),
        1,
        4,
        0,
        0,
        0,
        stream,
    ];
    frames.extend_from_slice(&block);
    frames.extend_from_slice(&[0, 0, 5, 0, 1, 0, 0, 0, stream, 0, 0, 0, 0, 0]);
    frames
}

/// Reads frames up to the first of that stream; its type, and the first byte of what it carries.
fn answer(socket: &mut UnixStream, stream: u8) -> (u8, Vec<u8>) {
    loop {
        let mut head = [0; 9];
        socket.read_exact(&mut head).unwrap();
        let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        socket.read_exact(&mut payload).unwrap();
        if head[8] == stream {
            return (head[3], payload);
        }
        assert_ne!(head[3], 7, "the connection is closed: {payload:?}");
    }
}

/// gRPC for Python, Java and Swift send the path of the socket, percent-encoded, unless they are told
/// otherwise. The HTTP/2 library refuses that call, and only that call.
#[test]
fn an_odd_authority_is_refused_and_the_connection_lives_on() {
    const HEADERS: u8 = 1;
    const RST_STREAM: u8 = 3;
    const PROTOCOL_ERROR: u8 = 1;
    let server = Process::start(&[]);
    let mut socket = UnixStream::connect(&server.socket).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.write_all(PREFACE).unwrap();
    socket.write_all(&list_vms(1, "%2Ftmp%2Fvm.sock")).unwrap();
    let (kind, payload) = answer(&mut socket, 1);
    assert_eq!((kind, payload[3]), (RST_STREAM, PROTOCOL_ERROR));
    for (stream, authority) in [(3, "localhost"), (5, "anything.example:1")] {
        socket.write_all(&list_vms(stream, authority)).unwrap();
        let (kind, _) = answer(&mut socket, stream);
        assert_eq!(kind, HEADERS, "{authority}");
    }
}
