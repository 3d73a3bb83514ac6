//! The page in a headless Chromium: what the backend answers to a real browser.
//!
//! Where there is no Chromium it says so loudly, and fails under CI.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::path::Path;
use std::process::{Command, Stdio};

use common::World;
use example_host::testing::is_installed;

#[tokio::test(flavor = "multi_thread")]
async fn each_case_of_the_page_ends_as_it_should() {
    let Some(document) = page("run").await else { return };
    assert!(document.contains(r#"data-ran="all""#), "{document}");
    for (case, expected) in [
        ("login-once", "start 200; webhook 200; verify 200 Nguyễn An; verify 409 ALREADY_USED"),
        ("not-approved", "start 200; verify 409 NOT_CONFIRMED_YET"),
        (
            "replayed-webhook",
            "start 200; webhook 200; verify 200 Nguyễn An; webhook again 200; verify 409 ALREADY_USED; \
             wait 331 s; webhook again 400; verify 403 LOGIN_EXPIRED",
        ),
        ("swapped-token", "start 200; webhook 200; verify 403 LOGIN_REFUSED; verify 200 Nguyễn An"),
        ("expired-confirmation", "start 200; webhook 200; wait 121 s; verify 403 LOGIN_EXPIRED"),
    ] {
        let row = format!(r#"data-case="{case}" data-said="{expected}""#);
        assert!(document.contains(&row), "{row}\n{document}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_logs_in() {
    let Some(document) = page("press").await else { return };
    assert!(document.contains("Xin chào, Nguyễn An!"), "{document}");
}

/// The page as it stands once it has done what this fragment asks for.
async fn page(fragment: &str) -> Option<String> {
    if !is_installed("chromium", "chromium") {
        return None;
    }
    let world = World::start().await;
    let url = format!("{}/#{fragment}", world.client.backend);
    let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("chromium-{fragment}"));
    let output = tokio::task::spawn_blocking(move || {
        // Its clock runs ahead while nothing is under way, so a page that waits costs no time.
        let output = Command::new("timeout")
            .args(["120", "chromium", "--headless", "--no-sandbox", "--disable-gpu"])
            .args(["--disable-dev-shm-usage", "--no-proxy-server", "--virtual-time-budget=20000"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .args(["--dump-dom", &url])
            .stdin(Stdio::null())
            .output();
        let _ = std::fs::remove_dir_all(profile);
        output.unwrap()
    });
    let output = output.await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}
