//! Document `000`: both models, leg by leg, and every way a message is refused (S0-…).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::time::Duration;

use countersign::Error;
use countersign::class::Class;
use countersign::guard::{MemoryStore, SingleUse, Use};
use countersign::headers::Headers;
use countersign::httpsig::{
    Carrier, Dialect, HttpSigError, MessageSigner, Origin, PolicyProblem, Request, Response,
    Scheme, Signatures, SigningOptions,
};
use countersign::json::JsonErrorKind;
use countersign::jwks::{ConfigProblem, Refusal};
use countersign::key::{Algorithm, KeyError, SigningKey};
use countersign::partner::vnpt_bioid::{
    App, BackendToBackend, BioId, BioIdError, BioIdProblem, Credentials, CustomerBackend, Duty,
    FrontendToBackend, Keys, LegKind, MessageFrom, Model, Party, Profile, Relayed, Role, VnptBioId,
    VnptBioIdBuilder,
};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use countersign::verified::{Pending, PendingError, Verified};

/// 2021-04-20T02:07:53Z, which is what `DATE` says.
const NOW: UnixTime = UnixTime::from_secs(1_618_884_473);
const DATE: &str = "Tue, 20 Apr 2021 02:07:53 GMT";
const PHOTOGRAPHS: &[u8] = b"a portrait and both sides of a card";
const RESULT: &[u8] = br#"{"passed":true,"score":98}"#;
const PROFILES: [Profile; 2] = [Profile::CAVAGE_07, Profile::RFC_9421];

#[derive(Debug, Eq, PartialEq, serde::Deserialize)]
struct KycResult {
    passed: bool,
    score: u32,
}

const PASSED: KycResult = KycResult { passed: true, score: 98 };

/// The key of each role; the app's is the first of its devices.
fn key(role: Role) -> SigningKey {
    let (pem, id) = match role {
        Role::App => (include_str!("keys/ed25519.pem"), "app-1"),
        Role::CustomerBackend => (include_str!("keys/p256.pem"), "backend-1"),
        Role::BioId => (include_str!("keys/rsa2048.pem"), "bioid-1"),
    };
    let key = SigningKey::from_pem(pem).unwrap().with_id(id);
    match role {
        Role::BioId => key.with_algorithm(Algorithm::Rs256).unwrap(),
        _ => key,
    }
}

fn credentials() -> Credentials {
    Credentials::new("consumer-1", Secret::new("a ConsumerSecret of 32 bytes, made up").unwrap())
}

/// A party that knows the keys of all others.
fn builder<M: Model>(role: Role, profile: Profile) -> VnptBioIdBuilder<M> {
    let others = Role::ALL.into_iter().filter(|other| *other != role);
    others.fold(VnptBioId::builder(role, profile), |party, other| {
        party.key(other, key(other).verifying_key())
    })
}

fn party<M: Model>(role: Role, profile: Profile) -> VnptBioId<M> {
    builder(role, profile).build().unwrap()
}

/// A message, owned, so that tests can change it.
#[derive(Clone, Debug)]
struct Sent {
    target: &'static str,
    status: u16,
    fields: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Sent {
    /// What both kinds of message have under either profile.
    fn new(profile: Profile, body: &[u8]) -> Self {
        let digest = profile.digest_field();
        let fields = [
            ("Host", "backend.example.vn"),
            ("Date", DATE),
            (digest.name(), &*digest.value(body)),
            ("X-Request-Id", "7f3c"),
        ]
        .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
        Self { target: "/ekyc?side=front", status: 200, fields: fields.into(), body: body.to_vec() }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(found, _)| !found.eq_ignore_ascii_case(name));
        self.fields.push((name.to_owned(), value.as_bytes().to_vec()));
        self
    }

    fn lines(&self) -> Vec<(&str, &[u8])> {
        self.fields.iter().map(|(name, value)| (&**name, &**value)).collect()
    }

    fn request<'m>(&self, lines: &'m [(&'m str, &'m [u8])]) -> Request<'m> {
        Request::new("POST", self.target, Headers::new(lines))
    }

    fn response<'m>(&self, lines: &'m [(&'m str, &'m [u8])]) -> Response<'m> {
        Response::new(self.status, Headers::new(lines))
    }

    /// The same request, signed.
    fn signed(mut self, signer: &MessageSigner) -> Self {
        let signature = signer.sign(self.request(&self.lines()), NOW).unwrap();
        let lines = signature.iter().map(|(name, value)| (name.to_owned(), value.into()));
        self.fields.extend(lines.collect::<Vec<_>>());
        self
    }

    /// The same response to this request, signed.
    fn answering(mut self, request: &Self, signer: &MessageSigner, label: &str) -> Self {
        let (lines, asked) = (self.lines(), request.lines());
        let response = self.response(&lines).answering(&request.request(&asked));
        let options = SigningOptions::default().with_label(label);
        let signature = signer.sign_with(response, &options, NOW).unwrap();
        let lines = signature.iter().map(|(name, value)| (name.to_owned(), value.into()));
        self.fields.extend(lines.collect::<Vec<_>>());
        self
    }
}

/// Uses up what is accepted once, in a store of its own.
fn once<T>(pending: Pending<T>) -> Verified<T> {
    let store = MemoryStore::new(8, NOW);
    let answer = store.apply(pending.step(), NOW);
    pending.finish(answer, NOW).unwrap()
}

