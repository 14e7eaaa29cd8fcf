//! Owns which environment variables hints may find. The host starts the process with no others: what a process was
//! started with stays readable in its memory, so that clearing it here would come too late.

use hint_proto::sandbox::VARIABLES;

/// # Errors
/// When there is a variable that is not on the list.
pub(super) fn is_clean() -> Result<(), String> {
    let mut names = std::env::vars_os().map(|(name, _)| name);
    match names.find(|name| !VARIABLES.iter().any(|allowed| name == allowed)) {
        Some(name) => Err(format!("`{}` is set", name.display())),
        None => Ok(()),
    }
}
