//! The committed code under `src/gen` is what the `.proto` files say. With `UPDATE_GENERATED=1` the
//! test writes it instead of comparing. No protoc is needed.

use std::path::{Path, PathBuf};

const FILES: [&str; 6] = [
    "cairohints/v1/value.proto",
    "cairohints/v1/log.proto",
    "cairohints/v1/ids.proto",
    "cairohints/v1/wasm.proto",
    "cairohints/v1/hint_session.proto",
    "cairohints/v1/vm_service.proto",
];

#[test]
fn generated_code_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let committed = root.join("src/gen");
    let update = std::env::var_os("UPDATE_GENERATED").is_some();
    let fresh = if update {
        committed.clone()
    } else {
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("gen")
    };
    std::fs::create_dir_all(&fresh).expect("folder for generated code");
    let descriptors = protox::compile(FILES, [root]).expect("the .proto files compile");
    let encoded = prost::Message::encode_to_vec(&descriptors);
    std::fs::write(fresh.join("descriptor.bin"), encoded).expect("the descriptors are written");
    tonic_prost_build::configure()
        .bytes(".")
        .emit_rerun_if_changed(false)
        .out_dir(&fresh)
        .compile_fds(descriptors)
        .expect("code is generated");
    for name in ["cairohints.v1.rs", "descriptor.bin"] {
        let read = |folder: &Path| std::fs::read(folder.join(name)).expect("a generated file");
        assert!(
            read(&committed) == read(&fresh),
            "src/gen/{name} is stale; hint: run `UPDATE_GENERATED=1 cargo test -p hint-proto`"
        );
    }
}
