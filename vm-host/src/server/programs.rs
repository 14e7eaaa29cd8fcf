//! The uploaded programs, named by the hash of their bytes, parsed once and shared; the least recently
//! used ones are forgotten when they take too much room.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use hint_proto::v1::ProgramSummary;
use sha2::{Digest as _, Sha256};

use crate::program::ProgramError;
use crate::run::ProgramText;

/// An uploaded program.
#[derive(Debug)]
pub(super) struct StoredProgram {
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub(super) hash: String,
    /// The program.
    pub(super) text: ProgramText,
}

impl StoredProgram {
    /// Parses a program. Takes a while for large ones.
    pub(super) fn parse(json: Vec<u8>) -> Result<Self, ProgramError> {
        let hash = hexadecimal(&Sha256::digest(&json));
        let text = ProgramText::read(json)?;
        Ok(Self { hash, text })
    }

    pub(super) fn summary(&self) -> ProgramSummary {
        let program = &self.text.program;
        ProgramSummary {
            builtins: program
                .builtins()
                .iter()
                .map(|name| name.to_str().to_owned())
                .collect(),
            data_cells: program.data().len() as u64,
            hints: u32::try_from(program.hints().len()).unwrap_or(u32::MAX),
            compiler_version: program.compiler_version().unwrap_or_default().to_owned(),
        }
    }

    /// Bytes that the program is counted with: its text, and about as much again for what was parsed.
    fn cost(&self) -> u64 {
        2 * self.text.json.len() as u64
    }
}

/// Lower-case hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The programs that are kept.
#[derive(Debug)]
pub(super) struct Programs {
    limit: u64,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    programs: HashMap<String, (u64, Arc<StoredProgram>)>,
    bytes: u64,
    clock: u64,
}

impl Programs {
    pub(super) fn new(limit: u64) -> Self {
        Self {
            limit,
            kept: Mutex::default(),
        }
    }

    /// Keeps a program, at the expense of those that were not used for longest.
    pub(super) fn add(&self, program: Arc<StoredProgram>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clock += 1;
        let now = kept.clock;
        if let Some((used, _)) = kept.programs.get_mut(&program.hash) {
            *used = now;
            return;
        }
        kept.bytes += program.cost();
        kept.programs.insert(program.hash.clone(), (now, program));
        while kept.bytes > self.limit && kept.programs.len() > 1 {
            let oldest = kept.programs.iter().min_by_key(|(_, (used, _))| *used);
            let Some(hash) = oldest.map(|(hash, _)| hash.clone()) else {
                break;
            };
            if let Some((_, program)) = kept.programs.remove(&hash) {
                kept.bytes -= program.cost();
            }
        }
    }

    /// The program of that hash.
    pub(super) fn get(&self, hash: &str) -> Option<Arc<StoredProgram>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clock += 1;
        let now = kept.clock;
        let (used, program) = kept.programs.get_mut(hash)?;
        *used = now;
        Some(Arc::clone(program))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(word: u32) -> Arc<StoredProgram> {
        let json = format!(
            r#"{{"prime":"0x800000000000011000000000000000000000000000000000000000000000001","builtins":[],
            "data":["0x{word:08x}"],"identifiers":{{}},"hints":{{}},"reference_manager":{{"references":[]}}}}"#
        );
        Arc::new(StoredProgram::parse(json.into_bytes()).unwrap())
    }

    #[test]
    fn the_least_recently_used_program_goes_first() {
        let (first, second, third) = (program(1), program(2), program(3));
        let programs = Programs::new(2 * first.cost());
        programs.add(Arc::clone(&first));
        programs.add(Arc::clone(&second));
        assert!(programs.get(&first.hash).is_some());
        programs.add(Arc::clone(&third));
        assert!(programs.get(&second.hash).is_none());
        assert!(programs.get(&first.hash).is_some());
        assert!(programs.get(&third.hash).is_some());
    }
}
