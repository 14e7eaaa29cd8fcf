//! Resolving names stays cheap in large programs.

use std::time::{Duration, Instant};

use serde_json::json;

use super::sample::sample;
use crate::program::CompiledProgram;

#[test]
fn ten_thousand_hints_resolve_quickly() {
    let mut document = sample();
    let hint = document["hints"]["0"][0].clone();
    let count = 10_000;
    document["data"] = json!(vec!["0x1"; count]);
    let hints = (0..count).map(|pc| (pc.to_string(), json!([hint])));
    document["hints"] = hints.collect::<serde_json::Map<_, _>>().into();
    for n in 0..500 {
        document["identifiers"][format!("__main__.S{n}")] = json!({
            "type": "struct", "full_name": "__main__.S", "size": 1,
            "members": { "a": { "offset": 0, "cairo_type": format!("__main__.S{}*", (n + 1) % 500) } },
        });
    }
    document["reference_manager"]["references"][2]["value"] = json!("[cast(fp, __main__.S0*)]");
    let text = document.to_string();
    let start = Instant::now();
    let program = CompiledProgram::from_json(text.as_bytes()).expect("it loads");
    let loaded = start.elapsed();
    let mut structs = 0;
    for hint in program.hints() {
        for name in ["x", "p", "s", "m", "A", "nope"] {
            structs += program.resolve(hint, "", name).structs.len();
        }
    }
    let resolved = start.elapsed() - loaded;
    println!(
        "{} MB loaded in {loaded:?}, resolved in {resolved:?}",
        text.len() >> 20
    );
    assert!(structs >= count * 500, "the closures are complete");
    // Far more than it takes without optimisation on a busy machine, far less than a second per
    // thousand hints.
    assert!(
        loaded + resolved < Duration::from_secs(30),
        "{loaded:?} and {resolved:?}"
    );
}
