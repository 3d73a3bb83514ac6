//! The table: a message of each provider, with a value that it publishes where there is one.

use countersign::time::UnixTime;
use countersign::webhook::providers::{
    ALL, DISCORD, GITHUB, MOMO, MOMO_ACCESS_KEY, PAYOS, SENDGRID, SHOPIFY, SLACK, SPOTNANA, SQUARE,
    SQUARE_NOTIFICATION_URL, STANDARD_WEBHOOKS, STANDARD_WEBHOOKS_V1A, STRIPE, SVIX, TWILIO, VNPAY,
    ZOOM,
};
use countersign::webhook::{Scheme, zalo};

/// A message as it arrives; one that nobody publishes is signed first, and its signature put where `SIGNATURE` stands
/// or, for most providers, into a field.
pub(crate) struct Sample {
    pub(crate) scheme: Scheme,
    /// Who publishes this value; nobody where it is signed here.
    pub(crate) published: Option<&'static str>,
    pub(crate) secret: &'static str,
    pub(crate) fields: &'static [(&'static str, &'static str)],
    pub(crate) url: Option<&'static str>,
    pub(crate) body: &'static str,
    pub(crate) now: UnixTime,
    /// The assurance report.
    pub(crate) proves: &'static str,
    /// What of the message is handed on.
    pub(crate) gives: &'static str,
}

