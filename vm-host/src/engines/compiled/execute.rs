//! Runs lowered hints over the VM's memory. What a hint would do is collected and given to whoever applies it;
//! until then nothing has happened, and a hint that declines leaves all as it was. Must not know how hints are
//! lowered, or who runs those that decline.

use std::collections::BTreeSet;
use std::rc::Rc;

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::cell::CELL_BYTES;
use hint_proto::v1::{AddedSegment, CellRun, Effects, Operator, ScopeChange};

use super::ids::Layouts;
use super::scopes::{Handed, Mirror, Names, Sharing, State};
use super::tree::{
    Arguments, Body, Comprehension, Expression, For, Lowered, MemberKind, OwnFunction, Piece,
    Register, Slot, Statement, Target, VmCall, start_of,
};
use super::value::{
    Comparison, Context, Cursor, Decline, Fuel, Integer, Journal, Method, StructValue, Value,
};
use crate::program::{CellPath, Frame};
use crate::vm::temporary::Moves;
use crate::vm::wire;

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

/// What the compiled hints of a program share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) names: Names,
    pub(crate) layouts: Layouts,
    prime: Integer,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            names: Names::default(),
            layouts: Layouts::default(),
            prime: Integer::prime(),
        }
    }
}

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
    /// Whether something was changed that compiled hints rely on.
    given_up: bool,
    /// Functions and constants of these modules are used; those of Python's own are in the names.
    pub(crate) modules: BTreeSet<&'static str>,
    executed: u64,
    /// Room that executions share.
    room: Room,
}

#[derive(Debug)]
struct Hint {
    lowered: Lowered,
    executions: u64,
    /// How many executions are not tried.
    pause: u32,
    /// How many the next pause is long.
    next_pause: u32,
}

/// What an execution fills and the next one uses again.
#[derive(Debug, Default)]
struct Room {
    variables: Vec<(Slot, Option<Value>)>,
    writes: Vec<(Relocatable, MaybeRelocatable)>,
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
    pub(crate) effects: Effects,
    scopes: Vec<ScopeStep>,
}

/// A scope that a hint entered, with its variables, or left.
#[derive(Debug)]
enum ScopeStep {
    Entered(Vec<(Slot, Value)>),
    Left,
}

impl Engine {
    /// Of hints by their ids, which share as `sharing` says, by their ids as well. Code that hints leave behind sees
    /// the `lingering` variables.
    pub(crate) fn new(
        shared: Shared,
        hints: Vec<Option<Lowered>>,
        sharing: Vec<Rc<Sharing>>,
        lingering: BTreeSet<Slot>,
    ) -> Self {
        let hint = |lowered| Hint {
            lowered,
            executions: 0,
            pause: 0,
            next_pause: 1,
        };
        let modules = hints.iter().flatten().flat_map(|lowered| &lowered.modules);
        Self {
            mirror: Mirror::new(),
            modules: modules.copied().collect(),
            all: (0..shared.names.len()).collect(),
            shared,
            hints: hints.into_iter().map(|lowered| lowered.map(hint)).collect(),
            journal: Journal::default(),
            sharing,
            lingering,
            given_up: false,
            executed: 0,
            room: Room::default(),
        }
    }

    /// No hint runs here any more. What those before left is still given to Python.
    pub(crate) fn give_up(&mut self) {
        self.given_up = true;
        self.sharing.clear();
    }

    /// What a hint has to be given that runs in Python now.
    pub(crate) fn hand_over(&mut self, id: u32) -> Vec<Handed> {
        match self.sharing.get(id as usize) {
            Some(sharing) => self.mirror.hand_over(|slot| {
                sharing.mentions.contains(&slot) || self.lingering.contains(&slot)
            }),
            // Nothing is known of it.
            None => self.mirror.hand_over(|_| true),
        }
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
        let slots = match sharing.moves {
            true => &self.all,
            false => &sharing.binds,
        };
        let asks = !slots.is_empty() || sharing.tampers;
        asks.then_some(Asked {
            slots,
            all_scopes: false,
            tampering: sharing.tampers,
        })
    }

