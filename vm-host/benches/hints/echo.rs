//! The transport of hints without hints: the product's own link to a worker that answers at once.

use std::time::Instant;

use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{CellRun, ExecuteHint, Relocatable};
use hint_proto::waiting::Forecast;
use vm_host::worker::{Link, Sandbox, Turn, WorkerOptions, WorkerProcess};

use super::{Error, child};

const COUNT: u32 = 50_000;
/// As many as a hint with a few names is sent.
const CELLS: usize = 5;

/// Microseconds for one round trip.
pub(crate) fn round_trip() -> Result<f64, Error> {
    let options = WorkerOptions {
        binary: child::binary("examples/echo")?,
        python_env: None,
        sandbox: Sandbox::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (worker, socket) = WorkerProcess::spawn(&options)?;
        let mut link = Link::open(socket).await?;
        let turn = Turn::default();
        let mut forecast = Forecast::default();
        let mut start = Instant::now();
        for step in 0..=COUNT {
            let sent = tokio::time::Instant::now();
            let said = link
                .exchange(
                    Request::ExecuteHint(hint(step)),
                    (sent, None),
                    &turn,
                    forecast,
                    &worker,
                )
                .await?;
            forecast.learn(sent.elapsed());
            match said {
                Response::Done(_) => {}
                other => return Err(format!("the echo said `{other:?}`").into()),
            }
            if step == 0 {
                start = Instant::now();
            }
        }
        Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(COUNT))
    })
}

fn hint(step: u32) -> ExecuteHint {
    let register = |segment, offset| Some(Relocatable { segment, offset });
    ExecuteHint {
        hint_id: 1,
        pc: register(0, 10),
        ap: register(1, i64::from(step)),
        fp: register(1, i64::from(step)),
        current_step: u64::from(step),
        segment_count: 3,
        cells: vec![CellRun {
            segment: 1,
            offset: u64::from(step),
            values: vec![0; 32 * CELLS].into(),
        }],
        ..ExecuteHint::default()
    }
}
