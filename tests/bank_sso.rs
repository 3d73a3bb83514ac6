//! Document `001` rule by rule: each test names the `S1-…` it shows.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use countersign::guard::{MemoryStore, OrderError, Outcome};
use countersign::headers::Headers;
use countersign::jwks::{JwkSet, JwksCache, Lookup, Refusal, Response};
use countersign::jwt::{JwtError, PolicyProblem, RemoteSigner, TokenSigner};
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::partner::bank_sso::{
    Admission, BankSso, BankSsoError, BankSsoProblem, Flow, Granted, OuidFormat, Precondition,
    Refused, Route, ScopeRule, Source,
};
use countersign::time::UnixTime;
use countersign::verified::{Expect, StoreAnswer};
use serde_json::{Value, json};

const IAT: i64 = 1_735_180_623;
const NOW: UnixTime = UnixTime::from_secs(IAT + 60);
const ISSUER: &str = "https://bank.example.vn";
const OUID: &str = "fc3c3988-7563-4d26-8a75-8af65ed6204a";

const ONBOARD: &str = "/api/v1/onboard";
const LINK: &str = "/api/v1/link-account";
const PURCHASE: &str = "/api/v1/purchase-package";
const INVOICES: &str = "/api/v1/invoices";

fn bank_key() -> SigningKey {
    SigningKey::from_pem(include_str!("keys/rsa2048.pem")).unwrap().with_id("key-2025")
}

fn keys() -> Vec<VerifyingKey> {
    vec![bank_key().verifying_key()]
}

fn sign(claims: &Value) -> String {
    TokenSigner::new(bank_key(), Algorithm::Rs256).unwrap().sign(claims).unwrap()
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "invoice", "sub": OUID, "jti": "j1", "iat": IAT, "exp": IAT + 300,
        "scope": "purchase", "order_id": "ord-1", "product_code": "INV-1000",
    })
}

