//! The profile for `--profile_output`: steps by call stack of Cairo functions, and the time and number of
//! hint executions, as a gzipped pprof profile (`go tool pprof`, speedscope).

mod proto;
mod stacks;

use cairo_vm::vm::trace::trace_entry::TraceEntry;
use flate2::{Compression, write::GzEncoder};
use prost::Message;
use proto::{Function, Line, Location, Profile, Sample, ValueType};
use stacks::{FunctionIndex, Stacks};
use std::{
    collections::HashMap,
    io::{self, Write},
    time::Duration,
};

/// What a profile is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProfileInput<'a> {
    /// The trace of the run.
    pub trace: &'a [TraceEntry],
    /// Where each function starts in the program, and its name, sorted by the first.
    pub functions: &'a [(usize, String)],
    /// Number of cells of the program.
    pub program_size: usize,
    /// What was spent in each hint.
    pub hints: &'a [HintTime],
    /// How long the run took.
    pub duration: Duration,
}

/// What was spent in one hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HintTime {
    /// How the profile names it, for example `<hint3>`.
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
    let function_at = function_at(input);
    let mut locations: Vec<Option<u64>> = vec![None; input.functions.len() + 1];
    let mut location_of = |builder: &mut Builder, function: FunctionIndex| {
        let function = function as usize;
        if let Some(id) = locations[function] {
            return id;
        }
        let (address, name) = match function.checked_sub(1) {
            Some(index) => (input.functions[index].0, input.functions[index].1.as_str()),
            None => (0, "<no function>"),
        };
        let id = builder.location(address, name, "", 0);
        locations[function] = Some(id);
        id
    };
    for (stack, steps) in Stacks::count(input.trace, &function_at).iter() {
        let location_id = stack
            .into_iter()
            .map(|function| location_of(&mut builder, function))
            .collect();
        builder.profile.sample.push(Sample {
            location_id,
            value: vec![signed(steps), 0, 0],
        });
    }
    for hint in input.hints.iter().filter(|hint| hint.count > 0) {
        let address = hint.pc.unwrap_or(0);
        let mut location_id = vec![builder.location(address, &hint.label, &hint.file, hint.line)];
        if let Some(pc) = hint.pc {
            let function = function_at.get(pc).copied().unwrap_or(0);
            location_id.push(location_of(&mut builder, function));
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

/// The function at each offset of the program.
fn function_at(input: &ProfileInput<'_>) -> Vec<FunctionIndex> {
    let mut functions = vec![0; input.program_size];
    for (index, (start, _)) in input.functions.iter().enumerate() {
        let end = input
            .functions
            .get(index + 1)
            .map_or(input.program_size, |next| next.0)
            .min(input.program_size);
        if let Some(cells) = functions.get_mut(*start..end) {
            cells.fill(index as FunctionIndex + 1);
        }
    }
    functions
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

    fn location(&mut self, address: usize, name: &str, file: &str, line: u32) -> u64 {
        let name = self.string(name);
        let filename = self.string(file);
        let id = self.profile.location.len() as u64 + 1;
        self.profile.function.push(Function {
            id,
            name,
            system_name: name,
            filename,
        });
        self.profile.location.push(Location {
            id,
            address: address as u64,
            line: vec![Line {
                function_id: id,
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
        let hints = [HintTime {
            label: "<hint0>".to_string(),
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
            text(function.unwrap().name)
        };
        let samples: Vec<_> = profile
            .sample
            .iter()
            .map(|sample| {
                let stack: Vec<_> = sample.location_id.iter().map(name).collect();
                (stack, sample.value.clone())
            })
            .collect();
        assert_eq!(
            samples,
            [
                (vec!["main"], vec![2, 0, 0]),
                (vec!["inner", "main"], vec![2, 0, 0]),
                (vec!["<hint0>", "inner"], vec![0, 1500, 2]),
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
            hints: &[],
            duration: Duration::ZERO,
        });
        assert!(profile.sample.is_empty() && profile.location.is_empty());
    }
}
