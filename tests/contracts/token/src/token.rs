#![no_std]

use multiversx_sc::imports::*;

/// A token that keeps its balances itself, with allowances.
#[multiversx_sc::contract]
pub trait Token {
    #[init]
    fn init(&self, supply: &BigUint) {
        let owner = self.blockchain().get_caller();
        self.total_supply().set_if_empty(supply);
        self.balances(&owner).set_if_empty(supply);
        self.transfer_event(&ManagedAddress::zero(), &owner, supply);
    }

    /// Moves tokens of the caller.
    #[endpoint]
    fn transfer(&self, to: ManagedAddress, value: BigUint) -> bool {
        let from = self.blockchain().get_caller();
        self.move_tokens(&from, &to, &value);
        true
    }

    /// Moves tokens of somebody who allowed the caller to.
    #[endpoint(transferFrom)]
    fn transfer_from(&self, from: ManagedAddress, to: ManagedAddress, value: BigUint) -> bool {
        let spender = self.blockchain().get_caller();
        let allowed = self.allowances(&from, &spender).get();
        require!(value <= allowed, "allowance exceeded: {} of {}", value, allowed);
        self.allowances(&from, &spender).set(&(&allowed - &value));
        self.move_tokens(&from, &to, &value);
        true
    }

    /// Allows somebody to move so many tokens of the caller.
    #[endpoint]
    fn approve(&self, spender: ManagedAddress, value: BigUint) -> bool {
        let owner = self.blockchain().get_caller();
        require!(spender != owner, "who owns tokens needs no allowance");
        self.allowances(&owner, &spender).set(&value);
        self.approval_event(&owner, &spender, &value);
        true
    }

    fn move_tokens(&self, from: &ManagedAddress, to: &ManagedAddress, value: &BigUint) {
        require!(!to.is_zero(), "cannot transfer to nobody");
        self.balances(from).update(|balance| {
            require!(*balance >= *value, "insufficient funds");
            *balance -= value;
        });
        self.balances(to).update(|balance| *balance += value);
        self.transfer_event(from, to, value);
    }

    #[view(totalSupply)]
    #[storage_mapper("totalSupply")]
    fn total_supply(&self) -> SingleValueMapper<BigUint>;

    #[view(balanceOf)]
    #[storage_mapper("balance")]
    fn balances(&self, owner: &ManagedAddress) -> SingleValueMapper<BigUint>;

    #[view(allowance)]
    #[storage_mapper("allowance")]
    fn allowances(&self, owner: &ManagedAddress, spender: &ManagedAddress) -> SingleValueMapper<BigUint>;

    #[event("transfer")]
    fn transfer_event(
        &self,
        #[indexed] from: &ManagedAddress,
        #[indexed] to: &ManagedAddress,
        value: &BigUint,
    );

    #[event("approval")]
    fn approval_event(
        &self,
        #[indexed] owner: &ManagedAddress,
        #[indexed] spender: &ManagedAddress,
        value: &BigUint,
    );
}
