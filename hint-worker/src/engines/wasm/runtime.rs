//! Owns what the engines for WebAssembly of a process share: nothing, so far; what is compiled is shared by all
//! processes. Must not know what a hint is.

use hint_proto::v1::Start;

use super::engine::WasmEngine;
use crate::engines::{Broken, CallError, Engine, LanguageRuntime};
use crate::link::SharedLink;

/// The language of the hints, as their first line names it.
const LANGUAGE: &str = "wasm";

/// Runs hints that call WebAssembly modules. Nothing of it is there before a session has such a hint.
#[derive(Debug)]
pub struct WasmRuntime;

impl LanguageRuntime for WasmRuntime {
    fn language(&self) -> &'static str {
        LANGUAGE
    }

    fn preload(&self, _modules: &[String]) -> Result<(), Broken> {
        Ok(())
    }

    fn open(&self, start: &Start, link: SharedLink) -> Result<Box<dyn Engine>, CallError> {
        Ok(Box::new(WasmEngine::open(start, link)?))
    }
}
