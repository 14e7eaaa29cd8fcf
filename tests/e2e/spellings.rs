//! Names that the specification asks for and the reference VM spells otherwise: both work.

use std::time::Duration;

use hint_tests::run::{finish, vm_host_run};

use crate::hint_program::HintProgram;

#[test]
fn both_spellings_of_the_segment_functions() {
    let code = "\
first = segments.add_temp_segment()
second = segments.add_temporary_segment()
third = segments.add_temporary_segments()
print([segment.segment_index for segment in (first, second, third)], segments.n_temp_segments)
for name in ('get_segments_used_sizes', 'get_segment_used_size'):
    arguments = (0,) if name == 'get_segment_used_size' else ()
    try:
        getattr(segments, name)(*arguments)
    except AssertionError as error:
        print(error)
for segment in (first, second, third):
    memory.add_relocation_rule(segment, segments.add())
ids.x = 1";
    let program = HintProgram::new(code);
    let finished = finish(&mut vm_host_run(program.path()), Duration::from_secs(60)).unwrap();
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    let stdout = finished.stdout_text();
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "[-1, -2, -3] 3",
            "compute_effective_sizes must be called before get_segments_used_sizes.",
            "compute_effective_sizes must be called before get_segment_used_size.",
        ]
    );
}
