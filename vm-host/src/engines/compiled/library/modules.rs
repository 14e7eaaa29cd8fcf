//! The modules that compiled hints may import from: what they have, and the files that it was compared with.
//! Must not know how a file is looked for.

use super::{
    Constant, Export, Function, Words, curves, felts, hashes, numbers, residues, secp, trees,
};

/// A file of a package, and the SHA-256 of each version that was compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct File {
    pub(super) path: &'static str,
    pub(super) hashes: &'static [&'static str],
}

/// What sympy's integer functions are in, of 1.13.3 and of 1.14.0.
pub(super) const SYMPY: [File; 3] = [
    File {
        path: "sympy/core/intfunc.py",
        hashes: &[
            "e43cdb7e962ccf5793853cd9570dfafada7ddaa81f0d904ee1ac5ee45cd54425",
            "4e280923d6efb1be1a3746992600b3c481e5bff7a1d2b12559e4eeae27abdf22",
        ],
    },
    File {
        path: "sympy/external/ntheory.py",
        hashes: &[
            "fefec46ebd742bfd3e078418f49b7864428f3319a34e5ce5aece28b47e628b8f",
            "8e79b5dca188235a7a5f8d93faeda356807188e09767c5c6c63ce10ae597b611",
        ],
    },
    File {
        path: "sympy/ntheory/residue_ntheory.py",
        hashes: &[
            "204422bef20b7a39c6b49a42d511abea2550591b37d4e34b2a356ebeda859fd9",
            "74305aa204aaae82479725d1aa72e6bb3355c977f2e2b581fe19613823501e99",
        ],
    },
];

/// A module of Python's or of cairo-lang's.
#[derive(Debug)]
pub(super) struct Module {
    pub(super) name: &'static str,
    pub(super) functions: &'static [&'static Function],
    pub(super) constants: &'static [Constant],
    pub(super) words: &'static [Words],
    /// The files that decide what it does, in any folder that modules are imported from.
    pub(super) files: &'static [File],
    /// Files that have to be nowhere.
    pub(super) absent: &'static [&'static str],
    /// Files that have to be anywhere: without them the import raises.
    pub(super) present: &'static [&'static str],
}

impl Module {
    pub(super) fn find(&self, name: &str) -> Option<Export> {
        let function = self.functions.iter().find(|function| function.name == name);
        let constant = || self.constants.iter().find(|constant| constant.name == name);
        let words = || self.words.iter().find(|words| words.name == name);
        function
            .map(|function| Export::Function(function))
            .or_else(|| constant().map(Export::Constant))
            .or_else(|| words().map(Export::Words))
    }
}

const MATH_UTILS: File = File {
    path: "starkware/cairo/common/math_utils.py",
    hashes: &["6d3c9abe8d2368a6e344c9dd12bd9acc21742504c74f31826c9f0872c0bc8546"],
};

const SECP_UTILS: File = File {
    path: "starkware/cairo/common/cairo_secp/secp_utils.py",
    hashes: &["f8714813a8927e837ac196bd3300701d2e05250eba4213cc7ca02781f068fc48"],
};

const SECP256R1_UTILS: File = File {
    path: "starkware/cairo/common/cairo_secp/secp256r1_utils.py",
    hashes: &["e0cd250d235a69f1943379d9e79e877aac8334a01506c2265c524baa40cddf35"],
};

const PYTHON_MATH_UTILS: File = File {
    path: "starkware/python/math_utils.py",
    hashes: &[
        // Those of cairo-lang 0.13.3, and of 0.13.5 and later.
        "48b1f46f3d2a1fce67aab7b0cd6b875b2c894b818b45872af20675175fb1629d",
        "7532c84fecd8f93fe26eb34d2563dcfaae673e05d0753d188379d82718ac8f6b",
    ],
};

const MERKLE_TREE: File = File {
    path: "starkware/python/merkle_tree.py",
    hashes: &["61b6bfabe9a5ba63e048ec981ab977ea123fd26ee4cafb627354f7100544bbc1"],
};

const PYTHON_UTILS: File = File {
    path: "starkware/python/utils.py",
    hashes: &["2071136a7cd494248d27e86baeb594ebe5d5de7228e8943571bd6b8347362ea6"],
};

const SHA256_UTILS: File = File {
    path: "starkware/cairo/common/cairo_sha256/sha256_utils.py",
    hashes: &["a516367190001fa7326e75d4f0f978bd49267664d9d4a946b5a7455d50693fae"],
};

