//! A tenant that opens VMs as fast as it can, and a server that makes one VM after another for long: what is too much
//! is shed, another tenant goes on, and nothing grows. `CAIROHINTS_FLOOD_VMS` and `CAIROHINTS_SOAK_VMS` are how many
//! of them, for long runs by hand; times are printed and not judged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tonic::Code;

use crate::harness::*;
use crate::process::Process;
use crate::tenants::File;

/// VMs that one tenant may have.
const MAX_VMS: u64 = 4;
/// Who floods at a time, each on a connection of its own.
const FLOODS: u64 = 6;

fn number(name: &str, otherwise: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The median and the 99th of a hundred, in microseconds.
fn percentiles(mut times: Vec<Duration>) -> (u128, u128) {
    times.sort_unstable();
    let at = |hundredth: usize| times[(times.len() - 1) * hundredth / 100].as_micros();
    (at(50), at(99))
}

/// VMs from their creation to their end, and how long each took.
async fn work(client: &mut Client, hash: &str, count: u64) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..count {
        let start = Instant::now();
        let vm = create(client, request(hash)).await;
        let answer = run(client, &vm.name, None).await;
        let state = answer.vm.unwrap().state();
        assert_eq!(state, hint_proto::v1::VmState::Succeeded);
        delete(client, &vm.name).await;
        times.push(start.elapsed());
    }
    times
}

#[tokio::test]
async fn a_flood_of_vms_is_shed_and_another_tenant_goes_on() {
    let flood = number("CAIROHINTS_FLOOD_VMS", 1500);
    let mut file = File::new("");
    let greedy = file.tenant("greedy", &format!("limits = {{ max_vms = {MAX_VMS} }}"));
    let other = file.tenant("other", "");
    let server = file.serve(&[]);
    let json = program(&[RET], Some((0, "x = 1")));
    let mut client = server.client_of(&other).await;
    let hash = upload(&mut client, &json).await.unwrap();
    upload(&mut server.client_of(&greedy).await, &json)
        .await
        .unwrap();
    let alone = percentiles(work(&mut client, &hash, 40).await);
    eventually("the first VMs are gone", || server.descendants().len() == 2).await;
    let memory = server.memory();
    let over = Arc::new(AtomicBool::new(false));
    let mut floods = Vec::new();
    for _ in 0..FLOODS {
        let mut client = server.client_of(&greedy).await;
        let (hash, over) = (hash.clone(), Arc::clone(&over));
        floods.push(tokio::spawn(async move {
            let (mut times, mut held) = (Vec::new(), 0);
            for _ in 0..flood / FLOODS {
                let start = Instant::now();
                match client.create_vm(request(&hash)).await {
                    Ok(_) => held += 1,
                    Err(status) => {
                        let expected = (Code::ResourceExhausted, "TOO_MANY_VMS".to_owned());
                        assert_eq!(reason(&status), expected);
                        times.push(start.elapsed());
                    }
                }
            }
            // Its VMs are there until the other is done.
            while !over.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            (times, held)
        }));
    }
    let mut beside = Vec::new();
    let mut most = 0;
    while beside.len() < 40 || floods.iter().any(|flood| !flood.is_finished()) {
        beside.extend(work(&mut client, &hash, 1).await);
        most = most.max(server.descendants().len());
        if beside.len() >= 40 {
            over.store(true, Ordering::Relaxed);
        }
    }
    let (mut shed, mut held) = (Vec::new(), 0);
    for flood in floods {
        let (times, count) = flood.await.unwrap();
        shed.extend(times);
        held += count;
    }
    assert!(held <= MAX_VMS, "{held} VMs");
    assert_eq!(shed.len() as u64 + held, flood / FLOODS * FLOODS);
    // The zygote, and for each VM a worker with what stands by it; nothing for those that were shed.
    let bound = 2 + 3 * (MAX_VMS as usize + 2);
    assert!(most <= bound, "{most} processes");
    let grown = server.memory().saturating_sub(memory);
    assert!(grown < 64 << 20, "{grown} bytes");
    eventually("nothing is left", || server.descendants().len() == 2).await;
    println!(
        "shed {}: {:?} µs; another tenant's VM alone: {alone:?} µs, beside the flood: {:?} µs (median, p99); \
         {most} processes, {grown} bytes",
        shed.len(),
        percentiles(shed.clone()),
        percentiles(beside),
    );
}

#[tokio::test]
async fn one_vm_after_another_leaves_nothing() {
    let count = number("CAIROHINTS_SOAK_VMS", 200);
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], Some((0, "x = 1"))))
        .await
        .unwrap();
    // Pools and caches fill.
    work(&mut client, &hash, 50).await;
    eventually("the first VMs are gone", || server.descendants().len() == 2).await;
    let (memory, descriptors) = (server.memory_at_rest().await, server.descriptors());
    let tenth = (count / 10).max(1);
    let start = Instant::now();
    for part in 1..=10 {
        work(&mut client, &hash, tenth).await;
        let grown = server.memory().saturating_sub(memory);
        println!(
            "{} VMs in {:?}: {grown} bytes, {} descriptors",
            part * tenth,
            start.elapsed(),
            server.descriptors()
        );
    }
    eventually("all workers are gone", || server.descendants().len() == 2).await;
    eventually("all descriptors are closed", || {
        server.descriptors() <= descriptors + 2
    })
    .await;
    // A megabyte for each ten thousand, and what an allocator keeps.
    let grown = server.memory_at_rest().await.saturating_sub(memory);
    let bound = (8 << 20) + count * (1 << 20) / 10_000;
    assert!(grown < bound, "{grown} bytes after {count} VMs");
}
