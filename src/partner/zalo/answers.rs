//! What Zalo's server and the Mini App are told, as data. The document shows neither.

use crate::class::{AnswerProfile, Class, PublicAnswer};

/// Answers to Zalo's server, which sends an event again where it hears no 200.
///
/// A good event that changes nothing, because its challenge is unknown or used, is answered with 200: sent again, it
/// would change nothing again.
///
/// ```
/// use countersign::biometric::BiometricError;
/// use countersign::partner::zalo::{WEBHOOK_ANSWERS, ZaloError};
/// use countersign::webhook::WebhookError;
///
/// let answer = |error: ZaloError| WEBHOOK_ANSWERS.answer(error.class(), error.code()).status;
/// assert_eq!(answer(BiometricError::ReplayAfterUse.into()), 200);
/// assert_eq!(answer(BiometricError::StoreUnavailable.into()), 503);
/// assert_eq!(answer(WebhookError::SignatureMismatch.into()), 403);
/// ```
pub const WEBHOOK_ANSWERS: AnswerProfile = AnswerProfile::new(
    &[("biometric.unknown_challenge", TAKEN), ("biometric.replay_after_use", TAKEN)],
    |class| match class {
        Class::Malformed => PublicAnswer::new(400, "MALFORMED"),
        Class::Expired => PublicAnswer::new(400, "TOO_OLD"),
        Class::Forged | Class::Forbidden | Class::Replayed | Class::Conflict => {
            PublicAnswer::new(403, "REFUSED")
        }
        Class::Throttled => SLOW_DOWN,
        // Of the future by our clock: sent again, it is not.
        Class::NotReady | Class::Unavailable => UNAVAILABLE,
        Class::Misconfigured => INTERNAL_ERROR,
    },
);

/// Answers to the Mini App, at the start and at the login.
///
/// Whoever cannot show the access token of a challenge hears `LOGIN_REFUSED`, and not whether there is a challenge.
///
/// ```
/// use countersign::biometric::BiometricError;
/// use countersign::partner::zalo::LOGIN_ANSWERS;
///
/// let code = |error: BiometricError| LOGIN_ANSWERS.answer(error.class(), error.code()).code;
/// assert_eq!(code(BiometricError::NotConfirmedYet), "NOT_CONFIRMED_YET"); // ask again in a moment
/// assert_eq!(code(BiometricError::SecretMismatch), "LOGIN_REFUSED");
/// assert_eq!(code(BiometricError::UnknownChallenge), "LOGIN_REFUSED");
/// ```
pub const LOGIN_ANSWERS: AnswerProfile = AnswerProfile::new(&[], |class| match class {
    Class::Malformed => PublicAnswer::new(400, "INVALID_REQUEST"),
    Class::Forged | Class::Forbidden => PublicAnswer::new(403, "LOGIN_REFUSED"),
    Class::Expired => PublicAnswer::new(403, "LOGIN_EXPIRED"),
    Class::NotReady => PublicAnswer::new(409, "NOT_CONFIRMED_YET"),
    Class::Replayed | Class::Conflict => PublicAnswer::new(409, "ALREADY_USED"),
    Class::Throttled => SLOW_DOWN,
    Class::Unavailable => UNAVAILABLE,
    Class::Misconfigured => INTERNAL_ERROR,
});

const TAKEN: PublicAnswer = PublicAnswer::new(200, "OK");
const SLOW_DOWN: PublicAnswer = PublicAnswer::new(429, "SLOW_DOWN");
const INTERNAL_ERROR: PublicAnswer = PublicAnswer::new(500, "INTERNAL_ERROR");
const UNAVAILABLE: PublicAnswer = PublicAnswer::new(503, "UNAVAILABLE");
