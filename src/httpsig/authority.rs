//! Host and port of a request (RFC 9110 §7.2), in the one form that is signed.

/// A host with or without a port, as it was written and checked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Authority<'a> {
    host: &'a str,
    port: Option<&'a str>,
}

impl<'a> Authority<'a> {
    /// Reads `host`, `host:port`, `[v6]` or `[v6]:port`. User information, zones, an empty port and a port with
    /// zeros in front are refused: two readers may take them for two hosts.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (host, rest) = match text.strip_prefix('[') {
            Some(inner) => text.split_at_checked(inner.find(']')?.checked_add(2)?)?,
            None => {
                let end = text.bytes().position(|byte| byte == b':').unwrap_or(text.len());
                text.split_at_checked(end)?
            }
        };
        let port = match rest {
            "" => None,
            _ => Some(rest.strip_prefix(':')?),
        };
        (is_host(host) && port.is_none_or(is_port)).then_some(Self { host, port })
    }

    /// Whether both name the same place under `scheme`.
    pub(super) fn same_as(&self, other: &Self, scheme: &str) -> bool {
        self.same_host(other) && self.significant_port(scheme) == other.significant_port(scheme)
    }

    pub(super) fn same_host(&self, other: &Self) -> bool {
        self.host.eq_ignore_ascii_case(other.host)
    }

    /// Writes it as RFC 9421 §2.2.3 has it: in lower case, without the scheme's default port.
    pub(super) fn write_onto(&self, scheme: &str, text: &mut String) {
        super::text::push_lower_case(self.host, text);
        if let Some(port) = self.significant_port(scheme) {
            text.push(':');
            text.push_str(port);
        }
    }

    fn significant_port(&self, scheme: &str) -> Option<&'a str> {
        self.port.filter(|port| default_port(scheme) != Some(*port))
    }
}

/// RFC 9110 §4.2.1 and §4.2.2; RFC 6455 §3.
fn default_port(scheme: &str) -> Option<&'static str> {
    [("https", "443"), ("http", "80"), ("wss", "443"), ("ws", "80")]
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(scheme))
        .map(|(_, port)| port)
}

/// RFC 3986 §3.2.2, without a comma, which joins two Host lines, an address of a future version, or a zone (RFC 6874).
fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(is_registered_name),
    }
}

const fn is_registered_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.' | b'_' | b'~' | b'%' | b'!' | b'$' | b'&'..=b'+' | b';' | b'='
        )
}

fn is_port(port: &str) -> bool {
    !port.starts_with('0')
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, scheme: &str) -> Option<String> {
        let mut written = String::new();
        Authority::parse(text)?.write_onto(scheme, &mut written);
        Some(written)
    }

    #[test]
    fn is_written_in_lower_case_without_the_default_port() {
        for (text, scheme, expected) in [
            ("WWW.Example.COM", "https", "www.example.com"),
            ("example.com:443", "https", "example.com"),
            ("example.com:443", "HTTPS", "example.com"),
            ("example.com:443", "http", "example.com:443"),
            ("example.com:80", "http", "example.com"),
            ("example.com:8443", "https", "example.com:8443"),
            ("example.com.", "https", "example.com."), // another name than without the dot
            ("[2001:DB8::1]:443", "https", "[2001:db8::1]"),
            ("192.0.2.1:8080", "http", "192.0.2.1:8080"),
        ] {
            assert_eq!(written(text, scheme).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_two_readers_may_read_as_two_hosts() {
        for text in [
            "",
            ":443",
            "example.com:",
            "example.com:0443",
            "example.com:0",
            "example.com:65536",
            "example.com:+1",
            "user@example.com",
            "example.com/",
            "example.com,evil.example",
            "a b",
            "é.example",
            "[fe80::1%25eth0]",
            "[::1",
            "::1",
            "[::1]x",
            "[]",
        ] {
            assert_eq!(Authority::parse(text), None, "{text}");
        }
    }

    #[test]
    fn default_ports_make_no_difference_and_others_do() {
        let [plain, default, other] =
            ["Example.com", "example.com:443", "example.com:8443"].map(Authority::parse);
        let (plain, default, other) = (plain.unwrap(), default.unwrap(), other.unwrap());
        assert!(plain.same_as(&default, "https"));
        assert!(!plain.same_as(&default, "http"));
        assert!(!plain.same_as(&other, "https"));
        assert!(plain.same_host(&other));
    }
}
