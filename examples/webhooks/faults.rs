//! Three integrations that are wrong, and what `diagnose` says of them.

use countersign::Error;
use countersign::headers::Headers;
use countersign::time::UnixTime;
use countersign::webhook::providers::{GITHUB, STANDARD_WEBHOOKS, STRIPE};
use countersign::webhook::{KeyForm, Message, Scheme, Signer, Verifier, zalo};

const NOW: UnixTime = UnixTime::from_secs(1_735_180_623);
const TEXT: &str = "a secret of sixteen bytes or more";
const WHSEC: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// Standard Webhooks as somebody verified it who took the secret for a text.
const SECRET_AS_TEXT: Scheme = STANDARD_WEBHOOKS.with_key(KeyForm::Text { prefix: "" });

struct Mistake {
    title: &'static str,
    /// How and what the provider signed.
    sent: (Scheme, &'static str),
    /// Under what, and as what, the host verifies it.
    received: (Scheme, &'static str),
    secret: &'static str,
    refused: &'static str,
    fault: &'static str,
}

const MISTAKES: [Mistake; 4] = [
    Mistake {
        title: "a framework parsed the body and wrote it anew",
        sent: (GITHUB, r#"{"action": "opened", "title": "Xin ch\u00e0o"}"#),
        received: (GITHUB, r#"{"action":"opened","title":"Xin chào"}"#),
        secret: TEXT,
        refused: "webhook.signature_mismatch",
        fault: "signed over the body as Python prints it",
    },
    Mistake {
        title: "a line break was cut off",
        sent: (STRIPE, "{\"id\":\"evt_1\"}\n"),
        received: (STRIPE, r#"{"id":"evt_1"}"#),
        secret: WHSEC,
        refused: "webhook.signature_mismatch",
        fault: "a line break at the body's end is lost or added",
    },
    Mistake {
        title: "the secret was taken for a text",
        sent: (STANDARD_WEBHOOKS, "{}"),
        received: (SECRET_AS_TEXT, "{}"),
        secret: WHSEC,
        refused: "webhook.signature_mismatch",
        fault: "signed by the secret read as base64",
    },
    Mistake {
        title: "an event of the Mini App, not of the Official Account",
        sent: (zalo::MINI_APP, r#"{"event":"x","timestamp":"1735180623000"}"#),
        received: (zalo::OFFICIAL_ACCOUNT, r#"{"event":"x","timestamp":"1735180623000"}"#),
        secret: TEXT,
        refused: "webhook.wrong_scheme",
        fault: "signed under the scheme zalo_mini_app",
    },
];

pub(crate) fn show() -> Result<(), Error> {
    for Mistake { title, sent, received, secret, refused, fault } in MISTAKES {
        let id: [(&str, &[u8]); 1] = [("webhook-id", b"msg_1")];
        let unsigned = Headers::new(&id);
        let signed =
            Signer::new(sent.0, secret)?.sign(&Message::new(&unsigned, sent.1.as_bytes()), NOW)?;
        let fields = [id.to_vec(), signed.fields()].concat();
        let headers = Headers::new(&fields);
        let message = Message::new(&headers, received.1.as_bytes());

        let verifier = Verifier::builder(received.0)
            .secret("2026", secret)
            .setting(zalo::OFFICIAL_ACCOUNT_APP_ID, "2646373759294038927")
            .build()?;
        let error = verifier.verify(&message, NOW).expect_err(title);
        let found = verifier.diagnose(&message, NOW).expect(title).to_string();
        assert_eq!((error.code(), &*found), (refused, fault), "{title}");
        println!("  {title}\n      refused, {refused}; {found}");
    }
    Ok(())
}