    pub(crate) fn names(&self) -> &Names {
        &self.shared.names
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
        if self.given_up {
            return None;
        }
        let hint = self.hints.get_mut(id as usize)?.as_mut()?;
        if hint.pause > 0 {
            hint.pause -= 1;
            return None;
        }
        let machine = Machine {
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
            journal: &mut self.journal,
            room: &mut self.room,
            locals: vec![None; hint.lowered.body.locals],
            fuel: Fuel::new(FUEL),
            added: 0,
            added_temporary: 0,
            scopes: Vec::new(),
            depth: self.mirror.depth(),
            calls: 0,
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
        let own = self.mirror.depth() - 1;
        for (slot, value) in self.room.variables.drain(..) {
            self.mirror.bind(
                own,
                slot,
                value.filter(|value| !matches!(value, Value::Own(_))),
            );
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
    vm: &'a VirtualMachine,
    moves: &'a Moves,
    frame: Frame,
    shared: &'a Shared,
    body: &'a Body,
    /// The variables that are functions of the hint's own.
    defines: &'a BTreeSet<Slot>,
    mirror: &'a Mirror,
    journal: &'a mut Journal,
    room: &'a mut Room,
    /// Those of the function that runs, or of the hint's comprehensions.
    locals: Vec<Option<Value>>,
    fuel: Fuel,
    added: usize,
    added_temporary: usize,
    scopes: Vec<ScopeStep>,
    /// Open scopes.
    depth: usize,
    calls: usize,
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
                // Others are told of those that the text defines, not of those that come about otherwise.
                if matches!(value, Value::Own(_)) && !self.defines.contains(slot) {
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
            if matches!(value, Value::Own(_)) {
                return Err(Decline("a function is kept"));
            }
            stays(value)?;
        }
        let effects = Effects {
            writes: runs(&self.room.writes),
            added_segments: vec![AddedSegment::default(); self.added],
            added_temporary_segments: u32::try_from(self.added_temporary)
                .map_err(|_| Decline("too many segments"))?,
            ..Effects::default()
        };
        Ok(Ran {
            effects,
            scopes: self.scopes,
        })
    }

    fn block(&mut self, statements: &'a [Statement]) -> Result<Flow, Decline> {
        for statement in statements {
            match self.statement(statement)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, statement: &'a Statement) -> Result<Flow, Decline> {
        self.fuel.spend(STEP)?;
        match statement {
            Statement::Assign(targets, value) => {
                let value = self.value(value)?;
                if let [target] = targets.as_slice() {
                    self.assign(target, value)?;
                } else {
                    for target in targets {
                        self.assign(target, value.clone())?;
                    }
                }
            }
            Statement::Augment(target, operator, value) => {
                let place = self.place(target)?;
                let before = self.at(&place)?;
                let value = self.value(value)?;
                let after = Value::binary_in_place(
                    *operator,
                    &before,
                    &value,
                    &mut self.fuel,
                    self.journal,
                )?;
                self.put(place, after)?;
            }
            Statement::If(branches, otherwise) => {
                for (test, block) in branches {
                    if self.value(test)?.truth()? {
                        return self.block(block);
                    }
                }
                return self.block(otherwise);
            }
            Statement::For(repeat) => return self.repeat(repeat),
            Statement::While(test, body, otherwise) => loop {
                self.fuel.spend(STEP)?;
                if !self.value(test)?.truth()? {
                    return self.block(otherwise);
                }
                match self.block(body)? {
                    Flow::Next | Flow::Continue => {}
                    Flow::Break => break,
                    end @ Flow::Return(_) => return Ok(end),
                }
            },
            Statement::Assert(test) => {
                if !self.value(test)?.truth()? {
                    return Err(Decline("an assertion fails"));
                }
            }
            Statement::Break => return Ok(Flow::Break),
            Statement::Continue => return Ok(Flow::Continue),
            Statement::Return(value) => {
                return Ok(Flow::Return(match value {
                    Some(value) => self.value(value)?,
                    None => Value::None,
                }));
            }
            Statement::Delete(slot) => {
                if self.variable(*slot)?.is_none() {
                    return Err(UNBOUND);
                }
                self.bind(*slot, None);
            }
            Statement::DeleteItem(list, index) => {
                let list = self.value(list)?;
                let index = self.value(index)?;
                list.delete_item(&index, &mut self.fuel, self.journal)?;
            }
            Statement::Do(value) => {
                self.value(value)?;
            }
            Statement::EnterScope(variables) => {
                let mut entered: Vec<(Slot, Value)> = Vec::with_capacity(variables.len());
                for (slot, value) in variables {
                    let value = self.value(value)?;
                    match entered.iter_mut().find(|(known, _)| known == slot) {
                        Some((_, known)) => *known = value,
                        None => entered.push((*slot, value)),
                    }
                }
                self.scopes.push(ScopeStep::Entered(entered));
                self.depth += 1;
            }
            Statement::ExitScope => {
                if self.depth <= 1 {
                    return Err(Decline("the main scope is left"));
                }
                self.depth -= 1;
                // Its own may be left while it goes on, and that of a scope around it may not be changed.
                if self.depth < self.mirror.depth() && self.scopes.iter().any(is_entered) {
                    return Err(Decline("scopes are left and entered"));
                }
                self.scopes.push(ScopeStep::Left);
            }
        }
        Ok(Flow::Next)
    }

    fn repeat(&mut self, repeat: &'a For) -> Result<Flow, Decline> {
        let mut values = self.cursor(&repeat.iterable)?;
        while let Some(value) = values.next(&mut self.fuel)? {
            self.fuel.spend(STEP)?;
            self.assign(&repeat.target, value)?;
            match self.block(&repeat.body)? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Next),
                end @ Flow::Return(_) => return Ok(end),
            }
        }
        self.block(&repeat.otherwise)
    }

    fn cursor(&mut self, iterable: &'a Expression) -> Result<Cursor, Decline> {
        self.value(iterable)?.iterate()
    }

    // Variables.

    /// A variable of the hint's scope, or nothing where there is none.
    fn variable(&mut self, slot: Slot) -> Result<Option<Value>, Decline> {
        self.fuel.spend(self.room.variables.len() as u64)?;
        let mut bound = self.room.variables.iter();
        if let Some((_, value)) = bound.find(|(known, _)| *known == slot) {
            return Ok(value.clone());
        }
        match self.mirror.get(slot) {
            State::Known(value) => Ok(Some(value.clone())),
            State::Absent => Ok(None),
            State::Elsewhere => Err(Decline("a variable that only Python has")),
        }
    }

    fn bind(&mut self, slot: Slot, value: Option<Value>) {
        let mut bound = self.room.variables.iter_mut();
        match bound.find(|(known, _)| *known == slot) {
            Some((_, known)) => *known = value,
            None => self.room.variables.push((slot, value)),
        }
    }

    fn name(&mut self, slot: Slot) -> Result<Value, Decline> {
        match self.variable(slot)? {
            Some(value) => Ok(value),
            None => {
                let function = self.shared.names.function(slot);
                function.map(Value::Function).ok_or(UNBOUND)
            }
        }
    }

    // Cells.

    /// Takes what looking for so many cells among those that were written costs.
    fn search(&mut self, cells: usize) -> Result<(), Decline> {
        let writes = self.room.writes.len() as u64;
        self.fuel.spend(writes.saturating_mul(cells as u64))
    }

    /// The value of a cell as hints see it.
    fn read(&self, address: Relocatable) -> Result<MaybeRelocatable, Decline> {
        let mut writes = self.room.writes.iter().rev();
        let value = match writes.find(|(written, _)| *written == address) {
            Some((_, value)) => value.clone(),
            None => self.vm.get_maybe(&address).ok_or(EMPTY)?,
        };
        Ok(self.moves.value(value))
    }

    fn write(&mut self, address: Relocatable, value: &Value) -> Result<(), Decline> {
        self.fuel.spend(STEP + self.room.writes.len() as u64)?;
        if address.offset >= OFFSET_BOUND || self.room.writes.len() >= MAX_WRITES {
            return Err(Decline("more cells than are written here"));
        }
        let value = match value {
            Value::Integer(_) | Value::Boolean(_) => {
                let integer = value.integer()?;
                let felt = match integer.to_felt() {
                    Some(felt) => felt,
                    None => integer
                        .modulo(&self.shared.prime, &mut self.fuel)?
                        .to_felt()
                        .ok_or(Decline("a number that is no felt"))?,
                };
                MaybeRelocatable::Int(felt)
            }
            Value::Address(address) if address.offset < OFFSET_BOUND => {
                MaybeRelocatable::RelocatableValue(*address)
            }
            _ => return Err(Decline("a value that memory does not hold")),
        };
        if !self.exists(address.segment_index) {
            return Err(Decline("a segment that is not there"));
        }
        match self.read(address) {
            Ok(current) if current == self.moves.value(value.clone()) => Ok(()),
            Ok(_) => Err(Decline("a cell has another value")),
            Err(_) => {
                self.room.writes.push((address, value));
                Ok(())
            }
        }
    }

    fn exists(&self, segment: isize) -> bool {
        match usize::try_from(segment) {
            Ok(index) => index < self.vm.segments.num_segments() + self.added,
            Err(_) => {
                segment.unsigned_abs()
                    <= self.vm.segments.num_temp_segments() + self.added_temporary
            }
        }
    }

    /// The value of a path, as `ids` has it.
    fn path(&self, path: &CellPath) -> Result<MaybeRelocatable, Decline> {
        match path {
            CellPath::Ap(offset) => moved(self.frame.ap, *offset).map(MaybeRelocatable::from),
            CellPath::Fp(offset) => moved(self.frame.fp, *offset).map(MaybeRelocatable::from),
            CellPath::Constant(felt) => Ok(MaybeRelocatable::Int(*felt)),
            CellPath::Pointer(cell, offset) => {
                let value = self.read(self.path_address(cell)?)?;
                match value {
                    MaybeRelocatable::RelocatableValue(target) => {
                        moved(target, *offset).map(MaybeRelocatable::from)
                    }
                    MaybeRelocatable::Int(_) if *offset == 0 => Ok(value),
                    MaybeRelocatable::Int(felt) => {
                        let sum = felt + Felt252::from(*offset);
                        // What is reduced, and when, depends on where the path comes from.
                        let wraps = (*offset > 0 && sum < felt) || (*offset < 0 && sum > felt);
                        match wraps {
                            true => Err(Decline("a number beyond the prime")),
                            false => Ok(MaybeRelocatable::Int(sum)),
                        }
                    }
                }
            }
            CellPath::Operation(operator, left, right) => {
                let (left, right) = (self.path(left)?, self.path(right)?);
                let unusual = Decline("unusual arithmetic in a reference");
                match operator {
                    Operator::Add => left.add(&right).map_err(|_| unusual),
                    Operator::Sub => left.sub(&right).map_err(|_| unusual),
                    Operator::Mul => match (left, right) {
                        (MaybeRelocatable::Int(left), MaybeRelocatable::Int(right)) => {
                            Ok(MaybeRelocatable::Int(left * right))
                        }
                        _ => Err(unusual),
                    },
                    Operator::Div | Operator::Unspecified => Err(unusual),
                }
            }
        }
    }

    fn path_address(&self, path: &CellPath) -> Result<Relocatable, Decline> {
        match self.path(path)? {
            MaybeRelocatable::RelocatableValue(address) => Ok(address),
            MaybeRelocatable::Int(_) => Err(NO_ADDRESS),
        }
    }

    // Assignments.

    fn assign(&mut self, target: &'a Target, value: Value) -> Result<(), Decline> {
        match target {
            Target::Scope(slot) => {
                self.fuel.spend(self.room.variables.len() as u64)?;
                self.bind(*slot, Some(value));
                Ok(())
            }
            Target::Local(number) => {
                self.locals[*number] = Some(value);
                Ok(())
            }
            Target::Sequence(targets) => {
                let mut values = value.iterate()?;
                let mut unpacked = Vec::with_capacity(targets.len());
                while let Some(value) = values.next(&mut self.fuel)? {
                    if unpacked.len() == targets.len() {
                        return Err(Decline("too many values"));
                    }
                    unpacked.push(value);
                }
                if unpacked.len() < targets.len() {
                    return Err(Decline("too few values"));
                }
                for (target, value) in targets.iter().zip(unpacked) {
                    self.assign(target, value)?;
                }
                Ok(())
            }
            _ => {
                let place = self.place(target)?;
                self.put(place, value)
            }
        }
    }

    /// Takes the values from the local variables of a target.
    fn forget(&mut self, target: &Target) {
        match target {
            Target::Local(number) => self.locals[*number] = None,
            Target::Sequence(targets) => targets.iter().for_each(|target| self.forget(target)),
            _ => {}
        }
    }

    /// Where a target is, with all that it computes.
    fn place(&mut self, target: &'a Target) -> Result<Place, Decline> {
        Ok(match target {
            Target::Scope(slot) => Place::Scope(*slot),
            Target::Local(number) => Place::Local(*number),
            Target::Memory(address) => Place::Cell(self.address(address)?),
            Target::Cell(path) => Place::Cell(self.path_address(path)?),
            Target::Member(value, name) => {
                let Value::Struct(found) = self.value(value)? else {
                    return Err(Decline("an attribute is set"));
                };
                let layout = self.shared.layouts.get(found.layout);
                let member = layout.member(name).ok_or(Decline("an unknown member"))?;
                Place::Cell(plus(found.address, member.offset)?)
            }
            Target::Subscript(value, index) => {
                let value = self.value(value)?;
                Place::Item(value, self.value(index)?)
            }
            Target::Sequence(_) => return Err(Decline("a sequence is augmented")),
        })
    }

    fn at(&mut self, place: &Place) -> Result<Value, Decline> {
        match place {
            // As any name: without a variable, a function of Python's.
            Place::Scope(slot) => self.name(*slot),
            Place::Local(number) => self.locals[*number].clone().ok_or(UNBOUND),
            Place::Cell(address) => Ok(number(self.read(*address)?)),
            Place::Item(value, index) => value.subscript(index, &mut self.fuel),
        }
    }

    fn put(&mut self, place: Place, value: Value) -> Result<(), Decline> {
        match place {
            Place::Scope(slot) => {
                self.bind(slot, Some(value));
                Ok(())
            }
            Place::Local(number) => {
                self.locals[number] = Some(value);
                Ok(())
            }
            Place::Cell(address) => self.write(address, &value),
            Place::Item(list, index) => list.set_item(&index, value, &mut self.fuel, self.journal),
        }
    }

    // Expressions.

    fn values(&mut self, expressions: &'a [Expression]) -> Result<Vec<Value>, Decline> {
        let expressions = expressions.iter();
        expressions
            .map(|expression| self.value(expression))
            .collect()
    }

    fn address(&mut self, expression: &'a Expression) -> Result<Relocatable, Decline> {
        match self.value(expression)? {
            Value::Address(address) => Ok(address),
            _ => Err(NO_ADDRESS),
        }
    }

    fn value(&mut self, expression: &'a Expression) -> Result<Value, Decline> {
        self.fuel.spend(STEP)?;
        Ok(match expression {
            Expression::Constant(value) => value.clone(),
            Expression::Scope(slot) => self.name(*slot)?,
            Expression::Has(slot) => {
                self.fuel.spend(self.room.variables.len() as u64)?;
                let mut bound = self.room.variables.iter();
                Value::Boolean(match bound.find(|(known, _)| known == slot) {
                    Some((_, value)) => value.is_some(),
                    None => !matches!(self.mirror.get(*slot), State::Absent),
                })
            }
            Expression::Local(number) => self.locals[*number].clone().ok_or(UNBOUND)?,
            Expression::Register(register) => match register {
                Register::Ap => Value::Address(self.frame.ap),
                Register::Fp => Value::Address(self.frame.fp),
                Register::Pc => Value::Address(self.vm.get_pc()),
                Register::Step => Value::from(self.vm.get_current_step()),
            },
            Expression::Path(path) => {
                self.search(1)?;
                number(self.path(path)?)
            }
            Expression::Cell(path) => {
                self.search(2)?;
                number(self.read(self.path_address(path)?)?)
            }
            Expression::Struct(layout, path) => Value::Struct(StructValue {
                layout: *layout,
                address: self.path_address(path)?,
            }),
            Expression::Memory(address) => {
                let address = self.address(address)?;
                self.search(1)?;
                number(self.read(address)?)
            }
            Expression::Attribute(value, name) => {
                let value = self.value(value)?;
                self.attribute(&value, name)?
            }
            Expression::Subscript(value, index) => {
                let value = self.value(value)?;
                let index = self.value(index)?;
                match &value {
                    Value::Struct(found) => self.element(found, &index)?,
                    value => value.subscript(&index, &mut self.fuel)?,
                }
            }
            Expression::Slice(value, [lower, upper, step]) => {
                let value = self.value(value)?;
                let mut bound = |bound: &'a Option<Box<Expression>>| match bound {
                    Some(bound) => self.value(bound).map(Some),
                    None => Ok(None),
                };
                let (lower, upper, step) = (bound(lower)?, bound(upper)?, bound(step)?);
                value.slice(
                    lower.as_ref(),
                    upper.as_ref(),
                    step.as_ref(),
                    &mut self.fuel,
                )?
            }
            Expression::Unary(operator, value) => {
                let value = self.value(value)?;
                Value::unary(*operator, &value, &mut self.fuel)?
            }
            Expression::Binary(operator, operands) => {
                let left = self.value(&operands.0)?;
                let right = self.value(&operands.1)?;
                Value::binary(*operator, &left, &right, &mut self.fuel)?
            }
            Expression::And(values) => self.first_that(values, false)?,
            Expression::Or(values) => self.first_that(values, true)?,
            Expression::Compare(first, rest) => self.compare(first, rest)?,
            Expression::Choice(choice) => {
                let (test, body, otherwise) = &**choice;
                match self.value(test)?.truth()? {
                    true => self.value(body)?,
                    false => self.value(otherwise)?,
                }
            }
            Expression::Tuple(values) => {
                let values = self.values(values)?;
                Value::tuple(values, &mut self.fuel)?
            }
            Expression::List(values) => {
                let values = self.values(values)?;
                Value::list(values, &mut self.fuel)?
            }
            Expression::Comprehension(comprehension) => {
                let mut values = Vec::new();
                self.comprehend(comprehension, 0, &mut |value| {
                    values.push(value);
                    Ok(true)
                })?;
                Value::list(values, &mut self.fuel)?
            }
            Expression::Quantifier(slot, all, comprehension) => {
                if self.variable(*slot)?.is_some() {
                    return Err(Decline("a function of Python's was replaced"));
                }
                let ran =
                    self.comprehend(comprehension, 0, &mut |value| Ok(value.truth()? == *all))?;
                Value::Boolean(ran == *all)
            }
            Expression::Text(pieces) => self.text(pieces)?,
            Expression::Call(function, arguments) => {
                let function = self.value(function)?;
                self.call(&function, arguments)?
            }
            Expression::Method(value, name, arguments) => {
                let value = self.value(value)?;
                let method = Method::find(name).ok_or(Decline("a method that is not known"))?;
                let positional = self.values(&arguments.positional)?;
                let named = self.named(arguments)?;
                method.call(&value, &positional, &named, &mut self.fuel, self.journal)?
            }
            Expression::Vm(function, arguments) => self.vm_call(*function, arguments)?,
        })
    }

