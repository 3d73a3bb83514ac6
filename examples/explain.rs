//! One token's verdict, check by check, for a support desk.
//!
//! `cargo run --example explain -- --jwks FILE --policy FILE [--now RFC3339|SECONDS] [--language vi] TOKEN`;
//! a TOKEN of `-` is read from standard input, which keeps it out of the shell's history. It exits with 0
//! for a good token, 1 for one that is refused, 2 where it could not be judged. Samples are in
//! `examples/explain`.

#[path = "explain/policy.rs"]
mod policy;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use countersign::jwks::JwkSet;
use countersign::jwt::explain::Language;
use countersign::time::UnixTime;
use policy::PolicyFile;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(verdict) => {
            print!("{}", verdict.text);
            if verdict.is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

/// What is said of a token.
pub(crate) struct Verdict {
    pub(crate) text: String,
    pub(crate) is_good: bool,
}

/// Judges the token that the arguments name.
pub(crate) fn run(arguments: &[String]) -> Result<Verdict, String> {
    let arguments = Arguments::parse(arguments)?;
    let keys = JwkSet::parse(&read(&arguments.jwks)?).map_err(in_file(&arguments.jwks))?;
    let policy = PolicyFile::read(&read(&arguments.policy)?).map_err(in_file(&arguments.policy))?;
    let policy = policy.policy().map_err(in_file(&arguments.policy))?;
    let report = policy.explain(&arguments.token()?, keys.keys(), arguments.now);

    let mut text = report.to_text(arguments.language);
    for entry in keys.report().skipped() {
        let key_id = entry.key_id.as_deref().unwrap_or("-");
        let (index, reason) = (entry.index, &entry.reason);
        text.push_str(&format!("key {index} of the set ({key_id}) is not used: {reason}\n"));
    }
    Ok(Verdict { text, is_good: report.is_good() })
}

struct Arguments {
    jwks: PathBuf,
    policy: PathBuf,
    now: UnixTime,
    language: Language,
    token: String,
}

impl Arguments {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let (mut jwks, mut policy, mut token) = (None, None, None);
        let (mut now, mut language) = (None, Language::English);
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().ok_or_else(usage);
            match argument.as_str() {
                "--jwks" => jwks = Some(value()?.into()),
                "--policy" => policy = Some(value()?.into()),
                "--now" => now = Some(moment(value()?)?),
                "--language" => language = read_language(value()?)?,
                _ if token.is_none() => token = Some(argument.clone()),
                _ => return Err(usage()),
            }
        }
        Ok(Self {
            jwks: jwks.ok_or_else(usage)?,
            policy: policy.ok_or_else(usage)?,
            now: now.unwrap_or_else(|| SystemTime::now().into()),
            language,
            token: token.ok_or_else(usage)?,
        })
    }

    fn token(&self) -> Result<String, String> {
        if self.token != "-" {
            return Ok(self.token.clone());
        }
        let token = io::read_to_string(io::stdin()).map_err(|error| error.to_string())?;
        Ok(token.trim_end().to_owned())
    }
}

fn moment(text: &str) -> Result<UnixTime, String> {
    let seconds = text.parse().ok().map(UnixTime::from_secs);
    seconds
        .or_else(|| UnixTime::from_rfc3339(text))
        .ok_or_else(|| format!("expected a moment as RFC 3339 or in seconds, found {text}"))
}

fn read_language(text: &str) -> Result<Language, String> {
    match text {
        "en" => Ok(Language::English),
        "vi" => Ok(Language::Vietnamese),
        _ => Err(format!("expected the language en or vi, found {text}")),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(in_file(path))
}

fn in_file<E: ToString>(path: &Path) -> impl Fn(E) -> String {
    move |error| format!("{}: {}", path.display(), error.to_string())
}

fn usage() -> String {
    "usage: explain --jwks FILE --policy FILE [--now RFC3339|SECONDS] [--language en|vi] TOKEN|-"
        .into()
}
