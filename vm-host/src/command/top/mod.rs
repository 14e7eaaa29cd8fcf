//! The command `vm-host top`: the VMs of a server, live in the terminal.
//!
//! Reading order: this file (the loop), `client` (what the server is asked), `table` (which VMs are shown, and in
//! which order), `screen` (how they look).

mod client;
mod screen;
mod table;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio::sync::mpsc;

use super::remote::RemoteArgs;
use super::{CommandError, ExitCode};
use client::Client;
use table::Table;

/// Shows the VMs of a server that are the caller's, and what they do.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct TopArgs {
    #[command(flatten)]
    pub server: RemoteArgs,

    /// Certificate of this client, PEM
    #[arg(
        long = "tls-cert",
        value_name = "FILE",
        requires = "tls_key",
        env = "CAIROHINTS_TLS_CERT"
    )]
    pub tls_cert: Option<PathBuf>,

    /// Its private key
    #[arg(
        long = "tls-key",
        value_name = "FILE",
        requires = "tls_cert",
        env = "CAIROHINTS_TLS_KEY"
    )]
    pub tls_key: Option<PathBuf>,

    /// File with the token of a tenant (default: the variable CAIROHINTS_TOKEN)
    #[arg(long = "token-file", value_name = "FILE")]
    pub token_file: Option<PathBuf>,

    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = interval)]
    pub interval: f64,
}

/// How long to wait for a key before the world is looked at.
const KEY_WAIT: Duration = Duration::from_millis(50);

fn interval(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.1..=3600.0).contains(&seconds) => Ok(seconds),
        _ => Err("use seconds from 0.1 to 3600".to_owned()),
    }
}

/// Shows the VMs until the user has seen enough.
///
/// # Errors
/// [`CommandError`] without a terminal, or when the server does not answer at first.
pub(super) async fn top(arguments: &TopArgs) -> Result<(), CommandError> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        let text = "`top` shows a live view, and there is no terminal\n\
                    hint: run it in a terminal; `serve --metrics` has figures for programs";
        return Err(CommandError::new(ExitCode::Usage, text));
    }
    let mut client = Client::connect(arguments).await?;
    let mut table = Table::new(arguments.server.address.clone());
    // A server that refuses is said before the screen is taken.
    table.update(client.list().await.map_err(|error| {
        let address = &arguments.server.address;
        CommandError::new(
            ExitCode::ProgramFailed,
            format!("`{address}` answers `{error}`"),
        )
    })?);
    let failed = |error: std::io::Error| {
        let text = format!("cannot use the terminal: `{error}`");
        CommandError::new(ExitCode::CannotWrite, text)
    };
    let mut terminal = ratatui::try_init().map_err(failed)?;
    let shown = show(&mut terminal, &mut table, &mut client, arguments.interval).await;
    ratatui::try_restore().map_err(failed)?;
    shown.map_err(failed)
}

/// The loop: looks at the server now and then, and at the keys all the time.
async fn show(
    terminal: &mut ratatui::DefaultTerminal,
    table: &mut Table,
    client: &mut Client,
    interval: f64,
) -> std::io::Result<()> {
    let mut keys = keys()?;
    let mut looks = tokio::time::interval(Duration::from_secs_f64(interval));
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        terminal.draw(|frame| screen::draw(frame, table))?;
        tokio::select! {
            key = keys.recv() => match key {
                Some(Event::Key(key)) if key.kind == KeyEventKind::Press => {
                    match pressed(table, key) {
                        Wish::Nothing => {}
                        Wish::Quit => return Ok(()),
                        Wish::Pause(name) => {
                            let done = client.pause(&name).await;
                            table.say(done.map(|()| format!("paused {name}")));
                        }
                        Wish::End(name) => {
                            let done = client.end(&name).await;
                            table.say(done.map(|()| format!("ended {name}")));
                        }
                    }
                    // What was done is seen at once.
                    looks.reset_after(Duration::from_millis(20));
                }
                // Another size, for example.
                Some(_) => {}
                None => return Ok(()),
            },
            _ = looks.tick() => match client.list().await {
                Ok(vms) => table.update(vms),
                Err(error) => table.say(Err(error)),
            },
        }
    }
}

/// What the user wants of the server.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    Nothing,
    Quit,
    Pause(String),
    End(String),
}

