//! Owns calls of contracts, from outside and from each other: payments move, the code runs, and what failed is
//! undone. Must not know expressions.

use std::sync::Arc;

use num_bigint::BigUint;

use super::buffers::EGLD;
use super::dispatch::Arguments;
use super::endpoint::outcome;
use super::frame::Interpreter;
use super::stop::{Run, Stop, fault};
use super::transaction::{CallInput, Transaction};
use crate::engines::contract::codec::decode::DecodeError;
use crate::engines::contract::source::types::{IntType, Type};
use crate::engines::contract::values::{Payment, RemoteCall, Value};
use crate::engines::contract::world::{Address, Failure, Record, Status};

/// The results of a call, or why it failed, or why nobody can tell.
pub(crate) type Called = Result<Result<Vec<Vec<u8>>, Failure>, String>;

/// The endpoints that nobody calls by name.
const LIFECYCLE: [&[u8]; 2] = [b"init", b"upgrade"];

impl Transaction<'_> {
    /// Calls a contract; what it did is undone if it fails.
    pub(crate) fn call(&mut self, input: CallInput, moves: Status) -> Called {
        let checkpoint = self.state.checkpoint();
        let logs = self.logs.len();
        self.record(Record::Call {
            from: input.from,
            to: input.to,
            endpoint: input.endpoint.clone(),
            arguments: input.arguments.clone(),
        });
        let from = input.to;
        let called = self.call_uncovered(input, moves);
        let status = match &called {
            Ok(Ok(_)) => Status::Ok,
            Ok(Err(failure)) => failure.status,
            Err(_) => Status::ExecutionFailed,
        };
        if status != Status::Ok {
            self.state.undo(checkpoint);
            self.logs.truncate(logs);
        }
        self.record(Record::Return { from, status });
        called
    }

    fn call_uncovered(&mut self, input: CallInput, moves: Status) -> Called {
        if let Err(limit) = self.meter.enter_call() {
            let failure = Failure::new(Status::ExecutionFailed, "execution failed");
            return Ok(Err(failure.with_detail(limit.to_string())));
        }
        let moved = self.transfer(input.from, input.to, &input.egld, &input.payments, moves);
        let called = match moved {
            Ok(()) => self.execute(input),
            Err(failure) => Ok(Err(failure)),
        };
        self.meter.leave_call();
        called
    }

    /// Runs the code of an account.
    fn execute(&mut self, input: CallInput) -> Called {
        let account = self.state.account(&input.to);
        let Some(code) = account.and_then(|account| account.code.clone()) else {
            let detail = format!("`{}` is no contract", input.to);
            let failure = Failure::new(Status::ContractNotFound, "account is not a contract");
            return Ok(Err(failure.with_detail(detail)));
        };
        let code = match self.sources.read(&code) {
            Ok(code) => code,
            Err(refusal) => {
                let detail = refusal.to_string();
                self.refused = Some(refusal);
                let failure = Failure::new(Status::ContractInvalid, "contract invalid");
                return Ok(Err(failure.with_detail(detail)));
            }
        };
        let file = Arc::clone(&code.file);
        let run = Interpreter::new(self, code, input).run_endpoint();
        outcome(run, &file)
    }
}

