//! What a sender is told whose message was refused, as data. The document shows no table.

use crate::class::{AnswerProfile, Class, PublicAnswer};

/// Answers to whoever sent a request that was refused, by its class alone.
///
/// ```
/// use countersign::httpsig::HttpSigError;
/// use countersign::partner::vnpt_bioid::{ANSWERS, BioIdError, Role};
///
/// let code = |error: BioIdError| ANSWERS.answer(error.class(), error.code()).code;
/// // Another party's key is refused as a bad signature is.
/// assert_eq!(code(BioIdError::WrongRole { expected: Role::BioId }), "SIGNATURE_REFUSED");
/// assert_eq!(code(HttpSigError::SignatureInvalid.into()), "SIGNATURE_REFUSED");
/// assert_eq!(code(HttpSigError::SignatureMissing.into()), "MALFORMED");
/// ```
pub const ANSWERS: AnswerProfile = AnswerProfile::new(&[], |class| match class {
    Class::Malformed => PublicAnswer::new(400, "MALFORMED"),
    Class::Forged | Class::Forbidden => PublicAnswer::new(403, "SIGNATURE_REFUSED"),
    // A phone whose clock is wrong can be told so.
    Class::Expired | Class::NotReady => PublicAnswer::new(403, "SIGNED_AT_ANOTHER_TIME"),
    Class::Replayed | Class::Conflict => PublicAnswer::new(409, "ALREADY_USED"),
    Class::Throttled => PublicAnswer::new(429, "SLOW_DOWN"),
    Class::Unavailable => PublicAnswer::new(503, "UNAVAILABLE"),
    Class::Misconfigured => PublicAnswer::new(500, "INTERNAL_ERROR"),
});
