//! Owns the one world of contracts of a session, whichever of its hints uses it, and who calls. Must not know hints'
//! lines, nor the VM.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hint_proto::v1::ContractUse;
use num_bigint::{BigInt, BigUint, Sign};

use super::telling::tell;
use crate::engines::contract::codec::keccak256;
use crate::engines::contract::figures::Counts;
use crate::engines::contract::machine::{Value, World, on_deep_stack};
use crate::engines::contract::scenario::{self, Options};
use crate::engines::contract::signature::{ParameterKind, Signature};
use crate::engines::contract::world::{Address, LogEntry, Outcome, Record};

/// The world of a session, and what its hints said of it.
#[derive(Debug, Default)]
pub struct Chain {
    world: Option<World>,
    caller: Option<Address>,
    /// Whether everything that calls do is logged.
    pub(super) trace: bool,
    /// What happened and is not in the log.
    untold: Vec<Record>,
    /// Whether hints of the session say which world it is.
    expected: bool,
}

/// The same, shared by the engines of a session: a process serves one.
#[derive(Clone, Debug, Default)]
pub struct SharedChain(Arc<Mutex<Chain>>);

/// Why nothing can be done with the world as it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ChainError(pub String);

impl ChainError {
    fn new(text: impl ToString) -> Self {
        Self(text.to_string())
    }
}

/// A value of whoever uses the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A number: a parameter says how it is encoded.
    Number(BigInt),
    /// As it is.
    Bytes(Vec<u8>),
    /// In the notation of scenarios.
    Text(String),
}

impl SharedChain {
    fn lock(&self) -> MutexGuard<'_, Chain> {
        // What panicked while it had the chain has ended the session; the rest may still be shown.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works with the chain while nobody else does, and logs what happened.
    pub fn with<T>(&self, work: impl FnOnce(&mut Chain) -> T) -> T {
        let mut chain = self.lock();
        let done = work(&mut chain);
        let (records, trace) = (std::mem::take(&mut chain.untold), chain.trace);
        // The log may have to wait for its reader.
        drop(chain);
        tell(&records, trace);
        done
    }
}

impl Chain {
    /// Notes that hints say which world it is.
    pub(super) fn expect(&mut self) {
        self.expected = true;
    }

    /// Whether hints of the session say which world it is.
    #[must_use]
    pub fn is_expected(&self) -> bool {
        self.expected
    }

    /// Sets up the world, once; files are looked for in `folders`, too.
    pub(super) fn use_world(&mut self, file: &str, folders: &[PathBuf]) -> Result<(), ChainError> {
        if self.world.is_some() {
            return Ok(());
        }
        let here = PathBuf::from(file);
        let beside = folders.iter().map(|folder| folder.join(file));
        let path = std::iter::once(here.clone())
            .chain(beside)
            .find(|path| path.is_file());
        let path = path.unwrap_or(here);
        let world = deep(|| scenario::world_of(&path, &Options::default()))?;
        let failed = |error| ChainError(format!("the world cannot be used: {error}"));
        self.world = Some(world.map_err(failed)?);
        Ok(())
    }

    /// The world, once there is one.
    #[must_use]
    pub fn world(&self) -> Option<&World> {
        self.world.as_ref()
    }

    fn world_mut(&mut self) -> Result<&mut World, ChainError> {
        let none = "there is no world\nhint: say which with `use \"FILE.scen.json\"` before";
        self.world.as_mut().ok_or_else(|| ChainError::new(none))
    }

    /// What happened in the world since it was set up, as the host is told.
    pub(super) fn used(&self) -> Vec<ContractUse> {
        let Some(world) = &self.world else {
            return Vec::new();
        };
        let told = |contract: String, endpoint: &[u8], counts: &Counts| ContractUse {
            contract,
            endpoint: String::from_utf8_lossy(endpoint).into_owned(),
            calls: counts.calls,
            failed_calls: counts.failed_calls,
            storage_reads: counts.reads,
            storage_writes: counts.writes,
            events: counts.events,
        };
        let figures = world.figures();
        let places = figures.by_endpoint();
        let mut used: Vec<ContractUse> = places
            .map(|(contract, endpoint, counts)| told(contract.to_string(), endpoint, counts))
            .collect();
        if *figures.rest() != Counts::default() {
            used.push(told(String::new(), b"", figures.rest()));
        }
        used
    }

