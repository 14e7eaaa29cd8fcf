#![no_std]

use multiversx_sc::imports::*;

/// What a swap leaves of a thousand parts.
const AFTER_FEE: u64 = 997;

/// What of a payment the pair keeps, and what it gives for it.
#[derive(TopEncode, TopDecode, NestedEncode, NestedDecode, TypeAbi, Clone)]
pub struct Swap<M: ManagedTypeApi> {
    pub token: TokenIdentifier<M>,
    pub paid: BigUint<M>,
    pub given: BigUint<M>,
}

/// Two tokens that can be exchanged for each other, so that the product of the reserves never falls.
#[multiversx_sc::contract]
pub trait Pair {
    #[init]
    fn init(&self, first: TokenIdentifier, second: TokenIdentifier) {
        require!(
            first.is_valid_esdt_identifier() && second.is_valid_esdt_identifier(),
            "no token"
        );
        require!(first != second, "a pair is of two tokens");
        self.first().set(&first);
        self.second().set(&second);
    }

    /// Adds to both reserves.
    #[only_owner]
    #[payable("*")]
    #[endpoint(addLiquidity)]
    fn add_liquidity(&self) {
        let payments = self.call_value().all_esdt_transfers();
        require!(payments.len() == 2, "both tokens are needed");
        for payment in payments.iter() {
            require!(self.is_mine(&payment.token_identifier), "not a token of this pair");
            self.reserve(&payment.token_identifier)
                .update(|reserve| *reserve += &payment.amount);
        }
    }

    /// Takes one token and gives the other, at least so much of it.
    #[payable("*")]
    #[endpoint]
    fn swap(&self, least: BigUint, to: ManagedAddress) -> Swap<Self::Api> {
        let (paid_in, paid) = self.call_value().single_fungible_esdt();
        require!(self.is_mine(&paid_in), "not a token of this pair");
        let paid_out = self.other(&paid_in);
        let given = self.amount_out(&paid_in, &paid);
        require!(given >= least, "slippage: {} is less than {}", given, least);

        self.reserve(&paid_in).update(|reserve| *reserve += &paid);
        self.reserve(&paid_out).update(|reserve| *reserve -= &given);
        self.send().direct_esdt(&to, &paid_out, 0, &given);

        let swap = Swap {
            token: paid_out,
            paid,
            given,
        };
        self.last_swap().set(&swap);
        self.swap_event(&to, &swap);
        swap
    }

    /// What so much of a token would buy.
    #[view(getAmountOut)]
    fn amount_out(&self, token: &TokenIdentifier, amount: &BigUint) -> BigUint {
        let paid = amount * AFTER_FEE;
        let reserve_in = self.reserve(token).get() * 1_000u64;
        let reserve_out = self.reserve(&self.other(token)).get();
        require!(reserve_out > 0 && reserve_in > 0, "no liquidity");
        &paid * &reserve_out / (reserve_in + &paid)
    }

    #[view(getOther)]
    fn other(&self, token: &TokenIdentifier) -> TokenIdentifier {
        if *token == self.first().get() {
            self.second().get()
        } else {
            self.first().get()
        }
    }

    fn is_mine(&self, token: &TokenIdentifier) -> bool {
        token == &self.first().get() || token == &self.second().get()
    }

    #[view(getFirst)]
    #[storage_mapper("first")]
    fn first(&self) -> SingleValueMapper<TokenIdentifier>;

    #[view(getSecond)]
    #[storage_mapper("second")]
    fn second(&self) -> SingleValueMapper<TokenIdentifier>;

    #[view(getReserve)]
    #[storage_mapper("reserve")]
    fn reserve(&self, token: &TokenIdentifier) -> SingleValueMapper<BigUint>;

    #[view(getLastSwap)]
    #[storage_mapper("lastSwap")]
    fn last_swap(&self) -> SingleValueMapper<Swap<Self::Api>>;

    #[event("swap")]
    fn swap_event(&self, #[indexed] to: &ManagedAddress, swap: &Swap<Self::Api>);
}
