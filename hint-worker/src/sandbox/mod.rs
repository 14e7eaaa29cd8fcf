//! Owns what keeps hints in: the layers around this process, each in a file of its own, and the order in which they
//! close. A process enters once, when its runtimes are there and before it hears of a hint, with one thread; nothing
//! leads out. Must not know what runs inside.
//!
//! A layer that the system refuses is missing, and said so; whoever asked for the sandbox decides what follows.

mod calls;
mod descriptors;
mod environment;
mod files;
mod limits;
mod privileges;
mod self_test;
mod session;
mod ties;
mod user;

use std::os::fd::RawFd;
use std::path::PathBuf;

pub use limits::Limits;

/// What a process is confined to.
#[derive(Clone, Debug, Default)]
pub struct Confinement {
    /// Descriptors that stay open beside the standard streams.
    pub keeps: Vec<RawFd>,
    /// The working directory, which is empty.
    pub folder: Option<PathBuf>,
    /// Files and folders that may be read, as far as they are there. Nothing else may be opened.
    pub reads: Vec<PathBuf>,
    /// What may be used up.
    pub limits: Limits,
    /// Whether the standard streams are a terminal that the host shares, which takes locks and settings.
    pub terminal: bool,
}

/// Which layers are in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posture {
    /// In the order in which they closed.
    pub layers: Vec<&'static str>,
    /// The others, each with the reason.
    pub missing: Vec<(&'static str, String)>,
}

impl Posture {
    fn add(&mut self, layer: &'static str, closed: Result<(), String>) {
        match closed {
            Ok(()) => self.layers.push(layer),
            Err(reason) => self.missing.push((layer, reason)),
        }
    }
}

/// Closes all layers around this process.
#[must_use]
pub fn enter(confinement: &Confinement) -> Posture {
    let mut posture = Posture::default();
    posture.add("environment", environment::is_clean());
    posture.add("descriptors", descriptors::close(&confinement.keeps));
    let folder = confinement.folder.as_deref();
    posture.add("session", session::leave(folder));
    posture.add("limits", limits::set(&confinement.limits));
    let readable = files::readable(&confinement.reads);
    posture.add("user", user::drop_root(&readable));
    posture.add("privileges", privileges::give_up());
    // A change of user takes these away.
    posture.add("ties", ties::tie());
    posture.add("files", files::restrict(&readable));
    posture.add("calls", calls::restrict(confinement.terminal));
    posture.add("self-test", self_test::try_to_get_out());
    posture
}

/// The error of a system call, for people.
fn said(call: &str, error: impl std::fmt::Display) -> String {
    format!("{call}: {error}")
}
