//! The uploaded programs, named by the hash of their bytes; the least recently used ones are forgotten when they
//! take too much room. Each tenant has its own, with a copy for each of those who uploaded the same: what one
//! does can be seen by no other, neither in what there is nor in how long an upload takes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hint_proto::v1::{self, ProgramSummary};
use sha2::{Digest as _, Sha256};
use tonic::Status;

use super::error::{Problem, Reason, invalid};
use super::tenants::{Tenant, TenantLimits};
use crate::account::Account;
use crate::hexadecimal::hexadecimal;
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
    /// Bytes of memory that it takes.
    memory: usize,
}

impl StoredProgram {
    /// Parses a program, which may take so many bytes of memory. Takes a while for large ones.
    pub(super) fn parse(json: Vec<u8>, max_memory: usize) -> Result<Self, ProgramError> {
        let account = Account::new(max_memory);
        let _charged = account.enter();
        let hash = hexadecimal(&Sha256::digest(&json));
        let text = ProgramText::read(json)?;
        let memory = account.used();
        Ok(Self { hash, text, memory })
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

    /// Bytes that the program is counted with: those of its large parts, and at least its text and about as
    /// much again for the small ones.
    fn cost(&self) -> u64 {
        let text = self.text.json.len();
        (2 * text).max(text + self.memory) as u64
    }
}

/// The programs that are kept.
#[derive(Debug)]
pub(super) struct Programs {
    /// Bytes of all of them.
    limit: u64,
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct KeptProgram {
    /// When it was used last.
    used: u64,
    program: Arc<StoredProgram>,
}

/// Those of one tenant, by their hashes.
#[derive(Debug, Default)]
struct Shelf {
    programs: HashMap<String, KeptProgram>,
    bytes: u64,
}

#[derive(Debug, Default)]
struct Kept {
    shelves: HashMap<Arc<str>, Shelf>,
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

    /// Keeps a program that `owner` uploaded, at the expense of its own that were not used for longest; when all
    /// tenants together have too much, at the expense of whoever has most.
    pub(super) fn add(&self, program: Arc<StoredProgram>, owner: &Tenant) {
        let mut kept = self.lock();
        kept.clock += 1;
        let used = kept.clock;
        let shelf = kept.shelves.entry(Arc::clone(&owner.name)).or_default();
        shelf.add(KeptProgram { used, program });
        shelf.shrink_to(&owner.limits);
        while kept.bytes() > self.limit {
            let largest = kept.shelves.values_mut().max_by_key(|shelf| shelf.bytes);
            // The last one stays, however large: it was just sent.
            match largest.filter(|shelf| shelf.programs.len() > 1) {
                Some(shelf) => shelf.drop_oldest(),
                None => break,
            }
        }
    }

    /// How many are kept, and how many bytes they are.
    pub(super) fn sizes(&self) -> (usize, u64) {
        let kept = self.lock();
        let count = kept.shelves.values().map(|shelf| shelf.programs.len());
        (count.sum(), kept.bytes())
    }

    /// The program of that hash that `owner` uploaded.
    pub(super) fn get(&self, owner: &str, hash: &str) -> Option<Arc<StoredProgram>> {
        let mut kept = self.lock();
        kept.clock += 1;
        let now = kept.clock;
        let known = kept.shelves.get_mut(owner)?.programs.get_mut(hash)?;
        known.used = now;
        Some(Arc::clone(&known.program))
    }

    /// A program that `owner` uploaded, by its name.
    pub(super) fn of(&self, owner: &str, name: &str) -> Result<Arc<StoredProgram>, Status> {
        let hash = hash_in(name)?;
        let kept = self.lock();
        let shelf = kept.shelves.get(owner);
        let known = shelf.and_then(|shelf| shelf.programs.get(hash));
        let known = known.ok_or_else(|| unknown_program(hash))?;
        Ok(Arc::clone(&known.program))
    }

    /// The programs that `owner` uploaded, by their hashes, from the one that `token` names on.
    pub(super) fn list(&self, owner: &str, token: &str) -> Result<Vec<Arc<StoredProgram>>, Status> {
        if !token.bytes().all(|byte| byte.is_ascii_hexdigit()) || token.len() > HASH_DIGITS {
            let text = "the page_token is none of this server's";
            return Err(invalid("page_token", Reason::BadPageToken, text));
        }
        let kept = self.lock();
        let shelf = kept.shelves.get(owner).into_iter();
        let own = shelf.flat_map(|shelf| shelf.programs.values());
        let mut own: Vec<_> = own.map(|known| Arc::clone(&known.program)).collect();
        own.retain(|program| program.hash.as_str() >= token);
        own.sort_unstable_by(|first, second| first.hash.cmp(&second.hash));
        Ok(own)
    }

    /// Forgets a program that `owner` uploaded.
    pub(super) fn forget(&self, owner: &str, name: &str) -> Result<(), Status> {
        let hash = hash_in(name)?;
        let mut kept = self.lock();
        let shelf = kept.shelves.get_mut(owner);
        match shelf.is_some_and(|shelf| shelf.remove(hash)) {
            true => Ok(()),
            false => Err(unknown_program(hash)),
        }
    }

