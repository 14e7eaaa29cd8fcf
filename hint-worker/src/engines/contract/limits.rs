//! Owns what a contract may use before it is stopped: steps, depth, memory. Must not know what it is used for.

use std::fmt;

/// The stack of the thread that contracts are read and executed on.
pub const STACK_BYTES: usize = 512 << 20;

/// What one transaction may use, with all calls that it makes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Expressions and parts of long operations.
    pub steps: u64,
    /// Expressions inside of each other, over all calls.
    pub depth: u32,
    /// Calls from contract to contract inside of each other.
    pub calls: u32,
    /// Bytes of values, and of what is written into storage and logs.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 50_000_000,
            depth: 8_000,
            calls: 64,
            bytes: 256 << 20,
        }
    }
}

/// A limit that a contract ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitReached {
    /// [`Limits::steps`]
    Steps(u64),
    /// [`Limits::depth`]
    Depth(u32),
    /// [`Limits::calls`]
    Calls(u32),
    /// [`Limits::bytes`]
    Bytes(u64),
}

impl fmt::Display for LimitReached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps(most) => write!(formatter, "it took more than `{most}` steps"),
            Self::Depth(most) => write!(formatter, "it is more than `{most}` expressions deep"),
            Self::Calls(most) => write!(
                formatter,
                "contracts call each other more than `{most}` deep"
            ),
            Self::Bytes(most) => write!(formatter, "it uses more than `{most}` bytes"),
        }
    }
}

/// What one transaction has used so far.
#[derive(Debug)]
pub(crate) struct Meter {
    limits: Limits,
    steps: u64,
    depth: u32,
    calls: u32,
    bytes: u64,
}

impl Meter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            steps: 0,
            depth: 0,
            calls: 0,
            bytes: 0,
        }
    }

    pub(crate) fn steps(&mut self, count: u64) -> Result<(), LimitReached> {
        self.steps = self.steps.saturating_add(count);
        if self.steps > self.limits.steps {
            return Err(LimitReached::Steps(self.limits.steps));
        }
        Ok(())
    }

    /// Takes memory, which costs steps, too.
    pub(crate) fn bytes(&mut self, count: usize) -> Result<(), LimitReached> {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(count);
        if self.bytes > self.limits.bytes {
            return Err(LimitReached::Bytes(self.limits.bytes));
        }
        self.steps(count / 64)
    }

    /// Enters an expression; [`Meter::leave`] leaves it.
    pub(crate) fn enter(&mut self) -> Result<(), LimitReached> {
        self.steps(1)?;
        if self.depth >= self.limits.depth {
            return Err(LimitReached::Depth(self.limits.depth));
        }
        self.depth += 1;
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Enters a call of a contract; [`Meter::leave_call`] leaves it.
    pub(crate) fn enter_call(&mut self) -> Result<(), LimitReached> {
        if self.calls >= self.limits.calls {
            return Err(LimitReached::Calls(self.limits.calls));
        }
        self.calls += 1;
        Ok(())
    }

    pub(crate) fn leave_call(&mut self) {
        self.calls = self.calls.saturating_sub(1);
    }
}
