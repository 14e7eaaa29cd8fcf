//! The log of a server: one line for each thing that happens to a VM, with whose it is.

use hint_proto::v1::*;
use hint_tests::run::vm_host;
use serde_json::Value;

use crate::harness::*;
use crate::process::Process;
use crate::tenants::File;

/// The lines with that message, or that begin so.
fn lines(log: &str, message: &str) -> Vec<Value> {
    log.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{line}")))
        .filter(|line| line["message"].as_str().unwrap().starts_with(message))
        .collect()
}

/// What a line says of the span of that name that it was written in.
fn span(line: &Value, name: &str) -> Value {
    let spans = line["spans"].as_array();
    let found = spans.and_then(|spans| spans.iter().find(|span| span["name"] == name));
    found.unwrap_or_else(|| panic!("{name}: {line}")).clone()
}

#[tokio::test]
async fn a_line_for_each_thing_that_happens() {
    let server = Process::start(&["--log-format", "json", "--max-vms", "1"]);
    let mut client = server.client().await;
    let json = program(&[RET], Some((0, "raise ValueError('told')")));
    let hash = upload(&mut client, &json).await.unwrap();
    let mine = CreateVmRequest {
        request_id: "mine".to_owned(),
        ..request(&hash)
    };
    let vm = create(&mut client, mine).await;
    let surplus = CreateVmRequest {
        vm_id: "refused".to_string(),
        ..request(&hash)
    };
    client.create_vm(surplus).await.unwrap_err();
    run(&mut client, &vm.name, None).await;
    delete(&mut client, &vm.name).await;
    upload(&mut client, b"{}").await.unwrap_err();
    eventually("nothing is logged of the end", || {
        server.log().contains("\"ended\"") && server.log().contains("upload refused")
    })
    .await;
    let log = server.log();
    let one = |message: &str| {
        let found = lines(&log, message);
        assert_eq!(found.len(), 1, "{message}\n{log}");
        found.into_iter().next().unwrap()
    };
    assert_eq!(one("uploaded")["program"], hash);
    assert!(one("uploaded")["peer"].is_string());
    for message in ["created", "failed", "ended"] {
        let span = &span(&one(message), "vm");
        assert_eq!(
            (&span["vm"], &span["request_id"]),
            (&vm.name.clone().into(), &"mine".into()),
            "{span}"
        );
        assert!(span["peer"].is_string(), "{span}");
        assert_eq!(span["program"], hash, "{span}");
    }
    let error = one("failed")["error"].to_string();
    assert!(error.contains("ValueError: told"), "{error}");
    let refused = one("vm refused");
    assert!(
        refused["error"]
            .to_string()
            .contains("there are already `1` VMs"),
        "{refused}"
    );
    assert_eq!(refused["vm"], "refused", "{refused}");
    assert!(refused["peer"].is_string(), "{refused}");
    assert!(one("upload refused")["peer"].is_string());
    assert_eq!(lines(&log, "listening").len(), 2, "{log}");
}

/// A call is named by its caller or by the server, in the answer and in the log, whatever it leads to; what is secret
/// is in neither.
#[tokio::test]
async fn calls_have_ids() {
    let mut file = File::new("");
    let token = file.tenant("one", "");
    file.write();
    let mut command = vm_host("serve");
    command.env("RUST_LOG", "debug");
    let path = file.path();
    let options = ["--log-format", "json", "--tenants", path.to_str().unwrap()];
    let server = Process::of(command, &options);
    let mut client = server.client_of(&token).await;
    let json = program(&[RET], Some((0, "raise ValueError('told')")));
    let hash = upload(&mut client, &json).await.unwrap();
    let vm = create(&mut client, request(&hash)).await;
    let named = |id: &str| {
        let mut call = tonic::Request::new(RunVmRequest {
            name: vm.name.clone(),
            ..Default::default()
        });
        call.metadata_mut()
            .insert("x-request-id", id.parse().unwrap());
        call
    };
    let answer = client.run_vm(named("mine-1")).await.unwrap();
    assert_eq!(answer.metadata().get("x-request-id").unwrap(), "mine-1");
    // A second run is refused, and what is no id is replaced.
    let refused = client.run_vm(named("no id")).await.unwrap_err();
    let made = refused
        .metadata()
        .get("x-request-id")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(made.len(), 32, "{made}");
    let mut stranger = server.client().await;
    let get = GetVmRequest {
        name: vm.name.clone(),
    };
    let unknown = stranger.get_vm(get).await.unwrap_err();
    assert!(
        unknown.metadata().contains_key("x-request-id"),
        "{unknown:?}"
    );
    eventually("nothing is logged of the calls", || {
        server.log().matches("UNAUTHENTICATED").count() > 0
    })
    .await;
    let log = server.log();
    let failed = lines(&log, "failed").remove(0);
    assert_eq!(span(&failed, "run")["call_id"], "mine-1");
    assert_eq!(span(&failed, "vm")["tenant"], "one");
    assert!(failed["hint"].is_string(), "{failed}");
    let answered = |id: &str| {
        let of = |line: &Value| span(line, "call")["call_id"] == id;
        let mut found = lines(&log, "answered").into_iter().filter(of);
        let line = found.next().unwrap_or_else(|| panic!("{id}\n{log}"));
        assert_eq!(found.next(), None, "{id}");
        line
    };
    assert_eq!(answered("mine-1")["code"], "OK");
    let line = answered(&made);
    assert_eq!(
        (&line["code"], &line["reason"]),
        (&"FAILED_PRECONDITION".into(), &"VM_ENDED".into())
    );
    let call = span(&line, "call");
    assert_eq!(call["method"], "RunVm");
    assert_eq!(
        (&call["tenant"], &call["vm"]),
        (&"one".into(), &vm.name.clone().into())
    );
    assert!(!log.contains(&token), "the token is in the log");
}

/// Off a terminal there is no colour, and cairo-vm's own lines are not ours to show.
#[tokio::test]
async fn text_has_no_colour() {
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&COUNTDOWN, None))
        .await
        .unwrap();
    let vm = create(&mut client, request(&hash)).await;
    run(&mut client, &vm.name, None).await;
    delete(&mut client, &vm.name).await;
    eventually("nothing is logged", || server.log().contains(": ended")).await;
    let log = server.log();
    assert!(!log.contains('\x1b') && !log.contains("cairo_vm"), "{log}");
    assert!(log.contains(&vm.name), "{log}");
}
