//! Owns comparing what came of a transaction, and the state, with what a scenario expects. Must not know how it
//! came to be.

use std::collections::BTreeMap;

use num_bigint::BigUint;

use super::model::{
    Check, CheckList, Expected, ExpectedAccount, ExpectedData, ExpectedInstance, ExpectedLog,
    ExpectedState, ExpectedToken,
};
use super::notation::{number, show};
use crate::engines::contract::world::{Account, Instance, LogEntry, Outcome, State};

/// What is not as expected: each with its place in the scenario.
#[derive(Debug, Default)]
pub(super) struct Mismatches(pub(super) Vec<String>);

impl Mismatches {
    fn add(&mut self, at: &str, text: impl AsRef<str>) {
        self.0.push(format!("{at}: {}", text.as_ref()));
    }

    fn bytes(&mut self, what: &str, check: Option<&Check>, found: &[u8]) {
        let Some(check) = check else { return };
        if let Some(wanted) = &check.wanted
            && wanted != found
        {
            let (found, wanted) = (show(found), show(wanted));
            self.add(&check.at, format!("{what} is {found}, expected {wanted}"));
        }
    }

    fn number(&mut self, what: &str, check: Option<&Check>, found: &BigUint) {
        let Some(check) = check else { return };
        if let Some(wanted) = &check.wanted
            && number(wanted) != *found
        {
            let wanted = number(wanted);
            self.add(
                &check.at,
                format!("{what} is `{found}`, expected `{wanted}`"),
            );
        }
    }

    fn list(&mut self, what: &str, at: &str, checks: &CheckList<Check>, found: &[Vec<u8>]) {
        let CheckList::These(checks, more) = checks else {
            return;
        };
        if found.len() < checks.len() || (found.len() > checks.len() && !more) {
            let shown: Vec<String> = found.iter().map(|found| show(found)).collect();
            let (count, wanted, shown) = (found.len(), checks.len(), shown.join(", "));
            self.add(
                at,
                format!("there are `{count}` {what}s, expected `{wanted}`: {shown}"),
            );
            return;
        }
        for (index, (check, found)) in checks.iter().zip(found).enumerate() {
            self.bytes(&format!("{what} {}", index + 1), Some(check), found);
        }
    }

    /// Compares the outcome of a transaction.
    pub(super) fn outcome(&mut self, expected: &Expected, outcome: &Outcome) {
        let status = BigUint::from(outcome.status());
        let before = self.0.len();
        self.number("the status", expected.status.as_ref(), &status);
        if self.0.len() > before
            && let Err(failure) = &outcome.result
            && let Some(last) = self.0.last_mut()
        {
            *last += &format!("; it failed with `{}`", failure.message);
            if let Some(detail) = &failure.detail {
                *last += &format!("\n  at {detail}");
            }
        }
        self.bytes(
            "the message",
            expected.message.as_ref(),
            outcome.message().as_bytes(),
        );
        let empty = Vec::new();
        let out = outcome.result.as_ref().unwrap_or(&empty);
        self.list("result", &expected.at, &expected.out, out);
        self.logs(&expected.at, &expected.logs, &outcome.logs);
    }

    fn logs(&mut self, at: &str, expected: &CheckList<ExpectedLog>, found: &[LogEntry]) {
        let CheckList::These(expected, more) = expected else {
            return;
        };
        if found.len() < expected.len() || (found.len() > expected.len() && !more) {
            let names: Vec<String> = found.iter().map(|log| show(&log.endpoint)).collect();
            let (count, wanted, names) = (found.len(), expected.len(), names.join(", "));
            self.add(
                at,
                format!("there are `{count}` log entries, expected `{wanted}`: {names}"),
            );
            return;
        }
        for (expected, found) in expected.iter().zip(found) {
            // How transfers stand in the log changed over the ecosystem's versions.
            let earlier = earlier(found);
            let mut as_now = Self::default();
            as_now.log(expected, found);
            if as_now.0.is_empty() {
                continue;
            }
            let mut as_then = Self::default();
            let Some(earlier) = earlier else {
                self.0.append(&mut as_now.0);
                continue;
            };
            as_then.log(expected, &earlier);
            if !as_then.0.is_empty() {
                self.0.append(&mut as_now.0);
            }
        }
    }

    fn log(&mut self, expected: &ExpectedLog, found: &LogEntry) {
        self.bytes(
            "the address of the log entry",
            expected.address.as_ref(),
            &found.address.0,
        );
        self.bytes(
            "the endpoint of the log entry",
            expected.endpoint.as_ref(),
            &found.endpoint,
        );
        self.list("topic", &expected.at, &expected.topics, &found.topics);
        match &expected.data {
            ExpectedData::Anything => {}
            ExpectedData::Whole(check) => {
                self.bytes(
                    "the data of the log entry",
                    Some(check),
                    &found.data.concat(),
                );
            }
            ExpectedData::Parts(parts, more) => {
                let parts = CheckList::These(parts.clone(), *more);
                self.list("part of the data", &expected.at, &parts, &found.data);
            }
        }
    }

    /// Compares all accounts.
    pub(super) fn state(&mut self, expected: &ExpectedState, state: &State) {
        for (address, account) in &expected.accounts {
            match state.account(address) {
                Some(found) => self.account(&address.to_string(), account, found),
                None => self.add(&account.at, format!("there is no account `{address}`")),
            }
        }
        if expected.more {
            return;
        }
        for address in state.accounts().keys() {
            if !expected
                .accounts
                .iter()
                .any(|(expected, _)| expected == address)
            {
                let text = format!(
                    "the account `{address}` is not expected\nhint: `\"+\": \"\"` allows others"
                );
                self.add(&expected.at, text);
            }
        }
    }

