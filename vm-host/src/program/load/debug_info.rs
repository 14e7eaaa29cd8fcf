//! The places of the JSON. Texts that many places share are kept once.

use std::collections::HashMap;
use std::sync::Arc;

use super::raw::{RawDebugInfo, RawLocation};
use crate::program::places::{
    DebugInfo, HintLocation, InputFile, InstructionLocation, Location, ParentLocation,
};

/// Shares what the locations of a program have in common.
struct Builder {
    contents: HashMap<String, Arc<str>>,
    files: HashMap<(Option<String>, Option<String>), Arc<InputFile>>,
    messages: HashMap<String, Arc<str>>,
}

/// Takes over what the JSON says, without places that are incomplete.
pub(super) fn debug_info(raw: RawDebugInfo<'_>) -> DebugInfo {
    let contents = raw.file_contents.unwrap_or_default().0;
    let contents = contents
        .into_iter()
        .map(|(k, v)| (k.0.into_owned(), Arc::from(&*v.0)));
    let mut builder = Builder {
        contents: contents.collect(),
        files: HashMap::new(),
        messages: HashMap::new(),
    };
    let mut instruction_locations = HashMap::new();
    for (pc, instruction) in raw.instruction_locations.unwrap_or_default().0 {
        let (Ok(pc), Some(inst)) = (pc.0.parse(), instruction.inst) else {
            continue;
        };
        let Some(inst) = builder.location(inst) else {
            continue;
        };
        let hints = instruction
            .hints
            .unwrap_or_default()
            .0
            .into_iter()
            .map(|hint| {
                let hint = hint?;
                Some(HintLocation {
                    location: builder.location(hint.location?)?,
                    prefix_newlines: hint.n_prefix_newlines.unwrap_or(0),
                })
            });
        let hints = hints.collect();
        instruction_locations.insert(pc, InstructionLocation { inst, hints });
    }
    DebugInfo {
        instruction_locations,
    }
}

impl Builder {
    fn location(&mut self, raw: RawLocation<'_>) -> Option<Location> {
        let parent_location = match raw.parent_location {
            None => None,
            Some(parent) => {
                let (location, message) = *parent;
                let message = message.0.into_owned();
                let message = self
                    .messages
                    .entry(message)
                    .or_insert_with_key(|message| Arc::from(message.as_str()))
                    .clone();
                Some(Box::new(ParentLocation {
                    location: self.location(location)?,
                    message,
                }))
            }
        };
        let input_file = raw.input_file?;
        Some(Location {
            start_line: raw.start_line?,
            start_col: raw.start_col?,
            end_line: raw.end_line?,
            end_col: raw.end_col?,
            input_file: self.input_file(
                input_file.filename.map(|text| text.0.into_owned()),
                input_file.content.map(|text| text.0.into_owned()),
            ),
            parent_location,
        })
    }

    fn input_file(&mut self, filename: Option<String>, content: Option<String>) -> Arc<InputFile> {
        let contents = &self.contents;
        let key = (filename, content);
        let file = self
            .files
            .entry(key)
            .or_insert_with_key(|(filename, content)| {
                let known = filename
                    .as_ref()
                    .and_then(|name| contents.get(name))
                    .cloned();
                Arc::new(InputFile {
                    filename: filename.as_deref().map(Arc::from),
                    content: content.as_deref().map(Arc::from).or(known),
                })
            });
        file.clone()
    }
}
