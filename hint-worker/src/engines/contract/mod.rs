//! Owns contracts in Rust, interpreted: a demonstration semantics of the MultiversX framework. A contract's source
//! file is parsed and executed as it is; no macros are expanded, nothing is compiled.
//!
//! Reading order: [`source`] (a file becomes a tree), [`values`], [`codec`], [`world`] (accounts, what is undone),
//! [`interpreter`] (endpoints are executed), [`figures`], [`machine`] (transactions), [`scenario`] (files of steps), [`hints`]
//! (which alone knows the VM), [`limits`].

pub(crate) mod codec;
pub mod figures;
pub mod hints;
pub(crate) mod interpreter;
pub mod limits;
pub mod machine;
pub mod scenario;
pub mod signature;
pub mod source;
#[cfg(test)]
mod tests;
pub(crate) mod values;
pub mod world;
