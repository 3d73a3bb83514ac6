//! What Zalo's platforms beside the Mini App's events sign: Official Account, Checkout, ZaloPay.

use std::path::Path;

use countersign::headers::Headers;
use countersign::key::MacAlgorithm;
use countersign::time::UnixTime;
use countersign::verified::Verified;
use countersign::webhook::zalo::{
    CHECKOUT_CALLBACK, CHECKOUT_CALLBACK_MAC, CHECKOUT_CREATE_ORDER, CHECKOUT_ORDER_STATUS,
    OFFICIAL_ACCOUNT, OFFICIAL_ACCOUNT_APP_ID, OFFICIAL_ACCOUNT_TIMESTAMP_FIELD, ZALOPAY,
};
use countersign::webhook::{Event, Message, Part, Scheme, Signer, Verifier};
use serde_json::{Value, json};

use super::super::{Report, Run, bytes, compare, each, text};

/// Runs the file of all kinds.
pub(crate) fn run(path: &Path, report: &mut Report) -> Run {
    each(path, report, |case| match text(case, "kind")? {
        "oa-webhook" => official_account(case),
        "checkout-create-order" => mac(CHECKOUT_CREATE_ORDER, &bytes(case, "body")?, case),
        "checkout-callback" => {
            callback(CHECKOUT_CALLBACK, &ALL_FIELDS, case)?;
            callback(CHECKOUT_CALLBACK_MAC, &MAC_FIELDS, case)
        }
        "checkout-get-order-status" => {
            let order = json!({ "appId": case["appId"], "orderId": case["orderId"] });
            mac(CHECKOUT_ORDER_STATUS, order.to_string().as_bytes(), case)
        }
        "zalopay-callback" => zalopay(case),
        "appsecret-proof" => mac(PROOF, text(case, "accessToken")?.as_bytes(), case),
        other => Err(format!("no kind `{other}`").into()),
    })
}

/// Not shipped, because sources disagree: a partner's own scheme is as quickly written.
const PROOF: Scheme = Scheme::mac("appsecret_proof", MacAlgorithm::HmacSha256, &[Part::Body]);

/// The signature of `body` is the case's.
fn mac(scheme: Scheme, body: &[u8], case: &Value) -> Run {
    let signer = Signer::new(scheme, text(case, "secret")?)?;
    let signed = signer.sign(&Message::new(&Headers::new(&[]), body), UnixTime::EPOCH)?;
    Ok(compare(signed.signature(), text(case, "mac")?)?)
}

/// By the time in the body and by the one in the field, and not with a byte more.
fn official_account(case: &Value) -> Run {
    let fields = [
        ("X-ZEvent-Signature", text(case, "header")?.as_bytes()),
        ("X-ZEvent-Timestamp", text(case, "timestamp")?.as_bytes()),
    ];
    let now = UnixTime::from_millis(text(case, "timestamp")?.parse()?);
    let body = bytes(case, "body")?;
    for scheme in [OFFICIAL_ACCOUNT, OFFICIAL_ACCOUNT_TIMESTAMP_FIELD] {
        let verifier = Verifier::builder(scheme)
            .secret("oa", text(case, "secret")?)
            .setting(OFFICIAL_ACCOUNT_APP_ID, text(case, "appId")?)
            .build()?;
        accepted(&verifier, &fields, &body, now, |event| {
            let same = (event.body(), event.timestamp()) == (Some(&*body), Some(now));
            if same { Ok(()) } else { Err("another body or time".into()) }
        })?;
        forged(&verifier, &fields, &[&*body, b" "].concat(), now)?;
    }
    Ok(())
}

const MAC_FIELDS: [&str; 7] =
    ["amount", "appId", "description", "message", "orderId", "resultCode", "transId"];

const ALL_FIELDS: [&str; 12] = [
    "amount",
    "appId",
    "description",
    "extradata",
    "merchantTransId",
    "message",
    "method",
    "orderId",
    "paymentChannel",
    "resultCode",
    "transId",
    "transTime",
];

/// These fields, and no other, are handed on as they were signed.
fn callback(scheme: Scheme, names: &[&str], case: &Value) -> Run {
    let verifier = Verifier::builder(scheme).secret("key", text(case, "secret")?).build()?;
    let body = bytes(case, "body")?;
    let data: Value = serde_json::from_slice(&body)?;
    accepted(&verifier, &[], &body, UnixTime::EPOCH, |event| {
        let fields = event.fields().ok_or("no fields")?;
        compare(fields.names().join(" "), names.join(" "))?;
        for name in names {
            let sent = &data["data"][name];
            let sent = sent.as_str().map_or_else(|| sent.to_string(), str::to_owned);
            compare(&*fields.get(name).unwrap_or_default(), &*sent)?;
        }
        Ok(())
    })
}

fn zalopay(case: &Value) -> Run {
    let verifier = Verifier::builder(ZALOPAY).secret("key2", text(case, "key2")?).build()?;
    let body = bytes(case, "body")?;
    let signed = String::from_utf8(bytes(case, "signed")?)?;
    accepted(&verifier, &[], &body, UnixTime::EPOCH, |event| {
        Ok(compare(event.text().unwrap_or_default(), &*signed)?)
    })?;
    // Another app's.
    let changed = String::from_utf8(body)?.replace("2553", "2554");
    forged(&verifier, &[], changed.as_bytes(), UnixTime::EPOCH)
}

fn accepted(
    verifier: &Verifier,
    fields: &[(&str, &[u8])],
    body: &[u8],
    now: UnixTime,
    look: impl FnOnce(&Verified<Event<'_>>) -> Run,
) -> Run {
    look(&verifier.verify(&Message::new(&Headers::new(fields), body), now)?)
}

fn forged(verifier: &Verifier, fields: &[(&str, &[u8])], body: &[u8], now: UnixTime) -> Run {
    let verdict = verifier.verify(&Message::new(&Headers::new(fields), body), now);
    let found = verdict.err().map_or("accepted", |error| error.code());
    Ok(compare(found, "webhook.signature_mismatch")?)
}
