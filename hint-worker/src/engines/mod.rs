//! Owns what an engine is to the rest of the worker; one folder for each. Must not know who calls it, nor
//! which engines there are: `main.rs` chooses them.
//!
//! An [`Engine`] runs the hints of one session that are in its language. What it stands on, such as an
//! interpreter that takes long to start, is its [`LanguageRuntime`]: one for the process, ready before the
//! host says a word, and still there when the process forks. [`Engines`] are those of one session.

pub mod contract;
#[cfg(test)]
#[path = "../../../proto/fuzzing.rs"]
mod fuzzing;
pub mod python;
mod routing;
pub mod view;
#[cfg(feature = "wasm")]
pub mod wasm;

use std::fmt;
use std::path::PathBuf;

use hint_proto::v1::{
    CallRule, Effects, EndRun, ExecuteHint, Failed, FailureKind, HintDone, HintsLoaded, LoadHints,
    ReadScopes, RuleResult, RunEnded, Scopes, Start, Started,
};
use rustix::process::Pid;

pub(crate) use routing::out_of_order;
pub use routing::{Engines, Runtimes};

use crate::link::SharedLink;

/// An engine, or what it stands on, cannot go on. Nothing that a hint does is one.
pub type Broken = Box<dyn std::error::Error + Send + Sync>;

/// Why a request has no result.
#[derive(Debug)]
pub enum CallError {
    /// The hint, its compilation or the rule failed. The host is told, and the session goes on.
    Failed(Box<Failed>),
    /// The engine leaves the hint to the next one, for this reason. It has done nothing.
    Declined(String),
    /// The host broke the rules of the session in this way; ends it.
    Refused(String),
    /// The engine itself failed; ends the session.
    Broken(Broken),
}

impl CallError {
    /// A hint that failed with `message`, after `effects`.
    #[must_use]
    pub fn failed(message: impl Into<String>, effects: Option<Effects>) -> Self {
        Self::Failed(Box::new(Failed {
            kind: FailureKind::Exception.into(),
            message: message.into(),
            effects,
            ..Failed::default()
        }))
    }

    /// A hint that does not compile.
    #[must_use]
    pub fn not_compiled(hint_id: u32, message: impl Into<String>) -> Self {
        Self::Failed(Box::new(Failed {
            kind: FailureKind::Compile.into(),
            hint_id,
            message: message.into(),
            ..Failed::default()
        }))
    }
}

/// What the engines of one language share in this process.
pub trait LanguageRuntime: fmt::Debug + Sync {
    /// The language, as hints name it.
    fn language(&self) -> &'static str;

    /// Loads what sessions need, and `modules` as far as they are there, so that forks of this process
    /// have them.
    ///
    /// # Errors
    /// [`Broken`] when the engine's own parts do not load.
    fn preload(&self, modules: &[String]) -> Result<(), Broken>;

    /// Files and folders that sessions read while they run.
    ///
    /// # Errors
    /// [`Broken`] when the runtime cannot say.
    fn reads(&self) -> Result<Vec<PathBuf>, Broken> {
        Ok(Vec::new())
    }

    /// Hears that a sandbox is around the process from now on, so that what it refuses can be explained.
    ///
    /// # Errors
    /// [`Broken`] when the engine's own parts fail.
    fn confined(&self) -> Result<(), Broken> {
        Ok(())
    }

    /// Makes the engine of the session that `start` describes; `link` is for its questions.
    ///
    /// # Errors
    /// [`CallError::Failed`] when an input cannot be used.
    fn open(&self, start: &Start, link: SharedLink) -> Result<Box<dyn Engine>, CallError>;
}

/// Forks the process in a way that leaves what runs in it usable on both sides.
pub trait Fork: fmt::Debug + Sync {
    /// Returns the id of the new process, and nothing in the new process.
    ///
    /// # Errors
    /// What the system says when there is no new process.
    fn fork(&self) -> std::io::Result<Option<Pid>>;
}

/// Runs the hints of one session that are in one language: what the host may ask for once the session is
/// open, one call for each kind of request. The messages say what they hold; every request is of the engine's
/// own language, and what they hold was sent for that language alone.
pub trait Engine: fmt::Debug {
    /// Adds what the host is told about the engine when the session opens.
    ///
    /// # Errors
    /// [`CallError::Broken`] when the engine cannot say.
    fn describe(&self, started: &mut Started) -> Result<(), CallError> {
        let _ = started;
        Ok(())
    }

    /// Compiles hints.
    ///
    /// # Errors
    /// [`CallError`]; a syntax error is a `Failed`.
    fn load_hints(&mut self, request: LoadHints) -> Result<HintsLoaded, CallError>;

    /// Runs one hint.
    ///
    /// # Errors
    /// [`CallError`]; `Failed` has what the hint did before it failed. `Declined` only before any effect.
    fn execute_hint(&mut self, request: ExecuteHint) -> Result<HintDone, CallError>;

    /// Calls a rule that a hint registered. An engine whose hints cannot do that is never asked.
    ///
    /// # Errors
    /// [`CallError`]
    fn call_rule(&mut self, request: CallRule) -> Result<RuleResult, CallError> {
        Err(CallError::Refused(format!(
            "rule `{}` was never registered",
            request.rule_id
        )))
    }

    /// The state at the end of the run. By default that of an engine that does not use scopes.
    ///
    /// # Errors
    /// [`CallError`]
    fn end_run(&mut self, request: EndRun) -> Result<RunEnded, CallError> {
        let _ = request;
        Ok(RunEnded::default())
    }

    /// The variables of the hint scopes. By default those of an engine that does not use scopes.
    ///
    /// # Errors
    /// [`CallError`]
    fn read_scopes(&mut self, request: ReadScopes) -> Result<Scopes, CallError> {
        let _ = request;
        Ok(Scopes::default())
    }
}
