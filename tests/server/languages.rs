//! Hints in WebAssembly and of contracts under the service: pauses change nothing, and what they do wrong ends their
//! own VM only.

use hint_proto::v1::run_vm_request::Until;
use hint_proto::v1::*;
use hint_tests::record::tests_directory;
use hint_tests::run::vm_host;
use serde_json::{Value, json};

use crate::harness::*;
use crate::process::Process;

pub(crate) fn program_of(name: &str) -> Vec<u8> {
    std::fs::read(tests_directory().join("contracts/cairo").join(name)).unwrap()
}

/// The folder of the worlds of contracts, and of the contracts themselves.
pub(crate) fn worlds() -> String {
    tests_directory()
        .join("contracts")
        .to_str()
        .unwrap()
        .to_owned()
}

/// The module `sums`.
const SUMS: &str = r#"(module
    (func (export "plus") (param i64 i64) (result i64) local.get 0 local.get 1 i64.add))"#;
/// A module whose functions have no end, print without one, trap, and take memory until there is none.
const HOSTILE: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "hang") loop br 0 end)
    (func (export "flood")
        (i32.store (i32.const 0) (i32.const 16))
        (i32.store (i32.const 4) (i32.const 4096))
        (loop
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
            (br 0)))
    (func (export "trap") unreachable)
    (func (export "grow") loop i32.const 64 memory.grow drop br 0 end))"#;

/// A VM whose hints find the world of the examples and these modules.
fn request_with(hash: &str, modules: &[(&str, &str)]) -> CreateVmRequest {
    let folder = tests_directory().join("contracts/cairo");
    let modules = modules.iter().map(|(name, code)| WasmModule {
        name: (*name).to_owned(),
        code: wat::parse_str(code).unwrap().into(),
    });
    CreateVmRequest {
        import_paths: vec![folder.to_str().unwrap().to_owned()],
        wasm: Some(WasmInputs {
            modules: modules.collect(),
            limits: None,
        }),
        ..request(hash)
    }
}

/// A VM whose hints find the world of the examples and the module `sums`.
pub(crate) fn request_with_sums(hash: &str) -> CreateVmRequest {
    request_with(hash, &[("sums", SUMS)])
}

/// Trace and memory of a VM that has ended.
async fn results(client: &mut Client, vm: &Vm) -> [Vec<u8>; 2] {
    let trace = artifact(client, &vm.name, Artifact::Trace).await;
    [trace, artifact(client, &vm.name, Artifact::Memory).await]
}

#[tokio::test]
async fn programs_in_three_languages_survive_pauses() {
    // The world of contracts is read from files, which the sandbox opens.
    let server = Server::with(|options| options.import_paths = vec![worlds()]);
    let mut client = server.client().await;
    for name in ["languages.json", "syscalls.json", "rules.json"] {
        let hash = upload(&mut client, &program_of(name)).await.unwrap();
        let request = request_with(&hash, &[("sums", SUMS)]);
        let vm = create(&mut client, request.clone()).await;
        let answer = run(&mut client, &vm.name, None).await;
        assert_eq!(answer.stop_reason(), StopReason::Ended, "{:?}", answer.vm);
        let steps = answer.vm.unwrap().current_step;
        let expected = results(&mut client, &vm).await;
        // One that stops everywhere.
        let vm = create(&mut client, request.clone()).await;
        let mut stops = 0;
        loop {
            let answer = run(&mut client, &vm.name, Some(Until::Steps(1))).await;
            match answer.stop_reason() {
                StopReason::Reached => stops += 1,
                StopReason::Ended => break,
                _ => panic!("{name}: {:?}", answer.vm),
            }
        }
        assert!(stops + 1 >= steps, "{name}: {stops} stops, {steps} steps");
        let found = results(&mut client, &vm).await;
        assert!(found == expected, "{name}, stopped everywhere");
        // Those that stop once, each of which is a VM of its own: of the program with all languages.
        let places = if name == "languages.json" { steps } else { 0 };
        for step in 0..places {
            let vm = create(&mut client, request.clone()).await;
            run(&mut client, &vm.name, Some(Until::Steps(step))).await;
            let answer = run(&mut client, &vm.name, None).await;
            assert_eq!(answer.stop_reason(), StopReason::Ended, "{:?}", answer.vm);
            let found = results(&mut client, &vm).await;
            assert!(found == expected, "{name}, stopped before step {step}");
            delete(&mut client, &vm.name).await;
        }
    }
}

