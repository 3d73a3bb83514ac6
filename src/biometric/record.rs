//! What the store holds for one challenge.

use super::BiometricError;
use crate::time::UnixTime;
use crate::verified::Record;

/// The state of a challenge, as a record of the store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    Issued,
    /// When the event happened by Zalo's clock, and when it was verified by the host's.
    Confirmed {
        event: UnixTime,
        received: UnixTime,
    },
    Consumed,
}

const ISSUED: u8 = 0x21;
const CONFIRMED: u8 = 0x22;
const CONSUMED: u8 = 0x23;

/// A state that no store holds: a step that expects it is refused with what is there.
const NOTHING: u8 = 0x20;

impl State {
    pub(super) fn encode(self) -> Record {
        match self {
            Self::Issued => Record::state(ISSUED),
            Self::Consumed => Record::state(CONSUMED),
            Self::Confirmed { event, received } => {
                let mut bytes = [CONFIRMED; 17];
                let moments = [event, received].map(|moment| moment.as_millis().to_be_bytes());
                for (byte, moment) in bytes.iter_mut().skip(1).zip(moments.as_flattened()) {
                    *byte = *moment;
                }
                // Seventeen bytes are within a record's limit.
                Record::new(&bytes).unwrap_or_else(|_| Record::state(NOTHING))
            }
        }
    }

    pub(super) fn decode(record: &Record) -> Result<Self, BiometricError> {
        match record.as_bytes() {
            [ISSUED] => Ok(Self::Issued),
            [CONSUMED] => Ok(Self::Consumed),
            [CONFIRMED, moments @ ..] => {
                let (moments, rest) = moments.as_chunks::<8>();
                let ([event, received], []) = (moments, rest) else {
                    return Err(BiometricError::ForeignRecord);
                };
                let [event, received] = [event, received]
                    .map(|bytes| UnixTime::from_millis(i64::from_be_bytes(*bytes)));
                Ok(Self::Confirmed { event, received })
            }
            _ => Err(BiometricError::ForeignRecord),
        }
    }

    /// What a step expects that only wants to see what is there.
    pub(super) fn nothing() -> Record {
        Record::state(NOTHING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_read_back_and_foreign_ones_do_not() {
        let confirmed =
            State::Confirmed { event: UnixTime::from_millis(-5), received: UnixTime::MAX };
        for state in [State::Issued, State::Consumed, confirmed] {
            assert_eq!(State::decode(&state.encode()), Ok(state));
        }
        for bytes in [&[0x20][..], &[0x01], &[0x21, 0], &[0x22], &[0x22; 16], &[0x22; 18]] {
            let record = Record::new(bytes).unwrap();
            assert_eq!(State::decode(&record), Err(BiometricError::ForeignRecord), "{bytes:?}");
        }
    }
}
