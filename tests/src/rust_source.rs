//! Reads Rust source by its tokens: which modules a crate has, what each imports from its own crate, which
//! tests there are. Knows no crate, and nothing of what may import what.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A module path, without the name of the crate.
pub type Module = Vec<String>;

/// A path of the own crate that a module names, in a `use` or elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The file.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// The module that names the path.
    pub from: Module,
    /// The path; its last segments may be an item.
    pub to: Vec<String>,
}

/// What the files of a crate or of a folder of tests contain.
#[derive(Debug, Default)]
pub struct Source {
    /// All modules that are not for tests only, the root included.
    pub modules: Vec<Module>,
    /// What those modules name of their own crate.
    pub references: Vec<Reference>,
    /// The full path of each test function.
    pub tests: Vec<Vec<String>>,
}

/// Reads all files below a folder of sources.
///
/// # Panics
/// If one cannot be read or is no Rust.
pub fn read(root: &Path) -> Source {
    let mut files = Vec::new();
    list(root, &mut files);
    files.sort();
    let mut source = Source::default();
    let mut for_tests = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let tokens = TokenStream::from_str(&text)
            .unwrap_or_else(|error| panic!("`{}` is no Rust: {error}", path.display()));
        let module = module_of(path.strip_prefix(root).unwrap_or(&path));
        let mut reader = Reader {
            file: &path,
            source: &mut source,
            for_tests: &mut for_tests,
        };
        reader.source.modules.push(module.clone());
        reader.read(tokens, &module, false);
    }
    let is_for_tests = |module: &Module| {
        for_tests
            .iter()
            .any(|tests: &Module| module.starts_with(tests))
    };
    source.modules.retain(|module| !is_for_tests(module));
    source.references.retain(|found| !is_for_tests(&found.from));
    source
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for entry in entries {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            list(&path, files);
        } else if path.extension().is_some_and(|name| name == "rs") {
            files.push(path);
        }
    }
}

/// The module of a file, given relative to the root of its crate.
fn module_of(file: &Path) -> Module {
    let mut module: Module = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    let is_root = module.len() == 1 && ["lib", "main"].contains(&module[0].as_str());
    if is_root || module.last().is_some_and(|name| name == "mod") {
        module.pop();
    }
    module
}

struct Reader<'a> {
    file: &'a Path,
    source: &'a mut Source,
    /// Modules that exist only for tests.
    for_tests: &'a mut Vec<Module>,
}

impl Reader<'_> {
    /// `silent`: inside of what only tests compile, where references do not count.
    fn read(&mut self, tokens: TokenStream, module: &Module, silent: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        // Up to here the item is for tests only.
        let mut silent_to = 0;
        let mut is_test = false;
        let mut at = 0;
        while at < tokens.len() {
            let silent = silent || at < silent_to;
            match &tokens[at] {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    if let Some(TokenTree::Group(attribute)) = tokens.get(at + 1) {
                        let text = attribute.stream().to_string().replace(' ', "");
                        if text == "cfg(test)" {
                            silent_to = silent_to.max(end_of_item(&tokens, at));
                        }
                        is_test |= text == "test" || text.starts_with("tokio::test");
                    }
                }
                TokenTree::Ident(word) if word == "fn" => {
                    if let (true, Some(name)) = (is_test, name(&tokens, at + 1)) {
                        self.source.tests.push(child(module, name));
                    }
                    is_test = false;
                }
                TokenTree::Ident(word) if word == "mod" => {
                    if let Some(name) = name(&tokens, at + 1) {
                        let inner = child(module, name);
                        if silent {
                            self.for_tests.push(inner.clone());
                        }
                        if let Some(TokenTree::Group(body)) = tokens.get(at + 2) {
                            self.read(body.stream(), &inner, silent);
                            at += 2;
                        }
                    }
                }
                TokenTree::Ident(word) if !silent && is_base(word) && follows(&tokens, at) => {
                    let line = word.span().start().line;
                    at = self.reference(&tokens, at, module, line);
                }
                TokenTree::Group(group) => self.read(group.stream(), module, silent),
                _ => {}
            }
            at += 1;
        }
    }

    /// Records the path that begins with the `crate`, `super` or `self` at `at`; returns its last token.
    fn reference(
        &mut self,
        tokens: &[TokenTree],
        at: usize,
        module: &Module,
        line: usize,
    ) -> usize {
        let mut base = module.clone();
        let mut end = at;
        if let TokenTree::Ident(word) = &tokens[at] {
            if word == "crate" {
                base.clear();
            } else if word == "super" {
                base.pop();
            }
        }
        let mut paths = Vec::new();
        while follows(tokens, end) {
            match tokens.get(end + 3) {
                Some(TokenTree::Ident(word)) if word == "super" => {
                    base.pop();
                    end += 3;
                }
                _ => {
                    end = tree(tokens, end, base.clone(), &mut paths);
                    break;
                }
            }
        }
        let record = |to| Reference {
            file: self.file.to_owned(),
            line,
            from: module.clone(),
            to,
        };
        self.source.references.extend(paths.into_iter().map(record));
        end
    }
}

