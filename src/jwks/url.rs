//! From where keys may be fetched.

use std::fmt;

use ::url::{Host, Url};

use super::{JwksError, UrlProblem};

/// A URL that a key set may be fetched from: `https`, without user name or fragment, on a host that is trusted.
///
/// It is written as it was understood, so that the host's HTTP client goes where this check looked. The
/// client must not follow redirects: they would lead past the check.
///
/// # Examples
/// ```
/// use countersign::jwks::{JwksError, JwksUrl, UrlProblem};
///
/// let url = JwksUrl::of_issuer("https://bank.example.vn/.well-known/jwks.json", "https://bank.example.vn")?;
/// assert_eq!(url.as_str(), "https://bank.example.vn/.well-known/jwks.json");
///
/// let elsewhere = JwksUrl::of_issuer("https://bank.example.vn@evil.example/jwks", "https://bank.example.vn");
/// assert_eq!(elsewhere, Err(JwksError::Url(UrlProblem::UserInfo)));
/// # Ok::<(), JwksError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct JwksUrl(String);

impl JwksUrl {
    /// A URL on the host and port of the issuer: for those that are told by others, as in discovery documents.
    ///
    /// # Errors
    /// [`JwksError::Url`]; [`UrlProblem::Form`] and [`UrlProblem::Scheme`] may speak of the issuer, too.
    pub fn of_issuer(url: &str, issuer: &str) -> Result<Self, JwksError> {
        let (url, issuer) = (https(url)?, https(issuer)?);
        if url.origin() == issuer.origin() {
            Self::checked(&url)
        } else {
            Err(JwksError::Url(UrlProblem::Host))
        }
    }

    /// A URL on any host: for one that stands in the configuration.
    ///
    /// # Errors
    /// [`JwksError::Url`] with any problem but [`UrlProblem::Host`].
    pub fn pinned(url: &str) -> Result<Self, JwksError> {
        Self::checked(&https(url)?)
    }

    /// As [`pinned`](Self::pinned), and plain `http` too where the host is a loopback address, written as one:
    /// `127.0.0.1`, `[::1]`. A name is none, not even `localhost`: others decide what it stands for.
    ///
    /// # Errors
    /// As [`pinned`](Self::pinned).
    ///
    /// # Security
    /// For demos and tests. Whoever may open the port on this machine decides whose tokens are accepted.
    pub fn dangerous_loopback(url: &str) -> Result<Self, JwksError> {
        let url = parse(url)?;
        let on_loopback = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(_)) | None => false,
        };
        if url.scheme() == "http" && on_loopback {
            Self::checked(&url)
        } else {
            Self::checked(&secure(url)?)
        }
    }

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn checked(url: &Url) -> Result<Self, JwksError> {
        if url.fragment().is_some() {
            return Err(JwksError::Url(UrlProblem::Fragment));
        }
        Ok(Self(url.as_str().to_owned()))
    }
}

impl fmt::Display for JwksUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn https(text: &str) -> Result<Url, JwksError> {
    secure(parse(text)?)
}

fn parse(text: &str) -> Result<Url, JwksError> {
    // The URL standard drops tabs and line breaks and reads a backslash as a slash; RFC 3986 has neither.
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let url = Url::parse(text).ok().filter(|_| plain && text.len() <= MAX_BYTES);
    let url = url.ok_or(JwksError::Url(UrlProblem::Form))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(JwksError::Url(UrlProblem::UserInfo));
    }
    Ok(url)
}

fn secure(url: Url) -> Result<Url, JwksError> {
    if url.scheme() == "https" { Ok(url) } else { Err(JwksError::Url(UrlProblem::Scheme)) }
}

/// The least that RFC 9110 §4.1 has every recipient take is 8000; nobody's key set needs a quarter of it.
const MAX_BYTES: usize = 2048;
