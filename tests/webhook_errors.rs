//! The codes and classes of webhooks: hosts branch on them, so none is ever renamed. And nothing
//! that is received makes it panic.

use std::time::Duration;

use countersign::class::Class;
use countersign::encoding::EncodingError;
use countersign::headers::{HeaderError, Headers};
use countersign::javascript::JavascriptError;
use countersign::key::KeyError;
use countersign::secret::SecretError;
use countersign::time::UnixTime;
use countersign::webhook::{
    ConfigProblem, Message, SchemaRule, Verifier, WebhookError, providers, zalo,
};
use proptest::prelude::*;

#[test]
fn every_code_and_class_is_pinned() {
    let (age, limit) = (Duration::from_secs(2), Duration::from_secs(1));
    let name: Box<str> = "x".into();
    let place = "x-signature";
    let rows = [
        (WebhookError::BodyTooLarge { limit: 1 }, "webhook.body_too_large", Class::Malformed),
        (HeaderError::Repeated { name: place }.into(), "header.repeated", Class::Malformed),
        (WebhookError::SignatureMissing { place }, "webhook.signature_missing", Class::Malformed),
        (
            WebhookError::SignatureMalformed(EncodingError::Length),
            "webhook.signature_malformed",
            Class::Malformed,
        ),
        (WebhookError::WrongScheme { scheme: "x" }, "webhook.wrong_scheme", Class::Forged),
        (WebhookError::AlgorithmNotAllowed, "webhook.algorithm_not_allowed", Class::Forged),
        (WebhookError::NoKnownVersion, "webhook.no_known_version", Class::Forged),
        (
            WebhookError::TooManySignatures { limit: 16 },
            "webhook.too_many_signatures",
            Class::Malformed,
        ),
        (WebhookError::TimestampMissing { place }, "webhook.timestamp_missing", Class::Malformed),
        (WebhookError::TimestampMalformed, "webhook.timestamp_malformed", Class::Malformed),
        (WebhookError::TimestampUnit, "webhook.timestamp_unit", Class::Malformed),
        (WebhookError::IdMissing { place }, "webhook.id_missing", Class::Malformed),
        (WebhookError::IdMalformed, "webhook.id_malformed", Class::Malformed),
        (WebhookError::FieldMissing { name: "x" }, "webhook.field_missing", Class::Malformed),
        (WebhookError::UrlMissing, "webhook.url_missing", Class::Misconfigured),
        (WebhookError::UrlMalformed, "webhook.url_malformed", Class::Malformed),
        (WebhookError::FormMalformed, "webhook.form_malformed", Class::Malformed),
        (JavascriptError::Null.into(), "javascript.null", Class::Malformed),
        (WebhookError::NotAnObject, "webhook.not_an_object", Class::Malformed),
        (WebhookError::EmptyContent, "webhook.empty_content", Class::Malformed),
        (WebhookError::MemberType { name: name.clone() }, "webhook.member_type", Class::Malformed),
        (WebhookError::Ambiguous { name: name.clone() }, "webhook.ambiguous", Class::Forged),
        (WebhookError::BodyDigestMismatch, "webhook.body_digest_mismatch", Class::Forged),
        (WebhookError::SignatureMismatch, "webhook.signature_mismatch", Class::Forged),
        (WebhookError::TooOld { age, limit }, "webhook.too_old", Class::Expired),
        (WebhookError::FromFuture { ahead: age, limit }, "webhook.from_future", Class::NotReady),
        (
            WebhookError::SchemaViolation { field: name, rule: SchemaRule::Unknown },
            "webhook.schema_violation",
            Class::Forged,
        ),
        (WebhookError::NotStreamable, "webhook.not_streamable", Class::Misconfigured),
        (KeyError::SigningFailed.into(), "key.signing_failed", Class::Unavailable),
    ];
    for (error, code, class) in rows {
        assert_eq!((error.code(), error.class()), (code, class));
        assert_eq!(countersign::Error::from(error).code(), code);
    }
    let scheme = "x";
    for (problem, code) in [
        (ConfigProblem::Secret(SecretError::Empty), "secret.empty"),
        (ConfigProblem::Key(KeyError::Der), "key.der"),
        (
            ConfigProblem::SecretEncoding { scheme, error: EncodingError::Length },
            "webhook_config.secret_encoding",
        ),
        (ConfigProblem::KeyKind { scheme, prefix: "" }, "webhook_config.key_kind"),
        (ConfigProblem::NothingSigned, "webhook_config.nothing_signed"),
        (ConfigProblem::TimestampUnsigned, "webhook_config.timestamp_unsigned"),
        (ConfigProblem::PartWithoutPlace, "webhook_config.part_without_place"),
        (ConfigProblem::SecretNotLast, "webhook_config.secret_not_last"),
        (ConfigProblem::SettingMissing { name: "x" }, "webhook_config.setting_missing"),
        (ConfigProblem::ToleranceTooLarge, "webhook_config.tolerance_too_large"),
        (ConfigProblem::RetentionMissing, "webhook_config.retention_missing"),
        (ConfigProblem::FieldDeclared, "webhook_config.field_declared"),
    ] {
        assert_eq!(problem.code(), code);
    }
}

