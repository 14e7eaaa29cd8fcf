//! Owns what a call of a method means: one of the contract, one that the framework makes for it, one of a value.
//! Must not know what the methods of values do.

use std::sync::Arc;

use super::frame::Interpreter;
use super::stop::{Run, Stop, fault};
use crate::engines::contract::codec::encode;
use crate::engines::contract::source::tree::{Action, Closure, Expression, Method, StorageAccess};
use crate::engines::contract::source::types::{Name, Type};
use crate::engines::contract::values::{Interface, Mapper, RemoteCall, Value};
use crate::engines::contract::world::LogEntry;

/// What a method of a value is called with.
pub(crate) struct Arguments<'e> {
    pub(crate) name: &'e str,
    pub(crate) types: &'e [Type],
    written: &'e [Expression],
    next: usize,
    pub(crate) expected: Option<&'e Type>,
}

impl<'e> Arguments<'e> {
    pub(crate) fn of(name: &'e str, written: &'e [Expression], expected: Option<&'e Type>) -> Self {
        Self {
            name,
            types: &[],
            written,
            next: 0,
            expected,
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.written.len()
    }
}

impl Interpreter<'_, '_> {
    /// The next argument, converted to a type if there is one.
    pub(crate) fn next(&mut self, arguments: &mut Arguments<'_>, kind: Option<&Type>) -> Run {
        let Some(written) = arguments.written.get(arguments.next) else {
            return fault(format!("`{}` needs another argument", arguments.name));
        };
        arguments.next += 1;
        self.evaluate_as(written, kind)
    }

    /// The next argument itself where it is a reference.
    pub(crate) fn next_target(
        &mut self,
        arguments: &mut Arguments<'_>,
        kind: Option<&Type>,
    ) -> Run {
        let value = self.next(arguments, kind)?;
        self.target(value)
    }

    pub(crate) fn next_closure(&mut self, arguments: &mut Arguments<'_>) -> Run<Arc<Closure>> {
        match self.next(arguments, None)? {
            Value::Closure(closure) => Ok(closure),
            other => fault(format!("{} where a closure is expected", other.describe())),
        }
    }

    /// Calls a method.
    pub(crate) fn method_call(
        &mut self,
        receiver: &Expression,
        name: &Name,
        types: &[Type],
        written: &[Expression],
        expected: Option<&Type>,
    ) -> Run {
        let receiver = self.evaluate_target(receiver, None)?;
        let mut arguments = Arguments {
            types,
            ..Arguments::of(name, written, expected)
        };
        match receiver {
            Value::Contract => self.own_method(name, written),
            Value::Interface(Interface::Blockchain) => self.blockchain(&mut arguments),
            Value::Interface(Interface::CallValue) => self.call_value(&mut arguments),
            Value::Interface(Interface::Send) => self.send(&mut arguments),
            Value::Interface(Interface::Crypto) => self.crypto(&mut arguments),
            Value::Mapper(mapper) => self.mapper_method(&mapper, &mut arguments),
            Value::Proxy(module, address) => {
                self.proxy_method(&module, address, written, &mut arguments)
            }
            Value::Call(call) => self.remote_method(*call, &mut arguments),
            value => self.value_method(value, &mut arguments),
        }
    }

    /// Calls a method of the contract, or one that every contract has.
    fn own_method(&mut self, name: &Name, written: &[Expression]) -> Run {
        let method = self.code.contract.methods.get(name).map(Arc::clone);
        if let Some(method) = method {
            let arguments = self.arguments_of(&method, written)?;
            return self.invoke(&method, arguments);
        }
        match &**name {
            "blockchain" => Ok(Value::Interface(Interface::Blockchain)),
            "call_value" => Ok(Value::Interface(Interface::CallValue)),
            "send" => Ok(Value::Interface(Interface::Send)),
            "crypto" => Ok(Value::Interface(Interface::Crypto)),
            "tx" => Ok(Value::Call(Box::new(RemoteCall::to([0; 32])))),
            _ => {
                let contract = &self.code.contract.name;
                fault(format!(
                    "the contract `{contract}` has no method `{name}`, nor has the framework here"
                ))
            }
        }
    }

    /// Evaluates what a method is called with.
    pub(crate) fn arguments_of(
        &mut self,
        method: &Method,
        written: &[Expression],
    ) -> Run<Vec<Value>> {
        if written.len() != method.parameters.len() {
            return fault(format!(
                "`{}` takes `{}` arguments, not `{}`",
                method.name,
                method.parameters.len(),
                written.len()
            ));
        }
        let mut arguments = Vec::with_capacity(written.len());
        for (written, parameter) in written.iter().zip(&method.parameters) {
            arguments.push(self.evaluate_as(written, Some(&parameter.declared))?);
        }
        Ok(arguments)
    }