    /// Says who calls from now on.
    pub(super) fn set_caller(&mut self, caller: Address) {
        self.caller = Some(caller);
    }

    /// Who calls.
    ///
    /// # Errors
    /// [`ChainError`] when nobody was said to.
    pub fn caller(&self) -> Result<Address, ChainError> {
        let nobody = "nobody calls\nhint: say who with `caller \"address:NAME\"` before";
        self.caller.ok_or_else(|| ChainError::new(nobody))
    }

    /// The contract `sc:NAME`; hyphens in it are underscores in hints.
    pub(super) fn contract_named(&mut self, name: &str) -> Result<Address, ChainError> {
        let contracts = self.world_mut()?.contracts();
        for name in [name.to_owned(), name.replace('_', "-")] {
            let bytes = scenario::value(&format!("sc:{name}")).unwrap_or_default();
            if let Ok(address) = <[u8; 32]>::try_from(bytes).map(Address)
                && contracts.contains_key(&address)
            {
                return Ok(address);
            }
        }
        let known: Vec<String> = contracts
            .keys()
            .map(|address| format!("`{address}`"))
            .collect();
        let known = match known.is_empty() {
            true => "none".to_owned(),
            false => known.join(", "),
        };
        Err(ChainError(format!(
            "there is no contract `sc:{name}`; there is {known}"
        )))
    }

    /// What an endpoint takes; nothing if there is no such contract or endpoint.
    ///
    /// # Errors
    /// [`ChainError`] when the contract's source is refused.
    pub fn signature(
        &mut self,
        contract: &Address,
        endpoint: &[u8],
    ) -> Result<Option<Signature>, ChainError> {
        let world = self.world_mut()?;
        let read = world.has_read(contract);
        deep_unless(read, || world.signature(contract, endpoint))?.map_err(ChainError::new)
    }

    /// The endpoint that a selector of StarkNet stands for: the hash of its name, cut to 250 bits.
    ///
    /// # Errors
    /// [`ChainError`] when the contract's source is refused.
    pub fn endpoint_of_selector(
        &mut self,
        contract: &Address,
        selector: &BigUint,
    ) -> Result<Option<String>, ChainError> {
        let world = self.world_mut()?;
        let read = world.has_read(contract);
        let endpoints =
            deep_unless(read, || world.endpoints(contract))?.map_err(ChainError::new)?;
        let is_meant = |name: &String| {
            let mut hash = keccak256(name.as_bytes());
            hash[0] &= 3;
            BigUint::from_bytes_be(&hash) == *selector
        };
        Ok(endpoints.into_iter().find(is_meant))
    }

    /// Calls an endpoint as the caller. What that did goes into the log, and not into the outcome.
    ///
    /// # Errors
    /// [`ChainError`] when there is no world or caller, or the interpreter does not know what a source says.
    pub fn call(
        &mut self,
        contract: Address,
        endpoint: &[u8],
        arguments: Vec<Vec<u8>>,
        egld: BigUint,
    ) -> Result<Outcome, ChainError> {
        let caller = self.caller()?;
        let paid = Value {
            egld,
            ..Value::default()
        };
        let world = self.world_mut()?;
        let outcome = deep(|| world.call(caller, contract, endpoint, arguments, &paid))?;
        let mut outcome = outcome.map_err(ChainError::new)?;
        self.untold.append(&mut outcome.records);
        Ok(outcome)
    }

