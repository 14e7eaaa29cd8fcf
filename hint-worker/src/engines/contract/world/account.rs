//! Owns accounts: addresses, balances, tokens, storage, code. Must not know transactions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use num_bigint::BigUint;

/// The address of an account. Those of contracts begin with eight zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub [u8; 32]);

impl Address {
    /// Whether it is one of a contract.
    #[must_use]
    pub fn is_contract(&self) -> bool {
        self.0.starts_with(&[0; 8])
    }
}

/// As scenarios write it where it can be written so, else hexadecimal.
impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (prefix, rest) = match self.is_contract() {
            true => ("sc:", &self.0[8..]),
            false => ("address:", &self.0[..]),
        };
        let end = rest
            .iter()
            .rposition(|byte| *byte != b'_')
            .map_or(0, |last| last + 1);
        let word = &rest[..end];
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
        if !word.is_empty() && word.iter().all(plain) {
            return write!(formatter, "{prefix}{}", String::from_utf8_lossy(word));
        }
        write!(formatter, "0x")?;
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// One token of an account: with nonce 0 if its units are all alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Instance {
    pub(crate) balance: BigUint,
    pub(crate) creator: Vec<u8>,
    pub(crate) royalties: u64,
    pub(crate) hash: Vec<u8>,
    pub(crate) uris: Vec<Vec<u8>>,
    pub(crate) attributes: Vec<u8>,
}

/// What an account may do with a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenRights {
    pub(crate) last_nonce: u64,
    pub(crate) roles: BTreeSet<Vec<u8>>,
    pub(crate) frozen: bool,
}

/// Token and nonce.
pub(crate) type TokenKey = (Vec<u8>, u64);

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) nonce: u64,
    pub(crate) balance: BigUint,
    pub(crate) tokens: BTreeMap<TokenKey, Instance>,
    pub(crate) rights: BTreeMap<Vec<u8>, TokenRights>,
    pub(crate) username: Vec<u8>,
    pub(crate) storage: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The source of the contract.
    pub(crate) code: Option<Arc<[u8]>>,
    pub(crate) owner: Option<Address>,
    pub(crate) developer_reward: BigUint,
}
