//! Whole integrations, one file per source document, built only from the rooms below.

pub mod bank_sso;
pub mod vnpt_bioid;
pub mod zalo;
