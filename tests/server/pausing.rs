//! State survives a pause exactly: a run that stops before every step leaves what the reference VM leaves.

use hint_proto::v1::run_vm_request::Until;
use hint_proto::v1::*;
use hint_tests::binaries;
use hint_tests::record::tests_directory;
use hint_tests::run::vm_host;
use sha2::{Digest as _, Sha256};

use crate::harness::*;
use crate::process::Process;

fn hexadecimal(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A server whose hints find cairo-lang, and the files that the corpus reads.
fn server() -> Process {
    let mut command = vm_host("serve");
    command
        .arg("--python-env")
        .arg(binaries::cairo_lang_env().unwrap());
    let preload = "starkware.cairo.lang.compiler.program";
    // One of its programs reads a file beside it.
    Process::of(command, &["--preload", preload, "--sandbox", "trusted"])
}

/// Pauses a run of `program` before every step. `every` chooses whether one run stops everywhere, or each
/// of many runs at one place.
async fn paused_runs_are_the_reference_run(program: &str) {
    let server = server();
    let mut client = server.client().await;
    let record = std::fs::read(tests_directory().join("reference/records").join(program)).unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    let hash = upload(&mut client, &corpus(program)).await.unwrap();
    let request = CreateVmRequest {
        program_hash: hash,
        layout: record["run"]["layout"].as_str().unwrap().to_owned(),
        trace: true,
        ..Default::default()
    };
    let steps = {
        let vm = create(&mut client, request.clone()).await;
        let mut last = vm.clone();
        // One run that stops everywhere.
        loop {
            let answer = run(&mut client, &vm.name, Some(Until::Steps(1))).await;
            let vm = answer.vm.clone().unwrap();
            match answer.stop_reason() {
                StopReason::Reached => assert_eq!(vm.current_step, last.current_step + 1),
                StopReason::Ended => break,
                _ => panic!("{vm:?}"),
            }
            last = vm;
        }
        is_the_reference_run(&mut client, &vm.name, &record, "stopped everywhere").await;
        last.current_step
    };
    assert!(steps > 5);
    // Runs that stop once.
    for step in 0..steps {
        let vm = create(&mut client, request.clone()).await;
        run(&mut client, &vm.name, Some(Until::Steps(step))).await;
        let answer = run(&mut client, &vm.name, None).await;
        assert_eq!(answer.stop_reason(), StopReason::Ended, "{:?}", answer.vm);
        let place = format!("stopped before step {step}");
        is_the_reference_run(&mut client, &vm.name, &record, &place).await;
        delete(&mut client, &vm.name).await;
    }
}

async fn is_the_reference_run(
    client: &mut Client,
    name: &str,
    record: &serde_json::Value,
    what: &str,
) {
    for (kind, key) in [(Artifact::Trace, "trace"), (Artifact::Memory, "memory")] {
        let expected = record["outcome"][key]["sha256"].as_str().unwrap();
        let found = hexadecimal(&artifact(client, name, kind).await);
        assert_eq!(found, expected, "{key} of a run {what}");
    }
}

#[tokio::test]
async fn programs_that_hints_loaded_survive_pauses() {
    paused_runs_are_the_reference_run("load/run_loaded_program.json").await;
}

#[tokio::test]
async fn rules_that_hints_registered_survive_pauses() {
    paused_runs_are_the_reference_run("rule/auto_deduction_chain.json").await;
}

#[tokio::test]
async fn hint_scopes_survive_pauses() {
    paused_runs_are_the_reference_run("scope/enter_exit.json").await;
}

#[tokio::test]
async fn temporary_segments_survive_pauses() {
    paused_runs_are_the_reference_run("memory/relocation_rule.json").await;
}
