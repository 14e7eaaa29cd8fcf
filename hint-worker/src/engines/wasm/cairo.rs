//! Owns the functions that a module may import to reach the VM: names of `ids`, cells, segments, arithmetic
//! and the log. `wit/cairo.wit` and `include/cairo.h` beside this folder document them; keep all three equal.
//! Must not know what modules do with them.
//!
//! A value is 32 bytes in the module's memory, laid out as a cell on the wire: a felt, little-endian and below
//! the prime, or an address, whose last byte is 0x80.

use hint_proto::cell::{CELL_BYTES, Cell};
use wasmtime::{Caller, Linker};

use super::error::WasmError;
use super::guest::{Crossing, Guest, cross};
use super::limits::TEXT_BYTES;
use crate::engines::view::{Address, Felt, Field, Registers, Value, ViewError};
use crate::log::{self, Level};

/// The module that has the functions.
pub(super) const MODULE: &str = "cairo";

/// Cells that one call may read or write.
const MOST_CELLS: u32 = 1 << 20;
/// Names of a path, those of scopes included.
const MOST_NAMES: usize = 32;
/// By the numbers of the interface; what it calls `trace` is for whoever looks for a fault, too.
const LEVELS: [Level; 5] = [
    Level::Error,
    Level::Warning,
    Level::Info,
    Level::Debug,
    Level::Debug,
];

type Asked<T> = wasmtime::Result<T>;

impl Crossing<'_> {
    fn value(&self, pointer: u32) -> Result<Value, WasmError> {
        let bytes = self.array(pointer)?;
        let value = Value::of_bytes(bytes, self.guest.view.field());
        value.ok_or_else(|| self.refuse("32 bytes that are neither a felt nor an address"))
    }

    fn felt(&self, pointer: u32) -> Result<Felt, WasmError> {
        match self.value(pointer)? {
            Value::Felt(felt) => Ok(felt),
            Value::Address(address) => {
                Err(self.refuse(format!("the address `{address}` where a felt is expected")))
            }
        }
    }

    fn address(&self, pointer: u32) -> Result<Address, WasmError> {
        match self.value(pointer)? {
            Value::Address(address) => Ok(address),
            Value::Felt(felt) => {
                Err(self.refuse(format!("the felt `{felt}` where an address is expected")))
            }
        }
    }

    fn put_value(&mut self, pointer: u32, value: Value) -> Result<(), WasmError> {
        self.put(pointer, &bytes_of(value))
    }

    /// A text that the module gives, and the state beside it.
    fn text(&mut self, pointer: u32, length: u32) -> Result<(&str, &mut Guest), WasmError> {
        if length as usize > TEXT_BYTES {
            return Err(self.refuse(format!(
                "a text of `{length}` bytes, more than the limit of `{TEXT_BYTES}`"
            )));
        }
        let range = self.bounds(pointer, length.into())?;
        match std::str::from_utf8(&self.bytes[range]) {
            Ok(text) => Ok((text, &mut *self.guest)),
            Err(error) => Err(WasmError::Argument {
                function: self.function,
                what: format!("a text that is not UTF-8: {error}"),
            }),
        }
    }

    /// The first of so many cells.
    fn cells(&self, address: u32, count: u32) -> Result<Address, WasmError> {
        if count > MOST_CELLS {
            return Err(self.refuse(format!(
                "`{count}` cells, more than the limit of `{MOST_CELLS}`"
            )));
        }
        self.address(address)
    }

    fn plus(&self, address: Address, cells: i64) -> Result<Address, WasmError> {
        let sum = address.plus(cells);
        sum.ok_or_else(|| {
            self.refuse(format!(
                "`{address}` and `{cells}`, whose sum is no address"
            ))
        })
    }
}

/// The names of a path, without an allocation: modules may read names in a loop.
struct Names<'a> {
    names: [&'a str; MOST_NAMES],
    count: usize,
}

impl<'a> Names<'a> {
    fn of(path: &'a str) -> Result<Self, ViewError> {
        let mut names = Self {
            names: [""; MOST_NAMES],
            count: 0,
        };
        for name in path.split('.') {
            let Some(place) = names.names.get_mut(names.count) else {
                return Err(ViewError::Refused(format!(
                    "`ids.{path}` has more than `{MOST_NAMES}` names"
                )));
            };
            *place = name;
            names.count += 1;
        }
        Ok(names)
    }

    fn path(&self) -> &[&'a str] {
        &self.names[..self.count]
    }
}

fn bytes_of(value: Value) -> [u8; CELL_BYTES] {
    match value.to_cell() {
        Cell::Felt(bytes) => bytes,
        cell => {
            let mut bytes = Vec::with_capacity(CELL_BYTES);
            cell.encode(&mut bytes);
            bytes.try_into().unwrap_or_default()
        }
    }
}

