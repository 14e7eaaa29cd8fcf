//! Every refusal, by name, in words, and with nothing applied.

use cairo_vm::Felt252;
use hint_proto::cell::EMPTY;

use super::*;
use crate::hint::testing::{
    OUTPUT, PROGRAM, RANGE_CHECK, RANGE_CHECK_96, TEMPORARY_SEGMENTS, raw_run,
};
use crate::vm::wire::PRIME;

/// What is refused, after which effects, and how.
struct Case {
    name: &'static str,
    before: Effects,
    effects: Effects,
    text: &'static str,
}

fn case(name: &'static str, effects: Effects, text: &'static str) -> Case {
    let before = Effects::default();
    Case {
        name,
        before,
        effects,
        text,
    }
}

/// Effects with one write of a felt to `segment:offset`.
fn one(segment: isize, offset: u64) -> Effects {
    writes([run_of(segment, offset, &[int(1)])])
}

fn relocations(rules: impl Into<Vec<RelocationRule>>) -> Effects {
    Effects {
        relocation_rules: rules.into(),
        ..Effects::default()
    }
}

fn signature(address: Option<v1::Relocatable>, r: &[u8], s: &[u8]) -> Effects {
    let signature = Signature {
        address,
        r: r.to_vec().into(),
        s: s.to_vec().into(),
    };
    Effects {
        signatures: vec![signature],
        ..Effects::default()
    }
}

fn finalized(segment: i64, size: Option<u64>, (offset, page): (u64, u64)) -> Effects {
    let finalized = FinalizedSegment {
        segment,
        size,
        public_cells: vec![PublicCell { offset, page }],
    };
    Effects {
        finalized_segments: vec![finalized],
        ..Effects::default()
    }
}

fn output(base: Option<v1::Relocatable>) -> Effects {
    let output_state = Some(OutputState {
        base,
        ..OutputState::default()
    });
    Effects {
        output_state,
        ..Effects::default()
    }
}

fn rules(rule: Rule) -> Effects {
    Effects {
        rules: vec![rule],
        ..Effects::default()
    }
}

fn added(count: usize, temporary: u32) -> Effects {
    Effects {
        added_segments: vec![AddedSegment::default(); count],
        added_temporary_segments: temporary,
        ..Effects::default()
    }
}

