//! Who may depend on whom: the VM's process has no Python in it, the worker no VM, and cairo-vm is the
//! one from its registry. Read from `Cargo.lock`, which also has what only tests and build scripts need.

use std::collections::BTreeSet;

use hint_tests::record::tests_directory;
use serde::Deserialize;

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
    /// Each a name, with its version where the name alone is not clear.
    #[serde(default)]
    dependencies: Vec<String>,
}

impl Lock {
    fn read() -> Self {
        let path = tests_directory().parent().unwrap().join("Cargo.lock");
        toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    /// The names of a package and of everything below it.
    fn below(&self, package: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut open = vec![package];
        while let Some(name) = open.pop() {
            // Versions of one package are not told apart: what any of them needs counts.
            let versions: Vec<_> = self.package.iter().filter(|p| p.name == name).collect();
            assert!(!versions.is_empty(), "`{name}` is not in Cargo.lock");
            if found.insert(versions[0].name.as_str()) {
                let dependencies = versions.iter().flat_map(|p| &p.dependencies);
                open.extend(dependencies.filter_map(|text| text.split(' ').next()));
            }
        }
        found
    }
}

#[test]
fn the_host_has_no_python_inside() {
    let lock = Lock::read();
    let below = lock.below("vm-host");
    assert!(below.contains("cairo-vm"));
    for python in ["pyo3", "pyo3-ffi", "hint-worker"] {
        assert!(!below.contains(python), "{python}: {below:?}");
    }
}

#[test]
fn the_worker_never_sees_the_vm() {
    let lock = Lock::read();
    let below = lock.below("hint-worker");
    assert!(below.contains("pyo3"));
    for vm in ["cairo-vm", "vm-host"] {
        assert!(!below.contains(vm), "{vm}: {below:?}");
    }
}

#[test]
fn cairo_vm_is_the_published_one() {
    let lock = Lock::read();
    let entries: Vec<_> = lock
        .package
        .iter()
        .filter(|p| p.name == "cairo-vm")
        .collect();
    let [entry] = entries[..] else {
        panic!("there is more than one cairo-vm");
    };
    assert!(entry.version.starts_with("3.2."), "{}", entry.version);
    let source = entry.source.as_deref().unwrap_or_default();
    assert!(source.starts_with("registry+"), "{source}");
    let manifest = tests_directory().parent().unwrap().join("Cargo.toml");
    let manifest: toml::Table =
        toml::from_str(&std::fs::read_to_string(manifest).unwrap()).unwrap();
    assert!(!manifest.contains_key("patch") && !manifest.contains_key("replace"));
}
