//! The commands `vm-host completions` and `vm-host man`: what shells and readers need to know of the options,
//! made of the options themselves.

use std::io::Write as _;

use clap_complete::Shell;
use clap_mangen::Man;

use super::version::version;
use super::{CommandError, ExitCode};

/// For which shell.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Of which command.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ManArgs {
    /// A command of vm-host, such as `run` (default: vm-host itself)
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Prints the script that makes the shell complete `command`.
pub(super) fn completions(arguments: CompletionsArgs, mut command: clap::Command) {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    print(&script);
}

/// Prints the man page of `command`, or of one of its subcommands.
///
/// # Errors
/// [`CommandError`] when there is no such subcommand.
pub(super) fn man(arguments: &ManArgs, mut command: clap::Command) -> Result<(), CommandError> {
    // Gives subcommands their full names.
    command.build();
    let described = match &arguments.command {
        None => command,
        Some(name) => command.find_subcommand(name).cloned().ok_or_else(|| {
            let text = format!("there is no command `{name}`\nhint: `vm-host --help` lists them");
            CommandError::new(ExitCode::Usage, text)
        })?,
    };
    let title = described.get_display_name().unwrap_or("vm-host").to_owned();
    let page = Man::new(described)
        .title(title)
        .source(format!("vm-host {}", version()));
    let mut text = Vec::new();
    page.render(&mut text)
        .map_err(|error| CommandError::of(ExitCode::CannotWrite, &error))?;
    print(&text);
    Ok(())
}

fn print(text: &[u8]) {
    // A reader that has seen enough is no error.
    let _ = std::io::stdout().write_all(text);
}
