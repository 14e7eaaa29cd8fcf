//! Bearer tokens: 256 random bits, of which the server knows the hash alone. A hash without salt and without
//! work is right for them: nobody can guess what has that many bits.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::hexadecimal::{bytes_of, hexadecimal};

/// What tokens begin with, for those who look for secrets in what they publish.
const PREFIX: &str = "cairohints_";
/// What the written hash begins with.
const HASH: &str = "sha256:";
/// Longest token that is looked at.
const MAX_TOKEN: usize = 256;

/// The hash of a token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

/// A token that was just made; the only time that anybody sees it.
pub struct NewToken {
    /// What the client sends.
    pub text: String,
    /// What the server is told.
    pub hash: TokenHash,
}

impl fmt::Debug for NewToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NewToken")
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}

impl NewToken {
    /// Makes one.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn make() -> std::io::Result<Self> {
        let mut bytes = [0; 32];
        let mut filled = 0;
        while filled < bytes.len() {
            let flags = rustix::rand::GetRandomFlags::empty();
            filled += rustix::rand::getrandom(&mut bytes[filled..], flags)?;
        }
        let text = format!("{PREFIX}{}", hexadecimal(&bytes));
        let hash = TokenHash::of(&text);
        Ok(Self { text, hash })
    }
}

impl TokenHash {
    /// The hash of a token's text.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    /// Whether it is the hash of `token`, in a time that says nothing about where they differ.
    pub(super) fn is_of(&self, token: &Self) -> bool {
        self.0.ct_eq(&token.0).into()
    }
}

/// The token in the value of an `authorization` header.
pub(in super::super) fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let fits = !token.is_empty() && token.len() <= MAX_TOKEN;
    (fits && scheme.eq_ignore_ascii_case("bearer")).then_some(token)
}

impl fmt::Display for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{HASH}{}", hexadecimal(&self.0))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for TokenHash {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix(HASH).ok_or(())?;
        let bytes = bytes_of(digits).ok_or(())?;
        Ok(Self(bytes.try_into().map_err(|_| ())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_random_and_their_hashes_can_be_written_and_read() {
        let [one, other] = [(); 2].map(|()| NewToken::make().expect("random numbers"));
        assert_ne!(one.text, other.text);
        assert_eq!(one.text.len(), PREFIX.len() + 64);
        assert_eq!(TokenHash::of(&one.text), one.hash);
        assert_eq!(one.hash.to_string().parse(), Ok(one.hash));
        assert!(one.hash.is_of(&TokenHash::of(&one.text)));
        assert!(!one.hash.is_of(&other.hash));
        let debug = format!("{one:?}");
        assert!(!debug.contains(&one.text), "{debug}");
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        let digits = "0".repeat(64);
        for text in [
            String::new(),
            digits.clone(),
            format!("sha256:{}", &digits[1..]),
            format!("sha256:{digits}0"),
            format!("sha256:x{}", &digits[1..]),
            format!("sha256:é{}", &digits[2..]),
            format!("md5:{digits}"),
        ] {
            assert!(text.parse::<TokenHash>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_bearer_is_read_in_any_spelling_and_nothing_else() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        for value in ["", "Bearer", "Bearer ", "Basic abc", "abc"] {
            assert_eq!(bearer(value), None, "{value}");
        }
        assert_eq!(bearer(&format!("Bearer {}", "a".repeat(257))), None);
    }
}
