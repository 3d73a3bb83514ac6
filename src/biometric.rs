//! The biometric login of a Zalo Mini App (document `003`): a challenge, a webhook, a login, each once.
//!
//! 1. [`BiometricFlow::issue`] makes a [`Challenge`] for a user's access token: `secretData` and `eventTime`,
//!    which go to the Mini App.
//! 2. The user passes the check on the device, and Zalo's server sends an event, which
//!    [`webhook::zalo::MiniApp`](crate::webhook::zalo::MiniApp) verifies.
//! 3. [`BiometricFlow::confirm`] writes that down, for two minutes.
//! 4. The Mini App sends `secretData`, `eventTime` and the access token, and [`BiometricFlow::verify`] computes
//!    `secretData` again, compares in constant time, and only then asks the store.
//! 5. The host asks Zalo whose access token it is: an [`ApprovedToken`] says that it was approved, not by whom.
//!
//! The states in the store are `Issued` (5 min) → `Confirmed` (120 s) → `Consumed`, a tombstone that outlives every
//! event that could still be sent again. All of them are [`Step`](crate::verified::Step)s, so the Redis script, the SQL statement and the
//! in-memory store of [`guard`](crate::guard) serve them; memcached does with `add` and `cas`.
//!
//! ```
//! use countersign::biometric::{BiometricError, BiometricFlow, Issue, Login};
//! use countersign::guard::MemoryStore;
//! use countersign::secret::{Secret, SecretSet};
//! use countersign::time::UnixTime;
//!
//! let secrets = SecretSet::builder().secret("2026", Secret::new("the server's own secret key")?).build()?;
//! let flow = BiometricFlow::builder(secrets).build()?;
//! let now = UnixTime::from_secs(1_735_180_623);
//! let store = MemoryStore::new(100, now);
//!
//! let Issue::Owes(pending) = flow.issue("zalo-access-token", now)? else { unreachable!() };
//! let answer = store.apply(pending.step(), now);
//! let Issue::Issued(challenge) = pending.finish(answer, now)? else { panic!("two in one millisecond") };
//! assert_eq!(challenge.secret_data().as_str().len(), 24);
//!
//! // No webhook yet: not refused for good, but not let in.
//! let mut login = flow.verify(challenge.secret_data().as_str(), challenge.event_time(), "zalo-access-token", now)?;
//! let Login::Owes(pending) = login else { unreachable!() };
//! let answer = store.apply(pending.step(), now);
//! assert_eq!(pending.finish(answer, now).unwrap_err(), BiometricError::NotConfirmedYet);
//!
//! // Somebody else's token: refused before the store is asked, and nothing is used up.
//! let other = flow.verify(challenge.secret_data().as_str(), challenge.event_time(), "another-token", now);
//! assert_eq!(other.unwrap_err(), BiometricError::SecretMismatch);
//! # Ok::<(), countersign::Error>(())
//! ```
//!
//! # What it cannot protect
//! The event names neither user nor device, and `openBioAuthentication` takes any string: an event proves that
//! some enrolled finger on some device approved this `secretData`. What binds it to a user is the access token in it, so
//! an access token that was stolen together with a `secretData` can be used with a finger of the thief's. Ask for a full
//! login where [`BioState`] changed, and keep access tokens short.

mod confirm;
mod derive;
mod error;
mod flow;
mod issue;
mod login;
mod record;
mod sdk;

pub use confirm::{Confirmation, PendingConfirmation};
pub use derive::{Derivation, SecretData};
pub use error::{BiometricError, FlowError, FlowProblem};
pub use flow::{BiometricFlow, BiometricFlowBuilder, Mode};
pub use issue::{Challenge, Issue, PendingIssue};
pub use login::{ApprovedToken, Login, LoginRequest, PendingLogin};
pub use sdk::{BioState, SdkError, StepUp, UiTexts};
