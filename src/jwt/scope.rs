//! Scopes as sets of whole tokens (RFC 6749 §3.3), never as substrings.

use std::borrow::Cow;

use super::JwtError;
use super::policy::ScopeRule;
use crate::json::{Kind, Value};

/// Whether `text` is one scope token: `%x21 / %x23-5B / %x5D-7E`, once or more (RFC 6749 §3.3).
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
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
    let lists = [("scope", scope), ("scp", scp)];
    let lists = lists.into_iter().filter_map(|(claim, value)| Some((claim, value?)));
    let mut found = false;
    for (claim, value) in lists {
        let tokens = tokens(claim, value)?;
        found = true;
        if !satisfied(rule, &tokens) {
            return Err(JwtError::ScopeMissing);
        }
    }
    if found { Ok(()) } else { Err(JwtError::ClaimMissing { claim: "scope".into() }) }
}

fn satisfied(rule: &ScopeRule, tokens: &[Cow<'_, str>]) -> bool {
    let has = |token: &str| tokens.iter().any(|found| found == token);
    match rule {
        ScopeRule::Anything => true,
        ScopeRule::AnyOf(wanted) => wanted.iter().any(|token| has(token)),
        ScopeRule::AllOf(wanted) => wanted.iter().all(|token| has(token)),
    }
}

/// The tokens of a scope claim.
pub(crate) fn tokens<'a>(
    claim: &'static str,
    value: Value<'_, 'a>,
) -> Result<Vec<Cow<'a, str>>, JwtError> {
    let wrong = || JwtError::ClaimType { claim: claim.into() };
    let tokens = match (value.kind(), value.as_str()) {
        (_, Some(Cow::Borrowed(text))) => text.split(' ').map(Cow::Borrowed).collect(),
        (_, Some(Cow::Owned(text))) => {
            text.split(' ').map(|token| Cow::Owned(token.into())).collect()
        }
        (Kind::Array, None) if claim == "scp" => value
            .elements()
            .map(|token| token.as_str().ok_or_else(wrong))
            .collect::<Result<Vec<_>, _>>()?,
        _ => return Err(wrong()),
    };
    match tokens.iter().all(|token| is_token(token)) {
        true => Ok(tokens),
        false => Err(JwtError::ClaimRange { claim: claim.into() }),
    }
}
