//! The profile for `--profile_output`: steps by call stack of Cairo functions, and the time and number of
//! hint executions, as a gzipped pprof profile (`go tool pprof`, speedscope).

mod proto;
mod stacks;

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use cairo_vm::vm::trace::trace_entry::TraceEntry;
use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message;

use proto::{Function, Line, Location, Profile, Sample, ValueType};
use stacks::{CodePlaces, FunctionIndex, PlaceIndex, Stacks};

/// What a profile is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProfileInput<'a> {
    /// The trace of the run.
    pub trace: &'a [TraceEntry],
    /// Where each function starts in the program, and its name, sorted by the first.
    pub functions: &'a [(usize, String)],
    /// Number of cells of the program.
    pub program_size: usize,
    /// The file and line of each instruction, where they are known.
    pub lines: &'a [Option<(Arc<str>, u32)>],
    /// What was spent in each hint.
    pub hints: &'a [HintTime],
    /// How long the run took.
    pub duration: Duration,
}

/// What was spent in one hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HintTime {
    /// How the profile names it, for example `hint token.cairo:22`.
    pub label: String,
    /// The Cairo file it stands in; empty if unknown.
    pub file: String,
    /// Its line there; 0 if unknown.
    pub line: u32,
    /// Offset of its instruction in the program, if it is in the program: then the function that it
    /// stands in shows as its caller.
    pub pc: Option<usize>,
    /// Time of all executions together.
    pub nanos: u64,
    /// Number of executions.
    pub count: u64,
}

/// Writes the profile.
pub(crate) fn write_profile(writer: &mut dyn Write, input: &ProfileInput<'_>) -> io::Result<()> {
    let mut encoder = GzEncoder::new(writer, Compression::default());
    encoder.write_all(&profile(input).encode_to_vec())?;
    encoder.finish()?;
    Ok(())
}

fn profile(input: &ProfileInput<'_>) -> Profile {
    let mut builder = Builder::new();
    let steps = builder.value_type("steps", "count");
    let sample_type = vec![
        steps,
        builder.value_type("hint time", "nanoseconds"),
        builder.value_type("hints", "count"),
    ];
    let places = places(input);
    let mut known = Known {
        functions: vec![None; input.functions.len() + 1],
        locations: vec![None; places.all.len()],
    };
    for (stack, steps) in Stacks::count(input.trace, &places).iter() {
        let location_id = stack
            .into_iter()
            .map(|place| known.location(&mut builder, input, &places, place))
            .collect();
        builder.profile.sample.push(Sample {
            location_id,
            value: vec![signed(steps), 0, 0],
        });
    }
    for hint in input.hints.iter().filter(|hint| hint.count > 0) {
        let function = builder.function(&hint.label, &hint.file, hint.line);
        let mut location_id = vec![builder.location(hint.pc.unwrap_or(0), function, hint.line)];
        if let Some(pc) = hint.pc {
            let place = places.at.get(pc).copied().unwrap_or(0);
            location_id.push(known.location(&mut builder, input, &places, place));
        }
        builder.profile.sample.push(Sample {
            location_id,
            value: vec![0, signed(hint.nanos), signed(hint.count)],
        });
    }
    let default_sample_type = steps.r#type;
    Profile {
        sample_type,
        duration_nanos: i64::try_from(input.duration.as_nanos()).unwrap_or(i64::MAX),
        period_type: Some(steps),
        period: 1,
        default_sample_type,
        ..builder.profile
    }
}

/// What of the program is in the profile already.
struct Known {
    functions: Vec<Option<u64>>,
    locations: Vec<Option<u64>>,
}

impl Known {
    /// The profile's number of a place.
    fn location(
        &mut self,
        builder: &mut Builder,
        input: &ProfileInput<'_>,
        places: &CodePlaces,
        place: PlaceIndex,
    ) -> u64 {
        let (function, line) = places.all[place as usize];
        if let Some(id) = self.locations[place as usize] {
            return id;
        }
        let (address, name) = match (function as usize).checked_sub(1) {
            Some(index) => (input.functions[index].0, input.functions[index].1.as_str()),
            // In angle brackets it would be taken for a template's argument, and not be shown.
            None => (0, "no function"),
        };
        let function = *self.functions[function as usize].get_or_insert_with(|| {
            let (file, line) = match input.lines.get(address) {
                Some(Some((file, line))) if function > 0 => (&**file, *line),
                _ => ("", 0),
            };
            builder.function(name, file, line)
        });
        let id = builder.location(address, function, line);
        self.locations[place as usize] = Some(id);
        id
    }
}

