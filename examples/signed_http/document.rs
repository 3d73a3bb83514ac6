//! Model 2 of document `000`: the app calls the service, and hands its result on to the backend.

use countersign::Error;
use countersign::guard::MemoryStore;
use countersign::httpsig::{MessageSigner, Signatures, SigningOptions};
use countersign::key::{Algorithm, SigningKey};
use countersign::partner::vnpt_bioid::{
    App, BioId, Credentials, CustomerBackend, FrontendToBackend, Profile, Relayed, Role, VnptBioId,
};
use countersign::secret::Secret;

use crate::message::{DATE, NOW, Sent};

/// What the service says of a customer.
#[derive(Debug, PartialEq, serde::Deserialize)]
struct KycResult {
    passed: bool,
    score: u32,
}

const FAILED: &[u8] = br#"{"passed":false,"score":12}"#;
const PASSED: &[u8] = br#"{"passed":true,"score":99}"#;

pub(crate) fn show() -> Result<(), Error> {
    for (title, profile) in
        [("draft-cavage-07", Profile::CAVAGE_07), ("RFC 9421", Profile::RFC_9421)]
    {
        println!("{title}");
        World::new(profile)?.show()?;
    }
    println!("in either");
    let secret = Secret::new("a ConsumerSecret of 32 bytes, made up")?;
    let credentials = Credentials::new("consumer-1", secret);
    let refused = credentials.signing_key(&Profile::CAVAGE_07, Role::App);
    say("ConsumerSecret in an app", refused.map(|_| "a key"), "vnpt_bioid.secret_in_app");
    Ok(())
}

/// An app, a backend and the service.
struct World {
    profile: Profile,
    app: VnptBioId<FrontendToBackend>,
    backend: VnptBioId<FrontendToBackend>,
    service: VnptBioId<FrontendToBackend>,
    store: MemoryStore,
}

impl World {
    fn new(profile: Profile) -> Result<Self, Error> {
        let party = |role: Role| -> Result<_, Error> {
            let others = Role::ALL.into_iter().filter(|other| *other != role);
            let mut party = VnptBioId::builder(role, profile);
            for other in others {
                party = party.key(other, key(other)?.verifying_key());
            }
            Ok(party.build()?)
        };
        let (app, backend) = (party(Role::App)?, party(Role::CustomerBackend)?);
        let (service, store) = (party(Role::BioId)?, MemoryStore::new(1_000, NOW));
        Ok(Self { profile, app, backend, service, store })
    }

    fn show(&self) -> Result<(), Error> {
        // Step 2: under the id that the backend gave it, the app sends its photographs to the service.
        let to_service = self.app.request_signer::<BioId>(key(Role::App)?)?;
        let request = self.signed(self.message("7f3c", b"two photographs"), &to_service)?;
        say("2  photographs at the service", self.at_service(&request), "accepted");
        say("   the same, sent again", self.at_service(&request), "guard.replayed");

        // Step 3: the service answers, with a signature of its own over the result.
        let signer = self.service.result_signer(key(Role::BioId)?)?;
        let failed = self.answer(("7f3c", FAILED), &request, &signer)?;
        let passed = self.answer(("7f3c", PASSED), &request, &signer)?;

        // Step 4: the app hands the result on, and what it may make of it.
        say("4  the result, handed on", self.handed_on(&passed, "7f3c"), "accepted");
        say("   again", self.handed_on(&passed, "7f3c"), "guard.replayed");
        say("   for another customer", self.handed_on(&passed, "0000"), "vnpt_bioid.other_request");
        let forged = Sent { body: PASSED.to_vec(), ..failed.clone() };
        say("   forged: another body", self.handed_on(&forged, "7f3c"), "httpsig.digest_mismatch");
        let digest = self.profile.digest_field();
        let forged = forged.with(digest.name(), &digest.value(PASSED));
        let verdict = self.handed_on(&forged, "7f3c");
        say("   forged: and its digest", verdict, "httpsig.signature_invalid");
        let unsigned = self.handed_on(&self.message("7f3c", PASSED), "7f3c");
        say("   forged: without a signature", unsigned, "httpsig.signature_missing");
        // An app that calls itself the service, and signs with the only key it has.
        let posing = VnptBioId::<FrontendToBackend>::builder(Role::BioId, self.profile).build()?;
        let forged =
            self.answer(("7f3c", PASSED), &request, &posing.result_signer(key(Role::App)?)?)?;
        say(
            "   signed with the app's key",
            self.handed_on(&forged, "7f3c"),
            "vnpt_bioid.wrong_role",
        );
        let under_its_id = key(Role::App)?.with_id("bioid-1");
        let forged =
            self.answer(("7f3c", PASSED), &request, &posing.result_signer(under_its_id)?)?;
        let verdict = self.handed_on(&forged, "7f3c");
        say("   … under the service's id", verdict, "httpsig.signature_invalid");

        // Or the backend asks the service, under an id that no app knows.
        let to_backend = self.service.answer_signer::<CustomerBackend>(key(Role::BioId)?)?;
        let asks = self.backend.request_signer::<BioId>(key(Role::CustomerBackend)?)?;
        let question = self.signed(self.message("91be", b""), &asks)?;
        let fetched = self.answer(("91be", FAILED), &question, &to_backend)?;
        let verdict = self.confirmed(FAILED, &question, &fetched);
        say("4' the same as the service says", verdict, "accepted");
        let verdict = self.confirmed(PASSED, &question, &fetched);
        say("   other than the service says", verdict, "vnpt_bioid.result_differs");
        Ok(())
    }

