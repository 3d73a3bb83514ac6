//! The message that is signed or verified, as borrowed parts.
//!
//! Everything is as it was sent: the target is not decoded, the method's case is kept, field lines stand in their
//! order, one pair for each line.

use std::fmt;

use super::HttpSigError;
use super::authority::Authority;
use super::target::{Form, Target, is_scheme};
use super::text::{is_token, trim_whitespace};
use crate::headers::Headers;

/// A request or a response.
#[derive(Clone, Copy, Debug)]
pub enum Message<'m> {
    /// A request.
    Request(Request<'m>),
    /// A response.
    Response(Response<'m>),
}

impl<'m> Message<'m> {
    /// Its headers and its trailers.
    pub(super) const fn sections(&self) -> [Headers<'m>; 2] {
        match self {
            Self::Request(request) => [request.headers, request.trailers],
            Self::Response(response) => [response.headers, response.trailers],
        }
    }
}

impl<'m> From<Request<'m>> for Message<'m> {
    fn from(request: Request<'m>) -> Self {
        Self::Request(request)
    }
}

impl<'m> From<&Request<'m>> for Message<'m> {
    fn from(request: &Request<'m>) -> Self {
        Self::Request(*request)
    }
}

impl<'m> From<Response<'m>> for Message<'m> {
    fn from(response: Response<'m>) -> Self {
        Self::Response(response)
    }
}

impl<'m> From<&Response<'m>> for Message<'m> {
    fn from(response: &Response<'m>) -> Self {
        Self::Response(*response)
    }
}

impl<'m> From<&Self> for Message<'m> {
    fn from(message: &Self) -> Self {
        *message
    }
}

/// A request (RFC 9110 §6).
///
/// # Security
/// Scheme and authority are those that the message names: a signature made for another host is good under that host's
/// name, whoever brings the message here. Where a sender signs for others too, give the verifier its own name with
/// [`seen_at`](Self::seen_at), or compare the covered `@authority` or `host` with it.
///
/// ```
/// use countersign::headers::Headers;
/// use countersign::httpsig::Request;
///
/// let fields: [(&str, &[u8]); 2] = [("Host", b"api.example.com"), ("Content-Type", b"application/json")];
/// let http1 = Request::new("POST", "/kyc?step=2", Headers::new(&fields));
///
/// // Over HTTP/2 and HTTP/3 the pseudo-header fields say what the request line and `Host` say otherwise.
/// let http2 = Request::new("POST", "/kyc?step=2", Headers::new(&[]))
///     .with_scheme("https")
///     .with_authority("api.example.com");
/// ```
#[derive(Clone, Copy)]
pub struct Request<'m> {
    method: &'m str,
    target: &'m str,
    headers: Headers<'m>,
    trailers: Headers<'m>,
    scheme: Option<&'m str>,
    authority: Option<&'m str>,
    version: &'m str,
    origin: Option<&'m Origin>,
}

impl<'m> Request<'m> {
    /// A request with the `target` of its request line (RFC 9112 §3.2), or the `:path` of HTTP/2.
    #[must_use]
    pub const fn new(method: &'m str, target: &'m str, headers: Headers<'m>) -> Self {
        Self {
            method,
            target,
            headers,
            trailers: Headers::new(&[]),
            scheme: None,
            authority: None,
            version: "1.1",
            origin: None,
        }
    }

    /// The same request over another scheme than `https`, or with the `:scheme` of HTTP/2.
    #[must_use]
    pub const fn with_scheme(self, scheme: &'m str) -> Self {
        Self { scheme: Some(scheme), ..self }
    }

    /// The same request with the `:authority` of HTTP/2. Where `Host` says something else, it is refused.
    #[must_use]
    pub const fn with_authority(self, authority: &'m str) -> Self {
        Self { authority: Some(authority), ..self }
    }

    /// The same request with a trailer section (RFC 9110 §6.5).
    #[must_use]
    pub const fn with_trailers(self, trailers: Headers<'m>) -> Self {
        Self { trailers, ..self }
    }

    /// The same request in another version than HTTP/1.1, as in `2.0`. Only the `request-line` of
    /// [`Scheme::Kong`](super::Scheme::Kong) shows it.
    #[must_use]
    pub const fn with_version(self, version: &'m str) -> Self {
        Self { version, ..self }
    }

