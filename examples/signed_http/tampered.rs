//! One signed request, and what an attacker on the way can make of it.

use std::time::Duration;

use countersign::Error;
use countersign::guard::{MemoryStore, SingleUse, Use};
use countersign::httpsig::{
    DigestField, HttpSigError, MessageSigner, Policy, Scheme, SignatureBase, Signatures, explain,
};
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;

use crate::message::{DATE, NOW, Sent};

pub(crate) fn show() -> Result<(), Error> {
    for scheme in [Scheme::Rfc9421, Scheme::Cavage07] {
        println!("{scheme}");
        let receiver = Receiver::new(scheme)?;
        let sent = receiver.sent(b"two photographs", &app_key()?)?;
        receiver.expect("as it was sent", &sent, NOW, "accepted");
        receiver.expect("sent again", &sent, NOW, "guard.replayed");
        for (title, changed, code) in receiver.changed(&sent)? {
            receiver.expect(title, &changed, NOW, code);
        }
        let late = NOW.saturating_add(Duration::from_secs(301));
        receiver.expect("five minutes later", &sent, late, "httpsig.too_old");
        let early = NOW.saturating_sub(Duration::from_secs(31));
        receiver.expect("signed ahead of time", &sent, early, "httpsig.signed_in_future");
        receiver.explain_another_path(&sent);
    }
    Ok(())
}

/// A service that takes each request once, under one scheme.
struct Receiver {
    scheme: Scheme,
    digest: DigestField,
    policy: Policy<SingleUse>,
    keys: [VerifyingKey; 1],
    store: MemoryStore,
}

impl Receiver {
    fn new(scheme: Scheme) -> Result<Self, Error> {
        let (digest, components): (_, &[&str]) = match scheme {
            Scheme::Rfc9421 => (
                DigestField::ContentDigest,
                &["@method", "@authority", "@path", "@query", "content-digest"],
            ),
            _ => (DigestField::Digest, &["(request-target)", "host", "date", "digest"]),
        };
        let policy = Policy::builder(scheme, components).single_use().build()?;
        let keys = [app_key()?.verifying_key()];
        Ok(Self { scheme, digest, policy, keys, store: MemoryStore::new(1_000, NOW) })
    }

    /// A request that `key` signed.
    fn sent(&self, body: &[u8], key: &SigningKey) -> Result<Sent, Error> {
        self.signed(self.unsigned(body), key, &self.policy)
    }

    fn unsigned(&self, body: &[u8]) -> Sent {
        let value = self.digest.value(body);
        Sent::new([("Host", "api.example.com"), ("Date", DATE), (self.digest.name(), &value)], body)
    }

    fn signed<U: Use>(
        &self,
        sent: Sent,
        key: &SigningKey,
        policy: &Policy<U>,
    ) -> Result<Sent, Error> {
        let signature = {
            let lines = sent.lines();
            MessageSigner::new(key.clone(), policy)?.sign(sent.request(&lines), NOW)?
        };
        Ok(sent.signed(&signature))
    }

