//! The log of a server: one line for each thing that happens to a VM, with whose it is.

use hint_proto::v1::*;
use serde_json::Value;

use crate::harness::*;
use crate::process::Process;

/// The lines with that message, or that begin so.
fn lines(log: &str, message: &str) -> Vec<Value> {
    log.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{line}")))
        .filter(|line| line["message"].as_str().unwrap().starts_with(message))
        .collect()
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
        let span = &one(message)["span"];
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
