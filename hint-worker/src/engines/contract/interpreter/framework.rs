//! Owns what contracts learn of the world and do in it: `self.blockchain()`, `self.call_value()`, `self.send()`.
//! Must not know how calls between contracts are executed.

use num_bigint::BigUint;

use super::buffers::EGLD;
use super::dispatch::Arguments;
use super::frame::Interpreter;
use super::stop::{Run, fault, user};
use crate::engines::contract::source::types::{IntType, Type};
use crate::engines::contract::values::{Integer, Payment, Value};
use crate::engines::contract::world::{Address, Block, Failure, LogEntry, Status};

impl Interpreter<'_, '_> {
    /// Calls a method of `self.blockchain()`.
    pub(crate) fn blockchain(&mut self, arguments: &mut Arguments<'_>) -> Run {
        let own = self.input.to;
        let state = &*self.transaction.state;
        let owner = state.account(&own).and_then(|account| account.owner);
        let name = arguments.name;
        if let Some(found) = self.block_figure(name) {
            return found;
        }
        match name {
            "get_caller" => self.address(self.input.from.0),
            "get_sc_address" => self.address(own.0),
            "get_owner_address" => self.address(owner.unwrap_or_default().0),
            "check_caller_is_owner" => match owner == Some(self.input.from) {
                true => Ok(Value::Unit),
                false => user("Endpoint can only be called by owner"),
            },
            "get_tx_hash" => {
                let hash = self.transaction.hash;
                self.bytes(Type::ByteArray(32), hash)
            }
            // Gas is not counted.
            "get_gas_left" => Ok(self.u64_value(u64::from(u32::MAX))),
            "get_shard_of_address" => Ok(Value::Int(Integer::new(IntType::U32, 0)?)),
            "is_smart_contract" => {
                let address = self.next(arguments, None)?;
                let address = Address(self.as_address(&address)?);
                Ok(Value::Bool(address.is_contract()))
            }
            "get_balance" => {
                let address = self.next(arguments, None)?;
                let address = Address(self.as_address(&address)?);
                let balance = self.transaction.state.balance(&address);
                self.big(balance)
            }
            "get_sc_balance" => {
                let token = self.next(arguments, None)?;
                let nonce = self.next(arguments, Some(&Type::Int(IntType::U64)))?;
                self.token_balance(own, &token, nonce)
            }
            "get_esdt_balance" => {
                let address = self.next(arguments, None)?;
                let address = Address(self.as_address(&address)?);
                let token = self.next(arguments, None)?;
                let nonce = self.next(arguments, Some(&Type::Int(IntType::U64)))?;
                self.token_balance(address, &token, nonce)
            }
            "get_current_esdt_nft_nonce" => {
                let address = self.next(arguments, None)?;
                let address = Address(self.as_address(&address)?);
                let token = self.next(arguments, None)?;
                let token = self.as_bytes(&token)?;
                let account = self.transaction.state.account(&address);
                let rights = account.and_then(|account| account.rights.get(&token));
                Ok(self.u64_value(rights.map_or(0, |rights| rights.last_nonce)))
            }
            other => fault(format!("`self.blockchain()` has no method `{other}` here")),
        }
    }

    /// The figures of a block.
    fn block_figure(&mut self, name: &str) -> Option<Run> {
        let figure = |block: &Block, name: &str| {
            Some(match name {
                "timestamp" => block.timestamp,
                "nonce" => block.nonce,
                "round" => block.round,
                "epoch" => block.epoch,
                _ => return None,
            })
        };
        let state = &*self.transaction.state;
        let (block, name) = match name.strip_prefix("get_prev_block_") {
            Some(name) => (&state.previous_block, name),
            None => (&state.current_block, name.strip_prefix("get_block_")?),
        };
        if name == "random_seed" {
            let mut seed = block.random_seed.clone();
            seed.resize(48, 0);
            return Some(self.bytes(Type::ByteArray(48), seed));
        }
        let number = figure(block, name)?;
        Some(Ok(self.u64_value(number)))
    }

    fn token_balance(&mut self, address: Address, token: &Value, nonce: Value) -> Run {
        let (token, nonce) = (self.as_bytes(token)?, self.as_u64(nonce)?);
        let balance = match token == EGLD {
            true => self.transaction.state.balance(&address),
            false => self
                .transaction
                .state
                .token_balance(&address, &token, nonce),
        };
        self.big(balance)
    }

