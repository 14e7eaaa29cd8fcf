//! Owns what `vm-host --version` says of the sources.

#[path = "../proto/build/commit.rs"]
mod commit;

fn main() {
    println!("cargo:rustc-env=VM_HOST_COMMIT={}", commit::commit());
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=../proto/build/commit.rs");
}
