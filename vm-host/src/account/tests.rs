//! What is charged, to whom, and what is refused. The allocator of these tests is the one that charges.

use super::*;

const MIB: usize = 1 << 20;

/// As cairo-vm's cells are.
#[derive(Clone)]
#[repr(align(32))]
struct Cell([u64; 4]);

#[test]
fn blocks_are_charged_until_they_are_given_back() {
    let account = Account::new(usize::MAX);
    let outside = vec![0_u8; MIB];
    let kept = {
        let _entered = account.enter();
        let mut kept = vec![1_u8; MIB];
        assert_eq!(account.used(), MIB);
        kept.reserve_exact(2 * MIB);
        assert_eq!(account.used(), 3 * MIB);
        kept.shrink_to_fit();
        assert_eq!(account.used(), MIB);
        drop(vec![0_u64; MIB]);
        assert_eq!(account.used(), MIB);
        drop(outside);
        assert_eq!(account.used(), MIB, "it was never charged");
        kept
    };
    drop(vec![0_u8; MIB]);
    assert_eq!(account.used(), MIB, "the thread has left");
    let length = std::thread::spawn(move || kept.len()).join().unwrap();
    assert_eq!((length, account.used()), (MIB, 0));
}

#[test]
fn a_block_keeps_its_contents_while_it_grows_and_shrinks() {
    let account = Account::new(usize::MAX);
    let _entered = account.enter();
    let before = account.used();
    let mut bytes: Vec<u8> = Vec::new();
    for index in 0..100_000_u32 {
        bytes.push(index as u8);
    }
    for length in [70_000, 5_000, 1_024, 1_023, 100, 2_000] {
        bytes.resize(length.max(bytes.len().min(length)), 7);
        bytes.truncate(length);
        bytes.shrink_to_fit();
        let kept = bytes.iter().zip(0_u32..).take(100);
        assert!(kept.into_iter().all(|(byte, index)| *byte == index as u8));
    }
    drop(bytes);
    assert_eq!(account.used(), before);
}

#[test]
fn a_block_that_becomes_a_mapping_and_moves_keeps_contents_and_account() {
    let account = Account::new(usize::MAX);
    let mut cells: Vec<u64> = {
        let _entered = account.enter();
        Vec::with_capacity(1 << 10)
    };
    // The block grows on its own account, whoever has it grow.
    for count in [1 << 18, 1 << 19, (1 << 19) + 1, 1 << 22, 1 << 23] {
        cells.reserve_exact(count - cells.len());
        // Something in its way, so that it cannot grow where it is.
        let other = vec![1_u8; 8 * MIB];
        cells.extend(cells.len() as u64..count as u64);
        assert_eq!(account.used(), count * 8);
        assert!(cells.iter().zip(0..).all(|(cell, index)| *cell == index));
        assert!(other.iter().all(|byte| *byte == 1));
    }
    for count in [1 << 20, 1 << 19, 1 << 18, 1 << 8] {
        cells.truncate(count);
        cells.shrink_to_fit();
        assert_eq!(account.used(), count * 8);
        assert!(cells.iter().zip(0..).all(|(cell, index)| *cell == index));
    }
    drop(cells);
    assert_eq!(account.used(), 0);
    let _entered = account.enter();
    let zeros = vec![0_u64; MIB];
    assert!(zeros.iter().all(|cell| *cell == 0));
    assert_eq!(account.used(), 8 * MIB);
}

#[test]
fn mapped_cells_are_refused_as_others_are() {
    let account = Account::new(64 * MIB);
    let _entered = account.enter();
    let _refusing = Refusing::start();
    let mut cells = vec![Cell([7; 4]); MIB];
    cells.try_reserve_exact(MIB + 1).unwrap_err();
    assert_eq!(account.used(), 32 * MIB);
    cells.try_reserve_exact(MIB).unwrap();
    assert_eq!(account.used(), 64 * MIB);
    assert!(cells.iter().all(|cell| cell.0 == [7; 4]));
}

#[test]
fn cells_are_refused_and_other_blocks_are_noticed() {
    let account = Account::new(MIB);
    let _entered = account.enter();
    assert_eq!(check(), Ok(()));
    let over = require(MIB + 1).unwrap_err();
    assert_eq!((over.limit, over.used), (MIB, MIB + 1));
    let cell = Cell([0; 4]);
    {
        let _refusing = Refusing::start();
        let mut cells = vec![cell.clone(); 1 << 14];
        assert_eq!(cells.len() * cell.0.len() * 8, MIB / 2);
        cells.try_reserve_exact(1 << 15).unwrap_err();
        assert_eq!(cells.len(), 1 << 14);
        let mut others: Vec<u64> = Vec::new();
        others.try_reserve_exact(MIB).unwrap();
    }
    assert_eq!(account.used(), 0);
    let over = check().unwrap_err();
    assert_eq!(over.used, MIB / 2 + MIB, "what was refused stays known");
    assert_eq!(
        over.to_string(),
        "`1572864` bytes of host memory are needed, more than the limit of `1048576`"
    );
    let mut cells: Vec<Cell> = Vec::new();
    cells.try_reserve_exact(1 << 16).unwrap();
}

#[test]
fn accounts_of_a_pool_have_so_much_together() {
    let pool = Pool::new(4 * MIB);
    let (first, second) = (pool.account(3 * MIB), pool.account(3 * MIB));
    let kept = {
        let _entered = first.enter();
        let kept = vec![0_u8; 2 * MIB];
        assert_eq!(check(), Ok(()));
        kept
    };
    let _entered = second.enter();
    let over = require(2 * MIB + 1).unwrap_err();
    assert_eq!(
        (over.of_all, over.limit, over.used),
        (true, 4 * MIB, 4 * MIB + 1)
    );
    let over = require(3 * MIB + 1).unwrap_err();
    assert!(!over.of_all, "its own limit comes first");
    let third = pool.account(3 * MIB);
    let _entered = third.enter();
    let mut cells = vec![Cell([0; 4]); 1 << 15];
    {
        let _refusing = Refusing::start();
        cells.try_reserve_exact(1 << 16).unwrap_err();
    }
    assert_eq!(pool.check(0), Ok(()), "nothing was taken");
    drop(kept);
    let over = check().unwrap_err();
    assert_eq!(
        (over.of_all, over.used),
        (true, 5 * MIB),
        "what was refused stays known"
    );
    assert_eq!(
        over.to_string(),
        "`5242880` bytes of host memory are needed by all VMs together, more than the limit of `4194304`"
    );
    drop(cells);
    let fourth = pool.account(usize::MAX);
    let _entered = fourth.enter();
    assert_eq!(check(), Ok(()), "and is that of one account");
    std::mem::forget(vec![0_u8; 4 * MIB + 1]);
    assert!(pool.check(0).is_err());
}

#[test]
fn accounts_are_nested() {
    let (outer, inner) = (Account::new(MIB), Account::new(MIB));
    let _outer = outer.enter();
    {
        let _inner = inner.enter();
        std::mem::forget(vec![0_u8; 4096]);
    }
    std::mem::forget(vec![0_u8; 2048]);
    assert_eq!((outer.used(), inner.used()), (2048, 4096));
}
