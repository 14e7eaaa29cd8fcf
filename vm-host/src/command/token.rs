//! The command `vm-host token`: makes a bearer token for a tenant of `serve --tenants`.

use std::io::Write as _;

use super::{CommandError, ExitCode};
use crate::server::NewToken;

/// Prints a new token, and in a second line its hash for the file of tenants
#[derive(Clone, Debug, clap::Args)]
pub(super) struct TokenArgs {}

/// Makes a token.
///
/// # Errors
/// [`CommandError`] when there are no random numbers, or nobody reads what is printed.
pub(super) fn token(_: &TokenArgs) -> Result<(), CommandError> {
    let token = NewToken::make().map_err(|error| CommandError::new(ExitCode::Internal, error))?;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{}\n{}", token.text, token.hash)
        .and_then(|()| stdout.flush())
        .map_err(|error| {
            let text = format!("cannot write the token: `{error}`");
            CommandError::new(ExitCode::CannotWrite, text)
        })?;
    notice!(
        "hint: the first line is the client's secret; put the second into the file of `serve --tenants`: \
         tokens = [\"{}\"]",
        token.hash
    );
    Ok(())
}
