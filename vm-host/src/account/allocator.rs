//! An allocator that charges blocks to accounts. A block of some size has its account written behind it, a mapping
//! before it, so that it is taken off the right one also when another thread gives it back.

#![expect(unsafe_code, reason = "an allocator deals in raw memory")]

use std::alloc::{GlobalAlloc, Layout};
use std::ptr;
use std::sync::Arc;

use super::ledger::{Ledger, charged};
use super::mapping;

/// Smaller blocks are not charged: there are many, they come and go, and what makes them is bounded otherwise.
const LEAST: usize = 1 << 10;
/// From here on blocks are mappings: what is smaller is also given back and taken again all the time.
const MAPPED: usize = 1 << 22;
/// What is behind a charged block.
const MARK: usize = size_of::<*const Ledger>();
/// What is before a mapped block: behind it the mark would take a page of its own.
const HEADER: usize = 64;
/// The alignment of cairo-vm's cells, which it reserves so that it can do without. Nothing else that is made
/// while blocks are refused has it.
const CELLS: usize = 32;

/// An allocator whose blocks are charged to the account that a thread has entered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Charged<A>(A);

impl<A> Charged<A> {
    /// Charges what `allocator` gives.
    pub const fn new(allocator: A) -> Self {
        Self(allocator)
    }
}

/// Gives freed memory back to the system. By itself mimalloc keeps it until somebody frees more, so that a server whose
/// VMs all ended would hold what they had. Takes some milliseconds, and does nothing where another allocator serves.
pub fn give_back() {
    // SAFETY: it touches what is freed alone, and may be called at any time.
    unsafe { libmimalloc_sys::mi_collect(true) }
}

/// Where a block comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The allocator below, as it is.
    Small,
    /// The allocator below, with a mark behind it.
    Marked,
    /// A mapping of its own, with a mark before it.
    Mapped,
}

impl Kind {
    fn of(layout: Layout) -> Self {
        match layout.size() {
            ..LEAST => Self::Small,
            MAPPED.. if layout.align() <= HEADER => Self::Mapped,
            _ => Self::Marked,
        }
    }
}

/// The layout of a block with its mark.
fn with_mark(layout: Layout) -> Option<Layout> {
    let mark = match Kind::of(layout) {
        Kind::Small => 0,
        Kind::Marked => MARK,
        Kind::Mapped => HEADER,
    };
    Layout::from_size_align(layout.size().checked_add(mark)?, layout.align()).ok()
}

/// Charges a block to an account, if there is one. Whether it may be taken.
///
/// # Safety
/// The account is that of an `Arc` which somebody holds.
unsafe fn charge(account: *const Ledger, layout: Layout) -> bool {
    // SAFETY: somebody holds it.
    let Some(ledger) = (unsafe { account.as_ref() }) else {
        return true;
    };
    let (_, refusing) = charged();
    if !ledger.charge(layout.size(), refusing && layout.align() == CELLS) {
        return false;
    }
    // SAFETY: it is that of an `Arc`; the block holds it, too, from now on.
    unsafe { Arc::increment_strong_count(account) };
    true
}

/// Takes a block off its account.
fn discharge(account: *const Ledger, bytes: usize) {
    if account.is_null() {
        return;
    }
    // SAFETY: the block held it until now, and it came from an `Arc`.
    unsafe {
        (*account).discharge(bytes);
        Arc::decrement_strong_count(account);
    }
}

/// Where the account of a block is written.
///
/// # Safety
/// It is a block of that layout, and has a mark.
unsafe fn mark(block: *mut u8, layout: Layout) -> *mut *const Ledger {
    // SAFETY: there is room for it behind the block or before it.
    let place = unsafe {
        match Kind::of(layout) {
            Kind::Mapped => block.sub(HEADER),
            Kind::Small | Kind::Marked => block.add(layout.size()),
        }
    };
    place.cast()
}