/// The lines of the program's functions.
fn places(input: &ProfileInput<'_>) -> CodePlaces {
    let mut places = CodePlaces {
        at: vec![0; input.program_size],
        all: vec![(0, 0)],
    };
    let mut known: HashMap<(FunctionIndex, u32), PlaceIndex> = HashMap::new();
    for (index, (start, _)) in input.functions.iter().enumerate() {
        let end = input
            .functions
            .get(index + 1)
            .map_or(input.program_size, |next| next.0)
            .min(input.program_size);
        let line_at = |pc: usize| input.lines.get(pc).and_then(Option::as_ref);
        let own_file = line_at(*start).map(|(file, _)| file);
        let function = index as FunctionIndex + 1;
        for pc in *start..end {
            // Code that was put here from another file has no line of this one.
            let line = line_at(pc)
                .filter(|(file, _)| Some(file) == own_file)
                .map_or(0, |(_, line)| *line);
            let next = places.all.len() as PlaceIndex;
            let place = *known.entry((function, line)).or_insert(next);
            if place == next {
                places.all.push((function, line));
            }
            places.at[pc] = place;
        }
    }
    places
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A profile under construction, with the indices of its strings.
struct Builder {
    profile: Profile,
    strings: HashMap<String, i64>,
}

impl Builder {
    fn new() -> Self {
        let mut builder = Self {
            profile: Profile::default(),
            strings: HashMap::new(),
        };
        // The format wants the empty string first.
        builder.string("");
        builder
    }

    fn string(&mut self, text: &str) -> i64 {
        if let Some(index) = self.strings.get(text) {
            return *index;
        }
        let index = self.profile.string_table.len() as i64;
        self.profile.string_table.push(text.to_string());
        self.strings.insert(text.to_string(), index);
        index
    }

    fn value_type(&mut self, name: &str, unit: &str) -> ValueType {
        ValueType {
            r#type: self.string(name),
            unit: self.string(unit),
        }
    }

    fn function(&mut self, name: &str, file: &str, start_line: u32) -> u64 {
        let name = self.string(name);
        let filename = self.string(file);
        let id = self.profile.function.len() as u64 + 1;
        self.profile.function.push(Function {
            id,
            name,
            system_name: name,
            filename,
            start_line: start_line.into(),
        });
        id
    }

    fn location(&mut self, address: usize, function_id: u64, line: u32) -> u64 {
        let id = self.profile.location.len() as u64 + 1;
        self.profile.location.push(Location {
            id,
            address: address as u64,
            line: vec![Line {
                function_id,
                line: line.into(),
            }],
        });
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cairo_vm::types::relocatable::Relocatable;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn written(input: &ProfileInput<'_>) -> Profile {
        let mut bytes = Vec::new();
        write_profile(&mut bytes, input).unwrap();
        let mut plain = Vec::new();
        GzDecoder::new(bytes.as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        Profile::decode(plain.as_slice()).unwrap()
    }

    #[test]
    fn samples_name_their_functions() {
        let entry = |pc, fp| TraceEntry {
            pc: Relocatable::from((0, pc)),
            ap: fp,
            fp,
        };
        let trace = [entry(0, 3), entry(5, 9), entry(6, 9), entry(1, 3)];
        let functions = [(0, "main".to_string()), (5, "inner".to_string())];
        let file: Arc<str> = "a.cairo".into();
        let lines: Vec<_> = [3, 4, 0, 0, 0, 6, 7, 0]
            .map(|line| (line > 0).then(|| (Arc::clone(&file), line)))
            .into();
        let hints = [HintTime {
            label: "hint a.cairo:7".to_string(),
            file: "a.cairo".to_string(),
            line: 7,
            pc: Some(6),
            nanos: 1500,
            count: 2,
        }];
        let profile = written(&ProfileInput {
            trace: &trace,
            functions: &functions,
            program_size: 8,
            lines: &lines,
            hints: &hints,
            duration: Duration::from_millis(2),
        });
        assert_eq!(profile.string_table[0], "");
        let text = |index: i64| profile.string_table[usize::try_from(index).unwrap()].as_str();
        let types: Vec<_> = profile
            .sample_type
            .iter()
            .map(|value| (text(value.r#type), text(value.unit)))
            .collect();
        assert_eq!(
            types,
            [
                ("steps", "count"),
                ("hint time", "nanoseconds"),
                ("hints", "count")
            ]
        );
        let name = |location: &u64| {
            let location = profile.location.iter().find(|other| other.id == *location);
            let function = location.unwrap().line[0].function_id;
            let function = profile.function.iter().find(|other| other.id == function);
            let function = function.unwrap();
            (
                text(function.name),
                text(function.filename),
                location.unwrap().line[0].line,
            )
        };
        let samples: Vec<_> = profile
            .sample
            .iter()
            .map(|sample| {
                let stack: Vec<_> = sample.location_id.iter().map(name).collect();
                (stack, sample.value.clone())
            })
            .collect();
        let main = |line| ("main", "a.cairo", line);
        let inner = |line| ("inner", "a.cairo", line);
        assert_eq!(
            samples,
            [
                (vec![main(3)], vec![1, 0, 0]),
                (vec![main(4)], vec![1, 0, 0]),
                (vec![inner(6), main(3)], vec![1, 0, 0]),
                (vec![inner(7), main(3)], vec![1, 0, 0]),
                (
                    vec![("hint a.cairo:7", "a.cairo", 7), inner(7)],
                    vec![0, 1500, 2]
                ),
            ]
        );
        assert_eq!(profile.duration_nanos, 2_000_000);
        assert_eq!(text(profile.default_sample_type), "steps");
    }

    #[test]
    fn an_empty_run_has_an_empty_profile() {
        let profile = written(&ProfileInput {
            trace: &[],
            functions: &[(9, "outside".to_string())],
            program_size: 1,
            lines: &[],
            hints: &[],
            duration: Duration::ZERO,
        });
        assert!(profile.sample.is_empty() && profile.location.is_empty());
    }
}
