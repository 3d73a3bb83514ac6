//! Requests as values, and pieces to make them of.

use countersign::headers::Headers;
use countersign::httpsig::Request;
use libfuzzer_sys::arbitrary::Unstructured;

use crate::{below, pick};

/// A request that can be changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Owned {
    pub method: String,
    pub target: String,
    pub fields: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Owned {
    /// A request without fields and body.
    pub fn new(method: &str, target: &str) -> Self {
        let (method, target) = (method.to_owned(), target.to_owned());
        Self { method, target, fields: Vec::new(), body: Vec::new() }
    }

    /// The same request with one more line.
    pub fn field(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.fields.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Calls `test` with the request as the library takes it.
    pub fn with<T>(&self, test: impl FnOnce(Request<'_>) -> T) -> T {
        let fields: Vec<_> =
            self.fields.iter().map(|(name, value)| (&**name, value.as_slice())).collect();
        test(Request::new(&self.method, &self.target, Headers::new(&fields)))
    }

    /// The lines of a field, without the blanks around them.
    pub fn lines(&self, name: &str) -> Vec<&[u8]> {
        let lines = self.fields.iter().filter(|(found, _)| found.eq_ignore_ascii_case(name));
        lines.map(|(_, value)| trimmed(value)).collect()
    }
}

/// Without spaces and tabs around it.
pub fn trimmed(value: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().position(|byte| !blank(byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| !blank(byte)).map_or(start, |last| last + 1);
    &value[start..end]
}

/// A value of a field: pieces that could be taken for other parts of a signature base, and bytes that it may not have.
pub fn value(input: &mut Unstructured<'_>) -> Vec<u8> {
    let mut value = Vec::new();
    for _ in 0..below(input, 4) {
        value.extend_from_slice(pick(input, PIECES));
    }
    value
}

const PIECES: &[&[u8]] = &[
    b"a",
    b"b",
    b", ",
    b",",
    b" ",
    b"\t",
    b": ",
    b"\"",
    b"\"x\": ",
    b"y: a",
    b"\n",
    b"\r\n ",
    b"\r",
    b"\x7f",
    b"\xc3\xa9",
    b"\"@signature-params\": (",
    b"(request-target): get /",
    b":YQ==:",
    b"",
    b"\\",
    b"?1",
    b"a=1",
    b"a=(1 2);b",
];