/// Gives the `index`-th module the functions.
///
/// # Errors
/// As the linker has it.
pub(super) fn define(linker: &mut Linker<Guest>, index: usize) -> wasmtime::Result<()> {
    define_names(linker, index)?;
    define_memory(linker, index)?;
    define_addresses(linker, index)?;
    define_felts(linker, index)?;
    linker.func_wrap(
        MODULE,
        "log",
        move |mut caller: Caller<'_, Guest>, level: u32, text: u32, length: u32| -> Asked<()> {
            let mut crossing = cross(&mut caller, index, "log")?;
            let Some(level) = LEVELS.get(level as usize) else {
                let what = format!("the level `{level}`, which is not one of 0 to 4");
                return Err(crossing.refuse(what).into());
            };
            let (text, guest) = crossing.text(text, length)?;
            log::emit_of(&guest.modules[index], *level, text, &[]);
            Ok(())
        },
    )?;
    Ok(())
}

fn define_names(linker: &mut Linker<Guest>, index: usize) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "ids_get",
        move |mut caller: Caller<'_, Guest>, name: u32, length: u32, result: u32| -> Asked<()> {
            let mut crossing = cross(&mut caller, index, "ids_get")?;
            let (name, guest) = crossing.text(name, length)?;
            let value = Names::of(name).and_then(|names| guest.view.get(names.path()));
            let value = value.map_err(WasmError::from)?;
            Ok(crossing.put_value(result, value)?)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "ids_set",
        move |mut caller: Caller<'_, Guest>, name: u32, length: u32, value: u32| -> Asked<()> {
            let mut crossing = cross(&mut caller, index, "ids_set")?;
            let value = crossing.value(value)?;
            let (name, guest) = crossing.text(name, length)?;
            let set = Names::of(name).and_then(|names| guest.view.set(names.path(), value));
            Ok(set.map_err(WasmError::from)?)
        },
    )?;
    let registers: [(&'static str, fn(Registers) -> Address); 3] = [
        ("pc", |registers| registers.pc),
        ("ap", |registers| registers.ap),
        ("fp", |registers| registers.fp),
    ];
    for (name, register) in registers {
        linker.func_wrap(
            MODULE,
            name,
            move |mut caller: Caller<'_, Guest>, result: u32| -> Asked<()> {
                let mut crossing = cross(&mut caller, index, name)?;
                let address = register(crossing.guest.view.registers());
                Ok(crossing.put_value(result, Value::Address(address))?)
            },
        )?;
    }
    Ok(())
}

fn define_memory(linker: &mut Linker<Guest>, index: usize) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "memory_get",
        move |mut caller: Caller<'_, Guest>, address: u32, result: u32| -> Asked<u32> {
            let mut crossing = cross(&mut caller, index, "memory_get")?;
            let address = crossing.address(address)?;
            let value = crossing.guest.view.memory.lookup(address);
            match value.map_err(WasmError::from)? {
                Some(value) => {
                    crossing.put_value(result, value)?;
                    Ok(1)
                }
                None => Ok(0),
            }
        },
    )?;
    linker.func_wrap(
        MODULE,
        "memory_set",
        move |mut caller: Caller<'_, Guest>, address: u32, value: u32| -> Asked<()> {
            let crossing = cross(&mut caller, index, "memory_set")?;
            let (address, value) = (crossing.address(address)?, crossing.value(value)?);
            let written = crossing.guest.view.memory.write(address, value);
            Ok(written.map_err(WasmError::from)?)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "memory_get_range",
        move |mut caller: Caller<'_, Guest>, address: u32, count: u32, results: u32| -> Asked<()> {
            let mut crossing = cross(&mut caller, index, "memory_get_range")?;
            let first = crossing.cells(address, count)?;
            let length = u64::from(count) * CELL_BYTES as u64;
            crossing.range(results, length)?;
            let memory = &mut crossing.guest.view.memory;
            memory
                .prepare(first, count.into())
                .map_err(WasmError::from)?;
            for number in 0..count {
                let address = crossing.plus(first, number.into())?;
                let value = crossing.guest.view.memory.read(address);
                let place = results + number * CELL_BYTES as u32;
                crossing.put_value(place, value.map_err(WasmError::from)?)?;
            }
            Ok(())
        },
    )?;
    linker.func_wrap(
        MODULE,
        "memory_set_range",
        move |mut caller: Caller<'_, Guest>, address: u32, count: u32, values: u32| -> Asked<()> {
            let crossing = cross(&mut caller, index, "memory_set_range")?;
            let first = crossing.cells(address, count)?;
            crossing.range(values, u64::from(count) * CELL_BYTES as u64)?;
            let memory = &mut crossing.guest.view.memory;
            memory
                .prepare(first, count.into())
                .map_err(WasmError::from)?;
            for number in 0..count {
                let address = crossing.plus(first, number.into())?;
                let value = crossing.value(values + number * CELL_BYTES as u32)?;
                let written = crossing.guest.view.memory.write(address, value);
                written.map_err(WasmError::from)?;
            }
            Ok(())
        },
    )?;
    linker.func_wrap(
        MODULE,
        "segment_add",
        move |mut caller: Caller<'_, Guest>, result: u32| -> Asked<()> {
            let mut crossing = cross(&mut caller, index, "segment_add")?;
            crossing.range(result, CELL_BYTES as u64)?;
            let base = crossing.guest.view.memory.add_segment();
            let base = Value::Address(base.map_err(WasmError::from)?);
            Ok(crossing.put_value(result, base)?)
        },
    )?;
    Ok(())
}

