//! Owns reading a scenario file: steps, transactions, accounts; what the ecosystem's files say, and an error with
//! file, line and column for what they do not. Must not know what executing a step does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use num_bigint::BigUint;

use super::files::{self, SourceFiles};
use super::json::{BadFile, Document, Node, Read};
use super::model::{NewBlock, NewState, Step, StepKind, Steps, Transaction};
use super::notation;
use crate::engines::contract::machine::Value;
use crate::engines::contract::world::{Account, Address, Instance, TokenRights};

/// Reads the files of one run.
#[derive(Debug)]
pub(super) struct Reader<'s> {
    sources: &'s SourceFiles,
    /// The folder of the file that is being read.
    folder: PathBuf,
    /// The contracts' sources so far, with what their files are called.
    pub(super) read: Vec<(Arc<[u8]>, String)>,
}

/// The members of an object by name, each to be taken once.
pub(super) struct Fields<'d> {
    whole: Node<'d>,
    members: Vec<(String, Node<'d>)>,
}

impl<'d> Fields<'d> {
    pub(super) fn of(whole: Node<'d>) -> Read<Self> {
        let members = whole.members()?;
        let mut seen = BTreeSet::new();
        for (name, node) in &members {
            if name != "comment" && !seen.insert(name.clone()) {
                return Err(node.error(format!("`{name}` is there twice")));
            }
        }
        Ok(Self { whole, members })
    }

    /// Takes a member by any of its names.
    pub(super) fn take(&mut self, names: &[&str]) -> Option<Node<'d>> {
        let found = self
            .members
            .iter()
            .position(|(name, _)| names.contains(&name.as_str()));
        found.map(|index| self.members.swap_remove(index).1)
    }

    pub(super) fn need(&mut self, names: &[&str]) -> Read<Node<'d>> {
        let missing = || {
            self.whole
                .error(format!("`{}` is missing", names.first().unwrap_or(&"")))
        };
        let missing = missing();
        self.take(names).ok_or(missing)
    }

    /// All must have been taken, other than those that mean nothing here.
    pub(super) fn end(mut self, ignored: &[&str]) -> Read<()> {
        self.members
            .retain(|(name, _)| name != "comment" && !ignored.contains(&name.as_str()));
        match self.members.first() {
            None => Ok(()),
            Some((name, node)) => Err(node.error(format!("`{name}` is not known here"))),
        }
    }
}

impl<'s> Reader<'s> {
    pub(super) fn new(sources: &'s SourceFiles) -> Self {
        Self {
            sources,
            folder: PathBuf::new(),
            read: Vec::new(),
        }
    }

    /// Reads a file: its name, if it has one, and its steps.
    pub(super) fn scenario(
        &mut self,
        path: &Path,
        document: &Document,
    ) -> Result<(String, Vec<Step>), BadFile> {
        self.folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut fields = Fields::of(document.root()?)?;
        let name = match fields.take(&["name"]) {
            Some(name) => name.text()?,
            None => String::new(),
        };
        let steps = self.steps(fields.need(&["steps"])?)?;
        fields.end(&["checkGas", "traceGas", "gasSchedule"])?;
        Ok((name, steps))
    }

    fn steps(&mut self, node: Node<'_>) -> Steps {
        node.list()?
            .into_iter()
            .map(|step| self.step(step))
            .collect()
    }

