//! Webhooks a second time: what each provider signs, and what becomes of the fields that carry it, written with
//! `format!` and `split` from the providers' documentation. Signatures are made and checked in the room `key`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use countersign::digest::sha256;
use countersign::headers::Headers;
use countersign::key::{Algorithm, MacAlgorithm, MacKey, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use countersign::webhook::{Message, Scheme, Signer, Verifier, providers, zalo};

use crate::javascript::{self, Value};
use crate::radix;

/// The moment of every message.
pub const NOW: UnixTime = UnixTime::from_secs(1_735_180_623);

const SECRET: &str = "a secret of the fuzz harness";
const SECRET_BASE64: &str = "whsec_YSBzZWNyZXQgb2YgdGhlIGZ1enogaGFybmVzcw==";
const SECRET_STRIPE: &str = "whsec_a secret of the fuzz harness";
const APP_ID: &str = "2646373759294038927";
const SQUARE_URL: &str = "https://shop.example/square";
const ACCESS_KEY: &str = "F8BBA842ECF85";

/// What MoMo signs, in this order.
pub const MOMO_FIELDS: [&str; 12] = [
    "amount",
    "extraData",
    "message",
    "orderId",
    "orderInfo",
    "orderType",
    "partnerCode",
    "payType",
    "requestId",
    "responseTime",
    "resultCode",
    "transId",
];

/// What Checkout's callback signs by its `mac`, in this order.
pub const CALLBACK_FIELDS: [&str; 7] =
    ["appId", "amount", "description", "orderId", "message", "resultCode", "transId"];

/// A message as it comes in.
#[derive(Clone, Debug, Default)]
pub struct Received {
    pub fields: Vec<(&'static str, Vec<u8>)>,
    pub body: Vec<u8>,
    pub url: Option<String>,
}

impl Received {
    /// Calls `ask` with the message as the library takes it.
    pub fn ask<T>(&self, ask: impl FnOnce(&Message<'_>) -> T) -> T {
        let fields: Vec<_> = self.fields.iter().map(|(name, value)| (*name, &**value)).collect();
        let headers = Headers::new(&fields);
        let message = Message::new(&headers, &self.body);
        match &self.url {
            Some(url) => ask(&message.with_url(url)),
            None => ask(&message),
        }
    }

    /// The one value of a field.
    fn only(&self, name: &str) -> Result<Option<&[u8]>, &'static str> {
        let same = |found: &str| found.eq_ignore_ascii_case(name);
        let values: Vec<_> = self.fields.iter().filter(|(found, _)| same(found)).collect();
        match values[..] {
            [] => Ok(None),
            [(_, value)] => Ok(Some(value)),
            _ => Err("header.repeated"),
        }
    }
}

/// A scheme with its keys, on both sides.
pub struct Provider {
    pub scheme: Scheme,
    pub verifier: Verifier,
    pub signer: Signer,
    key: Key,
}

enum Key {
    Mac(MacKey),
    SuffixHash,
    Private(Algorithm, SigningKey, VerifyingKey),
}

/// Every scheme of a message that is received.
pub static PROVIDERS: LazyLock<Vec<Provider>> =
    LazyLock::new(|| providers::ALL.into_iter().map(Provider::new).collect());

impl Provider {
    fn new(scheme: Scheme) -> Self {
        let key = Key::of(scheme.name());
        let text = match &key {
            Key::Private(Algorithm::Es256, ..) => {
                include_str!("../../tests/keys/p256.pub.pem").into()
            }
            Key::Private(_, _, public) => {
                let jwk: serde_json::Value =
                    serde_json::from_str(&public.public_jwk().unwrap()).unwrap();
                let point = radix::base64url(jwk["x"].as_str().unwrap().as_bytes()).unwrap();
                match scheme.name() {
                    "discord" => hex(&point),
                    _ => format!("whpk_{}", base64(&point)),
                }
            }
            _ => match scheme.name() {
                "standard_webhooks" | "svix" | "spotnana" => SECRET_BASE64.to_owned(),
                "stripe" => SECRET_STRIPE.to_owned(),
                _ => SECRET.to_owned(),
            },
        };
        let signer = match &key {
            Key::Private(_, private, _) => Signer::asymmetric(scheme, private.clone()),
            _ => Signer::new(scheme, &text),
        };
        let mut signer = signer.unwrap();
        let mut verifier = Verifier::builder(scheme).secret("2025", text);
        for (name, value) in [
            (providers::SQUARE_NOTIFICATION_URL, SQUARE_URL),
            (providers::MOMO_ACCESS_KEY, ACCESS_KEY),
            (zalo::OFFICIAL_ACCOUNT_APP_ID, APP_ID),
        ] {
            signer = signer.with_setting(name, value);
            verifier = verifier.setting(name, value);
        }
        Self { scheme, verifier: verifier.build().unwrap(), signer, key }
    }

    pub fn name(&self) -> &'static str {
        self.scheme.name()
    }

    /// The signature of a text, as bytes.
    pub fn tag(&self, text: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::Mac(key) => key.tag(text).as_bytes().to_vec(),
            Key::SuffixHash => sha256(&[text, SECRET.as_bytes()]).to_vec(),
            Key::Private(algorithm, private, _) => private.sign(*algorithm, text).unwrap(),
        }
    }

    /// Whether these bytes are a signature of the text.
    pub fn made(&self, text: &[u8], signature: &[u8]) -> bool {
        match &self.key {
            Key::Private(algorithm, _, public) => {
                public.verify(*algorithm, text, signature).is_ok()
            }
            _ => self.tag(text) == signature,
        }
    }

    /// How many signatures of a list are tried.
    fn tried(&self) -> usize {
        if matches!(self.key, Key::Private(..)) { 4 } else { usize::MAX }
    }
}

