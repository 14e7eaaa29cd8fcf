//! Runs lowered hints over the VM's memory. What a hint would do is collected and given to whoever applies it;
//! until then nothing has happened, and a hint that declines leaves all as it was. Must not know how hints are
//! lowered, or who runs those that decline.

mod calls;
mod cells;
mod expressions;
mod places;
mod segments;
mod statements;
mod variables;

use std::collections::BTreeSet;
use std::rc::Rc;

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::ScopeChange;

use super::scopes::{Handed, Mirror, Names, Registers, Sharing};
use super::shared::Shared;
use super::tree::{Body, Lowered, OwnFunction, Slot};
use super::value::{Decline, Fuel, Journal, SCOPE, Value};
use crate::engines::{OwnEffects, Write};
use crate::program::Frame;
use crate::vm::temporary::Moves;

/// What one execution may do, in about nanoseconds.
const FUEL: u64 = 1_000_000;
/// What every node of a tree costs.
const STEP: u64 = 8;
/// Most cells that one execution writes.
const MAX_WRITES: usize = 1 << 14;
/// How deep functions of a hint's own may call each other.
const MAX_CALLS: usize = 16;
/// The bound of offsets.
const OFFSET_BOUND: usize = 1 << 63;

/// Most executions that are not tried after one that declined.
const LONGEST_PAUSE: u32 = 1024;
/// Questions to Python, of about four microseconds each, after which it shows whether they are worth it.
const ENOUGH_QUESTIONS: u64 = 4096;
/// How many may be asked for one hint that runs here, which saves about three times as much.
const WORTH: u64 = 4;

/// The compiled hints of a run and their variables.
#[derive(Debug)]
pub(crate) struct Engine {
    shared: Shared,
    /// By the hints' ids.
    hints: Vec<Option<Hint>>,
    pub(crate) mirror: Mirror,
    journal: Journal,
    /// What each hint shares with the others when it runs in Python.
    sharing: Vec<Rc<Sharing>>,
    /// Variables in code that hints left behind: every hint in Python may see them.
    lingering: BTreeSet<Slot>,
    /// Every slot.
    all: BTreeSet<Slot>,
    /// Whether functions may see the registers that a scope keeps of the hint that ran last in it.
    keeps_registers: bool,
    /// Whether Python has to say what all variables are, because some are new here.
    asks_all: bool,
    /// Whether nothing runs here until it has.
    waits: bool,
    /// Whether something was changed that compiled hints rely on.
    given_up: bool,
    /// Functions and constants of these modules are used; those of Python's own are in the names.
    pub(crate) modules: BTreeSet<&'static str>,
    executed: u64,
    /// How often Python was asked after a hint there.
    questions: u64,
    /// How many functions were defined.
    objects: u64,
    /// Where temporary segments go, as far as Python was not told.
    untold_relocations: Vec<(isize, Relocatable)>,
    /// Room that executions share.
    room: Room,
}

#[derive(Debug)]
struct Hint {
    lowered: Lowered,
    /// Whether others run it from now on.
    left: bool,
    executions: u64,
    /// How many executions are not tried.
    pause: u32,
    /// How many the next pause is long.
    next_pause: u32,
}

impl Hint {
    fn new(lowered: Lowered) -> Self {
        Self {
            lowered,
            left: false,
            executions: 0,
            pause: 0,
            next_pause: 1,
        }
    }
}

/// What an execution fills and the next one uses again.
#[derive(Debug, Default)]
struct Room {
    variables: Vec<(Slot, Option<Value>)>,
    writes: Vec<Write>,
    cells: Vec<MaybeRelocatable>,
}

/// Which variables are asked for after a hint in Python.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) slots: &'a BTreeSet<Slot>,
    /// Whether in every scope, else in those that it had and entered.
    pub(crate) all_scopes: bool,
    /// Whether functions that compiled hints stand in for may be others.
    pub(crate) tampering: bool,
}

/// What a hint did, before it is applied.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) effects: OwnEffects,
    /// What it prints.
    pub(crate) printed: String,
    scopes: Vec<ScopeStep>,
    registers: Registers,
    objects: u64,
}

/// What a hint gets that runs in Python.
#[derive(Debug, Default)]
pub(crate) struct HandedOver {
    pub(crate) variables: Vec<Handed>,
    /// What scopes around its own keep of the hints that ran last in them, with their depths.
    pub(crate) registers: Vec<(usize, Registers)>,
}

/// A scope that a hint entered, with its variables, or left.
#[derive(Debug)]
enum ScopeStep {
    Entered(Vec<(Slot, Value)>),
    Left,
}

