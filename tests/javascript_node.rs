//! Fresh random bodies, each read by this crate and by a live Node: not one byte may differ.
//!
//! `COUNTERSIGN_SEED` repeats a run, `COUNTERSIGN_BODIES` makes it longer.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdout, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use countersign::encoding::hex;
use countersign::javascript::{self, JavascriptError, Limits, Profile};

/// Reads a body a line, in hex; answers with what document `003` signs, with and without the byte
/// order mark, and `JSON.stringify`.
const REFERENCE: &str = r#"
const hex = (text) => "=" + Buffer.from(text, "utf8").toString("hex");
const attempt = (action) => { try { return hex(action()); } catch (error) { return error.name; } };
const content = (data) => {
  let content = "";
  for (const key of Object.keys(data).sort()) {
    content += typeof data[key] === "object" ? JSON.stringify(data[key]) : data[key];
  }
  return content;
};
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const body = Buffer.from(line, "hex");
  const stripped = body.subarray(0, 3).toString("hex") === "efbbbf" ? body.subarray(3) : body;
  const read = (bytes) => JSON.parse(bytes.toString("utf8"));
  const answers = [() => content(read(body)), () => content(read(stripped)), () => JSON.stringify(read(body))];
  process.stdout.write(answers.map(attempt).join(" ") + "\n");
});
"#;

const LEAST_BODIES: u64 = 20_000;
const BATCH: u64 = 1_000;

#[test]
fn agrees_with_a_live_node_on_fresh_bodies() {
    let number = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>().unwrap());
    let bodies = number("COUNTERSIGN_BODIES").unwrap_or(LEAST_BODIES).max(LEAST_BODIES);
    let seed = number("COUNTERSIGN_SEED").unwrap_or_else(|| {
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        clock.as_nanos() as u64
    });
    let node = Command::new("node")
        .args(["-e", REFERENCE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut node) = node else {
        assert!(std::env::var_os("CI").is_none(), "node is missing");
        eprintln!("SKIPPED: node is missing");
        return;
    };
    let mut input = node.stdin.take().unwrap();
    let mut output = BufReader::new(node.stdout.take().unwrap());
    let mut random = Random(seed);
    let mut tally = Tally::default();
    for _ in 0..bodies.div_ceil(BATCH) {
        let batch: Vec<_> = (0..BATCH).map(|_| body(&mut random)).collect();
        let lines: String = batch.iter().map(|body| hex::encode(body) + "\n").collect();
        std::thread::scope(|scope| {
            scope.spawn(|| input.write_all(lines.as_bytes()).unwrap());
            batch.iter().for_each(|body| tally.add(compare(body, &mut output, seed)));
        });
    }
    drop(input);
    assert!(node.wait().unwrap().success());
    eprintln!("seed {seed}: {tally:?}");
    // A generator that makes only refusals, or none, would prove little.
    assert!(tally.read * 2 > bodies && tally.refused * 20 > bodies, "{tally:?}");
}

#[derive(Debug, Default)]
struct Tally {
    read: u64,
    refused: u64,
}

impl Tally {
    fn add(&mut self, read: bool) {
        *if read { &mut self.read } else { &mut self.refused } += 1;
    }
}

/// Compares the answers on one body, and says whether it was read.
fn compare(body: &[u8], output: &mut BufReader<ChildStdout>, seed: u64) -> bool {
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let ours = [content(body, Profile::Node), content(body, Profile::BomTolerant), json(body)].map(
        |answer| match answer {
            Ok(text) => format!("={}", hex::encode(text)),
            Err(JavascriptError::Syntax { .. }) => "SyntaxError".to_owned(),
            Err(JavascriptError::Null) => "TypeError".to_owned(),
            Err(other) => other.to_string(),
        },
    );
    let theirs: Vec<_> = line.trim_end().split(' ').collect();
    let shown = String::from_utf8_lossy(body);
    assert_eq!(ours[..], theirs[..], "seed {seed}, body {} = {shown}", hex::encode(body));
    ours[0].starts_with('=')
}

fn content(body: &[u8], profile: Profile) -> Result<Vec<u8>, JavascriptError> {
    let mut content = Vec::new();
    javascript::parse(body, profile, LIMITS)?.write_sorted_values(&mut content)?;
    Ok(content)
}

fn json(body: &[u8]) -> Result<Vec<u8>, JavascriptError> {
    let mut json = Vec::new();
    javascript::parse(body, Profile::Node, LIMITS)?.root().write_json(&mut json);
    Ok(json)
}

const LIMITS: Limits = Limits::WEBHOOK.with_max_bytes(1 << 20).with_max_depth(1_000);