    /// The first value whose truth is `decides`, or the last.
    fn first_that(&mut self, values: &'a [Expression], decides: bool) -> Result<Value, Decline> {
        let mut last = Value::None;
        for value in values {
            last = self.value(value)?;
            if last.truth()? == decides {
                break;
            }
        }
        Ok(last)
    }

    fn compare(
        &mut self,
        first: &'a Expression,
        rest: &'a [(Comparison, Expression)],
    ) -> Result<Value, Decline> {
        let mut left = self.value(first)?;
        for (operator, right) in rest {
            let right = self.value(right)?;
            if !Value::comparison(*operator, &left, &right, &mut self.fuel)? {
                return Ok(Value::FALSE);
            }
            left = right;
        }
        Ok(Value::TRUE)
    }

    fn attribute(&mut self, value: &Value, name: &str) -> Result<Value, Decline> {
        match value {
            Value::Struct(found) => member(self, found, name),
            value => value.attribute(name),
        }
    }

    /// An element of an array of structs.
    fn element(&mut self, found: &StructValue, index: &Value) -> Result<Value, Decline> {
        let size = Integer::from(self.shared.layouts.get(found.layout).size as i64);
        let cells = index.integer()?.mul(&size, &mut self.fuel)?;
        let cells = cells.to_i64().ok_or(Decline("a large index"))?;
        Ok(Value::Struct(StructValue {
            layout: found.layout,
            address: moved(found.address, cells)?,
        }))
    }