impl Key {
    fn of(scheme: &str) -> Self {
        let mac = |algorithm, secret: &str| {
            Self::Mac(MacKey::new(algorithm, &Secret::new(secret).unwrap()))
        };
        let private = |algorithm, pem| {
            let key = SigningKey::from_pem(pem).unwrap();
            let public = key.verifying_key();
            Self::Private(algorithm, key, public)
        };
        match scheme {
            "sendgrid" => private(Algorithm::Es256, include_str!("../../tests/keys/p256.pem")),
            "discord" | "standard_webhooks_v1a" => {
                private(Algorithm::EdDsa, include_str!("../../tests/keys/ed25519.pem"))
            }
            "zalo_mini_app" | "zalo_oa" | "zalo_oa_timestamp_field" => Self::SuffixHash,
            "twilio" => mac(MacAlgorithm::HmacSha1Legacy, SECRET),
            "vnpay" => mac(MacAlgorithm::HmacSha512, SECRET),
            "stripe" => mac(MacAlgorithm::HmacSha256, SECRET_STRIPE),
            _ => mac(MacAlgorithm::HmacSha256, SECRET),
        }
    }
}

/// The field that holds a signature, and its form.
pub struct Head {
    pub signature: &'static str,
    pub form: Form,
    pub code: Code,
    pub timestamp: Option<&'static str>,
    pub id: Option<&'static str>,
}

