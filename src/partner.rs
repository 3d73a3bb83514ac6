//! Whole integrations, one file per source document.
