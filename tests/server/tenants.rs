//! Tenants: who may call, and that nobody sees what is another's.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use hint_proto::v1::attach_hints_request::Message;
use hint_proto::v1::*;
use hint_tests::process_table::is_alive;
use hint_tests::run::vm_host;
use prost::Message as _;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt as _;
use vm_host::server::{NewToken, TokenHash};

use crate::harness::*;
use crate::process::Process;
use crate::raw::Bytes;

/// A file of tenants, and the tokens of those in it.
pub(crate) struct File {
    folder: tempfile::TempDir,
    text: String,
}

impl File {
    pub(crate) fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = text.to_owned();
        Self { folder, text }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("tenants.toml")
    }

    /// Adds a tenant with a token, which is returned, and with more of what the file may say of it.
    pub(crate) fn tenant(&mut self, name: &str, more: &str) -> String {
        let token = NewToken::make().unwrap();
        let hash = token.hash;
        let text = &mut self.text;
        write!(
            text,
            "\n[[tenant]]\nname = \"{name}\"\ntokens = [\"{hash}\"]\n{more}\n"
        )
        .unwrap();
        token.text
    }

    pub(crate) fn write(&self) {
        // As an editor does it: a server must never read half of it.
        let part = self.folder.path().join("part");
        std::fs::write(&part, &self.text).unwrap();
        std::fs::rename(part, self.path()).unwrap();
    }

    /// Starts a server with these tenants.
    pub(crate) fn serve(&self, options: &[&str]) -> Process {
        self.write();
        let path = self.path();
        let own = ["--tenants", path.to_str().unwrap()];
        Process::start(&[&own, options].concat())
    }
}

/// The uid of the tests.
fn uid() -> u32 {
    rustix::process::getuid().as_raw()
}

/// The paths of all methods that the server describes.
fn methods() -> Vec<String> {
    let set = prost_types::FileDescriptorSet::decode(hint_proto::FILE_DESCRIPTOR_SET).unwrap();
    let mut paths = Vec::new();
    for file in &set.file {
        for service in &file.service {
            // Sessions are between the server and its workers.
            if service.name() == "VmService" {
                let path = |method: &prost_types::MethodDescriptorProto| {
                    format!("/{}.{}/{}", file.package(), service.name(), method.name())
                };
                paths.extend(service.method.iter().map(path));
            }
        }
    }
    paths
}

/// What a call of any method is answered with.
async fn call(channel: &Channel, path: &str, authorization: &[&str]) -> Result<(), Status> {
    let mut grpc = tonic::client::Grpc::new(channel.clone());
    grpc.ready().await.unwrap();
    let mut request = tonic::Request::new(Vec::new());
    for value in authorization {
        let value = value.parse().unwrap();
        request.metadata_mut().append("authorization", value);
    }
    let path = path.parse().unwrap();
    let answer: Result<tonic::Response<Vec<u8>>, _> = grpc.unary(request, path, Bytes).await;
    answer.map(|_| ())
}

#[tokio::test]
async fn every_method_but_health_needs_a_tenant() {
    let mut file = File::new("");
    let token = file.tenant("alice", "");
    let server = file.serve(&[]);
    let channel = server.channel().await;
    let mut paths = methods();
    assert!(paths.len() > 15, "{paths:?}");
    for version in ["v1", "v1alpha"] {
        paths.push(format!(
            "/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"
        ));
    }
    paths.push("/cairohints.v1.VmService/MakeCoffee".to_owned());
    paths.push("/no.such.Service/Call".to_owned());
    for path in &paths {
        let status = call(&channel, path, &[]).await.unwrap_err();
        let expected = (Code::Unauthenticated, "NO_CREDENTIALS".to_owned());
        assert_eq!(reason(&status), expected, "{path}");
        // With a token each gets further than that.
        let bearer = format!("Bearer {token}");
        if let Err(status) = call(&channel, path, &[&bearer]).await {
            assert_ne!(status.code(), Code::Unauthenticated, "{path}: {status:?}");
        }
    }
    let mut health = HealthClient::new(channel);
    health.check(HealthCheckRequest::default()).await.unwrap();
    assert!(!server.log().contains(&token));
}