    fn message(&self, request_id: &str, body: &[u8]) -> Sent {
        let digest = self.profile.digest_field();
        let value = digest.value(body);
        let fields = [
            ("Host", "bioid.example.vn"),
            ("Date", DATE),
            (digest.name(), &*value),
            ("X-Request-Id", request_id),
        ];
        Sent::new(fields, body)
    }

    fn signed(&self, sent: Sent, signer: &MessageSigner) -> Result<Sent, Error> {
        let signature = {
            let lines = sent.lines();
            signer.sign(sent.request(&lines), NOW)?
        };
        Ok(sent.signed(&signature))
    }

    fn answer(
        &self,
        (id, body): (&str, &[u8]),
        request: &Sent,
        by: &MessageSigner,
    ) -> Result<Sent, Error> {
        let answer = self.message(id, body);
        let signature = {
            let (lines, asked) = (answer.lines(), request.lines());
            let response = answer.response(&lines).answering(&request.request(&asked));
            by.sign_with(response, &SigningOptions::default().with_label("result"), NOW)?
        };
        Ok(answer.signed(&signature))
    }

    fn at_service(&self, sent: &Sent) -> Result<(), Error> {
        let lines = sent.lines();
        let signatures = Signatures::parse(sent.request(&lines))?;
        let request = self.service.request_from::<App>(&signatures)?;
        let keys = self.service.keys(request.key_id(), NOW)?;
        let pending = request.verify_head(&keys, NOW)?.with_body(&sent.body)?;
        let answer = self.store.apply(pending.step(), NOW);
        assert_eq!(pending.finish(answer, NOW)?.sender(), Role::App);
        Ok(())
    }

    fn handed_on(&self, sent: &Sent, request_id: &str) -> Result<(), Error> {
        let lines = sent.lines();
        let relayed = Relayed::<KycResult>::new(sent.response(&lines), &sent.body);
        let pending = self.backend.verify_relayed(relayed, request_id, NOW)?;
        let answer = self.store.apply(pending.step(), NOW);
        assert!(pending.finish(answer, NOW)?.passed);
        Ok(())
    }

    fn confirmed(&self, relayed: &[u8], question: &Sent, fetched: &Sent) -> Result<(), Error> {
        let (lines, asked) = (fetched.lines(), question.lines());
        let response = fetched.response(&lines).answering(&question.request(&asked));
        let signatures = Signatures::parse(response)?;
        let answer = self.backend.answer_from::<BioId>(&signatures, "91be")?;
        let keys = self.backend.keys(answer.key_id(), NOW)?;
        let fetched = answer.verify_head(&keys, NOW)?.with_body(&fetched.body)?;
        let relayed = Relayed::<KycResult>::unsigned(relayed);
        assert_eq!(self.backend.confirm_relayed(relayed, fetched)?.score, 12);
        Ok(())
    }
}

/// Each party's key, for one algorithm. An app's is made on the phone and enrolled with the backend.
fn key(role: Role) -> Result<SigningKey, Error> {
    let (pem, id) = match role {
        Role::App => (include_str!("../../tests/keys/rsa2048_other.pem"), "app-1"),
        Role::CustomerBackend => (include_str!("../../tests/keys/rsa2048.pem"), "backend-1"),
        Role::BioId => (include_str!("../../tests/keys/rsa4096.pem"), "bioid-1"),
    };
    Ok(SigningKey::from_pem(pem)?.with_algorithm(Algorithm::Rs256)?.with_id(id))
}

fn say<T, E: Into<Error>>(title: &str, verdict: Result<T, E>, expected: &str) {
    let verdict = verdict.map_err(Into::into);
    let code = verdict.as_ref().map_or_else(Error::code, |_| "accepted");
    assert_eq!(code, expected, "{title}");
    match verdict {
        Ok(_) => println!("  {title:<32} accepted"),
        Err(error) => println!("  {title:<32} refused, {code}: {error}"),
    }
}
