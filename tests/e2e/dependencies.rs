//! Who may depend on whom: the VM's process has no Python in it, the worker no VM, and cairo-vm is the
//! one from its registry.

use std::process::Command;

fn tree(package: &str) -> String {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "-p",
            package,
            "-e",
            "normal,build",
        ])
        .current_dir(hint_tests::record::tests_directory())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains(package),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

#[test]
fn the_host_has_no_python_inside() {
    let tree = tree("vm-host");
    assert!(tree.contains("cairo-vm v3.2."));
    assert!(!tree.contains("pyo3"), "{tree}");
    assert!(!tree.contains("hint-worker"), "{tree}");
}

#[test]
fn the_worker_never_sees_the_vm() {
    let tree = tree("hint-worker");
    assert!(tree.contains("pyo3"));
    assert!(!tree.contains("cairo-vm"), "{tree}");
    assert!(!tree.contains("vm-host v"), "{tree}");
}

#[test]
fn cairo_vm_is_the_published_one() {
    let root = hint_tests::record::tests_directory().parent().unwrap();
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).unwrap();
    let entry = lock
        .split("[[package]]")
        .find(|entry| entry.contains("name = \"cairo-vm\""))
        .unwrap();
    assert!(entry.contains("source = \"registry+"), "{entry}");
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    assert!(!manifest.contains("[patch"));
}
