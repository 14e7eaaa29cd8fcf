//! Reading the parameters of the layout `dynamic`.

use crate::cli::ExitCode;
use cairo_vm::types::layout::CairoLayoutParams;
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// Largest file that is read; the parameters are a few dozen numbers.
const MAX_SIZE: u64 = 1 << 16;
/// Largest number that a parameter can be, so that no product of them overflows.
const MAX_PARAMETER: u32 = 1 << 16;

/// Why the parameters cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LayoutParamsError {
    /// The file cannot be read.
    #[error("cannot read the layout parameters `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file does not hold parameters.
    #[error("invalid layout parameters `{}`: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl LayoutParamsError {
    /// The command's exit code.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Io { .. } => ExitCode::NoInput,
            Self::Invalid { .. } => ExitCode::BadInput,
        }
    }
}

/// Reads the parameters.
pub fn read_layout_params(path: &Path) -> Result<CairoLayoutParams, LayoutParamsError> {
    let invalid = |reason: String| LayoutParamsError::Invalid {
        path: path.to_path_buf(),
        reason,
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_SIZE).read_to_end(&mut bytes))
        .map_err(|source| LayoutParamsError::Io {
            path: path.to_path_buf(),
            source,
        })?;
    let params: CairoLayoutParams =
        serde_json::from_slice(&bytes).map_err(|error| invalid(error.to_string()))?;
    let numbers = [
        ("rc_units", params.rc_units, 3),
        ("memory_units_per_step", params.memory_units_per_step, 4),
        ("pedersen_ratio", params.pedersen_ratio, 0),
        ("range_check_ratio", params.range_check_ratio, 0),
        ("ecdsa_ratio", params.ecdsa_ratio, 0),
        ("bitwise_ratio", params.bitwise_ratio, 0),
        ("ec_op_ratio", params.ec_op_ratio, 0),
        ("keccak_ratio", params.keccak_ratio, 0),
        ("poseidon_ratio", params.poseidon_ratio, 0),
        ("range_check96_ratio", params.range_check96_ratio, 0),
        ("range_check96_ratio_den", params.range_check96_ratio_den, 1),
        ("add_mod_ratio", params.add_mod_ratio, 0),
        ("add_mod_ratio_den", params.add_mod_ratio_den, 1),
        ("mul_mod_ratio", params.mul_mod_ratio, 0),
        ("mul_mod_ratio_den", params.mul_mod_ratio_den, 1),
    ];
    for (name, value, least) in numbers {
        if !(least..=MAX_PARAMETER).contains(&value) {
            return Err(invalid(format!(
                "`{name}` must be between {least} and {MAX_PARAMETER}, not `{value}`"
            )));
        }
    }
    if params.log_diluted_units_per_step.unsigned_abs() > 16 {
        return Err(invalid(format!(
            "`log_diluted_units_per_step` must be between -16 and 16, not `{}`",
            params.log_diluted_units_per_step
        )));
    }
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::io::Write;

    fn recorded() -> Value {
        let runs: Value = serde_json::from_str(include_str!("../testdata/runs.json")).unwrap();
        runs["layout_params"].clone()
    }

    fn read(params: &Value) -> Result<CairoLayoutParams, LayoutParamsError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, "{params}").unwrap();
        read_layout_params(file.path())
    }

    #[test]
    fn good_parameters_are_read() {
        assert_eq!(read(&recorded()).unwrap().keccak_ratio, 2048);
    }

    #[test]
    fn numbers_that_would_break_the_run_are_refused() {
        for (name, value) in [
            ("add_mod_ratio_den", json!(0)),
            ("memory_units_per_step", json!(0)),
            ("rc_units", json!(4_000_000_000_u32)),
            ("log_diluted_units_per_step", json!(-2_147_483_648_i64)),
            ("uses_keccak_builtin", json!(0)),
            ("keccak_ratio", json!("many")),
        ] {
            let mut params = recorded();
            params[name] = value;
            let error = read(&params).expect_err(name);
            assert_eq!(error.exit_code(), ExitCode::BadInput, "{error}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_layout_params(Path::new("/none/params.json")).expect_err("missing");
        assert!(error.to_string().contains("`/none/params.json`"), "{error}");
        assert_eq!(error.exit_code(), ExitCode::NoInput);
    }
}