#[derive(Clone, Copy)]
pub enum Form {
    /// Behind a prefix.
    Alone(&'static str),
    /// `v1,… v1,…`, or without a version where that is allowed.
    Versions(&'static str, bool),
    /// `t=…,v1=…`
    Items(&'static str),
}

#[derive(Clone, Copy)]
pub enum Code {
    LowerHex,
    Base64,
    DerBase64,
}

/// The fields of a scheme that has its signature in one.
pub fn head(scheme: &str) -> Option<Head> {
    let head = |signature, form, code| Head { signature, form, code, timestamp: None, id: None };
    let standard = |version, [id, timestamp, signature]: [&'static str; 3], bare| Head {
        timestamp: Some(timestamp),
        id: Some(id),
        ..head(signature, Form::Versions(version, bare), Code::Base64)
    };
    let timed = |timestamp, head| Head { timestamp: Some(timestamp), ..head };
    let webhook = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    Some(match scheme {
        "standard_webhooks" => standard("v1", webhook, false),
        "standard_webhooks_v1a" => standard("v1a", webhook, false),
        "svix" => standard("v1", ["svix-id", "svix-timestamp", "svix-signature"], false),
        "spotnana" => standard(
            "v1",
            [
                "x-spotnana-webhook-id",
                "x-spotnana-webhook-timestamp",
                "x-spotnana-webhook-signature",
            ],
            true,
        ),
        "stripe" => head("stripe-signature", Form::Items("v1"), Code::LowerHex),
        "github" => head("x-hub-signature-256", Form::Alone("sha256="), Code::LowerHex),
        "slack" => timed(
            "x-slack-request-timestamp",
            head("x-slack-signature", Form::Alone("v0="), Code::LowerHex),
        ),
        "zoom" => timed(
            "x-zm-request-timestamp",
            head("x-zm-signature", Form::Alone("v0="), Code::LowerHex),
        ),
        "shopify" => head("x-shopify-hmac-sha256", Form::Alone(""), Code::Base64),
        "twilio" => head("x-twilio-signature", Form::Alone(""), Code::Base64),
        "square" => head("x-square-hmacsha256-signature", Form::Alone(""), Code::Base64),
        "sendgrid" => timed(
            "x-twilio-email-event-webhook-timestamp",
            head("x-twilio-email-event-webhook-signature", Form::Alone(""), Code::DerBase64),
        ),
        "discord" => timed(
            "x-signature-timestamp",
            head("x-signature-ed25519", Form::Alone(""), Code::LowerHex),
        ),
        "zalo_mini_app" => head("x-zevent-signature", Form::Alone(""), Code::LowerHex),
        "zalo_oa" => head("x-zevent-signature", Form::Alone("mac="), Code::LowerHex),
        "zalo_oa_timestamp_field" => timed(
            "x-zevent-timestamp",
            head("x-zevent-signature", Form::Alone("mac="), Code::LowerHex),
        ),
        _ => return None,
    })
}

impl Head {
    /// Writes one signature as the scheme does, without what stands around it.
    pub fn encoded(&self, signature: &[u8]) -> String {
        match self.code {
            Code::LowerHex => hex(signature),
            Code::Base64 => base64(signature),
            Code::DerBase64 => base64(&der(signature)),
        }
    }

    fn decode(&self, text: &[u8], length: usize) -> Option<Vec<u8>> {
        let decoded = match self.code {
            Code::LowerHex if text.iter().any(u8::is_ascii_uppercase) => None,
            Code::LowerHex => radix::hex(text),
            Code::Base64 => radix::base64(text),
            Code::DerBase64 => radix::base64(text).and_then(|der| raw(&der)),
        };
        decoded.filter(|bytes| bytes.len() == length)
    }

    /// The signatures of a value, or the code of what is wrong with it.
    fn signatures(&self, value: &[u8], length: usize) -> Result<Vec<Vec<u8>>, &'static str> {
        let malformed = "webhook.signature_malformed";
        let (separator, text_of): (u8, Box<dyn Fn(&[u8]) -> Option<Vec<u8>>>) = match self.form {
            Form::Alone(prefix) => {
                let decoded = value
                    .strip_prefix(prefix.as_bytes())
                    .and_then(|text| self.decode(text, length));
                return decoded.map(|one| vec![one]).ok_or_else(|| self.misfit(value));
            }
            Form::Versions(version, bare) => (
                b' ',
                Box::new(move |entry| {
                    let versioned = entry.strip_prefix(format!("{version},").as_bytes());
                    let plain = (bare && !entry.contains(&b',')).then_some(entry);
                    versioned.or(plain).map(<[u8]>::to_vec)
                }),
            ),
            Form::Items(name) => (
                b',',
                Box::new(move |item| {
                    item.strip_prefix(format!("{name}=").as_bytes()).map(<[u8]>::to_vec)
                }),
            ),
        };
        let entries: Vec<_> = value.split(|byte| *byte == separator).collect();
        if entries.len() > 16 {
            return Err("webhook.too_many_signatures");
        }
        let texts: Vec<_> = entries.into_iter().filter_map(text_of).collect();
        let decoded: Vec<_> = texts.iter().filter_map(|text| self.decode(text, length)).collect();
        match (texts.is_empty(), decoded.is_empty()) {
            (true, _) => Err("webhook.no_known_version"),
            (false, true) => Err(malformed),
            (false, false) => Ok(decoded),
        }
    }

    fn misfit(&self, value: &[u8]) -> &'static str {
        let bare = matches!(self.form, Form::Alone(""));
        let of_zalo = self.signature == "x-zevent-signature";
        let other_of_zalo = if bare {
            value.starts_with(b"mac=")
        } else {
            radix::hex(value).is_some_and(|bytes| bytes.len() == 32)
        };
        if value.starts_with(b"sha1=") || value.starts_with(b"md5=") {
            "webhook.algorithm_not_allowed"
        } else if of_zalo && other_of_zalo {
            "webhook.wrong_scheme"
        } else {
            "webhook.signature_malformed"
        }
    }
}

/// The verdict over a message whose body and URL are good ones, as a code.
pub fn verdict(provider: &Provider, message: &Received) -> Result<(), &'static str> {
    let head = head(provider.name()).expect("a scheme with its signature in a field");
    let value = message.only(head.signature)?.filter(|value| !value.is_empty());
    let value = value.ok_or("webhook.signature_missing")?;
    let length = provider.tag(b"").len();
    let signatures = head.signatures(value, length)?;
    if let Some(name) = head.id {
        let id = message.only(name)?.ok_or("webhook.id_missing")?;
        let visible = id.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'.');
        if id.is_empty() || id.len() > 128 || !visible {
            return Err("webhook.id_malformed");
        }
    }
    let milliseconds = provider.name().starts_with("zalo_oa");
    let time = match (head.form, head.timestamp) {
        (Form::Items(_), _) => {
            let items: Vec<_> = value.split(|byte| *byte == b',').collect();
            let named: Vec<_> =
                items.iter().filter(|item| **item == b"t" || item.starts_with(b"t=")).collect();
            match named[..] {
                [] => return Err("webhook.timestamp_missing"),
                [item] => {
                    Some(item.strip_prefix(b"t=").ok_or("webhook.timestamp_missing")?.to_vec())
                }
                _ => return Err("webhook.timestamp_malformed"),
            }
        }
        (_, Some(name)) => Some(message.only(name)?.ok_or("webhook.timestamp_missing")?.to_vec()),
        _ => None,
    };
    let moment = match &time {
        Some(digits)
            if !matches!(digits.len(), 1..=15) || !digits.iter().all(u8::is_ascii_digit) =>
        {
            return Err("webhook.timestamp_malformed");
        }
        Some(digits) => Some(String::from_utf8_lossy(digits).parse::<i64>().unwrap()),
        None => None,
    };
    let texts = texts(provider.name(), message).expect("a good body");
    let tried = signatures.iter().take(provider.tried());
    if !tried.into_iter().any(|one| texts.iter().any(|text| provider.made(text, one))) {
        return Err("webhook.signature_mismatch");
    }
    let Some(moment) = moment else { return Ok(()) };
    if milliseconds == (moment < 100_000_000_000) {
        return Err("webhook.timestamp_unit");
    }
    let milliseconds = if milliseconds { moment } else { moment * 1_000 };
    match NOW.as_millis() - milliseconds {
        300_001.. => Err("webhook.too_old"),
        ..=-30_001 => Err("webhook.from_future"),
        _ => Ok(()),
    }
}