/// Does what a key is for.
fn pressed(table: &mut Table, key: KeyEvent) -> Wish {
    if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c') {
        return Wish::Quit;
    }
    if table.is_filtering() {
        match key.code {
            KeyCode::Enter => table.keep_filter(),
            KeyCode::Esc => table.drop_filter(),
            KeyCode::Backspace => table.shorten_filter(),
            KeyCode::Char(letter) => table.lengthen_filter(letter),
            _ => {}
        }
        return Wish::Nothing;
    }
    if let Some(name) = table.take_question() {
        // Anything but a yes is a no.
        return match key.code {
            KeyCode::Char('y') => Wish::End(name),
            _ => Wish::Nothing,
        };
    }
    match key.code {
        KeyCode::Char('q') | KeyCode::Esc => return Wish::Quit,
        KeyCode::Down | KeyCode::Char('j') => table.move_by(1),
        KeyCode::Up | KeyCode::Char('k') => table.move_by(-1),
        KeyCode::PageDown => table.move_by(10),
        KeyCode::PageUp => table.move_by(-10),
        KeyCode::Home => table.move_by(isize::MIN),
        KeyCode::End => table.move_by(isize::MAX),
        KeyCode::Char('s') | KeyCode::Right => table.sort_by_next(1),
        KeyCode::Left => table.sort_by_next(-1),
        KeyCode::Char('r') => table.reverse(),
        KeyCode::Char('/') => table.begin_filter(),
        KeyCode::Char('p') => {
            return table
                .selected()
                .map_or(Wish::Nothing, |name| Wish::Pause(name.to_owned()));
        }
        KeyCode::Char('d') | KeyCode::Delete => table.ask_to_end(),
        _ => {}
    }
    Wish::Nothing
}

/// The keys as they are pressed; a terminal is read by waiting for it, which a thread does.
fn keys() -> std::io::Result<mpsc::Receiver<Event>> {
    let (pressed, keys) = mpsc::channel(16);
    std::thread::Builder::new()
        .name("keys".to_owned())
        .spawn(move || {
            while !pressed.is_closed() {
                match event::poll(KEY_WAIT) {
                    Ok(false) => {}
                    Ok(true) => {
                        let Ok(event) = event::read() else { return };
                        if pressed.blocking_send(event).is_err() {
                            return;
                        }
                    }
                    Err(_) => return,
                }
            }
        })?;
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use hint_proto::v1::{Vm, VmState};

    use super::*;

    fn press(table: &mut Table, keys: &str) -> Vec<Wish> {
        let keys = keys.chars().map(|key| match key {
            '\n' => KeyCode::Enter,
            key => KeyCode::Char(key),
        });
        keys.map(|code| pressed(table, KeyEvent::from(code)))
            .collect()
    }

    fn with_vms() -> Table {
        let mut table = Table::new("server".to_owned());
        let vm = |name: &str, state: VmState, steps| Vm {
            name: name.to_owned(),
            state: state.into(),
            current_step: steps,
            ..Vm::default()
        };
        table.update(vec![
            vm("vms/a", VmState::Running, 10),
            vm("vms/b", VmState::Paused, 30),
            vm("vms/c", VmState::Running, 20),
        ]);
        table
    }

    #[test]
    fn a_vm_is_ended_only_after_a_yes() {
        let mut table = with_vms();
        let name = table.selected().expect("a VM").to_owned();
        assert_eq!(press(&mut table, "dn"), [Wish::Nothing, Wish::Nothing]);
        assert_eq!(press(&mut table, "dy")[1], Wish::End(name.clone()));
        assert_eq!(press(&mut table, "y"), [Wish::Nothing]);
        assert_eq!(press(&mut table, "p"), [Wish::Pause(name)]);
        assert_eq!(press(&mut table, "q"), [Wish::Quit]);
    }

    #[test]
    fn letters_of_a_filter_are_no_commands() {
        let mut table = with_vms();
        let wishes = press(&mut table, "/paused\n");
        assert!(
            wishes.iter().all(|wish| *wish == Wish::Nothing),
            "{wishes:?}"
        );
        assert_eq!(table.shown().count(), 1);
        assert_eq!(table.selected(), Some("vms/b"));
        press(&mut table, "/");
        pressed(&mut table, KeyEvent::from(KeyCode::Esc));
        assert_eq!(table.shown().count(), 3);
    }
}