    /// Gives the values of a comprehension, in order, until `take` says no; whether it never did.
    fn comprehend(
        &mut self,
        comprehension: &'a Comprehension,
        depth: usize,
        take: &mut dyn FnMut(Value) -> Result<bool, Decline>,
    ) -> Result<bool, Decline> {
        if depth == 0 {
            for repeat in &comprehension.loops {
                self.forget(&repeat.target);
            }
        }
        let Some(repeat) = comprehension.loops.get(depth) else {
            let value = self.value(&comprehension.element)?;
            self.fuel.spend(STEP)?;
            return take(value);
        };
        let mut values = self.cursor(&repeat.iterable)?;
        'values: while let Some(value) = values.next(&mut self.fuel)? {
            self.assign(&repeat.target, value)?;
            for condition in &repeat.conditions {
                if !self.value(condition)?.truth()? {
                    continue 'values;
                }
            }
            if !self.comprehend(comprehension, depth + 1, take)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn text(&mut self, pieces: &'a [Piece]) -> Result<Value, Decline> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Value(value, repr, format) => {
                    let value = self.value(value)?;
                    let value = match repr {
                        true => Value::text(&value.repr(&mut self.fuel)?),
                        false => value,
                    };
                    text.push_str(&value.format(format, &mut self.fuel)?);
                }
            }
            self.fuel.spend(text.len() as u64)?;
        }
        Ok(Value::text(&text))
    }

    // Calls.

    fn named(&mut self, arguments: &'a Arguments) -> Result<Vec<(&'a str, Value)>, Decline> {
        let named = arguments.named.iter();
        named
            .map(|(name, value)| Ok((&**name, self.value(value)?)))
            .collect()
    }

    fn call(&mut self, function: &Value, arguments: &'a Arguments) -> Result<Value, Decline> {
        let positional = self.values(&arguments.positional)?;
        let named = self.named(arguments)?;
        match function {
            Value::Function(function) => {
                // Reading a member takes the machine, and the context the fuel of it.
                let mut fuel = std::mem::replace(&mut self.fuel, Fuel::new(0));
                let reader: &Self = self;
                let mut context = Context {
                    fuel: &mut fuel,
                    member: &|found, name| member(reader, found, name),
                };
                let value = function.call(&mut context, &positional, &named);
                self.fuel = fuel;
                value
            }
            Value::Own(own) => {
                let body = self.body;
                let function = &body.functions[own.number];
                self.call_own(function, positional, named)
            }
            _ => Err(Decline("a value is no function")),
        }
    }

    fn call_own(
        &mut self,
        function: &'a OwnFunction,
        positional: Vec<Value>,
        named: Vec<(&str, Value)>,
    ) -> Result<Value, Decline> {
        let count = function.parameters.len();
        if positional.len() > count || self.calls >= MAX_CALLS {
            return Err(Decline("unusual arguments"));
        }
        let mut locals: Vec<Option<Value>> = vec![None; function.locals];
        for (local, value) in locals.iter_mut().zip(positional) {
            *local = Some(value);
        }
        for (name, value) in named {
            let place = function
                .parameters
                .iter()
                .position(|known| **known == *name);
            match place.map(|place| &mut locals[place]) {
                Some(local @ None) => *local = Some(value),
                _ => return Err(Decline("unusual arguments")),
            }
        }
        let first = count - function.defaults.len();
        for (local, default) in locals[first..count].iter_mut().zip(&function.defaults) {
            local.get_or_insert_with(|| default.clone());
        }
        if locals[..count].iter().any(Option::is_none) {
            return Err(Decline("an argument is missing"));
        }
        let outer = std::mem::replace(&mut self.locals, locals);
        self.calls += 1;
        let flow = self.block(&function.body);
        self.calls -= 1;
        self.locals = outer;
        match flow? {
            Flow::Return(value) => Ok(value),
            _ => Ok(Value::None),
        }
    }

    fn vm_call(&mut self, function: VmCall, arguments: &'a [Expression]) -> Result<Value, Decline> {
        match (function, arguments) {
            (VmCall::AddSegment, _) => Ok(Value::Address(self.add_segment()?)),
            (VmCall::AddTemporarySegment, _) => {
                self.fuel.spend(100)?;
                self.added_temporary += 1;
                let count = self.vm.segments.num_temp_segments() + self.added_temporary;
                let index = isize::try_from(count).map_err(|_| Decline("too many segments"))?;
                Ok(Value::Address(start_of(-index)))
            }
            (VmCall::GenArg, [data]) => {
                let data = self.value(data)?;
                self.gen_arg(data, 0)
            }
            (VmCall::WriteArg, [pointer, data]) => {
                let pointer = self.value(pointer)?;
                let data = self.value(data)?;
                self.write_arg(pointer, &data, 0)
            }
            (VmCall::LoadData, [pointer, data]) => {
                let pointer = self.value(pointer)?;
                let data = self.value(data)?;
                if !matches!(data, Value::List(_) | Value::Tuple(_)) {
                    return Err(Decline("data that is no list"));
                }
                let data = data.collect(&mut self.fuel)?;
                // These are written as they are, without a reduction.
                for value in &data {
                    if let Value::Integer(integer) = value
                        && integer.to_felt().is_none()
                    {
                        return Err(Decline("a number that is no felt"));
                    }
                }
                self.load_data(pointer, &data)
            }
            (VmCall::GetRange, [address, count]) => {
                let address = self.address(address)?;
                let count = self.value(count)?.integer()?;
                // A negative count is an empty range.
                let count = match count.is_negative() {
                    true => 0,
                    false => count.to_usize().ok_or(Decline("a large count"))?,
                };
                self.fuel.spend_items(count)?;
                self.search(count)?;
                let mut values = Vec::with_capacity(count);
                for offset in 0..count {
                    values.push(number(self.read(plus(address, offset as u64)?)?));
                }
                Value::list(values, &mut self.fuel)
            }
            _ => Err(Decline("unusual arguments")),
        }
    }

    fn add_segment(&mut self) -> Result<Relocatable, Decline> {
        self.fuel.spend(100)?;
        let index = self.vm.segments.num_segments() + self.added;
        self.added += 1;
        let index = isize::try_from(index).map_err(|_| Decline("too many segments"))?;
        Ok(start_of(index))
    }

    fn gen_arg(&mut self, value: Value, depth: usize) -> Result<Value, Decline> {
        match value {
            Value::Integer(_) | Value::Boolean(_) => {
                let reduced = value
                    .integer()?
                    .modulo(&self.shared.prime, &mut self.fuel)?;
                Ok(Value::Integer(reduced))
            }
            Value::Address(_) => Ok(value),
            Value::List(_) | Value::Tuple(_) | Value::Range(_) => {
                let base = Value::Address(self.add_segment()?);
                self.write_arg(base.clone(), &value, depth + 1)?;
                Ok(base)
            }
            _ => Err(Decline("a value that memory does not hold")),
        }
    }

    fn write_arg(&mut self, pointer: Value, data: &Value, depth: usize) -> Result<Value, Decline> {
        if depth > MAX_CALLS {
            return Err(Decline("data is deep"));
        }
        if !matches!(data, Value::List(_) | Value::Tuple(_) | Value::Range(_)) {
            return Err(Decline("data that is no list"));
        }
        let mut cells = Vec::new();
        for value in data.collect(&mut self.fuel)? {
            cells.push(self.gen_arg(value, depth)?);
        }
        self.load_data(pointer, &cells)
    }

    fn load_data(&mut self, pointer: Value, cells: &[Value]) -> Result<Value, Decline> {
        let Value::Address(start) = pointer else {
            return Err(NO_ADDRESS);
        };
        for (offset, value) in cells.iter().enumerate() {
            self.write(plus(start, offset as u64)?, value)?;
        }
        Ok(Value::Address(plus(start, cells.len() as u64)?))
    }
}

