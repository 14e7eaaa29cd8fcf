//! Reading a Cairo PIE that somebody else made. The zip file is hostile until it has proved otherwise: the
//! names of its parts are fixed, and what they unpack to is bounded in size and in proportion.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use cairo_vm::Felt252;
use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use num_bigint::BigUint;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::{
    AdditionalData, ExecutionResources, OutputData, Pie, PieMemory, PieMetadata, PieSegments,
    SegmentInfo,
};
use crate::vm::python_json;

/// Largest unpacked size of all parts together.
const MAX_SIZE: u64 = 2 << 30;
/// Largest unpacked size of a JSON part.
const MAX_JSON: u64 = 256 << 20;
/// Largest unpacked size of a part that only has a few numbers.
const MAX_SMALL_PART: u64 = 10_000;
/// How much larger the parts may be than the file, once they are larger than [`RATIO_FREE`].
const MAX_RATIO: u64 = 100;
/// Unpacked size below which the proportion does not matter.
const RATIO_FREE: u64 = 1 << 20;

const METADATA: &str = "metadata.json";
const MEMORY: &str = "memory.bin";
const ADDITIONAL_DATA: &str = "additional_data.json";
const EXECUTION_RESOURCES: &str = "execution_resources.json";
const VERSION: &str = "version.json";

/// Why a file is no Cairo PIE.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PieError {
    /// It cannot be read.
    #[error("cannot read it: {0}")]
    Io(#[from] io::Error),
    /// It is no zip file, or not one of this kind.
    #[error("{0}")]
    Zip(String),
    /// A part does not say what it should.
    #[error("invalid `{part}`: {reason}")]
    Part {
        /// The part.
        part: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// Reads a Cairo PIE. What it says is not checked yet.
pub(crate) fn read_pie(path: &Path) -> Result<Pie, PieError> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    read(BufReader::new(file), size)
}

fn read(mut file: impl Read + Seek, file_size: u64) -> Result<Pie, PieError> {
    let mut prefix = [0; 2];
    let is_zip = file.read_exact(&mut prefix).is_ok() && prefix == *b"PK";
    if !is_zip {
        return Err(PieError::Zip("Invalid prefix for zip file.".to_string()));
    }
    let archive = ZipArchive::new(file).map_err(zip_error)?;
    let budget = MAX_SIZE.min((file_size * MAX_RATIO).max(RATIO_FREE));
    let mut parts = Parts { archive, budget };
    parts.check_names()?;
    let metadata: MetadataJson = parts.json(METADATA, MAX_JSON)?;
    let memory = memory(&parts.read(MEMORY, MAX_SIZE)?)?;
    let data: BTreeMap<String, Value> = parts.json(ADDITIONAL_DATA, MAX_JSON)?;
    let resources: ResourcesJson = parts.json(EXECUTION_RESOURCES, MAX_SMALL_PART)?;
    let version = if parts.has(VERSION) {
        parts
            .json::<VersionJson>(VERSION, MAX_SMALL_PART)?
            .cairo_pie
    } else {
        "1.0".to_string()
    };
    if !version.starts_with("1.") {
        return Err(PieError::Zip("Incompatible Cairo-PIE version.".to_string()));
    }
    let metadata = metadata.resolve()?;
    let additional_data = data
        .into_iter()
        .map(|(name, value)| {
            let builtin = suffixed_builtin(ADDITIONAL_DATA, &name)?;
            Ok((builtin, additional_data(builtin, value)?))
        })
        .collect::<Result<_, PieError>>()?;
    Ok(Pie {
        metadata,
        memory,
        additional_data,
        execution_resources: resources.resolve()?,
        version,
    })
}

struct Parts<R> {
    archive: ZipArchive<R>,
    /// How much may still be unpacked.
    budget: u64,
}

impl<R: Read + Seek> Parts<R> {
    fn check_names(&mut self) -> Result<(), PieError> {
        let mut names = Vec::new();
        for index in 0..self.archive.len().min(16) {
            let part = self.archive.by_index_raw(index).map_err(zip_error)?;
            if part.compression() != CompressionMethod::Deflated {
                return Err(PieError::Zip("Invalid compress type.".to_string()));
            }
            names.push(part.name().to_string());
        }
        if !names.iter().any(|name| name == VERSION) {
            names.push(VERSION.to_string());
        }
        names.sort_unstable();
        let mut expected = [
            METADATA,
            MEMORY,
            ADDITIONAL_DATA,
            EXECUTION_RESOURCES,
            VERSION,
        ];
        expected.sort_unstable();
        if names != expected {
            return Err(PieError::Zip(
                "Invalid list of inner files in the CairoPIE zip.".to_string(),
            ));
        }
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        self.archive.file_names().any(|part| part == name)
    }

    /// Unpacks a part. The size that the zip file claims is not trusted.
    fn read(&mut self, name: &'static str, limit: u64) -> Result<Vec<u8>, PieError> {
        let limit = limit.min(self.budget);
        let part = self.archive.by_name(name).map_err(zip_error)?;
        let mut bytes = Vec::new();
        part.take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| PieError::Part {
                part: name,
                reason: error.to_string(),
            })?;
        if bytes.len() as u64 > limit {
            return Err(PieError::Part {
                part: name,
                reason: format!("it unpacks to more than {limit} bytes"),
            });
        }
        self.budget -= bytes.len() as u64;
        Ok(bytes)
    }

    fn json<T: DeserializeOwned>(&mut self, name: &'static str, limit: u64) -> Result<T, PieError> {
        let bytes = self.read(name, limit)?;
        serde_json::from_slice(&bytes).map_err(|error| invalid(name, error))
    }
}

