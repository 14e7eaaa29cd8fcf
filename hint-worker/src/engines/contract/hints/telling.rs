//! Owns how what happens in the world of contracts goes into the log of the hints. Must not know who did it.

use crate::engines::contract::scenario::written;
use crate::engines::contract::world::{Record, Status};
use crate::log::{self, Level, Value};

/// The part of a hint that contracts are, in the log.
const LOGGER: &str = "contract";

/// Logs what happened: calls and events for everybody, storage accesses and what calls that went well ended with for
/// those who look for a fault, unless `everything` is wanted.
pub(super) fn tell(records: &[Record], everything: bool) {
    for record in records {
        let level = match (everything, record) {
            (false, Record::Read { .. } | Record::Write { .. }) => Level::Debug,
            (
                false,
                Record::Return {
                    status: Status::Ok, ..
                },
            ) => Level::Debug,
            _ => Level::Info,
        };
        // What nobody reads is not put into words.
        if log::wants(level) {
            tell_one(record, level);
        }
    }
}

fn tell_one(record: &Record, level: Level) {
    let emit = |text: &str, fields: &[(&str, Value<'_>)]| {
        log::emit_of(LOGGER, level, text, fields);
    };
    match record {
        Record::Call {
            from,
            to,
            endpoint,
            arguments,
        } => emit(
            "call",
            &[
                ("contract", to.to_string().into()),
                (
                    "endpoint",
                    String::from_utf8_lossy(endpoint).into_owned().into(),
                ),
                ("from", from.to_string().into()),
                ("arguments", list(arguments)),
            ],
        ),
        Record::Return { from, status } => emit(
            "return",
            &[
                ("contract", from.to_string().into()),
                ("status", Value::number(*status as u8)),
            ],
        ),
        Record::Read {
            address,
            key,
            value,
        } => emit("read", &access(address, key, value)),
        Record::Write {
            address,
            key,
            value,
        } => emit("write", &access(address, key, value)),
        Record::Log(entry) => emit(
            "event",
            &[
                ("contract", entry.address.to_string().into()),
                (
                    "endpoint",
                    String::from_utf8_lossy(&entry.endpoint).into_owned().into(),
                ),
                ("topics", list(&entry.topics)),
                ("data", list(&entry.data)),
            ],
        ),
        Record::Print(text) => emit(text, &[]),
    }
}

fn access<'a>(address: &impl ToString, key: &[u8], value: &[u8]) -> [(&'static str, Value<'a>); 3] {
    [
        ("contract", address.to_string().into()),
        ("key", written(key).into()),
        ("value", written(value).into()),
    ]
}

/// Values, in the notation of scenarios.
fn list<'a>(values: &[Vec<u8>]) -> Value<'a> {
    let values: Vec<String> = values.iter().map(|value| written(value)).collect();
    Value::Json(serde_json::Value::from(values).to_string().into())
}