/// In the order of [`ALL`].
pub(crate) const SAMPLES: [Sample; ALL.len()] = [
    Sample {
        scheme: STANDARD_WEBHOOKS,
        published: Some("its library in Rust"),
        secret: BASE64,
        fields: &[
            ("webhook-id", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"),
            ("webhook-timestamp", "1649367553"),
            ("webhook-signature", "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="),
        ],
        body: r#"{"email":"test@example.com","username":"test_user"}"#,
        now: UnixTime::from_secs(1_649_367_553),
        proves: ID_TIME_BODY,
        gives: "the body",
        ..SAMPLE
    },
    Sample {
        scheme: STANDARD_WEBHOOKS_V1A,
        secret: ED25519_BASE64,
        fields: &[("webhook-id", "msg_1")],
        proves: "EdDSA (a private key of the provider); signed: body, time, id; not signed: url",
        ..SAMPLE
    },
    Sample {
        scheme: SVIX,
        published: Some("its libraries"),
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        fields: &[
            ("svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("svix-timestamp", "1614265330"),
            ("svix-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
        body: r#"{"test": 2432232314}"#,
        now: UnixTime::from_secs(1_614_265_330),
        proves: ID_TIME_BODY,
        gives: "the body",
        ..SAMPLE
    },
    Sample {
        scheme: SPOTNANA,
        secret: BASE64,
        fields: &[("x-spotnana-webhook-id", "1")],
        proves: ID_TIME_BODY,
        ..SAMPLE
    },
    Sample {
        scheme: STRIPE,
        secret: "whsec_of_an_endpoint_at_stripe",
        proves: TIME_BODY,
        ..SAMPLE
    },
    Sample {
        scheme: GITHUB,
        published: Some("its documentation"),
        secret: "It's a Secret to Everybody",
        fields: &[(
            "X-Hub-Signature-256",
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        )],
        body: "Hello, World!",
        ..SAMPLE
    },
    Sample {
        scheme: SLACK,
        published: Some("its documentation"),
        secret: "8f742231b10e8888abcd99yyyzzz85a5",
        fields: &[
            ("X-Slack-Request-Timestamp", "1531420618"),
            (
                "X-Slack-Signature",
                "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
            ),
        ],
        body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
        now: UnixTime::from_secs(1_531_420_618),
        proves: TIME_BODY,
        gives: "the body",
        ..SAMPLE
    },
    Sample { scheme: SHOPIFY, ..SAMPLE },
    Sample {
        scheme: TWILIO,
        published: Some("its documentation"),
        secret: "12345",
        fields: &[("X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")],
        url: Some("https://mycompany.com/myapp.php?foo=1&bar=2"),
        body: "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212",
        proves: "HMAC-SHA-1 (a shared secret); signed: values, url; not signed: names, borders, types, time, id",
        gives: "values without names",
        ..SAMPLE
    },
    Sample {
        scheme: SQUARE,
        published: Some("its library for Node"),
        secret: "Ibxx_5AKakO-3qeNVR61Dw",
        fields: &[(
            "x-square-hmacsha256-signature",
            "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4=",
        )],
        body: r#"{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}"#,
        gives: "the body",
        ..SAMPLE
    },
    Sample {
        scheme: SENDGRID,
        published: Some("its library for Node"),
        secret: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==",
        fields: &[
            ("X-Twilio-Email-Event-Webhook-Timestamp", "1588788367"),
            (
                "X-Twilio-Email-Event-Webhook-Signature",
                "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=",
            ),
        ],
        body: r#"{"category":"example_payload","event":"test_event","message_id":"message_id"}"#,
        now: UnixTime::from_secs(1_588_788_367),
        proves: "ES256 (a private key of the provider); signed: body, time; not signed: url, id",
        gives: "the body",
        ..SAMPLE
    },
    Sample {
        scheme: DISCORD,
        secret: ED25519_HEX,
        proves: "EdDSA (a private key of the provider); signed: body, time; not signed: url, id",
        ..SAMPLE
    },
    Sample { scheme: ZOOM, proves: TIME_BODY, ..SAMPLE },
    Sample {
        scheme: PAYOS,
        published: Some("its documentation"),
        secret: "1a54716c8f0efb2744fb28b6e38b25da7f67a925d98bc1c18bd8faaecadd7675",
        body: r#"{"code":"00","desc":"success","success":true,"data":{"orderCode":123,"amount":3000,"description":"VQRIO123","accountNumber":"12345678","reference":"TF230204212323","transactionDateTime":"2023-02-04 18:25:00","currency":"VND","paymentLinkId":"124c33293c43417ab7879e14c8d9eb18","code":"00","desc":"Thành công","counterAccountBankId":"","counterAccountBankName":"","counterAccountName":"","counterAccountNumber":"","virtualAccountName":"","virtualAccountNumber":""},"signature":"412e915d2871504ed31be63c8f62a149a4410d34c4c42affc9006ef9917eaa03"}"#,
        proves: FIELDS,
        gives: "16 fields",
        ..SAMPLE
    },
    Sample {
        scheme: MOMO,
        body: r#"{"partnerCode":"MOMO","orderId":"O1","requestId":"R1","amount":1000,"orderInfo":"Test","orderType":"momo_wallet","transId":2588659987,"resultCode":0,"message":"Giao dịch thành công.","payType":"qr","responseTime":1633504902954,"extraData":"","signature":"SIGNATURE"}"#,
        proves: FIELDS,
        gives: "12 fields",
        ..SAMPLE
    },
    Sample {
        scheme: VNPAY,
        url: Some(
            "https://shop.example/ipn?vnp_TxnRef=5&vnp_Amount=1806000&vnp_OrderInfo=Thanh+to%C3%A1n&vnp_SecureHash=SIGNATURE&utm=x",
        ),
        body: "",
        proves: "HMAC-SHA-512 (a shared secret); signed: values, names, borders; not signed: types, url, time, id",
        gives: "the fields vnp_Amount vnp_OrderInfo vnp_TxnRef",
        ..SAMPLE
    },
    Sample {
        scheme: zalo::MINI_APP,
        proves: "SHA-256 with the secret at the end (a shared secret, no MAC); signed: values; not signed: names, borders, types, url, time, id",
        gives: "values without names",
        ..SAMPLE
    },
    Sample {
        scheme: zalo::OFFICIAL_ACCOUNT,
        body: r#"{"app_id":"2646373759294038927","event_name":"follow","timestamp":"1735180623000"}"#,
        proves: "SHA-256 with the secret at the end (a shared secret, no MAC); signed: body, time; not signed: url, id",
        gives: "the body",
        ..SAMPLE
    },
    Sample {
        scheme: zalo::OFFICIAL_ACCOUNT_TIMESTAMP_FIELD,
        proves: "SHA-256 with the secret at the end (a shared secret, no MAC); signed: body, time; not signed: url, id",
        ..SAMPLE
    },
    Sample {
        scheme: zalo::CHECKOUT_CALLBACK,
        body: r#"{"data":{"appId":"1","amount":8279088,"orderId":"7","method":"COD"},"mac":"x","overallMac":"SIGNATURE"}"#,
        proves: FIELDS,
        gives: "the fields amount appId method orderId",
        ..SAMPLE
    },
    Sample {
        scheme: zalo::CHECKOUT_CALLBACK_MAC,
        body: r#"{"data":{"appId":"1","amount":8279088,"description":"đơn","orderId":"7","message":"","resultCode":1,"transId":"9","method":"COD"},"mac":"SIGNATURE"}"#,
        proves: FIELDS,
        gives: "the fields amount appId description message orderId resultCode transId",
        ..SAMPLE
    },
    Sample {
        scheme: zalo::ZALOPAY,
        body: r#"{"data":"{\"app_id\":2553}","mac":"SIGNATURE","type":1}"#,
        proves: "HMAC-SHA-256 (a shared secret); signed: values, names, borders, types; not signed: url, time, id",
        gives: r#"the text {"app_id":2553}"#,
        ..SAMPLE
    },
];

/// What a host knows of its own accord.
pub(crate) const SETTINGS: [(&str, &str); 3] = [
    (SQUARE_NOTIFICATION_URL, "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9"),
    (MOMO_ACCESS_KEY, "F8BBA842ECF85"),
    (zalo::OFFICIAL_ACCOUNT_APP_ID, "2646373759294038927"),
];

/// A message that is signed here.
const SAMPLE: Sample = Sample {
    scheme: GITHUB,
    published: None,
    secret: TEXT,
    fields: &[],
    url: None,
    body: r#"{"event":"x"}"#,
    now: NOW,
    proves: BODY,
    gives: "the body",
};

const NOW: UnixTime = UnixTime::from_secs(1_735_180_623);
const TEXT: &str = "a secret of sixteen bytes or more";
const BASE64: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

const ID_TIME_BODY: &str =
    "HMAC-SHA-256 (a shared secret); signed: body, time, id; not signed: url";
const TIME_BODY: &str = "HMAC-SHA-256 (a shared secret); signed: body, time; not signed: url, id";
const BODY: &str = "HMAC-SHA-256 (a shared secret); signed: body; not signed: url, time, id";
const FIELDS: &str = "HMAC-SHA-256 (a shared secret); signed: values, names, borders; not signed: types, url, time, id";

/// The public halves of `tests/keys/ed25519.pem`, as a provider hands them out.
const ED25519_BASE64: &str = "whpk_6CuChCHp8gb7Zx67tiUQzLxv2k4RvYoyFlo+zEBa2uQ=";
const ED25519_HEX: &str = "e82b828421e9f206fb671ebbb62510ccbc6fda4e11bd8a32165a3ecc405adae4";
