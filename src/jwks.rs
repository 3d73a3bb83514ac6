//! Key sets, their cache, and pre-synced key rings.
//!
//! - [`JwkSet`] reads one document (RFC 7517 §5), entry by entry; [`diff`] compares two.
//! - [`JwksCache`] keeps the set of one issuer: which keys to use, when to fetch, what to refuse. It
//!   fetches nothing itself. [`SharedJwksCache`] is the same for many threads.
//! - [`KeyRing`] holds keys of many owners that were synced beforehand, and lets none go without its owner.
//!
//! # How the cache behaves
//! It is *empty* until a fetch brings a set. The set is *fresh* until its soft age: 10 minutes, or what
//! `Cache-Control` and `Age` say, from one minute to seven eighths of the hard age. Then it is *stale*, and
//! as good as before: lookups find its keys, and one of them brings a [`Ticket`] to fetch again beside. At the
//! hard age, 24 hours after it was asked for, it is *over*: trusted no more, for whatever reason no other came.
//!
//! | a lookup finds | fetch under way | may fetch | may not yet |
//! |---|---|---|---|
//! | the key, in a fresh set | `Found` | `Found` | `Found` |
//! | the key, in a stale set | `Found` | `Found` with a ticket | `Found` |
//! | no such key in the set | `Wait` | `Fetch` | `Refused(UnknownKey)`: the token is bad |
//! | no set, or one that is over | `Wait` | `Fetch` | `Refused(Unavailable)`: we are, not the token |
//!
//! *May fetch*: a cool-down of 60 seconds lies between the starts of any two fetches, however the first one
//! ended, or if nothing was heard of it. So nobody can have the issuer asked more than once a minute, by
//! whatever key ids, and a key that the issuer adds waits for a minute at most. Refreshes that fail become
//! rarer while the keys are good, down to one in eight cool-downs; whoever has to wait does not wait for that.
//!
//! There is one ticket at a time. An answer is taken against its ticket and within 15 seconds, or not at
//! all. Only a status of 200 with at least one usable key replaces the last good set; anything else is
//! reported, as a [`FetchOutcome`], and changes nothing. Of key ids that were not found nothing is
//! remembered: a million of them leave the cache as it was.
//!
//! # Clocks
//! Ages are measured in a time of the cache's own. Where the host's clock steps back no key gets younger,
//! and when it has stayed there for a minute time goes on. Where it leaps ahead the keys may be too old for
//! as long as it stays there; if it comes back within five minutes, they are as good as before. Whatever the
//! clock did in between, keys are also over once it shows the hard age after the moment it showed when they
//! were asked for: where it is right at both, 24 hours are 24 hours.
//!
//! # Examples
//! ```
//! use countersign::jwks::{FetchOutcome, JwksCache, Lookup, Refusal, Response};
//! use countersign::time::UnixTime;
//! use std::time::Duration;
//!
//! let answer = |body| Response { status: 200, body, cache_control: None, age: None };
//! let first: &[u8] = br#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"2025-01",
//!     "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
//! let rotated: &[u8] = br#"{"keys":[{"kty":"EC","crv":"P-256","kid":"2025-02",
//!     "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
//!     "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
//!
//! let start = UnixTime::from_secs(1_735_180_623);
//! let after = |seconds| start.saturating_add(Duration::from_secs(seconds));
//! let mut cache = JwksCache::builder().build()?;
//!
//! // The first token: nothing is known yet, and this lookup is the one that fetches.
//! let Lookup::Fetch(ticket) = cache.lookup("2025-01", start) else { panic!() };
//! assert!(matches!(cache.lookup("2025-01", start), Lookup::Wait { .. })); // everyone else waits
//! let outcome = cache.handle_response(ticket, answer(first), start);
//! assert!(matches!(outcome, FetchOutcome::Updated { .. }));
//! assert!(matches!(cache.lookup("2025-01", start), Lookup::Found { refresh: None, .. }));
//!
//! // The bank rotates: a key id that is not in the set has it fetched again.
//! let Lookup::Fetch(ticket) = cache.lookup("2025-02", after(90)) else { panic!() };
//! let outcome = cache.handle_response(ticket, answer(rotated), after(90));
//! let FetchOutcome::Updated { diff, .. } = outcome else { panic!() };
//! assert_eq!((&*diff.added[0], &*diff.removed[0]), ("2025-02", "2025-01"));
//! assert!(matches!(cache.lookup("2025-02", after(90)), Lookup::Found { .. }));
//!
//! // Another unknown key id, too soon: refused, and the bank is left in peace.
//! let Lookup::Refused(reason) = cache.lookup("invented", after(91)) else { panic!() };
//! assert_eq!(reason, Refusal::UnknownKey { retry_at: Some(after(150)) });
//! # Ok::<(), countersign::jwks::JwksError>(())
//! ```
//!
//! # Incomplete support
//! Members of a set other than `keys` are ignored (RFC 7517 §5 says so), and so are certificates (`x5c`,
//! `x5u`). Requests are not conditional: a set is small, and a 304 is no 200. `s-maxage`, `stale-if-error`
//! and `Expires` are not read.

mod cache;
mod clock;
mod diff;
mod error;
mod freshness;
mod report;
mod ring;
mod set;
mod shared;
#[cfg(feature = "url")]
mod url;

pub use cache::{
    Alarm, Export, FetchOutcome, JwksCache, JwksCacheBuilder, Lookup, Response, Ticket,
};
pub use diff::{SetDiff, diff};
pub use error::{ConfigProblem, JwksError, Refusal, UrlProblem};
pub use report::{SetReport, SkipReason, SkippedEntry};
pub use ring::{KeyRing, KeyRingBuilder};
pub use set::{JwkSet, Keys};
pub use shared::SharedJwksCache;
#[cfg(feature = "url")]
#[cfg_attr(docsrs, doc(cfg(feature = "url")))]
pub use url::JwksUrl;

/// The most keys of one id: a token is tried against all of them, and whoever sends it is not known yet.
pub const MAX_KEYS_PER_ID: usize = 4;
