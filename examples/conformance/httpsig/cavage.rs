//! draft-cavage-http-signatures 07 to 12, and the gateways that follow it.
//!
//! Of draft-07 the printed signatures are those of other texts, and must be refused; those of -08 to -12 are good.

use std::path::Path;
use std::time::Duration;

use countersign::encoding::base64;
use countersign::headers::Headers;
use countersign::httpsig::{
    HttpSigError, MessageSigner, Policy, RemoteSigner, Request, Scheme, Signatures, SigningOptions,
};
use countersign::key::{Algorithm, MacAlgorithm, MacKey, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use serde_json::Value;

use super::super::{Report, Run, compare};
use super::keys::{Keys, algorithm};
use super::message::Stored;
use super::{Outcome, base, list, policy_for, read, text, verdict};

/// Runs the file: signed requests, those that give the same signature every time signed again, parameters to be refused, and
/// gateways.
pub(crate) fn run(path: &Path, report: &mut Report) -> Run {
    let keys = Keys::of(path)?;
    let file = read(path)?;
    for case in list(&file, "cases") {
        let id = text(case, "id")?;
        let example = Example::read(case, &keys);
        match example {
            Ok(example) => {
                report.case(id, example.verify());
                if let Some(key) = &example.signing_key {
                    report.case(format!("{id} signed"), example.sign(key));
                }
            }
            Err(error) => report.case(id, Err::<(), _>(error)),
        }
    }
    for case in list(&file, "parser_and_policy_cases") {
        report.case(text(case, "id")?, refused(case));
    }
    for case in list(&file, "gateway_dialects") {
        let outcome = match case["signing_string"].as_str() {
            Some(signing_string) => kong(case, signing_string),
            None => gateway_targets(),
        };
        report.case(text(case, "id")?, outcome);
    }
    Ok(())
}

struct Example<'c> {
    id: &'c str,
    request: Stored,
    params: &'c str,
    signing_string: Option<&'c str>,
    key: VerifyingKey,
    signing_key: Option<SigningKey>,
    valid: bool,
}

impl<'c> Example<'c> {
    fn read(case: &'c Value, keys: &Keys) -> Result<Self, Box<dyn std::error::Error>> {
        let name = case["key_algorithm"].as_str();
        let key_id = case["keyId"].as_str().unwrap_or("Test");
        let algorithm = name.map_or(Ok(Algorithm::Rs256), algorithm)?;
        let signing_key = match name {
            // The backend refuses the RFC's RSA key for signing: its primes differ in length.
            Some(name) if !name.starts_with("rsa") => Some(keys.signing(key_id, algorithm)?),
            _ => None,
        };
        Ok(Self {
            id: text(case, "id")?,
            request: Stored::read(&case["request"]),
            params: text(case, "signature_params")?,
            signing_string: case["signing_string"].as_str(),
            key: keys.verifying(key_id, algorithm)?,
            signing_key,
            valid: case["expect_valid"] == true,
        })
    }

