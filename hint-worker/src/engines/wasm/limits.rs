//! Owns what modules may use up. Must not know what happens at a limit.

use std::time::Duration;

use hint_proto::v1;

/// Largest module, in bytes.
pub(super) const MODULE_BYTES: usize = 32 << 20;
/// Most modules of a VM.
pub(super) const MODULES: usize = 64;
/// Longest time for reading or compiling one module.
pub(super) const COMPILATION: Duration = Duration::from_secs(30);
/// Longest text that goes between a hint and a module, in bytes.
pub(super) const TEXT_BYTES: usize = 1 << 20;

/// What the modules of one VM may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Units of fuel of one hint; an instruction costs about one.
    pub fuel: u64,
    /// Bytes of all memories.
    pub memory: usize,
    /// Elements of all tables.
    pub table: usize,
    /// Bytes of the stack of one call.
    pub stack: usize,
    /// Time of one hint.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: 100_000_000_000,
            memory: 256 << 20,
            table: 1 << 20,
            stack: 1 << 20,
            time: Duration::from_secs(60),
        }
    }
}

impl Limits {
    /// Largest stack: what the thread that runs hints has beyond what the worker itself needs.
    const MOST_STACK: usize = 4 << 20;

    /// The limits of a message, in which 0 stands for the default.
    #[must_use]
    pub fn of_wire(limits: Option<&v1::WasmLimits>) -> Self {
        let default = Self::default();
        let Some(limits) = limits else {
            return default;
        };
        let size = |wanted: u64, default: usize| match usize::try_from(wanted) {
            Ok(0) => default,
            Ok(size) => size,
            Err(_) => usize::MAX,
        };
        Self {
            fuel: if limits.fuel == 0 {
                default.fuel
            } else {
                limits.fuel
            },
            memory: size(limits.memory_bytes, default.memory),
            table: size(limits.table_elements, default.table),
            stack: size(limits.stack_bytes, default.stack).min(Self::MOST_STACK),
            time: match limits.time_millis {
                0 => default.time,
                millis => Duration::from_millis(millis),
            },
        }
    }
}