impl Engine {
    /// Of hints by their ids, which share as `sharing` says, by their ids as well. Code that hints leave behind sees
    /// the `lingering` variables, and what scopes keep of registers if it `keeps_registers`.
    pub(crate) fn new(
        shared: Shared,
        hints: Vec<Option<Lowered>>,
        sharing: Vec<Rc<Sharing>>,
        lingering: BTreeSet<Slot>,
        keeps_registers: bool,
    ) -> Self {
        let modules = hints.iter().flatten().flat_map(|lowered| &lowered.modules);
        Self {
            mirror: Mirror::new(),
            modules: modules.copied().collect(),
            all: (0..shared.names.len()).collect(),
            asks_all: false,
            waits: false,
            shared,
            hints: hints
                .into_iter()
                .map(|lowered| lowered.map(Hint::new))
                .collect(),
            journal: Journal::default(),
            sharing,
            lingering,
            keeps_registers,
            given_up: false,
            executed: 0,
            questions: 0,
            objects: 0,
            untold_relocations: Vec::new(),
            room: Room::default(),
        }
    }

    /// What the hints share, for others to be lowered beside them. [`Engine::grow`] gives it back.
    pub(crate) fn lend(&mut self) -> Shared {
        std::mem::take(&mut self.shared)
    }

    /// Takes over what was lent, and further hints, which have the next ids. From now on all share as is said here, by
    /// the hints' ids.
    pub(crate) fn grow(
        &mut self,
        shared: Shared,
        more: Vec<Option<Lowered>>,
        (sharing, lingering, keeps_registers): (Vec<Rc<Sharing>>, BTreeSet<Slot>, bool),
    ) {
        self.mirror.begin(self.all.len()..shared.names.len());
        self.asks_all |= self.all.len() < shared.names.len();
        self.all = (0..shared.names.len()).collect();
        self.shared = shared;
        let modules = more.iter().flatten().flat_map(|lowered| &lowered.modules);
        self.modules.extend(modules);
        let more = more.into_iter().map(|lowered| lowered.map(Hint::new));
        self.hints.extend(more);
        self.lingering = lingering;
        self.keeps_registers |= keeps_registers;
        if !self.given_up {
            self.sharing = sharing;
        }
    }

    /// The hints that run here, by their ids.
    pub(crate) fn lowered(&self) -> impl Iterator<Item = Option<&Lowered>> {
        self.hints.iter().map(|hint| {
            let hint = hint.as_ref().filter(|hint| !hint.left)?;
            Some(&hint.lowered)
        })
    }

    /// Code of somebody's ran before the first hint: nothing is known, and nothing runs here, until Python has said what
    /// there is and that what is relied on is as it was.
    pub(crate) fn begin_behind_others(&mut self) {
        self.mirror.begin(0..self.shared.names.len());
        self.asks_all = true;
        self.waits = true;
    }

    /// Leaves a hint to others from now on.
    pub(crate) fn leave(&mut self, id: usize) {
        if let Some(Some(hint)) = self.hints.get_mut(id) {
            hint.left = true;
        }
    }

    /// Python has said what all variables are.
    pub(crate) fn was_told_all(&mut self) {
        self.asks_all = false;
        self.waits = false;
    }

    /// No hint runs here any more. What those before left is still given to Python.
    pub(crate) fn give_up(&mut self) {
        self.given_up = true;
        self.sharing.clear();
    }

    /// What a hint has to be given that runs in Python now.
    pub(crate) fn hand_over(&mut self, id: u32) -> HandedOver {
        let variables = match self.sharing.get(id as usize) {
            Some(sharing) => self.mirror.hand_over(|slot| {
                sharing.mentions.contains(&slot) || self.lingering.contains(&slot)
            }),
            // Nothing is known of it.
            None => self.mirror.hand_over(|_| true),
        };
        let registers = match self.keeps_registers {
            true => self.mirror.hand_over_registers(),
            false => Vec::new(),
        };
        HandedOver {
            variables,
            registers,
        }
    }

    /// The relocation rules that Python has to be told before its next hint.
    pub(crate) fn take_relocations(&mut self) -> Vec<(isize, Relocatable)> {
        std::mem::take(&mut self.untold_relocations)
    }

