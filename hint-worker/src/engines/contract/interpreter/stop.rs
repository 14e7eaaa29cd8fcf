//! Owns why an evaluation ends early. Must not know what was evaluated.

use crate::engines::contract::codec::encode::NotEncoded;
use crate::engines::contract::limits::LimitReached;
use crate::engines::contract::source::place::Place;
use crate::engines::contract::values::{ArithmeticError, Value};
use crate::engines::contract::world::{Failure, Status};

/// What ends an evaluation before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The transaction failed, as it would on the chain.
    Failed(Failure, Option<Place>),
    /// The source does what this interpreter does not know: no outcome is right.
    Fault(String, Option<Place>),
    Return(Value),
    Break(Value),
    Continue,
}

pub(crate) type Run<T = Value> = Result<T, Box<Stop>>;

impl Stop {
    /// The same with the place, unless it has one that is further inside.
    pub(crate) fn at(mut self: Box<Self>, here: Place) -> Box<Self> {
        if let Self::Failed(_, place @ None) | Self::Fault(_, place @ None) = &mut *self {
            *place = Some(here);
        }
        self
    }
}

/// The contract signals an error.
pub(crate) fn user<T>(message: impl Into<String>) -> Run<T> {
    Err(Failure::user(message).into())
}

/// The source does something unknown.
pub(crate) fn fault<T>(text: impl Into<String>) -> Run<T> {
    Err(Box::new(Stop::Fault(text.into(), None)))
}

impl From<Failure> for Box<Stop> {
    fn from(failure: Failure) -> Self {
        Self::new(Stop::Failed(failure, None))
    }
}

impl From<LimitReached> for Box<Stop> {
    fn from(limit: LimitReached) -> Self {
        let failure = Failure::new(Status::OutOfGas, "not enough gas");
        failure.with_detail(limit.to_string()).into()
    }
}

impl From<NotEncoded> for Box<Stop> {
    fn from(error: NotEncoded) -> Self {
        Self::new(Stop::Fault(error.to_string(), None))
    }
}

impl From<ArithmeticError> for Box<Stop> {
    fn from(error: ArithmeticError) -> Self {
        let detail = match error {
            ArithmeticError::Overflow(kind) => {
                format!("the result does not fit `{}`", kind.name())
            }
            ArithmeticError::DivisionByZero => "a division by zero".to_owned(),
            ArithmeticError::Types(left, right) => {
                let (left, right) = (left.name(), right.name());
                let text = format!("an operator has a `{left}` and a `{right}`");
                return Self::new(Stop::Fault(text, None));
            }
        };
        // What a contract says whose Rust code panics.
        Failure::user("panic occurred").with_detail(detail).into()
    }
}