#[tokio::test]
async fn what_is_no_token_of_a_tenant_is_refused() {
    let mut file = File::new("");
    let token = file.tenant("alice", "");
    let [expired, ending] = [(); 2].map(|()| NewToken::make().unwrap());
    let day = 24 * 3600;
    let now = std::time::SystemTime::now();
    // Clocks may differ by a minute.
    let [long_ago, just_now] = [day, 20].map(|seconds| {
        let time = now - std::time::Duration::from_secs(seconds);
        prost_types::Timestamp::from(time).to_string()
    });
    writeln!(
        file.text,
        "[[tenant]]\nname = \"bob\"\nuids = [4000000000]\ntokens = [\
         {{hash = \"{}\", expires = {long_ago}}}, {{hash = \"{}\", expires = {just_now}}}]",
        expired.hash, ending.hash
    )
    .unwrap();
    let server = file.serve(&[]);
    let channel = server.channel().await;
    const PATH: &str = "/cairohints.v1.VmService/ListVms";
    let right = format!("Bearer {token}");
    let nearly = format!("{}0", &right[..right.len() - 1]);
    let nearly = if nearly == right {
        format!("{}1", &right[..right.len() - 1])
    } else {
        nearly
    };
    let hash = format!("Bearer {}", TokenHash::of(&token));
    let old = format!("Bearer {}", expired.text);
    let long = format!("Bearer {}", "a".repeat(4000));
    let basic = format!("Basic {token}");
    let wrong: [&[&str]; 11] = [
        &[""],
        &["Bearer"],
        &["Bearer "],
        &[&token],
        &[&basic],
        &[&nearly],
        &[&hash],
        &[&old],
        &[&long],
        &[&right, &right],
        &[&nearly, &right],
    ];
    for values in wrong {
        let status = call(&channel, PATH, values).await.unwrap_err();
        let expected = (Code::Unauthenticated, "BAD_CREDENTIALS".to_owned());
        assert_eq!(reason(&status), expected, "{values:?}");
    }
    let soon = format!("Bearer {}", ending.text);
    for right in [right, soon, format!("bearer {token}")] {
        call(&channel, PATH, &[&right]).await.unwrap();
    }
    let log = server.log();
    for secret in [&token, &expired.text, &ending.text] {
        assert!(!log.contains(secret.as_str()));
    }
}

/// Whoever calls a thousand times without a tenant does not fill the log.
#[tokio::test]
async fn strangers_do_not_fill_the_log() {
    let mut file = File::new("");
    file.tenant("alice", "");
    let server = file.serve(&[]);
    let mut stranger = server.client().await;
    let start = std::time::Instant::now();
    for _ in 0..1000 {
        let list = stranger.list_vms(ListVmsRequest::default());
        list.await.unwrap_err();
    }
    let log = server.log();
    let lines = log.lines().filter(|line| line.contains("refused `"));
    let seconds = start.elapsed().as_secs_f64();
    let lines = lines.count();
    assert!(
        lines >= 1 && lines as f64 <= seconds + 2.0,
        "{lines} in {seconds}"
    );
}

/// An error as a client sees it, with `own` in place of what it asked for.
fn seen(status: &Status, own: &str) -> String {
    let details = status.get_error_details();
    format!("{:?} {} {details:?}", status.code(), status.message()).replace(own, "IT")
}

