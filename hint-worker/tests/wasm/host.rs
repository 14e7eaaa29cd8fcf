//! Owns a host that answers from tables: cells, names, structs. Must not know engines.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use hint_proto::cell::{Cell, EMPTY};
use hint_proto::v1::answer::Answer as Reply;
use hint_proto::v1::ask::Question;
use hint_proto::v1::definition::Access;
use hint_proto::v1::expression::Node;
use hint_proto::v1::reference_access::{Get, Set};
use hint_proto::v1::{
    CellRun, Definition, Dereference, Expression, Memory, Operation, Operator, Raised,
    ReferenceAccess, Register, ResolvedName, SegmentLength, StructDefinition, StructReference,
};
use hint_worker::engines::view::Host;
use hint_worker::link::AskError;

/// The prime of the VM, little-endian.
pub(crate) const PRIME: [u8; 32] = {
    let mut prime = [0; 32];
    prime[0] = 1;
    prime[24] = 0x11;
    prime[31] = 8;
    prime
};

/// What a host knows, and what it was asked.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) cells: HashMap<(i64, u64), Cell>,
    pub(crate) names: HashMap<(String, String), Definition>,
    pub(crate) structs: Vec<StructDefinition>,
    pub(crate) questions: Mutex<Vec<Question>>,
}

/// The table as the engine holds it.
#[derive(Clone, Debug)]
pub(crate) struct Shared(pub(crate) Arc<Table>);

impl Host for Shared {
    fn ask(&self, question: Question) -> Result<Reply, AskError> {
        let reply = match &question {
            Question::ReadMemory(read) => {
                let mut values = Vec::new();
                for offset in read.offset..read.offset + read.count {
                    match self.0.cells.get(&(read.segment, offset)) {
                        Some(cell) => cell.encode(&mut values),
                        None => values.extend_from_slice(&EMPTY),
                    }
                }
                let of_segment = |(segment, _): &&(i64, u64)| *segment == read.segment;
                let offsets = self.0.cells.keys().filter(of_segment);
                let length = offsets.map(|(_, offset)| offset + 1).max().unwrap_or(0);
                Reply::Memory(Memory {
                    cells: vec![CellRun {
                        segment: read.segment,
                        offset: read.offset,
                        values: values.into(),
                    }],
                    lengths: vec![SegmentLength {
                        segment: read.segment,
                        length,
                    }],
                    more: false,
                })
            }
            Question::ResolveName(name) => {
                let key = (name.scope.clone(), name.name.clone());
                let definition = self.0.names.get(&key).cloned();
                let missing = Definition {
                    scope: name.scope.clone(),
                    name: name.name.clone(),
                    access: Some(Access::Raised(Raised {
                        class_path: "starkware.cairo.lang.compiler.identifier_manager.MissingIdentifierError".to_owned(),
                        message: format!("Unknown identifier '{}'.", name.name),
                    })),
                };
                Reply::ResolvedName(ResolvedName {
                    definition: Some(definition.unwrap_or(missing)),
                    structs: self.0.structs.clone(),
                })
            }
            _ => return Err(AskError::Unfitting),
        };
        self.0.questions.lock().unwrap().push(question);
        Ok(reply)
    }

    fn next_part(&self) -> Result<Reply, AskError> {
        Err(AskError::Unfitting)
    }
}

/// A felt.
pub(crate) fn felt(number: u64) -> Cell {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    Cell::Felt(bytes)
}

/// The felt that stands for `-number`.
pub(crate) fn negative(number: u64) -> Cell {
    let prime = num_bigint::BigUint::from_bytes_le(&PRIME);
    let mut bytes = [0; 32];
    let digits = (prime - number).to_bytes_le();
    bytes[..digits.len()].copy_from_slice(&digits);
    Cell::Felt(bytes)
}

pub(crate) fn address(segment: i64, offset: u64) -> Cell {
    Cell::Relocatable { segment, offset }
}

fn expression(node: Node) -> Expression {
    Expression { node: Some(node) }
}

/// `fp + offset`.
fn at_fp(offset: u64) -> Expression {
    expression(Node::Operation(Box::new(Operation {
        operator: Operator::Add.into(),
        left: Some(Box::new(expression(Node::Register(Register::Fp.into())))),
        right: Some(Box::new(expression(Node::Constant(offset.to_string())))),
    })))
}

fn dereferenced(address: Expression) -> Expression {
    expression(Node::Dereference(Box::new(Dereference {
        address: Some(Box::new(address)),
        error_prefix: "before ".to_owned(),
        error_suffix: " after".to_owned(),
    })))
}

/// A local felt at `fp + offset`.
pub(crate) fn local(offset: u64) -> Access {
    Access::Reference(ReferenceAccess {
        get: Some(Get::Value(dereferenced(at_fp(offset)))),
        set: Some(Set::Address(at_fp(offset))),
    })
}

/// A local struct at `fp + offset`.
pub(crate) fn local_struct(offset: u64, struct_name: &str) -> Access {
    Access::Reference(ReferenceAccess {
        get: Some(Get::StructReference(StructReference {
            address: Some(at_fp(offset)),
            struct_name: struct_name.to_owned(),
        })),
        set: Some(Set::SetRaised(Raised {
            class_path: "starkware.cairo.lang.compiler.type_casts.CairoTypeError".to_owned(),
            message: "Cannot cast 'felt' to a struct.".to_owned(),
        })),
    })
}