/// The verdict of `party` on a request of `S`, by the keys that it knows.
fn verdict_on_request<'b, M: Model, S: Party>(
    party: &VnptBioId<M>,
    sent: &'b Sent,
) -> Result<Pending<MessageFrom<'b, S>>, BioIdError> {
    verdict_by(party, sent, |key_id| party.keys(key_id, NOW))
}

fn verdict_by<'b, M: Model, S: Party>(
    party: &VnptBioId<M>,
    sent: &'b Sent,
    keys: impl Fn(Option<&str>) -> Result<Keys<S>, BioIdError>,
) -> Result<Pending<MessageFrom<'b, S>>, BioIdError> {
    let lines = sent.lines();
    let signatures = Signatures::parse(sent.request(&lines))?;
    let request = party.request_from::<S>(&signatures)?;
    let keys = keys(request.key_id())?;
    request.verify_head(&keys, NOW)?.with_body(&sent.body)
}

fn verdict_on_answer<'b, M: Model, S: Party>(
    party: &VnptBioId<M>,
    sent: &'b Sent,
    request: &Sent,
    request_id: &str,
) -> Result<Verified<MessageFrom<'b, S>>, BioIdError> {
    let (lines, asked) = (sent.lines(), request.lines());
    let response = sent.response(&lines).answering(&request.request(&asked));
    let signatures = Signatures::parse(response)?;
    let answer = party.answer_from::<S>(&signatures, request_id)?;
    let keys = party.keys(answer.key_id(), NOW)?;
    answer.verify_head(&keys, NOW)?.with_body(&sent.body)
}

fn refusal<T>(verdict: Result<T, BioIdError>) -> BioIdError {
    verdict.err().expect("refused")
}

fn code<T>(verdict: Result<T, BioIdError>) -> &'static str {
    refusal(verdict).code()
}

const MISMATCH: BioIdError = BioIdError::HttpSig(HttpSigError::DigestMismatch);
const INVALID: BioIdError = BioIdError::HttpSig(HttpSigError::SignatureInvalid);

