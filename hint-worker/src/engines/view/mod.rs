//! Owns what an engine in Rust sees of the VM: the cells, the names of `ids`, the registers of the running
//! hint, and what the hint did. Each engine has a [`View`] of its own. Must not know a hint language.
//!
//! A cell once written never changes, so what is known is valid for ever; that a cell is empty is valid until
//! the hint ends. What is not known is asked of the host.

mod effects;
mod error;
mod expression;
mod felt;
mod meaning;
mod memory;
mod names;
mod structs;
#[cfg(test)]
mod testing;
mod value;

pub use error::ViewError;
pub use felt::{Felt, Field, FieldError};
pub use memory::Memory;
pub use value::{Address, Value};

use std::fmt;
use std::time::Instant;

use hint_proto::v1::answer::Answer as Reply;
use hint_proto::v1::ask::Question;
use hint_proto::v1::{Effects, ExecuteHint, Relocatable, Start};

use crate::link::{AskError, SharedLink};
use names::Names;

/// Whom a view asks for what it does not know.
pub trait Host: fmt::Debug + Send {
    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// [`AskError`] when the host is gone or says what is no answer.
    fn ask(&self, question: Question) -> Result<Reply, AskError>;

    /// The next part of an answer that has several.
    ///
    /// # Errors
    /// As [`Self::ask`].
    fn next_part(&self) -> Result<Reply, AskError>;
}

impl Host for SharedLink {
    fn ask(&self, question: Question) -> Result<Reply, AskError> {
        Self::ask(self, question)
    }

    fn next_part(&self) -> Result<Reply, AskError> {
        Self::next_part(self)
    }
}

/// The registers of a hint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    /// Program counter.
    pub pc: Address,
    /// Allocation pointer.
    pub ap: Address,
    /// Frame pointer.
    pub fp: Address,
}

/// One VM as the hints of one engine see it.
#[derive(Debug)]
pub struct View {
    /// The cells, and what the running hint does.
    pub memory: Memory,
    names: Names,
    hint: u32,
    registers: Registers,
    /// When the running hint began.
    began: Instant,
}

impl View {
    /// The view of the session that `start` opens. Questions go to `host`.
    ///
    /// # Errors
    /// [`FieldError`] when the prime is not one that felts can have.
    pub fn new(start: &Start, host: impl Host + 'static) -> Result<Self, FieldError> {
        let field = Field::of_bytes(&start.prime)?;
        Ok(Self {
            memory: Memory::new(field, Box::new(host)),
            names: Names::default(),
            hint: 0,
            registers: Registers::default(),
            began: Instant::now(),
        })
    }

    /// The field of the felts.
    #[must_use]
    pub fn field(&self) -> &Field {
        &self.memory.field
    }

    /// The registers of the running hint.
    #[must_use]
    pub fn registers(&self) -> Registers {
        self.registers
    }

    /// A hint starts: takes over what its request tells.
    ///
    /// # Errors
    /// [`ViewError::Malformed`] when the host breaks the rules.
    pub fn begin(&mut self, request: &ExecuteHint) -> Result<(), ViewError> {
        self.began = Instant::now();
        self.memory.begin(request)?;
        self.hint = request.hint_id;
        let register = |register: &Option<Relocatable>| match register {
            Some(Relocatable {
                segment,
                offset: offset @ 0..,
            }) => Ok(Address {
                segment: *segment,
                offset: offset.cast_unsigned(),
            }),
            _ => Err(ViewError::Malformed("register")),
        };
        self.registers = Registers {
            pc: register(&request.pc)?,
            ap: register(&request.ap)?,
            fp: register(&request.fp)?,
        };
        self.names.define_structs(&request.structs)?;
        for definition in &request.definitions {
            self.names
                .define(request.hint_id, definition, &self.memory.field)?;
        }
        Ok(())
    }

    /// The hint is over: what it did, and how long that took. What was empty may not be any more.
    pub fn end(&mut self) -> Effects {
        Effects {
            hint_nanos: u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX),
            ..self.memory.end()
        }
    }

    /// The value of `ids.PATH`, a name and members or names in it.
    ///
    /// # Errors
    /// [`ViewError`] when there is no such name, or it has no value.
    pub fn get(&mut self, path: &[impl AsRef<str>]) -> Result<Value, ViewError> {
        self.names
            .get(self.hint, &names(path), &mut self.memory, self.registers)
    }

    /// Writes the cell that `ids.PATH` stands for.
    ///
    /// # Errors
    /// [`ViewError`] when it stands for none, or the cell has another value.
    pub fn set(&mut self, path: &[impl AsRef<str>], value: Value) -> Result<(), ViewError> {
        self.names.set(
            self.hint,
            &names(path),
            value,
            &mut self.memory,
            self.registers,
        )
    }

    /// Puts a text into a new segment, one cell for each character, and the segment's address and the text's length
    /// into the cells that two paths stand for.
    ///
    /// # Errors
    /// As [`View::set`].
    pub fn set_text(
        &mut self,
        segment: &[impl AsRef<str>],
        length: &[impl AsRef<str>],
        text: &str,
    ) -> Result<(), ViewError> {
        let base = self.memory.add_segment()?;
        let mut count = 0;
        for (offset, character) in (0..).zip(text.chars()) {
            let felt = Felt::of_u64(u32::from(character).into());
            self.memory
                .write(Address { offset, ..base }, Value::Felt(felt))?;
            count = offset + 1;
        }
        self.set(segment, Value::Address(base))?;
        self.set(length, Value::Felt(Felt::of_u64(count)))
    }
}

fn names(path: &[impl AsRef<str>]) -> Vec<&str> {
    path.iter().map(AsRef::as_ref).collect()
}
