//! Scopes as sets of whole tokens (RFC 6749 §3.3), never as substrings.

use std::borrow::Cow;

use super::JwtError;
use super::policy::ScopeRule;
use crate::json::{Kind, Value};

/// Whether `text` is one scope token: `%x21 / %x23-5B / %x5D-7E`, once or more (RFC 6749 §3.3).
pub(crate) fn is_token(text: &str) -> bool {
    is_token_bytes(text.as_bytes())
}

fn is_token_bytes(text: &[u8]) -> bool {
    let is_legal = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    !text.is_empty() && text.iter().all(is_legal)
}

/// The tokens of a scope string, as bytes: scopes are short, and searching one for the next `char` costs more
/// than looking at each byte.
fn tokens(text: &str) -> impl Iterator<Item = &[u8]> {
    text.as_bytes().split(|byte| *byte == b' ')
}

/// Refuses a token whose scope does not satisfy `rule`.
///
/// `scope` is a string of tokens separated by single spaces (RFC 8693 §4.2), `scp` an array or such a
/// string (as Azure and Okta send it). Where both stand, both must satisfy the rule: a choice between
/// them would be a guess.
pub(super) fn check(
    rule: &ScopeRule,
    scope: Option<Value<'_, '_>>,
    scp: Option<Value<'_, '_>>,
) -> Result<(), JwtError> {
    if *rule == ScopeRule::Anything {
        return Ok(());
    }
    if scope.or(scp).is_none() {
        return Err(JwtError::ClaimMissing { claim: "scope".into() });
    }
    for (claim, value) in [("scope", scope), ("scp", scp)] {
        let Some(value) = value else { continue };
        if !Scope::read(claim, value)?.satisfies(rule) {
            return Err(JwtError::ScopeMissing);
        }
    }
    Ok(())
}

/// A scope claim whose tokens are well-formed.
pub(crate) enum Scope<'d, 'a> {
    Text(Cow<'a, str>),
    List(Value<'d, 'a>),
}

impl<'d, 'a> Scope<'d, 'a> {
    pub(crate) fn read(claim: &'static str, value: Value<'d, 'a>) -> Result<Self, JwtError> {
        let (scope, well_formed) = match (value.kind(), value.as_str()) {
            (_, Some(text)) => {
                let well_formed = tokens(&text).all(is_token_bytes);
                (Self::Text(text), well_formed)
            }
            (Kind::Array, None) if claim == "scp" => {
                let is_string = |token: Value<'_, '_>| token.kind() == Kind::String;
                if !value.elements().all(is_string) {
                    return Err(JwtError::ClaimType { claim: claim.into() });
                }
                let is_token =
                    |token: Value<'_, '_>| token.as_str().is_some_and(|text| is_token(&text));
                (Self::List(value), value.elements().all(is_token))
            }
            _ => return Err(JwtError::ClaimType { claim: claim.into() }),
        };
        if well_formed { Ok(scope) } else { Err(JwtError::ClaimRange { claim: claim.into() }) }
    }

    /// Whether `token` is one of its tokens, whole.
    pub(crate) fn has(&self, token: &str) -> bool {
        match self {
            Self::Text(text) => tokens(text).any(|found| found == token.as_bytes()),
            Self::List(list) => list.elements().any(|found| found.is_str(token)),
        }
    }

    fn satisfies(&self, rule: &ScopeRule) -> bool {
        match rule {
            ScopeRule::Anything => true,
            ScopeRule::AnyOf(wanted) => wanted.iter().any(|token| self.has(token)),
            ScopeRule::AllOf(wanted) => wanted.iter().all(|token| self.has(token)),
        }
    }
}
