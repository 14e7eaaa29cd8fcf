//! The text of an error at a pc, as the reference VM prints it.

use std::collections::HashMap;
use std::sync::Arc;

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use hint_proto::v1::Failed;

use super::error_message::substitute;
use super::memory_view::MemoryView;
use super::missing_lines;
use super::traceback::entries;
use crate::program::compiled::{Attribute, CompiledProgram};
use crate::program::places::{InputFile, InstructionLocation, Location, SourceFiles, line_of};
use crate::program::raised::trim_end;

/// The attributes whose texts are shown.
const ERROR_MESSAGE: &str = "error_message";

/// Most bytes of attributes that are shown for one pc: a program may put any number of them around it, and
/// they are shown again for each frame of the traceback.
const MAX_ATTRIBUTES: usize = 1 << 18;

/// Most files whose lines one traceback shows.
const MAX_FILES: usize = 16;

/// The programs of a run, to tell where a pc stands. Hints may load programs while it runs.
#[derive(Debug)]
pub struct ExceptionContext {
    programs: Vec<Loaded>,
    files: SourceFiles,
}

/// A program at its base.
#[derive(Debug)]
struct Loaded {
    base: Relocatable,
    program: Arc<CompiledProgram>,
}

/// An error of the run, in the parts that clients may want, and as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VmExceptionText {
    /// The `error_message` attributes around the pc.
    pub error_attr: String,
    /// Where the instruction or hint stands.
    pub location: Option<Location>,
    pub traceback: Option<String>,
    /// What `str()` of the reference VM's exception gives.
    pub text: String,
}

impl ExceptionContext {
    /// The context of a run whose program came without debug information.
    pub fn without_program() -> Self {
        Self {
            programs: Vec::new(),
            files: SourceFiles::Ignored,
        }
    }

    /// The context of a run of that program.
    pub fn new(program: Arc<CompiledProgram>, base: Relocatable, files: SourceFiles) -> Self {
        Self {
            programs: vec![Loaded { base, program }],
            files,
        }
    }

    /// Adds a program that a hint loaded.
    pub fn load(&mut self, program: Arc<CompiledProgram>, base: Relocatable) {
        self.programs.push(Loaded { base, program });
    }

