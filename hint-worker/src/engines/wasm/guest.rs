//! Owns what the modules of one VM stand on while they run: the view of the VM, their memories, and what
//! they have used up. Must not know who calls them.

use std::time::Instant;

use wasmtime::{Caller, Extern, Memory, ResourceLimiter};

use super::error::WasmError;
use super::limits::Limits;
use crate::engines::view::View;

/// The name under which a module exports its memory.
pub(super) const MEMORY: &str = "memory";

/// The state of a VM's modules.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) view: View,
    pub(super) limits: Limits,
    /// When the running hint must end.
    pub(super) deadline: Instant,
    /// What the clock counts from.
    pub(super) epoch: Instant,
    /// Names of the modules, for what they log.
    pub(super) modules: Vec<String>,
    /// Their memories, once used.
    memories: Vec<Option<Memory>>,
    memory_bytes: usize,
    table_elements: usize,
}

impl Guest {
    pub(super) fn new(view: View, limits: Limits, modules: Vec<String>) -> Self {
        let now = Instant::now();
        Self {
            view,
            limits,
            deadline: now,
            epoch: now,
            memories: vec![None; modules.len()],
            modules,
            memory_bytes: 0,
            table_elements: 0,
        }
    }
}

impl ResourceLimiter for Guest {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let wanted = self
            .memory_bytes
            .saturating_add(desired.saturating_sub(current));
        let limit = self.limits.memory;
        if wanted > limit {
            return Err(WasmError::Memory { limit, wanted }.into());
        }
        self.memory_bytes = wanted;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let wanted = self
            .table_elements
            .saturating_add(desired.saturating_sub(current));
        let limit = self.limits.table;
        if wanted > limit {
            return Err(WasmError::Table { limit, wanted }.into());
        }
        self.table_elements = wanted;
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.modules.len()
    }

    fn tables(&self) -> usize {
        64 * self.modules.len()
    }

    fn memories(&self) -> usize {
        self.modules.len()
    }
}

/// A call of a host function by the `index`-th module: its memory and the state beside it.
pub(super) struct Crossing<'a> {
    pub(super) function: &'static str,
    pub(super) bytes: &'a mut [u8],
    pub(super) guest: &'a mut Guest,
}

/// The memory of the module that called `function`.
///
/// # Errors
/// [`WasmError::Argument`] when it exports none.
pub(super) fn cross<'a>(
    caller: &'a mut Caller<'_, Guest>,
    index: usize,
    function: &'static str,
) -> Result<Crossing<'a>, WasmError> {
    let memory = match caller.data().memories.get(index) {
        Some(Some(memory)) => *memory,
        _ => {
            let memory = caller.get_export(MEMORY).and_then(Extern::into_memory);
            let memory = memory.ok_or_else(|| WasmError::Argument {
                function,
                what: "a pointer from a module that exports no `memory`".to_owned(),
            })?;
            caller.data_mut().memories[index] = Some(memory);
            memory
        }
    };
    let (bytes, guest) = memory.data_and_store_mut(caller);
    Ok(Crossing {
        function,
        bytes,
        guest,
    })
}

impl Crossing<'_> {
    /// The bytes of a range of the module's memory.
    ///
    /// # Errors
    /// [`WasmError::Pointer`] when they are not all there.
    pub(super) fn range(&self, pointer: u32, length: u64) -> Result<&[u8], WasmError> {
        let range = self.bounds(pointer, length)?;
        Ok(&self.bytes[range])
    }

    /// The same, to write to.
    ///
    /// # Errors
    /// As [`Self::range`].
    pub(super) fn range_mut(&mut self, pointer: u32, length: u64) -> Result<&mut [u8], WasmError> {
        let range = self.bounds(pointer, length)?;
        Ok(&mut self.bytes[range])
    }

    /// So many bytes.
    ///
    /// # Errors
    /// As [`Self::range`].
    pub(super) fn array<const N: usize>(&self, pointer: u32) -> Result<&[u8; N], WasmError> {
        let bytes = self.range(pointer, N as u64)?;
        bytes
            .first_chunk()
            .ok_or_else(|| self.bad(pointer, N as u64))
    }

    /// Puts bytes there.
    ///
    /// # Errors
    /// As [`Self::range`].
    pub(super) fn put(&mut self, pointer: u32, bytes: &[u8]) -> Result<(), WasmError> {
        self.range_mut(pointer, bytes.len() as u64)?
            .copy_from_slice(bytes);
        Ok(())
    }

    /// What is wrong with an argument.
    pub(super) fn refuse(&self, what: impl Into<String>) -> WasmError {
        WasmError::Argument {
            function: self.function,
            what: what.into(),
        }
    }

    /// Where a range is, if it is all there.
    ///
    /// # Errors
    /// As [`Self::range`].
    pub(super) fn bounds(
        &self,
        pointer: u32,
        length: u64,
    ) -> Result<std::ops::Range<usize>, WasmError> {
        let end = u64::from(pointer).checked_add(length);
        match end {
            Some(end) if end <= self.bytes.len() as u64 => Ok(pointer as usize..end as usize),
            _ => Err(self.bad(pointer, length)),
        }
    }

    fn bad(&self, pointer: u32, length: u64) -> WasmError {
        WasmError::Pointer {
            function: self.function,
            pointer,
            length,
            size: self.bytes.len(),
        }
    }
}
