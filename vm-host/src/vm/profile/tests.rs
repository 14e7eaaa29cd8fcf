//! Profiles as a reader of the format sees them.

use super::proto::Location;
use super::*;
use cairo_vm::types::relocatable::Relocatable;
use flate2::read::GzDecoder;
use std::io::Read;

/// The steps at these offsets and frame pointers.
fn counted(
    trace: &[(usize, usize)],
    functions: &[(usize, String)],
    lines: &[Option<(Arc<str>, u32)>],
    size: usize,
    watched: &[usize],
) -> StepStacks {
    let watched = watched.iter().copied();
    let mut steps = StepStacks::new(CodePlaces::new(functions, size, lines, watched));
    for (pc, fp) in trace {
        steps.count(Relocatable::from((0, *pc)), *fp);
    }
    steps
}

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
    // The hint at 6 runs twice below line 3 and once below line 4.
    let trace = [(0, 3), (5, 9), (6, 9), (6, 9), (1, 3), (6, 9)];
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
        count: 3,
    }];
    let profile = written(&ProfileInput {
        program_name: "a.json",
        steps: &counted(&trace, &functions, &lines, 8, &[6]),
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
            (vec![inner(7), main(3)], vec![2, 0, 0]),
            (vec![inner(7), main(4)], vec![1, 0, 0]),
            (
                vec![("hint a.cairo:7", "a.cairo", 7), inner(7), main(3)],
                vec![0, 1000, 2]
            ),
            (
                vec![("hint a.cairo:7", "a.cairo", 7), inner(7), main(4)],
                vec![0, 500, 1]
            ),
        ]
    );
    // Readers would look for a binary otherwise.
    let mapping = profile.mapping[0];
    assert_eq!(
        (text(mapping.filename), mapping.memory_limit),
        ("a.json", 8)
    );
    assert!(mapping.has_functions && mapping.has_filenames && mapping.has_line_numbers);
    let in_it = |location: &Location| location.mapping_id == mapping.id;
    assert!(profile.location.iter().all(in_it));
    assert_eq!(profile.duration_nanos, 2_000_000);
    assert_eq!(text(profile.default_sample_type), "steps");
}

#[test]
fn a_hint_that_failed_before_its_instruction_ran_is_kept() {
    let functions = [(0, "main".to_string())];
    let hint = |label: &str, pc| HintTime {
        label: label.to_string(),
        file: String::new(),
        line: 0,
        pc,
        nanos: 7,
        count: 1,
    };
    let profile = written(&ProfileInput {
        program_name: "a.json",
        steps: &counted(&[], &functions, &[], 2, &[1]),
        functions: &functions,
        program_size: 2,
        lines: &[],
        hints: &[hint("in the program", Some(1)), hint("elsewhere", None)],
        duration: Duration::ZERO,
    });
    let samples: Vec<_> = profile
        .sample
        .iter()
        .map(|sample| (sample.location_id.len(), sample.value.clone()))
        .collect();
    assert_eq!(samples, [(2, vec![0, 7, 1]), (1, vec![0, 7, 1])]);
}

#[test]
fn shares_add_up() {
    let shared = |total, parts: &[u64]| shares(total, parts).collect::<Vec<_>>();
    assert_eq!(shared(10, &[1, 1, 1]), [3, 3, 4]);
    assert_eq!(shared(5, &[2, 3]), [2, 3]);
    assert_eq!(shared(u64::MAX, &[u64::MAX, 1]), [u64::MAX - 1, 1]);
    assert_eq!(shared(0, &[4]), [0]);
}

#[test]
fn an_empty_run_has_an_empty_profile() {
    let profile = written(&ProfileInput {
        program_name: "a.json",
        steps: &counted(&[], &[(9, "outside".to_string())], &[], 1, &[]),
        functions: &[(9, "outside".to_string())],
        program_size: 1,
        lines: &[],
        hints: &[],
        duration: Duration::ZERO,
    });
    assert!(profile.sample.is_empty() && profile.location.is_empty());
}