impl Interpreter<'_, '_> {
    /// Calls a method of a call that is being put together.
    pub(crate) fn remote_method(
        &mut self,
        mut call: RemoteCall,
        arguments: &mut Arguments<'_>,
    ) -> Run {
        match arguments.name {
            "to" => {
                let address = self.next(arguments, None)?;
                call.to = self.as_address(&address)?;
            }
            "payment" | "with_egld_or_single_esdt_transfer" => {
                let payment = self.next(arguments, None)?;
                let payment = self.as_payment(payment)?;
                match payment.token == EGLD {
                    true => call.egld = payment.amount,
                    false => call.payments.push(payment),
                }
            }
            "transfer" | "transfer_if_not_empty" => return self.transfer_only(call),
            "with_egld_transfer" | "egld" => {
                let amount = self.next(arguments, None)?;
                call.egld = self.as_unsigned(amount)?;
            }
            "with_esdt_transfer" | "add_esdt_token_transfer" | "esdt" if arguments.count() == 1 => {
                let payment = self.next(arguments, None)?;
                let payment = self.as_payment(payment)?;
                call.payments.push(payment);
            }
            "with_esdt_transfer" | "add_esdt_token_transfer" | "single_esdt" => {
                let token = self.next(arguments, None)?;
                let nonce = self.next(arguments, Some(&Type::Int(IntType::U64)))?;
                let amount = self.next(arguments, None)?;
                let payment = self.as_payment(Value::Tuple(vec![token, nonce, amount]))?;
                call.payments.push(payment);
            }
            "with_multi_token_transfer" | "multi_esdt" => {
                let Value::Object(_, id) = self.next_target(arguments, None)? else {
                    return fault("payments are expected");
                };
                for payment in self.objects.values(id).to_vec() {
                    let payment = self.as_payment(payment)?;
                    call.payments.push(payment);
                }
            }
            // Gas is not counted.
            "with_gas_limit" => {
                self.next(arguments, Some(&Type::Int(IntType::U64)))?;
            }
            "execute_on_dest_context" | "execute_on_dest_context_readonly" => {
                let kind = match (arguments.types, arguments.expected) {
                    ([kind], _) if *kind != Type::Inferred => kind.clone(),
                    (_, Some(kind)) if *kind != Type::Inferred => kind.clone(),
                    _ => call.result.clone(),
                };
                return self.execute_on_dest_context(call, &kind);
            }
            "async_call" | "async_call_promise" | "call_and_exit" | "register_promise" => {
                return fault("asynchronous calls are not handled: use `execute_on_dest_context`");
            }
            "transfer_execute" => {
                let result = Type::Ignore;
                return self.execute_on_dest_context(call, &result);
            }
            other => return fault(format!("a call of a contract has no method `{other}` here")),
        }
        Ok(Value::Call(Box::new(call)))
    }

    /// Pays without calling.
    fn transfer_only(&mut self, call: RemoteCall) -> Run {
        let to = Address(call.to);
        if call.egld != BigUint::ZERO {
            let egld = EGLD.to_vec();
            let payment = Payment {
                token: egld,
                nonce: 0,
                amount: call.egld,
            };
            self.send_payment(to, payment)?;
        }
        for payment in call.payments {
            self.send_payment(to, payment)?;
        }
        Ok(Value::Unit)
    }

    fn execute_on_dest_context(&mut self, call: RemoteCall, kind: &Type) -> Run {
        if LIFECYCLE.contains(&call.endpoint.as_slice()) {
            return fault("`init` and `upgrade` of another contract are not called by their names");
        }
        let input = CallInput {
            from: self.input.to,
            to: Address(call.to),
            endpoint: call.endpoint,
            arguments: call.arguments,
            egld: call.egld,
            payments: call.payments,
        };
        let results = match self.transaction.call(input, Status::ExecutionFailed) {
            Ok(Ok(results)) => results,
            // The machine says of its own what the callee said as its error.
            Ok(Err(failure)) => {
                let message = match failure.status {
                    Status::UserError => "error signalled by smartcontract".to_owned(),
                    _ => failure.message.clone(),
                };
                let mut detail = format!("the called contract failed: {}", failure.message);
                if let Some(inner) = &failure.detail {
                    detail += &format!("; {inner}");
                }
                let status = match failure.status {
                    Status::OutOfGas => Status::OutOfGas,
                    _ => Status::ExecutionFailed,
                };
                return Err(Failure::new(status, message).with_detail(detail).into());
            }
            Err(text) => return Err(Box::new(Stop::Fault(text, None))),
        };
        let size: usize = results.iter().map(Vec::len).sum();
        self.transaction.meter.bytes(size)?;
        let mut rest = results.as_slice();
        match self.decoder().multi(kind, &mut rest) {
            Ok(value) => Ok(value),
            Err(DecodeError::Limit(limit)) => Err(limit.into()),
            Err(error) => super::stop::user(format!("sync result decode error: {error}")),
        }
    }
}
