//! Owns what all calls of one transaction share: the state, what is used, what is logged. Must not know how
//! contracts are executed.

use std::collections::HashMap;
use std::sync::Arc;

use num_bigint::BigUint;

use crate::engines::contract::figures::Figures;
use crate::engines::contract::limits::{Limits, Meter};
use crate::engines::contract::source::place::Refusal;
use crate::engines::contract::source::tree::Crate;
use crate::engines::contract::source::{self};
use crate::engines::contract::values::Payment;
use crate::engines::contract::world::{Address, Failure, LogEntry, Record, State, Status};

/// Most records of what happened that are kept; the rest is not.
const MOST_RECORDS: usize = 100_000;

/// The contracts that were read, by their source.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    names: HashMap<Arc<[u8]>, Arc<str>>,
    read: HashMap<Arc<[u8]>, Result<Arc<Crate>, Refusal>>,
}

impl Sources {
    /// Says what the file is called that has this source.
    pub(crate) fn name(&mut self, source: &Arc<[u8]>, file: &str) {
        let names = self.names.entry(Arc::clone(source));
        names.or_insert_with(|| file.into());
    }

    /// Whether a contract was read, or refused.
    pub(crate) fn has_read(&self, code: &Arc<[u8]>) -> bool {
        self.read.contains_key(code)
    }

    /// Reads a contract, once.
    pub(crate) fn read(&mut self, code: &Arc<[u8]>) -> Result<Arc<Crate>, Refusal> {
        if let Some(read) = self.read.get(code) {
            return read.clone();
        }
        let file = self.names.get(code).map_or("contract", |name| name);
        let text = String::from_utf8_lossy(code);
        let read = source::read(file, &text).map(Arc::new);
        self.read.insert(Arc::clone(code), read.clone());
        read
    }
}

/// A transaction at work.
#[derive(Debug)]
pub(crate) struct Transaction<'w> {
    pub(crate) state: &'w mut State,
    pub(crate) sources: &'w mut Sources,
    figures: &'w mut Figures,
    pub(crate) meter: Meter,
    pub(crate) logs: Vec<LogEntry>,
    pub(crate) records: Vec<Record>,
    pub(crate) hash: [u8; 32],
    /// A contract that cannot be used was called.
    pub(crate) refused: Option<Refusal>,
}

/// A call of a contract's endpoint.
#[derive(Clone, Debug)]
pub(crate) struct CallInput {
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) endpoint: Vec<u8>,
    pub(crate) arguments: Vec<Vec<u8>>,
    pub(crate) egld: BigUint,
    pub(crate) payments: Vec<Payment>,
}

impl<'w> Transaction<'w> {
    pub(crate) fn new(
        state: &'w mut State,
        sources: &'w mut Sources,
        figures: &'w mut Figures,
        limits: Limits,
        hash: [u8; 32],
    ) -> Self {
        Self {
            state,
            sources,
            figures,
            meter: Meter::new(limits),
            logs: Vec::new(),
            records: Vec::new(),
            hash,
            refused: None,
        }
    }

    pub(crate) fn record(&mut self, record: Record) {
        self.figures.count(&record);
        if self.records.len() < MOST_RECORDS {
            self.records.push(record);
        }
    }

    pub(crate) fn log(&mut self, entry: LogEntry) {
        self.record(Record::Log(entry.clone()));
        self.logs.push(entry);
    }

    /// Moves EGLD and tokens, without a word in the log.
    pub(crate) fn transfer(
        &mut self,
        from: Address,
        to: Address,
        egld: &BigUint,
        payments: &[Payment],
        status: Status,
    ) -> Result<(), Failure> {
        if *egld != BigUint::ZERO {
            let taken = self.state.take_balance(from, egld);
            taken.map_err(|_| {
                let balance = self.state.balance(&from);
                let detail = format!("`{from}` has `{balance}` EGLD and sends `{egld}`");
                Failure::new(status, "failed transfer (insufficient funds)").with_detail(detail)
            })?;
            self.state.add_balance(to, egld);
        }
        for payment in payments {
            self.transfer_token(from, to, payment, status)?;
        }
        Ok(())
    }

    fn transfer_token(
        &mut self,
        from: Address,
        to: Address,
        payment: &Payment,
        status: Status,
    ) -> Result<(), Failure> {
        let Payment {
            token,
            nonce,
            amount,
        } = payment;
        let frozen = |address: &Address| {
            let account = self.state.account(address);
            account
                .and_then(|account| account.rights.get(token))
                .is_some_and(|rights| rights.frozen)
        };
        if frozen(&from) || frozen(&to) {
            let failure = Failure::new(status, "account is frozen for this esdt token");
            return Err(failure);
        }
        let like = self.state.instance(&from, token, *nonce).cloned();
        let key = (token.clone(), *nonce);
        let taken = self.state.take_token(from, key.clone(), amount);
        taken.map_err(|_| {
            let name = String::from_utf8_lossy(token);
            let balance = self.state.token_balance(&from, token, *nonce);
            let detail = format!("`{from}` has `{balance}` of `{name}` and sends `{amount}`");
            Failure::new(status, "insufficient funds").with_detail(detail)
        })?;
        self.state.add_token(to, key, amount, like);
        Ok(())
    }
}
