//! Key sets, their cache, and pre-synced key rings.
