//! Hints in other languages than Python: a call of a WebAssembly module and of a contract, a hint each, beside the same
//! in Python; and many calls inside of one hint.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::table::{Table, median};
use super::{Error, runs};

/// The program whose hints these replace: each gives `ids.sum` what `ids.a` and 3 are together.
const PROGRAM: &str = include_str!("../../../tests/wasm/calls.json");
const WASM: &str = "# lang: wasm\\nids.sum = bank.plus(ids.a, 3)";
const PYTHON: &str = "ids.sum = ids.a + 3";
/// How often the program runs its hint, as it is written there.
const TIMES: &str = "0x4e20";
/// Calls inside of one hint.
const CALLS: f64 = 1e6;

/// `inside` calls a function of the module a million times, `outside` one of the host.
const MODULE: &str = r#"(module
    (import "cairo" "felt_add" (func $felt_add (param i32 i32 i32)))
    (memory (export "memory") 1)
    (func $add (export "plus") (param i64 i64) (result i64) local.get 0 local.get 1 i64.add)
    (table funcref (elem $add))
    (func (export "inside") (param i64 i64) (result i64) (local $left i32) (local $sum i64)
        (local.set $left (i32.const 1000000))
        (loop
            (local.set $sum (call_indirect (param i64 i64) (result i64)
                (local.get $sum) (i64.const 1) (i32.const 0)))
            (br_if 0 (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
        (i64.add (i64.add (local.get 0) (local.get 1)) (i64.sub (local.get $sum) (i64.const 1000000))))
    (func (export "outside") (param i64 i64) (result i64) (local $left i32)
        (i64.store (i32.const 32) (i64.const 1))
        (local.set $left (i32.const 1000000))
        (loop
            (call $felt_add (i32.const 0) (i32.const 32) (i32.const 0))
            (br_if 0 (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
        (i64.add (local.get 0) (local.get 1))))"#;

const CONTRACT: &str = "#[multiversx_sc::contract]\npub trait Bank {\n    #[view]\n    \
    fn plus(&self, a: BigUint, b: BigUint) -> BigUint {\n        a + b\n    }\n}\n";
const SCENARIO: &str = r#"{"steps": [{"step": "setState", "accounts": {
    "address:owner": {}, "sc:bank": {"code": "file:bank.rs"}}}]}"#;

/// Adds the rows.
pub(crate) fn measure(table: &mut Table, rounds: usize) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).map(|()| path)
    };
    let module = write("bank.wasm", &wat::parse_str(MODULE)?)?;
    write("bank.rs", CONTRACT.as_bytes())?;
    let world = write("bank.scen.json", SCENARIO.as_bytes())?;
    let contract = format!(
        "# lang: contract\\nuse \\\"{}\\\"\\ncaller \\\"address:owner\\\"\\nids.sum = bank.plus(ids.a, 3)",
        world.display()
    );
    let many = |function: &str| PROGRAM.replace("bank.plus", function).replace(TIMES, "0x3");
    // Interpreting takes its time.
    let in_contract = PROGRAM.replace(WASM, &contract).replace(TIMES, "0x1f4");
    let programs = [
        write("python.json", PROGRAM.replace(WASM, PYTHON).as_bytes())?,
        write("wasm.json", PROGRAM.as_bytes())?,
        write("contract.json", in_contract.as_bytes())?,
        write("inside.json", many("bank.inside").as_bytes())?,
        write("outside.json", many("bank.outside").as_bytes())?,
    ];
    let mut figures = programs.each_ref().map(|_| Vec::new());
    for _ in 0..rounds {
        for (program, figures) in programs.iter().zip(&mut figures) {
            figures.push(seconds(program, &module)?);
        }
    }
    let [python, wasm, contract, inside, outside] = figures.map(|figures| median(&figures));
    table.section(
        "a call in a hint of its own, its steps included",
        "µs",
        "× Python",
    );
    table.row(
        "Python: ids.sum = ids.a + 3",
        python * 1e6,
        Some(python * 1e6),
    );
    table.row("WebAssembly: the same", wasm * 1e6, Some(python * 1e6));
    table.row("a contract: the same", contract * 1e6, Some(python * 1e6));
    table.section("1,000,000 calls in one hint, one call", "ns", "");
    let one = |seconds: f64| seconds * 1e9 / CALLS;
    table.row("of a function of the module", one(inside), None);
    table.row("of a function of the host", one(outside), None);
    Ok(())
}

/// Seconds for one hint.
fn seconds(program: &Path, module: &PathBuf) -> Result<f64, Error> {
    let mut option = OsStr::new("bank=").to_owned();
    option.push(module);
    let quiet = ["--log-level", "warning"].map(OsStr::new);
    let stats = runs::stats(program, &["--wasm".as_ref(), &option, quiet[0], quiet[1]])?;
    let hints = runs::number(&stats, "hints_executed")?;
    let waiting = runs::number(&stats, "seconds_waiting")?;
    Ok((waiting + runs::number(&stats, "seconds_stepping")?) / hints)
}
