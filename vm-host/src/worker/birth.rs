//! What a keeper or a zygote says when there is a new process. Must not know who says it.

use std::io::IoSliceMut;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use hint_proto::processes::Born;
use rustix::io::Errno;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};

/// The next word on `control`, with the descriptor of the new process if there is one. All is empty when the other
/// side has ended.
///
/// # Errors
/// What the system says, and when half a word comes.
pub(super) fn receive(control: &UnixStream) -> rustix::io::Result<(Born, Option<OwnedFd>)> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut bytes = [0; Born::BYTES];
    let received = loop {
        let mut into = [IoSliceMut::new(&mut bytes)];
        match recvmsg(control, &mut into, &mut ancillary, RecvFlags::CMSG_CLOEXEC) {
            Err(Errno::INTR) => {}
            received => break received?,
        }
    };
    let process = ancillary.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    match received.bytes {
        Born::BYTES | 0 => Ok((Born::decode(bytes), process)),
        _ => Err(Errno::PROTO),
    }
}
