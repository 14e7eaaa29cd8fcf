//! Owns what a scenario says, once it is read: its steps, and what is expected of them. Must not know JSON.

use std::path::PathBuf;

use num_bigint::BigUint;

use super::json::BadFile;
use crate::engines::contract::machine::Value;
use crate::engines::contract::world::{Account, Address};

/// Where something stands in a file, for errors: `file:line:column`.
pub(super) type Where = String;

/// A step of a scenario.
#[derive(Debug)]
pub(super) struct Step {
    /// Its name, if it has one.
    pub(super) id: String,
    pub(super) at: Where,
    pub(super) kind: StepKind,
}

#[derive(Debug)]
pub(super) enum StepKind {
    ExternalSteps(PathBuf),
    SetState(Box<NewState>),
    CheckState(ExpectedState),
    DumpState,
    Deploy(Box<Transaction>, Expected),
    Call(Box<Transaction>, Expected),
    Query(Box<Transaction>, Expected),
    Transfer(Box<Transaction>),
    ValidatorReward(Address, BigUint),
}

impl StepKind {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::ExternalSteps(_) => "externalSteps",
            Self::SetState(_) => "setState",
            Self::CheckState(_) => "checkState",
            Self::DumpState => "dumpState",
            Self::Deploy(..) => "scDeploy",
            Self::Call(..) => "scCall",
            Self::Query(..) => "scQuery",
            Self::Transfer(_) => "transfer",
            Self::ValidatorReward(..) => "validatorReward",
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct NewState {
    pub(super) accounts: Vec<(Address, Account)>,
    /// Creator, its nonce, and where the contract goes.
    pub(super) new_addresses: Vec<(Address, u64, Address)>,
    pub(super) previous_block: NewBlock,
    pub(super) current_block: NewBlock,
}

/// What is said of a block; the rest stays.
#[derive(Debug, Default)]
pub(super) struct NewBlock {
    pub(super) timestamp: Option<u64>,
    pub(super) nonce: Option<u64>,
    pub(super) round: Option<u64>,
    pub(super) epoch: Option<u64>,
    pub(super) random_seed: Option<Vec<u8>>,
}

#[derive(Debug, Default)]
pub(super) struct Transaction {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) value: Value,
    pub(super) function: Vec<u8>,
    pub(super) arguments: Vec<Vec<u8>>,
    pub(super) code: Vec<u8>,
    /// What the sender pays for gas before anything else.
    pub(super) gas_cost: BigUint,
}

/// An expectation of some bytes.
#[derive(Clone, Debug)]
pub(super) struct Check {
    pub(super) at: Where,
    /// Nothing for `*`.
    pub(super) wanted: Option<Vec<u8>>,
}

/// An expectation of a list of some things.
#[derive(Clone, Debug)]
pub(super) enum CheckList<T> {
    /// `*`, or nothing said.
    Anything,
    /// These; and further ones after them, after a `+`.
    These(Vec<T>, bool),
}

#[derive(Debug)]
pub(super) struct Expected {
    pub(super) at: Where,
    pub(super) out: CheckList<Check>,
    pub(super) status: Option<Check>,
    pub(super) message: Option<Check>,
    pub(super) logs: CheckList<ExpectedLog>,
    /// Whether gas or a refund is expected, which nobody counts.
    pub(super) gas: bool,
}

#[derive(Clone, Debug)]
pub(super) struct ExpectedLog {
    pub(super) at: Where,
    pub(super) address: Option<Check>,
    pub(super) endpoint: Option<Check>,
    pub(super) topics: CheckList<Check>,
    pub(super) data: ExpectedData,
}

#[derive(Clone, Debug)]
pub(super) enum ExpectedData {
    Anything,
    /// All of it, one after the other.
    Whole(Check),
    Parts(Vec<Check>, bool),
}

#[derive(Debug)]
pub(super) struct ExpectedState {
    pub(super) at: Where,
    pub(super) accounts: Vec<(Address, ExpectedAccount)>,
    /// Whether there may be others.
    pub(super) more: bool,
}

#[derive(Debug)]
pub(super) struct ExpectedAccount {
    pub(super) at: Where,
    pub(super) nonce: Option<Check>,
    pub(super) balance: Option<Check>,
    pub(super) username: Option<Check>,
    pub(super) owner: Option<Check>,
    pub(super) code: Option<Check>,
    pub(super) storage: CheckList<(Vec<u8>, Check)>,
    pub(super) tokens: CheckList<(Vec<u8>, ExpectedToken)>,
}

#[derive(Clone, Debug)]
pub(super) struct ExpectedToken {
    pub(super) instances: CheckList<ExpectedInstance>,
    pub(super) last_nonce: Option<Check>,
    pub(super) roles: Option<Vec<Vec<u8>>>,
    pub(super) frozen: Option<Check>,
}

#[derive(Clone, Debug)]
pub(super) struct ExpectedInstance {
    pub(super) nonce: u64,
    pub(super) balance: Option<Check>,
    pub(super) creator: Option<Check>,
    pub(super) royalties: Option<Check>,
    pub(super) hash: Option<Check>,
    pub(super) uris: CheckList<Check>,
    pub(super) attributes: Option<Check>,
}

/// The steps of a file.
pub(super) type Steps = Result<Vec<Step>, BadFile>;