impl<A: GlobalAlloc> Charged<A> {
    /// A block that is charged to an account.
    ///
    /// # Safety
    /// The layout is not empty, and the account is null or that of an `Arc` which somebody holds.
    unsafe fn take(&self, layout: Layout, zeroed: bool, account: *const Ledger) -> *mut u8 {
        let kind = Kind::of(layout);
        // SAFETY: the caller's promise, for all of it.
        unsafe {
            if kind == Kind::Small {
                return match zeroed {
                    true => self.0.alloc_zeroed(layout),
                    false => self.0.alloc(layout),
                };
            }
            let Some(marked) = with_mark(layout) else {
                return ptr::null_mut();
            };
            if !charge(account, layout) {
                return ptr::null_mut();
            }
            let block = match (kind, zeroed) {
                (Kind::Mapped, _) => match mapping::map(marked.size()) {
                    start if start.is_null() => start,
                    start => start.add(HEADER),
                },
                (_, true) => self.0.alloc_zeroed(marked),
                (_, false) => self.0.alloc(marked),
            };
            if block.is_null() {
                discharge(account, layout.size());
            } else {
                mark(block, layout).write_unaligned(account);
            }
            block
        }
    }

    /// The account of a block.
    ///
    /// # Safety
    /// The block came from `take` with that layout.
    unsafe fn account_of(block: *mut u8, layout: Layout) -> *const Ledger {
        match Kind::of(layout) {
            Kind::Small => ptr::null(),
            // SAFETY: it has a mark.
            Kind::Marked | Kind::Mapped => unsafe { mark(block, layout).read_unaligned() },
        }
    }
}

// SAFETY: blocks are those of `A` or mappings, at least as large as asked for, and go back with the layout they came
// with.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Charged<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise; the thread holds its account.
        unsafe { self.take(layout, false, charged().0) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise; the thread holds its account.
        unsafe { self.take(layout, true, charged().0) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise: a block of that layout came from `take`.
        unsafe {
            let account = Self::account_of(block, layout);
            match (Kind::of(layout), with_mark(layout)) {
                (Kind::Small, _) | (_, None) => self.0.dealloc(block, layout),
                (Kind::Marked, Some(marked)) => self.0.dealloc(block, marked),
                (Kind::Mapped, Some(marked)) => mapping::unmap(block.sub(HEADER), marked.size()),
            }
            discharge(account, layout.size());
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Ok(wanted) = Layout::from_size_align(size, layout.align()) else {
            return ptr::null_mut();
        };
        let kind = Kind::of(layout);
        if kind != Kind::of(wanted) {
            // SAFETY: the caller's promise; the blocks are different ones.
            unsafe {
                // What grows stays on its account; one that had none goes to the thread's.
                let before = match kind {
                    Kind::Small => charged().0,
                    Kind::Marked | Kind::Mapped => Self::account_of(block, layout),
                };
                let moved = self.take(wanted, false, before);
                if !moved.is_null() {
                    ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                    self.dealloc(block, layout);
                }
                return moved;
            }
        }
        let (Kind::Marked | Kind::Mapped, Some(old), Some(new)) =
            (kind, with_mark(layout), with_mark(wanted))
        else {
            // SAFETY: the caller's promise.
            return unsafe { self.0.realloc(block, layout, size) };
        };
        // SAFETY: the block came from `take`, with its mark, which the account outlives.
        unsafe {
            let account = Self::account_of(block, layout);
            let (more, less) = (
                size.saturating_sub(layout.size()),
                layout.size().saturating_sub(size),
            );
            if let Some(ledger) = account.as_ref() {
                let (_, refusing) = charged();
                if !ledger.charge(more, refusing && layout.align() == CELLS) {
                    return ptr::null_mut();
                }
            }
            let moved = match kind {
                Kind::Mapped => match mapping::resize(block.sub(HEADER), old.size(), new.size()) {
                    start if start.is_null() => start,
                    start => start.add(HEADER),
                },
                Kind::Small | Kind::Marked => self.0.realloc(block, old, new.size()),
            };
            if let Some(ledger) = account.as_ref() {
                ledger.discharge(if moved.is_null() { more } else { less });
            }
            if !moved.is_null() {
                mark(moved, wanted).write_unaligned(account);
            }
            moved
        }
    }
}