/// Where a value is put.
enum Place {
    Scope(Slot),
    Local(usize),
    Cell(Relocatable),
    Item(Value, Value),
}

/// A member of a struct.
fn member(machine: &Machine<'_>, found: &StructValue, name: &str) -> Result<Value, Decline> {
    if name == "address_" {
        return Ok(Value::Address(found.address));
    }
    let unknown = Decline("an unknown member");
    if name.starts_with('_') {
        return Err(unknown);
    }
    let layout = machine.shared.layouts.get(found.layout);
    let member = layout.member(name).ok_or(unknown)?;
    let address = plus(found.address, member.offset)?;
    let pointer = |layout, address| Ok(Value::Struct(StructValue { layout, address }));
    match member.kind {
        MemberKind::Value => Ok(number(machine.read(address)?)),
        MemberKind::Struct(layout) => pointer(layout, address),
        MemberKind::Pointer(layout) => match machine.read(address)? {
            MaybeRelocatable::RelocatableValue(target) => pointer(layout, target),
            MaybeRelocatable::Int(_) => Err(NO_ADDRESS),
        },
        MemberKind::Other => Err(unknown),
    }
}

/// That a value may be kept in a variable when the hint is over. What lists and tuples hold may.
fn stays(value: &Value) -> Result<(), Decline> {
    match value {
        Value::Struct(_) | Value::Iterator(_) | Value::Range(_) => {
            Err(Decline("a value that no variable keeps"))
        }
        _ => Ok(()),
    }
}