/// A body: most are JSON, some nearly.
fn body(random: &mut Random) -> Vec<u8> {
    let mut body = Vec::new();
    if random.one_in(40) {
        body.extend("\u{feff}".as_bytes());
    }
    blank(random, &mut body);
    match random.below(20) {
        0 => value(random, 3, &mut body),
        1 => array(random, 3, &mut body),
        2 => {
            let depth = random.below(150);
            body.extend(b"{\"k\":[".repeat(depth));
            value(random, 1, &mut body);
            body.extend(b"]}".repeat(depth));
        }
        _ => object(random, 4, &mut body),
    }
    blank(random, &mut body);
    if random.one_in(8) {
        spoil(random, &mut body);
    }
    body
}

fn value(random: &mut Random, depth: usize, body: &mut Vec<u8>) {
    match random.below(if depth == 0 { 7 } else { 10 }) {
        0 => body.extend(*random.pick(&[&b"true"[..], b"false", b"null"])),
        1..4 => number(random, body),
        4..7 => string(random, body),
        7 => array(random, depth - 1, body),
        _ => object(random, depth - 1, body),
    }
}

fn array(random: &mut Random, depth: usize, body: &mut Vec<u8>) {
    let count = count(random);
    list(random, body, *b"[]", count, |random, body| value(random, depth, body));
}

fn object(random: &mut Random, depth: usize, body: &mut Vec<u8>) {
    let count = count(random);
    let depth = if count > 12 { 0 } else { depth };
    list(random, body, *b"{}", count, |random, body| {
        key(random, body);
        blank(random, body);
        body.push(b':');
        blank(random, body);
        value(random, depth, body);
    });
}

fn list(
    random: &mut Random,
    body: &mut Vec<u8>,
    brackets: [u8; 2],
    count: usize,
    item: impl Fn(&mut Random, &mut Vec<u8>),
) {
    body.push(brackets[0]);
    blank(random, body);
    for index in 0..count {
        if index > 0 {
            body.push(b',');
            blank(random, body);
        }
        item(random, body);
        blank(random, body);
    }
    body.push(brackets[1]);
}

/// Mostly few; sometimes more than fit inside a tape, or than are compared with each other.
fn count(random: &mut Random) -> usize {
    match random.below(40) {
        0 => random.below(120),
        1..5 => random.below(20),
        _ => random.below(6),
    }
}

fn blank(random: &mut Random, body: &mut Vec<u8>) {
    if random.one_in(12) {
        let blanks = [&b" "[..], b"\n", b"\r\n", b"\t", b"    "];
        body.extend(*random.pick(&blanks));
    }
}

fn key(random: &mut Random, body: &mut Vec<u8>) {
    const KEYS: [&str; 41] = [
        "",
        "a",
        "b",
        "c",
        "ab",
        "ba",
        "A",
        "B",
        "id",
        "name",
        "event",
        "timestamp",
        "0",
        "1",
        "2",
        "9",
        "10",
        "01",
        "-0",
        "-1",
        "1e3",
        "1.5",
        "4294967293",
        "4294967294",
        "4294967295",
        "4294967296",
        "42949672940",
        "__proto__",
        "constructor",
        "toJSON",
        "length",
        "\\u0061",
        "a\\u0062",
        "\\u0030",
        "\\u0031\\u0030",
        "é",
        "e\u{301}",
        "\u{e000}",
        "\u{ffff}",
        "\u{10000}",
        "\\ud800\\udc00",
    ];
    if random.one_in(4) {
        return string(random, body);
    }
    body.push(b'"');
    body.extend(random.pick(&KEYS).as_bytes());
    if random.one_in(6) {
        body.extend(random.below(100).to_string().as_bytes());
    }
    body.push(b'"');
}

fn string(random: &mut Random, body: &mut Vec<u8>) {
    body.push(b'"');
    for _ in 0..random.below(5) {
        piece(random, body);
    }
    body.push(b'"');
}

