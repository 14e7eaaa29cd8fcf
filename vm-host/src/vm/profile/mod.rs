//! The profile for `--profile_output`: steps by call stack of Cairo functions, and the time and number of
//! hint executions, as a gzipped pprof profile (`go tool pprof`, speedscope).

mod builder;
mod proto;
mod stacks;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use cairo_vm::vm::trace::trace_entry::TraceEntry;
use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message;

use builder::Builder;
use proto::{Profile, Sample};
use stacks::{CodePlaces, FunctionIndex, PlaceIndex, Stacks};

/// What a profile is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProfileInput<'a> {
    /// How readers call the program, for example the name of its file.
    pub program_name: &'a str,
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
    /// Offset of its instruction in the program, if it is in the program: then it is shown in the call
    /// stacks that the instruction ran in.
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
    let mut builder = Builder::new(input.program_name, input.program_size);
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
    let mut watched = vec![false; input.program_size];
    for pc in input.hints.iter().filter_map(|hint| hint.pc) {
        if let Some(watched) = watched.get_mut(pc) {
            *watched = true;
        }
    }
    let stacks = Stacks::count(input.trace, &places, &watched);
    for (stack, steps) in stacks.iter() {
        let location_id = known.stack(&mut builder, input, &places, stack);
        builder.profile.sample.push(Sample {
            location_id,
            value: vec![signed(steps), 0, 0],
        });
    }
    for hint in input.hints.iter().filter(|hint| hint.count > 0) {
        let function = builder.function(&hint.label, &hint.file, hint.line);
        let own = builder.location(hint.pc.unwrap_or(0), function, hint.line);
        let place = |pc: usize| places.at.get(pc).copied().unwrap_or(0);
        let mut ran: Vec<_> = hint
            .pc
            .map_or_else(Vec::new, |pc| stacks.at(pc, place(pc)).collect());
        if ran.is_empty() {
            // It failed before its instruction ran, or is none of the program's.
            ran.push((hint.pc.map(place).into_iter().collect(), 1));
        }
        let steps: Vec<u64> = ran.iter().map(|(_, steps)| *steps).collect();
        let shares = shares(hint.nanos, &steps).zip(shares(hint.count, &steps));
        for ((stack, _), (nanos, count)) in ran.into_iter().zip(shares) {
            let mut location_id = vec![own];
            location_id.extend(known.stack(&mut builder, input, &places, stack));
            builder.profile.sample.push(Sample {
                location_id,
                value: vec![0, signed(nanos), signed(count)],
            });
        }
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
    /// The profile's numbers of the places of a stack.
    fn stack(
        &mut self,
        builder: &mut Builder,
        input: &ProfileInput<'_>,
        places: &CodePlaces,
        stack: Vec<PlaceIndex>,
    ) -> Vec<u64> {
        stack
            .into_iter()
            .map(|place| self.location(builder, input, places, place))
            .collect()
    }

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

/// Divides a total in proportion to these parts, none of which is 0, such that nothing is lost. Of the time of
/// a hint only the total is known: what its executions took on average is what each stack is given.
fn shares(total: u64, parts: &[u64]) -> impl Iterator<Item = u64> {
    let whole: u128 = parts.iter().copied().map(u128::from).sum();
    let up_to = move |sum: u128| (u128::from(total) * sum / whole) as u64;
    parts.iter().scan(0, move |sum: &mut u128, part| {
        let before = up_to(*sum);
        *sum += u128::from(*part);
        Some(up_to(*sum) - before)
    })
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
