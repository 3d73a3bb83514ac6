//! An app, a backend and a service over HTTP: both models in either scheme, and whoever is in between.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, Request};
use axum::response::Redirect;
use countersign::httpsig::MessageSigner;
use countersign::key::{Algorithm, SigningKey};
use countersign::partner::vnpt_bioid::{
    BackendToBackend, CustomerBackend, Profile, Role, VnptBioId,
};
use ekyc_backend::app::{App, Photographs, handed_on};
use ekyc_backend::backend::{Backend, HandedOn, Settings};
use ekyc_backend::service::Service;
use ekyc_backend::spool::Spools;
use ekyc_backend::tour::{Listener, World, said};
use ekyc_backend::wire::{self, Exchange, Outgoing, Payload};
use ekyc_backend::{CAVAGE_07, RFC_9421};
use example_host::testing::Lines;

const PROFILES: [Profile; 2] = [RFC_9421, CAVAGE_07];
const FORM: &str = "multipart/form-data; boundary=b";

fn last(lines: &Lines) -> String {
    lines.starting_with("/").pop().unwrap_or_default()
}

async fn world(profile: Profile) -> (World, Lines) {
    let lines = Lines::default();
    (World::start(profile, lines.log()).await.unwrap(), lines)
}

async fn photographs(world: &World) -> Photographs {
    Photographs::take(&world.spools, 200_000).await.unwrap()
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn send(message: Request<reqwest::Body>) -> Exchange {
    wire::send(&http(), message).await.unwrap()
}

fn key(pem: &str, id: &str) -> SigningKey {
    SigningKey::from_pem(pem).unwrap().with_id(id)
}

const APP_KEY: &str = include_str!("../../../tests/keys/ed25519.pem");
const OTHER_KEY: &str = include_str!("../../../tests/keys/p384.pem");

/// A signer of requests to the backend, whoever it is.
fn signer(profile: Profile, key: SigningKey) -> MessageSigner {
    let side = VnptBioId::<BackendToBackend>::builder(Role::App, profile).build().unwrap();
    side.request_signer::<CustomerBackend>(key).unwrap()
}

/// An upload of this body to this backend, signed by `signer`.
async fn upload(
    backend: &str,
    profile: Profile,
    signer: &MessageSigner,
    body: &str,
) -> Request<reqwest::Body> {
    let outgoing = Outgoing {
        url: format!("{backend}/ekyc"),
        content_type: FORM,
        digest: profile.digest_field().value(body.as_bytes()),
        request_id: &wire::new_request_id().unwrap(),
        body: Payload::Memory(body.as_bytes().to_vec()),
    };
    wire::signed(outgoing, &profile, signer).await.unwrap()
}

fn form(names: &[&str]) -> String {
    let part =
        |name| format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\nx\r\n");
    names.iter().map(part).collect::<String>() + "--b--\r\n"
}

#[tokio::test]
async fn model_1_decides_by_the_services_answer() {
    for profile in PROFILES {
        let (world, lines) = world(profile).await;
        let photographs = photographs(&world).await;
        let exchange = world.app.upload(&photographs).await.unwrap();
        assert_eq!(said(&world.app, &exchange), "approved");
        assert_eq!(last(&lines), "/ekyc accepted");
        world.service.set_passes(false);
        let exchange = world.app.upload(&photographs).await.unwrap();
        assert_eq!(said(&world.app, &exchange), "declined");

        // An app believes what its backend signed, and nothing else.
        let mut forged = exchange;
        forged.body = br#"{"decision":"approved"}"#.to_vec();
        assert!(world.app.decision(&forged).is_err());
    }
}

#[tokio::test]
async fn model_1_what_is_changed_on_the_way_is_refused() {
    for profile in PROFILES {
        let (world, lines) = world(profile).await;
        let photographs = photographs(&world).await;
        let signed = async |id: &str| world.app.signed_upload(&photographs, id).await.unwrap();
        let verdict = async |message: Request<reqwest::Body>| {
            let exchange = send(message).await;
            let reason = last(&lines);
            let code = reason.split([' ', ':']).nth(2).unwrap_or_default().to_owned();
            (exchange.status.as_u16(), code)
        };
        let mut other = signed("other-body").await;
        *other.body_mut() = vec![0; usize::try_from(photographs.bytes()).unwrap()].into();
        assert_eq!(verdict(other).await, (403, "httpsig.digest_mismatch".to_owned()));
        let mut boundary = signed("boundary").await;
        let value = HeaderValue::from_static("multipart/form-data; boundary=other");
        boundary.headers_mut().insert("content-type", value);
        assert_eq!(verdict(boundary).await, (403, "httpsig.signature_invalid".to_owned()));
        let mut path = signed("path").await;
        *path.uri_mut() = format!("{}/ekyc?vip=1", world.backend_url).parse().unwrap();
        assert_eq!(verdict(path).await, (403, "httpsig.signature_invalid".to_owned()));
        // Signed for somebody else, and brought here.
        let device = signer(profile, key(APP_KEY, "device-1"));
        let all = form(&["portrait", "front", "back"]);
        let mut elsewhere = upload("http://localhost", profile, &device, &all).await;
        *elsewhere.uri_mut() = format!("{}/ekyc", world.backend_url).parse().unwrap();
        assert_eq!(verdict(elsewhere).await, (403, "httpsig.signature_invalid".to_owned()));
        let mut unsigned = signed("unsigned").await;
        for name in ["signature", "signature-input", "authorization"] {
            unsigned.headers_mut().remove(name);
        }
        assert_eq!(verdict(unsigned).await, (400, "httpsig.signature_missing".to_owned()));
        // The very same request again, by whoever saw it.
        let (again, body) = signed("again").await.into_parts();
        let first = send(Request::from_parts(again.clone(), body)).await;
        assert_eq!(said(&world.app, &first), "approved");
        let (_, body) = signed("again").await.into_parts();
        let second = verdict(Request::from_parts(again, body)).await;
        assert_eq!(second, (409, "guard.replayed".to_owned()));
    }
}

#[tokio::test]
async fn model_1_a_device_that_is_not_enrolled_is_refused() {
    for profile in PROFILES {
        let (world, lines) = world(profile).await;
        let all = form(&["portrait", "front", "back"]);
        let own =
            upload(&world.backend_url, profile, &signer(profile, key(APP_KEY, "device-1")), &all)
                .await;
        assert_eq!(said(&world.app, &send(own).await), "approved");

        let unknown = signer(profile, key(APP_KEY, "device-2"));
        let refused = send(upload(&world.backend_url, profile, &unknown, &all).await).await;
        assert_eq!(said(&world.app, &refused), "SIGNATURE_REFUSED");
        assert!(last(&lines).contains("httpsig.key_unknown"), "{}", last(&lines));
        let service = signer(profile, key(APP_KEY, "bioid-1"));
        let refused = send(upload(&world.backend_url, profile, &service, &all).await).await;
        assert_eq!(said(&world.app, &refused), "SIGNATURE_REFUSED");

        // Nobody enrols under the service's name, or with its key.
        let taken = world.backend.enrol(key(OTHER_KEY, "bioid-1").verifying_key()).unwrap_err();
        assert_eq!(taken.code(), "vnpt_bioid.key_taken");
    }
}

#[tokio::test]
async fn model_1_an_upload_is_three_photographs() {
    let (world, _) = world(RFC_9421).await;
    let device = signer(RFC_9421, key(APP_KEY, "device-1"));
    for body in [
        form(&["portrait", "front"]),
        form(&["portrait", "front", "back", "back"]),
        form(&["portrait", "front", "back", "selfie"]),
        "hello".to_owned(),
    ] {
        let exchange = send(upload(&world.backend_url, RFC_9421, &device, &body).await).await;
        assert_eq!(
            (exchange.status.as_u16(), &*said(&world.app, &exchange)),
            (422, "CONTENT"),
            "{body}"
        );
    }
}

/// A backend whose service is somebody else.
#[tokio::test]
async fn model_1_whoever_answers_in_the_services_place_is_not_believed() {
    for profile in PROFILES {
        let lines = Lines::default();
        let backend_key = key(include_str!("../../../tests/keys/p256.pem"), "backend-1");
        let rsa = |pem: &str| key(pem, "bioid-1").with_algorithm(Algorithm::Rs256).unwrap();
        let genuine = rsa(include_str!("../../../tests/keys/rsa2048.pem")).verifying_key();
        let impostor = rsa(include_str!("../../../tests/keys/rsa2048_other.pem"));
        let app_key = key(APP_KEY, "device-1");
        let [elsewhere, at_backend] =
            [Listener::bind().await.unwrap(), Listener::bind().await.unwrap()];
        let here = (profile, elsewhere.origin.clone());
        let keys = (backend_key.verifying_key(), app_key.verifying_key());
        let service = Service::new(here, impostor, keys.0, keys.1).unwrap();
        let impostor = elsewhere.url.clone();
        elsewhere.serve(service.router());
        let settings = Settings {
            profile,
            origin: at_backend.origin.clone(),
            key: backend_key.clone(),
            service_key: genuine.clone(),
            service: impostor.clone(),
            spools: Spools::within(&std::env::temp_dir(), "ekyc-test").unwrap(),
            redis_url: None,
        };
        let backend = Backend::new(settings, lines.log()).unwrap();
        backend.enrol(app_key.verifying_key()).unwrap();
        let url = at_backend.url.clone();
        at_backend.serve(backend.router());
        let backend = (&*url, backend_key.verifying_key());
        let app = App::new(profile, app_key, backend, (&*impostor, genuine)).unwrap();
        let spools = Spools::within(&std::env::temp_dir(), "ekyc-test").unwrap();
        let photographs = Photographs::take(&spools, 1_000).await.unwrap();

        let exchange = app.upload(&photographs).await.unwrap();
        assert_eq!((exchange.status.as_u16(), &*said(&app, &exchange)), (502, "SERVICE"));
        let alarm = "/ekyc refused, ALARM: of the service: httpsig.signature_invalid";
        assert!(last(&lines).starts_with(alarm), "{}", last(&lines));
        // Nor does an app believe it, in model 2.
        let session = app.open_session().await.unwrap();
        assert!(app.call_service(&photographs, &session).await.is_err());
    }
}

#[tokio::test]
async fn model_2_decides_by_what_the_service_said_and_not_by_what_the_app_says() {
    for profile in PROFILES {
        let (world, lines) = world(profile).await;
        let photographs = photographs(&world).await;
        let World { app, service, .. } = &world;
        let verdict = async |result: &HandedOn| said(app, &app.hand_on(result).await.unwrap());
        service.set_passes(false);
        let session = app.open_session().await.unwrap();
        let failed = handed_on(&app.call_service(&photographs, &session).await.unwrap());

        let forged = HandedOn { body: r#"{"passed":true,"score":99}"#.into(), ..failed.clone() };
        assert_eq!(verdict(&forged).await, "SIGNATURE_REFUSED");
        assert!(last(&lines).contains("httpsig.digest_mismatch"), "{}", last(&lines));
        let unsigned = HandedOn { fields: Vec::new(), ..forged };
        assert_eq!(verdict(&unsigned).await, "SIGNATURE_REFUSED");
        assert!(last(&lines).contains("vnpt_bioid.result_differs"), "{}", last(&lines));
        assert_eq!(verdict(&failed).await, "declined");
        assert_eq!(verdict(&failed).await, "CONTENT");

        service.set_passes(true);
        let session = app.open_session().await.unwrap();
        let others = HandedOn { request_id: session.request_id.clone(), ..failed };
        assert_eq!(verdict(&others).await, "SIGNATURE_REFUSED");
        assert!(last(&lines).contains("vnpt_bioid.other_request"), "{}", last(&lines));
        let passed = handed_on(&app.call_service(&photographs, &session).await.unwrap());
        assert_eq!(verdict(&passed).await, "approved");

        let session = app.open_session().await.unwrap();
        let said = handed_on(&app.call_service(&photographs, &session).await.unwrap());
        assert_eq!(verdict(&HandedOn { fields: Vec::new(), ..said }).await, "approved");
        let nobodys = HandedOn { request_id: "nobodys".into(), ..passed };
        assert_eq!(verdict(&nobodys).await, "CONTENT");
    }
}

#[tokio::test]
async fn what_was_signed_for_one_host_is_not_sent_to_another() {
    let [redirecting, elsewhere] =
        [Listener::bind().await.unwrap(), Listener::bind().await.unwrap()];
    let (url, target) = (redirecting.url.clone(), elsewhere.url.clone());
    let seen = Arc::new(AtomicBool::new(false));
    let saw = Arc::clone(&seen);
    elsewhere.serve(Router::new().fallback(async move || saw.store(true, Ordering::SeqCst)));
    redirecting.serve(Router::new().fallback(async move || Redirect::temporary(&target)));
    let device = signer(RFC_9421, key(APP_KEY, "device-1"));
    let message = upload(&url, RFC_9421, &device, "photographs").await;
    let client = wire::client(Duration::from_secs(5)).unwrap();
    assert_eq!(wire::send(&client, message).await.unwrap().status.as_u16(), 307);
    assert!(!seen.load(Ordering::SeqCst));
}

#[tokio::test]
async fn nothing_of_a_photograph_is_left_on_the_disk() {
    let spools = Spools::within(&std::env::temp_dir(), "ekyc-test").unwrap();
    let folder = spools.folder().to_owned();
    let files = || std::fs::read_dir(&folder).unwrap().count();
    let mut cut_off = spools.open().await.unwrap();
    cut_off.write(b"half a photograph").await.unwrap();
    let whole = Photographs::take(&spools, 1_000).await.unwrap();
    assert_eq!(files(), 2);
    drop(cut_off);
    assert_eq!(files(), 1);
    drop(whole);
    assert_eq!(files(), 0);
    drop(spools);
    assert!(!folder.exists());
}
