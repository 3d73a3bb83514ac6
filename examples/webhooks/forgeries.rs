//! The signature of a Mini App event covers the text of its values and nothing else (document `003`, S3-8): bodies
//! that say other things carry the same one. Each is refused for its shape, after its signature was found good.

use countersign::Error;
use countersign::digest::sha256;
use countersign::encoding::hex;
use countersign::headers::Headers;
use countersign::time::UnixTime;
use countersign::webhook::zalo::MiniApp;

const APP_ID: &str = "2646373759294038927";
const API_KEY: &str = "zalo-mini-app-api-key";
const NOW: UnixTime = UnixTime::from_millis(1_670_553_443_000);

/// Zalo's two events, and the texts that their signatures are over.
const APPROVED: (&str, &str) = (
    r#"{"secretData":"N3Idah8JJuGUOGNGiJpTsA==","event":"biometric.verify.success","timestamp":1670553442564}"#,
    "biometric.verify.successN3Idah8JJuGUOGNGiJpTsA==1670553442564",
);
const REVOKED: (&str, &str) = (
    r#"{"event":"user.revoke.consent","appId":"2646373759294038927","userId":"4047671499938107249","timestamp":1670553442564}"#,
    "2646373759294038927user.revoke.consent16705534425644047671499938107249",
);

/// A title, the signed text, a body with that text, and why it is refused.
type Forgery = (&'static str, &'static str, &'static str, &'static str);

const FORGERIES: [Forgery; 12] = [
    (
        "1  a border moved",
        APPROVED.1,
        r#"{"event":"biometric.verify.success","secretData":"N3Idah8JJuGUOGNGiJpTsA==1670","timestamp":553442564}"#,
        "webhook.schema_violation: the field `timestamp` of the event: of another form",
    ),
    (
        "2  a part of the event in secretData",
        APPROVED.1,
        r#"{"event":"biometric.verify.s","secretData":"uccessN3Idah8JJuGUOGNGiJpTsA==","timestamp":1670553442564}"#,
        "webhook.schema_violation: the field `event` of the event: of another form",
    ),
    (
        "3  other names",
        APPROVED.1,
        r#"{"a":"biometric.verify.success","b":"N3Idah8JJuGUOGNGiJpTsA==","c":1670553442564}"#,
        "webhook.schema_violation: the field `event` of the event: missing",
    ),
    (
        "4  a field without text",
        APPROVED.1,
        r#"{"admin":"","event":"biometric.verify.success","secretData":"N3Idah8JJuGUOGNGiJpTsA==","timestamp":1670553442564}"#,
        "webhook.schema_violation: the field `admin` of the event: unknown",
    ),
    (
        "5  a user made of the time's digits",
        APPROVED.1,
        r#"{"event":"biometric.verify.success","secretData":"N3Idah8JJuGUOGNGiJpTsA==","timestamp":167055344,"userId":"2564"}"#,
        "webhook.schema_violation: the field `userId` of the event: unknown",
    ),
    (
        "6  an array",
        APPROVED.1,
        r#"["biometric.verify.success","N3Idah8JJuGUOGNGiJpTsA==",1670553442564]"#,
        "webhook.not_an_object: expected a JSON object",
    ),
    (
        "6b a time that is a string",
        APPROVED.1,
        r#"{"event":"biometric.verify.success","secretData":"N3Idah8JJuGUOGNGiJpTsA==","timestamp":"1670553442564"}"#,
        "webhook.schema_violation: the field `timestamp` of the event: of another type",
    ),
    (
        "7  another user takes back the consent",
        REVOKED.1,
        r#"{"event":"user.revoke.consent","appId":"2646373759294038927","timestamp":16705534425,"userId":"644047671499938107249"}"#,
        "webhook.schema_violation: the field `timestamp` of the event: of another form",
    ),
    (
        "7b another app",
        REVOKED.1,
        r#"{"event":"revoke.consent","appId":"2646373759294038927user.","timestamp":1670553442564,"userId":"4047671499938107249"}"#,
        "webhook.schema_violation: the field `event` of the event: of another form",
    ),
    (
        "8  one text of other values",
        "123",
        r#"{"a":"12","b":3}"#,
        "webhook.schema_violation: the field `event` of the event: missing",
    ),
    ("9  nothing", "", "{}", "webhook.empty_content: nothing is signed"),
    ("9b nothing, under a name", "", r#"{"a":""}"#, "webhook.empty_content: nothing is signed"),
];

pub(crate) fn show() -> Result<(), Error> {
    let zalo = MiniApp::builder(APP_ID).api_key("2026", API_KEY).build()?;
    for (body, text) in [APPROVED, REVOKED] {
        let signature = signature(text);
        let fields = [("X-ZEvent-Signature", signature.as_bytes())];
        let event = zalo.verify_event(&Headers::new(&fields), body.as_bytes(), NOW)?;
        println!("  {:<40} accepted", event.kind().name());
    }
    for (title, text, body, expected) in FORGERIES {
        let signature = signature(text);
        let fields = [("X-ZEvent-Signature", signature.as_bytes())];
        let headers = Headers::new(&fields);
        let refused = zalo.verify_event(&headers, body.as_bytes(), NOW).expect_err(title);
        let shown = format!("{}: {refused}", refused.code());
        assert_eq!(shown, expected, "{title}");
        // The signature itself is good; whoever asks for nothing but that is told so.
        if body.starts_with('{') && !text.is_empty() {
            zalo.verify_unstructured(&headers, body.as_bytes(), NOW)?;
        }
        println!("  {title:<40} refused, {shown}");
    }
    Ok(())
}

/// What Zalo's server makes of a text: SHA-256 with the API key at its end.
fn signature(text: &str) -> String {
    hex::encode(sha256(&[text.as_bytes(), API_KEY.as_bytes()]))
}