    /// What has to be asked after it.
    pub(crate) fn asked(&self, id: u32) -> Option<Asked<'_>> {
        if self.given_up {
            return None;
        }
        let Some(sharing) = self.sharing.get(id as usize) else {
            return Some(Asked {
                slots: &self.all,
                all_scopes: true,
                tampering: true,
            });
        };
        let slots = match sharing.moves || self.asks_all {
            true => &self.all,
            false => &sharing.binds,
        };
        let asks = !slots.is_empty() || sharing.tampers;
        asks.then_some(Asked {
            slots,
            all_scopes: self.asks_all,
            tampering: sharing.tampers,
        })
    }

    /// Python was asked after a hint there. Gives up where that costs more than what runs here saves.
    pub(crate) fn has_asked(&mut self) {
        self.questions += 1;
        if self.questions >= ENOUGH_QUESTIONS && self.executed < self.questions / WORTH {
            self.give_up();
        }
    }

    pub(crate) fn names(&self) -> &Names {
        &self.shared.names
    }

    /// A function that hints define, by its number.
    pub(crate) fn function(&self, number: usize) -> &OwnFunction {
        &self.shared.functions[number]
    }

    /// How many hints ran here.
    pub(crate) fn executed(&self) -> u64 {
        self.executed
    }

    /// How often a hint ran here.
    pub(crate) fn executions(&self, id: u32) -> u64 {
        let hint = self.hints.get(id as usize).and_then(Option::as_ref);
        hint.map_or(0, |hint| hint.executions)
    }

    /// Runs a hint up to its effects; nothing when another engine has to run it. What it did counts only after
    /// [`Engine::keep`].
    pub(crate) fn run(&mut self, vm: &VirtualMachine, moves: &Moves, id: u32) -> Option<Ran> {
        if self.given_up || self.waits {
            return None;
        }
        let hint = self.hints.get_mut(id as usize)?.as_mut()?;
        if hint.left {
            return None;
        }
        if hint.pause > 0 {
            hint.pause -= 1;
            return None;
        }
        let own_scope = self.mirror.depth() - 1;
        let machine = Machine {
            id,
            vm,
            moves,
            frame: Frame {
                ap: vm.get_ap(),
                fp: vm.get_fp(),
            },
            shared: &self.shared,
            body: &hint.lowered.body,
            defines: &hint.lowered.defines,
            mirror: &self.mirror,
            lingering: &self.lingering,
            keeps_registers: self.keeps_registers,
            journal: &mut self.journal,
            room: &mut self.room,
            locals: vec![None; hint.lowered.body.locals],
            fuel: Fuel::new(FUEL),
            added: 0,
            sizes: Vec::new(),
            added_temporary: 0,
            relocations: Vec::new(),
            scopes: Vec::new(),
            own_scope,
            scope: own_scope,
            depth: self.mirror.depth(),
            calls: 0,
            printed: String::new(),
            objects: self.objects,
        };
        machine.room.variables.clear();
        machine.room.writes.clear();
        let ran = machine.run();
        if ran.is_ok() {
            hint.next_pause = 1;
            return ran.ok();
        }
        hint.pause = hint.next_pause - 1;
        hint.next_pause = (hint.next_pause * 2).min(LONGEST_PAUSE);
        self.journal.undo();
        None
    }

    /// The effects of a hint were applied: so are its variables and scopes. Says what it did to these.
    pub(crate) fn keep(&mut self, id: u32, ran: Ran) -> ScopeChange {
        let mut change = ScopeChange::default();
        self.journal.clear();
        self.untold_relocations.extend(ran.effects.relocations);
        self.room.writes = ran.effects.writes;
        let own = self.mirror.depth() - 1;
        for (slot, value) in self.room.variables.drain(..) {
            let functions = &self.shared.functions;
            let kept = |value: &Value| match value {
                Value::Own(own) => functions[own.number].shared,
                _ => true,
            };
            self.mirror.bind(own, slot, value.filter(kept));
        }
        if self.keeps_registers {
            self.mirror.ran(own, ran.registers);
        }
        for step in ran.scopes {
            match step {
                ScopeStep::Entered(variables) => {
                    self.mirror.enter();
                    for (slot, value) in variables {
                        self.mirror.bind(self.mirror.depth() - 1, slot, Some(value));
                    }
                    change.entered += 1;
                }
                ScopeStep::Left => {
                    self.mirror.leave();
                    match change.entered {
                        0 => change.left += 1,
                        _ => change.entered -= 1,
                    }
                }
            }
        }
        self.objects = ran.objects;
        self.executed += 1;
        if let Some(Some(hint)) = self.hints.get_mut(id as usize) {
            hint.executions += 1;
        }
        change
    }

    /// The effects of a hint were refused: another engine has to run it.
    pub(crate) fn take_back(&mut self) {
        self.journal.undo();
    }

    /// Leaves and enters scopes as a hint elsewhere did. The caller has checked the numbers.
    pub(crate) fn follow(&mut self, change: ScopeChange) {
        for _ in 0..change.left {
            self.mirror.leave();
        }
        for _ in 0..change.entered {
            self.mirror.enter();
        }
    }
}

