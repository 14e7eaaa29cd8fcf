//! Owns what comes of a transaction: its status, results, logs, and what happened on the way. Must not know how.

use crate::engines::contract::world::Address;

/// The status codes of the ecosystem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// 0
    Ok = 0,
    /// 1
    FunctionNotFound = 1,
    /// 3
    ContractNotFound = 3,
    /// 4: the contract signalled an error, or was called wrongly.
    UserError = 4,
    /// 5: here, a limit was reached.
    OutOfGas = 5,
    /// 7
    OutOfFunds = 7,
    /// 9: the code cannot be used.
    ContractInvalid = 9,
    /// 10
    ExecutionFailed = 10,
}

/// Why a transaction failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The status.
    pub status: Status,
    /// What the transaction's receipt says.
    pub message: String,
    /// What it does not say: where in the source, and which limit or value.
    pub detail: Option<String>,
}

impl Failure {
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            detail: None,
        }
    }

    pub(crate) fn user(message: impl Into<String>) -> Self {
        Self::new(Status::UserError, message)
    }

    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// An entry of the log: an event of a contract or of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Who wrote it.
    pub address: Address,
    /// The endpoint that ran, or the kind of transfer.
    pub endpoint: Vec<u8>,
    /// Of an event, its name and what is indexed.
    pub topics: Vec<Vec<u8>>,
    /// What is not indexed.
    pub data: Vec<Vec<u8>>,
}

/// One thing that a transaction did, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A call from one account to another begins.
    Call {
        /// From where.
        from: Address,
        /// To where.
        to: Address,
        /// Which endpoint.
        endpoint: Vec<u8>,
        /// Its encoded arguments.
        arguments: Vec<Vec<u8>>,
    },
    /// A call ended.
    Return {
        /// Of which contract.
        from: Address,
        /// Its status.
        status: Status,
    },
    /// A contract read its storage.
    Read {
        /// Whose.
        address: Address,
        /// Which key.
        key: Vec<u8>,
        /// What was there.
        value: Vec<u8>,
    },
    /// A contract changed its storage.
    Write {
        /// Whose.
        address: Address,
        /// Which key.
        key: Vec<u8>,
        /// What is there now.
        value: Vec<u8>,
    },
    /// A contract wrote an event or made a transfer.
    Log(LogEntry),
    /// `sc_print!`
    Print(String),
}

/// What comes of a transaction or a query.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The results of the endpoint, each encoded, or why there are none.
    pub result: Result<Vec<Vec<u8>>, Failure>,
    /// The log; empty after a failure.
    pub logs: Vec<LogEntry>,
    /// What happened on the way, also of what was undone.
    pub records: Vec<Record>,
    /// Of a deployment, where the contract is.
    pub deployed: Option<Address>,
}

impl Outcome {
    /// The status code.
    #[must_use]
    pub fn status(&self) -> u8 {
        match &self.result {
            Ok(_) => Status::Ok as u8,
            Err(failure) => failure.status as u8,
        }
    }

    /// The message; empty unless it failed.
    #[must_use]
    pub fn message(&self) -> &str {
        match &self.result {
            Ok(_) => "",
            Err(failure) => &failure.message,
        }
    }
}