    /// Reads the storage of an account.
    ///
    /// # Errors
    /// [`ChainError`] when there is no such account.
    pub fn storage_read(&mut self, account: Address, key: &[u8]) -> Result<Vec<u8>, ChainError> {
        let world = self.world_of(&account)?;
        let (value, record) = world.read_storage(account, key);
        self.untold.push(record);
        Ok(value)
    }

    /// Writes to the storage of an account.
    ///
    /// # Errors
    /// [`ChainError`] when there is no such account, or the key is not for everybody.
    pub fn storage_write(
        &mut self,
        account: Address,
        key: Vec<u8>,
        value: Vec<u8>,
    ) -> Result<(), ChainError> {
        let world = self.world_of(&account)?;
        let shown = String::from_utf8_lossy(&key).into_owned();
        let written = world.write_storage(account, key, value);
        let record =
            written.map_err(|failure| ChainError(format!("{}: `{shown}`", failure.message)))?;
        self.untold.push(record);
        Ok(())
    }

    /// Writes an event, as the caller.
    ///
    /// # Errors
    /// [`ChainError`] when there is no world or caller.
    pub fn emit_event(
        &mut self,
        topics: Vec<Vec<u8>>,
        data: Vec<Vec<u8>>,
    ) -> Result<(), ChainError> {
        let address = self.caller()?;
        let record = self.world_mut()?.write_event(LogEntry {
            address,
            endpoint: Vec::new(),
            topics,
            data,
        });
        self.untold.push(record);
        Ok(())
    }

    fn world_of(&mut self, account: &Address) -> Result<&mut World, ChainError> {
        // Whoever calls need not be there before.
        let is_caller = self.caller.as_ref() == Some(account);
        let world = self.world_mut()?;
        match is_caller || world.has_account(account) {
            true => Ok(world),
            false => Err(ChainError(format!("there is no account `{account}`"))),
        }
    }
}

impl Given {
    /// The encoded bytes of an argument of this kind.
    ///
    /// # Errors
    /// [`ChainError`] when the value is not of the kind.
    pub fn argument(self, kind: Option<ParameterKind>) -> Result<Vec<u8>, ChainError> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Text(text) if text.starts_with('-') && kind == Some(ParameterKind::Unsigned) => {
                Err(negative(&text))
            }
            Self::Text(text) => scenario::value(&text).map_err(ChainError),
            Self::Number(number) if number.sign() == Sign::NoSign => Ok(match kind {
                Some(ParameterKind::Address) => vec![0; 32],
                _ => Vec::new(),
            }),
            Self::Number(number) => match kind {
                Some(ParameterKind::Signed) => Ok(number.to_signed_bytes_be()),
                _ if number.sign() == Sign::Minus => Err(negative(&number.to_string())),
                Some(ParameterKind::Address) => {
                    let bytes = number.magnitude().to_bytes_be();
                    let unused = 32_usize.saturating_sub(bytes.len());
                    Ok([&vec![0; unused][..], &bytes].concat())
                }
                _ => Ok(number.magnitude().to_bytes_be()),
            },
        }
    }

    /// The address that it stands for.
    ///
    /// # Errors
    /// [`ChainError`] when it is none.
    pub fn address(self) -> Result<Address, ChainError> {
        let bytes = self.argument(Some(ParameterKind::Address))?;
        <[u8; 32]>::try_from(bytes).map(Address).map_err(|bytes| {
            ChainError(format!(
                "an address has 32 bytes, and this `{}`",
                bytes.len()
            ))
        })
    }
}

fn negative(text: &str) -> ChainError {
    ChainError(format!(
        "`{text}` is negative, and the parameter has no sign"
    ))
}

/// On this stack if that is deep enough: a thread takes longer than a look.
fn deep_unless<T: Send>(shallow: bool, work: impl FnOnce() -> T + Send) -> Result<T, ChainError> {
    match shallow {
        true => Ok(work()),
        false => deep(work),
    }
}

fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, ChainError> {
    on_deep_stack(work)
        .map_err(|error| ChainError(format!("there is no thread for the contract: {error}")))
}
