//! Memory for cairo-vm's table of decoded instructions, which does not ask for it.

use cairo_vm::types::instruction::Instruction;
use cairo_vm::types::relocatable::Relocatable;

use crate::account::{self, OverLimit};

/// How far cairo-vm's table of decoded instructions reaches: to the last instruction that ran in the program's
/// segment, which may be anywhere in it. The table does not ask whether there is memory.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Decoded {
    length: usize,
}

impl Decoded {
    /// Whether the table may reach as far as `pc`.
    #[inline]
    pub(super) fn admit(&mut self, pc: Relocatable) -> Result<(), OverLimit> {
        if pc.offset < self.length || pc.segment_index != 0 {
            return Ok(());
        }
        let bytes = (pc.offset - self.length).saturating_mul(size_of::<Option<Instruction>>());
        account::require(bytes)?;
        self.length = pc.offset.saturating_add(1);
        Ok(())
    }
}
