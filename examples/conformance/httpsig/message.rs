//! Messages as the vectors have them.

use countersign::headers::Headers;
use countersign::httpsig::{Message, Request, Response};
use serde_json::Value;

/// A message of the vectors, owned so that it can be changed.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) method: Option<String>,
    pub(super) target: String,
    pub(super) scheme: Option<String>,
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) trailers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Stored {
    /// Reads `{method, target, scheme, status, headers, trailers, body}`; `url` may stand for the target, and fields may be
    /// a list of pairs or an object.
    pub(super) fn read(message: &Value) -> Self {
        let text = |name: &str| message[name].as_str().map(str::to_owned);
        let from_url = || text("url").map(|url| url.replacen("https://example.com", "", 1));
        let response = message["kind"] == "response" || message["type"] == "response";
        Self {
            method: text("method").filter(|_| !response),
            target: text("target").or_else(from_url).unwrap_or_default(),
            scheme: text("scheme").filter(|scheme| scheme.starts_with("http")),
            status: message["status"].as_u64().unwrap_or_default().try_into().unwrap_or_default(),
            headers: fields(&message["headers"]),
            trailers: fields(&message["trailers"]),
            body: text("body").unwrap_or_default(),
        }
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.headers.push((name.into(), value.into()));
        changed
    }

    pub(super) fn without(&self, names: &[&str]) -> Self {
        let mut changed = self.clone();
        changed
            .headers
            .retain(|(found, _)| !names.iter().any(|name| found.eq_ignore_ascii_case(name)));
        changed
    }

    /// Calls `test` with the message, which answers that request.
    pub(super) fn answering<T>(
        &self,
        answered: Option<&Self>,
        test: impl FnOnce(Message<'_>) -> T,
    ) -> T {
        let (headers, trailers) = (lines(&self.headers), lines(&self.trailers));
        let (headers, trailers) = (Headers::new(&headers), Headers::new(&trailers));
        if let Some(method) = &self.method {
            return test(self.request(method, headers).with_trailers(trailers).into());
        }
        let response = Response::new(self.status, headers).with_trailers(trailers);
        let Some(answered) = answered else { return test(response.into()) };
        let headers = lines(&answered.headers);
        let method = answered.method.as_deref().unwrap_or_default();
        test(response.answering(&answered.request(method, Headers::new(&headers))).into())
    }

    fn request<'a>(&'a self, method: &'a str, headers: Headers<'a>) -> Request<'a> {
        let request = Request::new(method, &self.target, headers);
        match &self.scheme {
            Some(scheme) => request.with_scheme(scheme),
            None => request,
        }
    }
}

fn fields(value: &Value) -> Vec<(String, String)> {
    let owned = |name: &str, value: &Value| Some((name.to_owned(), value.as_str()?.to_owned()));
    match value {
        Value::Object(fields) => {
            fields.iter().filter_map(|(name, value)| owned(name, value)).collect()
        }
        _ => {
            let lines = value.as_array().into_iter().flatten();
            lines.filter_map(|line| owned(line[0].as_str()?, &line[1])).collect()
        }
    }
}

fn lines(fields: &[(String, String)]) -> Vec<(&str, &[u8])> {
    fields.iter().map(|(name, value)| (&**name, value.as_bytes())).collect()
}
