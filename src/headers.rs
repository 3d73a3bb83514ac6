//! A borrowed list of header fields.