    /// What can be done without the key, and why it is refused.
    fn changed(&self, sent: &Sent) -> Result<Vec<(&'static str, Sent, &'static str)>, Error> {
        let invalid = "httpsig.signature_invalid";
        let other_body = Sent { body: b"other photographs".to_vec(), ..sent.clone() };
        let value = self.digest.value(&other_body.body);
        let impostor = SigningKey::from_pem(include_str!("../../tests/keys/p256.pem"))?;
        // The oldest trick: an HMAC keyed with what everybody can read. This crate makes no such key of a public key's
        // text, but others do.
        let secret = Secret::new("in place of the text of a public key")?;
        let secret = SigningKey::hmac(Algorithm::Hs256, &secret)?;
        let by_secret = match self.scheme {
            Scheme::Rfc9421 => Policy::builder(self.scheme, ["@method", "@target-uri"]),
            _ => Policy::builder(self.scheme, ["(request-target)", "host", "date"]),
        };
        let by_secret = by_secret.algorithms([Algorithm::Hs256]).build()?;
        let by_secret = self.signed(self.unsigned(b""), &secret.with_id("app-1"), &by_secret)?;
        let less = match self.scheme {
            Scheme::Rfc9421 => Policy::builder(self.scheme, ["@method", "@target-uri"]),
            _ => Policy::builder(self.scheme, ["host", "date"]).dangerous_partial_coverage(),
        };
        let less = self.signed(self.unsigned(b""), &app_key()?, &less.build()?)?;
        let stripped = match self.scheme {
            Scheme::Rfc9421 => sent.clone().without("signature-input"),
            _ => sent.clone().without("authorization"),
        };
        let no_signature = match self.scheme {
            Scheme::Rfc9421 => "httpsig.label_missing",
            _ => "httpsig.signature_missing",
        };
        Ok(vec![
            ("another body", other_body.clone(), "httpsig.digest_mismatch"),
            ("another body and its digest", other_body.with(self.digest.name(), &value), invalid),
            ("another path", Sent { target: "/admin?side=front", ..sent.clone() }, invalid),
            ("another query", Sent { target: "/ekyc?side=back", ..sent.clone() }, invalid),
            ("another method", Sent { method: "PUT", ..sent.clone() }, invalid),
            ("for another host", sent.clone().with("host", "other.example.com"), invalid),
            ("two hosts", two_hosts(sent), "httpsig.authority_conflict"),
            ("a part of the signature gone", stripped, no_signature),
            ("covering less", less, "httpsig.not_covered"),
            (
                "another key under its id",
                self.sent(b"two photographs", &impostor.with_id("app-1"))?,
                "httpsig.algorithm_mismatch",
            ),
            (
                "an unknown key",
                self.sent(b"two photographs", &app_key()?.with_id("app-2"))?,
                "httpsig.key_unknown",
            ),
            ("an HMAC keyed with what is public", by_secret, "httpsig.algorithm_not_allowed"),
        ])
    }

    fn verdict(&self, sent: &Sent, now: UnixTime) -> Result<(), Error> {
        let lines = sent.lines();
        let signatures = Signatures::parse(sent.request(&lines))?;
        let selected = signatures.select(&self.policy)?;
        let pending = selected.verify_head(&self.keys, &self.policy, now)?.with_body(&sent.body)?;
        let answer = self.store.apply(pending.step(), now);
        pending.finish(answer, now)?;
        Ok(())
    }

    fn expect(&self, title: &str, sent: &Sent, now: UnixTime, expected: &str) {
        let verdict = self.verdict(sent, now);
        let code = verdict.as_ref().map_or_else(Error::code, |()| "accepted");
        assert_eq!(code, expected, "{title}");
        match verdict {
            Ok(()) => println!("  {title:<34} accepted"),
            Err(error) => println!("  {title:<34} refused, {code}: {error}"),
        }
    }

    /// A support desk asks the sender what it signed.
    fn explain_another_path(&self, sent: &Sent) {
        let lines = sent.lines();
        let theirs = explain(sent.request(&lines), &self.keys, &self.policy, NOW);
        let changed = Sent { target: "/v1/ekyc?side=front", ..sent.clone() };
        let ours = explain(changed.request(&lines), &self.keys, &self.policy, NOW);
        assert_eq!(ours.error(), Some(&HttpSigError::SignatureInvalid));
        let theirs = theirs.base().map(SignatureBase::as_str).unwrap_or_default();
        let difference = ours.difference(theirs).map(|difference| difference.to_string());
        println!("  a proxy added to the path: {}", difference.unwrap_or_default());
    }
}

fn two_hosts(sent: &Sent) -> Sent {
    let mut sent = sent.clone();
    sent.fields.insert(0, ("Host".into(), "other.example.com".into()));
    sent
}

fn app_key() -> Result<SigningKey, Error> {
    Ok(SigningKey::from_pem(include_str!("../../tests/keys/ed25519.pem"))?.with_id("app-1"))
}
