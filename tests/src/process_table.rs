//! What `/proc` says of processes: who is alive, who is below whom. Knows nothing of how they were started.

use std::fs;

/// Whether a process is there. Whoever is dead but not yet reaped is dead.
pub fn is_alive(pid: u32) -> bool {
    state_and_parent(pid).is_some_and(|(state, _)| state != "Z")
}

/// The processes below `pid`, without those that only wait to be reaped.
pub fn descendants(pid: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let parents: Vec<(u32, u32)> = pids
        .filter_map(|child| match state_and_parent(child) {
            Some((state, parent)) if state != "Z" => Some((child, parent)),
            _ => None,
        })
        .collect();
    let mut found = vec![pid];
    let mut at = 0;
    while at < found.len() {
        let above = found[at];
        found.extend(parents.iter().filter(|(_, p)| *p == above).map(|(c, _)| *c));
        at += 1;
    }
    found.remove(0);
    found
}

fn state_and_parent(pid: u32) -> Option<(String, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it may have spaces and parentheses of its own.
    let mut fields = stat.rsplit(") ").next()?.split(' ');
    let (state, parent) = (fields.next()?, fields.next()?);
    Some((state.to_owned(), parent.parse().ok()?))
}
