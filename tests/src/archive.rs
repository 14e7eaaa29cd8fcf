//! Cairo PIE archives and AIR inputs as JSON, in the form in which records keep them. Knows the
//! members of the archive, not their meaning.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::artefact::{number, sha256};

const MEMORY_CELL_BYTES: usize = 40;
// An archive of the corpus is small; a larger member is an error, not a reason to run out of memory.
const MAX_MEMBER_BYTES: u64 = 256 << 20;

/// The members of a Cairo PIE.
///
/// # Errors
/// If it cannot be read or lacks its structure.
pub fn read_pie(path: &Path) -> Result<Value, String> {
    let file = File::open(path).map_err(|error| format!("cannot open the PIE: {error}"))?;
    let mut archive =
        zip::ZipArchive::new(file).map_err(|error| format!("the PIE is no archive: {error}"))?;
    let mut members = Map::new();
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(|error| error.to_string())?;
        let name = member.name().to_owned();
        let mut data = Vec::new();
        member
            .take(MAX_MEMBER_BYTES)
            .read_to_end(&mut data)
            .map_err(|error| error.to_string())?;
        let value = if name == "memory.bin" {
            memory_member(&data)?
        } else {
            serde_json::from_slice(&data).map_err(|error| format!("`{name}`: {error}"))?
        };
        members.insert(name, value);
    }
    let program = members
        .get_mut("metadata.json")
        .and_then(|metadata| metadata.get_mut("program"))
        .and_then(Value::as_object_mut)
        .ok_or("the PIE has no program")?;
    let data = program
        .remove("data")
        .ok_or("the PIE's program has no data")?;
    let words: Vec<String> = data
        .as_array()
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    program.insert(
        "data_sha256".to_owned(),
        json!(sha256(words.join(",").as_bytes())),
    );
    Ok(Value::Object(members))
}

fn memory_member(data: &[u8]) -> Result<Value, String> {
    if !data.len().is_multiple_of(MEMORY_CELL_BYTES) {
        return Err(format!("the PIE's memory has {} bytes", data.len()));
    }
    let mut cells: Vec<&[u8]> = data.chunks_exact(MEMORY_CELL_BYTES).collect();
    cells.sort_by_key(|cell| number(cell));
    // The recorder writes the address big-endian, so that its bytes sort like the number.
    let ordered: Vec<u8> = cells
        .iter()
        .flat_map(|cell| {
            number(cell)
                .to_be_bytes()
                .into_iter()
                .chain(cell[8..].iter().copied())
        })
        .collect();
    Ok(json!({"cells": cells.len(), "sha256": sha256(&ordered)}))
}

/// The AIR inputs, without the paths of the other files; the public memory as digest.
///
/// # Errors
/// If one cannot be read.
pub fn read_air_inputs(public: &Path, private: &Path) -> Result<Value, String> {
    let mut public = read_object(public)?;
    let memory = public
        .remove("public_memory")
        .ok_or("the public input has no public memory")?;
    let entries = memory.as_array().ok_or("the public memory is no list")?;
    let lines: Vec<String> = entries
        .iter()
        .map(|entry| {
            let page = entry
                .get("page")
                .map_or("0".to_owned(), ToString::to_string);
            let value = entry["value"].as_str().unwrap_or("no text");
            format!("{} {page} {value}", entry["address"])
        })
        .collect();
    let digest = sha256(lines.join("\n").as_bytes());
    public.insert(
        "public_memory".to_owned(),
        json!({"entries": entries.len(), "sha256": digest}),
    );
    let mut private = read_object(private)?;
    private.remove("trace_path");
    private.remove("memory_path");
    Ok(json!({"public": public, "private": private}))
}

fn read_object(path: &Path) -> Result<Map<String, Value>, String> {
    let text =
        fs::read(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("`{}`: {error}", path.display()))
}
