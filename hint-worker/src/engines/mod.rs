//! Owns what an engine is to the rest of the worker; one folder for each. Must not know who calls it, nor
//! which engines there are: `main.rs` chooses one.
//!
//! An [`Engine`] runs the hints of one session. What it stands on, such as an interpreter that takes long
//! to start, is its [`LanguageRuntime`]: one for the process, ready before the host says a word, and still there
//! when the process forks.

pub mod contract;
pub mod python;

use std::fmt;

use hint_proto::v1::{
    CallRule, ExecuteHint, Failed, HintDone, HintsLoaded, LoadHints, ReadScopes, RuleResult,
    RunEnded, Scopes, Start, Started,
};
use rustix::process::Pid;

use crate::link::SharedLink;

/// An engine, or what it stands on, cannot go on. Nothing that a hint does is one.
pub type Broken = Box<dyn std::error::Error + Send + Sync>;

/// Why a request has no result.
#[derive(Debug)]
pub enum CallError {
    /// The hint, its compilation or the rule raised. The host is told, and the session goes on.
    Failed(Box<Failed>),
    /// The engine itself failed; ends the session.
    Broken(Broken),
}

/// What the engines of one kind share in this process.
pub trait LanguageRuntime: fmt::Debug + Sync {
    /// Loads what sessions need, and `modules` as far as they are there, so that forks of this process
    /// have them.
    ///
    /// # Errors
    /// [`Broken`] when the engine's own parts do not load.
    fn preload(&self, modules: &[String]) -> Result<(), Broken>;

    /// Forks the process in a way that leaves the runtime usable on both sides. Returns the id of the new
    /// process, and nothing in the new process.
    ///
    /// # Errors
    /// [`Broken`] when there is no new process.
    fn fork(&self) -> Result<Option<Pid>, Broken>;

    /// Makes the engine of the session that `start` describes; `link` is for its questions.
    ///
    /// # Errors
    /// [`CallError::Failed`] when an input cannot be used.
    fn open(&self, start: Start, link: SharedLink) -> Result<Box<dyn Engine>, CallError>;
}

/// Runs the hints of one session: what the host may ask for once the session is open, one call for each
/// kind of request. The messages say what they hold.
pub trait Engine: fmt::Debug {
    /// What the host is told when the session opens. The loop adds the version and the process.
    ///
    /// # Errors
    /// [`CallError::Broken`] when the engine cannot say.
    fn describe(&self) -> Result<Started, CallError>;

    /// Compiles hints.
    ///
    /// # Errors
    /// [`CallError`]; a syntax error is a `Failed`.
    fn load_hints(&mut self, request: LoadHints) -> Result<HintsLoaded, CallError>;

    /// Runs one hint.
    ///
    /// # Errors
    /// [`CallError`]; `Failed` has what the hint did before it raised.
    fn execute_hint(&mut self, request: ExecuteHint) -> Result<HintDone, CallError>;

    /// Calls a rule that a hint registered.
    ///
    /// # Errors
    /// [`CallError`]
    fn call_rule(&mut self, request: CallRule) -> Result<RuleResult, CallError>;

    /// The state at the end of the run.
    ///
    /// # Errors
    /// [`CallError`]
    fn end_run(&mut self) -> Result<RunEnded, CallError>;

    /// The variables of the hint scopes.
    ///
    /// # Errors
    /// [`CallError`]
    fn read_scopes(&mut self, request: ReadScopes) -> Result<Scopes, CallError>;
}
