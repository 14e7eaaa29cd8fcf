//! Many VMs of one server on the cores there are: what they reach together, and whether each gets its share.

use std::time::Instant;

use super::server::Server;
use super::table::{Table, median};
use super::{Error, child};

const PROGRAM: &str = "long/hint_dense";
const STEPS_PER_HINT: usize = 7;
const MOST_HINTS: usize = 100_000;
/// How many hints all VMs together run: enough for each of them that its first ones do not count.
const TOTAL: usize = 800_000;
const COUNTS: &[usize] = &[1, 2, 8, 64, 200];
/// Where polling must not cost anything.
const OVERSUBSCRIBED: usize = 64;

/// What many VMs at once did.
struct Outcome {
    hints_per_second: f64,
    /// How long the last VM ran, in times that VMs ran on average.
    longest: f64,
}

/// Adds the rows.
pub(crate) fn measure(table: &mut Table, rounds: usize) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let server = Server::start(None).await?;
        let sleeping = Server::start(Some("0")).await?;
        let hash = server.upload(&child::program(PROGRAM)).await?;
        sleeping.upload(&child::program(PROGRAM)).await?;
        let mut outcomes: Vec<Vec<Outcome>> = COUNTS.iter().map(|_| Vec::new()).collect();
        let mut without_polling = Vec::new();
        for _ in 0..rounds.min(3) {
            for (count, outcomes) in COUNTS.iter().zip(&mut outcomes) {
                outcomes.push(run(&server, &hash, *count).await?);
                if *count == OVERSUBSCRIBED {
                    without_polling.push(run(&sleeping, &hash, *count).await?);
                }
            }
        }
        let of = |outcomes: &[Outcome], figure: fn(&Outcome) -> f64| {
            median(&outcomes.iter().map(figure).collect::<Vec<_>>())
        };
        let two = of(&outcomes[1], |outcome| outcome.hints_per_second);
        table.section("many VMs at once, all together", "hints/s", "× 2 VMs");
        for (count, outcomes) in COUNTS.iter().zip(&outcomes) {
            let speed = of(outcomes, |outcome| outcome.hints_per_second);
            table.row(&format!("{count} VMs"), speed, Some(two));
        }
        let speed = of(&without_polling, |outcome| outcome.hints_per_second);
        table.row(
            &format!("{OVERSUBSCRIBED} VMs, polling switched off"),
            speed,
            Some(two),
        );
        table.section("equal VMs at once: the last to end", "× average", "");
        for (count, outcomes) in COUNTS.iter().zip(&outcomes) {
            let longest = of(outcomes, |outcome| outcome.longest);
            table.row(&format!("{count} VMs"), longest, None);
        }
        Ok(())
    })
}

/// Creates VMs, then lets all of them run at once.
async fn run(server: &Server, hash: &str, count: usize) -> Result<Outcome, Error> {
    let mut names = Vec::new();
    for _ in 0..count {
        names.push(server.create(hash).await?);
    }
    let hints = (TOTAL / count).min(MOST_HINTS - 1);
    let start = Instant::now();
    let runs = names.iter().map(|name| async {
        server.run_steps(name, hints * STEPS_PER_HINT).await?;
        Ok::<_, Error>(start.elapsed().as_secs_f64())
    });
    let times = futures_util::future::try_join_all(runs).await?;
    for name in names {
        server.delete(name).await?;
    }
    let longest = times.iter().copied().fold(0.0, f64::max);
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    Ok(Outcome {
        hints_per_second: (hints * count) as f64 / longest,
        longest: longest / mean,
    })
}
