//! Owns reading what a scenario expects: results, logs, states. Must not know whether it comes true.

use super::json::{Node, Read};
use super::model::{
    Check, CheckList, Expected, ExpectedAccount, ExpectedData, ExpectedInstance, ExpectedLog,
    ExpectedState, ExpectedToken,
};
use super::reader::{Fields, Reader};

fn at(node: Node<'_>) -> String {
    node.error("").to_string().trim_end_matches(": ").to_owned()
}

fn is_star(node: Node<'_>) -> Read<bool> {
    Ok(node.is_text() && node.text()? == "*")
}

impl Reader<'_> {
    pub(super) fn expected(&mut self, step: Node<'_>, fields: &mut Fields<'_>) -> Read<Expected> {
        let Some(node) = fields.take(&["expect"]) else {
            return Ok(Expected {
                at: at(step),
                out: CheckList::Anything,
                status: None,
                message: None,
                logs: CheckList::Anything,
                gas: false,
            });
        };
        let mut fields = Fields::of(node)?;
        let out = match fields.take(&["out"]) {
            Some(node) => self.checks(node)?,
            None => CheckList::Anything,
        };
        // Who expects something expects success unless another status is named.
        let status = match fields.take(&["status"]) {
            Some(node) => self.check(node)?,
            None => Check {
                at: at(node),
                wanted: Some(Vec::new()),
            },
        };
        let message = self.maybe(&mut fields, &["message"])?;
        let logs = match fields.take(&["logs"]) {
            Some(node) => self.list_of(node, |this, node| this.expected_log(node))?,
            None => CheckList::Anything,
        };
        let mut gas = false;
        for name in ["gas", "refund"] {
            if let Some(node) = fields.take(&[name]) {
                gas |= self
                    .check(node)?
                    .wanted
                    .is_some_and(|wanted| !wanted.is_empty());
            }
        }
        fields.end(&[])?;
        Ok(Expected {
            at: at(node),
            out,
            status: Some(status),
            message,
            logs,
            gas,
        })
    }

    fn check(&mut self, node: Node<'_>) -> Read<Check> {
        let wanted = match is_star(node)? {
            true => None,
            false => Some(self.value(node)?),
        };
        Ok(Check {
            at: at(node),
            wanted,
        })
    }

    fn maybe(&mut self, fields: &mut Fields<'_>, names: &[&str]) -> Read<Option<Check>> {
        fields.take(names).map(|node| self.check(node)).transpose()
    }

    fn checks(&mut self, node: Node<'_>) -> Read<CheckList<Check>> {
        self.list_of(node, |this, node| this.check(node))
    }

    /// A list, in which a `+` at the end stands for further things, or a `*` instead.
    fn list_of<T>(
        &mut self,
        node: Node<'_>,
        mut read: impl FnMut(&mut Self, Node<'_>) -> Read<T>,
    ) -> Read<CheckList<T>> {
        if is_star(node)? {
            return Ok(CheckList::Anything);
        }
        let mut items = node.list()?;
        let mut more = false;
        if let Some(last) = items.last()
            && last.is_text()
            && last.text()? == "+"
        {
            more = true;
            items.pop();
        }
        let items: Read<Vec<T>> = items.into_iter().map(|node| read(self, node)).collect();
        Ok(CheckList::These(items?, more))
    }

    fn expected_log(&mut self, node: Node<'_>) -> Read<ExpectedLog> {
        if is_star(node)? {
            return Ok(ExpectedLog {
                at: at(node),
                address: None,
                endpoint: None,
                topics: CheckList::Anything,
                data: ExpectedData::Anything,
            });
        }
        let mut fields = Fields::of(node)?;
        let address = self.maybe(&mut fields, &["address"])?;
        let endpoint = self.maybe(&mut fields, &["endpoint", "identifier"])?;
        let topics = match fields.take(&["topics"]) {
            Some(node) => self.checks(node)?,
            None => CheckList::Anything,
        };
        let data = match fields.take(&["data"]) {
            None => ExpectedData::Anything,
            Some(node) if node.is_list() => match self.checks(node)? {
                CheckList::These(parts, more) => ExpectedData::Parts(parts, more),
                CheckList::Anything => ExpectedData::Anything,
            },
            Some(node) => ExpectedData::Whole(self.check(node)?),
        };
        fields.end(&[])?;
        Ok(ExpectedLog {
            at: at(node),
            address,
            endpoint,
            topics,
            data,
        })
    }

    pub(super) fn expected_state(
        &mut self,
        step: Node<'_>,
        fields: &mut Fields<'_>,
    ) -> Read<ExpectedState> {
        let mut state = ExpectedState {
            at: at(step),
            accounts: Vec::new(),
            more: false,
        };
        for (key, node) in fields.need(&["accounts"])?.members()? {
            if key == "+" {
                state.more = true;
                continue;
            }
            let address = self.address_text(&key, node)?;
            state.accounts.push((address, self.expected_account(node)?));
        }
        Ok(state)
    }

    fn expected_account(&mut self, node: Node<'_>) -> Read<ExpectedAccount> {
        let mut fields = Fields::of(node)?;
        let account = ExpectedAccount {
            at: at(node),
            nonce: self.maybe(&mut fields, &["nonce"])?,
            balance: self.maybe(&mut fields, &["balance"])?,
            username: self.maybe(&mut fields, &["username"])?,
            owner: self.maybe(&mut fields, &["owner"])?,
            code: self.maybe(&mut fields, &["code"])?,
            storage: match fields.take(&["storage"]) {
                Some(node) => self.map_of(node, |this, node| this.check(node))?,
                None => CheckList::Anything,
            },
            tokens: match fields.take(&["esdt"]) {
                Some(node) => self.map_of(node, |this, node| this.expected_token(node))?,
                None => CheckList::Anything,
            },
        };
        fields.end(&["asyncCallData", "developerRewards", "codeMetadata", "shard"])?;
        Ok(account)
    }

    /// An object by values, in which a `+` stands for further members, or a `*` instead.
    fn map_of<T>(
        &mut self,
        node: Node<'_>,
        mut read: impl FnMut(&mut Self, Node<'_>) -> Read<T>,
    ) -> Read<CheckList<(Vec<u8>, T)>> {
        if is_star(node)? {
            return Ok(CheckList::Anything);
        }
        let (mut members, mut more) = (Vec::new(), false);
        for (key, node) in node.members()? {
            if key == "+" {
                more = true;
                continue;
            }
            let key = self.value_text(&key, node)?;
            members.push((key, read(self, node)?));
        }
        Ok(CheckList::These(members, more))
    }

    fn expected_token(&mut self, node: Node<'_>) -> Read<ExpectedToken> {
        if !node.is_object() {
            let instance = ExpectedInstance {
                nonce: 0,
                balance: Some(self.check(node)?),
                creator: None,
                royalties: None,
                hash: None,
                uris: CheckList::Anything,
                attributes: None,
            };
            return Ok(ExpectedToken {
                instances: match is_star(node)? {
                    true => CheckList::Anything,
                    false => CheckList::These(vec![instance], false),
                },
                last_nonce: None,
                roles: None,
                frozen: None,
            });
        }
        let mut fields = Fields::of(node)?;
        let instances = match fields.take(&["instances"]) {
            Some(node) => self.list_of(node, |this, node| this.expected_instance(node))?,
            None => CheckList::Anything,
        };
        let roles = match fields.take(&["roles"]) {
            Some(node) => {
                let roles = node
                    .list()?
                    .into_iter()
                    .map(|node| Ok(node.text()?.into_bytes()));
                Some(roles.collect::<Read<_>>()?)
            }
            None => None,
        };
        let token = ExpectedToken {
            instances,
            last_nonce: self.maybe(&mut fields, &["lastNonce"])?,
            roles,
            frozen: self.maybe(&mut fields, &["frozen"])?,
        };
        fields.end(&[])?;
        Ok(token)
    }

    fn expected_instance(&mut self, node: Node<'_>) -> Read<ExpectedInstance> {
        let mut fields = Fields::of(node)?;
        let instance = ExpectedInstance {
            nonce: match fields.take(&["nonce"]) {
                Some(node) => self.u64(node)?,
                None => 0,
            },
            balance: self.maybe(&mut fields, &["balance"])?,
            creator: self.maybe(&mut fields, &["creator"])?,
            royalties: self.maybe(&mut fields, &["royalties"])?,
            hash: self.maybe(&mut fields, &["hash"])?,
            uris: match fields.take(&["uri", "uris"]) {
                Some(node) if node.is_list() => self.checks(node)?,
                Some(node) => CheckList::These(vec![self.check(node)?], false),
                None => CheckList::Anything,
            },
            attributes: self.maybe(&mut fields, &["attributes"])?,
        };
        fields.end(&[])?;
        Ok(instance)
    }
}
