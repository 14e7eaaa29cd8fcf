//! The Cairo PIE: a run that another program can take over. Here it is taken from a VM that has ended; its
//! file format and the comparison of two of them are next door.

use std::collections::BTreeMap;
use std::io;

use cairo_vm::Felt252;
use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
use cairo_vm::vm::runners::cairo_pie::BuiltinAdditionalData;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;
use cairo_vm::vm::vm_core::VirtualMachine;

use crate::vm::RunFailure;
use crate::vm::cells::{cells_in, output_base, parts, segments};
use crate::vm::python_json::PythonJson;
use crate::vm::shape::{RunShape, ZERO_SEGMENT_SIZE};
use crate::vm::slices::{self, Slices};

mod diff;
mod read;
mod write;

pub(crate) use read::{PieError, read_pie};

/// A run in position independent form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pie {
    /// The program and the places of the segments.
    pub metadata: PieMetadata,
    /// The cells, in the order of their addresses.
    pub memory: PieMemory,
    /// What the builtins know besides their cells, in the order of the builtins.
    pub additional_data: Vec<(BuiltinName, AdditionalData)>,
    /// What the run used.
    pub execution_resources: ExecutionResources,
    /// The version of the format.
    pub version: String,
}

/// Cells by segment and offset, in that order.
pub(crate) type PieMemory = Vec<((u64, u64), MaybeRelocatable)>;

/// The program and the places of the segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PieMetadata {
    /// The words of the program.
    pub data: Vec<Felt252>,
    /// The builtins that it uses.
    pub builtins: Vec<BuiltinName>,
    /// The offset of its main function.
    pub main: u64,
    /// The segments.
    pub segments: PieSegments,
}

/// The segments of a PIE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PieSegments {
    /// The program.
    pub program: SegmentInfo,
    /// The stack.
    pub execution: SegmentInfo,
    /// What the first frame pointer points to.
    pub ret_fp: SegmentInfo,
    /// Where the run ends.
    pub ret_pc: SegmentInfo,
    /// The builtins, in their order.
    pub builtins: Vec<(BuiltinName, SegmentInfo)>,
    /// All others.
    pub extra: Vec<SegmentInfo>,
}

/// The place and size of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub(crate) struct SegmentInfo {
    /// Its index.
    pub index: u64,
    /// Its size.
    pub size: u64,
}

/// What a builtin knows besides its cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AdditionalData {
    /// Nothing.
    None,
    /// The addresses whose values were computed (pedersen).
    Addresses(Vec<(u64, u64)>),
    /// Signatures by the address of their public key (ecdsa).
    Signatures(Vec<((u64, u64), (Felt252, Felt252))>),
    /// Pages and attributes (output).
    Output(OutputData),
}

/// Pages and attributes of the output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OutputData {
    /// Start and size of each page, by id.
    pub pages: BTreeMap<u64, (u64, u64)>,
    /// A JSON object, as Python writes it.
    pub attributes_json: String,
}

/// What a run used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ExecutionResources {
    /// Steps.
    pub n_steps: u64,
    /// Cells below the end of a segment that no instruction used.
    pub n_memory_holes: u64,
    /// Instances of each builtin, in the order of the builtins.
    pub builtin_instances: Vec<(BuiltinName, u64)>,
}

const VERSION: &str = "1.1";

/// The format has 16 bits for a segment's index.
pub(super) const MAX_SEGMENTS: usize = 1 << 16;

