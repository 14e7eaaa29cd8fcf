//! What large programs have in common is worked out once.

use std::sync::Arc;

use serde_json::json;

use super::sample::sample;
use crate::program::CompiledProgram;

#[test]
fn ten_thousand_hints_share_the_structs_behind_a_name() {
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
    let program = CompiledProgram::from_json(document.to_string().as_bytes()).expect("it loads");
    let [first, others @ ..] = program.hints() else {
        panic!("no hints");
    };
    let structs = program.resolve(first, "", "s").structs;
    assert_eq!(structs.len(), 500);
    assert_eq!(others.len(), count - 1);
    for hint in others {
        let again = program.resolve(hint, "", "s").structs;
        assert!(Arc::ptr_eq(&again, &structs));
        let scopes = [&hint.accessible_scopes, &first.accessible_scopes];
        assert!(Arc::ptr_eq(scopes[0], scopes[1]));
        for name in ["x", "p", "m", "A", "nope"] {
            program.resolve(hint, "", name);
        }
    }
}