    /// What `headers` lists, or the default; the drafts' own examples cover as little as `date`.
    fn covered(&self) -> Vec<&'c str> {
        let listed =
            self.params.split_once("headers=\"").and_then(|(_, rest)| rest.split_once('"'));
        match listed {
            Some((names, _)) => names.split(' ').collect(),
            None if self.params.contains("hs2019") => vec!["(created)"],
            None => vec!["date"],
        }
    }

    fn policy(&self) -> Result<Policy, Box<dyn std::error::Error>> {
        let dated = self.params.contains("created") || self.params.contains("hs2019");
        let scheme = if dated { Scheme::Cavage12 } else { Scheme::Cavage07 };
        let builder = policy_for(&self.request, scheme, self.covered())
            .algorithms(self.key.algorithms().iter().copied())
            .dangerous_unsigned_body();
        Ok(builder.build()?)
    }

    fn now(&self) -> Result<UnixTime, String> {
        if self.params.contains("created=1402170695") {
            return Ok(CREATED.saturating_add(Duration::from_secs(2)));
        }
        // The weekdays of the drafts' dates are wrong, but for -08.
        let date = self.request.value("Date").and_then(|date| date.get(3..)).unwrap_or_default();
        let date = ["Sun", "Tue", "Sat"]
            .into_iter()
            .find_map(|day| UnixTime::from_http_date(&format!("{day}{date}")));
        Ok(date.ok_or("expected a date")?.saturating_add(Duration::from_secs(10)))
    }

    /// Either carrier has the same verdict; both together are refused, and so is another body under a digest.
    fn verify(&self) -> Outcome {
        let (policy, now, body) = (self.policy()?, self.now()?, &*self.request.body);
        let found = |message: &Stored, body| {
            message.answering(None, |message| verdict(message, body, &self.key, &policy, now))
        };
        let expected = match (self.valid, self.id) {
            (true, _) => "accepted",
            // `(created)` with `rsa-sha256`, which -11 and -12 print and forbid.
            (false, "draft12-all-as-printed") => "httpsig.parameter_conflict",
            (false, _) => "httpsig.signature_invalid",
        };
        let authorized = self.request.with("Authorization", &format!("Signature {}", self.params));
        let signed = self.request.with("Signature", self.params);
        compare(found(&authorized, body)?, expected)?;
        compare(found(&signed, body)?, expected)?;
        if let Some(expected) = self.signing_string {
            let found = signed.answering(None, |message| base(message, &self.key, &policy, now));
            compare(&*found, expected)?;
        }
        if self.valid && self.params.contains("digest") {
            compare(found(&signed, "{\"hello\": \"there\"}")?, "httpsig.digest_mismatch")?;
        }
        let both = authorized.with("Signature", self.params);
        Ok(compare(found(&both, body)?, "httpsig.carrier_repeated")?)
    }

    fn sign(&self, key: &SigningKey) -> Outcome {
        let signer = MessageSigner::new(key.clone(), &self.policy()?)?;
        let signer = signer.with_lifetime(Duration::from_secs(300));
        // A digest is covered unasked, and not all of these cover it.
        let unsigned = match self.params.contains("digest") {
            true => self.request.clone(),
            false => self.request.without(&["digest"]),
        };
        let fields = unsigned.answering(None, |message| signer.sign(message, CREATED))?;
        let written: String =
            fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        // The default list is written out.
        let listed = format!("headers=\"{}\",", self.covered().join(" "));
        let expected = format!("Authorization: Signature {}", self.params);
        Ok(compare(written.replace(&listed, ""), expected.replace(&listed, ""))?)
    }
}

/// Parameters that are refused, with the reason; those for lenient readers get past it there.
fn refused(case: &Value) -> Outcome {
    let (strict, lenient) = match text(case, "id")? {
        "neg-empty-headers" => ("httpsig.component_malformed", None),
        "neg-dup-param" | "neg-dup-headers-param" => ("httpsig.parameter_repeated", None),
        "neg-created-with-rsa" => ("httpsig.parameter_conflict", None),
        "neg-created-missing" => ("httpsig.time_anchor_missing", None),
        "neg-created-not-int" => ("httpsig.parameter_type", None),
        "neg-created-quoted" => ("httpsig.parameter_type", Some("httpsig.signature_invalid")),
        "neg-created-future" => ("httpsig.signed_in_future", None),
        "neg-expires-past" => ("httpsig.too_old", None),
        "neg-unknown-pseudo" => ("httpsig.component_unknown", None),
        "neg-header-absent" => ("httpsig.component_missing", None),
        "neg-no-keyid" | "neg-no-signature" => ("httpsig.parameter_missing", None),
        "neg-bad-base64" => ("httpsig.signature_encoding", None),
        "neg-alg-key-mismatch" => ("httpsig.algorithm_not_allowed", None),
        "neg-rsa-sha1" => ("httpsig.algorithm_unknown", None),
        "compat-signature-prefix" => ("httpsig.malformed", Some("httpsig.signature_invalid")),
        other => return Err(format!("no code for {other}").into()),
    };
    // The MAC that a forger makes with the text of the public key.
    let mac = MacKey::new(MacAlgorithm::HmacSha256, &Secret::new(RSA_PUBLIC)?);
    let forged = base64::encode(mac.tag(format!("date: {DATE}").as_bytes()).as_bytes());
    let params = text(case, "params")?
        .replace("<HMAC keyed with the RSA public PEM>", &forged)
        .replace("\"x-not-there\"", "\"x-not-there date\""); // the time is not what is wrong with it
    compare(refusal(Scheme::Cavage12, &params)?, strict)?;
    lenient.map_or(Ok(()), |lenient| Ok(compare(refusal(Scheme::Lenient, &params)?, lenient)?))
}