    /// The same request as its sender saw it, before a proxy of ours changed scheme, host or path. What the message says
    /// of its host counts no more then, so that a signature for any other is refused.
    #[must_use]
    pub const fn seen_at(self, origin: &'m Origin) -> Self {
        Self { origin: Some(origin), ..self }
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the target nor the fields: both may hold what lets people in.
        f.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

/// A response (RFC 9110 §6), with the request it answers where the signature covers parts of that too.
#[derive(Clone, Copy)]
pub struct Response<'m> {
    status: u16,
    headers: Headers<'m>,
    trailers: Headers<'m>,
    request: Option<Request<'m>>,
}

impl<'m> Response<'m> {
    /// A response.
    #[must_use]
    pub const fn new(status: u16, headers: Headers<'m>) -> Self {
        Self { status, headers, trailers: Headers::new(&[]), request: None }
    }

    /// The same response with the request it answers: what `;req` components are taken from (RFC 9421 §2.4).
    ///
    /// # Security
    /// It must be the request that was sent, from the client's own memory, never one that came back.
    #[must_use]
    pub const fn answering(self, request: &Request<'m>) -> Self {
        Self { request: Some(*request), ..self }
    }

    /// The same response with a trailer section (RFC 9110 §6.5).
    #[must_use]
    pub const fn with_trailers(self, trailers: Headers<'m>) -> Self {
        Self { trailers, ..self }
    }
}

impl fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Where senders see this service: for services behind a proxy that ends TLS, renames the host or cuts a path, and for
/// those whose senders sign for others too.
///
/// It comes from configuration alone. Fields such as `Forwarded` and `X-Forwarded-Host` are never read: whoever
/// can send a request can send them.
///
/// ```
/// use countersign::httpsig::Origin;
///
/// let public = Origin::new("https", "api.example.com")?.with_path_prefix("/v1")?;
/// assert_eq!(Origin::new("https", "user@example.com").unwrap_err().code(), "httpsig.origin_invalid");
/// # Ok::<(), countersign::httpsig::HttpSigError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin {
    scheme: Box<str>,
    authority: Box<str>,
    path_prefix: Box<str>,
}

impl Origin {
    /// An origin: a scheme and a host, with its port where that is not the scheme's own.
    ///
    /// # Errors
    /// [`HttpSigError::OriginInvalid`].
    pub fn new(scheme: &str, authority: &str) -> Result<Self, HttpSigError> {
        if !is_scheme(scheme) || Authority::parse(authority).is_none() {
            return Err(HttpSigError::OriginInvalid);
        }
        Ok(Self { scheme: scheme.into(), authority: authority.into(), path_prefix: "".into() })
    }

    /// The same origin, with what the proxy cuts off the front of every path: `/v1`, with no slash at its end.
    ///
    /// # Errors
    /// [`HttpSigError::OriginInvalid`].
    pub fn with_path_prefix(self, prefix: &str) -> Result<Self, HttpSigError> {
        let form = Target::parse(prefix).map_err(|_| HttpSigError::OriginInvalid)?;
        if form.form != Form::Origin || form.query.is_some() || prefix.ends_with('/') {
            return Err(HttpSigError::OriginInvalid);
        }
        Ok(Self { path_prefix: prefix.into(), ..self })
    }
}

/// A message whose parts were checked against each other.
#[derive(Clone, Copy)]
pub(super) enum View<'m> {
    Request(RequestView<'m>),
    Response(ResponseView<'m>),
}

impl<'m> View<'m> {
    #[inline]
    pub(super) fn new(message: &Message<'m>) -> Result<Self, HttpSigError> {
        match message {
            Message::Request(request) => RequestView::new(request).map(Self::Request),
            Message::Response(response) => {
                let request = response.request.as_ref().map(RequestView::new).transpose()?;
                let &Response { status, headers, trailers, .. } = response;
                if !(100..=999).contains(&status) {
                    return Err(HttpSigError::StatusInvalid);
                }
                Ok(Self::Response(ResponseView { status, headers, trailers, request }))
            }
        }
    }

    pub(super) const fn headers(&self) -> Headers<'m> {
        match self {
            Self::Request(request) => request.headers,
            Self::Response(response) => response.headers,
        }
    }

    pub(super) const fn trailers(&self) -> Headers<'m> {
        match self {
            Self::Request(request) => request.trailers,
            Self::Response(response) => response.trailers,
        }
    }
}

