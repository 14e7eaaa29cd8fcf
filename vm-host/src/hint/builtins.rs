//! The builtins of a run as the engine of its hints is told of them.

use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::Builtin;

/// The builtins as the engine is told of them; `used` are those of the program.
#[must_use]
pub(crate) fn describe(vm: &VirtualMachine, used: &[BuiltinName]) -> Vec<Builtin> {
    vm.builtin_runners
        .iter()
        .map(|builtin| {
            let mut description = Builtin {
                name: builtin.name().to_str().to_owned(),
                segment: builtin.base() as i64,
                included: used.contains(&builtin.name()),
                ratio: builtin.ratio(),
                ratio_denominator: builtin.ratio_den().unwrap_or(1),
                ..Builtin::default()
            };
            match builtin {
                BuiltinRunner::RangeCheck(runner) => {
                    description.range_check_parts = runner.n_parts() as u32;
                }
                BuiltinRunner::RangeCheck96(runner) => {
                    description.range_check_parts = runner.n_parts() as u32;
                }
                BuiltinRunner::Mod(runner) => {
                    description.batch_size = runner.batch_size() as u32;
                    description.word_bit_length = 96;
                }
                _ => {}
            }
            description
        })
        .collect()
}
