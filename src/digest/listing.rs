//! Rules of a policy as parts of a fingerprint.

use std::time::Duration;

use super::fingerprint;

/// A listing in which no two different lists of rules are the same: each list is preceded by its length.
#[derive(Default)]
pub(crate) struct Listing(Vec<Vec<u8>>);

impl Listing {
    pub(crate) fn list<S: AsRef<str>>(&mut self, texts: impl IntoIterator<Item = S>) -> &mut Self {
        let texts: Vec<_> =
            texts.into_iter().map(|text| text.as_ref().as_bytes().to_vec()).collect();
        self.0.push(texts.len().to_string().into_bytes());
        self.0.extend(texts);
        self
    }

    pub(crate) fn flag(&mut self, flag: bool) -> &mut Self {
        self.list([if flag { "yes" } else { "no" }])
    }

    pub(crate) fn duration(&mut self, duration: Option<Duration>) -> &mut Self {
        self.list(duration.map(|duration| duration.as_nanos().to_string()))
    }

    /// The fingerprint of all that was listed, within `domain`.
    pub(crate) fn fingerprint(&self, domain: &str) -> [u8; 32] {
        let parts: Vec<&[u8]> = self.0.iter().map(Vec::as_slice).collect();
        fingerprint(domain, &parts)
    }
}
