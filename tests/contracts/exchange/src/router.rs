#![no_std]

use multiversx_sc::imports::*;

#[derive(TopEncode, TopDecode, NestedEncode, NestedDecode, TypeAbi, Clone)]
pub struct Swap<M: ManagedTypeApi> {
    pub token: TokenIdentifier<M>,
    pub paid: BigUint<M>,
    pub given: BigUint<M>,
}

/// What the router knows of a pair.
mod pair {
    use super::Swap;
    use multiversx_sc::imports::*;

    #[multiversx_sc::proxy]
    pub trait PairProxy {
        #[payable("*")]
        #[endpoint]
        fn swap(&self, least: BigUint, to: ManagedAddress) -> Swap<Self::Api>;

        #[view(getOther)]
        fn other(&self, token: &TokenIdentifier) -> TokenIdentifier;

        #[view(getAmountOut)]
        fn amount_out(&self, token: &TokenIdentifier, amount: &BigUint) -> BigUint;

        #[view(getReserve)]
        #[storage_mapper("reserve")]
        fn reserve(&self, token: &TokenIdentifier) -> SingleValueMapper<BigUint>;
    }
}

/// Finds the way from one token to another over pairs.
#[multiversx_sc::contract]
pub trait Router {
    #[init]
    fn init(&self) {}

    #[only_owner]
    #[endpoint(addPair)]
    fn add_pair(&self, first: TokenIdentifier, second: TokenIdentifier, pair: ManagedAddress) {
        require!(self.blockchain().is_smart_contract(&pair), "not a contract");
        self.pairs(&first, &second).set(&pair);
        self.pairs(&second, &first).set(&pair);
        self.all_pairs().push(&pair);
    }

    /// Pays one token, and gets the last of the way.
    #[payable("*")]
    #[endpoint]
    fn trade(&self, least: BigUint, way: MultiValueEncoded<TokenIdentifier>) -> BigUint {
        let payment = self.call_value().single_esdt();
        let caller = self.blockchain().get_caller();
        let here = self.blockchain().get_sc_address();
        let way = way.to_vec();
        require!(way.len() > 0, "there is no way");

        let mut token = payment.token_identifier.clone();
        let mut amount = payment.amount.clone();
        for index in 0..way.len() {
            let next = way.get(index).clone_value();
            let pair = self.pair_of(&token, &next);
            let is_last = index == way.len() - 1;
            let (to, wanted) = if is_last {
                (caller.clone(), least.clone())
            } else {
                (here.clone(), BigUint::zero())
            };
            let swap: Swap<Self::Api> = self
                .pair_proxy(pair)
                .swap(wanted, to)
                .with_esdt_transfer((token, 0u64, amount))
                .execute_on_dest_context();
            token = swap.token;
            amount = swap.given;
        }
        amount
    }

    /// What so much of the first token of the way would become.
    #[view]
    fn quote(&self, amount: BigUint, way: MultiValueEncoded<TokenIdentifier>) -> MultiValueEncoded<BigUint> {
        let way = way.to_vec();
        let mut amounts = MultiValueEncoded::new();
        let mut now = amount;
        let mut index = 0;
        while index + 1 < way.len() {
            let (from, to) = (way.get(index).clone_value(), way.get(index + 1).clone_value());
            now = self
                .pair_proxy(self.pair_of(&from, &to))
                .amount_out(&from, &now)
                .execute_on_dest_context();
            amounts.push(now.clone());
            index += 1;
        }
        amounts
    }

    /// The reserves of a pair.
    #[view]
    fn reserves(&self, first: TokenIdentifier, second: TokenIdentifier) -> MultiValue2<BigUint, BigUint> {
        let pair = self.pair_of(&first, &second);
        let one: BigUint = self.pair_proxy(pair.clone()).reserve(&first).execute_on_dest_context();
        let other = self
            .pair_proxy(pair)
            .reserve(&second)
            .execute_on_dest_context::<BigUint>();
        (one, other).into()
    }

    fn pair_of(&self, first: &TokenIdentifier, second: &TokenIdentifier) -> ManagedAddress {
        let pairs = self.pairs(first, second);
        if pairs.is_empty() {
            sc_panic!("no pair of {} and {}", first, second);
        }
        pairs.get()
    }

    #[proxy]
    fn pair_proxy(&self, address: ManagedAddress) -> pair::Proxy<Self::Api>;

    #[storage_mapper("pair")]
    fn pairs(&self, first: &TokenIdentifier, second: &TokenIdentifier) -> SingleValueMapper<ManagedAddress>;

    #[view(getAllPairs)]
    #[storage_mapper("allPairs")]
    fn all_pairs(&self) -> VecMapper<ManagedAddress>;
}
