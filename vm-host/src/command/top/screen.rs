//! How the VMs look on a terminal.

use hint_proto::v1::VmState;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Paragraph, Row as Cells, Table as Grid, TableState};

use super::table::{Column, Row, Table};

/// The keys, for whoever does not know them.
const KEYS: &str = "q quit  ↑↓ select  s sort  r reverse  / filter  p pause  d end";

/// Draws everything.
pub(super) fn draw(frame: &mut Frame<'_>, table: &Table) {
    let [head, body, foot] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Min(1),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    frame.render_widget(Paragraph::new(summary(table)), head);
    let title = |column: &Column| {
        let is_order = *column == table.sorted_by;
        let mark = match (is_order, table.reversed) {
            (true, false) => "▼",
            (true, true) => "▲",
            (false, _) => "",
        };
        Cell::from(format!("{}{mark}", column.title()))
    };
    let titles = Cells::new(Column::ALL.iter().map(title))
        .style(Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED));
    let widths = Column::ALL.map(|column| match column {
        Column::Name => Constraint::Min(14),
        Column::Tenant => Constraint::Length(16),
        Column::State => Constraint::Length(9),
        Column::Steps => Constraint::Length(12),
        Column::StepRate | Column::HintRate => Constraint::Length(9),
        Column::Cpu => Constraint::Length(6),
        Column::WorkerMemory | Column::Memory => Constraint::Length(9),
    });
    let grid = Grid::new(table.shown().map(cells), widths)
        .header(titles)
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    let mut state = TableState::new().with_selected(table.selected_index());
    frame.render_stateful_widget(grid, body, &mut state);
    frame.render_widget(Paragraph::new(last_line(table)), foot);
}

fn summary(table: &Table) -> Vec<Line<'static>> {
    let rows = table.all();
    let running = rows.iter().filter(|row| row.vm.state() == VmState::Running);
    let sum = |of: fn(&Row) -> f64| -> f64 { rows.iter().map(of).sum() };
    let memory: u64 = rows.iter().map(Row::memory).sum();
    vec![
        Line::from(format!(
            "{}: {} VMs, {} running, {} shown",
            table.address,
            rows.len(),
            running.count(),
            table.shown().count()
        )),
        Line::from(format!(
            "{} steps/s, {} hints/s, {:.0} % CPU in workers, {} in the host",
            amount(sum(|row| row.steps)),
            amount(sum(|row| row.hints)),
            sum(|row| row.cpu) * 100.0,
            bytes(memory)
        )),
    ]
}

fn cells(row: &Row) -> Cells<'static> {
    let colour = match row.vm.state() {
        VmState::Running => Color::Green,
        VmState::Failed => Color::Red,
        VmState::Paused => Color::Yellow,
        _ => Color::Reset,
    };
    // Whatever a server says is written to this terminal.
    let plain = |text: &str| text.replace(char::is_control, "?");
    let name = plain(row.vm.name.strip_prefix("vms/").unwrap_or(&row.vm.name));
    Cells::new(Column::ALL.map(|column| match column {
        Column::Name => Cell::from(name.clone()),
        Column::Tenant => Cell::from(plain(&row.vm.tenant)),
        Column::State => Cell::from(Span::styled(row.state(), Style::new().fg(colour))),
        Column::Steps => Cell::from(amount(row.vm.current_step as f64)),
        Column::StepRate => Cell::from(amount(row.steps)),
        Column::HintRate => Cell::from(amount(row.hints)),
        Column::Cpu => Cell::from(format!("{:.0}", row.cpu * 100.0)),
        Column::WorkerMemory => Cell::from(bytes(row.worker_memory())),
        Column::Memory => Cell::from(bytes(row.memory())),
    }))
}

fn last_line(table: &Table) -> Line<'static> {
    if let Some(name) = table.question() {
        let text = format!("end {name}? y for yes, any other key for no");
        return Line::from(text).style(Style::new().fg(Color::Yellow));
    }
    if table.is_filtering() {
        return Line::from(format!("filter: {}_", table.filter));
    }
    match &table.said {
        Some(Ok(done)) => Line::from(done.clone()).style(Style::new().fg(Color::Green)),
        Some(Err(wrong)) => Line::from(wrong.clone()).style(Style::new().fg(Color::Red)),
        None if table.filter.is_empty() => Line::from(KEYS),
        None => Line::from(format!("filter: {}   {KEYS}", table.filter)),
    }
}

/// A number in five characters or so.
fn amount(number: f64) -> String {
    match number {
        small if small < 10_000.0 => format!("{small:.0}"),
        thousands if thousands < 1e7 => format!("{:.1}k", thousands / 1e3),
        millions if millions < 1e10 => format!("{:.1}M", millions / 1e6),
        more => format!("{:.1}G", more / 1e9),
    }
}

/// The same of bytes.
fn bytes(count: u64) -> String {
    let number = count as f64;
    match count {
        0 => "-".to_owned(),
        1..1_048_576 => format!("{:.0}K", number / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.1}M", number / 1_048_576.0),
        _ => format!("{:.1}G", number / 1_073_741_824.0),
    }
}

#[cfg(test)]
mod tests {
    use hint_proto::v1::{Vm, VmUsage};
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;

    fn drawn(table: &Table, (width, height): (u16, u16)) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
        terminal.draw(|frame| draw(frame, table)).expect("drawn");
        terminal.backend().to_string()
    }

    #[test]
    fn a_vm_has_a_line_with_what_it_uses() {
        let mut table = Table::new("127.0.0.1:5000".to_owned());
        table.update(vec![Vm {
            name: "vms/mine\x1b[2J".to_owned(),
            state: VmState::Running.into(),
            tenant: "tenant-1".to_owned(),
            current_step: 12_345_678,
            usage: Some(VmUsage {
                worker_memory_bytes: 5 << 20,
                memory_bytes: 3 << 30,
                ..VmUsage::default()
            }),
            ..Vm::default()
        }]);
        let screen = drawn(&table, (110, 10));
        let line = screen
            .lines()
            .find(|line| line.contains("mine"))
            .expect("a line");
        for part in ["mine?[2J", "tenant-1", "running", "12.3M", "5.0M", "3.0G"] {
            assert!(line.contains(part), "{part}\n{screen}");
        }
        assert!(screen.contains("1 VMs, 1 running, 1 shown"), "{screen}");
        assert!(
            screen.contains("STEPS/S▼") && screen.contains("q quit"),
            "{screen}"
        );
        table.ask_to_end();
        assert!(drawn(&table, (110, 10)).contains("? y for yes"));
        // However small it is.
        for size in [(1, 1), (5, 2), (20, 3), (300, 100)] {
            drawn(&table, size);
        }
    }
}