fn refusal(scheme: Scheme, params: &str) -> Result<&'static str, Box<dyn std::error::Error>> {
    let dated = params.contains("(created)");
    let key = match params.contains("hs2019") {
        true => VerifyingKey::from_pem(include_str!("../../../tests/keys/ed25519.pub.pem"))?,
        false => VerifyingKey::from_pem(RSA_PUBLIC)?,
    };
    let policy = Policy::builder(scheme, [if dated { "(created)" } else { "date" }])
        .dangerous_partial_coverage()
        .build()?;
    let fields = [("Host", "example.com"), ("Date", DATE), ("Signature", params)]
        .map(|(name, value)| (name, value.as_bytes()));
    let request = Request::new("GET", "/foo", Headers::new(&fields));
    // The case of a quoted moment is of 2014-06-07, all others of the drafts' date.
    let now = if params.contains("1402170695") { CREATED } else { DATED };
    Ok(verdict(request.into(), "", &key, &policy, now)?)
}

/// The signing string, the field that is sent, and the way back, with a secret of six bytes by the dangerous door.
fn kong(case: &Value, signing_string: &str) -> Outcome {
    let line = |name| signing_string.lines().find_map(|line| line.strip_prefix(name));
    let date = line("date: ").ok_or("expected a date")?;
    let digest = line("digest: ");
    let mut fields = vec![("Date", date.as_bytes())];
    fields.extend(digest.map(|digest| ("Digest", digest.as_bytes())));
    let listed = text(case, "headers")?;
    let secret = Secret::dangerous_short(text(case, "secret")?)?;
    let key = SigningKey::dangerous_short_hmac(Algorithm::Hs256, &secret)?.with_id("alice123");
    let policy = Policy::builder(Scheme::Kong, listed.split(' '))
        .algorithms([Algorithm::Hs256])
        .dangerous_partial_coverage()
        .build()?;
    let now = UnixTime::from_http_date(date).ok_or("expected a date")?;
    let request = Request::new("GET", "/requests", Headers::new(&fields));
    compare(&*string_to_sign(&key, &policy, request)?, signing_string)?;

    let signed = MessageSigner::new(key.clone(), &policy)?.sign(request, now)?;
    let (field, value) = signed.iter().next().ok_or("expected a field")?;
    let signature = text(case, "signature_base64")?;
    let expected = format!(
        "Authorization: hmac username=\"alice123\",algorithm=\"hmac-sha256\",headers=\"{listed}\",signature=\"{signature}\""
    );
    compare(format!("{field}: {value}"), expected)?;
    fields.push((field, value.as_bytes()));
    let received = Request::new("GET", "/requests", Headers::new(&fields));
    let found = Signatures::parse(received)
        .and_then(|signatures| {
            signatures.select(&policy)?.verify_head(&key.verifying_key(), &policy, now)
        })
        .and_then(|head| head.with_body(b""));
    // The body that was digested is not published.
    let expected = if digest.is_some() { "httpsig.digest_mismatch" } else { "accepted" };
    Ok(compare(found.as_ref().err().map_or("accepted", HttpSigError::code), expected)?)
}

/// The file's note is half right. Kong (kong/plugins/hmac-auth/access.lua) puts the name before the value and the method
/// in lower case; APISIX (apisix/plugins/hmac-auth.lua) puts no name, and leaves the method as it is.
fn gateway_targets() -> Outcome {
    let secret = Secret::dangerous_short("secret")?;
    let key = SigningKey::dangerous_short_hmac(Algorithm::Hs256, &secret)?.with_id("k");
    let fields = [("Date", DATE.as_bytes())];
    let request = Request::new("POST", "/a?b=C", Headers::new(&fields));
    for (scheme, expected) in [
        (Scheme::Kong, format!("date: {DATE}\n@request-target: post /a?b=C")),
        (Scheme::Apisix, format!("k\ndate: {DATE}\nPOST /a?b=C\n")),
    ] {
        let policy = Policy::builder(scheme, ["date", "@request-target"])
            .algorithms([Algorithm::Hs256])
            .dangerous_partial_coverage()
            .build()?;
        compare(string_to_sign(&key, &policy, request)?, expected)?;
    }
    Ok(())
}

/// What a remote signer is given to sign.
fn string_to_sign(
    key: &SigningKey,
    policy: &Policy,
    request: Request<'_>,
) -> Result<String, Box<dyn std::error::Error>> {
    let signer = RemoteSigner::new(key.verifying_key(), policy)?;
    let draft = signer.prepare(request, &SigningOptions::default(), DATED)?;
    Ok(String::from_utf8(draft.message().to_vec())?)
}

/// 2014-06-07T19:51:35Z, the moment of the drafts' `created`.
const CREATED: UnixTime = UnixTime::from_secs(1_402_170_695);
const DATE: &str = "Sun, 05 Jan 2014 21:31:40 GMT";
/// Ten seconds after it.
const DATED: UnixTime = UnixTime::from_secs(1_388_957_510);
const RSA_PUBLIC: &str = include_str!("../../../tests/keys/rsa2048.pub.pem");
