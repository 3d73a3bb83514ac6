//! Nothing is allocated on the way to an accepted event.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use allocation_counter::measure;
use countersign::headers::Headers;
use countersign::time::UnixTime;
use countersign::webhook::providers::{GITHUB, SHOPIFY, SLACK, STANDARD_WEBHOOKS, STRIPE, SVIX};
use countersign::webhook::zalo::{MINI_APP, MiniApp};
use countersign::webhook::{Message, Signer, Verifier};

const NOW: UnixTime = UnixTime::from_millis(1_670_553_443_000);
const WHSEC: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

#[test]
fn a_signed_body_is_accepted_without_the_heap() {
    let body = vec![b'x'; 1024];
    for scheme in [STANDARD_WEBHOOKS, SVIX, STRIPE, GITHUB, SLACK, SHOPIFY] {
        let ids: [(&str, &[u8]); 2] = [("webhook-id", b"msg_1"), ("svix-id", b"msg_1")];
        let unsigned = Headers::new(&ids);
        let signer = Signer::new(scheme, WHSEC).unwrap();
        let signed = signer.sign(&Message::new(&unsigned, &body), NOW).unwrap();
        let mut fields = signed.fields();
        fields.extend(ids);
        let headers = Headers::new(&fields);
        let message = Message::new(&headers, &body);
        let verifier = Verifier::builder(scheme).secret("2025", WHSEC).build().unwrap();
        let mut accepted = false;
        let heap = measure(|| accepted = verifier.verify(&message, NOW).is_ok());
        assert!(accepted);
        assert_eq!(heap.count_total, 0, "{}", scheme.name());
    }
}

#[test]
fn a_mini_app_event_is_accepted_without_the_heap() {
    let key = "zalo-mini-app-api-key";
    let zalo = MiniApp::builder("2646373759294038927").api_key("2025", key).build().unwrap();
    let signer = Signer::new(MINI_APP, key).unwrap();
    for body in [
        r#"{"secretData":"N3Idah8JJuGUOGNGiJpTsA==","event":"biometric.verify.success","timestamp":1670553442564}"#,
        r#"{"event":"user.revoke.consent","appId":"2646373759294038927","userId":"4047671499938107249","timestamp":1670553442564}"#,
    ] {
        let signed = signer.sign(&Message::new(&Headers::new(&[]), body.as_bytes()), NOW).unwrap();
        let fields = signed.fields();
        let headers = Headers::new(&fields);
        let mut accepted = false;
        let heap = measure(|| accepted = zalo.verify_event(&headers, body.as_bytes(), NOW).is_ok());
        assert!(accepted);
        assert_eq!(heap.count_total, 0);
    }
}
