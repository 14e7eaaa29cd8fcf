//! What the metrics cost: counting of each hint, and a scrape of a server whose VMs are all at work.

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use vm_host::counts::Durations;

use super::server::Server;
use super::table::{Table, median};
use super::{Error, child};

const PROGRAM: &str = "long/hint_dense";
const STEPS: usize = 7 * 500;
const VMS: usize = 200;
const NOTES: u64 = 20_000_000;
/// Longer than an answer is good for others.
const PAUSE: Duration = Duration::from_millis(150);

/// Adds the rows.
pub(crate) fn measure(table: &mut Table) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let times = runtime.block_on(async {
        let server = Server::start(None).await?;
        let hash = server.upload(&child::program(PROGRAM)).await?;
        let mut names = Vec::new();
        for _ in 0..VMS {
            names.push(server.create(&hash).await?);
        }
        let (ended, path) = (Arc::new(AtomicBool::new(false)), server.metrics());
        let stop = Arc::clone(&ended);
        let scraper = std::thread::spawn(move || {
            let mut times = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                times.push(scrape(&path)?.as_secs_f64() * 1e3);
                std::thread::sleep(PAUSE);
            }
            Ok::<_, std::io::Error>(times)
        });
        let runs = names.iter().map(|name| server.run_steps(name, STEPS));
        let ran = futures_util::future::try_join_all(runs).await;
        ended.store(true, Ordering::Relaxed);
        let times = scraper.join().map_err(|_| "the scraper panicked")??;
        ran.map(|_| times)
    })?;
    table.section("what counting takes of a hint", "ns", "");
    table.row("two times in their buckets", noting(), None);
    table.section("metrics while 200 VMs run hints", "ms", "");
    table.row("a scrape", median(&times), None);
    let longest = times.iter().copied().fold(0.0, f64::max);
    table.row("the longest", longest, None);
    Ok(())
}

/// How long it takes to note the two times of a hint, in nanoseconds: what counting adds to each.
fn noting() -> f64 {
    let (mut inside, mut beyond) = (Durations::default(), Durations::default());
    let start = Instant::now();
    for hint in 0..NOTES {
        // Times of small hints, in no order.
        let took = black_box(Duration::from_nanos(25_000 + hint * 7919 % 20_000));
        let of_it = black_box(Duration::from_nanos(4_000 + hint * 104_729 % 9_000));
        inside.add(of_it);
        beyond.add(took - of_it);
    }
    let took = start.elapsed();
    black_box((&inside, &beyond));
    took.as_nanos() as f64 / NOTES as f64
}

/// One request.
fn scrape(path: &Path) -> std::io::Result<Duration> {
    let start = Instant::now();
    let mut stream = UnixStream::connect(path)?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: metrics\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let took = start.elapsed();
    match answer.contains("cairohints_vms{") {
        true => Ok(took),
        false => Err(std::io::Error::other(answer)),
    }
}