fn define_addresses(linker: &mut Linker<Guest>, index: usize) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "value_is_address",
        move |mut caller: Caller<'_, Guest>, value: u32| -> Asked<u32> {
            let value = cross(&mut caller, index, "value_is_address")?.value(value)?;
            Ok(matches!(value, Value::Address(_)).into())
        },
    )?;
    linker.func_wrap(
        MODULE,
        "address_add",
        move |mut caller: Caller<'_, Guest>, address: u32, cells: i64, result: u32| -> Asked<()> {
            let mut crossing = cross(&mut caller, index, "address_add")?;
            let sum = crossing.plus(crossing.address(address)?, cells)?;
            Ok(crossing.put_value(result, Value::Address(sum))?)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "address_sub",
        move |mut caller: Caller<'_, Guest>, left: u32, right: u32| -> Asked<i64> {
            let crossing = cross(&mut caller, index, "address_sub")?;
            let (left, right) = (crossing.address(left)?, crossing.address(right)?);
            if left.segment != right.segment {
                let what = format!("`{left}` and `{right}`, which are in different segments");
                return Err(crossing.refuse(what).into());
            }
            // Offsets are below 2**63.
            Ok(left.offset.cast_signed() - right.offset.cast_signed())
        },
    )?;
    Ok(())
}

fn define_felts(linker: &mut Linker<Guest>, index: usize) -> wasmtime::Result<()> {
    type Operation = fn(&Field, Felt, Felt) -> Option<Felt>;
    let operations: [(&'static str, Operation); 4] = [
        ("felt_add", |field, left, right| {
            Some(field.add(left, right))
        }),
        ("felt_sub", |field, left, right| {
            Some(field.sub(left, right))
        }),
        ("felt_mul", |field, left, right| {
            Some(field.mul(left, right))
        }),
        ("felt_div", Field::div),
    ];
    for (name, operation) in operations {
        linker.func_wrap(
            MODULE,
            name,
            move |mut caller: Caller<'_, Guest>, left: u32, right: u32, result: u32| -> Asked<()> {
                let mut crossing = cross(&mut caller, index, name)?;
                let (left, right) = (crossing.felt(left)?, crossing.felt(right)?);
                let felt = operation(crossing.guest.view.field(), left, right);
                let felt = felt.ok_or_else(|| crossing.refuse("the divisor zero"))?;
                Ok(crossing.put(result, &felt.to_bytes())?)
            },
        )?;
    }
    linker.func_wrap(
        MODULE,
        "felt_divmod",
        move |mut caller: Caller<'_, Guest>,
              left: u32,
              right: u32,
              quotient: u32,
              remainder: u32|
              -> Asked<()> {
            let mut crossing = cross(&mut caller, index, "felt_divmod")?;
            let (left, right) = (crossing.felt(left)?, crossing.felt(right)?);
            let parts = crossing.guest.view.field().divmod(left, right);
            let parts = parts.ok_or_else(|| crossing.refuse("the divisor zero"))?;
            crossing.put(quotient, &parts.0.to_bytes())?;
            Ok(crossing.put(remainder, &parts.1.to_bytes())?)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "felt_compare",
        move |mut caller: Caller<'_, Guest>, left: u32, right: u32| -> Asked<i32> {
            let crossing = cross(&mut caller, index, "felt_compare")?;
            Ok(crossing.felt(left)?.cmp(&crossing.felt(right)?) as i32)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "felt_from_i64",
        move |mut caller: Caller<'_, Guest>, number: i64, result: u32| -> Asked<()> {
            let mut crossing = cross(&mut caller, index, "felt_from_i64")?;
            let felt = crossing.guest.view.field().of_i64(number);
            Ok(crossing.put(result, &felt.to_bytes())?)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "felt_to_i64",
        move |mut caller: Caller<'_, Guest>, felt: u32, result: u32| -> Asked<u32> {
            let mut crossing = cross(&mut caller, index, "felt_to_i64")?;
            let felt = crossing.felt(felt)?;
            match crossing.guest.view.field().to_i64(felt) {
                Some(number) => {
                    crossing.put(result, &number.to_le_bytes())?;
                    Ok(1)
                }
                None => Ok(0),
            }
        },
    )?;
    Ok(())
}
