//! Owns one execution of an endpoint: its variables and what it was called with. Values have ids; locals are a map
//! from names to ids, and calls of methods are a stack of such maps. Must not know expressions.

use std::sync::Arc;

use num_bigint::{BigInt, BigUint};

use super::stop::{Run, fault};
use super::transaction::{CallInput, Transaction};
use crate::engines::contract::codec::decode::Decoder;
use crate::engines::contract::source::tree::Crate;
use crate::engines::contract::source::types::{Name, Type};
use crate::engines::contract::values::{Object, Objects, Reference, SlotId, Value};

/// The variables of one method at work.
#[derive(Debug)]
struct Frame {
    locals: Vec<(Name, SlotId)>,
    result: Type,
}

/// One execution of an endpoint. Everything in it ends with it.
#[derive(Debug)]
pub(crate) struct Interpreter<'t, 'w> {
    pub(crate) transaction: &'t mut Transaction<'w>,
    pub(crate) code: Arc<Crate>,
    pub(crate) input: CallInput,
    pub(crate) objects: Objects,
    slots: Vec<Value>,
    frames: Vec<Frame>,
}

/// Where a block began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope {
    locals: usize,
    slots: usize,
}

impl<'t, 'w> Interpreter<'t, 'w> {
    pub(crate) fn new(
        transaction: &'t mut Transaction<'w>,
        code: Arc<Crate>,
        input: CallInput,
    ) -> Self {
        Self {
            transaction,
            code,
            input,
            objects: Objects::default(),
            slots: Vec::new(),
            frames: Vec::new(),
        }
    }

    pub(crate) fn push_frame(&mut self, result: Type) {
        self.frames.push(Frame {
            locals: Vec::new(),
            result,
        });
    }

    pub(crate) fn pop_frame(&mut self) {
        self.frames.pop();
    }

    /// What the method at work returns.
    pub(crate) fn result_type(&self) -> Type {
        let frame = self.frames.last();
        frame.map_or(Type::Inferred, |frame| frame.result.clone())
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope {
            locals: self.frames.last().map_or(0, |frame| frame.locals.len()),
            slots: self.slots.len(),
        }
    }

    /// Ends a block: its names are gone, and its values unless `result` is in one of them.
    pub(crate) fn end_scope(&mut self, scope: Scope, result: Option<&Value>) {
        if let Some(frame) = self.frames.last_mut() {
            frame.locals.truncate(scope.locals);
        }
        if result.is_none_or(|result| !refers(result, scope.slots)) {
            self.slots.truncate(scope.slots);
        }
    }

    /// Where the values of a call begin.
    pub(crate) fn scope_of_call(&self) -> SlotId {
        self.slots.len()
    }

    /// Ends the values of a call unless its result is in one of them.
    pub(crate) fn end_call(&mut self, first: SlotId, result: &Value) {
        if !refers(result, first) {
            self.slots.truncate(first);
        }
    }

    /// A place for a value.
    pub(crate) fn add_slot(&mut self, value: Value) -> Run<SlotId> {
        self.transaction.meter.steps(1)?;
        self.slots.push(value);
        Ok(self.slots.len() - 1)
    }

    pub(crate) fn declare(&mut self, name: &Name, value: Value) -> Run<()> {
        let slot = self.add_slot(value)?;
        if let Some(frame) = self.frames.last_mut() {
            frame.locals.push((Arc::clone(name), slot));
        }
        Ok(())
    }

    pub(crate) fn local(&self, name: &str) -> Option<SlotId> {
        let locals = &self.frames.last()?.locals;
        let found = locals.iter().rev().find(|(local, _)| **local == *name);
        found.map(|(_, slot)| *slot)
    }

    /// What is at a place.
    pub(crate) fn read(&self, place: &Reference) -> Run<&Value> {
        let mut value = match self.slots.get(place.slot) {
            Some(value) => value,
            None => return fault("a reference to a variable that is gone"),
        };
        for index in &place.path {
            value = match value.parts().and_then(|parts| parts.get(*index)) {
                Some(part) => part,
                None => return fault("a reference to a part that is gone"),
            };
        }
        Ok(value)
    }

    pub(crate) fn read_mut(&mut self, place: &Reference) -> Run<&mut Value> {
        let mut value = match self.slots.get_mut(place.slot) {
            Some(value) => value,
            None => return fault("a reference to a variable that is gone"),
        };
        for index in &place.path {
            value = match value.parts_mut().and_then(|parts| parts.get_mut(*index)) {
                Some(part) => part,
                None => return fault("a reference to a part that is gone"),
            };
        }
        Ok(value)
    }

    /// The place behind references to references.
    pub(crate) fn follow(&self, mut place: Reference) -> Run<Reference> {
        while let Value::Reference(next) = self.read(&place)? {
            place = next.clone();
        }
        Ok(place)
    }

    /// The value itself where there is a reference.
    pub(crate) fn target(&self, value: Value) -> Run {
        match value {
            Value::Reference(place) => {
                let place = self.follow(place)?;
                Ok(self.read(&place)?.clone())
            }
            value => Ok(value),
        }
    }

    pub(crate) fn object(&mut self, kind: Type, object: Object) -> Run {
        let id = self.objects.add(object, &mut self.transaction.meter)?;
        Ok(Value::Object(kind, id))
    }

    pub(crate) fn big(&mut self, number: BigUint) -> Run {
        self.object(Type::BigUint, Object::Unsigned(number))
    }

    pub(crate) fn big_signed(&mut self, number: BigInt) -> Run {
        self.object(Type::BigInt, Object::Signed(number))
    }

    pub(crate) fn bytes(&mut self, kind: Type, bytes: impl Into<Vec<u8>>) -> Run {
        self.object(kind, Object::Bytes(bytes.into()))
    }

    pub(crate) fn address(&mut self, address: [u8; 32]) -> Run {
        self.bytes(Type::ManagedAddress, address)
    }

    pub(crate) fn list(&mut self, kind: Type, values: Vec<Value>) -> Run {
        self.object(kind, Object::Values(values))
    }

    pub(crate) fn decoder(&mut self) -> Decoder<'_> {
        Decoder {
            objects: &mut self.objects,
            meter: &mut self.transaction.meter,
            structs: &self.code.structs,
        }
    }
}

/// Whether a value has a reference to one of the slots from `first` on.
fn refers(value: &Value, first: SlotId) -> bool {
    match value {
        Value::Reference(place) => place.slot >= first,
        other => other
            .parts()
            .is_some_and(|parts| parts.iter().any(|part| refers(part, first))),
    }
}
