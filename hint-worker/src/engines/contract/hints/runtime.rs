//! Owns what the engines for contracts of a process share: the world of its session. Must not know what a hint is.

use hint_proto::v1::Start;

use super::chain::SharedChain;
use super::engine::ContractEngine;
use crate::engines::{Broken, CallError, Engine, LanguageRuntime};
use crate::link::SharedLink;

/// The language of the hints, as their first line names it.
const LANGUAGE: &str = "contract";

/// Runs hints that call contracts.
#[derive(Debug, Default)]
pub struct ContractRuntime {
    /// The world, which hints in other languages may use, too.
    pub chain: SharedChain,
}

impl LanguageRuntime for ContractRuntime {
    fn language(&self) -> &'static str {
        LANGUAGE
    }

    fn preload(&self, _modules: &[String]) -> Result<(), Broken> {
        Ok(())
    }

    fn open(&self, start: &Start, link: SharedLink) -> Result<Box<dyn Engine>, CallError> {
        Ok(Box::new(ContractEngine::open(
            start,
            link,
            self.chain.clone(),
        )?))
    }
}
