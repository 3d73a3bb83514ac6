//! What must happen once: tokens are used up, orders reserved, challenges consumed, in memory or in Redis.

use std::time::Duration;

use countersign::guard::{MemoryStore, redis as contract};
use countersign::time::UnixTime;
use countersign::verified::{Step, StoreAnswer};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisResult, Script};

use crate::{Error, Log, now};

/// Where the steps of the guards are applied.
pub enum Store {
    /// In this process: it forgets with it, and other processes do not see it.
    Memory(MemoryStore),
    /// In a Redis that several processes share.
    Redis(Redis),
}

impl Store {
    /// The Redis at this URL, or else the memory of this process. The prefix tells our keys from those of others in the
    /// same Redis.
    ///
    /// The connection is made by the first step and again whenever it is lost; without it, steps are
    /// refused.
    ///
    /// # Errors
    /// A URL that is none of Redis.
    pub fn open(redis_url: Option<&str>, prefix: &'static str, log: Log) -> Result<Self, Error> {
        Ok(match redis_url {
            Some(url) => Self::Redis(Redis::open(url, prefix, log)?),
            None => Self::Memory(MemoryStore::new(CAPACITY, now())),
        })
    }

    /// Applies `step` as one atomic operation. No answer in time is [`StoreAnswer::Unavailable`], which
    /// refuses, although the step may have been applied.
    ///
    /// A Redis goes by its own clock.
    pub async fn apply(&self, step: &Step, now: UnixTime) -> StoreAnswer {
        match self {
            Self::Memory(store) => store.apply(step, now),
            Self::Redis(redis) => redis.apply(step).await,
        }
    }
}

/// One connection to Redis, shared by all requests, and the crate's one script.
pub struct Redis {
    connection: ConnectionManager,
    script: Script,
    prefix: &'static str,
    log: Log,
}

impl Redis {
    fn open(url: &str, prefix: &'static str, log: Log) -> Result<Self, Error> {
        // Nobody waits for a second try: the next request is one.
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(ANSWERS_WITHIN))
            .set_response_timeout(Some(ANSWERS_WITHIN))
            .set_number_of_retries(0);
        let connection = ConnectionManager::new_lazy_with_config(Client::open(url)?, config)?;
        Ok(Self { connection, script: Script::new(contract::SCRIPT), prefix, log })
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
        call.key([self.prefix.as_bytes(), contract::key(step)].concat());
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

/// Room for 250 tokens or logins a second: each stays for some 390 s, see `BankSso` and `Zalo::new`.
const CAPACITY: usize = 100_000;
