//! What the metrics cost: counting of each hint, and a scrape of a server whose VMs are all at work.

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use vm_host::counts::{Durations, Numbers};

use super::server::Server;
use super::table::{Table, median};
use super::{Error, child};

const PROGRAM: &str = "long/hint_dense";
const STEPS_PER_HINT: usize = 7;
const VMS: usize = 200;
/// Hints of each of many VMs.
const HINTS: usize = 500;
/// Hints of one VM that is measured alone, again in each round.
const HINTS_ALONE: usize = 20_000;
const NOTES: u64 = 20_000_000;
/// Longer than an answer is good for others.
const PAUSE: Duration = Duration::from_millis(150);

/// Adds the rows.
pub(crate) fn measure(table: &mut Table, rounds: usize) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (times, alone, scraped) = runtime.block_on(async {
        let server = Server::start(None).await?;
        let hash = server.upload(&child::program(PROGRAM)).await?;
        let mut names = Vec::new();
        for _ in 0..VMS {
            names.push(server.create(&hash).await?);
        }
        let scraper = Scraper::start(server.metrics());
        let runs = names
            .iter()
            .map(|name| server.run_steps(name, HINTS * STEPS_PER_HINT));
        let ran = futures_util::future::try_join_all(runs).await;
        let times = scraper.times()?;
        ran?;
        for name in names {
            server.delete(name).await?;
        }
        let (mut alone, mut scraped) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            alone.push(one_vm(&server, &hash).await?);
            let scraper = Scraper::start(server.metrics());
            let took = one_vm(&server, &hash).await;
            scraper.times()?;
            scraped.push(took?);
        }
        Ok::<_, Error>((times, alone, scraped))
    })?;
    table.section("what counting takes of a hint", "ns", "");
    table.row("two times and two numbers in their buckets", noting(), None);
    table.section("one hint of one VM", "µs", "× nobody asks");
    let alone = median(&alone);
    table.row("nobody asks for metrics", alone, Some(alone));
    let title = format!("somebody does, each {} ms", PAUSE.as_millis());
    table.row(&title, median(&scraped), Some(alone));
    table.section("metrics while 200 VMs run hints", "ms", "");
    table.row(
        &format!("a scrape, of {}", times.len()),
        median(&times),
        None,
    );
    let longest = times.iter().copied().fold(0.0, f64::max);
    table.row("the longest", longest, None);
    Ok(())
}

/// What one hint takes in a VM that is alone, in microseconds.
async fn one_vm(server: &Server, hash: &str) -> Result<f64, Error> {
    let name = server.create(hash).await?;
    let start = Instant::now();
    server
        .run_steps(&name, HINTS_ALONE * STEPS_PER_HINT)
        .await?;
    let took = start.elapsed();
    server.delete(name).await?;
    Ok(took.as_secs_f64() * 1e6 / HINTS_ALONE as f64)
}

/// A thread that asks for the metrics again and again.
struct Scraper {
    ended: Arc<AtomicBool>,
    thread: JoinHandle<std::io::Result<Vec<f64>>>,
}

impl Scraper {
    fn start(path: PathBuf) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&ended);
        let thread = std::thread::spawn(move || {
            let mut times = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                times.push(scrape(&path)?.as_secs_f64() * 1e3);
                std::thread::sleep(PAUSE);
            }
            Ok(times)
        });
        Self { ended, thread }
    }

    /// Stops it; how long each scrape took, in milliseconds.
    fn times(self) -> Result<Vec<f64>, Error> {
        self.ended.store(true, Ordering::Relaxed);
        let times = self.thread.join().map_err(|_| "the scraper panicked")?;
        Ok(times?)
    }
}

/// How long it takes to note the two times, the messages and the questions of a hint, in nanoseconds: what counting adds
/// to each.
fn noting() -> f64 {
    let (mut inside, mut beyond) = (Durations::default(), Durations::default());
    let (mut round_trips, mut questions) = (Numbers::default(), Numbers::default());
    let start = Instant::now();
    for hint in 0..NOTES {
        // Times of small hints, in no order.
        let took = black_box(Duration::from_nanos(25_000 + hint * 7919 % 20_000));
        let of_it = black_box(Duration::from_nanos(4_000 + hint * 104_729 % 9_000));
        inside.add(of_it);
        beyond.add(took - of_it);
        // A question now and then.
        let asked = black_box(u64::from(hint % 7 == 0));
        questions.add(asked);
        round_trips.add(1 + asked);
    }
    let took = start.elapsed();
    black_box((&inside, &beyond, &round_trips, &questions));
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