/// Whether `::` follows the token at `at`.
fn follows(tokens: &[TokenTree], at: usize) -> bool {
    let colon =
        |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    colon(at + 1) && colon(at + 2)
}

/// Collects the paths that go on after the token at `at`; returns the last token of them.
fn tree(tokens: &[TokenTree], at: usize, base: Vec<String>, paths: &mut Vec<Vec<String>>) -> usize {
    if !follows(tokens, at) {
        paths.push(base);
        return at;
    }
    match tokens.get(at + 3) {
        Some(TokenTree::Ident(word)) if word == "self" => {
            paths.push(base);
            at + 3
        }
        Some(TokenTree::Ident(word)) => tree(tokens, at + 3, child(&base, word.to_string()), paths),
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            for entry in
                inner.split(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ','))
            {
                match entry.first() {
                    Some(TokenTree::Ident(word)) if word == "self" => paths.push(base.clone()),
                    Some(TokenTree::Ident(word)) => {
                        tree(entry, 0, child(&base, word.to_string()), paths);
                    }
                    _ => paths.push(base.clone()),
                }
            }
            at + 3
        }
        // A `*`, or the arguments of a generic.
        _ => {
            paths.push(base);
            at + 2
        }
    }
}

fn is_base(word: &proc_macro2::Ident) -> bool {
    word == "crate" || word == "super" || word == "self"
}

fn name(tokens: &[TokenTree], at: usize) -> Option<String> {
    match tokens.get(at) {
        Some(TokenTree::Ident(name)) => Some(name.to_string()),
        _ => None,
    }
}

fn child(module: &[String], name: String) -> Module {
    let mut inner = module.to_vec();
    inner.push(name);
    inner
}

/// Where the item ends that the attribute at `at` belongs to.
fn end_of_item(tokens: &[TokenTree], at: usize) -> usize {
    let end = tokens[at..].iter().position(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        _ => false,
    });
    end.map_or(tokens.len(), |end| at + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        //! crate::doc::comments do not count
        use crate::vm::{self, machine::Machine, rules::*};
        use super::hint::Session;
        pub(crate) mod inner {
            fn f() { let text = "crate::text"; super::super::worker::start::<u8>(); }
        }
        #[cfg(test)]
        use crate::testing::Thing;
        #[cfg(test)]
        mod tests {
            use crate::everything;
            #[tokio::test(flavor = "current_thread")]
            async fn it_works() { println!("{}", crate::inside::of_macros()); }
        }
        fn after() { format!("{}", crate::inside::of_macros()); self.x; self::own(); }
    "#;

    #[test]
    fn paths_and_tests_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = folder.path().join("run");
        fs::create_dir(&below).expect("a folder");
        fs::write(below.join("loop.rs"), TEXT).expect("a file");
        fs::write(folder.path().join("lib.rs"), "mod run;").expect("a file");
        let source = read(folder.path());
        let text = |path: &[String]| path.join("::");
        assert_eq!(
            source.modules.iter().map(|m| text(m)).collect::<Vec<_>>(),
            ["", "run::loop"]
        );
        let found: Vec<String> = source
            .references
            .iter()
            .map(|r| format!("{}: {} -> {}", r.line, text(&r.from), text(&r.to)))
            .collect();
        assert_eq!(
            found,
            [
                "3: run::loop -> vm",
                "3: run::loop -> vm::machine::Machine",
                "3: run::loop -> vm::rules",
                "4: run::loop -> run::hint::Session",
                "6: run::loop::inner -> run::worker::start",
                "16: run::loop -> inside::of_macros",
                "16: run::loop -> run::loop::own",
            ]
        );
        assert_eq!(
            source.tests.iter().map(|t| text(t)).collect::<Vec<_>>(),
            ["run::loop::tests::it_works"]
        );
    }
}