#[tokio::test]
#[allow(
    clippy::needless_update,
    reason = "some of the requests have no field but the name"
)]
async fn vms_of_another_tenant_do_not_exist() {
    let mut file = File::new("");
    let tokens = ["alice", "bob"].map(|name| file.tenant(name, ""));
    let server = file.serve(&[]);
    let mut alice = server.client_of(&tokens[0]).await;
    let mut bob = server.client_of(&tokens[1]).await;
    let json = program(&[RET], Some((0, "x = 1")));
    let hash = upload(&mut alice, &json).await.unwrap();
    upload(&mut bob, &json).await.unwrap();
    let vm = CreateVmRequest {
        vm_id: "hers".to_owned(),
        request_id: "request".to_owned(),
        ..request(&hash)
    };
    let name = create(&mut alice, vm.clone()).await.name;
    macro_rules! refused {
        ($call:ident, $request:expr) => {{
            let mut texts = Vec::new();
            // The last one never existed.
            for name in [name.as_str(), "vms/none"] {
                let status = bob.$call($request(name.to_owned())).await.err();
                let status = status.expect("it is another's");
                assert_eq!(reason(&status), (Code::NotFound, "VM_NOT_FOUND".to_owned()));
                texts.push(seen(&status, name));
            }
            assert_eq!(texts[0], texts[1]);
        }};
        ($call:ident, $request:ident, ..) => {
            refused!($call, |name| $request {
                name,
                ..Default::default()
            })
        };
    }
    refused!(get_vm, GetVmRequest, ..);
    refused!(run_vm, RunVmRequest, ..);
    refused!(pause_vm, PauseVmRequest, ..);
    refused!(watch_vm, WatchVmRequest, ..);
    refused!(read_memory, ReadMemoryRequest, ..);
    refused!(write_memory, WriteMemoryRequest, ..);
    refused!(add_segment, AddSegmentRequest, ..);
    refused!(list_segments, ListSegmentsRequest, ..);
    refused!(read_return_values, ReadReturnValuesRequest, ..);
    refused!(read_hint_scopes, ReadHintScopesRequest, ..);
    refused!(list_hints, ListHintsRequest, ..);
    refused!(read_artifact, ReadArtifactRequest, ..);
    refused!(delete_vm, DeleteVmRequest, ..);
    refused!(attach_hints, |name| tokio_stream::iter([
        AttachHintsRequest {
            message: Some(Message::Name(name)),
        }
    ]));
    let listed = async |client: &mut Client| {
        let list = client.list_vms(ListVmsRequest::default()).await.unwrap();
        list.into_inner().vms.len()
    };
    assert_eq!((listed(&mut alice).await, listed(&mut bob).await), (1, 0));
    // Neither the name nor the request is taken.
    let his = create(&mut bob, vm.clone()).await;
    assert_eq!(his.name, name);
    delete(&mut bob, &name).await;
    let get = GetVmRequest { name: name.clone() };
    alice.get_vm(get).await.unwrap();
    // The same request of hers is the same VM.
    assert_eq!(create(&mut alice, vm).await.name, name);
    assert_eq!(listed(&mut alice).await, 1);
}

#[tokio::test]
async fn programs_of_another_tenant_do_not_exist() {
    let mut file = File::new("");
    let tokens = ["alice", "bob"].map(|name| file.tenant(name, ""));
    let server = file.serve(&[]);
    let mut alice = server.client_of(&tokens[0]).await;
    let mut bob = server.client_of(&tokens[1]).await;
    let hash = upload(&mut alice, &program(&[RET], None)).await.unwrap();
    let unknown = "0".repeat(64);
    let name = |hash: &str| format!("programs/{hash}");
    let mut texts = Vec::new();
    for hash in [&hash, &unknown] {
        let get = GetProgramRequest { name: name(hash) };
        let delete = DeleteProgramRequest { name: name(hash) };
        let statuses = [
            bob.create_vm(request(hash)).await.err(),
            bob.get_program(get).await.err(),
            bob.delete_program(delete).await.err(),
        ];
        for status in statuses {
            let status = status.expect("it is another's");
            assert_eq!(reason(&status).1, "PROGRAM_NOT_FOUND");
            texts.push(seen(&status, hash));
        }
    }
    assert_eq!(texts[..3], texts[3..]);
    let list = bob.list_programs(ListProgramsRequest::default());
    assert!(list.await.unwrap().into_inner().programs.is_empty());
    // What he deletes of the same program is his alone.
    upload(&mut bob, &program(&[RET], None)).await.unwrap();
    let delete = DeleteProgramRequest { name: name(&hash) };
    bob.delete_program(delete).await.unwrap();
    create(&mut alice, request(&hash)).await;
}

