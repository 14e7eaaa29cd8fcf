//! Ends of runs that only hints can bring about, or that the reference VM does not have.

use cairo_vm::types::layout_name::LayoutName;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};

use super::harness::{end, file, options, ran};
use super::recorded;
use crate::command::options::RunOptions;
use crate::run::Run;
use crate::vm::VmConfig;
use crate::vm::pie::{AdditionalData, Pie, read_pie};
use crate::vm::start::initialize_pie;

/// A run of a program before its end.
fn ran_program(program: &str, arguments: &str) -> (Run, RunOptions) {
    let folder = tempfile::tempdir().unwrap();
    let code = recorded().programs[program].to_string();
    let mut words = vec![file(folder.path(), program, code)];
    words.extend(arguments.split_whitespace().map(str::to_string));
    let options = options(&words);
    let (run, advanced) = ran(&options);
    advanced.unwrap();
    (run, options)
}

#[test]
fn hint_scopes_must_be_closed() {
    let (mut run, options) = ran_program("empty", "");
    run.ended_mut().scope_depth = 2;
    assert_eq!(
        end(run, &options).unwrap_err(),
        "starkware.cairo.lang.vm.vm_exceptions.VmExceptionBase: \
         Every enter_scope() requires a corresponding exit_scope()."
    );
}

#[test]
fn integer_addresses_end_in_a_security_error() {
    let (mut run, options) = ran_program("empty", "");
    run.ended_mut().pure_address = Some("7".to_string());
    assert_eq!(
        end(run, &options).unwrap_err(),
        "starkware.cairo.lang.vm.vm_exceptions.SecurityError: \
         Expected memory address to be relocatable value. Found: 7."
    );
}

#[test]
fn a_temporary_segment_with_cells_must_be_moved() {
    let (mut run, options) = ran_program("empty", "");
    let vm = run.vm_mut();
    let segment = vm.add_temporary_segment();
    vm.insert_value(segment, MaybeRelocatable::from(3)).unwrap();
    assert_eq!(end(run, &options).unwrap_err(), "KeyError: -1");

    let (mut run, options) = ran_program("empty", "--print_memory");
    let vm = run.vm_mut();
    let (segment, target) = (vm.add_temporary_segment(), vm.add_memory_segment());
    vm.insert_value(segment, MaybeRelocatable::from(3)).unwrap();
    vm.add_relocation_rule(segment, target.into()).unwrap();
    run.ended_mut()
        .moves
        .insert(segment.segment_index, target.into());
    let stdout = end(run, &options).unwrap();
    assert!(stdout.contains("\n4:0   3\n"), "{stdout}");
}

#[test]
fn a_pointer_to_no_segment_is_no_valid_value() {
    for (arguments, text) in [
        (
            "",
            "starkware.cairo.lang.vm.vm_exceptions.SecurityError: \
             Invalid memory value at address 4:0: 9:1.",
        ),
        (
            "--no_secure_run",
            "Error: Failed to relocate 9:1 with allow_missing_segments = False.\n\
             segment_offsets={0: 1, 1: 2, 2: 4, 3: 4, 4: 4}.\n",
        ),
    ] {
        let (mut run, options) = ran_program("empty", arguments);
        let vm = run.vm_mut();
        let segment = vm.add_memory_segment();
        vm.insert_value(segment, Relocatable::from((9, 1))).unwrap();
        assert_eq!(end(run, &options).unwrap_err(), text);
    }
}

#[test]
fn a_segment_cannot_be_larger_than_hints_finalized_it() {
    let (mut run, options) = ran_program("empty", "");
    let vm = run.vm_mut();
    let segment = vm.add_memory_segment();
    vm.insert_value((segment + 1_usize).unwrap(), MaybeRelocatable::from(3))
        .unwrap();
    vm.segments.finalize(Some(1), 4, None);
    assert_eq!(
        end(run, &options).unwrap_err(),
        "Error: Segment 4 exceeded its allocated size."
    );
}

#[test]
fn deleted_cells_do_not_count() {
    let (mut run, options) = ran_program("empty", "--print_segments --print_info");
    let vm = run.vm_mut();
    let segment = vm.add_memory_segment();
    let last = (segment + 5_usize).unwrap();
    vm.insert_value(segment, MaybeRelocatable::from(3)).unwrap();
    vm.insert_value(last, MaybeRelocatable::from(3)).unwrap();
    vm.add_memory_segment();
    vm.delete_unaccessed(last).unwrap();
    let stdout = end(run, &options).unwrap();
    assert!(stdout.ends_with("4     4\n5     5\n"), "{stdout}");
    assert!(stdout.contains("Used memory cells: 4\n"), "{stdout}");
}

