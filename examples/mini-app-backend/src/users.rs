//! Whose access token it is: Zalo is asked, and nobody else believed.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;
use reqwest::redirect::Policy;
use serde::Deserialize;

use crate::Error;

/// A user, as this app sees them: Zalo gives each app ids of its own.
#[derive(Clone, Debug, Deserialize)]
pub struct User {
    /// The user's id.
    pub id: String,
    /// The user's name.
    pub name: String,
}

/// Why nobody is known to have this access token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NoUser {
    /// Zalo says that it is no token, or none any more.
    TokenUnknown,
    /// Zalo did not answer, or not in time.
    Unavailable,
}

/// Asks Zalo's Open API.
#[derive(Clone, Debug)]
pub struct Users {
    http: reqwest::Client,
    me: Url,
}

impl Users {
    /// Asks at this address, `https://graph.zalo.me` or one of loopback.
    ///
    /// # Errors
    /// Another address without TLS.
    pub fn at(graph_url: &str) -> Result<Self, Error> {
        let me = Url::parse(graph_url)?.join("/v2.0/me?fields=id,name")?;
        if me.scheme() != "https" && me.host_str() != Some("127.0.0.1") {
            return Err("an access token goes to Zalo over https, and nowhere else".into());
        }
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(ANSWERS_WITHIN)
            .build()?;
        Ok(Self { http, me })
    }

    /// Whose access token it is.
    ///
    /// # Errors
    /// [`NoUser`].
    pub async fn of(&self, access_token: &str) -> Result<User, NoUser> {
        let Ok(mut token) = HeaderValue::from_str(access_token) else {
            return Err(NoUser::TokenUnknown);
        };
        token.set_sensitive(true);
        let request = self.http.get(self.me.clone()).header("access_token", token);
        let answer = request.send().await.and_then(reqwest::Response::error_for_status);
        let mut answer = answer.map_err(|_| NoUser::Unavailable)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| NoUser::Unavailable)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER_BYTES {
                return Err(NoUser::Unavailable);
            }
        }
        // A refusal comes with status 200, an `error` and no `id`.
        serde_json::from_slice(&body).map_err(|_| NoUser::TokenUnknown)
    }
}

/// An id and a name are a few dozen bytes.
const MAX_ANSWER_BYTES: usize = 16 * 1024;

/// Long for Zalo, short for a user who waits.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);
