//! Errors of calls: a gRPC code, a reason in UPPER_SNAKE_CASE and, where the caller can do something, the
//! detail that says what. The only place that makes a status.

use std::collections::HashMap;
use std::fmt::Display;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// The domain of every reason.
const DOMAIN: &str = "cairohints";

/// An error of a call, until it is a [`Status`].
#[derive(Debug)]
pub(super) struct Problem {
    code: Code,
    message: String,
    details: ErrorDetails,
}

impl Problem {
    pub(super) fn new(code: Code, reason: &str, message: impl Display) -> Self {
        let mut details = ErrorDetails::new();
        details.set_error_info(reason, DOMAIN, HashMap::new());
        Self {
            code,
            message: message.to_string(),
            details,
        }
    }

    /// Names the field of the request that is wrong.
    pub(super) fn field(mut self, field: &str) -> Self {
        self.details
            .add_bad_request_violation(field, self.message.clone());
        self
    }

    /// Names the resource concerned.
    pub(super) fn resource(mut self, kind: &str, name: &str) -> Self {
        self.details
            .set_resource_info(kind, name, "", self.message.clone());
        self
    }

    /// Names what must be otherwise before the call can succeed.
    pub(super) fn precondition(mut self, kind: &str, subject: &str) -> Self {
        self.details
            .add_precondition_failure_violation(kind, subject, self.message.clone());
        self
    }

    /// Says what the caller can do.
    pub(super) fn help(mut self, advice: &str) -> Self {
        // The advice is all there is to read.
        self.details.add_help_link(advice, "");
        self
    }
}

impl From<Problem> for Status {
    fn from(problem: Problem) -> Self {
        Self::with_error_details(problem.code, problem.message, problem.details)
    }
}

/// A field of the request that cannot be used.
pub(super) fn invalid(field: &str, reason: &str, message: impl Display) -> Status {
    Problem::new(Code::InvalidArgument, reason, message)
        .field(field)
        .into()
}

/// A VM in the wrong state.
pub(super) fn wrong_state(name: &str, reason: &str, message: impl Display) -> Status {
    Problem::new(Code::FailedPrecondition, reason, message)
        .precondition("STATE", name)
        .into()
}

/// A VM that does not exist, or not for this caller.
pub(super) fn unknown_vm(name: &str) -> Status {
    Problem::new(Code::NotFound, "VM_NOT_FOUND", format!("there is no VM `{name}`"))
        .resource("cairohints.v1.Vm", name)
        .help(
            "a VM ends with the connection that created it unless it has a time_to_live; create it again",
        )
        .into()
}

/// A fault of ours.
pub(super) fn internal(message: impl Display) -> Status {
    Problem::new(Code::Internal, "INTERNAL", message).into()
}

/// A bound of the server was reached.
pub(super) fn exhausted(reason: &str, message: impl Display) -> Status {
    Problem::new(Code::ResourceExhausted, reason, message).into()
}

/// The server is about to end.
pub(super) fn draining() -> Status {
    Problem::new(
        Code::Unavailable,
        "SERVER_DRAINING",
        "the server is about to end",
    )
    .help("connect to another server")
    .into()
}
