//! cairo-vm's hints that were compared with the Python text: what each needs, what it shares with
//! others, and where it is known to differ. A twin that is not in this list is not used.

use cairo_vm::hint_processor::builtin_hint_processor::hint_code::{self, HINT_CODES};

use super::guards::{self, After, Guard};

/// A hint that cairo-vm has in Rust with the same effect.
#[derive(Clone, Copy)]
pub(crate) struct Twin {
    /// The Python text.
    pub(crate) code: &'static str,
    /// The names behind `ids` that must be constants, and the names under which the twin looks them up.
    pub(crate) constants: &'static [(&'static str, &'static str)],
    /// The names behind `ids` whose value the twin wants, where it is an address.
    pub(crate) pointers: &'static [&'static str],
    /// The names behind `ids` that must be cells, because the twin starts from their address.
    pub(crate) cells: &'static [&'static str],
    /// Checked before each execution; when it says no, the hint runs in Python that time.
    pub(super) guard: Option<Guard>,
    /// Done after each execution.
    pub(super) after: Option<After>,
    /// The variables that the twin leaves in cairo-vm's scope as the Python text does in its own.
    pub(crate) keeps: &'static [&'static str],
}

impl std::fmt::Debug for Twin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Twin").field(&self.code).finish()
    }
}

impl Twin {
    const fn guard(mut self, guard: Guard) -> Self {
        self.guard = Some(guard);
        self
    }

    const fn after(mut self, after: After) -> Self {
        self.after = Some(after);
        self
    }

    const fn constants(mut self, constants: &'static [(&'static str, &'static str)]) -> Self {
        self.constants = constants;
        self
    }

    const fn pointers(mut self, pointers: &'static [&'static str]) -> Self {
        self.pointers = pointers;
        self
    }

    const fn cells(mut self, cells: &'static [&'static str]) -> Self {
        self.cells = cells;
        self
    }

    const fn keeps(mut self, keeps: &'static [&'static str]) -> Self {
        self.keeps = keeps;
        self
    }
}

const fn same(code: &'static str) -> Twin {
    Twin {
        code,
        constants: &[],
        pointers: &[],
        cells: &[],
        guard: None,
        after: None,
        keeps: &[],
    }
}

const ARCS: &[(&str, &str)] = &[
    (
        "PRIME_OVER_3_HIGH",
        "starkware.cairo.common.math.assert_le_felt.PRIME_OVER_3_HIGH",
    ),
    (
        "PRIME_OVER_2_HIGH",
        "starkware.cairo.common.math.assert_le_felt.PRIME_OVER_2_HIGH",
    ),
];

const BOUND_OF_250_BITS: &[(&str, &str)] = &[
    (
        "UPPER_BOUND",
        "starkware.cairo.common.math.assert_250_bit.UPPER_BOUND",
    ),
    ("SHIFT", "starkware.cairo.common.math.assert_250_bit.SHIFT"),
];