    fn step(&mut self, node: Node<'_>) -> Read<Step> {
        let mut fields = Fields::of(node)?;
        let kind = fields.need(&["step"])?;
        let name = kind.text()?;
        let id = match fields.take(&["id", "txId"]) {
            Some(id) => id.text()?,
            None => String::new(),
        };
        let kind = match name.as_str() {
            "externalSteps" => {
                let path = fields.need(&["path"])?.text()?;
                StepKind::ExternalSteps(files::beside(&self.folder, &path))
            }
            "setState" => StepKind::SetState(Box::new(self.new_state(&mut fields)?)),
            "checkState" => StepKind::CheckState(self.expected_state(node, &mut fields)?),
            "dumpState" => StepKind::DumpState,
            "scDeploy" => {
                let transaction = self.transaction(fields.need(&["tx"])?, &["from", "code"])?;
                StepKind::Deploy(Box::new(transaction), self.expected(node, &mut fields)?)
            }
            "scCall" => {
                let transaction =
                    self.transaction(fields.need(&["tx"])?, &["from", "to", "function"])?;
                StepKind::Call(Box::new(transaction), self.expected(node, &mut fields)?)
            }
            "scQuery" => {
                let transaction = self.transaction(fields.need(&["tx"])?, &["to", "function"])?;
                StepKind::Query(Box::new(transaction), self.expected(node, &mut fields)?)
            }
            "transfer" => {
                let transaction = self.transaction(fields.need(&["tx"])?, &["from", "to"])?;
                StepKind::Transfer(Box::new(transaction))
            }
            "validatorReward" => {
                let mut tx = Fields::of(fields.need(&["tx"])?)?;
                let to = self.address(tx.need(&["to"])?)?;
                let amount = self.number(tx.need(&["value", "egldValue"])?)?;
                tx.end(&[])?;
                StepKind::ValidatorReward(to, amount)
            }
            other => {
                return Err(kind.error(format!(
                    "`{other}` is no step; known are externalSteps, setState, checkState, dumpState, \
                     scDeploy, scCall, scQuery, transfer, validatorReward"
                )));
            }
        };
        fields.end(&["displayLogs", "checkGas", "traceGas", "explicit"])?;
        let at = node.error("").to_string();
        Ok(Step {
            id,
            at: at.trim_end_matches(": ").to_owned(),
            kind,
        })
    }

    fn new_state(&mut self, fields: &mut Fields<'_>) -> Read<NewState> {
        let mut state = NewState::default();
        if let Some(accounts) = fields.take(&["accounts"]) {
            for (key, node) in accounts.members()? {
                let address = self.address_text(&key, node)?;
                let account = self.new_account(address, node)?;
                state.accounts.push((address, account));
            }
        }
        if let Some(list) = fields.take(&["newAddresses"]) {
            for node in list.list()? {
                let mut fields = Fields::of(node)?;
                let creator = self.address(fields.need(&["creatorAddress"])?)?;
                let nonce = self.u64(fields.need(&["creatorNonce"])?)?;
                let new = self.address(fields.need(&["newAddress"])?)?;
                fields.end(&[])?;
                state.new_addresses.push((creator, nonce, new));
            }
        }
        if let Some(node) = fields.take(&["previousBlockInfo"]) {
            state.previous_block = self.block(node)?;
        }
        if let Some(node) = fields.take(&["currentBlockInfo"]) {
            state.current_block = self.block(node)?;
        }
        fields.take(&["blockHashes"]);
        Ok(state)
    }

    fn block(&mut self, node: Node<'_>) -> Read<NewBlock> {
        let mut fields = Fields::of(node)?;
        let mut figure = |this: &mut Self, name| match fields.take(&[name]) {
            Some(node) => this.u64(node).map(Some),
            None => Ok(None),
        };
        let mut block = NewBlock {
            timestamp: figure(self, "blockTimestamp")?,
            nonce: figure(self, "blockNonce")?,
            round: figure(self, "blockRound")?,
            epoch: figure(self, "blockEpoch")?,
            random_seed: None,
        };
        if let Some(node) = fields.take(&["blockRandomSeed"]) {
            block.random_seed = Some(self.value(node)?);
        }
        fields.end(&["blockTimestampMs"])?;
        Ok(block)
    }