/// The text that a provider signs, in each spelling that counts; nothing where the message has none.
pub fn texts(scheme: &str, message: &Received) -> Option<Vec<Vec<u8>>> {
    let field = |name| message.only(name).ok().flatten();
    let body = &*message.body;
    let one = |parts: &[&[u8]]| Some(vec![parts.concat()]);
    match scheme {
        "github" | "shopify" => one(&[body]),
        "square" => one(&[SQUARE_URL.as_bytes(), body]),
        "stripe" => {
            let mut items = field("stripe-signature")?.split(|byte| *byte == b',');
            let time = items.find_map(|item| item.strip_prefix(b"t="))?;
            one(&[time, b".", body])
        }
        "payos" => Some(vec![pairs(&read(body)?, "data", "")?]),
        "zalo_checkout_callback" => Some(vec![pairs(&read(body)?, "data", "null")?]),
        "zalo_checkout_callback_mac" => {
            Some(vec![named(member(&read(body)?, "data")?, &CALLBACK_FIELDS)?.into()])
        }
        "momo" => {
            let pairs = named(&read(body)?, &MOMO_FIELDS)?;
            Some(vec![format!("accessKey={ACCESS_KEY}&{pairs}").into()])
        }
        "zalopay" => match member(&read(body)?, "data")? {
            Value::String(units) => Some(vec![String::from_utf16_lossy(units).into()]),
            _ => None,
        },
        "zalo_mini_app" => Some(vec![javascript::sorted_values(&read(body)?)?]),
        "zalo_oa" => {
            let time = string(member(&read(body)?, "timestamp")?, "");
            one(&[APP_ID.as_bytes(), body, time.as_bytes()])
        }
        "zalo_oa_timestamp_field" => one(&[APP_ID.as_bytes(), body, field("x-zevent-timestamp")?]),
        "vnpay" => Some(vec![query(message.url.as_ref()?)?.into()]),
        "twilio" => {
            let url = message.url.as_ref()?;
            let query = url.split('#').next()?.split_once('?').map_or("", |(_, query)| query);
            let digest = query.split('&').find_map(|pair| pair.strip_prefix("bodySHA256="));
            let form = match digest {
                Some(digest) if radix::hex(digest.as_bytes())? == sha256(&[body]) => String::new(),
                Some(_) => return None,
                None => parameters(std::str::from_utf8(body).ok()?)?
                    .into_iter()
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .map(|(name, value)| name + &value)
                    .collect(),
            };
            Some(spellings(url).map(|url| (url + &form).into()).collect())
        }
        _ => {
            let head = head(scheme)?;
            let time = field(head.timestamp?)?;
            match (head.form, head.id) {
                (_, Some(id)) => one(&[field(id)?, b".", time, b".", body]),
                (Form::Alone("v0="), None) => one(&[b"v0:", time, b":", body]),
                _ => one(&[time, body]),
            }
        }
    }
}