fn with(changes: Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

/// A provider with a store of its own.
struct Provider {
    sso: BankSso,
    store: MemoryStore,
}

impl Provider {
    fn new(sso: BankSso) -> Self {
        Self { sso, store: MemoryStore::new(100, NOW) }
    }

    fn default() -> Self {
        Self::new(BankSso::builder(ISSUER).build().unwrap())
    }

    fn admit(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: &str,
        now: UnixTime,
    ) -> Result<Granted, Refused> {
        let authorization = format!("Bearer {token}");
        let fields = [("authorization", authorization.as_bytes())];
        let request = self.sso.request(method, path, Headers::new(&fields), body.as_bytes())?;
        settle(request.verify(&keys(), now)?, |step| self.store.apply(step, now), now)
    }

    fn post(&self, path: &str, claims: &Value) -> Result<Granted, Refused> {
        self.admit("POST", path, &sign(claims), "", NOW)
    }

    fn refusal(&self, path: &str, claims: &Value) -> BankSsoError {
        self.post(path, claims).unwrap_err().reason().clone()
    }

    fn answer(&self, path: &str, claims: &Value) -> (u16, &'static str) {
        let answer = self.sso.answer(&self.post(path, claims).unwrap_err());
        (answer.status, answer.code)
    }
}

fn settle(
    mut admission: Admission,
    store: impl Fn(&countersign::verified::Step) -> StoreAnswer,
    now: UnixTime,
) -> Result<Granted, Refused> {
    loop {
        match admission {
            Admission::Granted(granted) => return Ok(*granted),
            Admission::Owes(owes) => {
                let answer = store(owes.step());
                admission = owes.finish(answer, now)?;
            }
        }
    }
}

fn refusal(claims: &Value) -> BankSsoError {
    Provider::default().refusal(PURCHASE, claims)
}

fn jwt(error: JwtError) -> BankSsoError {
    BankSsoError::Jwt(error)
}

fn missing(claim: &'static str) -> BankSsoError {
    jwt(JwtError::ClaimMissing { claim: claim.into() })
}

#[test]
fn s1_1_s1_30_a_bank_signs_with_a_key_that_never_leaves_its_hsm() {
    let hsm = |message: &[u8]| bank_key().sign(Algorithm::Rs256, message).unwrap();
    let signer = RemoteSigner::new(bank_key().verifying_key(), Algorithm::Rs256).unwrap();
    let request = signer.prepare(&claims()).unwrap();
    let signature = hsm(request.message());
    let token = request.attach(&signature).unwrap();
    assert!(Provider::default().admit("POST", PURCHASE, &token, "", NOW).is_ok());
    // A signature over something else, by another key, or cut off never becomes a token.
    let other = SigningKey::from_pem(include_str!("keys/rsa2048_other.pem")).unwrap();
    let request = || signer.prepare(&with(json!({ "order_id": "ord-2" }))).unwrap();
    let by_other = other.sign(Algorithm::Rs256, request().message()).unwrap();
    for wrong in [&signature[..], &by_other, &hsm(request().message())[1..], b""] {
        assert_eq!(request().attach(wrong).unwrap_err(), JwtError::SignatureInvalid);
    }
    assert_eq!(signer.prepare(&[1]).unwrap_err(), JwtError::ClaimsNotAnObject);
    let wrong = RemoteSigner::new(bank_key().verifying_key(), Algorithm::Es256).unwrap_err();
    assert_eq!(wrong, JwtError::AlgorithmNotForKey { found: Algorithm::Es256 });
}

#[test]
fn s1_3_each_flow_has_its_route_scope_and_precondition() {
    let provider = Provider::default();
    let onboard = with(json!({ "scope": "onboard", "jti": "a", "order_id": "o1" }));
    let granted = provider.post(ONBOARD, &onboard).unwrap();
    assert_eq!(granted.claims().flow, Some(Flow::OnBoarding));
    assert_eq!(Flow::OnBoarding.precondition(), Precondition::NoAccountForOuid);

    let link = with(json!({ "scope": "link", "jti": "b", "link_account": "acc-7" }));
    let granted = provider.post(LINK, &link).unwrap();
    assert_eq!(granted.claims().link_account.as_ref().unwrap().as_str(), "acc-7");
    assert_eq!(granted.claims().order, None);
    assert_eq!(Flow::AccountLinking.precondition(), Precondition::AccountExists);

    let granted = provider.post(PURCHASE, &with(json!({ "jti": "c", "order_id": "o2" }))).unwrap();
    let order = granted.claims().order.as_ref().unwrap();
    assert_eq!((order.id.as_str(), order.product_code.as_str()), ("o2", "INV-1000"));
    assert_eq!(Flow::BuyMorePackages.precondition(), Precondition::AccountActive);
}

#[test]
fn s1_3a_the_account_to_link_is_a_signed_claim() {
    let provider = Provider::default();
    let link = |jti: &str| with(json!({ "scope": "link", "jti": jti, "link_account": "acc-7" }));
    let absent = with(json!({ "scope": "link" }));
    assert_eq!(provider.refusal(LINK, &absent), missing("link_account"));
    // From the body it is never read, even where the claim is absent.
    let body = |claims: &Value, body: &str| {
        provider
            .admit("POST", LINK, &sign(claims), body, NOW)
            .map(drop)
            .map_err(|refused| refused.reason().clone())
    };
    assert_eq!(body(&absent, r#"{"link_account":"acc-7"}"#), Err(missing("link_account")));
    assert_eq!(body(&link("a"), r#"{"link_account":"acc-7"}"#), Ok(()));
    let contradicts = BankSsoError::BodyContradicts { field: "link_account" };
    assert_eq!(body(&link("b"), r#"{"link_account":"acc-8"}"#), Err(contradicts.clone()));
    assert_eq!(body(&link("b"), r#"{"link_account":null}"#), Err(contradicts));
    assert_eq!(body(&link("b"), "link_account=acc-8"), Err(BankSsoError::BodyMalformed));
    assert_eq!(body(&link("b"), r#"{"note":"x"}"#), Ok(())); // and the refusals burnt no jti
}

#[test]
fn s1_4_s1_21_the_ouid_is_the_subject_in_the_agreed_format() {
    let granted = Provider::default().post(PURCHASE, &claims()).unwrap();
    assert_eq!(granted.claims().ouid.as_str(), OUID);
    let with_format = |format: OuidFormat, claim: &str| {
        Provider::new(
            BankSso::builder(ISSUER).ouid_format(format).ouid_claim(claim).build().unwrap(),
        )
    };
    assert!(with_format(OuidFormat::Uuid, "sub").post(PURCHASE, &claims()).is_ok());
    let prefixed = with_format(OuidFormat::Prefixed("ouid_".into()), "sub");
    assert_eq!(prefixed.refusal(PURCHASE, &claims()), BankSsoError::OuidFormat);
    assert!(prefixed.post(PURCHASE, &with(json!({ "sub": "ouid_123456" }))).is_ok());
    assert_eq!(
        prefixed.refusal(PURCHASE, &with(json!({ "sub": "ouid_" }))),
        BankSsoError::OuidFormat
    );
    let uuid = with_format(OuidFormat::Uuid, "sub");
    assert_eq!(
        uuid.refusal(PURCHASE, &with(json!({ "sub": OUID.to_uppercase() }))),
        BankSsoError::OuidFormat
    );
    assert_eq!(with_format(OuidFormat::Any, "ouid").refusal(PURCHASE, &claims()), missing("ouid"));
    for sub in ["", "a b", "a\r\nb", "é"] {
        let error = refusal(&with(json!({ "sub": sub })));
        assert_eq!(error, jwt(JwtError::ClaimRange { claim: "sub".into() }), "{sub:?}");
    }
}

#[test]
fn s1_5_s1_16_only_rs256_by_a_named_key() {
    let authorization = |token: &str| {
        let provider = Provider::default();
        provider.admit("POST", PURCHASE, token, "", NOW).unwrap_err().reason().clone()
    };
    let signed = |key: SigningKey, algorithm| {
        TokenSigner::new(key, algorithm).unwrap().sign(&claims()).unwrap()
    };
    for (algorithm, found) in
        [(Algorithm::Rs512, Algorithm::Rs512), (Algorithm::Ps256, Algorithm::Ps256)]
    {
        let error = authorization(&signed(bank_key(), algorithm));
        assert_eq!(error, jwt(JwtError::AlgorithmNotAllowed { found }));
    }
    let nameless = SigningKey::from_pem(include_str!("keys/rsa2048.pem")).unwrap();
    assert_eq!(authorization(&signed(nameless, Algorithm::Rs256)), jwt(JwtError::KeyIdMissing));
    let other = SigningKey::from_pem(include_str!("keys/rsa2048_other.pem")).unwrap();
    let forged = signed(other.with_id("key-2025"), Algorithm::Rs256);
    assert_eq!(authorization(&forged), jwt(JwtError::SignatureInvalid));
    assert_eq!(
        authorization(&signed(bank_key().with_id("key-2026"), Algorithm::Rs256)),
        jwt(JwtError::KeyUnknown)
    );
}

#[test]
fn s1_6_orders_travel_in_claims_unless_configured_otherwise() {
    assert_eq!(refusal(&with(json!({ "order_id": null }))), missing("order_id"));
    assert_eq!(refusal(&with(json!({ "product_code": null }))), missing("product_code"));
    let onboard = with(json!({ "scope": "onboard", "order_id": null }));
    assert_eq!(Provider::default().refusal(ONBOARD, &onboard), missing("order_id"));

    let from_body = BankSso::builder(ISSUER)
        .order_id_source(Source::BodyField("order".into()))
        .product_code_source(Source::BodyField("product".into()));
    let provider = Provider::new(from_body.build().unwrap());
    let post = |body: &str| provider.admit("POST", PURCHASE, &sign(&claims()), body, NOW);
    let refused = |body: &str| post(body).unwrap_err().reason().clone();
    assert_eq!(refused(""), BankSsoError::BodyField { field: "order_id" });
    assert_eq!(
        refused(r#"{"order":"o 1","product":"p"}"#),
        BankSsoError::BodyField { field: "order_id" }
    );
    assert_eq!(
        refused(r#"{"order":"o1","product":5}"#),
        BankSsoError::BodyField { field: "product_code" }
    );
    assert_eq!(refused("[1]"), BankSsoError::BodyMalformed);
    assert_eq!(
        refused(r#"{"order":"o1","order":"o2","product":"p"}"#),
        BankSsoError::BodyMalformed
    );
    let granted = post(r#"{"order":"o1","product":"p"}"#).unwrap();
    let order = granted.claims().order.as_ref().unwrap();
    assert_eq!((order.id.as_str(), &order.unsigned[..]), ("o1", &["order_id", "product_code"][..]));
    let record = provider.sso.audit("POST", PURCHASE, Ok(&granted), NOW).to_string();
    assert!(record.ends_with("unsigned=order_id,product_code"), "{record}");
}

#[test]
fn s1_11_to_s1_14_routes_are_a_table_and_the_rest_is_refused() {
    let provider = Provider::default();
    let refused = |method: &str, path: &str| {
        provider.admit(method, path, &sign(&claims()), "", NOW).unwrap_err().reason().clone()
    };
    for (method, path) in [
        ("GET", PURCHASE),
        ("post", PURCHASE),
        ("POST", "/api/v1/purchase-package/"),
        ("POST", "/api/v1//purchase-package"),
        ("POST", "/API/v1/purchase-package"),
        ("POST", "/api/v1/./purchase-package"),
        ("POST", "/api/v1/purchase%2Dpackage"),
        ("POST", "/api/v1/refund"),
        ("POST", ""),
    ] {
        assert_eq!(refused(method, path), BankSsoError::RouteUnknown, "{method} {path}");
    }
    assert!(provider.admit("POST", &format!("{PURCHASE}?x=1"), &sign(&claims()), "", NOW).is_ok());
    // S1-14: the example's business API takes any token of the bank for this provider.
    let invoice = with(json!({ "jti": "j2", "scope": null }));
    assert_eq!(provider.post(INVOICES, &invoice).unwrap().claims().order, None);
}

#[test]
fn s1_14_paths_may_have_segments_that_vary() {
    let route = Route::new("GET", "/api/v1/invoices/{id}/pdf", ScopeRule::any_of(["invoice:read"]));
    let provider = Provider::new(
        BankSso::builder(ISSUER).route(route.reusable_until_expiry()).build().unwrap(),
    );
    let token = sign(&with(json!({ "scope": "invoice:read" })));
    for _ in 0..2 {
        assert!(provider.admit("GET", "/api/v1/invoices/98b2ef/pdf", &token, "", NOW).is_ok());
    }
    for path in [
        "/api/v1/invoices//pdf",
        "/api/v1/invoices/../pdf",
        "/api/v1/invoices/a%2Fb/pdf",
        "/api/v1/invoices/a/b/pdf",
    ] {
        let refused = provider.admit("GET", path, &token, "", NOW).unwrap_err();
        assert_eq!(*refused.reason(), BankSsoError::RouteUnknown, "{path}");
    }
}

#[test]
fn s1_15_the_token_comes_in_one_authorization_field() {
    let sso = BankSso::builder(ISSUER).build().unwrap();
    let code = |fields: &[(&str, &[u8])]| {
        sso.request("POST", PURCHASE, Headers::new(fields), b"").unwrap_err().code()
    };
    let token = format!("Bearer {}", sign(&claims()));
    let token = token.as_bytes();
    assert_eq!(code(&[]), "header.missing");
    assert_eq!(code(&[("Cookie", token)]), "header.missing");
    assert_eq!(code(&[("Authorization", token), ("authorization", token)]), "header.repeated");
    assert_eq!(code(&[("Authorization", b"Basic dTpw")]), "header.not_bearer");
    assert_eq!(code(&[("Authorization", b"Bearer a.b.c, d.e.f")]), "header.malformed");
    let long = format!("Bearer {}", "a".repeat(8 * 1024 + 1));
    assert_eq!(code(&[("Authorization", long.as_bytes())]), "jwt.too_long");
}

#[test]
fn s1_17_s1_c1_the_audience_is_invoice_alone() {
    for aud in [json!("account"), json!("Invoice"), json!([])] {
        assert_eq!(refusal(&with(json!({ "aud": aud }))), jwt(JwtError::AudienceMismatch));
    }
    assert_eq!(
        refusal(&with(json!({ "aud": ["invoice", "account"] }))),
        jwt(JwtError::AudienceNotSole)
    );
    assert!(Provider::default().post(PURCHASE, &with(json!({ "aud": ["invoice"] }))).is_ok());
}

/// The payload of the document's section 6, with an issuer in place of its placeholder.
fn as_printed() -> Value {
    json!({
        "exp": 1_735_180_923, "iat": 1_735_180_623, "jti": "0d142c23-4731-4a5a-886e-757c378d5b62",
        "iss": ISSUER, "aud": "account", "sub": OUID, "typ": "Bearer", "azp": "atom",
        "sid": "ceaf4605-18c1-428b-bee3-9a62b555a696", "acr": "1", "allowed-origins": ["/*"],
        "realm_access": { "roles": ["read-token"] },
        "resource_access": { "account": { "roles": ["manage-account", "manage-account-links", "view-profile"] } },
        "scope": "purchase", "email_verified": false, "user_id": OUID, "name": "name",
        "preferred_username": "preferred_username", "given_name": "given_name", "family_name": "family_name",
        "email": "email@gmail.com", "client_id": "client_id", "username": "username",
        "token_type": "Bearer", "active": true,
    })
}

#[test]
fn s1_c1_the_printed_payload_is_refused_by_default_and_taken_literally_on_request() {
    assert_eq!(refusal(&as_printed()), jwt(JwtError::AudienceMismatch));
    let literal = Provider::new(BankSso::dangerous_as_printed(ISSUER).build().unwrap());
    let body = r#"{"order_id":"o1","product_code":"p1"}"#;
    let granted = literal.admit("POST", PURCHASE, &sign(&as_printed()), body, NOW).unwrap();
    let claims = granted.claims();
    assert_eq!(claims.order.as_ref().unwrap().unsigned, ["order_id", "product_code"]);
    assert_eq!(claims.profile.email.as_deref(), Some("email@gmail.com"));
    assert!(!claims.profile.email_verified);
    let shown = format!("{claims:?} {:?} {granted:?}", **claims);
    assert!(!shown.contains("email@gmail.com") && !shown.contains(OUID), "{shown}");
    let mut other = as_printed();
    other["azp"] = json!("crm");
    assert_eq!(literal.refusal(PURCHASE, &other), jwt(JwtError::PartyMismatch { claim: "azp" }));
}

#[test]
fn s1_c2_active_is_never_an_authority_and_false_is_still_no() {
    assert!(Provider::default().post(PURCHASE, &with(json!({ "active": true }))).is_ok());
    for active in [json!(false), json!("true"), json!(1), json!([])] {
        assert_eq!(refusal(&with(json!({ "active": active }))), BankSsoError::Inactive);
    }
}

#[test]
fn s1_18_s1_c4_exp_and_nbf_and_nbf_only_where_it_is_there() {
    let at = |claims: &Value, now| {
        let provider = Provider::default();
        provider.admit("POST", PURCHASE, &sign(claims), "", UnixTime::from_secs(now)).map(drop)
    };
    let reason = |claims: &Value, now| at(claims, now).unwrap_err().code();
    assert!(at(&claims(), IAT + 329).is_ok());
    assert_eq!(reason(&claims(), IAT + 330), "jwt.expired");
    let begins = with(json!({ "nbf": IAT + 100 }));
    assert_eq!(reason(&begins, IAT + 69), "jwt.not_yet_valid");
    assert!(at(&begins, IAT + 70).is_ok());
    let strict = Provider::new(BankSso::builder(ISSUER).require_nbf().build().unwrap());
    assert_eq!(strict.refusal(PURCHASE, &claims()), missing("nbf"));
    assert!(strict.post(PURCHASE, &with(json!({ "nbf": IAT }))).is_ok());
}

#[test]
fn s1_c3_a_bank_whose_clock_is_five_seconds_off_works() {
    for skew in [-30, -5, 0, 5, 30] {
        let claims = with(json!({ "iat": IAT + skew, "nbf": IAT + skew, "exp": IAT + skew + 300 }));
        let admitted = Provider::default().admit(
            "POST",
            PURCHASE,
            &sign(&claims),
            "",
            UnixTime::from_secs(IAT),
        );
        assert!(admitted.is_ok(), "{skew}: {admitted:?}");
    }
    let ahead = with(json!({ "iat": IAT + 31, "exp": IAT + 331 }));
    let refused =
        Provider::default().admit("POST", PURCHASE, &sign(&ahead), "", UnixTime::from_secs(IAT));
    assert_eq!(refused.unwrap_err().code(), "jwt.issued_in_future");
}

#[test]
fn s1_19_s1_c10_the_scope_is_the_endpoints_and_of_one_flow() {
    for scope in ["onboard", "purchases", "link", "purchase-all"] {
        assert_eq!(
            refusal(&with(json!({ "scope": scope }))),
            jwt(JwtError::ScopeMissing),
            "{scope}"
        );
    }
    assert_eq!(refusal(&with(json!({ "scope": null }))), missing("scope"));
    assert!(
        Provider::default().post(PURCHASE, &with(json!({ "scope": "openid purchase" }))).is_ok()
    );
    let all = with(json!({ "scope": "onboard purchase link" }));
    assert_eq!(refusal(&all), BankSsoError::ScopeAmbiguous);
    let lax = BankSso::builder(ISSUER).allow_several_flow_scopes().build().unwrap();
    assert!(Provider::new(lax).post(PURCHASE, &all).is_ok());
    // `scp`, where some issuers write the scope, is no way around the rule.
    let list = json!({ "scope": null, "scp": ["onboard", "purchase"] });
    let text = json!({ "scope": null, "scp": "onboard purchase" });
    let beside = json!({ "scope": "purchase", "scp": ["link", "purchase"] });
    for several in [list, text, beside] {
        assert_eq!(refusal(&with(several.clone())), BankSsoError::ScopeAmbiguous, "{several}");
    }
    let one = with(json!({ "scope": "openid purchase", "scp": ["purchase"] }));
    assert!(Provider::default().post(PURCHASE, &one).is_ok());
}

#[test]
fn s1_20_headers_that_choose_the_key_are_refused() {
    use countersign::encoding::base64url;
    for (member, code) in [
        ("\"jku\":\"https://evil\"", "jwt.header_forbidden"),
        ("\"x5u\":\"https://evil\"", "jwt.header_forbidden"),
        ("\"jwk\":{}", "jwt.header_forbidden"),
        ("\"crit\":[\"x\"]", "jwt.critical_unknown"),
        ("\"b64\":false", "jwt.unencoded_payload"),
        ("\"typ\":\"at+jwt\"", "jwt.type_mismatch"),
    ] {
        let header = format!("{{\"alg\":\"RS256\",\"kid\":\"key-2025\",{member}}}");
        let input =
            format!("{}.{}", base64url::encode(header), base64url::encode(claims().to_string()));
        let signature = bank_key().sign(Algorithm::Rs256, input.as_bytes()).unwrap();
        let token = format!("{input}.{}", base64url::encode(signature));
        let refused = Provider::default().admit("POST", PURCHASE, &token, "", NOW).unwrap_err();
        assert_eq!(refused.code(), code, "{member}");
    }
}

#[test]
fn s1_24_s1_c12_a_token_is_used_once() {
    let provider = Provider::default();
    let invoice = with(json!({ "jti": "i1" }));
    assert!(provider.post(INVOICES, &invoice).is_ok());
    assert_eq!(provider.refusal(INVOICES, &invoice), BankSsoError::TokenReplayed);
    // The same jti again is a replay whatever else it says, on whatever route.
    assert_eq!(
        provider.refusal(PURCHASE, &with(json!({ "jti": "i1" }))),
        BankSsoError::OrderTokenReplayed
    );
    assert!(provider.post(INVOICES, &with(json!({ "jti": "i2" }))).is_ok());
    assert_eq!(refusal(&with(json!({ "jti": null }))), missing("jti"));
}

#[test]
fn s1_24_refused_requests_burn_nothing() {
    let provider = Provider::default();
    for changes in [
        json!({ "scope": "link" }),
        json!({ "aud": "x" }),
        json!({ "order_id": null }),
        json!({ "exp": IAT }),
    ] {
        assert!(provider.post(PURCHASE, &with(changes)).is_err());
    }
    assert!(provider.store.is_empty());
    assert!(provider.post(PURCHASE, &claims()).is_ok());
    assert_eq!(provider.store.len(), 2); // the token's entry, and the order's
}

#[test]
fn s1_25_to_s1_27_keys_come_through_the_cache() {
    let document = format!("{{\"keys\":[{}]}}", bank_key().public_jwk().unwrap());
    let mut cache = JwksCache::builder().build().unwrap();
    let sso = BankSso::builder(ISSUER).build().unwrap();
    let authorization = format!("Bearer {}", sign(&claims()));
    let fields = [("authorization", authorization.as_bytes())];
    let request = || sso.request("POST", PURCHASE, Headers::new(&fields), b"").unwrap();
    let Lookup::Fetch(ticket) = cache.lookup(request().key_id(), NOW) else { panic!("no ticket") };
    let response =
        Response { status: 200, body: document.as_bytes(), cache_control: None, age: None };
    assert_eq!(cache.handle_response(ticket, response, NOW).alarms().count(), 0);
    let Lookup::Found { keys, refresh: None } = cache.lookup(request().key_id(), NOW) else {
        panic!("no keys")
    };
    assert!(request().verify(&keys, NOW).is_ok());
    // A new kid within the cool-down is refused as a wrong signature is, without a fetch.
    let Lookup::Refused(refusal) = cache.lookup("key-2026", NOW) else { panic!("not refused") };
    let refused = request().refuse(refusal);
    assert_eq!(
        (sso.answer(&refused).status, sso.answer(&refused).code),
        (401, "JWT_SIGNATURE_FAIL")
    );
    assert_eq!(refused.trace().key_id.as_ref().unwrap().as_str(), "key-2025");
    // After 24 hours without an answer the keys are not trusted, and that is nobody's signature failing.
    let later = NOW.saturating_add(Duration::from_secs(24 * 60 * 60));
    let refusal = loop {
        match cache.lookup("key-2025", later) {
            Lookup::Refused(refusal) => break refusal,
            Lookup::Fetch(ticket) => drop(cache.handle_failure(ticket, later)),
            other => panic!("trusted for too long: {other:?}"),
        }
    };
    let Refusal::Unavailable { retry_at } = refusal else { panic!("{refusal}") };
    let unavailable = request().refuse(refusal);
    assert_eq!(sso.answer(&unavailable).code, "PARTNER_INTERNAL_ERROR");
    // When to come again is said of keys that cannot be had, and never of a key that is not there.
    assert_eq!((unavailable.retry_at(), refused.retry_at()), (Some(retry_at), None));
}

#[test]
fn s1_29_s1_c3_a_lifetime_of_exactly_five_minutes_is_the_limit() {
    assert!(Provider::default().post(PURCHASE, &claims()).is_ok());
    let error = refusal(&with(json!({ "exp": IAT + 301 })));
    let (limit, found) = (Duration::from_secs(300), Duration::from_secs(301));
    assert_eq!(error, jwt(JwtError::LifetimeTooLong { limit, found }));
    assert_eq!(refusal(&with(json!({ "iat": null, "nbf": IAT }))), missing("iat"));
}

#[test]
fn s1_31_one_record_a_decision_with_ids_and_nothing_personal() {
    let provider = Provider::default();
    let claims = with(json!({ "name": "Nguyen Van A", "email": "a@example.vn" }));
    let token = sign(&claims);
    let granted = provider.admit("POST", PURCHASE, &token, "", NOW);
    let record = provider.sso.audit("POST", PURCHASE, granted.as_ref(), NOW);
    let line = record.to_string();
    assert!(line.contains("decision=accepted kid=key-2025 jti=j1 order_id=ord-1 key="), "{line}");
    let replayed = provider.admit("POST", PURCHASE, &token, "", NOW);
    let record = provider.sso.audit("POST", PURCHASE, replayed.as_ref(), NOW);
    let json = serde_json::to_value(&record).unwrap();
    assert_eq!(json["code"], "bank_sso.order_token_replayed");
    assert_eq!((json["jti"].as_str(), json["order_id"].as_str()), (Some("j1"), Some("ord-1")));
    for secret in ["Nguyen", "a@example.vn", OUID, &token[token.len() - 30..]] {
        assert!(!line.contains(secret) && !json.to_string().contains(secret), "{secret}");
    }
    // A genuine token leaves its ids, whatever is wrong with it.
    for changes in [json!({ "exp": IAT + 1, "jti": "j9" }), json!({ "aud": "x", "jti": "j9" })] {
        let refused = provider.post(PURCHASE, &with(changes)).unwrap_err();
        let ids = (&refused.trace().jti, &refused.trace().order_id);
        assert_eq!(
            (ids.0.as_ref().unwrap().as_str(), ids.1.as_ref().unwrap().as_str()),
            ("j9", "ord-1")
        );
    }
    let linked = provider.post(LINK, &with(json!({ "scope": "link" }))).unwrap_err();
    assert_eq!(linked.trace().order_id, None);
    // What a forger writes is no trace.
    let forged =
        provider.admit("POST", PURCHASE, &format!("{}AAAA", &token[..token.len() - 4]), "", NOW);
    let record = provider.sso.audit("POST", PURCHASE, forged.as_ref(), NOW).to_string();
    assert!(!record.contains("jti="), "{record}");
    let unknown = provider.sso.audit("POST\r\n", "/x y", forged.as_ref(), NOW).to_string();
    assert!(unknown.contains("action=unknown "), "{unknown}");
}

#[test]
fn s1_31_what_is_printed_of_a_request_holds_neither_token_nor_body() {
    let sso = BankSso::builder(ISSUER).build().unwrap();
    let token = sign(&claims());
    let authorization = format!("Bearer {token}");
    let fields = [("authorization", authorization.as_bytes())];
    let headers = Headers::new(&fields);
    let body = br#"{"phone":"+84901"}"#;
    let printed =
        [format!("{headers:?}"), format!("{:?}", sso.request("POST", PURCHASE, headers, body))];
    for printed in printed {
        assert!(!printed.contains(&token), "{printed}");
        // Bytes are printed as numbers.
        assert!(!printed.contains("66, 101, 97, 114") && !printed.contains("123, 34"), "{printed}");
    }
}

#[test]
fn s1_32_to_s1_36_s1_c7_the_documents_table_of_answers() {
    let provider = Provider::default();
    let invalid = (400, "INVALID_JWT");
    for changes in [
        json!({ "exp": "soon" }),
        json!({ "iss": "https://other" }),
        json!({ "aud": "account" }),
        json!({ "exp": IAT + 400 }),
        json!({ "nbf": IAT + 200 }),
        json!({ "scope": "link" }),
        json!({ "active": false }),
        json!({ "order_id": null }),
    ] {
        assert_eq!(provider.answer(PURCHASE, &with(changes.clone())), invalid, "{changes}");
    }
    assert_eq!(
        provider.answer(PURCHASE, &with(json!({ "iat": IAT - 300, "exp": IAT }))),
        (403, "TOKEN_EXPIRED")
    );
    assert!(provider.post(PURCHASE, &claims()).is_ok());
    assert_eq!(provider.answer(PURCHASE, &claims()), (409, "DUPLICATE_ORDER"));
    assert_eq!(provider.answer(PURCHASE, &with(json!({ "jti": "j2" }))), (409, "DUPLICATE_ORDER"));
    assert!(provider.post(INVOICES, &with(json!({ "jti": "j3" }))).is_ok());
    assert_eq!(provider.answer(INVOICES, &with(json!({ "jti": "j3" }))), invalid);

    let extended = Provider::new(BankSso::builder(ISSUER).with_extension_codes().build().unwrap());
    assert_eq!(
        extended.answer(PURCHASE, &with(json!({ "scope": "link" }))),
        (403, "INSUFFICIENT_SCOPE")
    );
    assert!(extended.post(INVOICES, &claims()).is_ok());
    assert_eq!(extended.answer(INVOICES, &claims()), (401, "TOKEN_REPLAYED"));
}

#[test]
fn s1_35_an_order_is_carried_out_once_and_answers_with_its_first_result() {
    let provider = Provider::default();
    let granted = provider.post(PURCHASE, &claims()).unwrap();
    let again = |jti: &str, changes: Value| {
        let mut claims = with(changes);
        claims["jti"] = json!(jti);
        provider.post(PURCHASE, &claims).unwrap_err()
    };
    let in_flight = again("j2", json!({}));
    let BankSsoError::Order(OrderError::InFlight { until }) = *in_flight.reason() else {
        panic!("{in_flight}")
    };
    assert_eq!((in_flight.retry_at(), in_flight.first_result()), (Some(until), None));
    let settlement = granted.reservation().unwrap().complete("invoice-98b2ef").unwrap();
    settlement.finish(provider.store.apply(settlement.step(), NOW)).unwrap();
    let duplicate = again("j3", json!({}));
    assert_eq!(duplicate.code(), "guard.order_duplicate");
    assert_eq!((duplicate.retry_at(), duplicate.first_result()), (None, Some("invoice-98b2ef")));
    // The same id for something else is an alarm, not a retry.
    for (jti, other) in
        [("j4", json!({ "product_code": "INV-9999" })), ("j5", json!({ "sub": "another" }))]
    {
        let mismatch = BankSsoError::Order(OrderError::ContentMismatch);
        assert_eq!(*again(jti, other).reason(), mismatch);
    }
    // Another bank's order of the same id is another order.
    let elsewhere = Provider {
        sso: BankSso::builder("https://bank-b.example.vn").build().unwrap(),
        ..Provider::default()
    };
    let theirs = with(json!({ "iss": "https://bank-b.example.vn", "jti": "j6" }));
    assert!(elsewhere.post(PURCHASE, &theirs).is_ok());
}

#[test]
fn s1_35_an_order_whose_attempt_died_is_settled_by_whoever_finds_out() {
    let provider = Provider::default();
    // Granted, and then nobody ever said how it went.
    drop(provider.post(PURCHASE, &claims()).unwrap());
    let later = UnixTime::from_secs(IAT + 200);
    let fresh = |jti: &str| sign(&with(json!({ "jti": jti, "iat": IAT + 150, "exp": IAT + 450 })));
    let again = |jti: &str| {
        let refused = provider.admit("POST", PURCHASE, &fresh(jti), "", later).unwrap_err();
        let BankSsoError::Order(error) = refused.reason() else { panic!("{refused}") };
        error.clone()
    };
    let OrderError::Unknown { record } = again("j2") else { panic!("the outcome is known") };
    let done = Outcome::Done { reference: "invoice-98b2ef" };
    // Of another order it is the record of nothing, and the store refuses.
    let other = provider.sso.reconcile("ord-2", &record, done, later).unwrap();
    let answer = provider.store.apply(other.step(), later);
    assert_eq!(other.finish(answer), Err(OrderError::Superseded));
    let settlement = provider.sso.reconcile("ord-1", &record, done, later).unwrap();
    settlement.finish(provider.store.apply(settlement.step(), later)).unwrap();
    assert_eq!(again("j3"), OrderError::Duplicate { reference: "invoice-98b2ef".into() });
}

#[test]
fn s1_36_a_store_that_does_not_answer_refuses() {
    let sso = BankSso::builder(ISSUER).build().unwrap();
    let authorization = format!("Bearer {}", sign(&claims()));
    let fields = [("authorization", authorization.as_bytes())];
    let admit = |fail_at: usize| {
        let request = sso.request("POST", PURCHASE, Headers::new(&fields), b"")?;
        let (store, asked) = (MemoryStore::new(10, NOW), std::cell::Cell::new(0));
        settle(
            request.verify(&keys(), NOW)?,
            |step| {
                asked.set(asked.get() + 1);
                if asked.get() == fail_at {
                    StoreAnswer::Unavailable
                } else {
                    store.apply(step, NOW)
                }
            },
            NOW,
        )
    };
    assert!(admit(0).is_ok());
    assert_eq!(*admit(1).unwrap_err().reason(), BankSsoError::StoreUnavailable);
    assert_eq!(*admit(2).unwrap_err().reason(), BankSsoError::Order(OrderError::StoreUnavailable));
    for fail_at in [1, 2] {
        let answer = sso.answer(&admit(fail_at).unwrap_err());
        assert_eq!((answer.status, answer.code), (500, "PARTNER_INTERNAL_ERROR"));
    }
}

#[test]
fn s1_c8_an_expired_forgery_is_a_forgery() {
    let provider = Provider::default();
    let other =
        SigningKey::from_pem(include_str!("keys/rsa2048_other.pem")).unwrap().with_id("key-2025");
    let claims = with(json!({ "exp": IAT, "iat": IAT - 300, "aud": "other", "scope": "x" }));
    let forged = TokenSigner::new(other, Algorithm::Rs256).unwrap().sign(&claims).unwrap();
    let refused = provider.admit("POST", PURCHASE, &forged, "", NOW).unwrap_err();
    assert_eq!(provider.sso.answer(&refused).code, "JWT_SIGNATURE_FAIL");
}

/// A64: nobody who cannot sign learns which key ids exist, what is expected, or how far a forgery came.
#[test]
fn s1_c8_whoever_cannot_sign_gets_one_answer_for_the_form_and_one_for_the_rest() {
    let provider = Provider::default();
    let other = || SigningKey::from_pem(include_str!("keys/rsa2048_other.pem")).unwrap();
    let forged = |claims: &Value, kid: &str, algorithm| {
        TokenSigner::new(other().with_id(kid), algorithm).unwrap().sign(claims).unwrap()
    };
    let good = sign(&claims());
    let (signed, _) = good.rsplit_once('.').unwrap();
    let unsigned = format!(
        "eyJhbGciOiJub25lIiwia2lkIjoia2V5LTIwMjUifQ.{}.",
        signed.split_once('.').unwrap().1
    );
    for (token, code) in [
        (forged(&claims(), "key-2025", Algorithm::Rs256), "jwt.signature_invalid"),
        (forged(&claims(), "key-2024", Algorithm::Rs256), "jwt.key_unknown"),
        (forged(&claims(), "key-2025", Algorithm::Ps256), "jwt.algorithm_not_allowed"),
        (forged(&with(json!({ "exp": 1 })), "key-2025", Algorithm::Rs256), "jwt.signature_invalid"),
        (forged(&with(json!({ "aud": 5 })), "key-2025", Algorithm::Rs256), "jwt.signature_invalid"),
        (format!("{signed}."), "jwt.signature_invalid"),
        (unsigned, "jwt.algorithm_none"),
    ] {
        let refused = provider.admit("POST", PURCHASE, &token, "not even JSON", NOW).unwrap_err();
        assert_eq!(refused.code(), code);
        let answer = provider.sso.answer(&refused);
        assert_eq!((answer.status, answer.code), (401, "JWT_SIGNATURE_FAIL"), "{code}");
    }
    for (token, code) in [
        ("x".to_owned(), "jwt.not_compact"),
        (forged(&claims(), "a b", Algorithm::Rs256), "jwt.key_id_malformed"),
        (format!("{good}="), "jwt.encoding"),
        ("e30.e30.AAAA".to_owned(), "jwt.algorithm_missing"),
    ] {
        let refused = provider.admit("POST", PURCHASE, &token, "", NOW).unwrap_err();
        assert_eq!(refused.code(), code);
        let answer = provider.sso.answer(&refused);
        assert_eq!((answer.status, answer.code), (400, "INVALID_JWT"), "{code}");
    }
}

#[test]
fn s1_31_j38_ids_that_attack_a_log_are_refused_and_logged_escaped() {
    let provider = Provider::default();
    for attack in ["a\r\nlevel=ok", "a\u{0}", "a\u{1b}[2J", "a\u{202e}b", "a b", "a\u{a0}", "é"] {
        for claim in ["sub", "jti", "order_id", "product_code"] {
            let mut claims = claims();
            claims[claim] = json!(attack);
            let refused = provider.post(PURCHASE, &claims).unwrap_err();
            let expected = jwt(JwtError::ClaimRange { claim: claim.into() });
            assert_eq!(*refused.reason(), expected, "{claim} {attack:?}");
            let record = provider.sso.audit("POST", PURCHASE, Err(&refused), NOW).to_string();
            assert!(record.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{record}");
            assert!(!record.contains(attack), "{record}");
        }
    }
    // What is visible is an id, and still nothing that a logger looks up.
    let visible = with(json!({ "order_id": "${jndi:ldap://x}", "jti": "%0d%0a" }));
    let granted = provider.post(PURCHASE, &visible);
    let record = provider.sso.audit("POST", PURCHASE, granted.as_ref(), NOW).to_string();
    assert!(record.contains(r"jti=%0d%0a order_id=\u{24}{jndi:ldap://x}"), "{record}");
}

#[test]
fn s1_c9_the_issuer_has_no_default_and_settings_report_all_their_problems() {
    use BankSsoProblem as P;
    let problems = |builder: countersign::partner::bank_sso::BankSsoBuilder| {
        builder.build().unwrap_err().problems().to_vec()
    };
    assert_eq!(problems(BankSso::builder(" ")), [P::Policy(PolicyProblem::IssuerEmpty)]);
    assert_eq!(problems(BankSso::builder(ISSUER).only_routes([])), [P::NoRoute]);
    let route = |method, path| Route::new(method, path, ScopeRule::AnyAuthenticated);
    assert_eq!(problems(BankSso::builder(ISSUER).route(route("POST", INVOICES))), [P::RouteTwice]);
    // Where two templates match one path, this table takes the first and most routers the one without a variable.
    for (one, other) in [("/i/{id}", "/i/admin"), ("/{a}/x", "/y/{b}"), ("/i/{a}/x", "/i/{b}/x")] {
        let both = [route("GET", one), route("GET", other)];
        assert_eq!(problems(BankSso::builder(ISSUER).only_routes(both)), [P::RouteTwice], "{one}");
    }
    let apart = [route("GET", "/i/{id}"), route("GET", "/i/{id}/pdf"), route("POST", "/i/{id}")];
    assert!(BankSso::builder(ISSUER).only_routes(apart).build().is_ok());
    for malformed in [
        route("post", "/x"),
        route("POST", "x"),
        route("POST", "/x//y"),
        route("POST", "/x?y"),
        route("GET", "/"),
    ] {
        assert_eq!(problems(BankSso::builder(ISSUER).route(malformed)), [P::RouteMalformed]);
    }
    let writes = route("POST", "/x").reusable_until_expiry();
    assert_eq!(problems(BankSso::builder(ISSUER).route(writes)), [P::ReusableButWrites]);
    // A flow changes something whatever its method, and only a token of single use reserves its order.
    let buys = Route::of_flow("GET", "/x", Flow::BuyMorePackages).reusable_until_expiry();
    assert_eq!(problems(BankSso::builder(ISSUER).route(buys)), [P::ReusableButWrites]);
    let anyone = BankSso::builder(ISSUER).dangerous_also_accept_audience("account", []);
    assert_eq!(problems(anyone), [P::AudienceWithoutParty]);
    assert_eq!(problems(BankSso::builder(ISSUER).ouid_claim("")), [P::ClaimEmpty]);
}

#[test]
fn the_first_step_uses_the_token_up_and_the_second_reserves_the_order() {
    let sso = BankSso::builder(ISSUER).build().unwrap();
    let authorization = format!("Bearer {}", sign(&claims()));
    let fields = [("authorization", authorization.as_bytes())];
    let request = sso.request("POST", PURCHASE, Headers::new(&fields), b"").unwrap();
    let Ok(Admission::Owes(owes)) = request.verify(&keys(), NOW) else { panic!("nothing owed") };
    assert_eq!(*owes.step().expect(), Expect::Absent);
    let kept = UnixTime::from_secs(IAT + 300 + 30 + 60);
    assert_eq!(owes.step().until(), kept);
    let Ok(Admission::Owes(owes)) = owes.finish(StoreAnswer::Applied, NOW) else {
        panic!("no order")
    };
    assert!(owes.step().until() > kept);
    assert!(matches!(owes.finish(StoreAnswer::Applied, NOW), Ok(Admission::Granted(_))));
}

#[test]
fn a_set_of_keys_verifies_as_a_list_does() {
    let document = format!("{{\"keys\":[{}]}}", bank_key().public_jwk().unwrap());
    let set = JwkSet::parse(document.as_bytes()).unwrap();
    let keys = set.keys_for("key-2025").unwrap();
    let sso = BankSso::builder(ISSUER).build().unwrap();
    let authorization = format!("Bearer {}", sign(&claims()));
    let fields = [("authorization", authorization.as_bytes())];
    assert!(
        sso.request("POST", PURCHASE, Headers::new(&fields), b"")
            .unwrap()
            .verify(&keys, NOW)
            .is_ok()
    );
}
