//! The zip file of a Cairo PIE, as the reference VM writes it.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Write};

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::MaybeRelocatable;
use zip::write::FileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{AdditionalData, ExecutionResources, Pie, PieMetadata, SegmentInfo, place};
use crate::vm::error_text::decimal;
use crate::vm::python_json::PythonJson;
use crate::vm::slices::{self, Slices};

impl Pie {
    /// Writes the zip file. `merge` puts all extra segments into one.
    pub(crate) async fn write(
        &self,
        writer: &mut dyn Write,
        merge: bool,
        slices: Slices<'_>,
    ) -> io::Result<()> {
        let mut metadata = self.metadata.clone();
        let mut moved = BTreeMap::new();
        if merge && let Some(first) = metadata.segments.extra.first().copied() {
            let mut size = 0;
            for segment in &metadata.segments.extra {
                moved.insert(segment.index, (first.index, size));
                size += segment.size;
            }
            metadata.segments.extra = vec![SegmentInfo { size, ..first }];
        }
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        // Python opens the entries of a new archive with these permissions.
        let options = FileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(0o600);
        zip.start_file("metadata.json", options)?;
        write_metadata(&mut zip, &metadata)?;
        zip.start_file("memory.bin", options.large_file(true))?;
        self.write_memory(&mut zip, &moved, slices).await?;
        zip.start_file("additional_data.json", options)?;
        self.write_additional_data(&mut zip)?;
        zip.start_file("execution_resources.json", options)?;
        self.execution_resources.write(&mut zip)?;
        zip.start_file("version.json", options)?;
        let mut json = PythonJson::compact(&mut zip);
        json.begin('{')?;
        json.string_entry("cairo_pie", &self.version)?;
        json.end('}')?;
        writer.write_all(&zip.finish()?.into_inner())
    }

    /// Cells of 8 + 32 bytes, little-endian; the highest bit marks a pointer.
    async fn write_memory(
        &self,
        writer: &mut impl Write,
        moved: &BTreeMap<u64, (u64, u64)>,
        slices: Slices<'_>,
    ) -> io::Result<()> {
        let pack = |(segment, offset): (u64, u64)| {
            let (segment, start) = moved.get(&segment).copied().unwrap_or((segment, 0));
            (1 << 63) + (segment << 47) + start + offset
        };
        for (count, (address, value)) in self.memory.iter().enumerate() {
            // They are compressed, which takes longer than to walk over them.
            if count % (slices::CELLS / 8) == 0 {
                slices.look().await;
            }
            let mut bytes = [0; 40];
            bytes[..8].copy_from_slice(&pack(*address).to_le_bytes());
            match value {
                MaybeRelocatable::Int(value) => bytes[8..].copy_from_slice(&value.to_bytes_le()),
                MaybeRelocatable::RelocatableValue(pointer) => {
                    // The marking bit is that of the 32-byte number.
                    let packed = pack(place(*pointer)) & !(1 << 63);
                    bytes[8..16].copy_from_slice(&packed.to_le_bytes());
                    bytes[39] = 0x80;
                }
            }
            writer.write_all(&bytes)?;
        }
        Ok(())
    }

    fn write_additional_data(&self, writer: &mut impl Write) -> io::Result<()> {
        let mut json = PythonJson::compact(writer);
        json.begin('{')?;
        for (name, data) in &self.additional_data {
            json.key(name.to_str_with_suffix())?;
            match data {
                AdditionalData::None => json.raw("null")?,
                AdditionalData::Addresses(addresses) => {
                    json.begin('[')?;
                    for (segment, offset) in addresses {
                        json.raw(format_args!("[{segment}, {offset}]"))?;
                    }
                    json.end(']')?;
                }
                AdditionalData::Signatures(signatures) => {
                    json.begin('[')?;
                    for ((segment, offset), (r, s)) in signatures {
                        let (r, s) = (decimal(r), decimal(s));
                        json.raw(format_args!("[[{segment}, {offset}], [{r}, {s}]]"))?;
                    }
                    json.end(']')?;
                }
                AdditionalData::Output(output) => {
                    json.begin('{')?;
                    json.key("pages")?;
                    json.begin('{')?;
                    for (id, (start, size)) in &output.pages {
                        json.key(&id.to_string())?;
                        json.raw(format_args!("[{start}, {size}]"))?;
                    }
                    json.end('}')?;
                    json.entry("attributes", &output.attributes_json)?;
                    json.end('}')?;
                }
            }
        }
        json.end('}')
    }
}

impl ExecutionResources {
    fn write(&self, writer: &mut impl Write) -> io::Result<()> {
        let mut json = PythonJson::compact(writer);
        json.begin('{')?;
        json.key("builtin_instance_counter")?;
        json.begin('{')?;
        for (name, instances) in &self.builtin_instances {
            json.entry(name.to_str_with_suffix(), instances)?;
        }
        json.end('}')?;
        json.entry("n_memory_holes", self.n_memory_holes)?;
        json.entry("n_steps", self.n_steps)?;
        json.end('}')
    }
}

fn write_metadata(writer: &mut impl Write, metadata: &PieMetadata) -> io::Result<()> {
    let mut json = PythonJson::compact(writer);
    let prime = Felt252::MAX.to_biguint() + 1_u32;
    json.begin('{')?;
    json.key("program")?;
    json.begin('{')?;
    json.entry("prime", prime)?;
    json.key("data")?;
    json.begin('[')?;
    for word in &metadata.data {
        json.raw(decimal(word))?;
    }
    json.end(']')?;
    json.key("builtins")?;
    json.begin('[')?;
    for name in &metadata.builtins {
        json.string(name.to_str())?;
    }
    json.end(']')?;
    json.entry("main", metadata.main)?;
    json.end('}')?;
    let segments = &metadata.segments;
    for (name, info) in [
        ("program_segment", &segments.program),
        ("execution_segment", &segments.execution),
        ("ret_fp_segment", &segments.ret_fp),
        ("ret_pc_segment", &segments.ret_pc),
    ] {
        json.key(name)?;
        write_segment(&mut json, info)?;
    }
    json.key("builtin_segments")?;
    json.begin('{')?;
    for (name, info) in &segments.builtins {
        json.key(name.to_str())?;
        write_segment(&mut json, info)?;
    }
    json.end('}')?;
    json.key("extra_segments")?;
    json.begin('[')?;
    for info in &segments.extra {
        write_segment(&mut json, info)?;
    }
    json.end(']')?;
    json.end('}')
}

fn write_segment<W: Write>(json: &mut PythonJson<W>, info: &SegmentInfo) -> io::Result<()> {
    json.begin('{')?;
    json.entry("index", info.index)?;
    json.entry("size", info.size)?;
    json.end('}')
}