    /// Forgets all programs of tenants that are none any more.
    pub(super) fn retain(&self, is_tenant: impl Fn(&str) -> bool) {
        self.lock().shelves.retain(|owner, _| is_tenant(owner));
    }
}

impl Kept {
    fn bytes(&self) -> u64 {
        self.shelves.values().map(|shelf| shelf.bytes).sum()
    }
}

impl Shelf {
    fn add(&mut self, program: KeptProgram) {
        self.bytes += program.program.cost();
        let hash = program.program.hash.clone();
        if let Some(same) = self.programs.insert(hash, program) {
            self.bytes -= same.program.cost();
        }
    }

    fn remove(&mut self, hash: &str) -> bool {
        let known = self.programs.remove(hash);
        if let Some(known) = &known {
            self.bytes -= known.program.cost();
        }
        known.is_some()
    }

    fn shrink_to(&mut self, limits: &TenantLimits) {
        let too_much = |shelf: &Self| {
            shelf.programs.len() as u64 > limits.max_programs
                || shelf.bytes > limits.max_program_bytes
        };
        while too_much(self) && self.programs.len() > 1 {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let oldest = self.programs.iter().min_by_key(|(_, known)| known.used);
        if let Some(hash) = oldest.map(|(hash, _)| hash.clone()) {
            self.remove(&hash);
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
    use std::path::PathBuf;

    use super::*;
    use crate::server::options::ServeOptions;

    fn program(word: u32) -> Arc<StoredProgram> {
        let json = format!(
            r#"{{"prime":"0x800000000000011000000000000000000000000000000000000000000000001","builtins":[],
            "data":["0x{word:08x}"],"identifiers":{{}},"hints":{{}},"reference_manager":{{"references":[]}}}}"#
        );
        Arc::new(StoredProgram::parse(json.into_bytes(), usize::MAX).unwrap())
    }

    fn tenant(name: &str, max_program_bytes: u64) -> Tenant {
        let limits = ServeOptions::new(PathBuf::new()).tenant_limits();
        let limits = TenantLimits {
            max_program_bytes,
            ..limits
        };
        Tenant::new(name.into(), limits, Arc::default())
    }

    #[test]
    fn the_least_recently_used_program_of_the_same_tenant_goes_first() {
        let (first, second, third) = (program(1), program(2), program(3));
        let programs = Programs::new(u64::MAX);
        let [one, other] = ["one", "other"].map(|name| tenant(name, 2 * first.cost()));
        let has = |program: &StoredProgram| programs.get("one", &program.hash).is_some();
        programs.add(Arc::clone(&second), &other);
        programs.add(Arc::clone(&first), &one);
        programs.add(Arc::clone(&second), &one);
        // The same again takes no more room.
        programs.add(Arc::clone(&second), &one);
        assert!(has(&first));
        programs.add(Arc::clone(&third), &one);
        assert!(has(&first) && !has(&second) && has(&third));
        assert!(programs.get("other", &second.hash).is_some());
    }

    #[test]
    fn whoever_has_most_makes_room_for_all() {
        let stored: Vec<_> = (0..8).map(program).collect();
        let programs = Programs::new(5 * stored[0].cost());
        let [one, other] = ["one", "other"].map(|name| tenant(name, u64::MAX));
        programs.add(Arc::clone(&stored[0]), &other);
        for program in &stored {
            programs.add(Arc::clone(program), &one);
        }
        assert!(programs.get("other", &stored[0].hash).is_some());
        assert_eq!(programs.list("one", "").unwrap().len(), 4);
    }

    #[test]
    fn programs_exist_for_those_alone_who_uploaded_them() {
        let (first, second) = (program(1), program(2));
        let programs = Programs::new(u64::MAX);
        let [one, other] = ["one", "other"].map(|name| tenant(name, u64::MAX));
        let name = |program: &StoredProgram| format!("programs/{}", program.hash);
        programs.add(Arc::clone(&first), &one);
        programs.add(Arc::clone(&second), &one);
        programs.add(Arc::clone(&first), &other);
        let listed = |owner, token| {
            let programs = programs.list(owner, token).unwrap();
            programs
                .iter()
                .map(|program| program.hash.clone())
                .collect::<Vec<_>>()
        };
        let mut both = vec![first.hash.clone(), second.hash.clone()];
        both.sort();
        assert_eq!(listed("one", ""), both);
        assert_eq!(listed("one", &both[1]), both[1..]);
        assert_eq!(listed("other", ""), std::slice::from_ref(&first.hash));
        assert!(programs.get("other", &second.hash).is_none());
        assert!(programs.of("other", &name(&second)).is_err());
        assert!(programs.list("one", "x").is_err());
        // Whoever has uploaded it, too, keeps it.
        programs.forget("one", &name(&first)).unwrap();
        assert!(programs.forget("one", &name(&first)).is_err());
        assert!(programs.of("one", &name(&first)).is_err());
        assert!(programs.of("other", &name(&first)).is_ok());
        programs.retain(|owner| owner != "other");
        assert!(programs.get("other", &first.hash).is_none());
        assert!(programs.of("one", &second.hash).is_err());
    }
}