fn piece(random: &mut Random, body: &mut Vec<u8>) {
    const WORDS: [&str; 12] = [
        "a",
        "word",
        "two words",
        "Xác thực",
        "日本",
        "😀",
        "\u{7f}\u{80}",
        "\u{2028}",
        "\u{feff}",
        "\u{e000}\u{ffff}",
        "\u{10ffff}",
        "/",
    ];
    const ESCAPES: [&str; 10] =
        ["\\n", "\\t", "\\r", "\\b", "\\f", "\\\"", "\\\\", "\\/", "\\u000b", "\\u2028"];
    const BROKEN: [&[u8]; 12] = [
        b"\xff",
        b"\xc0\xaf",
        b"\xc3",
        b"\xe2\x82",
        b"\xed\xa0\x80",
        b"\xed\xa0\xbd\xed\xb8\x80",
        b"\xf0\x9f\x98",
        b"\xf0\x9f",
        b"\xf4\x90\x80\x80",
        b"\x80\x80",
        b"\xe0\x80\xaf",
        b"\xf8\x88\x80\x80\x80",
    ];
    match random.below(24) {
        0..10 => body.extend(random.pick(&WORDS).as_bytes()),
        10..14 => body.extend(random.pick(&ESCAPES).as_bytes()),
        14..16 => body.extend(format!("\\u{:04x}", random.below(0x1_0000)).bytes()),
        16..18 => body.extend(format!("\\u{:04X}", 0xd800 + random.below(0x400)).bytes()),
        18..20 => body.extend(format!("\\u{:04x}", 0xdc00 + random.below(0x400)).bytes()),
        20 => body.extend(format!("\\u{:04x}", random.below(0x80)).bytes()),
        21 => body.extend(b"x".repeat(random.below(600))),
        22 => body.extend(*random.pick(&BROKEN)),
        _ => body.extend(
            char::from_u32(random.below(0x11_0000) as u32).unwrap_or('?').to_string().bytes(),
        ),
    }
}

fn number(random: &mut Random, body: &mut Vec<u8>) {
    const NUMBERS: [&str; 30] = [
        "0",
        "-0",
        "0.0",
        "-0.0",
        "1.0",
        "1.50",
        "1e21",
        "1e20",
        "999999999999999999999",
        "1e-6",
        "1e-7",
        "0.000001",
        "0.0000001",
        "5e-324",
        "4.9e-324",
        "2e-324",
        "2.5e-324",
        "1.7976931348623157e308",
        "1e400",
        "-1e400",
        "9007199254740991",
        "9007199254740992",
        "9007199254740993",
        "-9007199254740993",
        "123456789012345680000",
        "2.2250738585072011e-308",
        "0e999",
        "1E+2",
        "100e-2",
        "1670553442564",
    ];
    let digits = |random: &mut Random, most: usize| -> String {
        (0..=random.below(most)).map(|_| char::from(b'0' + random.below(10) as u8)).collect()
    };
    let whole =
        |random: &mut Random, most: usize| match digits(random, most).trim_start_matches('0') {
            "" => "0".to_owned(),
            digits => digits.to_owned(),
        };
    let text = match random.below(11) {
        0 => (*random.pick(&NUMBERS)).to_owned(),
        1 => whole(random, 25),
        2 => format!("{}.{}", whole(random, 18), digits(random, 18)),
        3 => format!("0.{}{}", "0".repeat(random.below(9)), digits(random, 18)),
        4 => format!(
            "{}{}{}",
            whole(random, 3),
            random.pick(&["e", "E", "e+", "e-", "E-"]),
            random.below(330)
        ),
        5 => format!("{}.{}e{}", whole(random, 3), digits(random, 20), random.below(40)),
        6 => {
            let any = f64::from_bits(random.next() >> 1);
            if any.is_finite() { format!("{any:e}") } else { "1".to_owned() }
        }
        7 => halfway(random),
        8 => ((1_u64 << 53) + random.next() % 64 - 32).to_string(),
        9 => format!("{:e}", 2_f64.powi(random.below(2_098) as i32 - 1_074)),
        _ => random.below(10_000).to_string(),
    };
    if random.one_in(4) {
        body.push(b'-');
    }
    body.extend(text.bytes());
}

/// A double halfway between two shortest texts, or near one: few bits behind the point, and all 53
/// in use.
fn halfway(random: &mut Random) -> String {
    let mantissa = (1_u64 << 52 | random.next() >> 12) as f64;
    let divisor = (1_u64 << (1 + random.below(40))) as f64;
    format!("{:e}", mantissa / divisor)
}

/// Changes, drops, repeats or cuts a few bytes.
fn spoil(random: &mut Random, body: &mut Vec<u8>) {
    for _ in 0..=random.below(2) {
        let Some(place) = body.len().checked_sub(1).map(|last| random.below(last + 1)) else {
            return;
        };
        match random.below(5) {
            0 => body[place] = random.next() as u8,
            1 => body[place] = *random.pick(b"{}[],:\"\\ue0-+.\n \x1f/"),
            2 => drop(body.remove(place)),
            3 => body.insert(place, body[place]),
            _ => body.truncate(place),
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.next() % bound as u64) as usize }
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<'t, T>(&mut self, choices: &'t [T]) -> &'t T {
        &choices[self.below(choices.len())]
    }
}
