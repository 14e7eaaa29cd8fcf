//! Owns the world as whoever uses it from outside sees it: deploy, call, query, transfer. Must not know scenarios.

use std::collections::BTreeMap;
use std::sync::Arc;

use num_bigint::BigUint;

use super::codec::keccak256;
use super::figures::Figures;
use super::interpreter::{CallInput, Sources, Transaction};
use super::limits::{Limits, STACK_BYTES};
use super::signature::Signature;
use super::source::place::Refusal;
use super::values::Payment;
use super::world::{
    Address, Failure, LogEntry, Outcome, RESERVED_KEY, Record, State, Status, is_reserved,
};

/// Accounts and contracts, and what may be done with them.
#[derive(Debug, Default)]
pub struct World {
    pub(crate) state: State,
    sources: Sources,
    figures: Figures,
    limits: Limits,
    transactions: u64,
}

/// Something that no chain would say: the interpreter does not know what the contract's source says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unhandled {
    /// The source is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Execution came to something unknown. The text has file, line and column.
    #[error("{0}")]
    Fault(String),
}

/// What a transaction pays.
#[derive(Clone, Debug, Default)]
pub struct Value {
    /// The native token.
    pub egld: BigUint,
    /// Tokens: identifier, nonce, amount.
    pub tokens: Vec<(Vec<u8>, u64, BigUint)>,
}

impl Value {
    fn payments(&self) -> Vec<Payment> {
        let payments = self.tokens.iter().map(|(token, nonce, amount)| Payment {
            token: token.clone(),
            nonce: *nonce,
            amount: amount.clone(),
        });
        payments.collect()
    }
}

impl World {
    /// A world without accounts.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Says what a contract's source is called in errors.
    pub fn name_source(&mut self, source: &Arc<[u8]>, file: &str) {
        self.sources.name(source, file);
    }

    /// Reads a contract without executing it.
    ///
    /// # Errors
    /// [`Refusal`] when it says something that is not handled.
    pub fn check_source(&mut self, source: &Arc<[u8]>) -> Result<(), Refusal> {
        self.sources.read(source).map(|_| ())
    }

    /// Whether nothing has to be read to say what a contract has.
    #[must_use]
    pub fn has_read(&self, contract: &Address) -> bool {
        let account = self.state.account(contract);
        let code = account.and_then(|account| account.code.as_ref());
        code.is_none_or(|code| self.sources.has_read(code))
    }

    /// What an endpoint of a contract takes; nothing if there is no such contract or endpoint.
    ///
    /// # Errors
    /// [`Refusal`] when the contract's source says something that is not handled.
    pub fn signature(
        &mut self,
        contract: &Address,
        endpoint: &[u8],
    ) -> Result<Option<Signature>, Refusal> {
        let account = self.state.account(contract);
        let Some(code) = account.and_then(|account| account.code.clone()) else {
            return Ok(None);
        };
        let code = self.sources.read(&code)?;
        let mut methods = code.contract.methods.values();
        let method = methods.find(|method| {
            let export = method.export.as_ref();
            export.is_some_and(|export| export.endpoint_name() == endpoint)
        });
        Ok(method.map(|method| Signature::of(method)))
    }

    /// The endpoints of a contract; none if there is no such contract.
    ///
    /// # Errors
    /// [`Refusal`] when the contract's source says something that is not handled.
    pub fn endpoints(&mut self, contract: &Address) -> Result<Vec<String>, Refusal> {
        let account = self.state.account(contract);
        let Some(code) = account.and_then(|account| account.code.clone()) else {
            return Ok(Vec::new());
        };
        let code = self.sources.read(&code)?;
        let exports = code.contract.methods.values().filter_map(|method| {
            let export = method.export.as_ref()?;
            Some(String::from_utf8_lossy(&export.endpoint_name()).into_owned())
        });
        Ok(exports.collect())
    }

    /// Puts money into an account, which is made if it is not there.
    pub fn credit(&mut self, address: Address, amount: &BigUint) {
        self.state.add_balance(address, amount);
        self.state.keep();
    }

    /// Where contracts are, with their sources.
    #[must_use]
    pub fn contracts(&self) -> BTreeMap<Address, Arc<[u8]>> {
        let accounts = self.state.accounts().iter();
        accounts
            .filter_map(|(address, account)| Some((*address, account.code.clone()?)))
            .collect()
    }

