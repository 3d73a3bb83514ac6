//! A [`Step`] as one statement for PostgreSQL.
//!
//! The connection is the host's; this room has the table, the statement and the meaning of its row. With
//! the `postgres` crate:
//!
//! ```text
//! let ([key, expected, put], until) = guard::postgres::arguments(step);
//! let row = client.query_opt(guard::postgres::STATEMENT, &[&key, &expected, &put, &until]);
//! let answer = match &row {
//!     Ok(row) => guard::postgres::answer(row.as_ref().map(|row| (row.get(0), row.get(1)))),
//!     Err(_) => StoreAnswer::Unavailable, // a lost connection too: it may have been applied
//! };
//! ```
//!
//! Run it on its own, with `synchronous_commit` on, never inside a transaction that may roll back. Drop what
//! has ended from time to time, and an hour late, so that no host whose clock is behind finds a used token
//! forgotten: `DELETE FROM countersign_step WHERE until < (extract(epoch FROM now()) - 3600) * 1000`.

use crate::verified::{Record, Step, StoreAnswer};

/// The table that [`STATEMENT`] works on: what is held, and what became of the last step.
pub const TABLE: &str = "\
CREATE TABLE countersign_step (
    key     bytea   PRIMARY KEY,
    record  bytea   NOT NULL,
    until   bigint  NOT NULL,
    applied boolean NOT NULL DEFAULT true,
    held    bytea
)";

/// The statement: `$1` to `$4` are [`arguments`], and [`answer`] reads the row it returns.
pub const STATEMENT: &str = "\
WITH fresh AS (
    INSERT INTO countersign_step AS step (key, record, until)
    SELECT $1::bytea, $3::bytea, $4::bigint WHERE length($2::bytea) = 0
    ON CONFLICT (key) DO UPDATE SET applied = false, held = step.record
    RETURNING applied, held
), changed AS (
    UPDATE countersign_step SET
        applied = substring(record FROM 1 FOR length($2)) = $2,
        held = record,
        record = CASE WHEN substring(record FROM 1 FOR length($2)) = $2 THEN $3 ELSE record END,
        until = CASE WHEN substring(record FROM 1 FOR length($2)) = $2 THEN $4 ELSE until END
    WHERE key = $1 AND length($2) > 0
    RETURNING applied, held
)
SELECT applied, held FROM fresh UNION ALL SELECT applied, held FROM changed";

/// The arguments of [`STATEMENT`] for `step`: its key, what is expected (nothing for an absent record) and
/// what to put, as `bytea`; and until when in milliseconds, as `bigint`.
#[must_use]
pub const fn arguments(step: &Step) -> ([&[u8]; 3], i64) {
    let bytes: [&[u8]; 3] = [step.key(), step.expect().as_bytes(), step.put().as_bytes()];
    (bytes, step.until().as_millis())
}

/// What the row of [`STATEMENT`] means: (`applied`, `held`), or that there was none.
///
/// ```
/// use countersign::guard::postgres;
/// use countersign::verified::{Record, StoreAnswer};
///
/// assert_eq!(postgres::answer(Some((true, None))), StoreAnswer::Applied);
/// assert_eq!(postgres::answer(Some((false, Some(&[1])))), StoreAnswer::Refused(Some(Record::state(1))));
/// assert_eq!(postgres::answer(None), StoreAnswer::Refused(None));
/// ```
pub fn answer(row: Option<(bool, Option<&[u8]>)>) -> StoreAnswer {
    match row {
        Some((true, _)) => StoreAnswer::Applied,
        Some((false, held)) => StoreAnswer::Refused(held.and_then(|held| Record::new(held).ok())),
        None => StoreAnswer::Refused(None),
    }
}
