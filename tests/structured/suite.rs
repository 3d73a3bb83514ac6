//! Runs the public suite, httpwg/structured-field-tests: a folder of JSON files, each a list of cases.
//!
//! A case with `raw` lines is parsed, compared with what is `expected` and written again; one without is
//! built from what is `expected` and written. Used by `tests/structured.rs`, and free of test machinery so
//! that a command-line runner can take the file as it is.

use std::fs;
use std::io;
use std::path::Path;

use countersign::structured::{
    BareItem, Decimal, Dictionary, InnerList, Integer, Item, Key, Limits, List, Member, Parameters,
    SfString, StructuredError, Token, combine,
};
use serde_json::Value;

/// The suite's largest field is a Byte Sequence of 16 KiB, which RFC 9651 §3.3.5 asks parsers to take.
const LIMITS: Limits = Limits::DEFAULT.with_bytes(32 * 1024);

/// What a folder of cases came to.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Cases that went as they should.
    pub(crate) passed: usize,
    /// File, name and reason of each that did not.
    pub(crate) failed: Vec<String>,
}

/// Runs every `*.json` file of `folder` and of its `serialisation-tests`.
pub(crate) fn run_folder(folder: &Path) -> io::Result<Report> {
    let mut report = Report::default();
    for folder in [folder, &folder.join("serialisation-tests")] {
        let mut files: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        files.sort_by_key(fs::DirEntry::file_name);
        for path in files.iter().map(fs::DirEntry::path) {
            if path.extension().is_some_and(|extension| extension == "json") {
                run_file(&path, &mut report)?;
            }
        }
    }
    Ok(report)
}

fn run_file(path: &Path, report: &mut Report) -> io::Result<()> {
    let cases: Vec<Value> = serde_json::from_slice(&fs::read(path)?)?;
    for case in &cases {
        match run_case(case) {
            Ok(()) => report.passed += 1,
            Err(reason) => {
                report.failed.push(format!("{}: {}: {reason}", path.display(), case["name"]));
            }
        }
    }
    Ok(())
}

/// Runs one case; the error says what went otherwise than the case has it.
pub(crate) fn run_case(case: &Value) -> Result<(), String> {
    let must_fail = case["must_fail"] == true;
    match (case["raw"].as_array(), must_fail) {
        (Some(lines), true) => refuses_to_parse(case, &texts(lines)?),
        (Some(lines), false) => parses(case, &texts(lines)?),
        (None, true) => refuses_to_build(case),
        (None, false) => writes(case, &build(case)?),
    }
}

fn refuses_to_parse(case: &Value, lines: &[&str]) -> Result<(), String> {
    let field = combine(lines.iter().copied(), &LIMITS).map_err(|error| error.to_string())?;
    match Structure::parse(kind(case)?, &field) {
        Err(_) => Ok(()),
        Ok(found) => Err(format!("must fail, found {found:?}")),
    }
}

fn parses(case: &Value, lines: &[&str]) -> Result<(), String> {
    let field = combine(lines.iter().copied(), &LIMITS).map_err(|error| error.to_string())?;
    let found = match Structure::parse(kind(case)?, &field) {
        Ok(found) => found,
        Err(_) if case["can_fail"] == true => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    let expected = build(case)?;
    if found != expected {
        return Err(format!("expected {expected:?}, found {found:?}"));
    }
    writes(case, &found)
}

fn refuses_to_build(case: &Value) -> Result<(), String> {
    match Structure::build(kind(case)?, &case["expected"]) {
        Err(Problem::Refused(_)) => Ok(()),
        Err(problem @ Problem::Case(_)) => Err(problem.to_string()),
        Ok(built) => Err(format!("must fail, built {built:?}")),
    }
}

/// The suite leaves out `canonical` where it is the same as `raw`.
fn writes(case: &Value, structure: &Structure<'_>) -> Result<(), String> {
    let canonical = case["canonical"].as_array().or(case["raw"].as_array());
    let expected = texts(canonical.ok_or("neither canonical nor raw")?)?.join(", ");
    let found = structure.to_text();
    if found == expected { Ok(()) } else { Err(format!("expected {expected:?}, wrote {found:?}")) }
}

fn build(case: &Value) -> Result<Structure<'_>, String> {
    Structure::build(kind(case)?, &case["expected"]).map_err(|problem| problem.to_string())
}

fn kind(case: &Value) -> Result<&str, String> {
    case["header_type"].as_str().ok_or_else(|| "no header_type".to_owned())
}

fn texts(values: &[Value]) -> Result<Vec<&str>, String> {
    let texts: Option<Vec<_>> = values.iter().map(Value::as_str).collect();
    texts.ok_or_else(|| "expected texts".to_owned())
}