/// How a block ended.
enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
}

struct Machine<'a> {
    id: u32,
    vm: &'a VirtualMachine,
    moves: &'a Moves,
    frame: Frame,
    shared: &'a Shared,
    body: &'a Body,
    /// The variables that are functions of the hint's own.
    defines: &'a BTreeSet<Slot>,
    mirror: &'a Mirror,
    /// Variables in code that was left behind, and whether it may see registers that scopes keep.
    lingering: &'a BTreeSet<Slot>,
    keeps_registers: bool,
    journal: &'a mut Journal,
    room: &'a mut Room,
    /// Those of the function that runs, or of the hint's comprehensions.
    locals: Vec<Option<Value>>,
    fuel: Fuel,
    added: usize,
    /// The sizes of those of them that have one.
    sizes: Vec<(usize, u64)>,
    added_temporary: usize,
    /// The rules that the hint adds: which temporary segment goes where.
    relocations: Vec<(isize, Relocatable)>,
    scopes: Vec<ScopeStep>,
    /// The scope of the hint, by its depth, and the one whose variables are seen: a function's may be another.
    own_scope: usize,
    scope: usize,
    /// Open scopes.
    depth: usize,
    calls: usize,
    printed: String,
    /// How many functions were defined in the run.
    objects: u64,
}

const EMPTY: Decline = Decline("an empty cell");
const NO_ADDRESS: Decline = Decline("a value is no address");
const UNBOUND: Decline = Decline("a name without a value");

impl<'a> Machine<'a> {
    fn run(mut self) -> Result<Ran, Decline> {
        let body = self.body;
        self.block(&body.statements)?;
        for (slot, value) in &self.room.variables {
            if let Some(value) = value {
                // Of those that are not shared others are told by the text, not if they come about otherwise.
                if self.is_own_only(value) && !self.defines.contains(slot) {
                    return Err(Decline("a function is kept"));
                }
                stays(value)?;
            }
        }
        let values = self.scopes.iter().flat_map(|step| match step {
            ScopeStep::Entered(variables) => variables.as_slice(),
            ScopeStep::Left => &[],
        });
        for (_, value) in values {
            if self.is_own_only(value) {
                return Err(Decline("a function is kept"));
            }
            stays(value)?;
        }
        self.check_left()?;
        let registers = Registers {
            frame: self.frame,
            pc: self.vm.get_pc(),
            step: self.vm.get_current_step(),
        };
        let effects = OwnEffects {
            writes: std::mem::take(&mut self.room.writes),
            added_segments: self.added,
            sizes: self.sizes,
            added_temporary_segments: self.added_temporary,
            relocations: self.relocations,
        };
        Ok(Ran {
            effects,
            printed: self.printed,
            scopes: self.scopes,
            registers,
            objects: self.objects,
        })
    }

    /// That code which was left behind in a scope finds there what it would, also when the scope was left: Python is told
    /// of a scope no more then.
    fn check_left(&self) -> Result<(), Decline> {
        const UNTOLD: Decline = Decline("a scope is left that code was left behind in");
        if self.scopes.iter().all(is_entered) {
            return Ok(());
        }
        let lingers = |slot: &Slot| self.lingering.contains(slot);
        let bound = self.room.variables.iter().any(|(slot, _)| lingers(slot));
        if self.keeps_registers || bound || self.mirror.has_news(lingers) {
            return Err(UNTOLD);
        }
        Ok(())
    }

    /// Whether the value is a function that no other hint may have.
    fn is_own_only(&self, value: &Value) -> bool {
        matches!(value, Value::Own(own) if !self.shared.functions[own.number].shared)
    }
}

/// That a value may be kept in a variable when the hint is over. What lists and tuples hold may.
fn stays(value: &Value) -> Result<(), Decline> {
    match value {
        Value::Struct(_)
        | Value::Set(_)
        | Value::Iterator(_)
        | Value::View(..)
        | Value::Range(_)
        | Value::Digest(_) => Err(Decline("a value that no variable keeps")),
        Value::Function(function) if function.module == SCOPE => {
            Err(Decline("a value that no variable keeps"))
        }
        _ => Ok(()),
    }
}

fn is_entered(step: &ScopeStep) -> bool {
    matches!(step, ScopeStep::Entered(_))
}
