//! Owns the text of hints that call contracts: their lines. Must not know what executing them does.

/// The names of `ids.PATH`.
pub(super) type Path = Vec<String>;

/// A line that does something.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// From 1 on, in the hint's text.
    pub(super) number: usize,
    pub(super) text: String,
    pub(super) kind: LineKind,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum LineKind {
    /// `use "FILE.scen.json"`: the world, as a scenario leaves it.
    Use(String),
    /// `caller "address:alice"`: who calls from now on.
    Caller(Argument),
    /// `trace`: all that calls do is logged from now on.
    Trace,
    Call(Call),
}

/// `ids.a, ids.b = try contract.endpoint(arguments) paying 5`
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) targets: Vec<Path>,
    /// Whether a failure is a status in the first target rather than an error.
    pub(super) tries: bool,
    pub(super) contract: String,
    pub(super) endpoint: String,
    pub(super) arguments: Vec<Argument>,
    pub(super) paid: Option<Argument>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    Ids(Path),
    /// In the notation of scenarios.
    Written(String),
}

/// A line that is none.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {number}: `{text}`: {reason}")]
pub(super) struct BadLine {
    number: usize,
    text: String,
    reason: String,
}

/// Reads a hint.
pub(super) fn parse(code: &str) -> Result<Vec<Line>, BadLine> {
    let mut lines = Vec::new();
    for (index, text) in code.lines().enumerate() {
        let mut cursor = Cursor(text);
        if cursor.is_at_end() {
            continue;
        }
        let bad = |reason| BadLine {
            number: index + 1,
            text: text.trim().to_owned(),
            reason,
        };
        let kind = line(&mut cursor).map_err(bad)?;
        if !cursor.is_at_end() {
            let reason = format!("`{}` is too much", cursor.0.trim());
            return Err(BadLine {
                number: index + 1,
                text: text.trim().to_owned(),
                reason,
            });
        }
        lines.push(Line {
            number: index + 1,
            text: text.trim().to_owned(),
            kind,
        });
    }
    Ok(lines)
}

/// What is left of a line.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn skip(&mut self) {
        self.0 = self.0.trim_start();
    }

    fn is_at_end(&mut self) -> bool {
        self.skip();
        self.0.is_empty() || self.0.starts_with('#')
    }

    fn take(&mut self, sign: char) -> bool {
        self.skip();
        match self.0.strip_prefix(sign) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn need(&mut self, sign: char) -> Result<(), String> {
        match self.take(sign) {
            true => Ok(()),
            false => Err(format!("`{sign}` is expected before `{}`", self.0.trim())),
        }
    }

    /// A word, which stays unless it is the one that is wanted.
    fn word(&mut self, wanted: &str) -> bool {
        let before = self.0;
        if self.name().is_ok_and(|name| name == wanted) {
            return true;
        }
        self.0 = before;
        false
    }

    fn name(&mut self) -> Result<&'a str, String> {
        self.skip();
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
        let end = self
            .0
            .find(|letter| !is_part(letter))
            .unwrap_or(self.0.len());
        let (name, rest) = self.0.split_at(end);
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(format!("a name is expected before `{}`", self.0.trim()));
        }
        self.0 = rest;
        Ok(name)
    }

    fn path(&mut self) -> Result<Path, String> {
        let mut path = vec![self.name()?.to_owned()];
        while self.take('.') {
            path.push(self.name()?.to_owned());
        }
        Ok(path)
    }

    fn quoted(&mut self) -> Result<String, String> {
        self.need('"')?;
        let (text, rest) = self.0.split_once('"').ok_or("the `\"` has no second one")?;
        self.0 = rest;
        Ok(text.to_owned())
    }

    /// `ids.PATH`, a number, or a value in quotes.
    fn argument(&mut self) -> Result<Argument, String> {
        self.skip();
        if self.0.starts_with('"') {
            return Ok(Argument::Written(self.quoted()?));
        }
        if self
            .0
            .starts_with(|first: char| first.is_ascii_digit() || first == '-')
        {
            let is_part =
                |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
            let end = self
                .0
                .find(|letter| !is_part(letter))
                .unwrap_or(self.0.len());
            let (number, rest) = self.0.split_at(end);
            self.0 = rest;
            return Ok(Argument::Written(number.to_owned()));
        }
        let mut path = self.path()?;
        if path[0] != "ids" || path.len() < 2 {
            return Err(format!(
                "`{}` is no argument: use `ids.NAME`, a number or a text in quotes",
                path.join(".")
            ));
        }
        path.remove(0);
        Ok(Argument::Ids(path))
    }
}

