//! The file of tenants: TOML, checked as a whole before any of it is in force.
//!
//! ```toml
//! [limits]                    # of every tenant that does not say otherwise
//! max_vms = 32
//!
//! [[tenant]]
//! name = "alice"
//! tokens = ["sha256:…"]       # made by `vm-host token`; or {hash = "sha256:…", expires = 2027-01-01T00:00:00Z}
//! certificates = ["alice.example"]   # names in her client certificate: DNS names or URIs
//! uids = [1000]               # users at the Unix socket
//! limits = {run_seconds = 600}
//! ```

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde::Deserialize;

use super::directory::{Directory, Tenant, Token};
use super::limits::{SetLimits, TenantLimits};
use super::usage::Usage;

/// Largest file.
const MAX_BYTES: u64 = 16 << 20;
/// Longest name.
const MAX_NAME: usize = 63;

/// The file of tenants cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TenantsError {
    /// It cannot be read.
    #[error("cannot read the tenants in `{}`: `{}`", .0.display(), .1)]
    Read(PathBuf, #[source] std::io::Error),
    /// It says what it must not.
    #[error("cannot use the tenants in `{}`: {}", .0.display(), .1)]
    Bad(PathBuf, String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    limits: SetLimits,
    #[serde(default)]
    tenant: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    #[serde(default)]
    tokens: Vec<WrittenToken>,
    #[serde(default)]
    certificates: Vec<String>,
    #[serde(default)]
    uids: Vec<u32>,
    #[serde(default)]
    limits: SetLimits,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenToken {
    Hash(String),
    Expiring {
        hash: String,
        expires: toml::value::Datetime,
    },
}

/// The bytes of a file of tenants.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, TenantsError> {
    use std::io::Read as _;
    let failed = |error| TenantsError::Read(path.to_path_buf(), error);
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        let text = format!("it has more than `{MAX_BYTES}` bytes");
        return Err(TenantsError::Bad(path.to_path_buf(), text));
    }
    Ok(bytes)
}

/// The tenants in a file. Limits that it does not set are those of `defaults`, and none exceeds them where
/// the server has one. `known` are the counts of tenants that there are already.
pub(super) fn parse(
    path: &Path,
    bytes: &[u8],
    defaults: &TenantLimits,
    known: impl Fn(&str) -> Option<Arc<Usage>>,
) -> Result<Directory, TenantsError> {
    let bad = |text: String| TenantsError::Bad(path.to_path_buf(), text);
    let text = std::str::from_utf8(bytes).map_err(|_| bad("it is not UTF-8".to_owned()))?;
    let file: File = toml::from_str(text).map_err(|error| {
        // Its text would show the line, which may hold what somebody took for the place of a secret.
        let line = error.span().map_or(1, |span| {
            1 + text[..span.start.min(text.len())].matches('\n').count()
        });
        bad(format!("line {line}: {}", error.message()))
    })?;
    let common = defaults.with(file.limits, defaults);
    let mut directory = Directory::default();
    let mut hashes = HashMap::new();
    for written in file.tenant {
        let place = directory.tenants.len();
        let name = written.name;
        check_name(&name).map_err(bad)?;
        let taken = |what: String| {
            bad(format!(
                "{what} is given twice, the second time to `{name}`"
            ))
        };
        if directory.has(&name) {
            return Err(taken(format!("the name `{name}`")));
        }
        if written.tokens.is_empty() && written.certificates.is_empty() && written.uids.is_empty() {
            let text = format!(
                "nobody can be `{name}`\nhint: give it tokens (made by `vm-host token`), certificates or uids"
            );
            return Err(bad(text));
        }
        for token in written.tokens {
            let token = read_token(&name, token).map_err(bad)?;
            if hashes.insert(token.hash.to_string(), place).is_some() {
                return Err(taken(format!("the token `{}`", token.hash)));
            }
            directory.tokens.push((token, place));
        }
        for certificate in written.certificates {
            if certificate.is_empty() || certificate.contains('*') {
                let text = format!("`{certificate}` is no name of one client's certificate");
                return Err(bad(text));
            }
            let known = directory.certificates.insert(certificate.clone(), place);
            if known.is_some() {
                return Err(taken(format!("the certificate `{certificate}`")));
            }
        }
        for uid in written.uids {
            if directory.uids.insert(uid, place).is_some() {
                return Err(taken(format!("the uid `{uid}`")));
            }
        }
        let usage = known(&name).unwrap_or_default();
        let limits = common.with(written.limits, defaults);
        let tenant = Tenant::new(name.into(), limits, usage);
        directory.tenants.push(Arc::new(tenant));
    }
    Ok(directory)
}

fn check_name(name: &str) -> Result<(), String> {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(allowed) {
        let name: String = name.chars().take(80).collect();
        return Err(format!(
            "`{name}` is no name of a tenant\nhint: use 1 to {MAX_NAME} of a-z, 0-9, -, _ and ."
        ));
    }
    Ok(())
}

fn read_token(tenant: &str, token: WrittenToken) -> Result<Token, String> {
    let (hash, expires) = match token {
        WrittenToken::Hash(hash) => (hash, None),
        WrittenToken::Expiring { hash, expires } => (hash, Some(expires)),
    };
    // What is no hash may be the token itself, which no log must show.
    let hash = hash.parse().map_err(|()| {
        format!(
            "a token of `{tenant}` is no hash\nhint: write what `vm-host token` prints second, `sha256:…`"
        )
    })?;
    let expires = expires.map(|end| {
        let time = end.to_string().parse::<prost_types::Timestamp>().ok();
        let time = time.filter(|_| end.offset.is_some());
        time.and_then(|time| SystemTime::try_from(time).ok())
            .ok_or_else(|| {
                format!(
                    "`{end}` is no time with a date and an offset, such as `2027-01-01T00:00:00Z`"
                )
            })
    });
    let expires = expires.transpose()?;
    Ok(Token { hash, expires })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::fuzzing::fuzz;

    /// Whatever is in the file: tenants, or an error that shows no secret.
    #[test]
    fn damaged_files_are_refused_or_read() {
        let hash = super::super::NewToken::make().expect("random").hash;
        let good = format!(
            "[limits]\nmax_vms = 3\n\n[[tenant]]\nname = \"one\"\ntokens = [\"{hash}\"]\n\n\
             [[tenant]]\nname = \"other\"\nuids = [1000]\ncertificates = [\"client.example\"]\n\
             limits = {{ max_vms = 2 }}\n"
        );
        let expiring = format!(
            "[[tenant]]\nname = \"late\"\ntokens = [{{ hash = \"{hash}\", expires = 2030-01-01T00:00:00Z }}]\n"
        );
        let good = [good.into_bytes(), expiring.into_bytes()];
        let defaults = crate::server::ServeOptions::new("hint-worker".into()).tenant_limits();
        fuzz("tenants file", &good, |bytes| {
            parse(Path::new("tenants.toml"), bytes, &defaults, |_| None).is_ok()
        });
    }
}