    fn account(&mut self, name: &str, expected: &ExpectedAccount, found: &Account) {
        self.number(
            &format!("the nonce of `{name}`"),
            expected.nonce.as_ref(),
            &found.nonce.into(),
        );
        self.number(
            &format!("the balance of `{name}`"),
            expected.balance.as_ref(),
            &found.balance,
        );
        self.bytes(
            &format!("the username of `{name}`"),
            expected.username.as_ref(),
            &found.username,
        );
        let owner = found.owner.map_or_else(Vec::new, |owner| owner.0.to_vec());
        self.bytes(
            &format!("the owner of `{name}`"),
            expected.owner.as_ref(),
            &owner,
        );
        let code = found.code.as_deref().unwrap_or_default();
        if let Some(check) = &expected.code
            && check.wanted.as_ref().is_some_and(|wanted| wanted != code)
        {
            self.add(&check.at, format!("the code of `{name}` is another"));
        }
        self.storage(name, expected, found);
        self.tokens(name, expected, found);
    }

    fn storage(&mut self, name: &str, expected: &ExpectedAccount, found: &Account) {
        let CheckList::These(entries, more) = &expected.storage else {
            return;
        };
        for (key, check) in entries {
            let value = found.storage.get(key).map_or(&[][..], Vec::as_slice);
            self.bytes(
                &format!("the storage of `{name}` at {}", show(key)),
                Some(check),
                value,
            );
        }
        if *more {
            return;
        }
        for (key, value) in &found.storage {
            if !entries.iter().any(|(known, _)| known == key) {
                let (key, value) = (show(key), show(value));
                let text =
                    format!("the storage of `{name}` has {value} at {key}, which is not expected");
                self.add(&expected.at, text);
            }
        }
    }

    fn tokens(&mut self, name: &str, expected: &ExpectedAccount, found: &Account) {
        let CheckList::These(tokens, more) = &expected.tokens else {
            return;
        };
        for (token, expected_token) in tokens {
            self.token(name, &expected.at, token, expected_token, found);
        }
        if *more {
            return;
        }
        for ((token, nonce), instance) in &found.tokens {
            let known = tokens.iter().any(|(known, _)| known == token);
            if !known && instance.balance != BigUint::ZERO {
                let (token, balance) = (show(token), &instance.balance);
                let text = format!(
                    "`{name}` has `{balance}` of {token} (nonce `{nonce}`), which is not expected"
                );
                self.add(&expected.at, text);
            }
        }
    }

    fn token(
        &mut self,
        name: &str,
        at: &str,
        token: &[u8],
        expected: &ExpectedToken,
        found: &Account,
    ) {
        let what = format!("{} of `{name}`", show(token));
        let rights = found.rights.get(token).cloned().unwrap_or_default();
        self.number(
            &format!("the last nonce of {what}"),
            expected.last_nonce.as_ref(),
            &rights.last_nonce.into(),
        );
        self.number(
            &format!("whether frozen of {what}"),
            expected.frozen.as_ref(),
            &u8::from(rights.frozen).into(),
        );
        if let Some(roles) = &expected.roles
            && (roles.len() != rights.roles.len()
                || !roles.iter().all(|role| rights.roles.contains(role)))
        {
            self.add(at, format!("the roles of {what} are others"));
        }
        let CheckList::These(instances, more) = &expected.instances else {
            return;
        };
        let own: BTreeMap<u64, &Instance> = found
            .tokens
            .iter()
            .filter(|((known, _), _)| known == token)
            .map(|((_, nonce), instance)| (*nonce, instance))
            .collect();
        let nothing = Instance::default();
        for expected in instances {
            let found = own.get(&expected.nonce).copied().unwrap_or(&nothing);
            self.instance(&what, at, expected, found);
        }
        for (nonce, instance) in own {
            let known = instances.iter().any(|expected| expected.nonce == nonce);
            if !more && !known && instance.balance != BigUint::ZERO {
                let balance = &instance.balance;
                self.add(
                    at,
                    format!(
                        "there are `{balance}` of {what} with the nonce `{nonce}`, not expected"
                    ),
                );
            }
        }
    }

    fn instance(&mut self, what: &str, at: &str, expected: &ExpectedInstance, found: &Instance) {
        let what = match expected.nonce {
            0 => what.to_owned(),
            nonce => format!("{what} (nonce `{nonce}`)"),
        };
        self.number(
            &format!("the balance {what}"),
            expected.balance.as_ref(),
            &found.balance,
        );
        self.bytes(
            &format!("the creator of {what}"),
            expected.creator.as_ref(),
            &found.creator,
        );
        self.number(
            &format!("the royalties of {what}"),
            expected.royalties.as_ref(),
            &found.royalties.into(),
        );
        self.bytes(
            &format!("the hash of {what}"),
            expected.hash.as_ref(),
            &found.hash,
        );
        self.list(&format!("uri of {what}"), at, &expected.uris, &found.uris);
        self.bytes(
            &format!("the attributes of {what}"),
            expected.attributes.as_ref(),
            &found.attributes,
        );
    }
}

/// A transfer's entry as earlier versions of the ecosystem have it.
fn earlier(found: &LogEntry) -> Option<LogEntry> {
    match (&found.endpoint[..], found.topics.as_slice()) {
        (b"transferValueOnly", [amount, to]) => Some(LogEntry {
            topics: vec![found.address.0.to_vec(), to.clone(), amount.clone()],
            data: vec![Vec::new()],
            ..found.clone()
        }),
        _ => None,
    }
}