fn read(body: &[u8]) -> Option<Value> {
    javascript::parse(body, 32).filter(|value| matches!(value, Value::Object(_)))
}

fn member<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    let Value::Object(members) = object else { return None };
    let name: Vec<u16> = name.encode_utf16().collect();
    members.iter().find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// What stands behind `name=`.
fn string(value: &Value, null: &str) -> String {
    let text = match value {
        Value::Null => null.to_owned(),
        Value::String(units) => String::from_utf16_lossy(units),
        Value::Boolean(value) => value.to_string(),
        Value::Number(number) => javascript::number_text(*number),
        Value::Array(_) | Value::Object(_) => javascript::stringify(value),
    };
    // payOS.
    if null.is_empty() && ["null", "undefined"].contains(&&*text) { String::new() } else { text }
}

/// All members of an object, sorted.
fn pairs(body: &Value, name: &str, null: &str) -> Option<Vec<u8>> {
    let Value::Object(members) = member(body, name)? else { return None };
    let sorted: BTreeMap<_, _> = members.iter().cloned().collect();
    let pair = |(name, value): (&Vec<u16>, &Value)| {
        format!("{}={}", String::from_utf16_lossy(name), string(value, null))
    };
    Some(sorted.iter().map(pair).collect::<Vec<_>>().join("&").into())
}

