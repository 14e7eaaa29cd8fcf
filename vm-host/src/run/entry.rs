//! Where a run starts: at `main`, or with a call of any function.

use cairo_vm::Felt252;
use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::cairo_runner::CairoRunner;

use crate::program::CompiledProgram;

/// Where a run starts.
#[derive(Clone, Debug)]
pub enum Entry {
    /// At a function without arguments, `main` as a rule: it gets the builtins and returns them. In proof
    /// mode at `__start__`, whatever the name.
    Main(String),
    /// At a function, by its pc relative to the program; by name its arguments are checked.
    Function {
        /// Where.
        pc: usize,
        /// Its full name, if it was given by name.
        name: Option<String>,
        /// Its arguments.
        arguments: Vec<Argument>,
        /// What it finds besides them.
        setup: CallSetup,
    },
}

/// What a called function finds besides its arguments.
#[derive(Clone, Debug, Default)]
pub struct CallSetup {
    /// The builtins of the run; the program's when empty.
    pub builtins: Vec<BuiltinName>,
    /// Empty segments, before the one that the function returns to.
    pub segments: u32,
    /// Temporary ones.
    pub temporary_segments: u32,
    /// Whether temporary segments may be left in the end.
    pub keep_temporary_segments: bool,
}

impl Entry {
    /// At `main`.
    #[must_use]
    pub fn main() -> Self {
        Self::Main("main".to_owned())
    }
}

/// What a function is called with.
#[derive(Clone, Debug)]
pub enum Argument {
    /// A felt.
    Felt(Felt252),
    /// An address.
    Address(Relocatable),
    /// The address of a new segment with these. The caller bounds their number and depth.
    List(Vec<Argument>),
}

/// A call that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// The arguments do not fit.
    #[error("{0}")]
    Arguments(String),
    /// cairo-vm refuses it.
    #[error("the call cannot be made: `{0}`")]
    Call(String),
}

/// Lets the run begin with a call of the function at `pc`; returns where it ends.
pub(super) fn enter_function(
    runner: &mut CairoRunner,
    program: &CompiledProgram,
    pc: usize,
    name: Option<&str>,
    arguments: &[Argument],
) -> Result<Relocatable, EntryError> {
    let mut stack = match name {
        Some(name) => implicit_arguments(runner, program, name, arguments.len())?,
        None => Vec::new(),
    };
    for argument in arguments {
        stack.push(place(runner, argument)?);
    }
    let failed = |error: &dyn std::fmt::Display| EntryError::Call(error.to_string());
    let end = runner
        .initialize_function_entrypoint(pc, stack, MaybeRelocatable::Int(Felt252::ZERO))
        .map_err(|error| failed(&error))?;
    runner.initialize_vm().map_err(|error| failed(&error))?;
    Ok(end)
}

/// The implicit arguments that the caller left to us: pointers to builtins. None when the caller gave as
/// many arguments as the function has, implicit ones included, or when nothing is known of it.
fn implicit_arguments(
    runner: &CairoRunner,
    program: &CompiledProgram,
    name: &str,
    given: usize,
) -> Result<Vec<MaybeRelocatable>, EntryError> {
    let definition = |part: &str| {
        [format!("{name}.{part}"), format!("__main__.{name}.{part}")]
            .iter()
            .find_map(|name| program.struct_definition(name))
    };
    let (Some(implicit), Some(explicit)) = (definition("ImplicitArgs"), definition("Args")) else {
        return Ok(Vec::new());
    };
    let (hidden, shown) = (implicit.size, explicit.size);
    if given as u64 == hidden + shown {
        return Ok(Vec::new());
    }
    if given as u64 != shown {
        return Err(EntryError::Arguments(format!(
            "`{name}` takes `{shown}` cells of arguments (or `{}` with the implicit ones), not `{given}`",
            hidden + shown
        )));
    }
    let pointer = |member: &str| {
        let builtin = member.strip_suffix("_ptr")?;
        let mut runners = runner.vm.builtin_runners.iter();
        let found = runners.find(|runner| runner.name().to_str() == builtin)?;
        let base = Relocatable {
            segment_index: found.base() as isize,
            offset: 0,
        };
        Some(MaybeRelocatable::RelocatableValue(base))
    };
    let pointers = implicit.members.iter().map(|member| {
        pointer(&member.name).ok_or_else(|| {
            EntryError::Arguments(format!(
                "the implicit argument `{}` of `{name}` is no builtin of this run; \
                 give all implicit arguments before the others",
                member.name
            ))
        })
    });
    pointers.collect()
}

/// The value of an argument; lists go into new segments, outer ones first.
fn place(runner: &mut CairoRunner, argument: &Argument) -> Result<MaybeRelocatable, EntryError> {
    match argument {
        Argument::Felt(felt) => Ok(MaybeRelocatable::Int(*felt)),
        Argument::Address(address) => Ok(MaybeRelocatable::RelocatableValue(*address)),
        Argument::List(elements) => {
            let base = runner.vm.add_memory_segment();
            let mut cells = Vec::with_capacity(elements.len());
            for element in elements {
                cells.push(place(runner, element)?);
            }
            runner
                .vm
                .load_data(base, &cells)
                .map_err(|_| EntryError::Arguments("an argument cannot be used".to_owned()))?;
            Ok(MaybeRelocatable::RelocatableValue(base))
        }
    }
}
