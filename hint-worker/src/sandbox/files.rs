//! Owns which files hints may open: those that they import from, to read, and the harmless devices. Landlock also
//! keeps them from TCP ports, abstract sockets and signals to others. It does not hide that a path exists.

use std::path::PathBuf;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, PathBeneath,
    PathFd, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope,
};

/// What the dynamic loader and the clock need.
const OF_THE_SYSTEM: [&str; 9] = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/dev/urandom",
];
/// Read and written.
const NOWHERE: &str = "/dev/null";

/// The oldest kernel interface that does: it has a right of its own for truncation.
const NEEDED: ABI = ABI::V3;
/// The newest that adds rights of ours, taken where it is there.
const KNOWN: ABI = ABI::V6;

/// All that may be read, without links: a rule is for what a path leads to.
pub(super) fn readable(reads: &[PathBuf]) -> Vec<PathBuf> {
    let of_the_system = OF_THE_SYSTEM.iter().map(PathBuf::from);
    let all = reads.iter().cloned().chain(of_the_system);
    all.filter_map(|path| path.canonicalize().ok()).collect()
}

/// Lets this process open nothing but these, to read.
///
/// # Errors
/// When the kernel has no Landlock, or too old a one.
pub(super) fn restrict(readable: &[PathBuf]) -> Result<(), String> {
    let restricted = rules(readable).map_err(|error| {
        // What it says of rights that a kernel lacks is long and does not name the kernel.
        match error.downcast_ref() {
            Some(RulesetError::HandleAccesses(_)) => {
                "the kernel has no Landlock, or one that is too old".to_owned()
            }
            _ => format!("Landlock: {error}"),
        }
    })?;
    match restricted {
        RulesetStatus::NotEnforced => Err("the kernel has no Landlock".to_owned()),
        _ => Ok(()),
    }
}

fn rules(readable: &[PathBuf]) -> Result<RulesetStatus, Box<dyn std::error::Error>> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(NEEDED))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(KNOWN))?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()?;
    for path in readable {
        let access: BitFlags<AccessFs> = match path.is_dir() {
            true => AccessFs::ReadFile | AccessFs::ReadDir,
            false => AccessFs::ReadFile.into(),
        };
        // What cannot be opened by us is closed to hints, too.
        if let Ok(found) = PathFd::new(path) {
            rules = rules.add_rule(PathBeneath::new(found, access))?;
        }
    }
    if let Ok(nowhere) = PathFd::new(NOWHERE) {
        let access = AccessFs::ReadFile | AccessFs::WriteFile;
        rules = rules.add_rule(PathBeneath::new(nowhere, access))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}
