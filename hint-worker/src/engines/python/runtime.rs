//! Owns CPython as the process has it: started once, between calls in nobody's hands, forked with its
//! consent. Must not know what a hint is.

use std::os::fd::RawFd;
use std::path::Path;

use hint_proto::PYTHON;
use hint_proto::v1::Start;
use pyo3::prelude::*;
use rustix::process::Pid;

use super::engine::PythonEngine;
use super::interpreter::{self, InterpreterError};
use super::{failure, sources};
use crate::engines::{Broken, CallError, Engine, Fork, LanguageRuntime};
use crate::link::SharedLink;

/// A running CPython.
#[derive(Debug)]
pub struct PythonRuntime(());

impl PythonRuntime {
    /// Starts CPython as the interpreter of the virtual environment `environment`, or of the installation
    /// it was built with, and does `work` with it. Meanwhile Python is in nobody's hands, so that threads
    /// that hints started go on while the worker waits for the host.
    ///
    /// # Errors
    /// [`InterpreterError`] when the environment does not fit or CPython does not start.
    pub fn with<T: Send>(
        environment: Option<&Path>,
        work: impl FnOnce(&Self) -> T + Send,
    ) -> Result<T, InterpreterError> {
        interpreter::start(environment)?;
        let runtime = Self(());
        // The thread that started CPython holds it, and would for ever.
        Ok(Python::attach(|py| py.detach(|| work(&runtime))))
    }

    /// Has what hints print go around the host's line on the terminal; `descriptor` is the file in which both
    /// sides keep what stands there.
    ///
    /// # Errors
    /// [`PyErr`] when the streams cannot be replaced.
    pub fn share_terminal(&self, descriptor: RawFd) -> Result<(), PyErr> {
        Python::attach(|py| {
            let terminal = sources::module(py, "terminal")?;
            terminal.call_method1("share", (descriptor,))?;
            Ok(())
        })
    }

    /// Which Python this is, as a JSON object.
    ///
    /// # Errors
    /// [`PyErr`] when the interpreter cannot say.
    pub fn describe(&self) -> Result<String, PyErr> {
        Python::attach(|py| {
            let code = c"import sys, json; text = json.dumps({'version': '%d.%d.%d' % sys.version_info[:3], 'executable': sys.executable, 'prefix': sys.prefix, 'base_prefix': sys.base_prefix})";
            let locals = pyo3::types::PyDict::new(py);
            py.run(code, Some(&locals), None)?;
            locals.as_any().get_item("text")?.extract()
        })
    }
}

impl Fork for PythonRuntime {
    fn fork(&self) -> Result<Option<Pid>, Broken> {
        // By way of Python, whose locks and thread states must be made anew in the child.
        let pid: i32 = Python::attach(|py| py.import("os")?.call_method0("fork")?.extract())?;
        Ok(Pid::from_raw(pid))
    }
}

impl LanguageRuntime for PythonRuntime {
    fn language(&self) -> &'static str {
        PYTHON
    }

    fn preload(&self, modules: &[String]) -> Result<(), Broken> {
        Ok(Python::attach(|py| preload(py, modules))?)
    }

    fn open(&self, start: &Start, link: SharedLink) -> Result<Box<dyn Engine>, CallError> {
        Python::attach(|py| match PythonEngine::new(py, link, start) {
            Ok(engine) => Ok(Box::new(engine) as Box<dyn Engine>),
            Err(error) => Err(failure::not_started(py, &error)),
        })
    }
}

fn preload(py: Python<'_>, modules: &[String]) -> PyResult<()> {
    sources::module(py, "session")?;
    // Modules must find the engine's classes when they are imported.
    sources::module(py, "classes")?.call_method0("install")?;
    for module in modules {
        // A module that is not installed, or fails, fails again in the hint that imports it.
        let _ = py.import(module.as_str());
    }
    let collector = py.import("gc")?;
    collector.call_method0("collect")?;
    // Frozen objects are not touched by collections, so that their pages stay shared.
    collector.call_method0("freeze")?;
    Ok(())
}
