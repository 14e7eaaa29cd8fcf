//! The printed table.

use std::fmt;

/// Rows in sections.
#[derive(Debug, Default)]
pub(crate) struct Table {
    lines: Vec<String>,
}

impl Table {
    /// Starts a section whose figures are in `unit`, compared as `ratio` says.
    pub(crate) fn section(&mut self, title: &str, unit: &str, ratio: &str) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.lines.push(format!("{title:<58}{unit:>12}  {ratio}"));
    }

    /// A figure, and what it is compared with.
    pub(crate) fn row(&mut self, title: &str, figure: f64, base: Option<f64>) {
        self.row_with(title, figure, base, "");
    }

    /// The same, and something more.
    pub(crate) fn row_with(&mut self, title: &str, figure: f64, base: Option<f64>, more: &str) {
        let digits = if figure < 10.0 { 2 } else { 1 };
        let ratio = base.map_or(String::new(), |base| format!("{:.2}", figure / base));
        self.lines
            .push(format!("  {title:<56}{figure:>12.digits$}  {ratio}{more}"));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines
            .iter()
            .try_for_each(|line| writeln!(formatter, "{}", line.trim_end()))
    }
}

/// The middle of some figures.
pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
