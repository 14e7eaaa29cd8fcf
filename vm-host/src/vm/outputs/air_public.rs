//! The public input of the AIR: layout, segments and public memory, as indented JSON.

use std::io::{self, Write};

use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;

use super::Relocation;
use crate::vm::RunFailure;
use crate::vm::cells::{output_base, segments};
use crate::vm::python_json::PythonJson;
use crate::vm::range_checks::range_check_limits;
use crate::vm::shape::RunShape;
use crate::vm::slices::{self, Slices};

/// Writes the public input.
pub(crate) async fn write_air_public_input(
    writer: &mut dyn Write,
    runner: &CairoRunner,
    shape: &RunShape,
    relocation: &Relocation,
    slices: Slices<'_>,
) -> io::Result<Result<(), RunFailure>> {
    let input = match PublicInput::of(runner, shape, relocation, slices).await {
        Ok(input) => input,
        Err(failure) => return Ok(Err(failure)),
    };
    let mut json = PythonJson::indented(&mut *writer);
    json.begin('{')?;
    json.string_entry("layout", shape.layout.name.to_str())?;
    json.entry("rc_min", input.range_checks.0)?;
    json.entry("rc_max", input.range_checks.1)?;
    json.entry("n_steps", input.steps)?;
    json.key("memory_segments")?;
    json.begin('{')?;
    for (name, begin, stop) in input.segments {
        json.key(name)?;
        json.begin('{')?;
        json.entry("begin_addr", begin)?;
        json.entry("stop_ptr", stop)?;
        json.end('}')?;
    }
    json.end('}')?;
    json.key("public_memory")?;
    json.begin('[')?;
    for (count, (address, value, page)) in input.public_memory.into_iter().enumerate() {
        if count % slices::CELLS == 0 {
            slices.look().await;
        }
        json.begin('{')?;
        json.entry("address", address)?;
        json.string_entry("value", &value)?;
        json.entry("page", page)?;
        json.end('}')?;
    }
    json.end(']')?;
    json.entry("dynamic_params", "null")?;
    json.end('}')?;
    writeln!(writer)?;
    Ok(Ok(()))
}

struct PublicInput {
    range_checks: (u16, u16),
    steps: usize,
    /// Name, first address and stop pointer.
    segments: Vec<(&'static str, u64, u64)>,
    /// Address, value and page.
    public_memory: Vec<(u64, String, usize)>,
}

impl PublicInput {
    async fn of(
        runner: &CairoRunner,
        shape: &RunShape,
        relocation: &Relocation,
        slices: Slices<'_>,
    ) -> Result<Self, RunFailure> {
        let trace = runner
            .get_relocatable_trace()
            .map_err(|error| RunFailure::assertion(error.to_string()))?;
        let (Some(first), Some(last)) = (trace.first(), trace.last()) else {
            return Err(RunFailure::assertion("the trace is empty"));
        };
        let ap = |offset| relocation.address(Relocatable::from((1, offset)));
        let mut segments = vec![
            (
                "program",
                relocation.address(first.pc)?,
                relocation.address(last.pc)?,
            ),
            ("execution", ap(first.ap)?, ap(last.ap)?),
        ];
        for builtin in &runner.vm.builtin_runners {
            let name = builtin.name();
            let start = match name {
                BuiltinName::output => output_base(&runner.vm).map_or(0, |(_, start)| start),
                _ => 0,
            };
            let (index, stop) = builtin.get_memory_segment_addresses();
            let stop = match (shape.program_builtins.contains(&name), stop) {
                (false, _) => start,
                (true, Some(stop)) => stop,
                (true, None) => {
                    return Err(RunFailure::assertion(format!(
                        "The {} builtin stop pointer was not set.",
                        name.to_str()
                    )));
                }
            };
            let address = |offset| relocation.address(Relocatable::from((index as isize, offset)));
            segments.push((name.to_str(), address(start)?, address(stop)?));
        }
        Ok(Self {
            range_checks: range_check_limits(runner, slices).await.unwrap_or((0, 0)),
            steps: trace.len(),
            segments,
            public_memory: public_memory(runner, relocation, slices).await?,
        })
    }
}

async fn public_memory(
    runner: &CairoRunner,
    relocation: &Relocation,
    slices: Slices<'_>,
) -> Result<Vec<(u64, String, usize)>, RunFailure> {
    let vm = &runner.vm;
    let mut public = Vec::new();
    for segment in segments(vm) {
        let Some(cells) = vm.segments.public_memory_offsets.get(&segment) else {
            continue;
        };
        for (count, &(offset, page)) in cells.iter().enumerate() {
            if count % slices::CELLS == 0 {
                slices.look().await;
            }
            let address = Relocatable::from((segment as isize, offset));
            let relocated = relocation.address(address)?;
            let value = vm
                .get_maybe(&address)
                .ok_or_else(|| RunFailure::unknown_memory(relocated))?;
            let value = relocation.value(&value)?;
            public.push((relocated, format!("{value:#x}"), page));
        }
    }
    Ok(public)
}