    fn new_account(&mut self, address: Address, node: Node<'_>) -> Read<Account> {
        let mut fields = Fields::of(node)?;
        let mut account = Account::default();
        if let Some(node) = fields.take(&["nonce"]) {
            account.nonce = self.u64(node)?;
        }
        if let Some(node) = fields.take(&["balance"]) {
            account.balance = self.number(node)?;
        }
        if let Some(node) = fields.take(&["developerRewards"]) {
            account.developer_reward = self.number(node)?;
        }
        if let Some(node) = fields.take(&["username"]) {
            account.username = self.value(node)?;
        }
        if let Some(node) = fields.take(&["owner"]) {
            let owner = self.value(node)?;
            account.owner = match owner.is_empty() {
                true => None,
                false => Some(self.address(node)?),
            };
        }
        if let Some(node) = fields.take(&["storage"]) {
            for (key, node) in node.members()? {
                let key = self.value_text(&key, node)?;
                let value = self.value(node)?;
                if !value.is_empty() {
                    account.storage.insert(key, value);
                }
            }
        }
        if let Some(node) = fields.take(&["code"]) {
            let code = self.value(node)?;
            if !code.is_empty() && !address.is_contract() {
                return Err(node.error(format!(
                    "`{address}` has code, but is no address of a contract\nhint: begin it with `sc:`"
                )));
            }
            account.code = (!code.is_empty()).then(|| code.into());
        }
        if account.code.is_none() && address.is_contract() && address != Address::default() {
            return Err(node.error(format!("the contract `{address}` has no code")));
        }
        if let Some(node) = fields.take(&["esdt"]) {
            for (key, node) in node.members()? {
                let token = self.value_text(&key, node)?;
                self.new_token(&mut account, &token, node)?;
            }
        }
        fields.end(&["asyncCallData", "shard", "update", "codeMetadata"])?;
        Ok(account)
    }

    fn new_token(&mut self, account: &mut Account, token: &[u8], node: Node<'_>) -> Read<()> {
        if !node.is_object() {
            let balance = self.number(node)?;
            let instance = Instance {
                balance,
                ..Instance::default()
            };
            account.tokens.insert((token.to_vec(), 0), instance);
            return Ok(());
        }
        let mut fields = Fields::of(node)?;
        let mut rights = TokenRights::default();
        if let Some(list) = fields.take(&["instances"]) {
            for node in list.list()? {
                let (nonce, instance) = self.instance(node)?;
                account.tokens.insert((token.to_vec(), nonce), instance);
            }
        }
        if let Some(node) = fields.take(&["lastNonce"]) {
            rights.last_nonce = self.u64(node)?;
        }
        if let Some(list) = fields.take(&["roles"]) {
            for node in list.list()? {
                rights.roles.insert(node.text()?.into_bytes());
            }
        }
        if let Some(node) = fields.take(&["frozen"]) {
            rights.frozen = !self.value(node)?.is_empty();
        }
        fields.end(&[])?;
        account.rights.insert(token.to_vec(), rights);
        Ok(())
    }

    fn instance(&mut self, node: Node<'_>) -> Read<(u64, Instance)> {
        let mut fields = Fields::of(node)?;
        let mut instance = Instance::default();
        let nonce = match fields.take(&["nonce"]) {
            Some(node) => self.u64(node)?,
            None => 0,
        };
        if let Some(node) = fields.take(&["balance"]) {
            instance.balance = self.number(node)?;
        }
        if let Some(node) = fields.take(&["creator"]) {
            instance.creator = self.value(node)?;
        }
        if let Some(node) = fields.take(&["royalties"]) {
            instance.royalties = self.u64(node)?;
        }
        if let Some(node) = fields.take(&["hash"]) {
            instance.hash = self.value(node)?;
        }
        if let Some(list) = fields.take(&["uri", "uris"]) {
            instance.uris = match list.is_list() {
                true => self.values(list)?,
                false => vec![self.value(list)?],
            };
        }
        if let Some(node) = fields.take(&["attributes"]) {
            instance.attributes = self.value(node)?;
        }
        fields.end(&[])?;
        Ok((nonce, instance))
    }

    fn transaction(&mut self, node: Node<'_>, needed: &[&str]) -> Read<Transaction> {
        let mut fields = Fields::of(node)?;
        let mut transaction = Transaction::default();
        for (name, names) in [
            ("from", &["from"][..]),
            ("to", &["to"]),
            ("function", &["function"]),
            ("code", &["contractCode", "code"]),
        ] {
            let found = fields.take(names);
            if found.is_none() && needed.contains(&name) {
                return Err(node.error(format!("`{}` is missing", names[0])));
            }
            match (name, found) {
                ("from", Some(node)) => transaction.from = self.address(node)?,
                // A deployment is to nowhere, which some files say.
                ("to", Some(node)) if !needed.contains(&"code") => {
                    transaction.to = self.address(node)?;
                }
                ("function", Some(node)) => transaction.function = node.text()?.into_bytes(),
                ("code", Some(node)) => transaction.code = self.value(node)?,
                _ => {}
            }
        }
        if let Some(list) = fields.take(&["arguments"]) {
            transaction.arguments = self.values(list)?;
        }
        transaction.value = self.paid(&mut fields)?;
        let mut gas = BigUint::from(1_u8);
        for name in ["gasLimit", "gasPrice"] {
            gas *= match fields.take(&[name]) {
                Some(node) => self.number(node)?,
                None => BigUint::ZERO,
            };
        }
        transaction.gas_cost = gas;
        fields.end(&["codeMetadata"])?;
        Ok(transaction)
    }