static TWINS: &[Twin] = &[
    same(hint_code::IS_POSITIVE),
    same(hint_code::ASSERT_NN),
    same(hint_code::ASSERT_NOT_ZERO),
    same(hint_code::ASSERT_NOT_EQUAL),
    same(hint_code::ASSERT_LE_FELT_V_0_6),
    same(hint_code::ASSERT_LE_FELT_V_0_8),
    same(hint_code::ASSERT_LT_FELT),
    same(hint_code::ASSERT_250_BITS)
        .constants(BOUND_OF_250_BITS)
        .guard(guards::value_is_not_the_upper_bound),
    same(hint_code::SPLIT_FELT).constants(&[("MAX_HIGH", "MAX_HIGH"), ("MAX_LOW", "MAX_LOW")]),
    same(hint_code::SQRT).guard(guards::value_is_below_2_250),
    same(hint_code::SIGNED_DIV_REM).guard(guards::quotient_is_not_the_bound),
    same(hint_code::UNSIGNED_DIV_REM),
    same(hint_code::UINT256_SQRT)
        .after(guards::keep_n)
        .keeps(&["n"]),
    same(hint_code::UINT256_SQRT_FELT)
        .after(guards::keep_n)
        .keeps(&["n"]),
    // Hashes.
    same(hint_code::UNSAFE_KECCAK).cells(&["high", "low"]),
    same(hint_code::UNSAFE_KECCAK_FINALIZE)
        .cells(&["high", "low"])
        .guard(guards::words_are_short),
    same(hint_code::BLAKE2S_COMPUTE).guard(guards::output_is_free),
    same(hint_code::BLAKE2S_FINALIZE)
        .constants(&[
            ("N_PACKED_INSTANCES", "N_PACKED_INSTANCES"),
            ("INPUT_BLOCK_FELTS", "INPUT_BLOCK_FELTS"),
        ])
        .guard(guards::padding_is_free),
    // Comparison of any two felts: the first hint tells the others which arc it left out.
    same(hint_code::ASSERT_LE_FELT)
        .constants(ARCS)
        .guard(guards::range_checks_are_free)
        .keeps(&["excluded"]),
    same(hint_code::ASSERT_LE_FELT_EXCLUDED_0),
    same(hint_code::ASSERT_LE_FELT_EXCLUDED_1),
    same(hint_code::ASSERT_LE_FELT_EXCLUDED_2),
    // Scopes and the loops that count down in one of their own.
    same(hint_code::MEMCPY_ENTER_SCOPE).keeps(&["n"]),
    same(hint_code::MEMSET_ENTER_SCOPE).keeps(&["n"]),
    same(hint_code::MEMCPY_CONTINUE_COPYING)
        .guard(guards::counter_is_positive)
        .keeps(&["n"]),
    same(hint_code::MEMSET_CONTINUE_LOOP)
        .guard(guards::counter_is_positive)
        .keeps(&["n"]),
    // Searches.
    same(hint_code::FIND_ELEMENT)
        .guard(guards::search_is_short)
        .after(guards::keep_key)
        .keeps(&["__find_element_index", "key"]),
    // Dictionaries.
    same(hint_code::DICT_NEW)
        .guard(guards::there_is_an_initial_dict)
        .after(guards::delete_initial_dict)
        .keeps(&["__dict_manager", "initial_dict"]),
    same(hint_code::DEFAULT_DICT_NEW)
        .guard(guards::no_initial_dict)
        .keeps(&["__dict_manager"]),
    same(hint_code::DICT_READ)
        .pointers(&["dict_ptr"])
        .guard(guards::entry_can_be_read)
        .keeps(&["__dict_manager"]),
    same(hint_code::DICT_WRITE)
        .pointers(&["dict_ptr"])
        .guard(guards::entry_can_be_written)
        .keeps(&["__dict_manager"]),
    same(hint_code::DICT_UPDATE)
        .pointers(&["dict_ptr"])
        .keeps(&["__dict_manager"]),
    same(hint_code::DICT_SQUASH_COPY_DICT)
        .pointers(&["dict_accesses_end"])
        .keeps(&["__dict_manager", "initial_dict"]),
    same(hint_code::DICT_SQUASH_UPDATE_PTR)
        .pointers(&["squashed_dict_start", "squashed_dict_end"])
        .keeps(&["__dict_manager"]),
    same(hint_code::SQUASH_DICT)
        .pointers(&["dict_accesses"])
        .guard(guards::there_are_accesses)
        .keeps(&["access_indices", "keys", "key"]),
    same(hint_code::SQUASH_DICT_INNER_FIRST_ITERATION)
        .guard(guards::access_index_cell_is_free)
        .keeps(&["current_access_indices", "current_access_index"]),
    same(hint_code::SQUASH_DICT_INNER_SKIP_LOOP),
    same(hint_code::SQUASH_DICT_INNER_CHECK_ACCESS_INDEX).keeps(&[
        "current_access_indices",
        "current_access_index",
        "new_access_index",
    ]),
    same(hint_code::SQUASH_DICT_INNER_CONTINUE_LOOP),
    same(hint_code::SQUASH_DICT_INNER_ASSERT_LEN_KEYS),
    same(hint_code::SQUASH_DICT_INNER_LEN_ASSERT),
    same(hint_code::SQUASH_DICT_INNER_USED_ACCESSES_ASSERT),
    same(hint_code::SQUASH_DICT_INNER_NEXT_KEY).keeps(&["keys", "key"]),
    // Sorting.
    same(hint_code::USORT_ENTER_SCOPE)
        .after(guards::enter_usort)
        .keeps(&["__usort_max_size"]),
    same(hint_code::USORT_BODY)
        .guard(guards::usort_was_entered)
        .keeps(&["positions_dict"]),
    same(hint_code::USORT_VERIFY)
        .after(guards::put_positions_back)
        .keeps(&["positions_dict", "positions", "last_pos"]),
    same(hint_code::USORT_VERIFY_MULTIPLICITY_ASSERT),
    same(hint_code::USORT_VERIFY_MULTIPLICITY_BODY).keeps(&["positions", "last_pos"]),
];

/// All twins that may be used.
#[cfg(test)]
pub(crate) fn all() -> &'static [Twin] {
    TWINS
}

/// Whether the text is one of cairo-vm's, and so known to compile.
pub(crate) fn is_known(code: &str) -> bool {
    HINT_CODES.values().any(|text| *text == code)
}

/// The twin of a hint.
///
/// # Errors
/// Why there is none that can be used.
pub(crate) fn find(code: &str) -> Result<&'static Twin, String> {
    let twin = TWINS.iter().find(|twin| twin.code == code);
    twin.ok_or_else(|| {
        let known = is_known(code);
        (if known {
            "cairo-vm's twin is not used"
        } else {
            "cairo-vm has no twin"
        })
        .to_owned()
    })
}
