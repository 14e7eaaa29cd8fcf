//! Messages of effects with damage, as a hostile engine sends them.

use prost::Message as _;

use super::*;
use crate::program::fuzzing::fuzz;

#[test]
fn damaged_effects_are_applied_whole_or_not_at_all() {
    let rewrite = writes([run_of(EXECUTION, 0, &[int(20)])]);
    let good = [full(), rewrite].map(|effects| effects.encode_to_vec());
    fuzz("effects", &good, |bytes| {
        let Ok(effects) = Effects::decode(bytes) else {
            return false;
        };
        let mut scene = Scene::new();
        let before = scene.state();
        let applied = scene.apply(&effects).is_ok();
        assert!(applied || scene.state() == before, "{effects:?}");
        applied
    });
}
