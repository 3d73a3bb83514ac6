//! Why a challenge, a confirmation or a login was refused.

use std::fmt;
use std::time::Duration;

use crate::class::Class;
use crate::json::JsonError;

/// Why a challenge, a confirmation or a login was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BiometricError {
    /// The access token is empty, longer than 4 KiB or holds a NUL.
    #[error("expected an access token of 1 to 4096 bytes without NUL")]
    AccessTokenMalformed,
    /// `secretData` is not 24 characters of canonical base64.
    #[error("expected a `secretData` of 24 characters of canonical base64")]
    SecretDataMalformed,
    /// `eventTime` is not a number of milliseconds of our age.
    #[error("expected an `eventTime` in milliseconds")]
    EventTimeOutOfRange,
    /// The body of a login is not a JSON object of the document's three fields.
    #[error("expected a login request: {0}")]
    RequestMalformed(JsonError),
    /// One access token had more challenges at once than anyone needs.
    #[error("too many challenges at once for one access token")]
    TooManyChallenges,
    /// `secretData` is not what the server computes: another token, another time, or a retired secret.
    #[error("the `secretData` is not for this token and time")]
    SecretMismatch,
    /// The challenge is older than it may be.
    #[error("the challenge is too old")]
    ChallengeExpired,
    /// The challenge is from the future.
    #[error("the challenge is from the future")]
    ChallengeFromFuture,
    /// The store knows no such challenge: never issued, or over.
    #[error("no such challenge")]
    UnknownChallenge,
    /// The webhook has not arrived yet: try again in a moment.
    #[error("not confirmed yet")]
    NotConfirmedYet,
    /// The webhook arrived too long ago, or by a clock that was set back since.
    #[error("the confirmation is too old")]
    ConfirmationExpired,
    /// The webhook's event is older than the challenge it confirms.
    #[error("the confirmation is older than the challenge")]
    ConfirmedBeforeIssue,
    /// The challenge was used before.
    #[error("the challenge was used before")]
    AlreadyConsumed,
    /// The same approval was sent again after its challenge was used. Raise an alarm; answer 200.
    #[error("an approval was sent again after its use")]
    ReplayAfterUse,
    /// The store holds a record that no version known here wrote.
    #[error("expected a record of a biometric login, found another")]
    ForeignRecord,
    /// The store did not answer.
    #[error("the store did not answer")]
    StoreUnavailable,
}

impl BiometricError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AccessTokenMalformed => "biometric.access_token_malformed",
            Self::SecretDataMalformed => "biometric.secret_data_malformed",
            Self::EventTimeOutOfRange => "biometric.event_time_out_of_range",
            Self::RequestMalformed(_) => "biometric.request_malformed",
            Self::TooManyChallenges => "biometric.too_many_challenges",
            Self::SecretMismatch => "biometric.secret_mismatch",
            Self::ChallengeExpired => "biometric.challenge_expired",
            Self::ChallengeFromFuture => "biometric.challenge_from_future",
            Self::UnknownChallenge => "biometric.unknown_challenge",
            Self::NotConfirmedYet => "biometric.not_confirmed_yet",
            Self::ConfirmationExpired => "biometric.confirmation_expired",
            Self::ConfirmedBeforeIssue => "biometric.confirmed_before_issue",
            Self::AlreadyConsumed => "biometric.already_consumed",
            Self::ReplayAfterUse => "biometric.replay_after_use",
            Self::ForeignRecord => "biometric.foreign_record",
            Self::StoreUnavailable => "biometric.store_unavailable",
        }
    }

    /// What a host branches on.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::AccessTokenMalformed
            | Self::SecretDataMalformed
            | Self::EventTimeOutOfRange
            | Self::RequestMalformed(_) => Class::Malformed,
            Self::SecretMismatch | Self::UnknownChallenge => Class::Forged,
            Self::ChallengeExpired | Self::ConfirmationExpired => Class::Expired,
            Self::ChallengeFromFuture | Self::ConfirmedBeforeIssue => Class::Forbidden,
            Self::TooManyChallenges => Class::Throttled,
            Self::NotConfirmedYet => Class::NotReady,
            Self::AlreadyConsumed | Self::ReplayAfterUse => Class::Replayed,
            Self::ForeignRecord => Class::Misconfigured,
            Self::StoreUnavailable => Class::Unavailable,
        }
    }
}

/// A flow's settings were refused; it names every problem, not the first.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub struct FlowError {
    problems: Vec<FlowProblem>,
}

impl FlowError {
    pub(super) const fn new(problems: Vec<FlowProblem>) -> Self {
        Self { problems }
    }

    /// Every problem found.
    #[must_use]
    pub fn problems(&self) -> &[FlowProblem] {
        &self.problems
    }

    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "biometric.settings"
    }

    /// What a host branches on: always [`Class::Misconfigured`].
    #[must_use]
    pub const fn class(&self) -> Class {
        Class::Misconfigured
    }
}

impl fmt::Display for FlowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings are refused")?;
        self.problems.iter().enumerate().try_for_each(|(index, problem)| {
            write!(f, "{} {problem}", if index == 0 { ":" } else { ";" })
        })
    }
}

/// What is wrong with a flow's settings.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FlowProblem {
    /// A span of time outside its range.
    #[error("expected `{setting}` of {minimum:?} to {maximum:?}, found {found:?}")]
    OutOfRange {
        /// The setting.
        setting: &'static str,
        /// The shortest.
        minimum: Duration,
        /// The longest.
        maximum: Duration,
        /// The span found.
        found: Duration,
    },
    /// A secret with a `.` in it, under the MD5 recipe: `a.1` at 2 with it is `a` at 1 with another (B07).
    #[error("a secret with a dot in it, which the MD5 recipe cannot tell from its separator")]
    DotInMd5Secret,
}