fn line(cursor: &mut Cursor<'_>) -> Result<LineKind, String> {
    if cursor.word("use") {
        return Ok(LineKind::Use(cursor.quoted()?));
    }
    if cursor.word("caller") {
        return Ok(LineKind::Caller(cursor.argument()?));
    }
    if cursor.word("trace") {
        return Ok(LineKind::Trace);
    }
    let mut targets = Vec::new();
    let start = cursor.0;
    let mut first = cursor.path()?;
    if first[0] == "ids" {
        cursor.0 = start;
        loop {
            let mut path = cursor.path()?;
            if path[0] != "ids" || path.len() < 2 {
                return Err(format!("`{}` cannot be assigned", path.join(".")));
            }
            path.remove(0);
            targets.push(path);
            if !cursor.take(',') {
                break;
            }
        }
        cursor.need('=')?;
        first = cursor.path()?;
    }
    let tries = first == ["try"];
    if tries {
        first = cursor.path()?;
    }
    let [contract, endpoint] = first.as_slice() else {
        return Err(format!(
            "`{}` is no call: `contract.endpoint(…)` is expected",
            first.join(".")
        ));
    };
    cursor.need('(')?;
    let mut arguments = Vec::new();
    while !cursor.take(')') {
        if !arguments.is_empty() {
            cursor.need(',')?;
            if cursor.take(')') {
                break;
            }
        }
        arguments.push(cursor.argument()?);
    }
    let paid = match cursor.word("paying") {
        true => Some(cursor.argument()?),
        false => None,
    };
    Ok(LineKind::Call(Call {
        targets,
        tries,
        contract: contract.clone(),
        endpoint: endpoint.clone(),
        arguments,
        paid,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let code = "# lang: contract\n\nuse \"a b.scen.json\"  # the world\ncaller \"address:alice\"\ntrace\n\
                    ids.ok, ids.s.low = try token.transfer(ids.to, 5, \"str:x\",) paying ids.fee";
        let lines = parse(code).expect("lines");
        let kinds: Vec<&LineKind> = lines.iter().map(|line| &line.kind).collect();
        let ids = |path: &[&str]| path.iter().map(|name| (*name).to_owned()).collect::<Path>();
        assert_eq!(
            kinds,
            [
                &LineKind::Use("a b.scen.json".to_owned()),
                &LineKind::Caller(Argument::Written("address:alice".to_owned())),
                &LineKind::Trace,
                &LineKind::Call(Call {
                    targets: vec![ids(&["ok"]), ids(&["s", "low"])],
                    tries: true,
                    contract: "token".to_owned(),
                    endpoint: "transfer".to_owned(),
                    arguments: vec![
                        Argument::Ids(ids(&["to"])),
                        Argument::Written("5".to_owned()),
                        Argument::Written("str:x".to_owned()),
                    ],
                    paid: Some(Argument::Ids(ids(&["fee"]))),
                }),
            ]
        );
        assert_eq!(lines[3].number, 6);
    }

    #[test]
    fn what_is_no_line() {
        for (text, reason) in [
            (
                "token",
                "`token` is no call: `contract.endpoint(…)` is expected",
            ),
            ("token.f", "`(` is expected before ``"),
            (
                "token.f(x)",
                "`x` is no argument: use `ids.NAME`, a number or a text in quotes",
            ),
            ("token.f(1) 2", "`2` is too much"),
            ("ids = token.f()", "`ids` cannot be assigned"),
            ("token.f(\"a)", "the `\"` has no second one"),
            ("use token", "`\"` is expected before `token`"),
            ("5", "a name is expected before `5`"),
        ] {
            let error = parse(text).expect_err("no line").to_string();
            assert_eq!(error, format!("line 1: `{text}`: {reason}"));
        }
    }
}
