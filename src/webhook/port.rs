//! A URL with its default port written out, or left out.

use std::borrow::Cow;

/// The spellings of `url` under which a provider may have signed it: as given, then with the other
/// form of its default port. Schemes that sign no URL get one empty spelling.
pub(super) fn spellings(url: Option<&str>) -> [Option<Cow<'_, str>>; 2] {
    let Some(url) = url else { return [Some(Cow::Borrowed("")), None] };
    [Some(Cow::Borrowed(url)), other(url).map(Cow::Owned)]
}

/// Of these spellings the one without a default port, by which a message is known again.
pub(super) fn shortest(url: Option<&str>) -> Cow<'_, str> {
    let spellings = spellings(url).into_iter().flatten();
    spellings.min_by_key(|url| url.len()).unwrap_or_default()
}

fn other(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let port = if scheme == "https" { ":443" } else { ":80" };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some(without) = authority.strip_suffix(port) {
        return Some(format!("{scheme}://{without}{path}"));
    }
    // The last part of an IPv6 address stands in brackets.
    let named = host.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'));
    (!named).then(|| format!("{scheme}://{authority}{port}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_port_may_be_there_or_not() {
        for (url, expected) in [
            ("https://a.example/x?y=1:2", Some("https://a.example:443/x?y=1:2")),
            ("https://a.example:443/x", Some("https://a.example/x")),
            ("http://a.example?x", Some("http://a.example:80?x")),
            ("https://user:pass@a.example/x", Some("https://user:pass@a.example:443/x")),
            ("https://[::1]/x", Some("https://[::1]:443/x")),
            ("https://[::1]:443/x", Some("https://[::1]/x")),
            ("https://a.example:80/x", None),
            ("https://a.example:8443/x", None),
        ] {
            assert_eq!(other(url).as_deref(), expected, "{url}");
        }
    }
}
