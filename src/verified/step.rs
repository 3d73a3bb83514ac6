//! One atomic change to the host's storage, and its answer.

use std::fmt;

use crate::time::UnixTime;

/// One atomic compare-and-set that a decision needs from the host's storage.
///
/// The store looks at what it holds under [`key`](Self::key), and if that is what [`expect`](Self::expect)
/// says, puts [`put`](Self::put) there and keeps it at least until [`until`](Self::until); else it changes
/// nothing. Both halves must be one atomic operation: a Redis script, one SQL statement, one lock.
/// Replay, orders and biometric states all use this one shape.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "nothing is decided until the store has applied this step"]
pub struct Step {
    key: [u8; 32],
    expect: Expect,
    put: Record,
    until: UnixTime,
}

impl Step {
    /// A step. The rooms of this crate make their own; a host makes one only to test its store.
    pub const fn new(key: [u8; 32], expect: Expect, put: Record, until: UnixTime) -> Self {
        Self { key, expect, put, until }
    }

    /// Where in the store: a SHA-256, evenly spread, with the kind of step mixed in.
    #[must_use]
    pub const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// What the store must hold there for the step to apply.
    #[must_use]
    pub const fn expect(&self) -> &Expect {
        &self.expect
    }

    /// What the store holds there afterwards.
    #[must_use]
    pub const fn put(&self) -> &Record {
        &self.put
    }

    /// The store must keep the record at least until this moment, and may drop it afterwards.
    #[must_use]
    pub const fn until(&self) -> UnixTime {
        self.until
    }
}

/// What a [`Step`] expects the store to hold under its key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Expect {
    /// Nothing: the step applies once.
    Absent,
    /// A record that starts with these bytes: the first byte is the state, what follows narrows it down.
    State(Record),
}

impl Expect {
    /// The bytes that the stored record must start with; none where there must be no record.
    ///
    /// No record is empty, so a store may take the length as the whole question.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Absent => &[],
            Self::State(record) => record.as_bytes(),
        }
    }
}

/// The bytes that a store keeps for one key: a state in the first byte, what belongs to it behind.
#[derive(Clone, Eq, PartialEq)]
pub struct Record(Bytes);

/// A bare state stays inline: that is every replay record, one for each token.
#[derive(Clone, Eq, PartialEq)]
enum Bytes {
    State([u8; 1]),
    Long(Box<[u8]>),
}

impl Record {
    /// The most bytes in a record: a state, a SHA-256, two moments and a reference of 128 bytes fit.
    pub const MAX_BYTES: usize = 256;

    /// The bytes as a record, for a host that reads one back from its store.
    ///
    /// # Errors
    /// [`RecordError`] for no bytes, or more than [`Record::MAX_BYTES`].
    pub fn new(bytes: &[u8]) -> Result<Self, RecordError> {
        match bytes {
            &[state] => Ok(Self::state(state)),
            _ if (1..=Self::MAX_BYTES).contains(&bytes.len()) => {
                Ok(Self(Bytes::Long(bytes.into())))
            }
            _ => Err(RecordError { found: bytes.len() }),
        }
    }

    /// A record that is a state and nothing else.
    #[must_use]
    pub const fn state(state: u8) -> Self {
        Self(Bytes::State([state]))
    }

    /// A state with fields behind it. The room that calls this keeps within [`Record::MAX_BYTES`].
    pub(crate) fn with_fields(state: u8, fields: &[&[u8]]) -> Self {
        match fields.concat() {
            none if none.is_empty() => Self::state(state),
            fields => Self(Bytes::Long([&[state], fields.as_slice()].concat().into())),
        }
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Bytes::State(state) => state,
            Bytes::Long(bytes) => bytes,
        }
    }

    /// Whether this record satisfies `expected`, byte for byte from the front.
    #[must_use]
    pub fn starts_with(&self, expected: &Self) -> bool {
        self.as_bytes().starts_with(expected.as_bytes())
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({})", crate::encoding::hex::encode(self.as_bytes()))
    }
}

/// A record was empty or longer than [`Record::MAX_BYTES`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected a record of 1 to {} bytes, found {found}", Record::MAX_BYTES)]
pub struct RecordError {
    /// How many bytes there were.
    pub found: usize,
}

/// What the host's store says to a [`Step`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "hand it to `finish`"]
pub enum StoreAnswer {
    /// The store held what was expected, and holds the new record now.
    Applied,
    /// The store held something else, and nothing was changed; what it held, if it can say.
    Refused(Option<Record>),
    /// The store did not answer, was full, or may or may not have applied the step. This always refuses.
    Unavailable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_record_has_one_form_however_it_was_made() {
        assert_eq!(Record::new(&[7]), Ok(Record::state(7)));
        assert_eq!(Record::with_fields(7, &[b""]), Record::state(7));
        assert_eq!(Record::new(&[7, 1, 2]), Ok(Record::with_fields(7, &[&[1], &[2]])));
        assert_eq!(Record::new(&[]), Err(RecordError { found: 0 }));
        assert_eq!(Record::new(&[0; 257]), Err(RecordError { found: 257 }));
        assert_eq!(Record::new(&[0; 256]).map(|record| record.as_bytes().len()), Ok(256));
    }

    #[test]
    fn a_record_starts_with_its_own_front_and_nothing_else() {
        let held = Record::with_fields(7, &[&[1, 2]]);
        assert!(held.starts_with(&Record::state(7)));
        assert!(held.starts_with(&held));
        assert!(!held.starts_with(&Record::state(1)));
        assert!(!held.starts_with(&Record::with_fields(7, &[&[1, 2, 3]])));
        assert_eq!(Expect::Absent.as_bytes(), b"");
        assert_eq!(Expect::State(held).as_bytes(), [7, 1, 2]);
    }
}
