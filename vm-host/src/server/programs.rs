//! The uploaded programs, named by the hash of their bytes, parsed once and shared; the least recently
//! used ones are forgotten when they take too much room.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hint_proto::v1::{self, ProgramSummary};
use sha2::{Digest as _, Sha256};
use tonic::Status;

use super::error::{Problem, Reason, invalid};
use crate::program::ProgramError;
use crate::run::ProgramText;

/// What the name of a program begins with.
const PREFIX: &str = "programs/";
/// Digits of a hash.
const HASH_DIGITS: usize = 64;

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

    /// The program as callers get it.
    pub(super) fn to_wire(&self) -> v1::Program {
        v1::Program {
            name: format!("{PREFIX}{}", self.hash),
            program_hash: self.hash.clone(),
            summary: Some(self.summary()),
            size_bytes: self.text.json.len() as u64,
        }
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

#[derive(Debug)]
struct KeptProgram {
    /// When it was used last.
    used: u64,
    program: Arc<StoredProgram>,
    /// Who uploaded it; nobody else sees it in lists.
    owners: HashSet<Arc<str>>,
}

#[derive(Debug, Default)]
struct Kept {
    programs: HashMap<String, KeptProgram>,
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

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a program that `owner` uploaded, at the expense of those that were not used for longest.
    pub(super) fn add(&self, program: Arc<StoredProgram>, owner: Arc<str>) {
        let mut kept = self.lock();
        kept.clock += 1;
        let now = kept.clock;
        if let Some(known) = kept.programs.get_mut(&program.hash) {
            known.used = now;
            known.owners.insert(owner);
            return;
        }
        kept.bytes += program.cost();
        let known = KeptProgram {
            used: now,
            program: Arc::clone(&program),
            owners: HashSet::from([owner]),
        };
        kept.programs.insert(program.hash.clone(), known);
        while kept.bytes > self.limit && kept.programs.len() > 1 {
            let oldest = kept.programs.iter().min_by_key(|(_, known)| known.used);
            let Some(hash) = oldest.map(|(hash, _)| hash.clone()) else {
                break;
            };
            kept.remove(&hash);
        }
    }

    /// The program of that hash.
    pub(super) fn get(&self, hash: &str) -> Option<Arc<StoredProgram>> {
        let mut kept = self.lock();
        kept.clock += 1;
        let now = kept.clock;
        let known = kept.programs.get_mut(hash)?;
        known.used = now;
        Some(Arc::clone(&known.program))
    }

    /// A program that `owner` uploaded, by its name.
    pub(super) fn of(&self, owner: &Arc<str>, name: &str) -> Result<Arc<StoredProgram>, Status> {
        let hash = hash_in(name)?;
        let kept = self.lock();
        let known = kept.programs.get(hash);
        let known = known.filter(|known| known.owners.contains(owner));
        let known = known.ok_or_else(|| unknown_program(hash))?;
        Ok(Arc::clone(&known.program))
    }

    /// The programs that `owner` uploaded, by their hashes, from the one that `token` names on.
    pub(super) fn list(
        &self,
        owner: &Arc<str>,
        token: &str,
    ) -> Result<Vec<Arc<StoredProgram>>, Status> {
        if !token.bytes().all(|byte| byte.is_ascii_hexdigit()) || token.len() > HASH_DIGITS {
            let text = "the page_token is none of this server's";
            return Err(invalid("page_token", Reason::BadPageToken, text));
        }
        let kept = self.lock();
        let own = kept.programs.values();
        let own = own.filter(|known| known.owners.contains(owner));
        let mut own: Vec<_> = own.map(|known| Arc::clone(&known.program)).collect();
        own.retain(|program| program.hash.as_str() >= token);
        own.sort_unstable_by(|first, second| first.hash.cmp(&second.hash));
        Ok(own)
    }

    /// Forgets that `owner` uploaded a program; without an owner it is gone.
    pub(super) fn forget(&self, owner: &Arc<str>, name: &str) -> Result<(), Status> {
        let hash = hash_in(name)?;
        let mut kept = self.lock();
        let known = kept.programs.get_mut(hash);
        let owners = known.map(|known| (known.owners.remove(owner), known.owners.is_empty()));
        match owners {
            Some((true, true)) => kept.remove(hash),
            Some((true, false)) => {}
            Some((false, _)) | None => return Err(unknown_program(hash)),
        }
        Ok(())
    }
}

impl Kept {
    fn remove(&mut self, hash: &str) {
        if let Some(known) = self.programs.remove(hash) {
            self.bytes -= known.program.cost();
        }
    }
}

fn hash_in(name: &str) -> Result<&str, Status> {
    name.strip_prefix(PREFIX).ok_or_else(|| {
        let name: String = name.chars().take(80).collect();
        let text = format!("`{name}` is no name of a program, which begins with `{PREFIX}`");
        invalid("name", Reason::BadName, text)
    })
}

/// A program that does not exist, or not for this caller.
pub(super) fn unknown_program(hash: &str) -> Status {
    let hash: String = hash.chars().take(HASH_DIGITS).collect();
    let problem = Problem::new(
        Reason::ProgramNotFound,
        format!("there is no program `{hash}`"),
    );
    problem.resource("cairohints.v1.Program", &hash).into()
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
        let owner = || Arc::<str>::from("somebody");
        programs.add(Arc::clone(&first), owner());
        programs.add(Arc::clone(&second), owner());
        assert!(programs.get(&first.hash).is_some());
        programs.add(Arc::clone(&third), owner());
        assert!(programs.get(&second.hash).is_none());
        assert!(programs.get(&first.hash).is_some());
        assert!(programs.get(&third.hash).is_some());
    }

    #[test]
    fn programs_are_seen_by_those_who_uploaded_them() {
        let (first, second) = (program(1), program(2));
        let programs = Programs::new(u64::MAX);
        let [one, other] = ["one", "other"].map(Arc::<str>::from);
        let name = |program: &StoredProgram| format!("programs/{}", program.hash);
        programs.add(Arc::clone(&first), Arc::clone(&one));
        programs.add(Arc::clone(&second), Arc::clone(&one));
        programs.add(Arc::clone(&first), Arc::clone(&other));
        let listed = |owner, token| {
            let programs = programs.list(owner, token).unwrap();
            programs
                .iter()
                .map(|program| program.hash.clone())
                .collect::<Vec<_>>()
        };
        let mut both = vec![first.hash.clone(), second.hash.clone()];
        both.sort();
        assert_eq!(listed(&one, ""), both);
        assert_eq!(listed(&one, &both[1]), both[1..]);
        assert_eq!(listed(&other, ""), std::slice::from_ref(&first.hash));
        assert!(programs.of(&other, &name(&second)).is_err());
        assert!(programs.list(&one, "x").is_err());
        // Whoever has uploaded it, too, keeps it.
        programs.forget(&one, &name(&first)).unwrap();
        assert!(programs.forget(&one, &name(&first)).is_err());
        assert!(programs.of(&one, &name(&first)).is_err());
        assert!(programs.of(&other, &name(&first)).is_ok());
        programs.forget(&other, &name(&first)).unwrap();
        assert!(programs.get(&first.hash).is_none());
        assert!(programs.of(&one, &second.hash).is_err());
    }
}