fn cells() -> Vec<Case> {
    let key = Felt252::from(9);
    let many = vec![int(1); 101];
    let padded = {
        let mut bytes = vec![0; 32];
        (bytes[31], bytes[20]) = (0x80, 1);
        bytes
    };
    let far = {
        let mut bytes = vec![0; 32];
        (bytes[31], bytes[7]) = (0x80, 0x40);
        bytes
    };
    let sparse = |offsets: &[u64]| {
        let runs: Vec<_> = offsets
            .iter()
            .map(|at| run_of(OUTPUT, *at, &[int(1)]))
            .collect();
        writes(runs)
    };
    let (r, s) = signature_of(MESSAGES[0]);
    let (r, s) = (r.to_bytes_le(), s.to_bytes_le());
    let instance = |key: MaybeRelocatable, message: MaybeRelocatable| {
        let signed = signature(Some(address(ECDSA, 4)), &r, &s);
        both(&signed, &writes([run_of(ECDSA, 4, &[key, message])]))
    };
    let key_of = testing::public_key;
    vec![
        case(
            "TooManyCells",
            writes([run_of(EXECUTION, 9, &many)]),
            "the hint wrote `101` memory cells, more than the limit of `100`",
        ),
        case(
            "TooManyCells",
            writes([
                run_of(EXECUTION, 9, &many[..60]),
                run_of(OUTPUT, 9, &many[..60]),
            ]),
            "the hint wrote `120` memory cells, more than the limit of `100`",
        ),
        case(
            "Gap",
            one(OUTPUT, 52),
            "the hint wrote memory cell `2:52`, `51` cells past the end of its segment; the limit is \
             `50`\nhint: memory segments are dense here, so that every skipped cell takes 32 bytes",
        ),
        case(
            "Gap",
            writes([raw_run(OUTPUT, u64::MAX, Vec::new())]),
            "the hint wrote memory cell `2:18446744073709551615`, `18446744073709551614` cells past \
             the end of its segment; the limit is `50`\nhint: memory segments are dense here, so that \
             every skipped cell takes 32 bytes",
        ),
        case(
            "Gap",
            one(-1, 1 << 40),
            "the hint wrote memory cell `-1:1099511627776`, `1099511627775` cells past the end of its \
             segment; the limit is `50`\nhint: memory segments are dense here, so that every skipped \
             cell takes 32 bytes",
        ),
        // 40 small ones are free, then 41 + 41 + 41 is more than 120.
        case(
            "Gap",
            sparse(&[41, 83, 125, 167]),
            "the hint wrote memory cell `2:167`, `41` cells past the end of its segment; the limit is \
             `50`\nhint: memory segments are dense here, so that every skipped cell takes 32 bytes",
        ),
        case(
            "UnknownSegment",
            one(99, 0),
            "the hint wrote into segment `99`, which does not exist",
        ),
        case(
            "UnknownSegment",
            one(-1 - TEMPORARY_SEGMENTS - 1, 0),
            "the hint wrote into segment `-5`, which does not exist",
        ),
        case(
            "UnknownSegment",
            one(isize::MIN, 0),
            "the hint wrote into segment `-9223372036854775808`, which does not exist",
        ),
        case(
            "Cell",
            writes([raw_run(EXECUTION, 9, EMPTY.to_vec())]),
            "the hint wrote an empty memory cell to `1:9`",
        ),
        case(
            "Cell",
            writes([raw_run(EXECUTION, 9, PRIME.to_vec())]),
            "the hint wrote a felt that is not below the prime to `1:9`",
        ),
        case(
            "Cell",
            writes([raw_run(EXECUTION, 9, vec![0x90; 32])]),
            "the hint wrote a malformed memory cell to `1:9`",
        ),
        case(
            "Cell",
            writes([raw_run(EXECUTION, 9, padded)]),
            "the hint wrote a malformed memory cell to `1:9`",
        ),
        case(
            "Cell",
            writes([raw_run(EXECUTION, 9, far)]),
            "the hint wrote the address `0:4611686018427387904`, which is out of range to `1:9`",
        ),
        case(
            "Cell",
            writes([run_of(EXECUTION, 9, &[pointer(-(1 << 30), 0)])]),
            "the hint wrote the address `-1073741824:0`, which is out of range to `1:9`",
        ),
        case(
            "Rewrite",
            writes([run_of(EXECUTION, 0, &[int(21)])]),
            "the hint changed memory cell `1:0`, which already has a value",
        ),
        case(
            "Rewrite",
            writes([run_of(PROGRAM, 0, &[int(10), int(11), int(13)])]),
            "the hint changed memory cell `0:2`, which already has a value",
        ),
        case(
            "Rewrite",
            one(-1, 0),
            "the hint changed memory cell `-1:0`, which already has a value",
        ),
        case(
            "Rewrite",
            writes([
                run_of(OUTPUT, 1, &[int(1), int(2)]),
                run_of(OUTPUT, 2, &[int(3)]),
            ]),
            "the hint changed memory cell `2:2`, which already has a value",
        ),
        // Even the same value: no engine of ours sends a cell twice.
        case(
            "Rewrite",
            writes([
                run_of(OUTPUT, 2, &[int(2)]),
                run_of(OUTPUT, 1, &[int(1), int(2)]),
            ]),
            "the hint changed memory cell `2:2`, which already has a value",
        ),
        case(
            "RangeCheck",
            writes([run_of(
                RANGE_CHECK,
                1,
                &[Felt252::from(2).pow(128u32).into()],
            )]),
            "the hint wrote a value to `3:1` that its range check refuses",
        ),
        case(
            "RangeCheck",
            writes([run_of(RANGE_CHECK, 1, &[int(1), pointer(0, 0)])]),
            "the hint wrote a value to `3:2` that its range check refuses",
        ),
        case(
            "RangeCheck",
            writes([run_of(
                RANGE_CHECK_96,
                0,
                &[Felt252::from(2).pow(96u32).into()],
            )]),
            "the hint wrote a value to `5:0` that its range check refuses",
        ),
        case(
            "Malformed run of cells",
            writes([raw_run(EXECUTION, 9, vec![0; 33])]),
            "the hint engine sent a malformed run of cells",
        ),
        case(
            "Memory",
            writes([run_of(ECDSA, 4, &[key.into(), int(1)])]),
            "the memory refused a hint's write: Signature hint is missing for ECDSA builtin at \
             address 4:4.\n    Add it using 'ecdsa_builtin.add_signature'.",
        ),
        case(
            "Memory",
            instance(key_of().into(), int(MESSAGES[1])),
            "the memory refused a hint's write: Signature \
             (3584405580551865428219475269479885146572531136338405764062386957581456592007, \
             865627736720639300037279803196203862725430089397137969886388610746789805398), is invalid, \
             with respect to the public key \
             1628448741648245036800002906075225705100596136133912895015035902954123957052, \n    and the message hash 5678.",
        ),
        case(
            "Memory",
            instance(pointer(0, 0), int(MESSAGES[0])),
            "the memory refused a hint's write: ECDSA builtin: Expected public key at address 4:4 to \
             be an integer",
        ),
        case(
            "Memory",
            instance(key_of().into(), pointer(0, 0)),
            "the memory refused a hint's write: ECDSA builtin: Expected message hash at address 4:5 \
             to be an integer",
        ),
    ]
}

