#![no_std]

use multiversx_sc::imports::*;

/// Most that one call may add.
const MOST: u64 = 1_000;

/// Counts, for everybody and for each caller.
#[multiversx_sc::contract]
pub trait Counter {
    #[init]
    fn init(&self, start: u64) {
        self.count().set(start);
    }

    #[upgrade]
    fn upgrade(&self) {}

    /// Adds to the count; returns what it is then.
    #[endpoint]
    fn increase(&self, amount: u64) -> u64 {
        require!(amount > 0, "nothing to add");
        require!(amount <= MOST, "at most {} at a time, not {}", MOST, amount);
        let caller = self.blockchain().get_caller();
        self.count().update(|count| *count += amount);
        self.of(&caller).update(|own| *own += amount);
        let now = self.count().get();
        self.increased_event(&caller, amount, now);
        now
    }

    /// Adds each of many amounts.
    #[endpoint(increaseAll)]
    fn increase_all(&self, amounts: MultiValueEncoded<u64>) -> usize {
        let mut done = 0;
        for amount in amounts {
            if amount == 0 {
                continue;
            }
            self.increase(amount);
            done += 1;
        }
        done
    }

    /// The sum of the numbers below `end`, without what can be divided by three.
    #[view(sumBelow)]
    fn sum_below(&self, end: u32) -> u32 {
        let mut sum = 0u32;
        for number in 0..end {
            sum += match number % 3 {
                0 => 0,
                _ => number,
            };
        }
        sum
    }

    #[only_owner]
    #[endpoint]
    fn reset(&self) {
        self.count().clear();
    }

    #[view(getCount)]
    #[storage_mapper("count")]
    fn count(&self) -> SingleValueMapper<u64>;

    #[view(getCountOf)]
    #[storage_mapper("countOf")]
    fn of(&self, caller: &ManagedAddress) -> SingleValueMapper<u64>;

    #[event("increased")]
    fn increased_event(&self, #[indexed] caller: &ManagedAddress, #[indexed] amount: u64, now: u64);
}
