//! stub
#![allow(missing_docs)]
use hint_proto::v1;
#[derive(Debug)]
pub struct CompiledProgram;
#[derive(Debug)]
pub struct Hint { pub pc: usize }
pub struct Resolution { pub definition: v1::Definition, pub structs: Vec<String> }
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct ProgramError;
impl CompiledProgram {
    pub fn from_json(_: &[u8]) -> Result<Self, ProgramError> { Err(ProgramError) }
    pub fn hints(&self) -> &[Hint] { &[] }
    pub fn to_wire(&self, _: &Hint) -> v1::Hint { v1::Hint::default() }
    pub fn resolve(&self, _: &Hint, _: &str, _: &str) -> Resolution { unimplemented!() }
    pub fn struct_definition(&self, _: &str) -> Option<v1::StructDefinition> { None }
}