/// Sends a request of `S` to `R` and its answer, and changes each of them.
fn exchange<M: Model, S: Party, R: Party>(profile: Profile, consumer: bool) {
    let side = |role: Role| {
        let builder = builder::<M>(role, profile);
        if consumer { builder.consumer(credentials()) } else { builder }.build().unwrap()
    };
    let (sender, receiver) = (side(S::ROLE), side(R::ROLE));
    let key = |role: Role| match consumer {
        true => credentials().signing_key(&profile, role).unwrap(),
        false => key(role),
    };
    let request = Sent::new(profile, PHOTOGRAPHS);
    let request = request.signed(&sender.request_signer::<R>(key(S::ROLE)).unwrap());
    let verified = once(verdict_on_request::<M, S>(&receiver, &request).unwrap());
    assert_eq!((verified.sender(), verified.body()), (S::ROLE, Some(PHOTOGRAPHS)));
    assert_eq!(verified.evidence().key_id, key(S::ROLE).id().cloned());

    let verdict = |sent: Sent| refusal(verdict_on_request::<M, S>(&receiver, &sent));
    assert_eq!(verdict(Sent { body: b"others".into(), ..request.clone() }), MISMATCH);
    assert_eq!(verdict(Sent { target: "/ekyc?side=back", ..request.clone() }), INVALID);
    assert_eq!(verdict(request.clone().with("x-request-id", "0000")), INVALID);
    assert_eq!(verdict(request.clone().with("host", "other.example.vn")), INVALID);

    let answer = Sent::new(profile, RESULT);
    let signer = receiver.answer_signer::<S>(key(R::ROLE)).unwrap();
    let answer = answer.answering(&request, &signer, "sig1");
    let verified = verdict_on_answer::<M, R>(&sender, &answer, &request, "7f3c").unwrap();
    assert_eq!((verified.sender(), verified.body()), (R::ROLE, Some(RESULT)));

    let verdict = |sent: Sent| refusal(verdict_on_answer::<M, R>(&sender, &sent, &request, "7f3c"));
    assert_eq!(verdict(Sent { body: br#"{"passed":false}"#.into(), ..answer.clone() }), MISMATCH);
    assert_eq!(verdict(answer.with("x-request-id", "0000")), INVALID);
}

#[test]
fn s0_2_s0_3_s0_6_every_leg_of_both_models_is_signed_in_either_scheme() {
    for profile in PROFILES {
        exchange::<BackendToBackend, App, CustomerBackend>(profile, false);
        exchange::<BackendToBackend, CustomerBackend, BioId>(profile, false);
        exchange::<FrontendToBackend, App, CustomerBackend>(profile, false);
        exchange::<FrontendToBackend, App, BioId>(profile, false);
        exchange::<FrontendToBackend, CustomerBackend, BioId>(profile, false);
    }
}

#[test]
fn s0_5_backend_and_service_may_sign_with_the_consumer_secret() {
    for profile in PROFILES {
        exchange::<BackendToBackend, CustomerBackend, BioId>(profile, true);
        exchange::<FrontendToBackend, CustomerBackend, BioId>(profile, true);
    }
}

#[test]
fn s0_2_s0_7_the_legs_of_each_model_are_a_table() {
    fn steps(model: &[countersign::partner::vnpt_bioid::Leg]) -> Vec<(Option<u8>, Role, Role)> {
        model.iter().map(|leg| (leg.step(), leg.from(), leg.to())).collect()
    }
    use Role::{App, BioId, CustomerBackend};
    let backend_to_backend = [
        (Some(2), App, CustomerBackend),
        (Some(3), CustomerBackend, BioId),
        (Some(4), BioId, CustomerBackend),
        (Some(5), CustomerBackend, App),
    ];
    assert_eq!(steps(BackendToBackend::LEGS), backend_to_backend);
    let frontend_to_backend = [
        (Some(2), App, BioId),
        (Some(3), BioId, App),
        (Some(4), App, CustomerBackend),
        (None, CustomerBackend, BioId),
        (None, BioId, CustomerBackend),
        (Some(5), CustomerBackend, App),
    ];
    assert_eq!(steps(FrontendToBackend::LEGS), frontend_to_backend);
    let requests = |legs: &[countersign::partner::vnpt_bioid::Leg]| {
        legs.iter().filter(|leg| leg.kind() == LegKind::Request).count()
    };
    assert_eq!((requests(BackendToBackend::LEGS), requests(FrontendToBackend::LEGS)), (2, 3));
}

#[test]
fn s0_2_a_leg_that_the_model_does_not_have_can_be_neither_signed_nor_verified() {
    let [app, service] =
        [Role::App, Role::BioId].map(|role| party::<BackendToBackend>(role, Profile::CAVAGE_07));
    let none = BioIdError::NoSuchLeg { from: Role::App, to: Role::BioId };
    assert_eq!(app.request_signer::<BioId>(key(Role::App)).err(), Some(none.clone()));
    assert_eq!(service.request_policy::<App>().err(), Some(none));
    // The same in model 2 is a leg; its reverse is an answer, and no request.
    let app = party::<FrontendToBackend>(Role::App, Profile::CAVAGE_07);
    assert!(app.request_signer::<BioId>(key(Role::App)).is_ok());
    let none = BioIdError::NoSuchLeg { from: Role::BioId, to: Role::App };
    assert_eq!(app.request_policy::<BioId>().err(), Some(none));
    assert!(app.answer_policy::<BioId>().is_ok());
    let none = BioIdError::NoSuchLeg { from: Role::App, to: Role::CustomerBackend };
    assert_eq!(app.result_signer(key(Role::App)).err(), Some(none));
}

#[test]
fn s0_c1_the_leg_to_the_service_is_signed_unless_mutual_tls_is_declared() {
    let builder = || VnptBioId::<BackendToBackend>::builder(Role::CustomerBackend, PROFILES[0]);
    let signed = builder().build().unwrap();
    let over_tls = builder().mutual_tls_to_service().build().unwrap();
    for leg in BackendToBackend::LEGS {
        assert!(signed.must_sign(leg), "{leg:?}");
        assert_eq!(over_tls.must_sign(leg), leg.duty() == Duty::Demanded, "{leg:?}");
    }
    let [to_service, app_to_service] = [&BackendToBackend::LEGS[1], &FrontendToBackend::LEGS[0]];
    assert_eq!((signed.must_sign(to_service), over_tls.must_sign(to_service)), (true, false));
    // A leg of the other model is none that mutual TLS was declared for.
    assert!(over_tls.must_sign(app_to_service));
    let relaying = VnptBioId::<FrontendToBackend>::builder(Role::CustomerBackend, PROFILES[0]);
    assert!(relaying.build().unwrap().must_sign(to_service));
}

#[test]
fn s0_5_an_app_has_no_secret() {
    let profile = Profile::CAVAGE_07;
    let secret = credentials().signing_key(&profile, Role::CustomerBackend).unwrap();
    assert_eq!(credentials().signing_key(&profile, Role::App).err(), Some(BioIdError::SecretInApp));
    let app = party::<FrontendToBackend>(Role::App, profile);
    let signer = app.request_signer::<BioId>(secret.clone());
    assert_eq!(signer.err(), Some(BioIdError::SecretInApp));
    let backend = party::<FrontendToBackend>(Role::CustomerBackend, profile);
    let enrolled = backend.enrolled([secret.verifying_key()]);
    assert_eq!(enrolled.err(), Some(BioIdError::SecretInApp));
    let refused = builder::<FrontendToBackend>(Role::App, profile).consumer(credentials()).build();
    assert_eq!(refused.unwrap_err().problems(), [BioIdProblem::SecretInApp]);
    let refused = builder::<FrontendToBackend>(Role::BioId, profile)
        .key(Role::App, secret.verifying_key())
        .build();
    assert_eq!(refused.unwrap_err().problems(), [BioIdProblem::SecretAsKey]);

    // An app that took the secret all the same signs as nobody.
    let service = builder::<FrontendToBackend>(Role::BioId, profile);
    let service = service.consumer(credentials()).build().unwrap();
    let backend = builder::<FrontendToBackend>(Role::CustomerBackend, profile);
    let backend = backend.consumer(credentials()).build().unwrap();
    let signer = backend.request_signer::<BioId>(secret).unwrap();
    let stolen = Sent::new(profile, PHOTOGRAPHS).signed(&signer);
    let verdict = verdict_on_request::<_, App>(&service, &stolen);
    assert_eq!(refusal(verdict), BioIdError::WrongRole { expected: Role::App });
    assert!(verdict_on_request::<_, CustomerBackend>(&service, &stolen).is_ok());
    // Its own key is good where backend and service have a secret, too.
    let signer = app.request_signer::<BioId>(key(Role::App)).unwrap();
    let own = Sent::new(profile, PHOTOGRAPHS).signed(&signer);
    assert!(verdict_on_request::<_, App>(&service, &own).is_ok());
}

#[test]
fn s0_5_a_consumer_secret_is_as_long_as_its_hash_and_never_shown() {
    let short = Credentials::new("consumer-1", Secret::new("0123456789abcdef").unwrap());
    let key = short.signing_key(&Profile::CAVAGE_07, Role::CustomerBackend);
    assert_eq!(key.err().map(|error| error.code()), Some("key.hmac_too_short"));
    let refused = builder::<BackendToBackend>(Role::BioId, Profile::CAVAGE_07)
        .consumer(short.clone())
        .build();
    assert!(matches!(
        refused.unwrap_err().problems(),
        [BioIdProblem::Credentials(KeyError::HmacTooShort { .. })]
    ));
    assert!(short.dangerous_short().signing_key(&Profile::CAVAGE_07, Role::BioId).is_ok());
    let sha512 = Profile::CAVAGE_07.with_secret_algorithm(Algorithm::Hs512);
    let key = credentials().signing_key(&sha512, Role::BioId);
    assert_eq!(key.err().map(|error| error.code()), Some("key.hmac_too_short"));
    assert!(!format!("{:?}", credentials()).contains("made up"));
}

#[test]
fn s0_6_a_key_speaks_for_one_role() {
    for profile in PROFILES {
        let backend = party::<FrontendToBackend>(Role::CustomerBackend, profile);
        let wrong = Some(BioIdError::WrongRole { expected: Role::BioId });
        assert_eq!(backend.keys::<BioId>(Some("app-1"), NOW).err(), wrong);
        assert!(backend.keys::<App>(Some("app-1"), NOW).is_ok());
        assert_eq!(code(backend.keys::<App>(Some("app-2"), NOW)), "jwks.unknown_key");
        assert_eq!(code(backend.keys::<App>(None, NOW)), "jwks.unknown_key");

        // The app under the service's id: the service's key did not sign it.
        let app = VnptBioId::<FrontendToBackend>::builder(Role::App, profile).build().unwrap();
        let posing = key(Role::App).with_id("bioid-1");
        let signer = app.request_signer::<CustomerBackend>(posing).unwrap();
        let request = Sent::new(profile, RESULT).signed(&signer);
        let verdict = verdict_on_request::<_, App>(&backend, &request);
        assert_eq!(refusal(verdict), BioIdError::WrongRole { expected: Role::App });
    }
    // It is refused as an unknown id is.
    let wrong = BioIdError::WrongRole { expected: Role::App };
    assert_eq!(wrong.class(), BioIdError::Keys(Refusal::UnknownKey { retry_at: None }).class());
}

#[test]
fn s0_6_a_request_to_one_party_is_none_to_another_that_says_who_it_is() {
    for profile in PROFILES {
        let [app, backend] = [Role::App, Role::CustomerBackend]
            .map(|role| party::<FrontendToBackend>(role, profile));
        let to_service = app.request_signer::<BioId>(key(Role::App)).unwrap();
        let to_service =
            Sent::new(profile, PHOTOGRAPHS).with("host", "bioid.example.vn").signed(&to_service);
        let own = app.request_signer::<CustomerBackend>(key(Role::App)).unwrap();
        let own = Sent::new(profile, PHOTOGRAPHS).signed(&own);
        // By the host that it names itself, what was signed for the service is good anywhere.
        let passes = once(verdict_on_request::<_, App>(&backend, &to_service).unwrap());
        let names = ["host", "@authority"].map(|name| passes.get(name));
        assert!(names.contains(&Some("bioid.example.vn")), "{names:?}");

        let origin = Origin::new("https", "backend.example.vn").unwrap();
        let verdict = |sent: &Sent| {
            let lines = sent.lines();
            let signatures = Signatures::parse(sent.request(&lines).seen_at(&origin))?;
            let request = backend.request_from::<App>(&signatures)?;
            let keys = backend.keys(request.key_id(), NOW)?;
            request.verify_head(&keys, NOW)?.with_body(&sent.body).map(drop)
        };
        assert_eq!(verdict(&own), Ok(()));
        assert_eq!(verdict(&to_service), Err(INVALID));
        // Nor does it help to rename the host.
        assert_eq!(verdict(&to_service.with("host", "backend.example.vn")), Err(INVALID));
    }
}

#[test]
fn s0_6_nobody_signs_with_the_key_of_another() {
    let app = party::<FrontendToBackend>(Role::App, Profile::RFC_9421);
    let own = app.request_signer::<BioId>(key(Role::App));
    assert!(own.is_ok());
    let wrong = Some(BioIdError::WrongRole { expected: Role::App });
    let anothers = app.request_signer::<BioId>(key(Role::BioId));
    assert_eq!(anothers.err(), wrong);
    let anothers_id = app.request_signer::<BioId>(key(Role::App).with_id("bioid-1"));
    assert_eq!(anothers_id.err(), wrong);
}

#[test]
fn s0_6_enrolled_devices_are_apps_and_nothing_else() {
    for profile in PROFILES {
        let builder = VnptBioId::<FrontendToBackend>::builder(Role::CustomerBackend, profile);
        let service = key(Role::BioId).verifying_key();
        let backend = builder.key(Role::BioId, service.clone()).build().unwrap();
        let device = key(Role::App).with_id("device-5d1");
        let app = VnptBioId::<FrontendToBackend>::builder(Role::App, profile).build().unwrap();
        let signer = app.request_signer::<CustomerBackend>(device.clone()).unwrap();
        let request = Sent::new(profile, PHOTOGRAPHS).signed(&signer);

        let verdict = verdict_by::<_, App>(&backend, &request, |key_id| {
            assert_eq!(key_id, Some("device-5d1"));
            backend.enrolled([device.verifying_key()])
        });
        assert_eq!(once(verdict.unwrap()).sender(), Role::App);
        let other = key(Role::CustomerBackend).verifying_key().with_id("device-5d1");
        let verdict =
            verdict_by::<_, App>(&backend, &request, |_| backend.enrolled([other.clone()]));
        let mismatch = BioIdError::HttpSig(HttpSigError::AlgorithmMismatch);
        assert_eq!(refusal(verdict), mismatch);
        let nobody = verdict_by::<_, App>(&backend, &request, |_| backend.enrolled([]));
        assert_eq!(code(nobody), "httpsig.key_unknown");

        let taken = Some(BioIdError::KeyTaken { by: Role::BioId });
        let id_of_service = device.verifying_key().with_id("bioid-1");
        assert_eq!(backend.enrolled([id_of_service]).err(), taken);
        let key_of_service = service.with_id("device-5d1");
        assert_eq!(backend.enrolled([device.verifying_key(), key_of_service]).err(), taken);
        let pem = include_str!("keys/ed25519.pem");
        let nameless = SigningKey::from_pem(pem).unwrap().verifying_key();
        assert_eq!(backend.enrolled([nameless]).err(), Some(BioIdError::KeyIdMissing));
    }
}

#[test]
fn each_request_is_accepted_once_and_two_in_one_second_are_two() {
    for profile in PROFILES {
        let [app, backend] =
            [Role::App, Role::CustomerBackend].map(|role| party::<BackendToBackend>(role, profile));
        let signer = app.request_signer::<CustomerBackend>(key(Role::App)).unwrap();
        let first = Sent::new(profile, PHOTOGRAPHS);
        let second = first.clone().with("x-request-id", "7f3d").signed(&signer);
        let first = first.signed(&signer);
        let store = MemoryStore::new(8, NOW);
        let present = |sent: &Sent| {
            let pending = verdict_on_request::<_, App>(&backend, sent).unwrap();
            let answer = store.apply(pending.step(), NOW);
            pending.finish(answer, NOW).map(|_| ())
        };
        assert_eq!(present(&first), Ok(()));
        assert_eq!(present(&first), Err(PendingError::Replayed));
        assert_eq!(present(&second), Ok(()));
    }
}

#[test]
fn s0_4_photographs_are_verified_piece_by_piece() {
    for profile in PROFILES {
        let profile = profile.with_max_body_bytes(64);
        let [app, backend] =
            [Role::App, Role::CustomerBackend].map(|role| party::<BackendToBackend>(role, profile));
        let signer = app.request_signer::<CustomerBackend>(key(Role::App)).unwrap();
        let sent = Sent::new(profile, PHOTOGRAPHS).signed(&signer);
        let verdict = |pieces: &[&[u8]]| {
            let lines = sent.lines();
            let signatures = Signatures::parse(sent.request(&lines))?;
            let request = backend.request_from::<App>(&signatures)?;
            let keys = backend.keys(request.key_id(), NOW)?;
            let mut body = request.verify_head(&keys, NOW)?.stream();
            for piece in pieces {
                body.update(piece)?;
            }
            body.finish()
        };
        let (front, back) = PHOTOGRAPHS.split_at(10);
        assert_eq!(once(verdict(&[front, back]).unwrap()).sender(), Role::App);
        assert_eq!(refusal(verdict(&[back, front])), MISMATCH);
        assert_eq!(refusal(verdict(&[front])), MISMATCH);
        let too_large = BioIdError::HttpSig(HttpSigError::BodyTooLarge { limit: 64 });
        assert_eq!(refusal(verdict(&[PHOTOGRAPHS, PHOTOGRAPHS])), too_large);
    }
}

#[test]
fn a_request_without_a_body_signs_that_it_has_none() {
    for profile in PROFILES {
        let [backend, service] = [Role::CustomerBackend, Role::BioId]
            .map(|role| party::<FrontendToBackend>(role, profile));
        let signer = backend.request_signer::<BioId>(key(Role::CustomerBackend)).unwrap();
        let verdict = |body: &[u8]| {
            let sent = Sent::new(profile, body).signed(&signer);
            let lines = sent.lines();
            let signatures = Signatures::parse(sent.request(&lines))?;
            let request = service.request_from::<CustomerBackend>(&signatures)?;
            let keys = service.keys(request.key_id(), NOW)?;
            request.verify_head(&keys, NOW)?.without_body()
        };
        assert_eq!(once(verdict(b"").unwrap()).sender(), Role::CustomerBackend);
        assert_eq!(refusal(verdict(b"x")), MISMATCH);
    }
}

#[test]
fn an_answer_answers_the_request_it_is_for() {
    for profile in PROFILES {
        let [backend, service] = [Role::CustomerBackend, Role::BioId]
            .map(|role| party::<BackendToBackend>(role, profile));
        let asks = backend.request_signer::<BioId>(key(Role::CustomerBackend)).unwrap();
        let answers = service.answer_signer::<CustomerBackend>(key(Role::BioId)).unwrap();
        let own = Sent::new(profile, PHOTOGRAPHS).signed(&asks);
        let others = Sent::new(profile, b"others").with("x-request-id", "others").signed(&asks);
        let answer = Sent::new(profile, RESULT).with("x-request-id", "others");
        let answer = answer.answering(&others, &answers, "sig1");

        let verdict = |request, id| verdict_on_answer::<_, BioId>(&backend, &answer, request, id);
        let result = backend.result(verdict(&others, "others").unwrap());
        assert_eq!(result.map(|result: Verified<KycResult>| result.into_parts().0), Ok(PASSED));
        let other_type = backend.result::<u8>(verdict(&others, "others").unwrap());
        assert_eq!(code(other_type), "vnpt_bioid.result");
        assert_eq!(refusal(verdict(&others, "7f3c")), BioIdError::OtherRequest);
        // RFC 9421 binds it to all of the request, the draft to its id alone.
        let expected = match profile == Profile::CAVAGE_07 {
            true => BioIdError::OtherRequest,
            false => INVALID,
        };
        assert_eq!(refusal(verdict(&own, "7f3c")), expected);
    }
    assert_eq!(BioIdError::OtherRequest.class(), Class::Forbidden);
}

#[test]
fn s0_7_a_result_that_is_handed_on_is_verified_by_the_services_own_signature() {
    for profile in PROFILES {
        let service = party::<FrontendToBackend>(Role::BioId, profile);
        let signer = service.result_signer(key(Role::BioId)).unwrap();
        let request = Sent::new(profile, PHOTOGRAPHS);
        let result = Sent::new(profile, RESULT).answering(&request, &signer, "result");
        let backend = party::<FrontendToBackend>(Role::CustomerBackend, profile);
        let store = MemoryStore::new(8, NOW);
        let verdict = |sent: &Sent, id: &str, now: UnixTime| -> Result<KycResult, Error> {
            let lines = sent.lines();
            let relayed = Relayed::new(sent.response(&lines), &sent.body);
            let pending = backend.verify_relayed::<KycResult>(relayed, id, now)?;
            let answer = store.apply(pending.step(), now);
            Ok(pending.finish(answer, now)?.into_parts().0)
        };
        let refused = |sent: &Sent| verdict(sent, "7f3c", NOW).unwrap_err().code();

        assert_eq!(verdict(&result, "7f3c", NOW), Ok(PASSED));
        // Again, as another customer's, and too late.
        assert_eq!(verdict(&result, "7f3c", NOW).unwrap_err(), PendingError::Replayed.into());
        let others = verdict(&result, "0000", NOW).unwrap_err();
        assert_eq!(others, BioIdError::OtherRequest.into());
        let late = NOW.saturating_add(Duration::from_secs(301));
        assert_eq!(verdict(&result, "7f3c", late).unwrap_err().code(), "httpsig.too_old");
        // Made up by the app, in every way that it has.
        let changed = Sent { body: br#"{"passed":true,"score":99}"#.into(), ..result.clone() };
        assert_eq!(refused(&changed), "httpsig.digest_mismatch");
        let digest = profile.digest_field();
        let digested = changed.clone().with(digest.name(), &digest.value(&changed.body));
        assert_eq!(refused(&digested), "httpsig.signature_invalid");
        assert_eq!(refused(&Sent::new(profile, RESULT)), "httpsig.signature_missing");
        let forger = VnptBioId::<FrontendToBackend>::builder(Role::BioId, profile).build().unwrap();
        let by = |key: SigningKey| {
            let signer = forger.result_signer(key).unwrap();
            Sent::new(profile, RESULT).answering(&request, &signer, "result")
        };
        assert_eq!(refused(&by(key(Role::App))), "vnpt_bioid.wrong_role");
        let posing = SigningKey::from_pem(include_str!("keys/rsa2048_other.pem")).unwrap();
        let posing = posing.with_algorithm(Algorithm::Rs256).unwrap().with_id("bioid-1");
        assert_eq!(refused(&by(posing)), "httpsig.signature_invalid");
        assert_eq!(refused(&by(key(Role::App).with_id("bioid-2"))), "jwks.unknown_key");
        // Genuine, and no result.
        let signs = |body: &[u8]| Sent::new(profile, body).answering(&request, &signer, "result");
        assert_eq!(refused(&signs(b"<html>")), "vnpt_bioid.result");
        let twice = signs(br#"{"passed":false,"passed":true,"score":98}"#);
        match verdict(&twice, "7f3c", NOW).unwrap_err() {
            Error::VnptBioId(BioIdError::Result(error)) => {
                assert_eq!(error.kind(), JsonErrorKind::DuplicateMember);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn s0_7_without_the_service_a_body_is_nobodys_word() {
    let backend = party::<FrontendToBackend>(Role::CustomerBackend, Profile::RFC_9421);
    let unsigned = || Relayed::<KycResult>::unsigned(RESULT);
    let verdict = backend.verify_relayed(unsigned(), "7f3c", NOW);
    assert_eq!(refusal(verdict), BioIdError::HttpSig(HttpSigError::SignatureMissing));
    assert!(!format!("{:?}", unsigned()).contains("98"));
    // The literal reading is a door of its own, and gives no `Verified`.
    assert_eq!(unsigned().dangerous_accept_relayed(), Ok(PASSED));
    assert_eq!(
        code(Relayed::<KycResult>::unsigned(b"").dangerous_accept_relayed()),
        "vnpt_bioid.result"
    );
}

/// S0-5, S0-7: in the document's own model 2 the app has the secret.
#[test]
fn s0_7_a_result_under_the_shared_secret_could_be_the_apps() {
    for profile in PROFILES {
        let backend = builder::<FrontendToBackend>(Role::CustomerBackend, profile);
        let backend = backend.consumer(credentials()).build().unwrap();
        let secret = credentials().signing_key(&profile, Role::BioId).unwrap();
        let service = builder::<FrontendToBackend>(Role::BioId, profile);
        let service = service.consumer(credentials()).build().unwrap();
        // The policy for results has no use for such a key: the service cannot even make one.
        let refused = service.result_signer(secret.clone()).err();
        assert_eq!(refused, Some(BioIdError::HttpSig(HttpSigError::AlgorithmNotAllowed)));

        let request = Sent::new(profile, PHOTOGRAPHS);
        let signer = service.answer_signer::<CustomerBackend>(secret).unwrap();
        let answer = Sent::new(profile, RESULT).answering(&request, &signer, "sig1");
        assert!(verdict_on_answer::<_, BioId>(&backend, &answer, &request, "7f3c").is_ok());
        let lines = answer.lines();
        let relayed = Relayed::<KycResult>::new(answer.response(&lines), &answer.body);
        let expected = match profile == Profile::CAVAGE_07 {
            true => HttpSigError::AlgorithmNotAllowed,
            false => HttpSigError::NoMatch,
        };
        let verdict = backend.verify_relayed(relayed, "7f3c", NOW);
        assert_eq!(refusal(verdict), BioIdError::HttpSig(expected));
    }
}

/// RFC 9421 §4.3: the answer to the app and the result that it hands on stand in one message, told apart by their tags.
#[test]
fn s0_7_answer_and_result_are_two_signatures_of_one_message() {
    let profile = Profile::RFC_9421;
    let [app, backend, service] = [Role::App, Role::CustomerBackend, Role::BioId]
        .map(|role| party::<FrontendToBackend>(role, profile));
    let asks = app.request_signer::<BioId>(key(Role::App)).unwrap();
    let request = Sent::new(profile, PHOTOGRAPHS).signed(&asks);
    let answer = service.answer_signer::<App>(key(Role::BioId)).unwrap();
    let answer = Sent::new(profile, RESULT).answering(&request, &answer, "answer");
    let result = service.result_signer(key(Role::BioId)).unwrap();
    let both = answer.clone().answering(&request, &result, "result");

    let verdict = verdict_on_answer::<_, BioId>(&app, &both, &request, "7f3c");
    assert_eq!(verdict.unwrap().sender(), Role::BioId);
    let relayed = |sent: &Sent| {
        let lines = sent.lines();
        let relayed = Relayed::<KycResult>::new(sent.response(&lines), &sent.body);
        backend.verify_relayed(relayed, "7f3c", NOW).map(once).map(|result| result.into_parts().0)
    };
    assert_eq!(relayed(&both), Ok(PASSED));
    let no_result = BioIdError::HttpSig(HttpSigError::NoMatch);
    assert_eq!(relayed(&answer), Err(no_result));
}

#[test]
fn s0_7_a_result_is_confirmed_by_what_the_service_says_itself() {
    for profile in PROFILES {
        let [backend, service] = [Role::CustomerBackend, Role::BioId]
            .map(|role| party::<FrontendToBackend>(role, profile));
        let asks = backend.request_signer::<BioId>(key(Role::CustomerBackend)).unwrap();
        let request = Sent::new(profile, b"").signed(&asks);
        let signer = service.answer_signer::<CustomerBackend>(key(Role::BioId)).unwrap();
        let confirmed = |relayed: &'static [u8], said: &[u8]| {
            let answer = Sent::new(profile, said).answering(&request, &signer, "sig1");
            let fetched = verdict_on_answer::<_, BioId>(&backend, &answer, &request, "7f3c");
            let relayed = Relayed::<KycResult>::unsigned(relayed);
            let confirmed = backend.confirm_relayed(relayed, fetched.unwrap())?;
            assert_eq!(confirmed.evidence().key_id.as_deref(), Some("bioid-1"));
            Ok(confirmed.into_parts().0)
        };
        // The bytes may differ, what they say may not.
        assert_eq!(confirmed(br#"{ "score": 98, "passed": true }"#, RESULT), Ok(PASSED));
        let failed = br#"{"passed":false,"score":3}"#;
        assert_eq!(confirmed(RESULT, failed), Err(BioIdError::ResultDiffers));
        assert_eq!(code(confirmed(b"", RESULT)), "vnpt_bioid.result");
        assert_eq!(code(confirmed(RESULT, b"{}")), "vnpt_bioid.result");
    }
}

#[test]
fn s0_1_skew_age_and_dialect_are_configuration() {
    const CAPTURED: Dialect = Dialect::CAVAGE_07
        .with_name("captured")
        .with_carriers(&[Carrier::Authorization("BioID")])
        .with_key_id_parameter("consumerKey");
    let captured = Profile::CAVAGE_07.with_scheme(Scheme::Dialect(&CAPTURED));
    let app = party::<BackendToBackend>(Role::App, captured);
    let signer = app.request_signer::<CustomerBackend>(key(Role::App)).unwrap();
    let sent = Sent::new(captured, PHOTOGRAPHS).signed(&signer);
    assert!(sent.fields.iter().any(|(name, value)| name == "Authorization"
        && value.starts_with(br#"BioID consumerKey="app-1""#)));
    let verdict = |profile: Profile, now: UnixTime| {
        let backend = party::<BackendToBackend>(Role::CustomerBackend, profile);
        let lines = sent.lines();
        let signatures = Signatures::parse(sent.request(&lines))?;
        let request = backend.request_from::<App>(&signatures)?;
        let keys = backend.keys(request.key_id(), now)?;
        request.verify_head(&keys, now).map(|_| ())
    };
    assert_eq!(verdict(captured, NOW), Ok(()));
    assert_eq!(code(verdict(Profile::CAVAGE_07, NOW)), "httpsig.signature_missing");
    let (early, late) =
        (NOW.saturating_sub(Duration::from_secs(45)), NOW.saturating_add(Duration::from_secs(301)));
    assert_eq!(code(verdict(captured, early)), "httpsig.signed_in_future");
    assert_eq!(verdict(captured.with_skew(Duration::from_secs(60)), early), Ok(()));
    assert_eq!(code(verdict(captured, late)), "httpsig.too_old");
    assert_eq!(verdict(captured.with_max_age(Duration::from_secs(600)), late), Ok(()));
}

#[test]
fn the_field_of_the_request_id_is_configuration_and_none_is_dangerous() {
    let renamed = Profile::CAVAGE_07
        .with_request_components(&["(request-target)", "host", "date", "digest", "transaction"])
        .with_answer_components(&["date", "digest", "transaction"])
        .with_result_components(&["date", "digest", "transaction"])
        .with_request_id_field("transaction");
    assert_eq!(renamed.request_id_field(), Some("transaction"));
    let [backend, service] =
        [Role::CustomerBackend, Role::BioId].map(|role| party::<BackendToBackend>(role, renamed));
    let signer = service.answer_signer::<CustomerBackend>(key(Role::BioId)).unwrap();
    let request = Sent::new(renamed, PHOTOGRAPHS);
    let answer = Sent::new(renamed, RESULT).with("transaction", "t-1");
    let answer = answer.answering(&request, &signer, "sig1");
    let verdict = |id| verdict_on_answer::<_, BioId>(&backend, &answer, &request, id).map(|_| ());
    assert_eq!(verdict("t-1"), Ok(()));
    assert_eq!(verdict("t-2"), Err(BioIdError::OtherRequest));

    let unbound = renamed.dangerous_without_request_id();
    let backend = party::<BackendToBackend>(Role::CustomerBackend, unbound);
    assert!(verdict_on_answer::<_, BioId>(&backend, &answer, &request, "t-2").is_ok());
}

#[test]
fn keys_have_their_time() {
    let (start, end) = (NOW, NOW.saturating_add(Duration::from_secs(3600)));
    let backend = VnptBioId::<BackendToBackend>::builder(Role::CustomerBackend, PROFILES[0])
        .key_valid(Role::BioId, key(Role::BioId).verifying_key(), start..end)
        .build()
        .unwrap();
    let verdict = |now| backend.keys::<BioId>(Some("bioid-1"), now).map(|_| ());
    assert_eq!(verdict(start), Ok(()));
    assert_eq!(code(verdict(end)), "jwks.key_expired");
    let early = start.saturating_sub(Duration::from_millis(1));
    assert_eq!(code(verdict(early)), "jwks.key_not_yet_valid");
}

#[test]
fn a_configuration_reports_all_its_problems() {
    let bare = Profile::CAVAGE_07
        .with_request_components(&["date", "digest"])
        .with_skew(Duration::from_secs(61));
    let shared = key(Role::App).verifying_key();
    let refused = VnptBioId::<BackendToBackend>::builder(Role::CustomerBackend, bare)
        .key(Role::App, shared.clone())
        .key(Role::BioId, shared)
        .build()
        .unwrap_err();
    let not_covered = |part| BioIdProblem::Policy(PolicyProblem::NotCovered { part });
    let key_id = || "app-1".into();
    assert_eq!(
        refused.problems(),
        [
            BioIdProblem::RequestIdNotSigned,
            BioIdProblem::Keys(ConfigProblem::KeyIdOfTwoOwners { key_id: key_id() }),
            BioIdProblem::Keys(ConfigProblem::KeyOfTwoOwners { key_id: key_id() }),
            not_covered("the method"),
            not_covered("the authority"),
            not_covered("the path"),
            not_covered("the query"),
            BioIdProblem::Policy(PolicyProblem::Skew),
        ],
    );
    assert_eq!((refused.code(), refused.class()), ("vnpt_bioid.config", Class::Misconfigured));
    let text = refused.to_string();
    assert!(
        text.starts_with("the configuration is refused: the request id is not signed; "),
        "{text}"
    );
}

/// Whatever is built, its policies are those of this crate's own rules.
#[test]
fn the_policies_of_both_profiles_are_without_doubts_but_the_known_ones() {
    fn lints<U: Use>(policy: &countersign::httpsig::Policy<U>) -> Vec<&'static str> {
        policy.lint().iter().map(countersign::httpsig::Lint::code).collect()
    }
    let [draft, rfc] =
        PROFILES.map(|profile| party::<FrontendToBackend>(Role::CustomerBackend, profile));
    assert_eq!(lints::<SingleUse>(draft.request_policy::<App>().unwrap()), [""; 0]);
    assert_eq!(lints(rfc.request_policy::<App>().unwrap()), [""; 0]);
    // The drafts cannot bind an answer to a request; the request id does.
    assert_eq!(lints(draft.answer_policy::<BioId>().unwrap()), ["httpsig_lint.unbound_response"]);
    assert_eq!(lints(rfc.answer_policy::<BioId>().unwrap()), [""; 0]);
}
