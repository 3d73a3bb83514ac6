//! What the tests of hosts start: servers in this process or in one of their own, and a `redis-server`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use tokio::net::TcpListener;

use crate::Log;

/// Serves this on a port of its own, and gives its address.
pub async fn start(service: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    url
}

/// What a server logged.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    /// The log that writes here.
    #[must_use]
    pub fn log(&self) -> Log {
        let lines = self.clone();
        Arc::new(move |line| lines.0.lock().unwrap().push(line.to_owned()))
    }

    /// The lines of one kind, such as `audit:`.
    #[must_use]
    pub fn starting_with(&self, kind: &str) -> Vec<String> {
        let lines = self.0.lock().unwrap();
        lines.iter().filter(|line| line.starts_with(kind)).cloned().collect()
    }

    /// The field of the last audit record, or nothing.
    #[must_use]
    pub fn last_audit(&self, field: &str) -> String {
        let record = self.starting_with("audit:").pop().unwrap();
        let value = record.split(' ').find_map(|pair| pair.strip_prefix(&format!("{field}=")));
        value.unwrap_or_default().to_owned()
    }
}

/// Waits for what happens beside a request, but not for ever.
pub async fn eventually(happened: impl Fn() -> bool) {
    let started = Instant::now();
    while !happened() {
        assert!(started.elapsed() < PATIENCE, "it never happened");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A server in a process of its own, which ends with the test.
pub struct Server {
    url: String,
    lines: Lines,
    _process: Process,
}

impl Server {
    /// Starts it, and waits until it says on which address it is `listening on`.
    pub fn start(command: &mut Command) -> Self {
        let mut process = Process::start(command.stdout(Stdio::piped()));
        let mut output = BufReader::new(process.0.stdout.take().unwrap()).lines();
        let lines = Lines::default();
        let log = lines.log();
        let url = output.by_ref().map_while(Result::ok).find_map(|line| {
            log(&line);
            line.split_once("listening on ").map(|(_, url)| url.to_owned())
        });
        thread::spawn(move || output.map_while(Result::ok).for_each(|line| log(&line)));
        Self { url: url.unwrap(), lines, _process: process }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it said.
    #[must_use]
    pub const fn lines(&self) -> &Lines {
        &self.lines
    }
}

/// A process that ends with the test.
pub struct Process(Child);

impl Process {
    /// Starts it.
    pub fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether this program is there. Where it is not, the test is skipped, loudly, and fails under CI.
#[must_use]
pub fn is_installed(program: &str, package: &str) -> bool {
    let mut asked = Command::new(program);
    if asked.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok() {
        return true;
    }
    assert!(env::var_os("CI").is_none(), "no {program}");
    // Not by `eprintln!`, which the test harness keeps to itself.
    let loud = format!("SKIPPED: no {program}; `apt-get install {package}` brings it\n");
    std::io::stderr().write_all(loud.as_bytes()).unwrap();
    false
}

/// A `redis-server` that keeps everything in memory, on a port that happens to be free.
pub struct Redis {
    port: u16,
    process: Option<Process>,
}

impl Redis {
    /// None where it is not installed.
    #[must_use]
    pub fn start() -> Option<Self> {
        if !is_installed("redis-server", "redis-server") {
            return None;
        }
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut redis = Self { port, process: None };
        redis.restart();
        Some(redis)
    }

    /// Ends it, if it runs, and starts it with nothing in it.
    pub fn restart(&mut self) {
        self.stop();
        self.process = Some(Process::start(
            Command::new("redis-server")
                .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
                .args(["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"])
                .stdout(Stdio::null()),
        ));
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(started.elapsed() < PATIENCE, "redis-server does not come up");
            thread::sleep(Duration::from_millis(10));
        }
        self.command(b"PING\r\n", b"+PONG\r\n");
    }

    /// Ends it.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Sends its process a signal, such as `-STOP`.
    pub fn signal(&self, signal: &str) {
        let id = self.process.as_ref().unwrap().0.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Sends it a command of its protocol, and expects this reply.
    pub fn command(&self, command: &[u8], expected: &[u8]) {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        connection.write_all(command).unwrap();
        let mut answer = vec![0; expected.len()];
        connection.read_exact(&mut answer).unwrap();
        assert_eq!(answer, expected);
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

/// How long a test waits for what should take a moment.
const PATIENCE: Duration = Duration::from_secs(10);