fn others() -> Vec<Case> {
    let felts = Felt252::from(9).to_bytes_le();
    let to_felt = |bytes: &[u8]| Destination::Felt(bytes.to_vec().into());
    let elsewhere = || Destination::Address(address(OUTPUT, 30));
    let twice =
        "the memory refused a hint's write: Attempt to overwrite a relocation rule, segment: -2";
    vec![
        case(
            "TooManySegments",
            added(9, 0),
            "the hint added `9` segments, more than the limit of `8`",
        ),
        case(
            "TooManySegments",
            added(1, u32::MAX),
            "the hint added `4294967296` segments, more than the limit of `8`",
        ),
        case(
            "Malformed relocation rule",
            relocations([relocation(0, elsewhere())]),
            "the hint engine sent a malformed relocation rule",
        ),
        case(
            "Malformed relocation rule",
            relocations([RelocationRule {
                source_segment: -2,
                destination: None,
            }]),
            "the hint engine sent a malformed relocation rule",
        ),
        case(
            "NegativeDestination",
            relocations([relocation(-2, Destination::Address(address(1, -1)))]),
            "cannot relocate a temporary segment to `1:-1`: the offset is negative",
        ),
        case(
            "Malformed relocation rule",
            relocations([relocation(-2, Destination::Address(address(1, 1 << 62)))]),
            "the hint engine sent a malformed relocation rule",
        ),
        case(
            "Malformed felt",
            relocations([relocation(-2, to_felt(&felts[..31]))]),
            "the hint engine sent a malformed felt",
        ),
        case(
            "Malformed felt",
            relocations([relocation(-2, to_felt(&PRIME))]),
            "the hint engine sent a malformed felt",
        ),
        case(
            "Memory",
            relocations([relocation(-2, elsewhere()), relocation(-2, elsewhere())]),
            twice,
        ),
        Case {
            before: relocations([relocation(-2, elsewhere())]),
            ..case("Memory", relocations([relocation(-2, elsewhere())]), twice)
        },
        // The first rule waits for one of segment -3.
        Case {
            before: relocations([relocation(-2, Destination::Address(address(-3, 0)))]),
            ..case("Memory", relocations([relocation(-2, elsewhere())]), twice)
        },
        case(
            "Malformed signature",
            signature(None, &felts, &felts),
            "the hint engine sent a malformed signature",
        ),
        case(
            "Malformed signature",
            signature(Some(address(ECDSA, -2)), &felts, &felts),
            "the hint engine sent a malformed signature",
        ),
        case(
            "Malformed felt",
            signature(Some(address(ECDSA, 2)), &[], &felts),
            "the hint engine sent a malformed felt",
        ),
        case(
            "Malformed felt",
            signature(Some(address(ECDSA, 2)), &felts, &PRIME),
            "the hint engine sent a malformed felt",
        ),
        case(
            "Malformed finalized segment",
            finalized(-1, None, (0, 0)),
            "the hint engine sent a malformed finalized segment",
        ),
        case(
            "Malformed finalized segment",
            finalized(1 << 30, None, (0, 0)),
            "the hint engine sent a malformed finalized segment",
        ),
        case(
            "Malformed finalized segment",
            finalized(1, Some((1 << 47) + 1), (0, 0)),
            "the hint engine sent a malformed finalized segment",
        ),
        case(
            "Malformed finalized segment",
            finalized(1, None, (u64::MAX, 0)),
            "the hint engine sent a malformed finalized segment",
        ),
        case(
            "Malformed finalized segment",
            finalized(1, None, (0, u64::MAX)),
            "the hint engine sent a malformed finalized segment",
        ),
        case(
            "Malformed segment size",
            Effects {
                added_segments: vec![AddedSegment {
                    size: Some(u64::MAX),
                }],
                ..Effects::default()
            },
            "the hint engine sent a malformed segment size",
        ),
        case(
            "Malformed output state",
            output(None),
            "the hint engine sent a malformed output state",
        ),
        case(
            "Malformed output state",
            output(Some(address(-1, 0))),
            "the hint engine sent a malformed output state",
        ),
        case(
            "Malformed output state",
            output(Some(address(OUTPUT, -1))),
            "the hint engine sent a malformed output state",
        ),
        case(
            "Malformed rule",
            rules(rule(1, RuleKind::Unspecified, 1)),
            "the hint engine sent a malformed rule",
        ),
        case(
            "Malformed rule",
            rules(Rule {
                id: 1,
                kind: 77,
                segment: 1,
            }),
            "the hint engine sent a malformed rule",
        ),
    ]
}

