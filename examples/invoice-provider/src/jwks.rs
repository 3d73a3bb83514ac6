//! The bank's keys: looked up for each token, fetched in tasks of their own.

use std::sync::Arc;
use std::time::Duration;

use countersign::jwks::{
    JwkSet, JwksCache, JwksUrl, Keys, Lookup, Refusal, Response, SharedJwksCache, Ticket,
};
use reqwest::header::{AGE, CACHE_CONTROL, HeaderMap, HeaderName};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::{Error, Log, now};

/// The keys of one bank.
pub struct BankKeys {
    url: JwksUrl,
    cache: SharedJwksCache,
    http: reqwest::Client,
    /// Wakes those who wait for a fetch.
    fetched: Notify,
    log: Log,
}

impl BankKeys {
    /// The keys published at `url`, which are fetched at most once per `cool_down`.
    ///
    /// # Errors
    /// A URL that is not `https`, unless it leads to this very machine; a cool-down out of its range.
    pub fn new(url: &str, cool_down: Duration, log: Log) -> Result<Arc<Self>, Error> {
        let url = JwksUrl::dangerous_loopback(url)?;
        if url.as_str().starts_with("http:") {
            log(&format!(
                "WARNING: keys from {url}: plain http, for the demo. Production is https."
            ));
        } else if !cfg!(feature = "https") {
            return Err("built without TLS: add `--features https`".into());
        }
        let lifetime = FETCH_WITHIN.min(cool_down);
        let cache = JwksCache::builder().cool_down(cool_down).ticket_lifetime(lifetime).build()?;
        // A redirect would lead past the check of the URL, and a proxy past this machine.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let cache = SharedJwksCache::new(cache);
        Ok(Arc::new(Self { url, cache, http, fetched: Notify::new(), log }))
    }

    /// The keys of this id. Waits where they have to be fetched, but not for longer than a request may take.
    ///
    /// # Errors
    /// Any [`Refusal`].
    pub async fn lookup(self: &Arc<Self>, key_id: &str) -> Result<Keys, Refusal> {
        let looked_up = timeout(LOOKUP_WITHIN, self.lookup_or_fetch(key_id)).await;
        looked_up.unwrap_or_else(|_elapsed| Err(Refusal::Unavailable { retry_at: now() }))
    }

    async fn lookup_or_fetch(self: &Arc<Self>, key_id: &str) -> Result<Keys, Refusal> {
        loop {
            // Made before the lookup, so that no answer slips in between.
            let fetched = self.fetched.notified();
            let until = match self.cache.lookup(key_id, now()) {
                Lookup::Found { keys, refresh } => {
                    if let Some(ticket) = refresh {
                        self.fetch(ticket);
                    }
                    return Ok(keys);
                }
                Lookup::Refused(reason) => return Err(reason),
                Lookup::Wait { until } => until,
                Lookup::Fetch(ticket) => {
                    let until = ticket.deadline();
                    self.fetch(ticket);
                    until
                }
            };
            let _ = timeout(until.saturating_since(now()), fetched).await;
        }
    }

    /// Fetches before the first token comes.
    pub fn prefetch(self: &Arc<Self>) {
        if let Some(ticket) = self.cache.poll_fetch(now()) {
            self.fetch(ticket);
        }
    }

    /// The cache itself: to restore a document that another run exported, or to look at its set.
    #[must_use]
    pub const fn cache(&self) -> &SharedJwksCache {
        &self.cache
    }

    /// In a task of its own: whoever's request it was may hang up, and everybody else waits for this too.
    fn fetch(self: &Arc<Self>, ticket: Ticket) {
        let keys = Arc::clone(self);
        tokio::spawn(async move {
            let within = ticket.deadline().saturating_since(now());
            let outcome = match timeout(within, keys.download()).await {
                Ok(Ok(document)) => keys.cache.handle_response(ticket, document.response(), now()),
                Ok(Err(_)) | Err(_) => keys.cache.handle_failure(ticket, now()),
            };
            keys.fetched.notify_waiters();
            (keys.log)(&format!("keys: {outcome}"));
            outcome.alarms().for_each(|alarm| (keys.log)(&format!("ALARM: keys: {alarm}")));
        });
    }

    async fn download(&self) -> Result<Document, reqwest::Error> {
        let mut answer = self.http.get(self.url.as_str()).send().await?;
        let mut body = Vec::new();
        // What is too long is cut, and then refused by the cache.
        while body.len() <= JwkSet::MAX_BYTES
            && let Some(chunk) = answer.chunk().await?
        {
            body.extend_from_slice(&chunk);
        }
        Ok(Document {
            status: answer.status().as_u16(),
            body,
            cache_control: joined(answer.headers(), &CACHE_CONTROL),
            age: joined(answer.headers(), &AGE),
        })
    }
}

/// An answer of the bank, whole.
struct Document {
    status: u16,
    body: Vec<u8>,
    cache_control: Option<String>,
    age: Option<String>,
}

impl Document {
    fn response(&self) -> Response<'_> {
        Response {
            status: self.status,
            body: &self.body,
            cache_control: self.cache_control.as_deref(),
            age: self.age.as_deref(),
        }
    }
}

/// The lines of a field as one (RFC 9110 §5.3).
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<_> =
        headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// How long the bank may take to answer. Whoever waits for an unknown key waits as long.
const FETCH_WITHIN: Duration = Duration::from_secs(3);

/// How long one request may wait for keys: for a fetch under way, and for one of its own after it.
const LOOKUP_WITHIN: Duration = Duration::from_secs(7);