#[test]
fn a_page_must_lie_in_the_output() {
    let (mut run, options) = ran_program("empty_proof", "--proof_mode --layout small");
    let output = run.vm_mut().get_output_builtin_mut().unwrap();
    let start = Relocatable::from((output.base() as isize, 0));
    output.add_page(3, start, 1 << 40).unwrap();
    assert_eq!(
        end(run, &options).unwrap_err(),
        "Error: Page 3 is out of bounds."
    );
}

#[test]
fn output_attributes_of_hints_go_into_the_pie() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pie");
    let arguments = format!("--layout recursive --cairo_pie_output {}", path.display());
    let (mut run, options) = ran_program("unused_builtin", &arguments);
    let attributes = r#"{"tree": {"depth": [1, 2]}}"#;
    run.ended_mut().output_attributes = Some(attributes.to_string());
    end(run, &options).unwrap();
    assert_eq!(
        read_pie(&path).unwrap().output_attributes(),
        Some(attributes)
    );
}

#[test]
fn a_failed_run_still_shows_what_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let code = recorded().programs["assertion"].to_string();
    let words = [
        file(folder.path(), "assertion", code),
        "--debug_error".to_string(),
        "--print_info".to_string(),
        "--print_memory".to_string(),
        format!("--trace_file={}", trace.display()),
    ];
    let mut stdout = Vec::new();
    let error = super::run(&words, |_| {}, &mut stdout).expect_err("the assertion fails");
    assert!(error.text.is_empty(), "stdout says it");
    let stdout = String::from_utf8(stdout).unwrap();
    assert!(stdout.contains("Number of steps: 1 \n"), "{stdout}");
    assert!(stdout.contains("\n1:2   4\n"), "{stdout}");
    assert_eq!(std::fs::read(trace).unwrap().len(), 24);
}

fn pie() -> Pie {
    let folder = tempfile::tempdir().unwrap();
    let zip = super::decode_base64(&recorded().pies["pie"]);
    let path = file(folder.path(), "pie", zip);
    read_pie(path.as_ref()).unwrap()
}

#[track_caller]
fn check_refused(change: impl FnOnce(&mut Pie), text: &str) {
    let mut pie = pie();
    change(&mut pie);
    let config = VmConfig {
        layout: LayoutName::small,
        ..VmConfig::default()
    };
    let failure = initialize_pie(pie, &config, true, 1 << 20).expect_err("refused");
    assert!(failure.to_string().contains(text), "{failure}");
}

#[test]
fn a_pie_cannot_make_the_vm_fill_memory() {
    let far = (7, (1 << 30) - 2);
    check_refused(
        |pie| {
            pie.metadata.segments.extra[0].size = far.1 + 1;
            pie.memory.push((far, MaybeRelocatable::from(1)));
        },
        "missing cells\nhint: raise --max-memory-gap",
    );
    check_refused(
        |pie| pie.metadata.segments.extra[0].size = 1 << 30,
        "Security check for the CairoPIE input failed: Invalid segment size.",
    );
}

#[test]
fn a_pie_cannot_contradict_its_program() {
    check_refused(
        |pie| pie.memory[0].1 = MaybeRelocatable::from(1),
        "InconsistentMemoryError: Inconsistent memory assignment at address 0:0. 1 != ",
    );
}

#[test]
fn signatures_of_a_pie_must_be_in_their_segment() {
    use cairo_vm::{Felt252, types::builtin_name::BuiltinName};
    check_refused(
        |pie| {
            let metadata = &mut pie.metadata;
            metadata.builtins[1] = BuiltinName::ecdsa;
            metadata.builtins.swap(1, 2);
            let infos: Vec<_> = metadata
                .segments
                .builtins
                .iter()
                .map(|(_, info)| *info)
                .collect();
            metadata.segments.builtins = metadata.builtins.iter().copied().zip(infos).collect();
            let counted = &mut pie.execution_resources.builtin_instances;
            *counted = metadata.builtins.iter().map(|name| (*name, 0)).collect();
            let signature = ((9, 0), (Felt252::ONE, Felt252::ONE));
            let data = AdditionalData::Signatures(vec![signature]);
            pie.additional_data.push((BuiltinName::ecdsa, data));
        },
        "Signature hint must point to the signature builtin segment. \
         Found: [9, 0] (after relocation: 9:0).",
    );
}
