//! Owns texts that go to a module and come from it: C strings in its memory, UTF-8. Must not know the calls
//! in which they do.
//!
//! A text for a module is put where the module's own allocator says: `malloc` and `free`, `alloc` and
//! `dealloc`, or `cabi_realloc`, the first of these that it exports. Without one it is put into pages that are
//! added to its memory for that, behind everything of its own. A text is the module's to read until the call
//! returns. A text from a module is copied, then given back to its `free_string`, if it exports one.

use wasmtime::{Instance, Memory, Store, TypedFunc};

use super::error::WasmError;
use super::guest::{Guest, MEMORY};
use super::limits::TEXT_BYTES;

const PAGE: usize = 1 << 16;

/// How the texts of one instance travel.
pub(super) struct Strings {
    memory: Option<Memory>,
    allocator: Allocator,
    free_string: Option<TypedFunc<u32, ()>>,
    /// The texts of the running call.
    placed: Vec<Placed>,
}

enum Allocator {
    Malloc {
        malloc: TypedFunc<u32, u32>,
        free: Option<TypedFunc<u32, ()>>,
    },
    Alloc {
        alloc: TypedFunc<u32, u32>,
        dealloc: Option<TypedFunc<(u32, u32), ()>>,
    },
    Realloc(TypedFunc<(u32, u32, u32, u32), u32>),
    /// Pages of ours: where they start, how many bytes they have, how many are in use.
    Pages {
        start: u32,
        bytes: usize,
        used: usize,
    },
}

#[derive(Clone, Copy)]
struct Placed {
    pointer: u32,
    bytes: u32,
}

impl Strings {
    /// What an instance exports for texts.
    pub(super) fn of(instance: &Instance, store: &mut Store<Guest>) -> Self {
        Self {
            memory: instance.get_memory(&mut *store, MEMORY),
            allocator: Allocator::of(instance, store),
            free_string: instance.get_typed_func(&mut *store, "free_string").ok(),
            placed: Vec::new(),
        }
    }

    fn memory(&self) -> Result<Memory, WasmError> {
        self.memory.ok_or_else(|| {
            WasmError::Text(
                "the module exports no `memory`, so that it can have no texts".to_owned(),
            )
        })
    }

    /// Puts a text into the module's memory; where.
    ///
    /// # Errors
    /// When the module has no place for it, or its allocator fails.
    pub(super) fn place(&mut self, store: &mut Store<Guest>, text: &str) -> wasmtime::Result<u32> {
        let memory = self.memory()?;
        if text.len() >= TEXT_BYTES {
            return Err(too_long(text.len()).into());
        }
        let bytes = text.len() as u32 + 1;
        let pointer = match &mut self.allocator {
            Allocator::Malloc { malloc, .. } => malloc.call(&mut *store, bytes)?,
            Allocator::Alloc { alloc, .. } => alloc.call(&mut *store, bytes)?,
            Allocator::Realloc(realloc) => realloc.call(&mut *store, (0, 0, 1, bytes))?,
            Allocator::Pages {
                start,
                bytes: held,
                used,
            } => {
                if *held - *used < bytes as usize {
                    // Texts of this call stay where they are; the next call has room for all of them.
                    let pages = (bytes as usize + *held).div_ceil(PAGE);
                    let end = memory.data_size(&*store);
                    memory.grow(&mut *store, pages as u64)?;
                    *start = u32::try_from(end)?;
                    *held = pages * PAGE;
                    *used = 0;
                }
                let pointer = *start + *used as u32;
                *used += bytes as usize;
                pointer
            }
        };
        self.placed.push(Placed { pointer, bytes });
        let size = memory.data_size(&*store);
        let place = memory
            .data_mut(&mut *store)
            .get_mut(pointer as usize..)
            .and_then(|rest| rest.get_mut(..bytes as usize));
        let Some(place) = place.filter(|_| pointer != 0) else {
            return Err(WasmError::Pointer {
                function: "the place for a text",
                pointer,
                length: bytes.into(),
                size,
            }
            .into());
        };
        place[..text.len()].copy_from_slice(text.as_bytes());
        place[text.len()] = 0;
        Ok(pointer)
    }

    /// Gives the places of the texts back: the call has returned.
    ///
    /// # Errors
    /// When the module's own function fails.
    pub(super) fn release(&mut self, store: &mut Store<Guest>) -> wasmtime::Result<()> {
        for Placed { pointer, bytes } in std::mem::take(&mut self.placed) {
            match &mut self.allocator {
                Allocator::Malloc {
                    free: Some(free), ..
                } => free.call(&mut *store, pointer)?,
                Allocator::Alloc {
                    dealloc: Some(dealloc),
                    ..
                } => {
                    dealloc.call(&mut *store, (pointer, bytes))?;
                }
                Allocator::Realloc(realloc) => {
                    realloc.call(&mut *store, (pointer, bytes, 1, 0))?;
                }
                Allocator::Malloc { free: None, .. } | Allocator::Alloc { dealloc: None, .. } => {}
                Allocator::Pages { used, .. } => *used = 0,
            }
        }
        Ok(())
    }

    /// The text that a module returned; gives it back.
    ///
    /// # Errors
    /// When it is none, or the module's own function fails.
    pub(super) fn take(
        &mut self,
        store: &mut Store<Guest>,
        pointer: u32,
    ) -> wasmtime::Result<String> {
        let memory = self.memory()?;
        if pointer == 0 {
            return Err(WasmError::Text(
                "the function returned a null pointer, which is no text".to_owned(),
            )
            .into());
        }
        let text = read(memory.data(&*store), pointer)?;
        if let Some(free_string) = &self.free_string {
            free_string.call(&mut *store, pointer)?;
        }
        Ok(text)
    }
}

fn read(bytes: &[u8], pointer: u32) -> Result<String, WasmError> {
    let size = bytes.len();
    let bad = |length: usize| WasmError::Pointer {
        function: "the text that a function returned",
        pointer,
        length: length as u64,
        size,
    };
    let rest = bytes.get(pointer as usize..).ok_or_else(|| bad(1))?;
    let within = &rest[..rest.len().min(TEXT_BYTES)];
    let length = within.iter().position(|byte| *byte == 0);
    let length = length.ok_or_else(|| {
        if within.len() < TEXT_BYTES {
            bad(within.len() + 1)
        } else {
            too_long(within.len())
        }
    })?;
    match std::str::from_utf8(&within[..length]) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(WasmError::Text(format!(
            "the text that the function returned is not UTF-8: {error}"
        ))),
    }
}

fn too_long(bytes: usize) -> WasmError {
    WasmError::Text(format!(
        "the text has `{bytes}` bytes, more than the limit of `{}`",
        TEXT_BYTES - 1
    ))
}

impl Allocator {
    fn of(instance: &Instance, store: &mut Store<Guest>) -> Self {
        if let Ok(malloc) = instance.get_typed_func(&mut *store, "malloc") {
            let free = instance.get_typed_func(&mut *store, "free").ok();
            return Self::Malloc { malloc, free };
        }
        if let Ok(alloc) = instance.get_typed_func(&mut *store, "alloc") {
            let dealloc = instance.get_typed_func(&mut *store, "dealloc").ok();
            return Self::Alloc { alloc, dealloc };
        }
        match instance.get_typed_func(&mut *store, "cabi_realloc") {
            Ok(realloc) => Self::Realloc(realloc),
            Err(_) => Self::Pages {
                start: 0,
                bytes: 0,
                used: 0,
            },
        }
    }
}
