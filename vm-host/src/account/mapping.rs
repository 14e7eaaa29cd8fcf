//! Blocks that are mappings of their own: they grow by moving pages, where an allocator would copy what is in them
//! and touch every page once more. Must not know of accounts.

#![expect(unsafe_code, reason = "an allocator deals in raw memory")]

use std::ptr;

use rustix::mm::{
    Advice, MapFlags, MremapFlags, ProtFlags, madvise, mmap_anonymous, mremap, munmap,
};

/// A huge page: the kernel puts mappings of whole ones where they fit, and fills and moves them one by one. What of
/// the last one is not touched takes no memory where it has small ones.
const PAGE: usize = 1 << 21;

/// What so many bytes take.
fn pages(bytes: usize) -> Option<usize> {
    bytes.checked_next_multiple_of(PAGE)
}

/// Asks for huge pages, as allocators do for theirs.
///
/// # Safety
/// The mapping is there.
unsafe fn prefer_huge(block: *mut u8, length: usize) {
    // SAFETY: as the caller says. It changes no contents; a kernel without huge pages refuses.
    let _ = unsafe { madvise(block.cast(), length, Advice::LinuxHugepage) };
}

/// So many bytes, all of them 0; null when there are none.
pub(super) fn map(bytes: usize) -> *mut u8 {
    let Some(length) = pages(bytes) else {
        return ptr::null_mut();
    };
    // SAFETY: the kernel chooses where, so nothing is replaced.
    let mapped = unsafe {
        mmap_anonymous(
            ptr::null_mut(),
            length,
            ProtFlags::READ | ProtFlags::WRITE,
            MapFlags::PRIVATE,
        )
    };
    let block: *mut u8 = mapped.map_or(ptr::null_mut(), <*mut _>::cast);
    if !block.is_null() {
        // SAFETY: it was just made.
        unsafe { prefer_huge(block, length) };
    }
    block
}

/// The same mapping with another size, maybe somewhere else; null when there is no room, and then it is as before.
///
/// # Safety
/// `block` came from here with `bytes`, and nobody uses it any more under its old address.
pub(super) unsafe fn resize(block: *mut u8, bytes: usize, wanted: usize) -> *mut u8 {
    let (Some(old), Some(new)) = (pages(bytes), pages(wanted)) else {
        return ptr::null_mut();
    };
    if old == new {
        return block;
    }
    // SAFETY: as the caller says.
    let moved = unsafe { mremap(block.cast(), old, new, MremapFlags::MAYMOVE) };
    moved.map_or(ptr::null_mut(), <*mut _>::cast)
}

/// Gives a mapping back.
///
/// # Safety
/// `block` came from here with `bytes`, and nobody uses it any more.
pub(super) unsafe fn unmap(block: *mut u8, bytes: usize) {
    if let Some(length) = pages(bytes) {
        // SAFETY: as the caller says. It fails for what is no mapping alone.
        let _ = unsafe { munmap(block.cast(), length) };
    }
}
