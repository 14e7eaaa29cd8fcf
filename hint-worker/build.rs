//! Makes the binary find, at run time and without `LD_LIBRARY_PATH`, the libpython it was linked
//! with, and remembers which interpreter that was.

fn main() {
    let config = pyo3_build_config::get();
    if let Some(folder) = config.lib_dir() {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
    }
    println!("cargo:rerun-if-env-changed=PYO3_PYTHON");
}
