//! The layouts against those of the reference VM, and against what `cairo-vm` builds from them.

use super::*;
use crate::vm::testing::load;
use clap::ValueEnum;
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    name: String,
    range_check_units: u64,
    memory_units: u64,
    public_memory_fraction: u64,
    diluted_pool: Option<(i32, u32, u32)>,
    builtins: Vec<(String, Option<u32>)>,
}

#[test]
fn layouts_are_those_of_the_reference_vm() {
    let recorded: Vec<Recorded> =
        serde_json::from_str(include_str!("../testdata/layouts.json")).unwrap();
    assert_eq!(recorded.len(), 9);
    for layout in recorded {
        let name = LayoutName::from_str(&layout.name, false).unwrap();
        let pool = layout.diluted_pool;
        let expected = Layout {
            name,
            range_check_units: layout.range_check_units,
            memory_units: layout.memory_units,
            public_memory_fraction: layout.public_memory_fraction,
            diluted_pool: pool.map(|(log_units_per_step, spacing, bits)| DilutedPool {
                log_units_per_step,
                spacing,
                bits,
            }),
        };
        assert_eq!(Layout::new(name, None), expected);
        let builtins: Vec<_> = layout
            .builtins
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names(Layout::builtins(name)), builtins, "{name}");
        assert_eq!(built(&layout.name), layout.builtins, "{name}");
    }
}

#[test]
fn all_layouts_have_the_builtins_that_the_vm_builds() {
    for name in LayoutName::value_variants() {
        if *name == LayoutName::dynamic {
            continue;
        }
        let built = built(name.to_str());
        let built: Vec<_> = built.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names(Layout::builtins(*name)), built, "{name}");
    }
}

#[test]
fn the_smallest_layout_is_advised() {
    assert_eq!(Layout::with_builtins(&[output]), Some(LayoutName::small));
    assert_eq!(
        Layout::with_builtins(&[output, bitwise]),
        Some(LayoutName::recursive)
    );
    assert_eq!(
        Layout::with_builtins(&[mul_mod]),
        Some(LayoutName::all_cairo)
    );
    assert_eq!(Layout::with_builtins(&[segment_arena]), None);
}

fn names(builtins: &[BuiltinName]) -> Vec<&'static str> {
    builtins.iter().map(|builtin| builtin.to_str()).collect()
}

/// The builtins that `cairo-vm` builds for a proof, with their ratios.
fn built(layout: &str) -> Vec<(String, Option<u32>)> {
    let runs: serde_json::Value =
        serde_json::from_str(include_str!("../testdata/runs.json")).unwrap();
    let (runner, _) = load(&runs["programs"]["empty_proof"], layout, true);
    let builtins = runner.vm.builtin_runners.iter();
    builtins
        .map(|builtin| (builtin.name().to_str().to_string(), builtin.ratio()))
        .collect()
}
