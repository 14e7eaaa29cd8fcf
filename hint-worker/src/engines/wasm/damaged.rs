//! Damaged modules and hints, by the driver that the host has for its own decoders.

use std::sync::OnceLock;

use super::limits::Limits;
use super::{modules, source};
use crate::engines::fuzzing::fuzz;

#[test]
fn hints() {
    let good = [
        "# lang: wasm\nids.x = bank.add(1, -2.5, \"Alice \\u00e9\\n\", ids.a.b)\n",
        "# lang: wasm\nids.a, ids.b = m.pair()\nm.none()\n# a remark\n",
    ];
    let good: Vec<Vec<u8>> = good.iter().map(|text| text.as_bytes().to_vec()).collect();
    fuzz("wasm hints", &good, |bytes| {
        source::parse(&String::from_utf8_lossy(bytes)).is_ok()
    });
}

#[test]
fn modules() {
    static ENGINE: OnceLock<wasmtime::Engine> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| modules::engine(&Limits::default()).expect("an engine"));
    let good = [
        r#"(module (memory (export "memory") 1 9) (data (i32.const 8) "words")
            (func (export "add") (param i64 i64) (result i64) local.get 0 local.get 1 i64.add)
            (func (export "loop") (loop br 0)))"#,
        r#"(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
            (table 3 funcref) (global (mut i32) (i32.const 7)) (elem (i32.const 0) 0)
            (func (export "f") (param f64) (result f64) local.get 0 f64.sqrt))"#,
    ];
    let good: Vec<Vec<u8>> = good
        .iter()
        .map(|text| wat::parse_str(text).expect("a module"))
        .collect();
    // Not by way of the folder of compiled modules, which is the user's.
    fuzz("wasm modules", &good, |bytes| {
        wasmtime::Module::from_binary(engine, bytes).is_ok()
    });
}