impl Pie {
    /// The PIE of a run that has ended. `output_attributes` are those of the output builtin as a JSON
    /// object, when hints set any.
    pub(crate) async fn of_run(
        runner: &CairoRunner,
        shape: &RunShape,
        original_steps: u64,
        output_attributes: Option<&str>,
        slices: Slices<'_>,
    ) -> Result<Self, RunFailure> {
        let vm = &runner.vm;
        let segments = pie_segments(vm, shape)?;
        let program = runner
            .get_program()
            .get_stripped_program()
            .map_err(|_| RunFailure::assertion("Missing main()."))?;
        let data = program
            .data
            .iter()
            .map(|word| match word {
                MaybeRelocatable::Int(word) => *word,
                MaybeRelocatable::RelocatableValue(_) => Felt252::ZERO,
            })
            .collect();
        let mut additional_data = Vec::new();
        let mut builtin_instances = Vec::new();
        for builtin in &vm.builtin_runners {
            let name = builtin.name();
            additional_data.push((name, additional_data_of(builtin, output_attributes)));
            let used = vm.get_segment_used_size(builtin.base()).unwrap_or(0);
            let instances = match builtin {
                BuiltinRunner::Output(_) => used,
                builtin => used.div_ceil(builtin.cells_per_instance().max(1) as usize),
            };
            builtin_instances.push((name, instances as u64));
        }
        Ok(Self {
            metadata: PieMetadata {
                data,
                builtins: shape.program_builtins.clone(),
                main: program.main as u64,
                segments,
            },
            memory: memory(vm, slices).await,
            additional_data,
            execution_resources: ExecutionResources {
                n_steps: original_steps,
                n_memory_holes: memory_holes(vm, shape, slices).await.0,
                builtin_instances,
            },
            version: VERSION.to_string(),
        })
    }

    /// The attributes of the output, if there is an output.
    pub(crate) fn output_attributes(&self) -> Option<&str> {
        self.additional_data
            .iter()
            .find_map(|(_, data)| match data {
                AdditionalData::Output(output) => Some(output.attributes_json.as_str()),
                _ => None,
            })
    }
}

/// The segments of the builtins, with the sizes that the program returned.
pub(crate) fn builtin_segments(
    vm: &VirtualMachine,
) -> Result<Vec<(BuiltinName, SegmentInfo)>, RunFailure> {
    let mut infos = Vec::new();
    for builtin in &vm.builtin_runners {
        let name = builtin.name();
        let start = match builtin {
            BuiltinRunner::Output(_) => output_base(vm).map_or(0, |(_, start)| start),
            _ => 0,
        };
        if start != 0 {
            return Err(RunFailure::assertion(format!(
                "Unexpected {} segment begin_addr {start}.",
                name.to_str()
            )));
        }
        let (index, stop) = builtin.get_memory_segment_addresses();
        let Some(size) = stop else {
            return Err(RunFailure::assertion(format!(
                "{} segment stop ptr is None.",
                name.to_str()
            )));
        };
        let info = SegmentInfo {
            index: index as u64,
            size: size as u64,
        };
        infos.push((name, info));
    }
    Ok(infos)
}

fn pie_segments(vm: &VirtualMachine, shape: &RunShape) -> Result<PieSegments, RunFailure> {
    if vm.segments.num_segments() > MAX_SEGMENTS {
        return Err(RunFailure::assertion(format!(
            "a Cairo PIE cannot have more than {MAX_SEGMENTS} segments"
        )));
    }
    let builtins = builtin_segments(vm)?;
    let size = |segment: u64| vm.get_segment_size(segment as usize).unwrap_or(0) as u64;
    let returned = |index: usize, name: &str| {
        let address = Relocatable::from((1, shape.program_builtins.len() + index));
        let pointer = match vm.get_maybe(&address) {
            Some(MaybeRelocatable::RelocatableValue(pointer)) => pointer,
            Some(value) => {
                return Err(RunFailure::assertion(format!(
                    "Expecting a relocatable value got {value}."
                )));
            }
            None => return Err(RunFailure::unknown_memory(address)),
        };
        let segment = pointer.segment_index as u64;
        if size(segment) != 0 {
            return Err(RunFailure::assertion(format!(
                "Unexpected {name}_segment size {}",
                size(segment)
            )));
        }
        if pointer.offset != 0 {
            return Err(RunFailure::assertion("Expecting a 0 offset."));
        }
        Ok(SegmentInfo {
            index: segment,
            size: 0,
        })
    };
    let ret_fp = returned(0, "ret_fp")?;
    let ret_pc = returned(1, "ret_pc")?;
    let mut known: Vec<_> = builtins.iter().map(|(_, info)| info.index).collect();
    known.extend([0, 1, ret_fp.index, ret_pc.index]);
    let extra = (0..vm.segments.num_segments() as u64)
        .filter(|index| !known.contains(index))
        .map(|index| SegmentInfo {
            index,
            size: size(index),
        })
        .collect();
    Ok(PieSegments {
        program: SegmentInfo {
            index: 0,
            size: shape.program_size as u64,
        },
        execution: SegmentInfo {
            index: 1,
            size: vm.get_ap().offset as u64,
        },
        ret_fp,
        ret_pc,
        builtins,
        extra,
    })
}