const BLAKE2S_UTILS: File = File {
    path: "starkware/cairo/common/cairo_blake2s/blake2s_utils.py",
    hashes: &["fb5beb6275038f0a90e8afbb25bff3c7d629f83a6dabd7264c2936af0c9aac0b"],
};

const KECCAK_UTILS: File = File {
    path: "starkware/cairo/common/keccak_utils/keccak_utils.py",
    hashes: &["9fbcd4629884356fe07f134c3b3a46a7f175548b5ecafd917c863dfaee6177c9"],
};

const SIGNATURE: File = File {
    path: "starkware/crypto/signature/signature.py",
    hashes: &["13b59b2be8a5119a88bf12d698baacb546e27645812349d653262eb4f9a8b6c9"],
};

const PEDERSEN_PARAMETERS: File = File {
    path: "starkware/crypto/signature/pedersen_params.json",
    hashes: &["c93975c168618d5196adc5f2ac84b68079a73dc4b1d11bc91703eed62dc53f9d"],
};

const SIGNATURE_MATH_UTILS: File = File {
    path: "starkware/crypto/signature/math_utils.py",
    hashes: &["b9348f0241a3c87cf4a0eb785be172f3b3d840199f7f72903c2b7a5b6f37d2cf"],
};

const RELOCATABLE: File = File {
    path: "starkware/cairo/lang/vm/relocatable.py",
    hashes: &["3ac26559b915931a4b2a096e756ec129dbbf0d2bd62de078a200080fdf2491d8"],
};

/// What has sympy compute with other integers.
const OTHER_INTEGERS: &[&str] = &["gmpy2", "gmpy2.py", "flint", "flint.py"];

/// A module of Python's whose parts nothing here stands for: hints that use them run in Python.
macro_rules! plain {
    ($name:literal) => {
        Module {
            name: $name,
            functions: &[],
            constants: &[],
            words: &[],
            files: &[],
            absent: &[$name, concat!($name, ".py")],
            present: &[],
        }
    };
}