    /// The error at a pc, with the registers as they are. For errors of a hint the index says which
    /// hint of that pc; notes are printed last.
    #[allow(
        clippy::too_many_arguments,
        reason = "the parts of the reference VM's exception"
    )]
    pub fn vm_exception(
        &self,
        pc: Relocatable,
        fp: Relocatable,
        message: &str,
        hint_index: Option<usize>,
        with_traceback: bool,
        notes: &[String],
        memory: &dyn MemoryView,
    ) -> VmExceptionText {
        let traceback = if with_traceback {
            self.traceback(fp, memory)
        } else {
            None
        };
        let error_attr = self.error_attributes(pc, &fp.into(), memory);
        self.assemble(pc, message, hint_index, error_attr, traceback, notes)
    }

    /// The error of a hint that does not compile, raised before the run starts.
    pub fn compile_error(
        &self,
        pc: Relocatable,
        message: &str,
        hint_index: usize,
        notes: &[String],
    ) -> VmExceptionText {
        self.assemble(pc, message, Some(hint_index), String::new(), None, notes)
    }

    /// Puts the lines of Cairo files into the traceback of a hint whose engine could not read them.
    pub fn complete(&self, failed: &mut Failed) {
        let Some(python) = &mut failed.python else {
            return;
        };
        let missing = std::mem::take(&mut python.missing_lines);
        if missing.is_empty() {
            return;
        }
        // Only files that hints of these programs stand in, each read once.
        let mut texts: HashMap<&str, Option<Arc<str>>> = HashMap::new();
        for line in &missing {
            if texts.len() < MAX_FILES && !texts.contains_key(line.filename.as_str()) {
                let file = self.file_of_hints(&line.filename);
                let text = file.and_then(|file| file.content(self.files));
                texts.insert(&line.filename, text);
            }
        }
        python.traceback = missing_lines::insert(&python.traceback, &missing, |missing| {
            let text = texts.get(missing.filename.as_str())?.as_deref()?;
            line_of(text, missing.line).map(str::to_owned)
        });
    }

    /// The file of this name that a hint stands in.
    fn file_of_hints(&self, filename: &str) -> Option<&InputFile> {
        let infos = self
            .programs
            .iter()
            .filter_map(|loaded| loaded.program.debug_info());
        let mut files = infos
            .flat_map(|info| info.instruction_locations.values())
            .flat_map(|location| location.hints.iter().flatten())
            .map(|hint| &*hint.location.input_file);
        files.find(|file| file.filename.as_deref() == Some(filename))
    }

    /// Where the instruction at a pc stands.
    pub fn instruction_location(&self, pc: Relocatable) -> Option<&InstructionLocation> {
        // A program that was loaded later hides an earlier one at the same place.
        self.programs.iter().rev().find_map(|loaded| {
            let offset = loaded.offset_of(pc)?;
            loaded
                .program
                .debug_info()?
                .instruction_locations
                .get(&offset)
        })
    }

    fn assemble(
        &self,
        pc: Relocatable,
        message: &str,
        hint_index: Option<usize>,
        error_attr: String,
        traceback: Option<String>,
        notes: &[String],
    ) -> VmExceptionText {
        let location = self.instruction_location(pc).map(|instruction| {
            let hint = hint_index.and_then(|index| instruction.hints.get(index)?.as_ref());
            hint.map_or(&instruction.inst, |hint| &hint.location)
        });
        let message = format!("Error at pc={pc}:\n{message}");
        let mut text = error_attr.clone();
        match location {
            Some(location) => text.push_str(&location.chain(&message, self.files)),
            None => {
                text.push_str(&message);
                text.push('\n');
            }
        }
        for part in traceback.iter().chain(notes) {
            text.push_str(part);
            text.push('\n');
        }
        text.truncate(trim_end(&text).len());
        VmExceptionText {
            error_attr,
            location: location.cloned(),
            traceback,
            text,
        }
    }

    fn traceback(&self, fp: Relocatable, memory: &dyn MemoryView) -> Option<String> {
        let mut text = String::new();
        for (fp, pc) in entries(fp, memory) {
            text.push_str(&self.error_attributes(pc, &fp, memory));
            let line = match self.instruction_location(pc) {
                Some(location) => location
                    .inst
                    .to_string_with_content(&format!("(pc={pc})"), self.files),
                None => format!("Unknown location (pc={pc})"),
            };
            text.push_str(&line);
            text.push('\n');
        }
        (!text.is_empty()).then(|| format!("Cairo traceback (most recent call last):\n{text}"))
    }

    fn error_attributes(
        &self,
        pc: Relocatable,
        fp: &MaybeRelocatable,
        memory: &dyn MemoryView,
    ) -> String {
        let mut text = String::new();
        let Some(main) = self.programs.first() else {
            return text;
        };
        for loaded in &self.programs {
            let Some(offset) = loaded
                .offset_of(pc)
                .and_then(|offset| i64::try_from(offset).ok())
            else {
                continue;
            };
            let covers = |attribute: &&Attribute| {
                attribute.name == ERROR_MESSAGE
                    && (attribute.start_pc..attribute.end_pc).contains(&offset)
            };
            for attribute in loaded.program.attributes().iter().filter(covers) {
                if text.len() > MAX_ATTRIBUTES {
                    return text;
                }
                // References are those of the main program, whichever program the text is from.
                let message = substitute(&main.program, attribute, fp, memory);
                text.push_str(&format!("Error message: {message}\n"));
            }
        }
        text
    }
}

impl Loaded {
    /// The pc relative to the program.
    fn offset_of(&self, pc: Relocatable) -> Option<usize> {
        let same = pc.segment_index == self.base.segment_index;
        same.then(|| pc.offset.checked_sub(self.base.offset))
            .flatten()
    }
}
