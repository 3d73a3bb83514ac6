//! The kinds of vector files, and what a run of one comes to.
//!
//! `examples/conformance.rs` runs them by hand, `tests/conformance.rs` under `cargo test`.

mod cookbook;
mod httpsig;
mod json;
mod structured;
mod tokens;
mod webhook;
mod wycheproof;
mod zalo;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use countersign::encoding::base64;
use serde_json::Value;

/// A kind of vector file, and how it is run.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Where its files stand, below the folder of vectors.
    pub(crate) files: &'static [&'static str],
    /// How many cases they hold, so that a file that shrinks is noticed.
    pub(crate) cases: usize,
    /// How many of them need what is not offered, so that nothing that is hides behind that.
    not_offered: usize,
    /// Runs one file, or one folder.
    pub(crate) run: fn(&Path, &mut Report) -> Run,
}

/// Whether a file could be run at all; what became of its cases is in the report.
pub(crate) type Run = Result<(), Box<dyn Error>>;

/// Every kind. A new one is a line here.
#[rustfmt::skip]
pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "wycheproof-jws", files: wycheproof::SIGNATURES, cases: 401, not_offered: 0, run: wycheproof::jose },
    Kind { name: "wycheproof-jwk", files: wycheproof::KEYS, cases: 109, not_offered: 7, run: wycheproof::jose },
    Kind { name: "wycheproof-jwe", files: wycheproof::ENCRYPTION, cases: 139, not_offered: 65, run: wycheproof::jose },
    Kind { name: "wycheproof-sig", files: wycheproof::PRIMITIVES, cases: 5_498, not_offered: 688 + 318 * NO_P521, run: wycheproof::primitives },
    Kind { name: "json", files: &["jwt/jsontestsuite/test_parsing"], cases: 318, not_offered: 0, run: json::folder },
    Kind { name: "jose-cookbook", files: &["jwt/ietf-jose-cookbook"], cases: 32, not_offered: 3 * NO_P521, run: cookbook::folder },
    Kind { name: "structured", files: &["httpsig/structured-field-tests"], cases: 2_135, not_offered: 0, run: structured::folder },
    Kind { name: "rfc9421", files: &["httpsig/rfc9421.json", "httpsig/rfc9421-p384.json"], cases: 27, not_offered: 0, run: httpsig::rfc9421 },
    Kind { name: "rfc9421-components", files: &["httpsig/rfc9421-components.json"], cases: 68, not_offered: 0, run: httpsig::components },
    Kind { name: "cavage", files: &["httpsig/cavage.json"], cases: 42, not_offered: 0, run: httpsig::cavage },
    Kind { name: "digest", files: &["httpsig/rfc9530.json"], cases: 43, not_offered: 0, run: httpsig::digest },
    Kind { name: "peer-signed", files: &["httpsig/peers/peer-signed.json"], cases: 51, not_offered: 0, run: httpsig::peers },
    Kind { name: "zalo-event", files: &["webhook/zalo_event_signature.json"], cases: 2_950, not_offered: 0, run: zalo::events },
    Kind { name: "zalo-event-errors", files: &["webhook/zalo_event_signature_errors.json"], cases: 127, not_offered: 0, run: zalo::errors },
    Kind { name: "zalo-secret", files: &["webhook/zalo_secret_data.json"], cases: 180, not_offered: 0, run: zalo::secrets },
    Kind { name: "zalo-family", files: &["webhook/zalo_family.json"], cases: 300, not_offered: 0, run: zalo::family },
    Kind { name: "standard-webhooks", files: &["webhook/standard-webhooks/vectors.json"], cases: 1, not_offered: 0, run: webhook::standard },
    Kind { name: "svix", files: &["webhook/svix/vectors.json"], cases: 5, not_offered: 0, run: webhook::svix },
    Kind { name: "github", files: &["webhook/github-octokit/vectors.json"], cases: 4, not_offered: 0, run: webhook::github },
    Kind { name: "slack", files: &["webhook/slack/vectors.json"], cases: 1, not_offered: 0, run: webhook::slack },
    Kind { name: "twilio", files: &["webhook/twilio/vectors.json"], cases: 14, not_offered: 0, run: webhook::twilio },
    Kind { name: "tokens", files: &[concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/tokens.json")], cases: 301, not_offered: 0, run: tokens::run },
    Kind { name: "rfc", files: &[concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/rfc.json")], cases: 20, not_offered: NO_P521, run: wycheproof::jose },
];

/// 1 where the backend has no P-521.
const NO_P521: usize = if cfg!(feature = "aws-lc-rs") { 0 } else { 1 };

impl Kind {
    /// Runs these files, or folders.
    pub(crate) fn run_files(&self, files: impl IntoIterator<Item = PathBuf>) -> Report {
        let mut report = Report::default();
        for file in files {
            if let Err(error) = (self.run)(&file, &mut report) {
                report.failed.push(format!("{}: {error}", file.display()));
            }
        }
        report
    }

    /// Whether its files come with the crate.
    pub(crate) fn is_ours(&self) -> bool {
        self.files.iter().all(|file| Path::new(file).is_absolute())
    }

    /// Runs every file of this kind below the folder of vectors, or of its own.
    pub(crate) fn run_folder(&self, folder: &Path) -> Report {
        let mut report = self.run_files(self.files.iter().map(|file| folder.join(file)));
        let found = (report.cases(), report.not_offered.values().sum());
        if found != (self.cases, self.not_offered) {
            let expected = format!("{} cases, {} not offered", self.cases, self.not_offered);
            report.failed.push(format!("{}: expected {expected}, found {found:?}", self.name));
        }
        report
    }
}

/// What a run came to.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) passed: usize,
    /// One line for each case that went otherwise than its file says.
    pub(crate) failed: Vec<String>,
    /// Cases that need what this crate, or this build of it, does not offer; how many, by the reason.
    pub(crate) not_offered: BTreeMap<String, usize>,
}

impl Report {
    /// Counts a case that went as it should, or in which way it did not.
    pub(crate) fn case(&mut self, name: impl Display, outcome: Result<(), impl Display>) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(reason) => self.failed.push(format!("{name}: {reason}")),
        }
    }

    /// Counts a case that was refused because it needs what is not offered.
    pub(crate) fn not_offered(&mut self, reason: impl Into<String>) {
        *self.not_offered.entry(reason.into()).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed.extend(other.failed);
        for (reason, count) in other.not_offered {
            *self.not_offered.entry(reason).or_default() += count;
        }
    }

    fn cases(&self) -> usize {
        self.passed + self.failed.len() + self.not_offered.values().sum::<usize>()
    }
}

/// Nothing where `found` is `expected`, else both.
pub(crate) fn compare<T: PartialEq + Display>(found: T, expected: T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("expected {expected}, found {found}")) }
}

/// Judges every case of a file that is a list of them.
fn each(path: &Path, report: &mut Report, judge: impl Fn(&Value) -> Run) -> Run {
    let cases: Vec<Value> = serde_json::from_slice(&fs::read(path)?)?;
    for case in &cases {
        let name = case["name"].as_str().or(case["kind"].as_str()).unwrap_or_default();
        report.case(name, judge(case));
    }
    Ok(())
}

fn text<'c>(case: &'c Value, member: &str) -> Result<&'c str, String> {
    case[member].as_str().ok_or_else(|| format!("expected a text `{member}`"))
}

/// Bytes that stand as base64.
fn bytes(case: &Value, member: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    Ok(base64::decode(text(case, member)?)?)
}
