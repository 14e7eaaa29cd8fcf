//! Owns CPython as the process has it: started once, between calls in nobody's hands, forked with its
//! consent. Must not know what a hint is.

use std::os::fd::RawFd;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use hint_proto::PYTHON;
use hint_proto::v1::Start;
use pyo3::prelude::*;
use rustix::process::Pid;

use super::engine::PythonEngine;
use super::interpreter::{self, InterpreterError};
use super::{failure, sources};
use crate::engines::contract::hints::SharedChain;
use crate::engines::{Broken, CallError, Engine, Fork, LanguageRuntime};
use crate::link::SharedLink;

/// A running CPython.
#[derive(Debug)]
pub struct PythonRuntime {
    /// The world of contracts of the process's session.
    contracts: OnceLock<SharedChain>,
}

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
        let runtime = Self {
            contracts: OnceLock::new(),
        };
        // The thread that started CPython holds it, and would for ever.
        Ok(Python::attach(|py| py.detach(|| work(&runtime))))
    }

    /// Has hints reach the contracts that hints in another language call, once for the process.
    pub fn share_contracts(&self, chain: SharedChain) {
        // A second world would be our own mistake; the first one stays.
        let _ = self.contracts.set(chain);
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
    fn fork(&self) -> std::io::Result<Option<Pid>> {
        // By way of Python, whose locks and thread states must be made anew in the child.
        Python::attach(|py| {
            let pid = || py.import("os")?.call_method0("fork")?.extract::<i32>();
            pid().map(Pid::from_raw).map_err(|error| {
                let number = error.value(py).getattr("errno");
                match number.and_then(|number| number.extract()) {
                    Ok(number) => std::io::Error::from_raw_os_error(number),
                    Err(_) => std::io::Error::other(error),
                }
            })
        })
    }
}

impl LanguageRuntime for PythonRuntime {
    fn language(&self) -> &'static str {
        PYTHON
    }

    fn preload(&self, modules: &[String]) -> Result<(), Broken> {
        Ok(Python::attach(|py| preload(py, modules))?)
    }

    /// What modules are imported from, and the libraries that belong to them.
    fn reads(&self) -> Result<Vec<PathBuf>, Broken> {
        Ok(Python::attach(|py| -> PyResult<Vec<PathBuf>> {
            let sys = py.import("sys")?;
            let mut reads: Vec<PathBuf> = sys.getattr("path")?.extract()?;
            // The working directory, if somebody put it there, is another one by then.
            reads.retain(|path| path.is_absolute());
            for prefix in ["prefix", "base_prefix"] {
                let prefix: PathBuf = sys.getattr(prefix)?.extract()?;
                reads.push(prefix.join("lib"));
                reads.push(prefix.join("pyvenv.cfg"));
            }
            Ok(reads)
        })?)
    }

    fn confined(&self) -> Result<(), Broken> {
        let told = Python::attach(|py| {
            let confined = sources::module(py, "confined")?;
            confined.call_method0("enter").map(drop)
        });
        Ok(told?)
    }

    fn open(&self, start: &Start, link: SharedLink) -> Result<Box<dyn Engine>, CallError> {
        Python::attach(
            |py| match PythonEngine::new(py, link, start, self.contracts.get()) {
                Ok(engine) => Ok(Box::new(engine) as Box<dyn Engine>),
                Err(error) => Err(failure::raised(py, &error)),
            },
        )
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