async fn memory(vm: &VirtualMachine, slices: Slices<'_>) -> PieMemory {
    let mut memory = PieMemory::new();
    for segment in segments(vm) {
        for part in parts(vm, segment, 0..usize::MAX) {
            slices.look().await;
            let found = cells_in(vm, segment, part);
            memory.extend(found.map(|(address, value)| (place(address), value)));
        }
    }
    memory
}

fn place(address: Relocatable) -> (u64, u64) {
    (address.segment_index as u64, address.offset as u64)
}

fn additional_data_of(builtin: &BuiltinRunner, output_attributes: Option<&str>) -> AdditionalData {
    match builtin.get_additional_data() {
        BuiltinAdditionalData::Hash(addresses) => {
            AdditionalData::Addresses(addresses.into_iter().map(place).collect())
        }
        BuiltinAdditionalData::Signature(signatures) => AdditionalData::Signatures(
            signatures
                .into_iter()
                .map(|(address, signature)| (place(address), signature))
                .collect(),
        ),
        BuiltinAdditionalData::Output(output) => AdditionalData::Output(OutputData {
            pages: output
                .pages
                .into_iter()
                .map(|(id, page)| (id as u64, (page.start as u64, page.size as u64)))
                .collect(),
            attributes_json: match output_attributes {
                Some(attributes) => attributes.to_string(),
                None => attributes_json(&output.attributes),
            },
        }),
        BuiltinAdditionalData::Empty(_) | BuiltinAdditionalData::None => AdditionalData::None,
    }
}

fn attributes_json(attributes: &BTreeMap<String, Vec<usize>>) -> String {
    let mut bytes = Vec::new();
    let mut json = PythonJson::compact(&mut bytes);
    let written = (|| -> io::Result<()> {
        json.begin('{')?;
        for (name, numbers) in attributes {
            json.key(name)?;
            json.begin('[')?;
            for number in numbers {
                json.raw(number)?;
            }
            json.end(']')?;
        }
        json.end('}')
    })();
    written.expect("writing to a vector cannot fail");
    String::from_utf8(bytes).expect("only ASCII was written")
}

/// The number of cells below the end of a segment that no instruction and no builtin used, and whether no segment has
/// more cells that were used than it is long.
pub(crate) async fn memory_holes(
    vm: &VirtualMachine,
    shape: &RunShape,
    slices: Slices<'_>,
) -> (u64, bool) {
    let (mut holes, mut sound) = (0, true);
    for segment in segments(vm) {
        let Some(used) = used_cells(vm, shape, segment, slices).await else {
            continue;
        };
        let size = vm.get_segment_size(segment).unwrap_or(0) as u64;
        sound &= used <= size;
        holes += size.saturating_sub(used);
    }
    (holes, sound)
}

/// How many cells of a segment instructions and builtins used; nothing where they use all: that is so in the segments
/// of builtins, except for the output.
pub(crate) async fn used_cells(
    vm: &VirtualMachine,
    shape: &RunShape,
    segment: usize,
    slices: Slices<'_>,
) -> Option<u64> {
    let mut builtins = vm.builtin_runners.iter();
    let builtin = builtins.find(|builtin| builtin.base() == segment);
    if builtin.is_some_and(|builtin| builtin.name() != BuiltinName::output) {
        return None;
    }
    let used = if shape.zero_segment == Some(segment) {
        ZERO_SEGMENT_SIZE
    } else {
        accessed_cells(vm, segment, slices).await
    };
    Some(used as u64)
}

/// How many cells of a segment were used.
async fn accessed_cells(vm: &VirtualMachine, segment: usize, slices: Slices<'_>) -> usize {
    let memory = &vm.segments.memory;
    if !slices.are_made() {
        let accessed = memory.get_amount_of_accessed_addresses_for_segment(segment);
        return accessed.unwrap_or(0);
    }
    let mut accessed = 0;
    for offset in 0.. {
        if offset % slices::CELLS == 0 {
            slices.look().await;
        }
        let address = Relocatable::from((segment as isize, offset));
        match vm.is_accessed(&address) {
            Ok(is_accessed) => accessed += usize::from(is_accessed),
            // There is no such cell.
            Err(_) => break,
        }
    }
    accessed
}