    /// Calls a method of `self.call_value()`.
    pub(crate) fn call_value(&mut self, arguments: &mut Arguments<'_>) -> Run {
        let payments = self.input.payments.clone();
        let egld = self.input.egld.clone();
        let single = |payments: &[Payment]| match payments {
            [one] => Ok(one.clone()),
            _ => user::<Payment>("incorrect number of ESDT transfers"),
        };
        match arguments.name {
            "egld_value" | "egld" | "egld_direct_non_strict" => self.big(egld),
            "all_esdt_transfers" | "all" | "all_transfers" => {
                let mut values = Vec::new();
                for payment in payments {
                    values.push(self.payment_value(payment, "EsdtTokenPayment")?);
                }
                let item = Type::Struct("EsdtTokenPayment".into());
                self.list(Type::ManagedVec(item.into()), values)
            }
            "single_esdt" => self.payment_value(single(&payments)?, "EsdtTokenPayment"),
            "single_fungible_esdt" => {
                let payment = single(&payments)?;
                if payment.nonce != 0 {
                    return user("fungible ESDT token expected");
                }
                let token = self.bytes(Type::TokenIdentifier, payment.token)?;
                let amount = self.big(payment.amount)?;
                Ok(Value::Tuple(vec![token, amount]))
            }
            "egld_or_single_esdt" | "any_payment" => {
                let payment = match payments.is_empty() {
                    true => egld_payment(egld),
                    false => single(&payments)?,
                };
                self.payment_value(payment, "EgldOrEsdtTokenPayment")
            }
            "egld_or_single_fungible_esdt" => {
                let payment = match payments.is_empty() {
                    true => egld_payment(egld),
                    false => single(&payments)?,
                };
                if payment.nonce != 0 {
                    return user("fungible ESDT token expected");
                }
                let token = self.bytes(Type::EgldOrEsdtTokenIdentifier, payment.token)?;
                let amount = self.big(payment.amount)?;
                Ok(Value::Tuple(vec![token, amount]))
            }
            "multi_esdt" => {
                let mut values = Vec::new();
                for payment in payments {
                    values.push(self.payment_value(payment, "EsdtTokenPayment")?);
                }
                Ok(Value::Array(values))
            }
            other => fault(format!("`self.call_value()` has no method `{other}` here")),
        }
    }

    fn payment_value(&mut self, payment: Payment, name: &str) -> Run {
        let Some(declared) = self.code.structs.get(name).cloned() else {
            return fault(format!("there is no struct `{name}`"));
        };
        let kind = match name {
            "EsdtTokenPayment" => Type::TokenIdentifier,
            _ => Type::EgldOrEsdtTokenIdentifier,
        };
        let token = self.bytes(kind, payment.token)?;
        let nonce = self.u64_value(payment.nonce);
        let amount = self.big(payment.amount)?;
        Ok(Value::Struct(declared, vec![token, nonce, amount]))
    }

    /// Calls a method of `self.send()`.
    pub(crate) fn send(&mut self, arguments: &mut Arguments<'_>) -> Run {
        let name = arguments.name;
        match name {
            "direct_egld" | "direct_non_zero_egld" => {
                let to = self.next_address(arguments)?;
                let amount = self.next(arguments, None)?;
                let amount = self.as_unsigned(amount)?;
                if name == "direct_egld" || amount != BigUint::ZERO {
                    self.send_payment(to, egld_payment(amount))?;
                }
            }
            "direct"
            | "direct_esdt"
            | "direct_non_zero_esdt"
            | "direct_non_zero"
            | "direct_non_zero_esdt_payment"
            | "direct_esdt_payment" => {
                let to = self.next_address(arguments)?;
                let payment = match name.ends_with("payment") {
                    true => {
                        let payment = self.next(arguments, None)?;
                        self.as_payment(payment)?
                    }
                    false => {
                        let token = self.next(arguments, None)?;
                        let nonce = self.next(arguments, Some(&Type::Int(IntType::U64)))?;
                        let amount = self.next(arguments, None)?;
                        Payment {
                            token: self.as_bytes(&token)?,
                            nonce: self.as_u64(nonce)?,
                            amount: self.as_unsigned(amount)?,
                        }
                    }
                };
                if !name.contains("non_zero") || payment.amount != BigUint::ZERO {
                    self.send_payment(to, payment)?;
                }
            }
            "direct_multi" => {
                let to = self.next_address(arguments)?;
                let Value::Object(_, id) = self.next_target(arguments, None)? else {
                    return fault("payments are expected");
                };
                for payment in self.objects.values(id).to_vec() {
                    let payment = self.as_payment(payment)?;
                    self.send_payment(to, payment)?;
                }
            }
            "esdt_local_mint" | "esdt_local_burn" => {
                let token = self.next(arguments, None)?;
                let nonce = self.next(arguments, Some(&Type::Int(IntType::U64)))?;
                let amount = self.next(arguments, None)?;
                let payment = Payment {
                    token: self.as_bytes(&token)?,
                    nonce: self.as_u64(nonce)?,
                    amount: self.as_unsigned(amount)?,
                };
                self.mint_or_burn(name == "esdt_local_mint", payment)?;
            }
            other => return fault(format!("`self.send()` has no method `{other}` here")),
        }
        Ok(Value::Unit)
    }

