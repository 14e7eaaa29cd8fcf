//! The floor: 200 bytes to another process and back over a blocking Unix socket, without any protocol.

use std::io::{Read as _, Write as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _, RawFd};
use std::os::unix::net::UnixStream;
use std::time::Instant;

use super::{Error, child};

const COUNT: u32 = 20_000;
const BYTES: usize = 200;

/// Microseconds for one round trip.
pub(crate) fn round_trip() -> Result<f64, Error> {
    let (mut ours, theirs) = UnixStream::pair()?;
    rustix::io::fcntl_setfd(&theirs, rustix::io::FdFlags::empty())?;
    let mut peer = child::role("raw-socket")?
        .arg(theirs.as_raw_fd().to_string())
        .spawn()?;
    drop(theirs);
    let mut message = [1; BYTES];
    ours.write_all(&message)?;
    ours.read_exact(&mut message)?;
    let start = Instant::now();
    for _ in 0..COUNT {
        ours.write_all(&message)?;
        ours.read_exact(&mut message)?;
    }
    let micros = start.elapsed().as_secs_f64() * 1e6 / f64::from(COUNT);
    drop(ours);
    peer.wait()?;
    Ok(micros)
}

/// The other end: sends back what comes.
#[expect(unsafe_code, reason = "an inherited descriptor is only a number")]
pub(crate) fn child(descriptor: RawFd) -> Result<(), Error> {
    // SAFETY: the parent opened this descriptor for us and nothing else in this process knows it.
    let mut socket = unsafe { UnixStream::from_raw_fd(descriptor) };
    let mut message = [0; BYTES];
    while socket.read_exact(&mut message).is_ok() {
        socket.write_all(&message)?;
    }
    Ok(())
}