    /// What is in a contract's storage under a key; nothing is empty.
    #[must_use]
    pub fn storage(&self, address: &Address, key: &[u8]) -> Vec<u8> {
        self.state.read(address, key).to_vec()
    }

    /// Writes to a contract's storage without a transaction.
    pub fn set_storage(&mut self, address: Address, key: Vec<u8>, value: Vec<u8>) {
        self.state.write(address, key, value);
        self.state.keep();
    }

    /// What happened so far, by contract and endpoint.
    #[must_use]
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Counts what happens from now on.
    pub fn forget_figures(&mut self) {
        self.figures = Figures::default();
    }

    /// Whether there is such an account.
    #[must_use]
    pub fn has_account(&self, address: &Address) -> bool {
        self.state.account(address).is_some()
    }

    /// Reads an account's storage from outside of any contract.
    pub fn read_storage(&mut self, address: Address, key: &[u8]) -> (Vec<u8>, Record) {
        let value = self.storage(&address, key);
        let key = key.to_vec();
        let record = Record::Read {
            address,
            key,
            value: value.clone(),
        };
        self.figures.count(&record);
        (value, record)
    }

    /// Writes to an account's storage from outside of any contract.
    ///
    /// # Errors
    /// [`Failure`] when the key is one of the protocol's own.
    pub fn write_storage(
        &mut self,
        address: Address,
        key: Vec<u8>,
        value: Vec<u8>,
    ) -> Result<Record, Failure> {
        if is_reserved(&key) {
            return Err(Failure::user(RESERVED_KEY));
        }
        let record = Record::Write {
            address,
            key: key.clone(),
            value: value.clone(),
        };
        self.figures.count(&record);
        self.set_storage(address, key, value);
        Ok(record)
    }

    /// Writes an event from outside of any contract.
    pub fn write_event(&mut self, entry: LogEntry) -> Record {
        let record = Record::Log(entry);
        self.figures.count(&record);
        record
    }

    /// Calls an endpoint of a contract. The caller's nonce goes up, whatever comes of it.
    ///
    /// # Errors
    /// [`Unhandled`]; nothing else has changed then.
    pub fn call(
        &mut self,
        caller: Address,
        contract: Address,
        endpoint: &[u8],
        arguments: Vec<Vec<u8>>,
        value: &Value,
    ) -> Result<Outcome, Unhandled> {
        self.state.increase_nonce(caller);
        self.state.keep();
        if endpoint == b"upgradeContract" {
            return self.upgrade(caller, contract, arguments, value);
        }
        let input = CallInput {
            from: caller,
            to: contract,
            endpoint: endpoint.to_vec(),
            arguments,
            egld: value.egld.clone(),
            payments: value.payments(),
        };
        self.transact(input, None, false)
    }

    /// Asks a view. Nothing of what it does is kept.
    ///
    /// # Errors
    /// [`Unhandled`]
    pub fn query(
        &mut self,
        contract: Address,
        endpoint: &[u8],
        arguments: Vec<Vec<u8>>,
    ) -> Result<Outcome, Unhandled> {
        let input = CallInput {
            from: contract,
            to: contract,
            endpoint: endpoint.to_vec(),
            arguments,
            egld: BigUint::ZERO,
            payments: Vec::new(),
        };
        self.transact(input, None, true)
    }

    /// Deploys a contract and calls its `init`. The creator's nonce goes up, whatever comes of it.
    ///
    /// # Errors
    /// [`Unhandled`]; nothing else has changed then.
    pub fn deploy(
        &mut self,
        creator: Address,
        source: &Arc<[u8]>,
        arguments: Vec<Vec<u8>>,
        value: &Value,
    ) -> Result<Outcome, Unhandled> {
        let nonce = self
            .state
            .account(&creator)
            .map_or(0, |account| account.nonce);
        self.state.increase_nonce(creator);
        self.state.keep();
        let placed = self.state.new_addresses.get(&(creator, nonce)).copied();
        let address = placed.unwrap_or_else(|| new_address(creator, nonce));
        let input = CallInput {
            from: creator,
            to: address,
            endpoint: b"init".to_vec(),
            arguments,
            egld: value.egld.clone(),
            payments: value.payments(),
        };
        let mut outcome = self.transact(input, Some((source, Some(creator))), false)?;
        outcome.deployed = outcome.result.is_ok().then_some(address);
        Ok(outcome)
    }

