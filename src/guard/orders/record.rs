//! The bytes that stand for an order in a store.
//!
//! The first byte is the state, in this version of the encoding; no record is the front of another, so a
//! step that expects one expects exactly that one.

use super::super::OrderError;
use super::{Reservation, is_visible};
use crate::time::UnixTime;
use crate::verified::Record;

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum OrderRecord {
    /// An attempt holds the order, or died holding it.
    InFlight {
        content: [u8; 32],
        /// Makes the record of each attempt its own, whatever the clocks say.
        attempt: [u8; 32],
        lease_end: UnixTime,
    },
    /// The order was carried out.
    Done { content: [u8; 32], reference: String },
    /// An attempt ended without having done anything.
    Abandoned,
}

impl OrderRecord {
    pub(super) fn encode(&self) -> Record {
        match self {
            Self::InFlight { content, attempt, lease_end } => {
                let lease_end = lease_end.as_millis().to_be_bytes();
                Record::with_fields(IN_FLIGHT, &[content, attempt, &lease_end])
            }
            Self::Done { content, reference } => {
                Record::with_fields(DONE, &[content, reference.as_bytes()])
            }
            Self::Abandoned => Record::state(ABANDONED),
        }
    }

    pub(super) fn decode(record: &Record) -> Result<Self, OrderError> {
        Self::read(record.as_bytes()).ok_or(OrderError::ForeignRecord)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (&IN_FLIGHT, fields) => {
                let (content, fields) = fields.split_first_chunk()?;
                let (attempt, lease_end) = fields.split_first_chunk()?;
                let lease_end = i64::from_be_bytes(lease_end.try_into().ok()?);
                let lease_end = UnixTime::from_millis(lease_end);
                Some(Self::InFlight { content: *content, attempt: *attempt, lease_end })
            }
            (&DONE, fields) => {
                let (content, reference) = fields.split_first_chunk()?;
                let visible = is_visible(reference, Reservation::MAX_REFERENCE_BYTES);
                let reference = String::from_utf8(reference.to_vec()).ok().filter(|_| visible)?;
                Some(Self::Done { content: *content, reference })
            }
            (&ABANDONED, []) => Some(Self::Abandoned),
            _ => None,
        }
    }
}

const IN_FLIGHT: u8 = 0x11;
const DONE: u8 = 0x12;
const ABANDONED: u8 = 0x13;

#[cfg(test)]
mod tests {
    use super::*;

    fn one_of_each() -> [OrderRecord; 4] {
        let done = |length| OrderRecord::Done { content: [1; 32], reference: "r".repeat(length) };
        let lease_end = UnixTime::from_millis(-1);
        let in_flight = OrderRecord::InFlight { content: [1; 32], attempt: [2; 32], lease_end };
        [in_flight, done(1), done(128), OrderRecord::Abandoned]
    }

    #[test]
    fn every_record_is_read_back_and_none_other() {
        for record in one_of_each() {
            let bytes = record.encode();
            assert!(Record::new(bytes.as_bytes()).is_ok(), "fits a record");
            assert_eq!(OrderRecord::decode(&bytes), Ok(record));
        }
        let done = |reference: &[u8]| Record::with_fields(DONE, &[&[1; 32], reference]);
        for foreign in [
            Record::state(0x01),
            Record::state(IN_FLIGHT),
            Record::state(0x23),
            Record::with_fields(ABANDONED, &[&[0]]),
            Record::with_fields(IN_FLIGHT, &[&[0; 71]]),
            Record::with_fields(IN_FLIGHT, &[&[0; 73]]),
            done(b""),
            done(b"two words"),
            done("\u{e9}".as_bytes()),
            done(&[b'r'; 129]),
        ] {
            assert_eq!(
                OrderRecord::decode(&foreign),
                Err(OrderError::ForeignRecord),
                "{foreign:?}"
            );
        }
    }

    #[test]
    fn no_record_that_a_step_expects_is_the_front_of_another() {
        let records = one_of_each();
        for expected in [&records[0], &records[3]] {
            for other in records.iter().filter(|other| *other != expected) {
                assert!(!other.encode().starts_with(&expected.encode()), "{other:?}");
            }
            for byte in 0..=u8::MAX {
                let longer = [expected.encode().as_bytes(), &[byte]].concat();
                assert_eq!(OrderRecord::read(&longer), None);
            }
        }
    }
}
