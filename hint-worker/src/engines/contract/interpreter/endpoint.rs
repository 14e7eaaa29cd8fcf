//! Owns a call of an endpoint from outside: which method it is, whether it takes what is paid, its arguments and
//! results. Must not know where calls come from.

use std::sync::Arc;

use num_bigint::BigUint;

use super::frame::Interpreter;
use super::stop::{Run, Stop, user};
use crate::engines::contract::codec::decode::DecodeError;
use crate::engines::contract::codec::encode;
use crate::engines::contract::source::tree::{Action, Export, Method, Payable};
use crate::engines::contract::source::types::{MapperKind, Type};
use crate::engines::contract::values::Value;
use crate::engines::contract::world::{Failure, Status};

impl Interpreter<'_, '_> {
    /// Calls the endpoint of the input; returns its encoded results.
    pub(crate) fn run_endpoint(&mut self) -> Run<Vec<Vec<u8>>> {
        let method = self.find()?;
        let place = method.place;
        let results = self.run_method(&method);
        results.map_err(|stop| stop.at(place))
    }

    fn find(&self) -> Run<Arc<Method>> {
        let methods = self.code.contract.methods.values();
        let mut found = methods.filter(|method| {
            let export = method.export.as_ref();
            export.is_some_and(|export| export.endpoint_name() == self.input.endpoint)
        });
        match found.next() {
            Some(method) => Ok(Arc::clone(method)),
            None => {
                let name = String::from_utf8_lossy(&self.input.endpoint).into_owned();
                let contract = &self.code.contract.name;
                let detail = format!("the contract `{contract}` has no endpoint `{name}`");
                let failure =
                    Failure::new(Status::FunctionNotFound, "invalid function (not found)");
                Err(failure.with_detail(detail).into())
            }
        }
    }

    fn run_method(&mut self, method: &Arc<Method>) -> Run<Vec<Vec<u8>>> {
        if let Some(export) = &method.export {
            self.check_export(export)?;
        }
        let arguments = self.decode_arguments(method)?;
        let value = self.invoke(method, arguments)?;
        let mut results = Vec::new();
        self.results(value, method, &mut results)?;
        let size: usize = results.iter().map(Vec::len).sum();
        self.transaction.meter.bytes(size)?;
        Ok(results)
    }

    fn check_export(&self, export: &Export) -> Run<()> {
        let pays_egld = self.input.egld != BigUint::ZERO;
        let payments = &self.input.payments;
        let owner = self
            .transaction
            .state
            .account(&self.input.to)
            .and_then(|account| account.owner);
        match &export.payable {
            Payable::Any => {}
            Payable::No | Payable::Token(_) if pays_egld => {
                return user("function does not accept EGLD payment");
            }
            Payable::No | Payable::Egld if !payments.is_empty() => {
                return user("function does not accept ESDT payment");
            }
            Payable::Token(token) => match payments.as_slice() {
                [payment] if payment.token == token.as_bytes() => {}
                _ => return user("bad call value token provided"),
            },
            Payable::No | Payable::Egld => {}
        }
        match export.only_owner && owner != Some(self.input.from) {
            true => user("Endpoint can only be called by owner"),
            false => Ok(()),
        }
    }

    fn decode_arguments(&mut self, method: &Method) -> Run<Vec<Value>> {
        let arguments = std::mem::take(&mut self.input.arguments);
        let mut rest = arguments.as_slice();
        let mut values = Vec::with_capacity(method.parameters.len());
        // All single arguments must be there before one is looked at.
        let (least, most) = arity(method);
        if rest.len() < least || most.is_some_and(|most| rest.len() > most) {
            let detail = format!("`{}` arguments for `{}`", rest.len(), method.name);
            let failure = Failure::user("wrong number of arguments");
            return Err(failure.with_detail(detail).into());
        }
        for parameter in &method.parameters {
            let decoded = self.decoder().multi(&parameter.declared, &mut rest);
            match decoded {
                Ok(value) => values.push(value),
                Err(DecodeError::Limit(limit)) => return Err(limit.into()),
                Err(DecodeError::ArgumentCount) => return user("wrong number of arguments"),
                Err(error) => {
                    let name = &parameter.name;
                    return user(format!("argument decode error ({name}): {error}"));
                }
            }
        }
        match rest.is_empty() {
            true => Ok(values),
            false => user("wrong number of arguments"),
        }
    }

    fn results(&mut self, value: Value, method: &Method, out: &mut Vec<Vec<u8>>) -> Run<()> {
        let value = self.target(value)?;
        // A mapper with a view shows what is in it.
        if let (Value::Mapper(mapper), Action::Storage(..)) = (&value, &method.action) {
            if mapper.kind == MapperKind::Single {
                let value = self.storage_get(&mapper.key, &mapper.item)?;
                return Ok(encode::multi(&value, &self.objects, out)?);
            }
            let mut index = 1;
            while let Some(value) = self.mapper_item(mapper, index)? {
                encode::multi(&value, &self.objects, out)?;
                index += 1;
            }
            return Ok(());
        }
        Ok(encode::multi(&value, &self.objects, out)?)
    }
}

/// The fewest and the most arguments that a method takes.
fn arity(method: &Method) -> (usize, Option<usize>) {
    let mut sum = (0, Some(0));
    for parameter in &method.parameters {
        let (least, most) = arity_of(&parameter.declared);
        sum.0 += least;
        sum.1 = match (sum.1, most) {
            (Some(sum), Some(most)) => Some(sum + most),
            _ => None,
        };
    }
    sum
}

fn arity_of(kind: &Type) -> (usize, Option<usize>) {
    match kind {
        Type::Unit => (0, Some(0)),
        Type::MultiValueEncoded(_) | Type::Ignore => (0, None),
        Type::OptionalValue(inner) => (0, arity_of(inner).1),
        Type::MultiValue(types) => types
            .iter()
            .map(arity_of)
            .fold((0, Some(0)), |sum, (least, most)| {
                (sum.0 + least, sum.1.zip(most).map(|(sum, most)| sum + most))
            }),
        _ => (1, Some(1)),
    }
}

/// What an execution came to, for whoever called.
pub(crate) fn outcome(
    run: Run<Vec<Vec<u8>>>,
    file: &str,
) -> Result<Result<Vec<Vec<u8>>, Failure>, String> {
    let stop = match run {
        Ok(results) => return Ok(Ok(results)),
        Err(stop) => *stop,
    };
    match stop {
        Stop::Failed(mut failure, place) => {
            let detail = failure.detail.take();
            let place = place.map(|place| format!("{file}:{place}"));
            failure.detail = match (place, detail) {
                (Some(place), Some(detail)) if !detail.starts_with(file) => {
                    Some(format!("{place}: {detail}"))
                }
                (None, detail) | (Some(_), detail @ Some(_)) => detail,
                (place, None) => place,
            };
            Ok(Err(failure))
        }
        Stop::Fault(text, Some(place)) => Err(format!("{file}:{place}: {text}")),
        Stop::Fault(text, None) => Err(format!("{file}: {text}")),
        Stop::Return(_) | Stop::Break(_) | Stop::Continue => Err(format!(
            "{file}: `return` or `break` outside of a method or loop"
        )),
    }
}
