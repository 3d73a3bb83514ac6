//! A message as a host has it: a few texts, a list of fields, a body.

use countersign::headers::Headers;
use countersign::httpsig::{Request, Response, SignatureFields};

/// 2021-04-20T02:07:53Z.
pub(crate) const NOW: countersign::time::UnixTime =
    countersign::time::UnixTime::from_secs(1_618_884_473);
pub(crate) const DATE: &str = "Tue, 20 Apr 2021 02:07:53 GMT";

/// A request or a response.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) method: &'static str,
    pub(crate) target: &'static str,
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    pub(crate) fn new<'f>(
        fields: impl IntoIterator<Item = (&'f str, &'f str)>,
        body: &[u8],
    ) -> Self {
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (method, target, status) = ("POST", "/ekyc?side=front", 200);
        Self { method, target, status, fields: fields.collect(), body: body.to_vec() }
    }

    /// The same message with one field in place of those of its name.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        let mut changed = self.without(name);
        changed.fields.push((name.to_owned(), value.to_owned()));
        changed
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(found, _)| !found.eq_ignore_ascii_case(name));
        self
    }

    /// The same message with the fields of a signature.
    pub(crate) fn signed(mut self, signature: &SignatureFields) -> Self {
        let lines = signature.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.fields.extend(lines);
        self
    }

    pub(crate) fn lines(&self) -> Vec<(&str, &[u8])> {
        self.fields.iter().map(|(name, value)| (&**name, value.as_bytes())).collect()
    }

    pub(crate) fn request<'m>(&self, lines: &'m [(&'m str, &'m [u8])]) -> Request<'m> {
        Request::new(self.method, self.target, Headers::new(lines))
    }

    pub(crate) fn response<'m>(&self, lines: &'m [(&'m str, &'m [u8])]) -> Response<'m> {
        Response::new(self.status, Headers::new(lines))
    }
}