/// The name of a refusal; a new one does not compile until it is here, and does not pass without a case.
fn name(refusal: &Refusal) -> String {
    match refusal {
        Refusal::TooManyCells { .. } => "TooManyCells",
        Refusal::TooManySegments { .. } => "TooManySegments",
        // How many there are depends on what stands beside it: it has a test of its own.
        Refusal::Segments(_) => "Segments",
        Refusal::Gap { .. } => "Gap",
        Refusal::UnknownSegment(_) => "UnknownSegment",
        Refusal::Cell { .. } => "Cell",
        Refusal::Rewrite(_) => "Rewrite",
        Refusal::RangeCheck(_) => "RangeCheck",
        Refusal::Malformed(part) => return format!("Malformed {part}"),
        Refusal::NegativeDestination { .. } => "NegativeDestination",
        Refusal::Memory(_) => "Memory",
    }
    .to_owned()
}

fn check(case: &Case) {
    let Case {
        name: expected,
        before,
        effects,
        text,
    } = case;
    // Alone, behind good parts and before them: whatever the order of the checks, nothing is applied.
    let behind = both(&full(), effects);
    let mut ahead = both(effects, &full());
    ahead.output_state = behind.output_state.clone();
    for effects in [effects, &behind, &ahead] {
        let mut scene = Scene::new();
        scene.apply(before).unwrap();
        let state = scene.state();
        let refusal = scene.apply(effects).unwrap_err();
        assert_eq!(name(&refusal), *expected, "{refusal}");
        if effects.pure_address.is_none() {
            assert_eq!(refusal.to_string(), *text);
        }
        assert_eq!(scene.state(), state, "{refusal}");
        scene.apply(&full()).expect("a refusal uses up no limit");
    }
}

#[test]
fn refused_effects_change_nothing() {
    for case in cells().iter().chain(&others()) {
        check(case);
    }
}

#[test]
fn a_run_has_so_many_segments_and_no_more() {
    let mut scene = Scene::new();
    let vm = &scene.vm.segments;
    let segments = (vm.num_segments() + vm.num_temp_segments()) as u64;
    scene.applier = Applier::new(Limits {
        segments: segments + 2,
        ..LIMITS
    });
    let add = |real, temporary| Effects {
        added_segments: vec![AddedSegment::default(); real],
        added_temporary_segments: temporary,
        ..Effects::default()
    };
    let refusal = scene.apply(&add(1, 2)).unwrap_err();
    let (found, limit) = (segments + 3, segments + 2);
    assert_eq!(
        refusal.to_string(),
        format!("the run has `{found}` segments, more than the limit of `{limit}`")
    );
    scene.apply(&add(1, 1)).unwrap();
    scene.apply(&add(0, 0)).unwrap();
    scene.apply(&add(0, 1)).unwrap_err();
}

#[test]
fn every_refusal_has_a_case() {
    use crate::hint::effects::Part;
    let parts = [
        Part::RunOfCells,
        Part::RelocationRule,
        Part::Signature,
        Part::Felt,
        Part::FinalizedSegment,
        Part::SegmentSize,
        Part::OutputState,
        Part::Rule,
    ];
    let others = "TooManyCells TooManySegments Gap UnknownSegment Cell Rewrite RangeCheck \
                  NegativeDestination Memory";
    let malformed = parts.map(|part| format!("Malformed {part}"));
    let names = others
        .split_whitespace()
        .map(str::to_owned)
        .chain(malformed);
    let cases: Vec<Case> = cells().into_iter().chain(self::others()).collect();
    for name in names {
        assert!(cases.iter().any(|case| case.name == name), "{name}");
    }
}

#[test]
fn a_request_is_not_called_a_hint() {
    use crate::hint::effects::Writer;
    let told = |effects: &Effects| {
        let refusal = Scene::new().apply(effects).unwrap_err();
        refusal.told(Writer::Request).to_string()
    };
    assert_eq!(
        told(&one(99, 0)),
        "the request wrote into segment `99`, which does not exist"
    );
    assert_eq!(
        told(&writes([raw_run(EXECUTION, 9, vec![0; 33])])),
        "the request sent a malformed run of cells"
    );
}
