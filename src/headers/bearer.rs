//! The bearer token of a request (RFC 6750 §2.1, S1-15).

use super::{HeaderError, Headers};

impl<'a> Headers<'a> {
    /// The token of the one `Authorization: Bearer <token>` field.
    ///
    /// The scheme's case is free, one space follows it, and one token stands alone: no list, no
    /// parameters. Tokens in a query, body or cookie are never looked for.
    ///
    /// # Errors
    /// [`HeaderError::Missing`], [`HeaderError::Repeated`], [`HeaderError::NotBearer`] for another scheme,
    /// [`HeaderError::Malformed`] for everything that is not one `token68` (RFC 9110 §11.2).
    pub fn bearer(self) -> Result<&'a str, HeaderError> {
        const NAME: &str = "authorization";
        let value = self.only(NAME)?.ok_or(HeaderError::Missing { name: NAME })?;
        let value =
            std::str::from_utf8(value).map_err(|_| HeaderError::Malformed { name: NAME })?;
        let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return Err(HeaderError::NotBearer);
        }
        if token.is_empty() || !token.bytes().all(is_token68) {
            return Err(HeaderError::Malformed { name: NAME });
        }
        Ok(token)
    }
}

const fn is_token68(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(value: &str) -> Result<String, HeaderError> {
        Headers::new(&[("Authorization", value.as_bytes())]).bearer().map(str::to_owned)
    }

    #[test]
    fn takes_one_token_behind_one_space_whatever_the_case_of_the_scheme() {
        for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c"] {
            assert_eq!(bearer(value).as_deref(), Ok("a.b.c"));
        }
    }

    #[test]
    fn refuses_every_other_form() {
        let malformed = Err(HeaderError::Malformed { name: "authorization" });
        for value in
            ["Bearer", "Bearer ", "Bearer  a", "Bearer a,b", "Bearer a b", "Bearer a\t", "Bearer é"]
        {
            assert_eq!(bearer(value), malformed, "{value:?}");
        }
        for value in ["Basic dTpw", "a.b.c", "", " Bearer a", "Bearer\ta"] {
            assert_eq!(bearer(value), Err(HeaderError::NotBearer), "{value:?}");
        }
        assert_eq!(Headers::new(&[]).bearer(), Err(HeaderError::Missing { name: "authorization" }));
    }
}