    fn paid(&mut self, fields: &mut Fields<'_>) -> Read<Value> {
        let mut value = Value::default();
        if let Some(node) = fields.take(&["egldValue", "value"]) {
            value.egld = self.number(node)?;
        }
        if let Some(list) = fields.take(&["esdtValue", "esdt"]) {
            let payments = match list.is_list() {
                true => list.list()?,
                false => vec![list],
            };
            for node in payments {
                let mut fields = Fields::of(node)?;
                let token = self.value(fields.need(&["tokenIdentifier", "tokenName"])?)?;
                let nonce = match fields.take(&["nonce"]) {
                    Some(node) => self.u64(node)?,
                    None => 0,
                };
                let amount = self.number(fields.need(&["value"])?)?;
                fields.end(&[])?;
                value.tokens.push((token, nonce, amount));
            }
        }
        Ok(value)
    }

    /// The values of a list.
    pub(super) fn values(&mut self, list: Node<'_>) -> Read<Vec<Vec<u8>>> {
        list.list()?
            .into_iter()
            .map(|node| self.value(node))
            .collect()
    }

    /// The bytes of a value: of a text, or of all parts of a list or an object one after the other.
    pub(super) fn value(&mut self, node: Node<'_>) -> Read<Vec<u8>> {
        if node.is_list() {
            return Ok(self.values(node)?.concat());
        }
        if node.is_object() {
            // The order of members is that of their names.
            let mut members = node.members()?;
            members.sort_by(|one, other| one.0.cmp(&other.0));
            let parts: Read<Vec<_>> = members
                .into_iter()
                .map(|(_, node)| self.value(node))
                .collect();
            return Ok(parts?.concat());
        }
        let text = node.text()?;
        self.value_text(&text, node)
    }

    /// The bytes of a text that stands at `node`.
    pub(super) fn value_text(&mut self, text: &str, node: Node<'_>) -> Read<Vec<u8>> {
        let mut load = |named: &str| self.load(named).map_err(|error| error.to_string());
        notation::bytes(text, &mut load).map_err(|reason| node.error(reason))
    }

    /// What a file holds; of a contract's compiled code, its source.
    fn load(&mut self, named: &str) -> Result<Vec<u8>, files::FileError> {
        let Some(path) = self.sources.source(&self.folder, named)? else {
            return files::read(&files::beside(&self.folder, named));
        };
        let bytes = files::read(&path)?;
        self.read
            .push((bytes.clone().into(), path.display().to_string()));
        Ok(bytes)
    }

    pub(super) fn number(&mut self, node: Node<'_>) -> Read<BigUint> {
        Ok(notation::number(&self.value(node)?))
    }

    pub(super) fn u64(&mut self, node: Node<'_>) -> Read<u64> {
        let number = self.number(node)?;
        u64::try_from(&number).map_err(|_| node.error(format!("`{number}` does not fit 64 bits")))
    }

    pub(super) fn address(&mut self, node: Node<'_>) -> Read<Address> {
        let text = node.text()?;
        self.address_text(&text, node)
    }

    pub(super) fn address_text(&mut self, text: &str, node: Node<'_>) -> Read<Address> {
        let bytes = self.value_text(text, node)?;
        match <[u8; 32]>::try_from(bytes) {
            Ok(address) => Ok(Address(address)),
            Err(bytes) => Err(node.error(format!(
                "`{text}` is no address: it has `{}` bytes, not 32\nhint: `address:name` or `sc:name`",
                bytes.len()
            ))),
        }
    }
}
