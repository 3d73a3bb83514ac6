//! What must happen once: tokens are used up and orders reserved, in memory or in Redis.

use std::time::Duration;

use countersign::guard::{MemoryStore, redis as contract};
use countersign::verified::{Step, StoreAnswer};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisResult, Script};

use crate::{Error, Log, now};

/// Where the steps of the guards are applied.
pub enum Store {
    /// In this process: it forgets with it, and other providers do not see it.
    Memory(MemoryStore),
    /// In a Redis that several providers share.
    Redis(Redis),
}

impl Store {
    /// The Redis at this URL, or else the memory of this process.
    ///
    /// The connection is made by the first step and again whenever it is lost; without it, steps are
    /// refused.
    ///
    /// # Errors
    /// A URL that is none of Redis.
    pub fn open(redis_url: Option<&str>, log: Log) -> Result<Self, Error> {
        Ok(match redis_url {
            Some(url) => Self::Redis(Redis::open(url, log)?),
            None => Self::Memory(MemoryStore::new(CAPACITY, now())),
        })
    }

    /// Applies `step` as one atomic operation. No answer in time is [`StoreAnswer::Unavailable`], which
    /// refuses, although the step may have been applied.
    pub async fn apply(&self, step: &Step) -> StoreAnswer {
        match self {
            Self::Memory(store) => store.apply(step, now()),
            Self::Redis(redis) => redis.apply(step).await,
        }
    }
}

/// One connection to Redis, shared by all requests, and the crate's one script.
pub struct Redis {
    connection: ConnectionManager,
    script: Script,
    log: Log,
}

impl Redis {
    fn open(url: &str, log: Log) -> Result<Self, Error> {
        // Nobody waits for a second try: the next request is one.
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(ANSWERS_WITHIN))
            .set_response_timeout(Some(ANSWERS_WITHIN))
            .set_number_of_retries(0);
        let connection = ConnectionManager::new_lazy_with_config(Client::open(url)?, config)?;
        Ok(Self { connection, script: Script::new(contract::SCRIPT), log })
    }

    async fn apply(&self, step: &Step) -> StoreAnswer {
        // The limit around it all: to connect, to load the script and to run it.
        match tokio::time::timeout(ANSWERS_WITHIN, self.run(step)).await {
            Ok(Ok(reply)) => contract::answer(&reply),
            Ok(Err(error)) => self.unavailable(&error.to_string()),
            Err(_elapsed) => self.unavailable("no answer in time"),
        }
    }

    /// `EVALSHA`; where Redis does not know the script, it is loaded first.
    async fn run(&self, step: &Step) -> RedisResult<Vec<u8>> {
        let mut call = self.script.prepare_invoke();
        call.key([PREFIX, contract::key(step)].concat());
        for argument in contract::arguments(step) {
            call.arg(&*argument);
        }
        call.invoke_async(&mut self.connection.clone()).await
    }

    fn unavailable(&self, reason: &str) -> StoreAnswer {
        (self.log)(&format!("store: unavailable: {reason}"));
        StoreAnswer::Unavailable
    }
}

/// How long a request waits for Redis, which answers in a millisecond.
const ANSWERS_WITHIN: Duration = Duration::from_millis(500);

/// Tells our keys from those of others in the same Redis.
const PREFIX: &[u8] = b"invoice-provider:";

/// Room for 250 tokens a second: each stays for its 300 s of life, 30 s of leeway and 60 s more.
const CAPACITY: usize = 100_000;