/// A program whose only hint is this code.
fn with_hint(code: &str) -> Vec<u8> {
    program(&[RET], Some((0, code)))
}

/// What a hint does wrong is its own VM's failure, by name; another VM, at work in the same languages meanwhile, does
/// not notice.
#[tokio::test]
async fn an_engine_that_dies_hangs_or_floods_ends_its_own_run() {
    let folder = tempfile::tempdir().unwrap();
    let contract = "#[multiversx_sc::contract]\ntrait C {\n\
        #[endpoint] fn hang(&self) { loop { self.note().set(1u64); } }\n\
        #[endpoint] fn flood(&self) { let mut b = ManagedBuffer::from(\"x\"); loop { b = b.concat(b.clone()); } }\n\
        #[endpoint] fn deep(&self) { self.deeper(1) }\nfn deeper(&self, a: u64) { self.deeper(a + 1) }\n\
        #[storage_mapper(\"note\")] fn note(&self) -> SingleValueMapper<u64>;\n}\n";
    std::fs::write(folder.path().join("c.rs"), contract).unwrap();
    let world: Value = json!({"steps": [{"step": "setState", "accounts": {
        "address:a": {}, "sc:c": {"code": "file:c.rs"}
    }}]});
    let world_file = folder.path().join("c.scen.json");
    std::fs::write(&world_file, world.to_string()).unwrap();
    let contract_hint = |call: &str| {
        let world = world_file.display();
        format!("# lang: contract\nuse \"{world}\"\ncaller \"address:a\"\nc.{call}()")
    };
    let wasm_hint = |call: &str| format!("# lang: wasm\nm.{call}()");
    let python = "import os, signal\nsyscall_handler\nos.kill(os.getpid(), signal.SIGKILL)";

    let worlds = vec![worlds(), folder.path().to_str().unwrap().to_owned()];
    let server = Server::with(|options| options.import_paths = worlds);
    let mut client = server.client().await;
    let good = upload(&mut client, &program_of("languages.json"))
        .await
        .unwrap();
    let vm = create(&mut client, request_with(&good, &[("sums", SUMS)])).await;
    run(&mut client, &vm.name, None).await;
    let expected = results(&mut client, &vm).await;

    for (code, timeout, message) in [
        (wasm_hint("hang"), 1, "ran longer than the limit of"),
        (wasm_hint("flood"), 1, "ran longer than the limit of"),
        (wasm_hint("trap"), 60, "TrapError: line 2: `m.trap()`"),
        (
            wasm_hint("grow"),
            60,
            "MemoryLimitError: line 2: `m.grow()`",
        ),
        (contract_hint("hang"), 1, "ran longer than the limit of"),
        (contract_hint("flood"), 60, "status `5`: `not enough gas`"),
        (contract_hint("deep"), 60, "status `5`: `not enough gas`"),
        (python.to_owned(), 60, "the hint worker died"),
    ] {
        // One that is in the middle of its run.
        let other = create(&mut client, request_with(&good, &[("sums", SUMS)])).await;
        run(&mut client, &other.name, Some(Until::Steps(20))).await;
        let mut json: Value = serde_json::from_slice(&with_hint(&code)).unwrap();
        if code == python {
            let first = json["hints"]["0"][0].clone();
            json["hints"]["0"].as_array_mut().unwrap().insert(0, first);
            json["hints"]["0"][0]["code"] = json!(contract_hint("deep").replace("c.deep()", ""));
        }
        let hash = upload(&mut client, json.to_string().as_bytes())
            .await
            .unwrap();
        let mut request = request_with(&hash, &[("m", HOSTILE)]);
        request.limits = Some(VmLimits {
            hint_timeout: Some(prost_types::Duration {
                seconds: timeout,
                nanos: 0,
            }),
            ..VmLimits::default()
        });
        let bad = create(&mut client, request).await;
        let answer = run(&mut client, &bad.name, None).await;
        assert_eq!(answer.stop_reason(), StopReason::Failed, "{code}");
        let failed = answer.vm.unwrap();
        assert_eq!(failed.state(), VmState::Failed, "{code}");
        let said = failed.failure.unwrap().message;
        assert!(said.contains(message), "{code}\n{said}");
        let answer = run(&mut client, &other.name, None).await;
        assert_eq!(answer.stop_reason(), StopReason::Ended, "{code}");
        assert!(results(&mut client, &other).await == expected, "{code}");
        delete(&mut client, &bad.name).await;
        delete(&mut client, &other.name).await;
    }
}

