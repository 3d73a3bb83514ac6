//! One event of each provider, verified; what no provider publishes is signed here.

use std::time::Duration;

use countersign::Error;
use countersign::headers::Headers;
use countersign::key::{Algorithm, SigningKey};
use countersign::webhook::providers::ALL;
use countersign::webhook::{
    Construction, Content, Event, Message, Signer, Verifier, VerifierBuilder,
};

use crate::samples::{SAMPLES, SETTINGS, Sample};

pub(crate) fn show() -> Result<(), Error> {
    let names = SAMPLES.each_ref().map(|sample| sample.scheme.name());
    assert_eq!(names, ALL.map(|scheme| scheme.name()), "a provider without its event");
    SAMPLES.iter().try_for_each(Sample::show)
}

impl Sample {
    fn show(&self) -> Result<(), Error> {
        let name = self.scheme.name();
        let received = self.received()?;
        let verifier = self.verifier()?;
        received.ask(|message| {
            let event = verifier.verify(message, self.now)?;
            let (proves, gives) = (event.assurance().to_string(), gives(&event));
            assert_eq!((&*proves, &*gives), (self.proves, self.gives), "{name}");

            // Where the time is signed, an old message is refused; where it is not, it is good for ever.
            let later = self.now.saturating_add(Duration::from_secs(3600));
            let later = verifier.verify(message, later).map_err(|error| error.code());
            assert_eq!(later.is_err(), event.assurance().covers.time, "{name}");
            let later = later.map_or_else(|code| code, |_| "good: take each message once");

            let source = self.published.unwrap_or("signed here");
            println!("  {name} ({source})\n      {proves}");
            println!("      gives {gives}; an hour later: {later}");
            Ok(())
        })
    }

    fn verifier(&self) -> Result<Verifier, Error> {
        let builder = Verifier::builder(self.scheme);
        // The secret of Twilio's documentation is `12345`.
        let builder = match self.published {
            Some(_) => builder.dangerous_short_secret("published", self.secret),
            None => builder.secret("2026", self.secret),
        };
        let with = |builder: VerifierBuilder, (name, value)| builder.setting(name, value);
        Ok(SETTINGS.into_iter().fold(builder, with).build()?)
    }

    fn received(&self) -> Result<Received, Error> {
        let field = |(name, value): &(&str, &str)| (String::from(*name), String::from(*value));
        let unsigned = Received {
            fields: self.fields.iter().map(field).collect(),
            url: self.url.map(str::to_owned),
            body: self.body.to_owned(),
        };
        if self.published.is_some() {
            return Ok(unsigned);
        }
        let signer = match self.scheme.construction() {
            Construction::Signature(Algorithm::EdDsa) => {
                let key = SigningKey::from_pem(include_str!("../../tests/keys/ed25519.pem"))?;
                Signer::asymmetric(self.scheme, key)?
            }
            _ => Signer::new(self.scheme, self.secret)?,
        };
        let with = |signer: Signer, (name, value)| signer.with_setting(name, value);
        let signer = SETTINGS.into_iter().fold(signer, with);
        let signed = unsigned.ask(|message| Ok(signer.sign(message, self.now)?))?;

        let placed = |text: String| text.replace("SIGNATURE", signed.signature());
        let added = |(name, value): (&str, &[u8])| {
            (name.to_owned(), String::from_utf8_lossy(value).into_owned())
        };
        Ok(Received {
            fields: unsigned
                .fields
                .into_iter()
                .chain(signed.fields().into_iter().map(added))
                .collect(),
            url: unsigned.url.map(placed),
            body: placed(unsigned.body),
        })
    }
}

/// What a framework hands to its handler.
struct Received {
    fields: Vec<(String, String)>,
    url: Option<String>,
    body: String,
}

impl Received {
    fn ask<T>(&self, ask: impl FnOnce(&Message<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let fields: Vec<_> =
            self.fields.iter().map(|(name, value)| (&**name, value.as_bytes())).collect();
        let headers = Headers::new(&fields);
        let message = Message::new(&headers, self.body.as_bytes());
        ask(&self.url.as_deref().map_or(message, |url| message.with_url(url)))
    }
}

/// What of the message is handed on.
fn gives(event: &Event<'_>) -> String {
    match event.content() {
        Content::Body(_) => "the body".to_owned(),
        Content::Fields(fields) => match fields.names() {
            many if many.len() > 7 => format!("{} fields", many.len()),
            few => format!("the fields {}", few.join(" ")),
        },
        Content::Text(text) => format!("the text {text}"),
        Content::Unstructured(_) => "values without names".to_owned(),
        other => format!("{other:?}"),
    }
}