#[tokio::test]
async fn users_of_the_unix_socket_are_who_they_are() {
    let mut file = File::new("");
    let token = file.tenant("alice", "");
    writeln!(file.text, "[[tenant]]\nname = \"self\"\nuids = [{}]", uid()).unwrap();
    let server = file.serve(&[]);
    let mut unix = server.unix_client().await;
    let hash = upload(&mut unix, &program(&[RET], None)).await.unwrap();
    create(&mut unix, request(&hash)).await;
    // Over TCP the user is nobody.
    let mut tcp = server.client().await;
    let status = tcp.list_vms(ListVmsRequest::default()).await.unwrap_err();
    assert_eq!(reason(&status).1, "NO_CREDENTIALS");
    let mut alice = server.client_of(&token).await;
    let list = alice.list_vms(ListVmsRequest::default()).await.unwrap();
    assert!(list.into_inner().vms.is_empty());
    drop(server);
    let mut file = File::new("");
    file.tenant("alice", &format!("uids = [{}]", uid() + 1));
    let server = file.serve(&[]);
    let mut unix = server.unix_client().await;
    let status = unix.list_vms(ListVmsRequest::default()).await.unwrap_err();
    assert_eq!(reason(&status).1, "NO_CREDENTIALS");
}

#[tokio::test]
async fn the_file_is_read_again_when_it_changes() {
    let mut file = File::new("");
    let alice = file.tenant("alice", "");
    let before = file.text.clone();
    let bob = file.tenant("bob", "");
    let server = file.serve(&[]);
    let mut alice = server.client_of(&alice).await;
    let mut former = server.client_of(&bob).await;
    let json = program(&LOOP, Some((0, "x = 1")));
    let hash = upload(&mut alice, &json).await.unwrap();
    upload(&mut former, &json).await.unwrap();
    let hers = create(&mut alice, request(&hash)).await;
    let his = create(&mut former, request(&hash)).await;
    // What cannot be used changes nothing, and is said without what it says.
    file.text = format!("{before}\nsecret = \"hunter2\"\n");
    file.write();
    eventually("a bad file is not noticed", || {
        server.log().contains("the tenants stay as they are")
    })
    .await;
    assert!(!server.log().contains("hunter2"));
    former.list_vms(ListVmsRequest::default()).await.unwrap();
    // Without him, and with another.
    file.text = before;
    let carol = file.tenant("carol", "");
    file.write();
    eventually("his worker lives on", || !is_alive(his.worker_process_id)).await;
    let status = former.list_vms(ListVmsRequest::default()).await;
    assert_eq!(reason(&status.unwrap_err()).1, "BAD_CREDENTIALS");
    assert!(is_alive(hers.worker_process_id));
    let get = GetVmRequest { name: hers.name };
    alice.get_vm(get).await.unwrap();
    let mut carol = server.client_of(&carol).await;
    carol.list_vms(ListVmsRequest::default()).await.unwrap();
    assert!(server.log().contains("its tenant is none any more"));
}

#[tokio::test]
async fn no_secret_is_in_the_environment_of_a_worker() {
    let mut file = File::new("");
    let token = file.tenant("alice", "");
    let server = file.serve(&[]);
    let mut alice = server.client_of(&token).await;
    let hash = upload(&mut alice, &program(&[RET], Some((0, "x = 1"))))
        .await
        .unwrap();
    let vm = create(&mut alice, request(&hash)).await;
    let hash = TokenHash::of(&token).to_string();
    for process in [vm.worker_process_id, server.child.id()] {
        for file in ["environ", "cmdline"] {
            let text = std::fs::read(format!("/proc/{process}/{file}")).unwrap();
            let text = String::from_utf8_lossy(&text).into_owned();
            assert!(!text.is_empty() || file == "environ");
            assert!(!text.contains(&token) && !text.contains(&hash), "{file}");
        }
    }
    let log = server.log();
    assert!(!log.contains(&token) && !log.contains(&hash));
}