/// A checked response.
#[derive(Clone, Copy)]
pub(super) struct ResponseView<'m> {
    pub(super) status: u16,
    pub(super) headers: Headers<'m>,
    pub(super) trailers: Headers<'m>,
    pub(super) request: Option<RequestView<'m>>,
}

/// A checked request.
#[derive(Clone, Copy)]
pub(super) struct RequestView<'m> {
    pub(super) method: &'m str,
    pub(super) target: Target<'m>,
    pub(super) version: &'m str,
    pub(super) scheme: &'m str,
    pub(super) authority: Option<Authority<'m>>,
    pub(super) headers: Headers<'m>,
    pub(super) trailers: Headers<'m>,
    /// What stands in front of the path, and whose authority the field `host` shows.
    pub(super) origin: Option<&'m Origin>,
}

impl<'m> RequestView<'m> {
    #[inline]
    fn new(request: &Request<'m>) -> Result<Self, HttpSigError> {
        let &Request { method, headers, trailers, version, origin, .. } = request;
        if !is_token(method) {
            return Err(HttpSigError::MethodInvalid);
        }
        let target = Target::parse(request.target)?;
        let mut scheme = scheme(request, &target)?;
        let mut authority = authority(request, &target, scheme)?;
        if let Some(origin) = origin {
            scheme = &origin.scheme;
            authority = Authority::parse(&origin.authority);
        }
        Ok(Self { method, target, version, scheme, authority, headers, trailers, origin })
    }

    pub(super) fn path_prefix(&self) -> &'m str {
        self.origin.map_or("", |origin| &origin.path_prefix)
    }
}

impl Origin {
    /// What the sender's `Host` field said.
    pub(super) fn host(&self) -> &str {
        &self.authority
    }
}

/// The scheme of the target, or what the host says, or `https`; never two that differ.
fn scheme<'m>(request: &Request<'m>, target: &Target<'m>) -> Result<&'m str, HttpSigError> {
    let conflict = HttpSigError::AuthorityConflict { left: ":scheme", right: "target" };
    match (request.scheme, target.scheme) {
        (Some(given), _) if !is_scheme(given) => Err(HttpSigError::TargetInvalid),
        (Some(given), Some(found)) if !given.eq_ignore_ascii_case(found) => Err(conflict),
        (given, found) => Ok(given.or(found).unwrap_or("https")),
    }
}

/// The authority that target, `:authority` and `Host` agree on, as far as they are there (RFC 9110 §7.2).
fn authority<'m>(
    request: &Request<'m>,
    target: &Target<'m>,
    scheme: &str,
) -> Result<Option<Authority<'m>>, HttpSigError> {
    let mut agreed = target.authority.map(|authority| ("target", authority));
    let given = request.authority.map(str::as_bytes).map(|value| (":authority", value));
    let hosts = request.headers.all("host").map(|value| ("host", value));
    let mut seen_host = false;
    for (place, value) in given.into_iter().chain(hosts) {
        // RFC 9112 §3.2: a second Host line is an error, even if it says the same.
        if place == "host" && std::mem::replace(&mut seen_host, true) {
            return Err(HttpSigError::AuthorityConflict { left: place, right: place });
        }
        let found = std::str::from_utf8(trim_whitespace(value)).ok().and_then(Authority::parse);
        let found = found.ok_or(HttpSigError::AuthorityInvalid { place })?;
        match agreed {
            None => agreed = Some((place, found)),
            // A CONNECT names a port that its Host field need not name.
            Some(("target", first))
                if target.form == Form::Authority && first.same_host(&found) => {}
            Some((_, first)) if first.same_as(&found, scheme) => {}
            Some((left, _)) => return Err(HttpSigError::AuthorityConflict { left, right: place }),
        }
    }
    Ok(agreed.map(|(_, authority)| authority))
}
