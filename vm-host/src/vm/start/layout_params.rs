//! The parameters of the layout `dynamic`, checked: from a file or a request, they come from outside.

use cairo_vm::types::layout::CairoLayoutParams;

/// Largest text that is read; the parameters are a few dozen numbers.
pub(crate) const MAX_LAYOUT_PARAMS_BYTES: usize = 1 << 16;
/// Largest number that a parameter can be, so that no product of them overflows.
const MAX_PARAMETER: u32 = 1 << 16;

/// Why the parameters cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct LayoutParamsError(String);

/// Reads parameters from their JSON.
///
/// # Errors
/// [`LayoutParamsError`] when it is not that, or a number would break the run.
pub(crate) fn layout_params(json: &[u8]) -> Result<CairoLayoutParams, LayoutParamsError> {
    if json.len() > MAX_LAYOUT_PARAMS_BYTES {
        return Err(LayoutParamsError(format!(
            "they are larger than the limit of `{MAX_LAYOUT_PARAMS_BYTES}` bytes"
        )));
    }
    let params: CairoLayoutParams =
        serde_json::from_slice(json).map_err(|error| LayoutParamsError(format!("`{error}`")))?;
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
            return Err(LayoutParamsError(format!(
                "`{name}` must be between {least} and {MAX_PARAMETER}, not `{value}`"
            )));
        }
    }
    if params.log_diluted_units_per_step.unsigned_abs() > 16 {
        return Err(LayoutParamsError(format!(
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

    fn recorded() -> Value {
        let runs: Value = serde_json::from_str(include_str!("../testdata/runs.json")).unwrap();
        runs["layout_params"].clone()
    }

    #[test]
    fn good_parameters_are_read() {
        let text = recorded().to_string();
        assert_eq!(layout_params(text.as_bytes()).unwrap().keccak_ratio, 2048);
    }

    #[test]
    fn numbers_that_would_break_the_run_are_refused() {
        for (name, value) in [
            ("add_mod_ratio_den", json!(0)),
            ("mul_mod_ratio_den", json!(0)),
            ("keccak_ratio", json!(2_147_483_648_u32)),
            ("memory_units_per_step", json!(0)),
            ("rc_units", json!(4_000_000_000_u32)),
            ("log_diluted_units_per_step", json!(-2_147_483_648_i64)),
            ("uses_keccak_builtin", json!(0)),
            ("keccak_ratio", json!("many")),
        ] {
            let mut params = recorded();
            params[name] = value;
            assert!(
                layout_params(params.to_string().as_bytes()).is_err(),
                "{name}"
            );
        }
    }

    #[test]
    fn too_much_text_is_not_parsed() {
        let text = format!("{}{}", recorded(), " ".repeat(MAX_LAYOUT_PARAMS_BYTES));
        let error = layout_params(text.as_bytes()).expect_err("too large");
        assert!(error.to_string().contains("larger than"), "{error}");
    }

    #[test]
    fn damaged_parameters_are_read_or_refused() {
        let good = recorded().to_string().into_bytes();
        crate::program::fuzzing::fuzz("layout parameters", &[good], |bytes| {
            layout_params(bytes).is_ok()
        });
    }
}
