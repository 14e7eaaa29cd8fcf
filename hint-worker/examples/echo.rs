//! Owns a worker without an engine: it answers every hint at once with a diff of one cell. What is left of the
//! cost of a hint is the transport; `vm-host/benches` measures it. Must not know Python.

use std::os::fd::FromRawFd as _;
use std::os::unix::net::UnixStream;

use clap::Parser as _;
use hint_proto::cell::Cell;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{CellRun, Effects, HintDone, Started};
use hint_proto::waiting::Forecast;
use hint_worker::cli::Arguments;
use hint_worker::keeper;
use hint_worker::link::Link;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    if let Some(control) = arguments.keeper_fd {
        keeper::keep(control, false)?;
    }
    let mut link = Link::accept(inherited_socket(
        arguments.socket_fd.ok_or("no socket was given")?,
    ))?;
    let mut forecast = Forecast::default();
    let mut next = link.receive()?;
    while let Some(request) = next {
        let response = match request {
            Request::ExecuteHint(hint) => Response::Done(HintDone {
                effects: Some(one_cell(hint.current_step)),
            }),
            _ => Response::Started(Started::default()),
        };
        next = link.respond(response, &mut forecast)?;
    }
    Ok(())
}

fn one_cell(offset: u64) -> Effects {
    let mut values = Vec::with_capacity(32);
    Cell::Felt([1; 32]).encode(&mut values);
    Effects {
        writes: vec![CellRun {
            segment: 1,
            offset,
            values: values.into(),
        }],
        ..Effects::default()
    }
}

#[expect(unsafe_code, reason = "an inherited descriptor is only a number")]
fn inherited_socket(descriptor: i32) -> UnixStream {
    // SAFETY: the parent opened this descriptor for us and nothing else in this process knows it.
    unsafe { UnixStream::from_raw_fd(descriptor) }
}