    /// Does what a method does.
    pub(crate) fn invoke(&mut self, method: &Arc<Method>, arguments: Vec<Value>) -> Run {
        match &method.action {
            Action::Body(body) => {
                let scope = self.scope_of_call();
                self.push_frame(method.result.clone());
                for (parameter, value) in method.parameters.iter().zip(arguments) {
                    self.declare(&parameter.name, value)?;
                }
                let result = match self.block(body, Some(&method.result)) {
                    Ok(value) => value,
                    Err(stop) => match *stop {
                        Stop::Return(value) => value,
                        other => return Err(Box::new(other)),
                    },
                };
                let result = self.convert(result, &method.result)?;
                self.pop_frame();
                self.end_call(scope, &result);
                Ok(result)
            }
            Action::Storage(access, key) => self.storage(*access, key, method, arguments),
            Action::Event(name) => self.event(name, method, arguments),
            Action::Proxy(module) => {
                let address = match arguments.first() {
                    Some(address) => Some(self.as_address(address)?),
                    None => None,
                };
                Ok(Value::Proxy(Arc::clone(module), address))
            }
            Action::Remote => fault("a method of a proxy is called on the contract"),
        }
    }

    fn storage(
        &mut self,
        access: StorageAccess,
        key: &Name,
        method: &Method,
        mut arguments: Vec<Value>,
    ) -> Run {
        let set = match access {
            StorageAccess::Set => arguments.pop(),
            _ => None,
        };
        let mut bytes = key.as_bytes().to_vec();
        for argument in arguments {
            let argument = self.target(argument)?;
            encode::nested(&argument, &self.objects, &mut bytes)?;
        }
        self.transaction.meter.bytes(bytes.len())?;
        match access {
            StorageAccess::Mapper => match &method.result {
                Type::Mapper(kind, item) => Ok(Value::Mapper(Arc::new(Mapper {
                    kind: *kind,
                    key: bytes,
                    item: (**item).clone(),
                }))),
                other => fault(format!("`{other}` is no storage mapper")),
            },
            StorageAccess::Get => self.storage_get(&bytes, &method.result),
            StorageAccess::Set => {
                self.storage_set(&bytes, set.unwrap_or(Value::Unit))?;
                Ok(Value::Unit)
            }
            StorageAccess::IsEmpty => Ok(Value::Bool(self.storage_read(&bytes)?.is_empty())),
            StorageAccess::Clear => {
                self.storage_write(&bytes, Vec::new())?;
                Ok(Value::Unit)
            }
        }
    }

    fn event(&mut self, name: &Name, method: &Method, arguments: Vec<Value>) -> Run {
        let mut topics = vec![name.as_bytes().to_vec()];
        let mut data = Vec::new();
        for (parameter, value) in method.parameters.iter().zip(arguments) {
            let value = self.target(value)?;
            match parameter.indexed {
                true => encode::multi(&value, &self.objects, &mut topics)?,
                false => data.push(encode::top(&value, &self.objects)?),
            }
        }
        if data.is_empty() {
            data.push(Vec::new());
        }
        let size: usize = topics.iter().chain(&data).map(Vec::len).sum();
        self.transaction.meter.bytes(size)?;
        self.transaction.log(LogEntry {
            address: self.input.to,
            endpoint: self.input.endpoint.clone(),
            topics,
            data,
        });
        Ok(Value::Unit)
    }

    /// Calls a method of a proxy: a call of another contract begins.
    fn proxy_method(
        &mut self,
        module: &Name,
        address: Option<[u8; 32]>,
        written: &[Expression],
        arguments: &mut Arguments<'_>,
    ) -> Run {
        let code = Arc::clone(&self.code);
        let Some(proxy) = code.proxies.get(module) else {
            return fault(format!("there is no proxy in a module `{module}`"));
        };
        let Some(method) = proxy.methods.get(arguments.name) else {
            if arguments.name == "contract" {
                let address = self.next(arguments, Some(&Type::ManagedAddress))?;
                return Ok(Value::Proxy(
                    Arc::clone(module),
                    Some(self.as_address(&address)?),
                ));
            }
            return fault(format!(
                "`{module}::{}` has no method `{}`",
                proxy.name, arguments.name
            ));
        };
        let Some(to) = address else {
            return fault("the address of the contract is missing: `self.proxy(address)`");
        };
        let mut encoded = Vec::new();
        for argument in self.arguments_of(method, written)? {
            let argument = self.target(argument)?;
            encode::multi(&argument, &self.objects, &mut encoded)?;
        }
        let endpoint = match &method.export {
            Some(export) => export.endpoint_name(),
            None => method.name.as_bytes().to_vec(),
        };
        let result = match &method.result {
            Type::Mapper(_, item) => (**item).clone(),
            other => other.clone(),
        };
        Ok(Value::Call(Box::new(RemoteCall {
            endpoint,
            arguments: encoded,
            result,
            ..RemoteCall::to(to)
        })))
    }

    /// Calls a closure where it was written.
    pub(crate) fn apply(
        &mut self,
        closure: &Closure,
        arguments: Vec<Value>,
        expected: Option<&Type>,
    ) -> Run {
        if closure.parameters.len() != arguments.len() {
            return fault(format!(
                "this closure takes `{}` arguments",
                arguments.len()
            ));
        }
        let scope = self.scope();
        for (pattern, value) in closure.parameters.iter().zip(arguments) {
            if !self.matches(pattern, value)? {
                return fault("the pattern of a closure does not match");
            }
        }
        let result = match self.evaluate(&closure.body, expected) {
            Ok(value) => value,
            Err(stop) => match *stop {
                Stop::Return(value) => value,
                other => return Err(Box::new(other)),
            },
        };
        self.end_scope(scope, Some(&result));
        Ok(result)
    }
}
