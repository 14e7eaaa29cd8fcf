//! An allocator that charges blocks to accounts. A block of some size has its account written behind it, so that
//! it is taken off the right one also when another thread gives it back.

#![expect(unsafe_code, reason = "an allocator deals in raw memory")]

use std::alloc::{GlobalAlloc, Layout};
use std::ptr;
use std::sync::Arc;

use super::ledger::{Ledger, charged};

/// Smaller blocks are not charged: there are many, they come and go, and what makes them is bounded otherwise.
const LEAST: usize = 1 << 10;
/// What is behind a charged block.
const MARK: usize = size_of::<*const Ledger>();
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

/// A block with its mark, if it is one that is charged.
fn marked(layout: Layout) -> Option<Layout> {
    if layout.size() < LEAST {
        return None;
    }
    Layout::from_size_align(layout.size() + MARK, layout.align()).ok()
}

/// Charges a block to the account that this thread has entered, if any. Nothing when it is refused.
fn charge(layout: Layout) -> Option<*const Ledger> {
    let (account, refusing) = charged();
    if account.is_null() {
        return Some(account);
    }
    // SAFETY: the thread is in the account, which holds it.
    let ledger = unsafe { &*account };
    if !ledger.charge(layout.size(), refusing && layout.align() == CELLS) {
        return None;
    }
    // SAFETY: it is that of an `Arc`; the block holds it, too, from now on.
    unsafe { Arc::increment_strong_count(account) };
    Some(account)
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
/// There is room for it behind the block.
unsafe fn mark(block: *mut u8, bytes: usize) -> *mut *const Ledger {
    // SAFETY: as the caller says.
    unsafe { block.add(bytes) }.cast()
}

impl<A: GlobalAlloc> Charged<A> {
    /// A block of `wanted` with its mark, made by `make`.
    fn take(&self, wanted: Layout, make: impl FnOnce(&A, Layout) -> *mut u8) -> *mut u8 {
        let Some(marked) = marked(wanted) else {
            return ptr::null_mut();
        };
        let Some(account) = charge(wanted) else {
            return ptr::null_mut();
        };
        let block = make(&self.0, marked);
        if block.is_null() {
            discharge(account, wanted.size());
        } else {
            // SAFETY: `marked` has room for it.
            unsafe { mark(block, wanted.size()).write_unaligned(account) };
        }
        block
    }
}

// SAFETY: blocks are those of `A`, at least as large as asked for, and go back with the layout they came with.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Charged<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() < LEAST {
            // SAFETY: the caller's promise.
            return unsafe { self.0.alloc(layout) };
        }
        // SAFETY: the layout is not empty.
        self.take(layout, |inner, marked| unsafe { inner.alloc(marked) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() < LEAST {
            // SAFETY: the caller's promise.
            return unsafe { self.0.alloc_zeroed(layout) };
        }
        // SAFETY: the layout is not empty.
        self.take(layout, |inner, marked| unsafe {
            inner.alloc_zeroed(marked)
        })
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(marked) = marked(layout) else {
            // SAFETY: the caller's promise.
            return unsafe { self.0.dealloc(block, layout) };
        };
        // SAFETY: a block of that size came from `take`, with its mark.
        unsafe {
            let account = mark(block, layout.size()).read_unaligned();
            self.0.dealloc(block, marked);
            discharge(account, layout.size());
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.size() < LEAST && size < LEAST {
            // SAFETY: the caller's promise.
            return unsafe { self.0.realloc(block, layout, size) };
        }
        let Ok(wanted) = Layout::from_size_align(size, layout.align()) else {
            return ptr::null_mut();
        };
        let (Some(old), Some(new)) = (marked(layout), marked(wanted)) else {
            // One of the two has no mark.
            // SAFETY: the caller's promise; the blocks are different ones.
            unsafe {
                let moved = self.alloc(wanted);
                if !moved.is_null() {
                    ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                    self.dealloc(block, layout);
                }
                return moved;
            }
        };
        // SAFETY: the block came from `take`, with its mark, which the account outlives.
        unsafe {
            let account = mark(block, layout.size()).read_unaligned();
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
            let moved = self.0.realloc(block, old, new.size());
            if let Some(ledger) = account.as_ref() {
                ledger.discharge(if moved.is_null() { more } else { less });
            }
            if !moved.is_null() {
                mark(moved, size).write_unaligned(account);
            }
            moved
        }
    }
}