/// A module of some size: functions that are all different.
fn large_module() -> String {
    let functions = (0..300).map(|number| {
        let term = format!(
            "(i64.mul (i64.add (local.get 0) (i64.const {number})) (i64.xor (local.get 1) (i64.const {number})))"
        );
        let sum = (0..8).fold(term.clone(), |sum, _| format!("(i64.add {sum} {term})"));
        format!("(func (export \"f{number}\") (param i64 i64) (result i64) {sum})")
    });
    format!("(module {})", functions.collect::<String>())
}

/// `Rss` and `Pss` in kilobytes of what a process has mapped of the files in a folder; nothing if that is nothing.
fn mapped_of(pid: u32, folder: &str) -> Option<(u64, u64)> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/smaps")).unwrap();
    let mut inside = false;
    let mut sums = None;
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        match words.next() {
            Some(name @ ("Rss:" | "Pss:")) if inside => {
                let size: u64 = words.next().unwrap().parse().unwrap();
                let (rss, pss) = sums.get_or_insert((0, 0));
                *if name == "Rss:" { rss } else { pss } += size;
            }
            Some(word) if !word.ends_with(':') => inside = line.contains(folder),
            _ => {}
        }
    }
    sums
}

/// Memory does not grow by a module for each VM: all map the one that was compiled.
#[tokio::test]
async fn two_hundred_vms_share_one_compiled_module() {
    const VMS: usize = 200;
    let cache = tempfile::tempdir().unwrap();
    let mut command = vm_host("serve");
    command.env("CAIROHINTS_WASM_CACHE", cache.path());
    // Compiled modules are kept in files, which contained workers have none of.
    let options = ["--max-vms-per-tenant", "300", "--sandbox", "trusted"];
    let server = Process::of(command, &options);
    let mut client = server.client().await;
    let hint = "# lang: wasm\nlarge.f7(1, 2)";
    let hash = upload(&mut client, &program(&LOOP, Some((0, hint))))
        .await
        .unwrap();
    let module = large_module();
    let request = request_with(&hash, &[("large", &module)]);
    for _ in 0..VMS {
        let vm = create(&mut client, request.clone()).await;
        let answer = run(&mut client, &vm.name, Some(Until::Steps(2))).await;
        assert_eq!(answer.stop_reason(), StopReason::Reached, "{:?}", answer.vm);
    }
    let list = ListVmsRequest {
        page_size: 200,
        ..ListVmsRequest::default()
    };
    let vms = client.list_vms(list).await.unwrap().into_inner().vms;
    assert_eq!(vms.len(), VMS);
    let folder = cache.path().to_str().unwrap();
    let each: Vec<(u64, u64)> = vms
        .iter()
        .map(|vm| mapped_of(vm.worker_process_id, folder).expect("the module is mapped"))
        .collect();
    let largest = each.iter().map(|(rss, _)| *rss).max().unwrap();
    let shared: u64 = each.iter().map(|(_, pss)| *pss).sum();
    assert!(
        largest > 64,
        "the module has pages of its own: {largest} kB"
    );
    // All together hold little more than one of them.
    assert!(shared < 3 * largest, "{shared} kB, one has {largest} kB");
}