/// A field of any of the three types.
#[derive(Debug, PartialEq)]
pub(crate) enum Structure<'a> {
    Item(Item<'a>),
    List(List<'a>),
    Dictionary(Dictionary<'a>),
}

/// Why nothing was built of a case.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// The library refused a value.
    #[error(transparent)]
    Refused(#[from] StructuredError),
    /// The case itself has not the form of the suite.
    #[error("not of the suite's form: {0}")]
    Case(String),
}

impl<'a> Structure<'a> {
    /// Parses `field` as the type that the suite calls `kind`.
    pub(crate) fn parse(kind: &str, field: &'a [u8]) -> Result<Self, StructuredError> {
        Ok(match kind {
            "item" => Self::Item(Item::parse(field, &LIMITS)?),
            "list" => Self::List(List::parse(field, &LIMITS)?),
            _ => Self::Dictionary(Dictionary::parse(field, &LIMITS)?),
        })
    }

    /// Builds what the suite writes as JSON, through the library's own constructors.
    pub(crate) fn build(kind: &str, expected: &'a Value) -> Result<Self, Problem> {
        Ok(match kind {
            "item" => Self::Item(item(expected)?),
            "list" => {
                let members: Result<_, Problem> = elements(expected)?.iter().map(member).collect();
                Self::List(List { members: members? })
            }
            "dictionary" => {
                let mut dictionary = Dictionary::new();
                for entry in elements(expected)? {
                    dictionary.insert(Key::new(text(&entry[0])?)?, member(&entry[1])?);
                }
                Self::Dictionary(dictionary)
            }
            _ => return Err(malformed(expected)),
        })
    }

    /// What the library writes.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        match self {
            Self::Item(item) => item.write_onto(&mut text),
            Self::List(list) => list.write_onto(&mut text),
            Self::Dictionary(dictionary) => dictionary.write_onto(&mut text),
        }
        text
    }
}

/// An Inner List is told from an Item by its first element: a list of items.
fn member(expected: &Value) -> Result<Member<'_>, Problem> {
    let Some(items) = expected[0].as_array() else {
        return Ok(Member::Item(item(expected)?));
    };
    let mut list = InnerList::new(items.iter().map(item).collect::<Result<_, _>>()?);
    list.parameters = parameters(&expected[1])?;
    Ok(Member::InnerList(list))
}

fn item(expected: &Value) -> Result<Item<'_>, Problem> {
    let mut item = Item::new(bare_item(&expected[0])?);
    item.parameters = parameters(&expected[1])?;
    Ok(item)
}

fn parameters(expected: &Value) -> Result<Parameters<'_>, Problem> {
    let mut parameters = Parameters::new();
    for entry in elements(expected)? {
        parameters.insert(Key::new(text(&entry[0])?)?, bare_item(&entry[1])?);
    }
    Ok(parameters)
}

fn bare_item(expected: &Value) -> Result<BareItem<'_>, Problem> {
    Ok(match expected {
        Value::Bool(value) => BareItem::Boolean(*value),
        Value::String(value) => BareItem::String(SfString::new(value)?),
        Value::Number(value) => match value.as_i64() {
            Some(value) => BareItem::Integer(Integer::new(value)?),
            None => BareItem::Decimal(decimal(&value.to_string())?),
        },
        _ => match expected["__type"].as_str() {
            Some("token") => BareItem::Token(Token::new(text(&expected["value"])?)?),
            Some("displaystring") => BareItem::DisplayString(text(&expected["value"])?.into()),
            Some("binary") => BareItem::ByteSequence(base32(text(&expected["value"])?)?.into()),
            Some("date") => {
                let seconds = expected["value"].as_i64().ok_or_else(|| malformed(expected))?;
                BareItem::Date(Integer::new(seconds)?)
            }
            _ => return Err(malformed(expected)),
        },
    })
}

/// The digits of a JSON number as they are printed, so that no float stands between the case and the library.
fn decimal(number: &str) -> Result<Decimal, Problem> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}").parse().map_err(|_| malformed(&number.into()))?;
    let scale = u32::try_from(fraction.len()).map_err(|_| malformed(&number.into()))?;
    Ok(Decimal::rounded(digits, scale)?)
}

/// RFC 4648 §6, which the suite uses for the bytes of a Byte Sequence.
fn base32(text: &str) -> Result<Vec<u8>, Problem> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u64, 0);
    for character in text.trim_end_matches('=').chars() {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(character);
        let value = value.ok_or_else(|| malformed(&text.into()))?;
        bits = (bits << 5 | value as u64) & 0xfff;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    Ok(bytes)
}

fn elements(expected: &Value) -> Result<&Vec<Value>, Problem> {
    expected.as_array().ok_or_else(|| malformed(expected))
}

fn text(expected: &Value) -> Result<&str, Problem> {
    expected.as_str().ok_or_else(|| malformed(expected))
}

fn malformed(value: &Value) -> Problem {
    Problem::Case(value.to_string())
}