#[tokio::test]
async fn the_log_says_who_created_and_ended_what_and_why() {
    let mut file = File::new("");
    let token = file.tenant("alice", "");
    let server = file.serve(&["--log-format", "json"]);
    let mut alice = server.client_of(&token).await;
    let hash = upload(&mut alice, &program(&LOOP, Some((0, "x = 1"))))
        .await
        .unwrap();
    let deleted = create(&mut alice, request(&hash)).await;
    delete(&mut alice, &deleted.name).await;
    let killed = create(&mut alice, request(&hash)).await;
    let (mut runner, name) = (alice.clone(), killed.name.clone());
    let running = tokio::spawn(async move {
        let run = RunVmRequest {
            name,
            ..Default::default()
        };
        runner.run_vm(run).await
    });
    is_running(&mut alice, &killed.name).await;
    delete(&mut alice, &killed.name).await;
    running.await.unwrap().unwrap_err();
    let mut other = server.client_of(&token).await;
    let left = create(&mut other, request(&hash)).await;
    drop(other);
    eventually("the third VM does not end", || {
        server.log().contains("its connection closed")
    })
    .await;
    let log = server.log();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let of = |vm: &Vm, message: &str| {
        let mut found = lines.iter().filter(|line| {
            let text = line["message"].as_str().unwrap_or_default();
            text.starts_with(message) && (line["span"]["vm"] == vm.name || line["vm"] == vm.name)
        });
        let line = found.next();
        line.unwrap_or_else(|| panic!("{message} of {}\n{log}", vm.name))
            .clone()
    };
    for (vm, why, was_killed) in [
        (&deleted, "deleted", false),
        (&killed, "deleted", true),
        (&left, "its connection closed", false),
    ] {
        for message in ["created", "ended"] {
            let span = &of(vm, message)["span"];
            assert_eq!(span["tenant"], "alice", "{span}");
            assert_eq!(span["peer"], "tcp:127.0.0.1", "{span}");
        }
        let ended = of(vm, "ended");
        assert_eq!(ended["reason"], why, "{ended}");
        assert_eq!(ended["killed"], was_killed, "{ended}");
    }
    let asked = of(&killed, "delete asked for");
    assert_eq!(
        (&asked["tenant"], &asked["peer"]),
        (&"alice".into(), &"tcp:127.0.0.1".into())
    );
}

#[tokio::test]
async fn a_name_is_given_to_one_of_those_who_ask_at_once() {
    let mut file = File::new("");
    let token = file.tenant("alice", "");
    let server = file.serve(&[]);
    let mut alice = server.client_of(&token).await;
    let hash = upload(&mut alice, &program(&[RET], None)).await.unwrap();
    let asking: Vec<_> = (0..100)
        .map(|_| {
            let mut client = alice.clone();
            let request = CreateVmRequest {
                vm_id: "same".to_owned(),
                ..request(&hash)
            };
            tokio::spawn(async move { client.create_vm(request).await })
        })
        .collect();
    let mut created = 0;
    for asked in asking {
        match asked.await.unwrap() {
            Ok(_) => created += 1,
            Err(status) => {
                let expected = (Code::AlreadyExists, "VM_ALREADY_EXISTS".to_owned());
                assert_eq!(reason(&status), expected);
            }
        }
    }
    assert_eq!(created, 1);
    // Names that the server chooses have 128 bits.
    let [one, other] = [
        create(&mut alice, request(&hash)).await.name,
        create(&mut alice, request(&hash)).await.name,
    ];
    assert_ne!(one, other);
    let digits = one.strip_prefix("vms/").unwrap();
    assert_eq!(digits.len(), 32);
    assert!(digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
}

/// What `vm-host serve` says that does not start, and its exit code.
fn refused(arguments: &[&str]) -> (i32, String) {
    let mut command = vm_host("serve");
    let output = command
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), text)
}

