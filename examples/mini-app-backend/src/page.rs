//! The page that stands in for the Mini App, for the demo and the tests.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::Error;

/// Serves the page, whose stub of Zalo's SDK speaks to Zalo's side at this address.
///
/// # Errors
/// An address that cannot stand in a header field.
pub fn router(zalo_url: &str) -> Result<Router, Error> {
    let index = include_str!("../page/index.html").replace("ZALO_URL", zalo_url);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {zalo_url}"
    );
    let policy = HeaderValue::from_str(&policy)?;
    let html = [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
    let index = (html, [(CONTENT_SECURITY_POLICY, policy)], index);
    Ok(Router::new()
        .route("/", get(async || index))
        .route("/style.css", get(async || typed("text/css", include_str!("../page/style.css"))))
        .route("/app.js", get(async || script(include_str!("../page/app.js"))))
        .route("/zmp-sdk.js", get(async || script(include_str!("../page/zmp-sdk.js")))))
}

fn script(text: &'static str) -> impl IntoResponse {
    typed("text/javascript; charset=utf-8", text)
}

fn typed(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, content_type)], text)
}
