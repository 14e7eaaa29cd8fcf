//! Owns all accounts, the blocks' figures, and the journal by which changes are undone. Must not know who makes
//! changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use num_bigint::BigUint;

use super::account::{Account, Address, Instance, TokenKey};

/// What contracts can learn of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) timestamp: u64,
    pub(crate) nonce: u64,
    pub(crate) round: u64,
    pub(crate) epoch: u64,
    pub(crate) random_seed: Vec<u8>,
}

/// A change, and what was there before.
#[derive(Debug)]
enum Change {
    Created(Address),
    Nonce(Address, u64),
    Balance(Address, BigUint),
    Token(Address, TokenKey, Option<Instance>),
    Storage(Address, Vec<u8>, Option<Vec<u8>>),
    Code(Address, Option<Arc<[u8]>>, Option<Address>),
}

/// How much of the journal there was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checkpoint(usize);

/// What is said of a write that is refused because [`is_reserved`].
pub(crate) const RESERVED_KEY: &str = "cannot write to storage under reserved key";

/// Whether a key of storage is one of the protocol's own.
pub(crate) fn is_reserved(key: &[u8]) -> bool {
    key.starts_with(b"ELROND")
}

/// All there is.
#[derive(Debug, Default)]
pub(crate) struct State {
    accounts: BTreeMap<Address, Account>,
    /// Where the contract goes that this account deploys at this nonce.
    pub(crate) new_addresses: BTreeMap<(Address, u64), Address>,
    pub(crate) previous_block: Block,
    pub(crate) current_block: Block,
    journal: Vec<Change>,
}

/// There is less than is to be taken.
#[derive(Debug)]
pub(crate) struct Insufficient;

impl State {
    pub(crate) fn accounts(&self) -> &BTreeMap<Address, Account> {
        &self.accounts
    }

    pub(crate) fn account(&self, address: &Address) -> Option<&Account> {
        self.accounts.get(address)
    }

    /// Puts an account there for good: that is not undone.
    pub(crate) fn place(&mut self, address: Address, account: Account) {
        self.accounts.insert(address, account);
    }

    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.journal.len())
    }

    /// Undoes all changes since the checkpoint.
    pub(crate) fn undo(&mut self, checkpoint: Checkpoint) {
        while self.journal.len() > checkpoint.0 {
            let Some(change) = self.journal.pop() else {
                break;
            };
            self.undo_one(change);
        }
    }

    /// Keeps all changes: no checkpoint before is used any more.
    pub(crate) fn keep(&mut self) {
        self.journal.clear();
    }

    fn undo_one(&mut self, change: Change) {
        if let Change::Created(address) = change {
            self.accounts.remove(&address);
            return;
        }
        let (Change::Nonce(address, _)
        | Change::Balance(address, _)
        | Change::Token(address, ..)
        | Change::Storage(address, ..)
        | Change::Code(address, ..)
        | Change::Created(address)) = &change;
        let Some(account) = self.accounts.get_mut(address) else {
            return;
        };
        match change {
            Change::Nonce(_, nonce) => account.nonce = nonce,
            Change::Balance(_, balance) => account.balance = balance,
            Change::Token(_, key, Some(instance)) => {
                account.tokens.insert(key, instance);
            }
            Change::Token(_, key, None) => {
                account.tokens.remove(&key);
            }
            Change::Storage(_, key, Some(value)) => {
                account.storage.insert(key, value);
            }
            Change::Storage(_, key, None) => {
                account.storage.remove(&key);
            }
            Change::Code(_, code, owner) => {
                account.code = code;
                account.owner = owner;
            }
            Change::Created(_) => {}
        }
    }

    fn account_mut(&mut self, address: Address) -> (&mut Account, &mut Vec<Change>) {
        let journal = &mut self.journal;
        let account = self.accounts.entry(address).or_insert_with(|| {
            journal.push(Change::Created(address));
            Account::default()
        });
        (account, journal)
    }

    pub(crate) fn increase_nonce(&mut self, address: Address) {
        let (account, journal) = self.account_mut(address);
        journal.push(Change::Nonce(address, account.nonce));
        account.nonce = account.nonce.saturating_add(1);
    }

    pub(crate) fn balance(&self, address: &Address) -> BigUint {
        self.account(address)
            .map(|account| account.balance.clone())
            .unwrap_or_default()
    }

    pub(crate) fn add_balance(&mut self, address: Address, amount: &BigUint) {
        let (account, journal) = self.account_mut(address);
        journal.push(Change::Balance(address, account.balance.clone()));
        account.balance += amount;
    }

    pub(crate) fn take_balance(
        &mut self,
        address: Address,
        amount: &BigUint,
    ) -> Result<(), Insufficient> {
        if self.balance(&address) < *amount {
            return Err(Insufficient);
        }
        let (account, journal) = self.account_mut(address);
        journal.push(Change::Balance(address, account.balance.clone()));
        account.balance -= amount;
        Ok(())
    }

    pub(crate) fn token_balance(&self, address: &Address, token: &[u8], nonce: u64) -> BigUint {
        let instance = self.instance(address, token, nonce);
        instance
            .map(|instance| instance.balance.clone())
            .unwrap_or_default()
    }

    pub(crate) fn instance(
        &self,
        address: &Address,
        token: &[u8],
        nonce: u64,
    ) -> Option<&Instance> {
        self.account(address)?.tokens.get(&(token.to_vec(), nonce))
    }

    /// Adds to a token; `like` says what the units are if there were none.
    pub(crate) fn add_token(
        &mut self,
        address: Address,
        key: TokenKey,
        amount: &BigUint,
        like: Option<Instance>,
    ) {
        let (account, journal) = self.account_mut(address);
        let before = account.tokens.get(&key).cloned();
        let mut instance = before.clone().or(like.map(|like| Instance {
            balance: BigUint::ZERO,
            ..like
        }));
        let changed = instance.get_or_insert_default();
        changed.balance += amount;
        account.tokens.insert(key.clone(), changed.clone());
        journal.push(Change::Token(address, key, before));
    }

    pub(crate) fn take_token(
        &mut self,
        address: Address,
        key: TokenKey,
        amount: &BigUint,
    ) -> Result<(), Insufficient> {
        if self.token_balance(&address, &key.0, key.1) < *amount {
            return Err(Insufficient);
        }
        let (account, journal) = self.account_mut(address);
        if let Some(instance) = account.tokens.get_mut(&key) {
            journal.push(Change::Token(address, key, Some(instance.clone())));
            instance.balance -= amount;
        }
        Ok(())
    }

    pub(crate) fn read(&self, address: &Address, key: &[u8]) -> &[u8] {
        let value = self
            .account(address)
            .and_then(|account| account.storage.get(key));
        value.map_or(&[], Vec::as_slice)
    }

    /// Writes to storage; nothing is nothing there.
    pub(crate) fn write(&mut self, address: Address, key: Vec<u8>, value: Vec<u8>) {
        let (account, journal) = self.account_mut(address);
        let before = match value.is_empty() {
            true => account.storage.remove(&key),
            false => account.storage.insert(key.clone(), value),
        };
        journal.push(Change::Storage(address, key, before));
    }

    pub(crate) fn set_code(&mut self, address: Address, code: Arc<[u8]>, owner: Option<Address>) {
        let (account, journal) = self.account_mut(address);
        journal.push(Change::Code(address, account.code.take(), account.owner));
        account.code = Some(code);
        account.owner = owner;
    }
}