    /// Replaces the code of a contract, as its owner; the arguments are code, metadata, and those of `upgrade`.
    fn upgrade(
        &mut self,
        caller: Address,
        contract: Address,
        mut arguments: Vec<Vec<u8>>,
        value: &Value,
    ) -> Result<Outcome, Unhandled> {
        let owner = self
            .state
            .account(&contract)
            .and_then(|account| account.owner);
        if owner != Some(caller) || arguments.len() < 2 {
            let failure = Failure::user("upgrade not allowed");
            return Ok(Outcome {
                result: Err(failure),
                logs: Vec::new(),
                records: Vec::new(),
                deployed: None,
            });
        }
        let rest = arguments.split_off(2);
        let source: Arc<[u8]> = arguments.swap_remove(0).into();
        let input = CallInput {
            from: caller,
            to: contract,
            endpoint: b"upgrade".to_vec(),
            arguments: rest,
            egld: value.egld.clone(),
            payments: value.payments(),
        };
        self.transact(input, Some((&source, owner)), false)
    }

    /// Moves money and tokens from one account to another. The sender's nonce goes up.
    pub fn transfer(&mut self, from: Address, to: Address, value: &Value) -> Outcome {
        self.state.increase_nonce(from);
        self.state.keep();
        let checkpoint = self.state.checkpoint();
        let mut transaction = self.transaction([0; 32]);
        let status = Status::OutOfFunds;
        let result = transaction.transfer(from, to, &value.egld, &value.payments(), status);
        let records = std::mem::take(&mut transaction.records);
        match &result {
            Ok(()) => self.state.keep(),
            Err(_) => self.state.undo(checkpoint),
        }
        Outcome {
            result: result.map(|()| Vec::new()),
            logs: Vec::new(),
            records,
            deployed: None,
        }
    }

    fn transaction(&mut self, hash: [u8; 32]) -> Transaction<'_> {
        let Self {
            state,
            sources,
            figures,
            limits,
            ..
        } = self;
        Transaction::new(state, sources, figures, *limits, hash)
    }

    fn transact(
        &mut self,
        input: CallInput,
        code: Option<(&Arc<[u8]>, Option<Address>)>,
        query: bool,
    ) -> Result<Outcome, Unhandled> {
        self.transactions += 1;
        let hash = keccak256(&self.transactions.to_be_bytes());
        let is_lifecycle = code.is_none() && matches!(&*input.endpoint, b"init" | b"upgrade");
        let checkpoint = self.state.checkpoint();
        if let Some((source, owner)) = code {
            self.state.set_code(input.to, Arc::clone(source), owner);
        }
        let mut transaction = self.transaction(hash);
        let called = match is_lifecycle {
            true => {
                let failure =
                    Failure::new(Status::FunctionNotFound, "invalid function (not found)");
                Ok(Err(failure.with_detail(
                    "`init` and `upgrade` are not called by their names",
                )))
            }
            false => transaction.call(input, Status::OutOfFunds),
        };
        let logs = std::mem::take(&mut transaction.logs);
        let records: Vec<Record> = std::mem::take(&mut transaction.records);
        let refused = transaction.refused.take();
        match &called {
            Ok(Ok(_)) if !query => self.state.keep(),
            _ => self.state.undo(checkpoint),
        }
        if let Some(refusal) = refused {
            return Err(refusal.into());
        }
        Ok(Outcome {
            result: called.map_err(Unhandled::Fault)?,
            logs,
            records,
            deployed: None,
        })
    }
}

/// Does something on a stack that is deep enough for any contract that is read.
///
/// # Errors
/// When there is no thread for it.
///
/// # Panics
/// If `work` does.
pub fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("contracts".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, work)?;
        thread
            .join()
            .or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Where a contract goes if nobody says it, as the chain makes it.
fn new_address(creator: Address, nonce: u64) -> Address {
    let hash = keccak256(&[&creator.0[..], &nonce.to_le_bytes()[..]].concat());
    let mut address = [0; 32];
    // Eight zeros, the kind of machine, the hash, and the end of the creator, which is the shard.
    address[8] = 5;
    address[10..30].copy_from_slice(&hash[10..30]);
    address[30..].copy_from_slice(&creator.0[30..]);
    Address(address)
}