/// Values near those that parsers trip over.
fn near(valid: &'static str) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..80),
        "[ -~]{0,80}".prop_map(String::into_bytes),
        (0..valid.len(), any::<u8>()).prop_map(move |(place, byte)| {
            let mut bytes = valid.as_bytes().to_vec();
            bytes[place] = byte;
            bytes
        }),
        (0..valid.len()).prop_map(move |end| valid.as_bytes()[..end].to_vec()),
        Just(vec![b' '; 9_000]),
        Just(b"-9223372036854775808".to_vec()),
    ]
}

proptest! {
    /// CVE-2023-50728: one bad request ended the process.
    #[test]
    fn nothing_received_is_accepted_or_makes_any_scheme_panic(
        signature in near("t=1735180623,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd"),
        list in near("v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw= v1a,AAAA"),
        time in near("1735180623"),
        body in near(r#"{"data":{"a":"1&b=2"},"signature":"412e915d","timestamp":1735180623000,"mac":"00"}"#),
        url in "https?://[ -~]{0,60}",
    ) {
        let fields: Vec<(&str, &[u8])> = [
            "webhook-signature", "svix-signature", "x-spotnana-webhook-signature",
        ].into_iter().map(|name| (name, &list[..])).chain([
            "stripe-signature", "x-hub-signature-256", "x-slack-signature", "x-shopify-hmac-sha256",
            "x-twilio-signature", "x-square-hmacsha256-signature", "x-signature-ed25519", "x-zm-signature",
            "x-twilio-email-event-webhook-signature", "x-zevent-signature",
        ].into_iter().map(|name| (name, &signature[..]))).chain([
            "webhook-timestamp", "svix-timestamp", "x-slack-request-timestamp", "x-signature-timestamp",
            "x-zm-request-timestamp", "webhook-id", "svix-id", "x-spotnana-webhook-id",
            "x-twilio-email-event-webhook-timestamp", "x-zevent-timestamp",
        ].into_iter().map(|name| (name, &time[..]))).collect();
        let headers = Headers::new(&fields);
        let message = Message::new(&headers, &body).with_url(&url);
        for scheme in providers::ALL {
            let key = match scheme.name() {
                "standard_webhooks" | "svix" | "spotnana" => "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                "stripe" => "whsec_a secret of sixteen bytes",
                "standard_webhooks_v1a" => "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
                "discord" => "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "sendgrid" => include_str!("keys/p256.pub.pem"),
                _ => "a secret of sixteen bytes",
            };
            let verifier = Verifier::builder(scheme)
                .secret("2025", key)
                .setting(providers::SQUARE_NOTIFICATION_URL, "https://a.example")
                .setting(providers::MOMO_ACCESS_KEY, "key")
                .setting(zalo::OFFICIAL_ACCOUNT_APP_ID, "1")
                .build();
            let verifier = verifier.map_err(|error| TestCaseError::fail(error.to_string()))?;
            let now = UnixTime::from_secs(1_735_180_623);
            prop_assert!(verifier.verify(&message, now).is_err());
            let _ = verifier.diagnose(&message, now);
        }
    }
}