#[derive(Deserialize)]
struct MetadataJson {
    program: ProgramJson,
    program_segment: SegmentInfo,
    execution_segment: SegmentInfo,
    ret_fp_segment: SegmentInfo,
    ret_pc_segment: SegmentInfo,
    builtin_segments: BTreeMap<String, SegmentInfo>,
    extra_segments: Vec<SegmentInfo>,
}

#[derive(Deserialize)]
struct ProgramJson {
    prime: Number,
    data: Vec<Number>,
    builtins: Vec<String>,
    main: u64,
}

#[derive(Deserialize)]
struct ResourcesJson {
    n_steps: u64,
    #[serde(default)]
    n_memory_holes: u64,
    builtin_instance_counter: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct VersionJson {
    cairo_pie: String,
}

impl MetadataJson {
    fn resolve(self) -> Result<PieMetadata, PieError> {
        let prime = Felt252::MAX.to_biguint() + 1_u32;
        if self.program.prime.to_string() != prime.to_string() {
            return Err(invalid(
                METADATA,
                format_args!("unsupported prime `{}`", self.program.prime),
            ));
        }
        let builtin = |name: &str| {
            BuiltinName::from_str(name)
                .ok_or_else(|| invalid(METADATA, format_args!("unknown builtin `{name}`")))
        };
        let mut segments = self
            .builtin_segments
            .iter()
            .map(|(name, info)| Ok((builtin(name)?, *info)))
            .collect::<Result<Vec<_>, PieError>>()?;
        segments.sort_by_key(|(_, info)| info.index);
        Ok(PieMetadata {
            data: self
                .program
                .data
                .iter()
                .map(|word| felt(METADATA, word))
                .collect::<Result<_, _>>()?,
            builtins: self
                .program
                .builtins
                .iter()
                .map(|name| builtin(name))
                .collect::<Result<_, _>>()?,
            main: self.program.main,
            segments: PieSegments {
                program: self.program_segment,
                execution: self.execution_segment,
                ret_fp: self.ret_fp_segment,
                ret_pc: self.ret_pc_segment,
                builtins: segments,
                extra: self.extra_segments,
            },
        })
    }
}

impl ResourcesJson {
    fn resolve(self) -> Result<ExecutionResources, PieError> {
        let builtin_instances = self
            .builtin_instance_counter
            .into_iter()
            .map(|(name, count)| Ok((suffixed_builtin(EXECUTION_RESOURCES, &name)?, count)))
            .collect::<Result<_, PieError>>()?;
        Ok(ExecutionResources {
            n_steps: self.n_steps,
            n_memory_holes: self.n_memory_holes,
            builtin_instances,
        })
    }
}

fn suffixed_builtin(part: &'static str, name: &str) -> Result<BuiltinName, PieError> {
    BuiltinName::from_str_with_suffix(name)
        .ok_or_else(|| invalid(part, format_args!("unknown builtin `{name}`")))
}

fn felt(part: &'static str, number: &Number) -> Result<Felt252, PieError> {
    let text = number.to_string();
    // No felt has more digits; parsing a longer number would take quadratic time.
    let value = (text.len() <= 77)
        .then(|| BigUint::parse_bytes(text.as_bytes(), 10))
        .flatten()
        .filter(|value| *value <= Felt252::MAX.to_biguint())
        .ok_or_else(|| invalid(part, "a number is not a field element"))?;
    Ok(Felt252::from(&value))
}

fn memory(bytes: &[u8]) -> Result<PieMemory, PieError> {
    if !bytes.len().is_multiple_of(40) {
        return Err(invalid(
            MEMORY,
            "Data must consist of pairs of address (8 bytes) and value (32 bytes).",
        ));
    }
    let unpack = |number: u64| ((number >> 47) & 0xffff, number & ((1 << 47) - 1));
    let low = |bytes: &[u8]| {
        let mut low = [0; 8];
        low.copy_from_slice(&bytes[..8]);
        u64::from_le_bytes(low)
    };
    let mut cells = Vec::with_capacity(bytes.len() / 40);
    for cell in bytes.chunks_exact(40) {
        let (address, value) = cell.split_at(8);
        let address = low(address);
        if address >> 63 == 0 {
            return Err(invalid(MEMORY, "Invalid memory cell address."));
        }
        let value = if value[31] & 0x80 == 0 {
            let number = BigUint::from_bytes_le(value);
            if number > Felt252::MAX.to_biguint() {
                return Err(invalid(MEMORY, "a value is not a field element"));
            }
            MaybeRelocatable::Int(Felt252::from(&number))
        } else {
            let (segment, offset) = unpack(low(value));
            Relocatable::from((segment as isize, offset as usize)).into()
        };
        cells.push((unpack(address), value));
    }
    cells.sort_by_key(|(address, _)| *address);
    // A cell that is there twice has the value that comes last.
    cells.reverse();
    cells.dedup_by_key(|(address, _)| *address);
    cells.reverse();
    Ok(cells)
}

fn additional_data(builtin: BuiltinName, value: Value) -> Result<AdditionalData, PieError> {
    let parse_error = |error: serde_json::Error| invalid(ADDITIONAL_DATA, error);
    match (builtin, value) {
        (BuiltinName::pedersen, value) => serde_json::from_value(value)
            .map(AdditionalData::Addresses)
            .map_err(parse_error),
        (BuiltinName::ecdsa, value) => {
            type Signature = ((u64, u64), (Number, Number));
            let signatures: Vec<Signature> = serde_json::from_value(value).map_err(parse_error)?;
            signatures
                .iter()
                .map(|(address, (r, s))| {
                    Ok((
                        *address,
                        (felt(ADDITIONAL_DATA, r)?, felt(ADDITIONAL_DATA, s)?),
                    ))
                })
                .collect::<Result<_, PieError>>()
                .map(AdditionalData::Signatures)
        }
        (BuiltinName::output, value) => {
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields)]
            struct OutputJson {
                pages: BTreeMap<u64, (u64, u64)>,
                attributes: Map<String, Value>,
            }
            let output: OutputJson = serde_json::from_value(value).map_err(parse_error)?;
            let in_range = |number: u64| 0 < number && number < 1 << 30;
            if !output
                .pages
                .values()
                .all(|&(start, size)| in_range(start) && in_range(size))
            {
                return Err(invalid(
                    ADDITIONAL_DATA,
                    "Invalid output builtin pages field.",
                ));
            }
            Ok(AdditionalData::Output(OutputData {
                pages: output.pages,
                attributes_json: python_json::dumps(&Value::Object(output.attributes)),
            }))
        }
        (_, _) => Ok(AdditionalData::None),
    }
}

fn invalid(part: &'static str, reason: impl std::fmt::Display) -> PieError {
    PieError::Part {
        part,
        reason: reason.to_string(),
    }
}

fn zip_error(error: ZipError) -> PieError {
    match error {
        ZipError::Io(error) => PieError::Io(error),
        error => PieError::Zip(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
