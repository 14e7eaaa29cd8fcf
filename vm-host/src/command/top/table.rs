//! The VMs that are shown: which, in which order, how fast each is, and which one is selected. Must not know what a
//! terminal is.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use hint_proto::v1::{Vm, VmState};

/// The columns, which are also what the VMs are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Name,
    Tenant,
    State,
    Steps,
    StepRate,
    HintRate,
    Cpu,
    WorkerMemory,
    Memory,
}

impl Column {
    pub(super) const ALL: [Self; 9] = [
        Self::Name,
        Self::Tenant,
        Self::State,
        Self::Steps,
        Self::StepRate,
        Self::HintRate,
        Self::Cpu,
        Self::WorkerMemory,
        Self::Memory,
    ];

    /// What stands above it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Name => "VM",
            Self::Tenant => "TENANT",
            Self::State => "STATE",
            Self::Steps => "STEPS",
            Self::StepRate => "STEPS/S",
            Self::HintRate => "HINTS/S",
            Self::Cpu => "CPU%",
            Self::WorkerMemory => "WORKER",
            Self::Memory => "HOST",
        }
    }

    /// Whether the largest come first.
    fn descends(self) -> bool {
        !matches!(self, Self::Name | Self::Tenant | Self::State)
    }
}

/// A VM and how fast it is.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) vm: Vm,
    /// Steps in a second.
    pub(super) steps: f64,
    /// Hints in a second.
    pub(super) hints: f64,
    /// Processor time of the worker, of a whole core.
    pub(super) cpu: f64,
}

impl Row {
    /// Its state, for people.
    pub(super) fn state(&self) -> &'static str {
        match self.vm.state() {
            VmState::Unspecified => "",
            VmState::Created => "created",
            VmState::Running => "running",
            VmState::Paused => "paused",
            VmState::Succeeded => "succeeded",
            VmState::Failed => "failed",
        }
    }

    /// Processor time of its worker so far.
    fn worker_time(&self) -> Duration {
        let usage = self.vm.usage.as_ref();
        let time = usage.and_then(|usage| usage.worker_cpu_time);
        time.and_then(|time| time.try_into().ok())
            .unwrap_or_default()
    }

    pub(super) fn worker_memory(&self) -> u64 {
        self.vm
            .usage
            .as_ref()
            .map_or(0, |usage| usage.worker_memory_bytes)
    }

    pub(super) fn memory(&self) -> u64 {
        self.vm.usage.as_ref().map_or(0, |usage| usage.memory_bytes)
    }

    fn contains(&self, text: &str) -> bool {
        let fields = [
            &self.vm.name,
            &self.vm.tenant,
            self.state(),
            &self.vm.program_hash,
        ];
        fields.iter().any(|field| field.contains(text))
    }
}

/// What is shown.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) address: String,
    rows: Vec<Row>,
    looked: Instant,
    pub(super) sorted_by: Column,
    pub(super) reversed: bool,
    /// What VMs must have in their names, tenants, states or programs.
    pub(super) filter: String,
    filtering: bool,
    /// By name, because rows come and go.
    selected: Option<String>,
    /// The VM that is ended after a yes.
    question: Option<String>,
    /// What was done last, or went wrong.
    pub(super) said: Option<Result<String, String>>,
}

impl Table {
    pub(super) fn new(address: String) -> Self {
        Self {
            address,
            rows: Vec::new(),
            looked: Instant::now(),
            sorted_by: Column::StepRate,
            reversed: false,
            filter: String::new(),
            filtering: false,
            selected: None,
            question: None,
            said: None,
        }
    }

    /// Takes the VMs as they are now.
    pub(super) fn update(&mut self, vms: Vec<Vm>) {
        let now = Instant::now();
        let passed = now.saturating_duration_since(self.looked).as_secs_f64();
        self.looked = now;
        let before: HashMap<&str, &Row> = self
            .rows
            .iter()
            .map(|row| (row.vm.name.as_str(), row))
            .collect();
        let rows = vms.into_iter().map(|vm| {
            let mut row = Row {
                vm,
                steps: 0.0,
                hints: 0.0,
                cpu: 0.0,
            };
            if let Some(before) = before.get(row.vm.name.as_str())
                && passed > 0.0
            {
                let rate = |now: u64, before: u64| now.saturating_sub(before) as f64 / passed;
                row.steps = rate(row.vm.current_step, before.vm.current_step);
                row.hints = rate(row.vm.hints_executed, before.vm.hints_executed);
                let used = row.worker_time().saturating_sub(before.worker_time());
                row.cpu = used.as_secs_f64() / passed;
            }
            row
        });
        self.rows = rows.collect();
        self.sort();
        if matches!(self.said, Some(Err(_))) {
            self.said = None;
        }
        self.select_something();
    }

    fn sort(&mut self) {
        let (by, reversed) = (self.sorted_by, self.reversed);
        self.rows.sort_by(|one, other| {
            let order = match by {
                Column::Name => one.vm.name.cmp(&other.vm.name),
                Column::Tenant => one.vm.tenant.cmp(&other.vm.tenant),
                Column::State => one.state().cmp(other.state()),
                Column::Steps => one.vm.current_step.cmp(&other.vm.current_step),
                Column::StepRate => one.steps.total_cmp(&other.steps),
                Column::HintRate => one.hints.total_cmp(&other.hints),
                Column::Cpu => one.cpu.total_cmp(&other.cpu),
                Column::WorkerMemory => one.worker_memory().cmp(&other.worker_memory()),
                Column::Memory => one.memory().cmp(&other.memory()),
            };
            let order = match by.descends() != reversed {
                true => order.reverse(),
                false => order,
            };
            // Those that are equal stay where they are.
            order.then_with(|| one.vm.name.cmp(&other.vm.name))
        });
    }

