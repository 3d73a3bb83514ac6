//! The words of the SDK: its defaults, its errors, its `bioState` (S3-4 … S3-6).
//!
//! All of it comes from the client: telemetry, never a reason to let somebody in.

use crate::secret::constant_time_eq;

/// The texts of `openBioAuthentication`, with the document's defaults (S3-5).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UiTexts {
    /// The form's title.
    pub title: String,
    /// What the user is told.
    pub sub_title: String,
    /// The button that leaves.
    pub negative_button_text: String,
}

impl Default for UiTexts {
    fn default() -> Self {
        Self {
            title: "Xác thực".into(),
            sub_title: "Sử dụng sinh trắc học của bạn để xác thực".into(),
            negative_button_text: "Đóng".into(),
        }
    }
}

/// An error that `openBioAuthentication` reported (S3-6).
///
/// The document's table has positive codes and its sample negative ones (S3-C1): both mean the same.
///
/// ```
/// use countersign::biometric::SdkError;
///
/// assert_eq!(SdkError::from_code(-108), SdkError::from_code(108));
/// assert_eq!(SdkError::from_code(i32::MIN), SdkError::Other(i32::MIN));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SdkError {
    /// 100: unknown.
    Unknown,
    /// 101: failed three times (Android).
    FailedThreeTimes,
    /// 102: the user left.
    Cancelled,
    /// 103: failed, or the user asked for the password (iOS).
    FailedOrPassword,
    /// 107: the device has no biometric lock set up.
    NotEnrolled,
    /// 108: failed too often, and the biometric lock is locked itself.
    LockedOut,
    /// A code that the document does not have, as it was reported.
    Other(i32),
}

impl SdkError {
    /// The error with this code, of either sign.
    #[must_use]
    pub const fn from_code(code: i32) -> Self {
        match code.unsigned_abs() {
            100 => Self::Unknown,
            101 => Self::FailedThreeTimes,
            102 => Self::Cancelled,
            103 => Self::FailedOrPassword,
            107 => Self::NotEnrolled,
            108 => Self::LockedOut,
            _ => Self::Other(code),
        }
    }

    /// The code as the document's table has it.
    #[must_use]
    pub const fn code(self) -> i32 {
        match self {
            Self::Unknown => 100,
            Self::FailedThreeTimes => 101,
            Self::Cancelled => 102,
            Self::FailedOrPassword => 103,
            Self::NotEnrolled => 107,
            Self::LockedOut => 108,
            Self::Other(code) => code,
        }
    }
}

/// The `bioState` that the device had when the user last logged in fully (S3-4).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BioState(String);

/// Whether the biometric login may be offered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum StepUp {
    /// Fingers and faces are the same.
    NotNeeded,
    /// They changed, or were never known: ask for a full login, and store the new state after it.
    FullLogin,
}

impl BioState {
    /// The state as the SDK reported it.
    pub fn new(state: impl Into<String>) -> Self {
        Self(state.into())
    }

    /// Compares the state that a device reports with the one stored for its user.
    pub fn compare(stored: Option<&Self>, reported: &Self) -> StepUp {
        match stored {
            Some(stored) if constant_time_eq(stored.0.as_bytes(), reported.0.as_bytes()) => {
                StepUp::NotNeeded
            }
            _ => StepUp::FullLogin,
        }
    }
}
