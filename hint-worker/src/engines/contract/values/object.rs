//! Owns the table of managed objects of one execution: big numbers, buffers, lists. Contracts hold numbers of
//! entries; all entries end together. Must not know what is done with them.

use num_bigint::{BigInt, BigUint};

use super::value::{ObjectId, Value};
use crate::engines::contract::limits::{LimitReached, Meter};

/// What an entry holds.
#[derive(Clone, Debug)]
pub(crate) enum Object {
    Unsigned(BigUint),
    Signed(BigInt),
    Bytes(Vec<u8>),
    Values(Vec<Value>),
}

impl Object {
    /// About how much memory it takes.
    pub(crate) fn size(&self) -> usize {
        let inside = match self {
            Self::Unsigned(number) => number.bits() as usize / 8,
            Self::Signed(number) => number.bits() as usize / 8,
            Self::Bytes(bytes) => bytes.len(),
            Self::Values(values) => values.len() * size_of::<Value>(),
        };
        inside.saturating_add(size_of::<Self>())
    }
}

/// The objects of one execution.
#[derive(Debug, Default)]
pub(crate) struct Objects(Vec<Object>);

impl Objects {
    pub(crate) fn add(
        &mut self,
        object: Object,
        meter: &mut Meter,
    ) -> Result<ObjectId, LimitReached> {
        meter.bytes(object.size())?;
        let id =
            u32::try_from(self.0.len()).map_err(|_| LimitReached::Bytes(u64::from(u32::MAX)))?;
        self.0.push(object);
        Ok(ObjectId(id))
    }

    /// An entry; ids come from this table only.
    pub(crate) fn get(&self, id: ObjectId) -> &Object {
        &self.0[id.0 as usize]
    }

    pub(crate) fn get_mut(&mut self, id: ObjectId) -> &mut Object {
        &mut self.0[id.0 as usize]
    }

    pub(crate) fn unsigned(&self, id: ObjectId) -> BigUint {
        match self.get(id) {
            Object::Unsigned(number) => number.clone(),
            Object::Signed(number) => number.to_biguint().unwrap_or_default(),
            Object::Bytes(bytes) => BigUint::from_bytes_be(bytes),
            Object::Values(_) => BigUint::ZERO,
        }
    }

    pub(crate) fn bytes(&self, id: ObjectId) -> &[u8] {
        match self.get(id) {
            Object::Bytes(bytes) => bytes,
            _ => &[],
        }
    }

    pub(crate) fn values(&self, id: ObjectId) -> &[Value] {
        match self.get(id) {
            Object::Values(values) => values,
            _ => &[],
        }
    }
}