#[test]
fn who_listens_for_everybody_must_say_so() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:7777"] {
        let (code, text) = refused(&["--listen", address]);
        assert_eq!(code, 2, "{text}");
        assert!(
            text.contains(&format!("cannot listen on `{address}`")),
            "{text}"
        );
        assert!(
            text.contains("\nhint: ") && text.contains("--tenants"),
            "{text}"
        );
    }
    // An address that this machine does not have: it is tried now, and fails for that.
    let (code, text) = refused(&["--listen", "192.0.2.1:7777", "--insecure"]);
    assert_eq!(code, 73, "{text}");
    let mut file = File::new("");
    file.tenant("alice", "");
    file.write();
    let path = file.path();
    let (code, text) = refused(&[
        "--listen",
        "192.0.2.1:7777",
        "--tenants",
        path.to_str().unwrap(),
    ]);
    assert_eq!(code, 73, "{text}");
    assert!(
        text.contains("warning: tokens and programs reach"),
        "{text}"
    );
}

#[test]
fn a_file_that_cannot_be_used_is_refused_without_its_secrets() {
    let hash = NewToken::make().unwrap().hash;
    let tenant = |rest: &str| format!("[[tenant]]\nname = \"alice\"\n{rest}\n");
    let twice = |rest: &str| format!("{0}[[tenant]]\nname = \"bob\"\n{rest}\n", tenant(rest));
    for (text, expected) in [
        ("[".to_owned(), "line 1: "),
        ("\n\nsecret = 1\n".to_owned(), "line 3: "),
        (tenant(""), "nobody can be `alice`"),
        (
            tenant("tokens = [\"hunter2\"]"),
            "a token of `alice` is no hash",
        ),
        (tenant("certificates = [\"*.example\"]"), "`*.example`"),
        (tenant("uids = [-1]"), "line 3: "),
        (tenant("uids = [1]\nlimits = {max_vmss = 1}"), "line 4: "),
        (
            format!("{0}{0}", tenant("uids = [1]")),
            "the name `alice` is given twice",
        ),
        (twice("uids = [1]"), "the uid `1` is given twice"),
        (
            twice("certificates = [\"a\"]"),
            "the certificate `a` is given twice",
        ),
        (twice(&format!("tokens = [\"{hash}\"]")), "is given twice"),
        (
            tenant(&format!(
                "tokens = [{{hash = \"{hash}\", expires = 2027-01-01}}]"
            )),
            "`2027-01-01` is no time",
        ),
        (
            "[[tenant]]\nname = \"Alice!\"\nuids = [1]".to_owned(),
            "`Alice!` is no name",
        ),
    ] {
        let file = File::new(&text);
        file.write();
        let path = file.path();
        let (code, said) = refused(&[
            "--listen",
            "127.0.0.1:0",
            "--tenants",
            path.to_str().unwrap(),
        ]);
        assert_eq!(code, 65, "{text}\n{said}");
        assert!(said.contains(expected), "{text}\n{said}");
        assert!(
            said.contains("error: cannot use the tenants in `"),
            "{said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
    }
    let (code, said) = refused(&["--listen", "127.0.0.1:0", "--tenants", "/nowhere"]);
    assert_eq!(code, 66, "{said}");
}

#[test]
fn the_command_token_makes_what_the_file_needs() {
    let made = [(); 2].map(|()| {
        let output = vm_host("token").output().unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let [token, hash] = lines.as_slice() else {
            panic!("{text}");
        };
        assert_eq!(TokenHash::of(token).to_string(), *hash);
        assert!(!String::from_utf8(output.stderr).unwrap().contains(token));
        (*token).to_owned()
    });
    assert_ne!(made[0], made[1]);
}