/// These members, in this order.
fn named(object: &Value, names: &[&str]) -> Option<String> {
    let pair = |name: &&str| Some(format!("{name}={}", string(member(object, name)?, "null")));
    Some(names.iter().map(pair).collect::<Option<Vec<_>>>()?.join("&"))
}

/// The parameters of a URL that VNPAY signs.
fn query(url: &str) -> Option<String> {
    let query = url.split('#').next()?.split_once('?')?.1;
    let signed = |(name, value): &(String, String)| {
        name.starts_with("vnp_")
            && !["vnp_SecureHash", "vnp_SecureHashType"].contains(&&**name)
            && !value.is_empty()
    };
    let mut pairs: Vec<_> = parameters(query)?.into_iter().filter(signed).collect();
    pairs.sort();
    let encoded = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b' ' => "+".into(),
                b'-' | b'_' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                    char::from(byte).to_string()
                }
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    let pair = |(name, value): &(String, String)| format!("{}={}", encoded(name), encoded(value));
    Some(pairs.iter().map(pair).collect::<Vec<_>>().join("&"))
}

/// `application/x-www-form-urlencoded`, strictly.
fn parameters(text: &str) -> Option<Vec<(String, String)>> {
    let decoded = |text: &str| -> Option<String> {
        let text = text.replace('+', " ");
        let mut pieces = text.split('%');
        let mut bytes = pieces.next()?.as_bytes().to_vec();
        for piece in pieces {
            bytes.extend(radix::hex(piece.as_bytes().get(..2)?)?);
            bytes.extend(&piece.as_bytes()[2..]);
        }
        String::from_utf8(bytes).ok()
    };
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decoded(name)?, decoded(value)?))
    };
    text.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

/// A URL with its default port, and without.
fn spellings(url: &str) -> impl Iterator<Item = String> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let port = if scheme == "https" { ":443" } else { ":80" };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let has_port =
        host.rfind(':').is_some_and(|colon| !host[colon..].contains(']') || host.ends_with(':'));
    let other = match authority.strip_suffix(port) {
        Some(without) => Some(format!("{scheme}://{without}{path}")),
        None if has_port => None,
        None => Some(format!("{scheme}://{authority}{port}{path}")),
    };
    [Some(url.to_owned()), other].into_iter().flatten()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// `SEQUENCE { INTEGER r, INTEGER s }` of `r || s`.
fn der(signature: &[u8]) -> Vec<u8> {
    let integers: Vec<u8> = signature
        .chunks(32)
        .flat_map(|number| {
            let zeros = number.iter().take_while(|byte| **byte == 0).count();
            let mut content = number[zeros..].to_vec();
            if content.first().is_none_or(|first| *first >= 0x80) {
                content.insert(0, 0);
            }
            [vec![2, u8::try_from(content.len()).unwrap()], content].concat()
        })
        .collect();
    [vec![0x30, u8::try_from(integers.len()).unwrap()], integers].concat()
}

/// `r || s` of the one DER that it has.
fn raw(text: &[u8]) -> Option<Vec<u8>> {
    let [0x30, _, 2, length, rest @ ..] = text else { return None };
    let (r, rest) = rest.split_at_checked(usize::from(*length))?;
    let [2, _, s @ ..] = rest else { return None };
    let mut signature = Vec::new();
    for number in [r, s] {
        let digits = number.strip_prefix(&[0]).unwrap_or(number);
        signature.extend(vec![0; 32_usize.checked_sub(digits.len())?]);
        signature.extend(digits);
    }
    (der(&signature) == text).then_some(signature)
}
