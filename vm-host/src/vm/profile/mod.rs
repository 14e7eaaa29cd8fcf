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

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message;

use builder::Builder;
use proto::{Profile, Sample};
pub(crate) use stacks::{CodePlaces, FunctionIndex, PlaceIndex, StepStacks};

/// What a profile is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProfileInput<'a> {
    /// How readers call the program, for example the name of its file.
    pub program_name: &'a str,
    /// The steps of the run.
    pub steps: &'a StepStacks,
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
    let mut known = Known {
        functions: vec![None; input.functions.len() + 1],
        locations: HashMap::new(),
    };
    for (stack, steps) in input.steps.iter() {
        let location_id = known.stack(&mut builder, input, stack);
        builder.profile.sample.push(Sample {
            location_id,
            value: vec![signed(steps), 0, 0],
        });
    }
    for (hint, stack, spent) in hint_stacks(input.steps, input.hints) {
        let function = builder.function(&hint.label, &hint.file, hint.line);
        let own = builder.location(hint.pc.unwrap_or(0), function, hint.line);
        let mut location_id = vec![own];
        location_id.extend(known.stack(&mut builder, input, stack));
        builder.profile.sample.push(Sample {
            location_id,
            value: vec![0, signed(spent.nanos), signed(spent.count)],
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

/// What of the time and of the executions of a hint one call stack is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent {
    /// Time.
    pub(crate) nanos: u64,
    /// Executions.
    pub(crate) count: u64,
}

/// The call stacks that hints ran in, the innermost place first, and what was spent in each.
pub(crate) fn hint_stacks<'a>(
    steps: &StepStacks,
    hints: &'a [HintTime],
) -> Vec<(&'a HintTime, Vec<PlaceIndex>, Spent)> {
    let watched = steps.watched();
    let mut found = Vec::new();
    for hint in hints.iter().filter(|hint| hint.count > 0) {
        let ran = hint.pc.and_then(|pc| watched.get(&pc));
        // It failed before its instruction ran, or is none of the program's.
        let own = || {
            (
                hint.pc.map(|pc| steps.code().at(pc)).into_iter().collect(),
                1,
            )
        };
        let ran = ran.cloned().unwrap_or_else(|| vec![own()]);
        let parts: Vec<u64> = ran.iter().map(|(_, steps)| *steps).collect();
        let shares = shares(hint.nanos, &parts).zip(shares(hint.count, &parts));
        for ((stack, _), (nanos, count)) in ran.into_iter().zip(shares) {
            found.push((hint, stack, Spent { nanos, count }));
        }
    }
    found
}

/// What of the program is in the profile already.
struct Known {
    functions: Vec<Option<u64>>,
    locations: HashMap<(FunctionIndex, u32), u64>,
}

impl Known {
    /// The profile's numbers of the places of a stack.
    fn stack(
        &mut self,
        builder: &mut Builder,
        input: &ProfileInput<'_>,
        stack: Vec<PlaceIndex>,
    ) -> Vec<u64> {
        stack
            .into_iter()
            .map(|place| self.location(builder, input, place))
            .collect()
    }

    /// The profile's number of a place.
    fn location(
        &mut self,
        builder: &mut Builder,
        input: &ProfileInput<'_>,
        place: PlaceIndex,
    ) -> u64 {
        let place = input.steps.code().place(place);
        let (function, line) = (place.function, place.line);
        if let Some(id) = self.locations.get(&(function, line)) {
            return *id;
        }
        let (address, name) = match (function as usize).checked_sub(1) {
            Some(index) => (input.functions[index].0, input.functions[index].1.as_str()),
            // In angle brackets it would be taken for a template's argument, and not be shown.
            None => (0, "no function"),
        };
        let known = *self.functions[function as usize].get_or_insert_with(|| {
            let (file, line) = match input.lines.get(address) {
                Some(Some((file, line))) if function > 0 => (&**file, *line),
                _ => ("", 0),
            };
            builder.function(name, file, line)
        });
        let id = builder.location(address, known, line);
        self.locations.insert((function, line), id);
        id
    }
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