    fn next_address(&mut self, arguments: &mut Arguments<'_>) -> Run<Address> {
        let address = self.next(arguments, None)?;
        Ok(Address(self.as_address(&address)?))
    }

    /// Sends what the contract has, and logs it.
    pub(crate) fn send_payment(&mut self, to: Address, payment: Payment) -> Run<()> {
        let from = self.input.to;
        let status = Status::ExecutionFailed;
        self.transaction.meter.steps(16)?;
        let amount = amount_bytes(&payment.amount);
        if payment.token == EGLD || payment.token.is_empty() {
            self.transaction
                .transfer(from, to, &payment.amount, &[], status)?;
            self.transaction.log(LogEntry {
                address: from,
                endpoint: b"transferValueOnly".to_vec(),
                topics: vec![amount, to.0.to_vec()],
                data: vec![b"DirectCall".to_vec(), Vec::new()],
            });
            return Ok(());
        }
        let token = payment.token.clone();
        let nonce = amount_bytes(&BigUint::from(payment.nonce));
        let function: &[u8] = match payment.nonce {
            0 => b"ESDTTransfer",
            _ => b"ESDTNFTTransfer",
        };
        self.transaction
            .transfer(from, to, &BigUint::ZERO, &[payment], status)?;
        self.transaction.log(LogEntry {
            address: from,
            endpoint: function.to_vec(),
            topics: vec![token.clone(), nonce, amount.clone(), to.0.to_vec()],
            data: vec![b"DirectCall".to_vec(), function.to_vec(), token, amount],
        });
        Ok(())
    }

    /// Makes or destroys units of a token, for contracts that may.
    fn mint_or_burn(&mut self, mint: bool, payment: Payment) -> Run<()> {
        let own = self.input.to;
        let role: &[u8] = match (mint, payment.nonce) {
            (true, 0) => b"ESDTRoleLocalMint",
            (true, _) => b"ESDTRoleNFTAddQuantity",
            (false, 0) => b"ESDTRoleLocalBurn",
            (false, _) => b"ESDTRoleNFTBurn",
        };
        let account = self.transaction.state.account(&own);
        let may = account
            .and_then(|account| account.rights.get(&payment.token))
            .is_some_and(|rights| rights.roles.contains(role));
        if !may {
            let failure = Failure::new(Status::ExecutionFailed, "action is not allowed");
            let role = String::from_utf8_lossy(role).into_owned();
            return Err(failure
                .with_detail(format!("the contract has no `{role}`"))
                .into());
        }
        let key = (payment.token, payment.nonce);
        if mint {
            self.transaction
                .state
                .add_token(own, key, &payment.amount, None);
            return Ok(());
        }
        let taken = self.transaction.state.take_token(own, key, &payment.amount);
        taken.map_err(|_| Failure::new(Status::ExecutionFailed, "insufficient funds").into())
    }
}

fn egld_payment(amount: BigUint) -> Payment {
    Payment {
        token: EGLD.to_vec(),
        nonce: 0,
        amount,
    }
}

fn amount_bytes(amount: &BigUint) -> Vec<u8> {
    match *amount == BigUint::ZERO {
        true => Vec::new(),
        false => amount.to_bytes_be(),
    }
}