    /// The VMs that the filter lets through, in order.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.contains(&self.filter))
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Row] {
        &self.rows
    }

    /// The name of the selected VM, while it is shown.
    pub(super) fn selected(&self) -> Option<&str> {
        let selected = self.selected.as_deref()?;
        self.shown()
            .any(|row| row.vm.name == selected)
            .then_some(selected)
    }

    /// Its place among those that are shown.
    pub(super) fn selected_index(&self) -> Option<usize> {
        let selected = self.selected()?;
        self.shown().position(|row| row.vm.name == selected)
    }

    pub(super) fn move_by(&mut self, rows: isize) {
        let last = self.shown().count().saturating_sub(1);
        let at = self.selected_index().unwrap_or(0);
        let to = at.saturating_add_signed(rows).min(last);
        self.select(to);
    }

    fn select(&mut self, index: usize) {
        let row = self.shown().nth(index);
        let name = row.map(|row| row.vm.name.clone());
        self.selected = name;
    }

    pub(super) fn sort_by_next(&mut self, columns: isize) {
        let count = Column::ALL.len() as isize;
        let at = Column::ALL
            .iter()
            .position(|column| *column == self.sorted_by);
        let next = (at.unwrap_or(0) as isize + columns).rem_euclid(count);
        self.sorted_by = Column::ALL[next.unsigned_abs()];
        self.reversed = false;
        self.sort();
    }

    pub(super) fn reverse(&mut self) {
        self.reversed = !self.reversed;
        self.sort();
    }

    pub(super) fn is_filtering(&self) -> bool {
        self.filtering
    }

    pub(super) fn begin_filter(&mut self) {
        self.filtering = true;
    }

    pub(super) fn keep_filter(&mut self) {
        self.filtering = false;
        self.select_something();
    }

    pub(super) fn drop_filter(&mut self) {
        self.filter.clear();
        self.keep_filter();
    }

    pub(super) fn shorten_filter(&mut self) {
        self.filter.pop();
        self.select_something();
    }

    pub(super) fn lengthen_filter(&mut self, letter: char) {
        self.filter.push(letter);
        self.select_something();
    }

    fn select_something(&mut self) {
        if self.selected().is_none() {
            self.select(0);
        }
    }

    /// Asks whether the selected VM is to be ended.
    pub(super) fn ask_to_end(&mut self) {
        self.question = self.selected().map(str::to_owned);
    }

    /// The VM that is asked about.
    pub(super) fn question(&self) -> Option<&str> {
        self.question.as_deref()
    }

    pub(super) fn take_question(&mut self) -> Option<String> {
        self.question.take()
    }

    /// Shows what was done, or why it was not.
    pub(super) fn say(&mut self, what: Result<String, String>) {
        self.said = Some(what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vm(name: &str, steps: u64) -> Vm {
        Vm {
            name: name.to_owned(),
            current_step: steps,
            ..Vm::default()
        }
    }

    fn names(table: &Table) -> Vec<&str> {
        table.shown().map(|row| row.vm.name.as_str()).collect()
    }

    #[test]
    fn rates_are_what_came_since_the_last_look() {
        let mut table = Table::new(String::new());
        table.update(vec![vm("slow", 100), vm("quick", 100)]);
        assert_eq!(names(&table), ["quick", "slow"]);
        table.looked = Instant::now() - Duration::from_secs(2);
        table.update(vec![vm("slow", 110), vm("quick", 2100), vm("new", 5000)]);
        assert_eq!(names(&table), ["quick", "slow", "new"]);
        let quick = &table.rows[0];
        assert!((900.0..=1000.0).contains(&quick.steps), "{}", quick.steps);
        // A VM of the same name that began again is not slower than nothing.
        table.update(vec![vm("quick", 3)]);
        assert_eq!(table.rows[0].steps, 0.0);
    }

    #[test]
    fn the_selection_stays_with_its_vm() {
        let mut table = Table::new(String::new());
        table.update(vec![vm("a", 1), vm("b", 2), vm("c", 3)]);
        table.sorted_by = Column::Steps;
        table.update(vec![vm("a", 1), vm("b", 2), vm("c", 3)]);
        assert_eq!(names(&table), ["c", "b", "a"]);
        table.move_by(isize::MIN);
        table.move_by(1);
        assert_eq!(table.selected(), Some("b"));
        table.reverse();
        assert_eq!(
            (names(&table), table.selected()),
            (vec!["a", "b", "c"], Some("b"))
        );
        table.update(vec![vm("b", 2), vm("c", 3)]);
        assert_eq!(table.selected_index(), Some(0));
        table.update(vec![vm("c", 3)]);
        assert_eq!(table.selected(), Some("c"));
        table.update(Vec::new());
        table.move_by(5);
        assert_eq!(table.selected(), None);
    }
}
