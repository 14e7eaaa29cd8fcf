//! The lives of VMs, connections and the server: nothing is left behind.

use std::time::{Duration, Instant};

use hint_proto::v1::*;
use hint_tests::process::PATIENCE;
use hint_tests::process_table::is_alive;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use vm_host::server::{ListenError, Listeners};

use crate::harness::*;

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[tokio::test]
async fn deleted_vms_leave_nothing() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], Some((0, "x = 1"))))
        .await
        .unwrap();
    let warm = create(&mut client, request(&hash)).await;
    delete(&mut client, &warm.name).await;
    let mut processes = Vec::new();
    for _ in 0..4 {
        let mut names = Vec::new();
        for _ in 0..25 {
            let vm = create(&mut client, request(&hash)).await;
            processes.push(vm.worker_process_id);
            names.push(vm.name);
        }
        for name in names {
            delete(&mut client, &name).await;
        }
    }
    assert!(processes.iter().all(|pid| *pid != 0));
    eventually("all workers end", || {
        !processes.iter().any(|pid| is_alive(*pid))
    })
    .await;
    // Other tests of this process open and close descriptors too, but not a hundred times as many.
    eventually("all descriptors close", || descriptors() < 300).await;
    let list = client
        .list_vms(ListVmsRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert!(list.vms.is_empty());
}

#[tokio::test]
async fn vms_end_with_their_connection_unless_they_have_time() {
    let server = Server::start();
    let mut observer = server.client().await;
    let hash = upload(&mut observer, &program(&LOOP, Some((0, "x = 1"))))
        .await
        .unwrap();
    let mut client = server.client().await;
    let tied = create(&mut client, request(&hash)).await;
    let limits = VmLimits {
        time_to_live: Some(prost_types::Duration {
            // More than the rest of the test takes on a busy machine.
            seconds: 15,
            nanos: 0,
        }),
        ..Default::default()
    };
    let free = create(
        &mut client,
        CreateVmRequest {
            limits: Some(limits),
            ..request(&hash)
        },
    )
    .await;
    let (mut runner, name) = (client.clone(), tied.name.clone());
    let running = tokio::spawn(async move {
        let _ = runner
            .run_vm(RunVmRequest {
                name,
                until: None,
                ..Default::default()
            })
            .await;
    });
    is_running(&mut client, &tied.name).await;
    running.abort();
    let _ = running.await;
    drop(client);
    eventually("the worker ends with the connection", || {
        !is_alive(tied.worker_process_id)
    })
    .await;
    assert!(is_alive(free.worker_process_id));
    let get = GetVmRequest { name: free.name };
    observer.get_vm(get.clone()).await.unwrap();
    eventually("the worker ends with its time", || {
        !is_alive(free.worker_process_id)
    })
    .await;
    assert_eq!(
        reason(&observer.get_vm(get).await.unwrap_err()).1,
        "VM_NOT_FOUND"
    );
}

#[tokio::test]
async fn a_server_that_ends_says_so_and_ends_in_time() {
    let grace = Duration::from_secs(4);
    let mut server = Server::with(|options| options.grace = grace);
    let mut client = server.client().await;
    let channel = tonic::transport::Channel::from_shared(format!("http://{}", server.address));
    let mut health = HealthClient::new(channel.unwrap().connect().await.unwrap());
    let service = "cairohints.v1.VmService".to_owned();
    let status = async |health: &mut HealthClient<_>, service: &String| {
        let request = HealthCheckRequest {
            service: service.clone(),
        };
        health.check(request).await.unwrap().into_inner().status()
    };
    use tonic_health::pb::health_check_response::ServingStatus;
    assert_eq!(status(&mut health, &service).await, ServingStatus::Serving);
    let hash = upload(&mut client, &program(&LOOP, Some((0, "x = 1"))))
        .await
        .unwrap();
    let vm = create(&mut client, request(&hash)).await;
    // A connection that never says anything must not hold up the end.
    let _silent = std::net::TcpStream::connect(server.address).unwrap();
    let (mut runner, name) = (client.clone(), vm.name.clone());
    let running = tokio::spawn(async move {
        runner
            .run_vm(RunVmRequest {
                name,
                until: None,
                ..Default::default()
            })
            .await
    });
    is_running(&mut client, &vm.name).await;
    let start = Instant::now();
    server.stop();
    let refused = is_draining(&mut client, &hash).await;
    assert_eq!(
        status(&mut health, &service).await,
        ServingStatus::NotServing
    );
    assert_eq!(
        reason(&refused),
        (Code::Unavailable, "SERVER_DRAINING".to_owned())
    );
    let ended = running.await.unwrap().unwrap_err();
    assert!(start.elapsed() >= grace, "the grace period was cut short");
    assert_eq!(
        reason(&ended),
        (Code::Unavailable, "SERVER_SHUTDOWN".to_owned())
    );
    let joined = tokio::task::spawn_blocking(move || server.join());
    tokio::time::timeout(PATIENCE, joined)
        .await
        .unwrap()
        .unwrap();
    eventually("the worker ends", || !is_alive(vm.worker_process_id)).await;
}

/// Reflection of both versions lists the services and gives the file of ours.
#[tokio::test]
async fn the_service_describes_itself() {
    let server = Server::start();
    let channel = tonic::transport::Channel::from_shared(format!("http://{}", server.address));
    let channel = channel.unwrap().connect().await.unwrap();
    macro_rules! describe {
        ($version:ident) => {{
            use pb::server_reflection_request::MessageRequest;
            use pb::server_reflection_response::MessageResponse;
            use tonic_reflection::pb::$version as pb;
            let ask = |message| pb::ServerReflectionRequest {
                host: String::new(),
                message_request: Some(message),
            };
            let requests = [
                ask(MessageRequest::ListServices(String::new())),
                ask(MessageRequest::FileContainingSymbol(
                    "cairohints.v1.VmService".to_owned(),
                )),
            ];
            let mut client =
                pb::server_reflection_client::ServerReflectionClient::new(channel.clone());
            let answers = client
                .server_reflection_info(tokio_stream::iter(requests))
                .await
                .unwrap();
            let mut answers = answers.into_inner();
            let mut next = async || answers.message().await.unwrap().unwrap().message_response;
            let Some(MessageResponse::ListServicesResponse(list)) = next().await else {
                panic!("no list");
            };
            let names: Vec<String> = list.service.into_iter().map(|s| s.name).collect();
            for name in ["cairohints.v1.VmService", "grpc.health.v1.Health"] {
                assert!(names.contains(&name.to_owned()), "{names:?}");
            }
            let Some(MessageResponse::FileDescriptorResponse(files)) = next().await else {
                panic!("no file");
            };
            let mut file = prost_types::FileDescriptorProto::default();
            prost::Message::merge(&mut file, files.file_descriptor_proto[0].as_slice()).unwrap();
            assert_eq!(file.name(), "cairohints/v1/vm_service.proto");
            let methods = &file.service[0].method;
            assert!(methods.iter().any(|method| method.name() == "CreateVm"));
        }};
    }
    describe!(v1);
    describe!(v1alpha);
}

#[tokio::test]
async fn a_stale_socket_is_replaced_and_a_live_one_is_not() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let listeners = Listeners::bind(None, Some(&path)).await.unwrap();
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let second = Listeners::bind(None, Some(&path)).await;
    assert!(matches!(second, Err(ListenError::InUse(_))));
    drop(listeners);
    assert!(!path.exists());
}