fn is_entered(step: &ScopeStep) -> bool {
    matches!(step, ScopeStep::Entered(_))
}

/// The value of a cell.
fn number(value: MaybeRelocatable) -> Value {
    match value {
        MaybeRelocatable::Int(felt) => Value::Integer(Integer::from(&felt)),
        MaybeRelocatable::RelocatableValue(address) => Value::Address(address),
    }
}

fn moved(address: Relocatable, cells: i64) -> Result<Relocatable, Decline> {
    let below = Decline("an address below its segment");
    let cells = isize::try_from(cells).map_err(|_| below)?;
    let offset = address.offset.checked_add_signed(cells).ok_or(below)?;
    Ok(Relocatable {
        segment_index: address.segment_index,
        offset,
    })
}

fn plus(address: Relocatable, cells: u64) -> Result<Relocatable, Decline> {
    moved(
        address,
        i64::try_from(cells).map_err(|_| Decline("an offset out of range"))?,
    )
}

/// Writes as the runs of cells that effects have: those that lie behind each other in one.
fn runs(writes: &[(Relocatable, MaybeRelocatable)]) -> Vec<CellRun> {
    let mut runs: Vec<(Relocatable, Vec<u8>)> = Vec::new();
    for (address, value) in writes {
        match runs.last_mut() {
            Some((start, values))
                if start.segment_index == address.segment_index
                    && start.offset + values.len() / CELL_BYTES == address.offset =>
            {
                wire::push_cell(values, Some(value));
            }
            _ => {
                let mut values = Vec::with_capacity(CELL_BYTES);
                wire::push_cell(&mut values, Some(value));
                runs.push((*address, values));
            }
        }
    }
    let run = |(start, values): (Relocatable, Vec<u8>)| CellRun {
        segment: start.segment_index as i64,
        offset: start.offset as u64,
        values: values.into(),
    };
    runs.into_iter().map(run).collect()
}
