//! The call instructions that led to the current frame, read from the stack.

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};

use super::memory_view::MemoryView;

/// Most entries of a traceback, as in the reference VM.
const MAX_ENTRIES: usize = 20;

/// The frame pointer and pc of each call, most recent last.
pub(super) fn entries(
    fp: Relocatable,
    memory: &dyn MemoryView,
) -> Vec<(MaybeRelocatable, Relocatable)> {
    let before = |address: Relocatable, distance: usize| {
        let offset = address.offset.checked_sub(distance)?;
        memory.get(Relocatable::from((address.segment_index, offset)))
    };
    let mut entries = Vec::new();
    let mut fp = MaybeRelocatable::from(fp);
    for _ in 0..MAX_ENTRIES {
        let MaybeRelocatable::RelocatableValue(frame) = &fp else {
            break;
        };
        let (Some(caller), Some(return_pc)) = (before(*frame, 2), before(*frame, 1)) else {
            break;
        };
        if caller == fp {
            break;
        }
        fp = caller;
        let MaybeRelocatable::RelocatableValue(return_pc) = return_pc else {
            break;
        };
        let word = |distance| match before(return_pc, distance) {
            Some(MaybeRelocatable::Int(word)) => Some(word),
            _ => None,
        };
        let Some(last) = word(1) else { break };
        let distance = if is_call(last, false) {
            1
        } else if word(2).is_some_and(|first| is_call(first, true)) {
            2
        } else {
            break;
        };
        let pc = Relocatable::from((return_pc.segment_index, return_pc.offset - distance));
        entries.push((fp.clone(), pc));
    }
    entries.reverse();
    entries
}

/// Whether a word looks like a call instruction.
fn is_call(word: Felt252, has_immediate: bool) -> bool {
    let Ok(word) = u64::try_from(word) else {
        return false;
    };
    if word >> 63 != 0 {
        return false;
    }
    let flag = |bit: u32| word >> (48 + bit) & 1 == 1;
    let (immediate, fp_based, ap_based) = (flag(2), flag(3), flag(4));
    let operand = u8::from(immediate) + u8::from(fp_based) + u8::from(ap_based) <= 1;
    let plain_result = !flag(5) && !flag(6);
    let jump = (flag(7) != flag(8)) && !flag(9);
    let ap_regular = !flag(10) && !flag(11);
    let call = flag(12) && !flag(13) && !flag(14);
    operand && plain_result && jump && ap_regular && call && (!immediate || has_immediate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_calls() {
        let relative = Felt252::from(0x1104_8001_7fff_8000_u64);
        let absolute = Felt252::from(0x1084_8001_7fff_8000_u64);
        assert!(is_call(relative, true));
        assert!(is_call(absolute, true));
        assert!(!is_call(relative, false), "the immediate is missing");
        assert!(
            !is_call(Felt252::from(0x208b_7fff_7fff_7ffe_u64), true),
            "ret"
        );
        assert!(
            !is_call(Felt252::from(u64::MAX), true),
            "not an instruction"
        );
    }
}
