//! Adapters for the types of the `http` crate 1.
//!
//! ```
//! use countersign::interop::http::Fields;
//! use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
//!
//! let mut map = HeaderMap::new();
//! map.insert(AUTHORIZATION, HeaderValue::from_static("Bearer a.b.c"));
//! assert_eq!(Fields::of(&map).headers().bearer(), Ok("a.b.c"));
//!
//! map.append(AUTHORIZATION, HeaderValue::from_static("Bearer d.e.f"));
//! assert!(Fields::of(&map).headers().bearer().is_err()); // two tokens are none
//! ```

use std::fmt;

use http::uri::{Authority, PathAndQuery};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};

use crate::headers::Headers;
use crate::httpsig::{Request, Response, SignatureFields};

/// The field lines of a `HeaderMap`, borrowed: those of one name in the order they arrived.
#[derive(Clone)]
pub struct Fields<'a>(Vec<(&'a str, &'a [u8])>);

impl<'a> Fields<'a> {
    /// The fields of `map`.
    #[must_use]
    pub fn of(map: &'a HeaderMap) -> Self {
        Self(map.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect())
    }

    /// The fields as the rooms of this crate take them.
    #[must_use]
    pub fn headers(&self) -> Headers<'_> {
        Headers::new(&self.0)
    }
}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.headers().fmt(f)
    }
}

/// A request as [`httpsig`](crate::httpsig) takes it, over HTTP/1.1, HTTP/2 or HTTP/3.
///
/// What a `Uri` has of a scheme and an authority is taken as the pseudo-header fields of HTTP/2: where `Host` says
/// something else, the message is refused. An absolute-form target of HTTP/1.1 is lost in a `Uri`, so that
/// `@request-target` of a request to a proxy does not verify; `@target-uri` does.
///
/// ```
/// use countersign::httpsig::{HttpSigError, MessageSigner, Policy, Scheme, Signatures};
/// use countersign::interop::http::{Fields, add, request};
/// use countersign::{key::SigningKey, time::UnixTime};
/// use http::Request;
///
/// let policy = Policy::builder(Scheme::Rfc9421, ["@method", "@target-uri"]).build()?;
/// let key = SigningKey::from_pem(include_str!("../../tests/keys/ed25519.pem"))?;
/// let public = key.verifying_key();
/// let now = UnixTime::from_secs(1_618_884_473);
///
/// let mut sent = Request::get("https://api.example.com/kyc?step=2").body(())?;
/// let signature = {
///     let fields = Fields::of(sent.headers());
///     MessageSigner::new(key, &policy)?.sign(request(sent.method(), sent.uri(), &fields), now)?
/// };
/// add(&signature, sent.headers_mut())?;
///
/// let fields = Fields::of(sent.headers());
/// let received = request(sent.method(), sent.uri(), &fields);
/// let head = Signatures::parse(received)?.select(&policy)?.verify_head(&public, &policy, now)?;
/// let signed = head.without_body()?;
/// assert_eq!(signed.get("@target-uri"), Some("https://api.example.com/kyc?step=2"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn request<'m>(method: &'m Method, uri: &'m Uri, fields: &'m Fields<'m>) -> Request<'m> {
    let authority = uri.authority().map(Authority::as_str);
    let target = uri.path_and_query().map(PathAndQuery::as_str);
    let (target, authority) = match (target, authority) {
        (Some(target), authority) => (target, authority),
        (None, authority) => (authority.unwrap_or("/"), None), // CONNECT
    };
    let mut request = Request::new(method.as_str(), target, fields.headers());
    if let Some(scheme) = uri.scheme_str() {
        request = request.with_scheme(scheme);
    }
    if let Some(authority) = authority {
        request = request.with_authority(authority);
    }
    request
}

/// A response as [`httpsig`](crate::httpsig) takes it.
#[must_use]
pub fn response<'m>(status: StatusCode, fields: &'m Fields<'m>) -> Response<'m> {
    Response::new(status.as_u16(), fields.headers())
}

/// Adds the fields of a signature to `map`, beside those that are there.
///
/// # Errors
/// Those of `HeaderName` and `HeaderValue`; the fields of a signature give no reason for any.
pub fn add(signature: &SignatureFields, map: &mut HeaderMap) -> Result<(), http::Error> {
    for (name, value) in signature.iter() {
        map.append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
    }
    Ok(())
}
