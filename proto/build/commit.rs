// Which sources a binary was built from, for its `--version`. Part of the build scripts of both binaries.

use std::path::Path;
use std::process::Command;

/// Names the commit where there is no git, as in a container or a package.
const VARIABLE: &str = "CAIROHINTS_COMMIT";

/// `commit 0123456789ab`, or `commit unknown`. A debug build does not say: whoever makes one commits often, and
/// would compile everything again each time.
pub(crate) fn commit() -> String {
    println!("cargo:rerun-if-env-changed={VARIABLE}");
    if let Some(named) = std::env::var(VARIABLE).ok().filter(|name| !name.is_empty()) {
        return format!("commit {named}");
    }
    if std::env::var("PROFILE").as_deref() == Ok("debug") {
        return "debug build".to_owned();
    }
    // Sources without a history of their own may lie inside of somebody else's.
    let hash = git(&["ls-files", "--error-unmatch", "Cargo.toml"])
        .and_then(|_| git(&["rev-parse", "--short=12", "HEAD"]));
    let Some(hash) = hash else {
        return "commit unknown".to_owned();
    };
    // A file that does not exist would run this every time.
    for name in ["HEAD", "logs/HEAD"] {
        let path = git(&["rev-parse", "--git-path", name]);
        if let Some(path) = path.filter(|path| Path::new(path).exists()) {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    format!("commit {hash}")
}

/// What git says in the folder of the package, in which build scripts run.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| said.trim_end().to_owned())
}
