//! What the hints of a run share, whichever engine runs them: where they stand, what they did to the VM so
//! far, what was told about structs. Must not know engines.

use std::collections::HashMap;
use std::sync::Arc;

use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::cell::CELL_BYTES;
use hint_proto::v1::{self, Effects, StructDefinition};

use super::effects::{Applied, Applier, Breath, Refusal, RegisteredRule};
use super::limits::Limits;
use super::struct_names::StructPrefix;
use super::table::HintTable;
use super::watch::Watched;
use crate::engines::OwnEffects;
use crate::program::{CompiledProgram, ProgramParts};
use crate::vm::wire;
use crate::worker::Turn;

/// Who registered a rule: the place of the engine among the engines of the run, and the place of the hint's
/// language among those of the engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RuleOwner {
    pub(crate) engine: usize,
    pub(crate) language: usize,
}

/// A rule and who registered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OwnedRule {
    pub(crate) rule: RegisteredRule,
    pub(crate) owner: RuleOwner,
}

/// The hints of a run and what they did.
#[derive(Debug)]
pub struct RunState {
    pub(super) table: HintTable,
    pub(super) applier: Applier,
    /// The definitions of structs that some name led to, by their names on the wire.
    structs: HashMap<String, StructDefinition>,
    pub(super) program_json: Arc<[u8]>,
    /// Where its parts are, once somebody asked for one.
    pub(super) program_parts: Option<ProgramParts>,
    pub(super) rules: Vec<OwnedRule>,
    /// Cells in segments with validation rules of others than whose hint wrote them, and whose that was.
    pub(super) unvalidated: Vec<(Relocatable, RuleOwner)>,
    /// Cells that hints took out of memory, in order. Engines remember how much of it they were told.
    pub(super) removed: Vec<Relocatable>,
    pub(super) pure_address: Option<String>,
    pub(super) unheld_attributes: Option<String>,
    /// Who follows the run.
    pub(super) watched: Watched,
}

/// What a name stands for, with the structs that it leads to, by their names on the wire.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) definition: v1::Definition,
    pub(super) structs: Vec<String>,
}

impl RunState {
    /// Before the first hint of `program`, whose code starts at `base`.
    #[must_use]
    pub fn new(
        (program, base, program_json): (Arc<CompiledProgram>, Relocatable, Arc<[u8]>),
        limits: Limits,
    ) -> Self {
        let mut table = HintTable::default();
        table.add(program, base);
        Self {
            table,
            applier: Applier::new(limits),
            structs: HashMap::new(),
            program_json,
            program_parts: None,
            rules: Vec::new(),
            unvalidated: Vec::new(),
            removed: Vec::new(),
            pure_address: None,
            unheld_attributes: None,
            watched: Watched::default(),
        }
    }

    /// Applies what a hint of `owner` did.
    pub(super) async fn apply(
        &mut self,
        vm: &mut VirtualMachine,
        effects: &Effects,
        owner: RuleOwner,
        turn: &Turn,
    ) -> Result<(), Refusal> {
        let Applied {
            rules,
            pure_address,
            unheld_attributes,
        } = self
            .applier
            .apply_breathing(vm, effects, Breath::of(turn))
            .await?;
        if !self.rules.is_empty() {
            self.note_unvalidated(effects, owner);
        }
        let owned = rules.into_iter().map(|rule| OwnedRule { rule, owner });
        self.rules.extend(owned);
        if self.pure_address.is_none() {
            self.pure_address = pure_address;
        }
        if unheld_attributes.is_some() {
            self.unheld_attributes = unheld_attributes;
        }
        Ok(())
    }

    /// Applies what a hint of an engine in the host did, `owner`.
    pub(super) async fn apply_own(
        &mut self,
        vm: &mut VirtualMachine,
        effects: &OwnEffects,
        owner: RuleOwner,
        turn: &Turn,
    ) -> Result<(), Refusal> {
        let breath = Breath::of(turn);
        self.applier.apply_own(vm, effects, breath).await?;
        if !self.rules.is_empty() {
            for (address, _) in &effects.writes {
                if self.is_validated(address.segment_index as i64, owner) {
                    self.unvalidated.push((*address, owner));
                }
            }
        }
        Ok(())
    }

    /// Whether rules look at cells of a segment that `writer` does not have.
    fn is_validated(&self, segment: i64, writer: RuleOwner) -> bool {
        self.rules.iter().any(|owned| {
            owned.rule.kind == v1::RuleKind::Validation
                && owned.owner != writer
                && i64::try_from(owned.rule.segment) == Ok(segment)
        })
    }

    /// Remembers what was written where rules have to look at it that whoever wrote it does not have.
    fn note_unvalidated(&mut self, effects: &Effects, writer: RuleOwner) {
        for run in &effects.writes {
            if !self.is_validated(run.segment, writer) {
                continue;
            }
            let count = run.values.len() / CELL_BYTES;
            let cells = (run.offset..).take(count).filter_map(|offset| {
                wire::address(&v1::Relocatable {
                    segment: run.segment,
                    offset: offset.cast_signed(),
                })
            });
            self.unvalidated.extend(cells.map(|cell| (cell, writer)));
        }
    }

    /// The meaning of a name in a hint.
    pub(super) fn resolve(&mut self, id: u32, scope: &str, name: &str) -> Option<Resolved> {
        let (loaded, hint) = self.table.hint(id)?;
        let mut resolution = loaded.program.resolve(hint, scope, name);
        let prefix = StructPrefix::of(loaded.first_hint);
        prefix.qualify(&mut resolution.definition);
        let mut structs = Vec::new();
        for own_name in resolution.structs.iter() {
            let full_name = prefix.name(own_name);
            if !self.structs.contains_key(&full_name)
                && let Some(mut definition) = loaded.program.struct_definition(own_name)
            {
                prefix.qualify_struct(&mut definition);
                self.structs.insert(full_name.clone(), definition);
            }
            structs.push(full_name);
        }
        Some(Resolved {
            definition: resolution.definition,
            structs,
        })
    }

    /// A struct that some name led to.
    pub(super) fn struct_definition(&self, full_name: &str) -> Option<&StructDefinition> {
        self.structs.get(full_name)
    }

    /// The language of a hint.
    pub(super) fn language(&self, id: u32) -> &str {
        let hint = self.table.hint(id);
        hint.map_or(hint_proto::PYTHON, |(_, hint)| hint.language())
    }
}