pub(super) const MODULES: &[Module] = &[
    plain!("base64"),
    plain!("binascii"),
    plain!("collections"),
    plain!("copy"),
    plain!("dataclasses"),
    plain!("functools"),
    plain!("itertools"),
    plain!("json"),
    plain!("operator"),
    plain!("os"),
    plain!("random"),
    plain!("re"),
    plain!("string"),
    plain!("struct"),
    plain!("time"),
    Module {
        name: "hashlib",
        functions: &[&hashes::SHA256],
        constants: &[],
        words: &[],
        files: &[],
        absent: &["hashlib", "hashlib.py"],
        present: &[],
    },
    Module {
        name: "math",
        functions: &[
            &residues::CEIL,
            &residues::FLOOR,
            &residues::GCD,
            &residues::MATH_ISQRT,
        ],
        constants: &[],
        words: &[],
        files: &[],
        absent: &["math", "math.py"],
        present: &[],
    },
    Module {
        name: "starkware.cairo.common.math_utils",
        functions: &[&felts::AS_INT, &felts::ASSERT_INTEGER, &felts::IS_POSITIVE],
        constants: &[],
        words: &[],
        files: &[MATH_UTILS],
        absent: &[],
        present: &[],
    },
    Module {
        name: "starkware.cairo.common.cairo_secp.secp_utils",
        functions: &[&secp::PACK, &secp::SPLIT, &felts::AS_INT],
        constants: secp::SECP_CONSTANTS,
        words: &[],
        files: &[SECP_UTILS, SECP256R1_UTILS, MATH_UTILS],
        absent: &[],
        present: &[],
    },
    Module {
        name: "starkware.cairo.common.cairo_secp.secp256r1_utils",
        functions: &[],
        constants: secp::SECP256R1_CONSTANTS,
        words: &[],
        files: &[SECP256R1_UTILS],
        absent: &[],
        present: &[],
    },
    Module {
        name: "starkware.cairo.common.cairo_secp.secp_utils:SECP256K1",
        functions: &[],
        constants: secp::SECP256K1_CURVE,
        words: &[],
        files: &[SECP_UTILS, SECP256R1_UTILS, MATH_UTILS],
        absent: &[],
        present: &[],
    },
    Module {
        name: "starkware.cairo.common.cairo_secp.secp_utils:SECP256R1",
        functions: &[],
        constants: secp::SECP256R1_CURVE,
        words: &[],
        files: &[SECP_UTILS, SECP256R1_UTILS, MATH_UTILS],
        absent: &[],
        present: &[],
    },
    Module {
        name: "starkware.cairo.common.cairo_sha256.sha256_utils",
        functions: &[
            &hashes::COMPUTE_MESSAGE_SCHEDULE,
            &hashes::SHA2_COMPRESS_FUNCTION,
        ],
        constants: &[],
        words: hashes::SHA256_WORDS,
        files: &[SHA256_UTILS],
        absent: &[],
        present: &[],
    },
    Module {
        name: "starkware.cairo.common.cairo_blake2s.blake2s_utils",
        functions: &[&hashes::BLAKE2S_COMPRESS],
        constants: &[],
        words: hashes::BLAKE2S_WORDS,
        files: &[BLAKE2S_UTILS, RELOCATABLE],
        absent: &[],
        present: &[
            "starkware/cairo/lang/vm/memory_segments.py",
            "marshmallow_dataclass/__init__.py",
            "typing_extensions.py",
            "yaml/__init__.py",
        ],
    },
    Module {
        name: "starkware.cairo.common.keccak_utils.keccak_utils",
        functions: &[&hashes::KECCAK_FUNC],
        constants: &[],
        words: &[],
        files: &[KECCAK_UTILS, PYTHON_UTILS, PYTHON_MATH_UTILS],
        absent: &[],
        present: OF_PYTHON_UTILS,
    },
    Module {
        name: "starkware.python.utils",
        functions: &[&numbers::TO_BYTES, &numbers::FROM_BYTES],
        constants: &[],
        words: &[],
        files: &[PYTHON_UTILS, PYTHON_MATH_UTILS],
        absent: &[],
        present: OF_PYTHON_UTILS,
    },
    Module {
        name: "starkware.python.merkle_tree",
        functions: &[&trees::DECODE_NODE],
        constants: &[],
        words: &[],
        files: &[MERKLE_TREE],
        absent: &[],
        present: &[],
    },
    Module {
        name: "starkware.python.math_utils",
        functions: &[
            &residues::IGCDEX,
            &residues::SAFE_DIV,
            &residues::DIV_CEIL,
            &residues::DIV_MOD,
            &residues::NEXT_POWER_OF_2,
            &residues::IS_POWER_OF_2,
            &residues::PREV_POWER_OF_2,
            &residues::LOG2_CEIL,
            &residues::IS_QUAD_RESIDUE,
            &residues::SQRT,
            &residues::ISQRT,
            &residues::HORNER_EVAL,
            &curves::LINE_SLOPE,
            &curves::EC_ADD,
            &curves::EC_DOUBLE_SLOPE,
            &curves::EC_DOUBLE,
            &curves::Y_SQUARED_FROM_X,
            &curves::RECOVER_Y,
            &curves::RANDOM_EC_POINT,
        ],
        constants: &[],
        words: &[],
        files: SYMPY_AND_MATH,
        absent: OTHER_INTEGERS,
        present: &["numpy/__init__.py", "mpmath/__init__.py"],
    },
    Module {
        name: "starkware.crypto.signature.signature",
        functions: &[],
        constants: curves::SIGNATURE_CONSTANTS,
        words: &[],
        files: &[
            SIGNATURE,
            PEDERSEN_PARAMETERS,
            SIGNATURE_MATH_UTILS,
            PYTHON_MATH_UTILS,
        ],
        absent: &[],
        present: &[
            "numpy/__init__.py",
            "mpmath/__init__.py",
            "sympy/__init__.py",
            "ecdsa/rfc6979.py",
        ],
    },
    Module {
        name: "starkware.cairo.lang.vm.relocatable",
        functions: &[&super::RELOCATABLE_VALUE],
        constants: &[],
        words: &[],
        files: &[RELOCATABLE],
        absent: &[],
        present: &["starkware/python/utils.py"],
    },
];

/// What the imports of `starkware.python.utils` need.
const OF_PYTHON_UTILS: &[&str] = &[
    "mpmath/__init__.py",
    "numpy/__init__.py",
    "starkware/python/utils_stub_module.py",
    "sympy/__init__.py",
    "typing_extensions.py",
    "yaml/__init__.py",
];

const SYMPY_AND_MATH: &[File] = &[PYTHON_MATH_UTILS, SYMPY[0], SYMPY[1], SYMPY[2]];
