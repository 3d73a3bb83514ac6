//! `JSON.parse`, `String`, `JSON.stringify` and `Object.keys(data).sort()` as ECMA-262 has them, over vectors of UTF-16 code units.

type Units = Vec<u16>;

/// What `JSON.parse` returns.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    Number(f64),
    String(Units),
    Array(Vec<Value>),
    /// Own properties in the order of their creation.
    Object(Vec<(Units, Value)>),
}

/// Reads a body as `JSON.parse(body.toString("utf8"))`; `None` where that throws, or beyond `max_depth`.
pub fn parse(body: &[u8], max_depth: usize) -> Option<Value> {
    let units: Units = String::from_utf8_lossy(body).encode_utf16().collect();
    let mut reader = Reader { units: &units, max_depth };
    let value = reader.value(0)?;
    reader.skip_blanks();
    reader.units.is_empty().then_some(value)
}

/// What document `003` has signed: the values in the order of their sorted keys. `None` for `null`.
pub fn sorted_values(value: &Value) -> Option<Vec<u8>> {
    let mut entries: Vec<(Units, Value)> = match value {
        Value::Null => return None,
        Value::Boolean(_) | Value::Number(_) => Vec::new(),
        Value::String(units) => (0..)
            .zip(units)
            .map(|(index, unit)| (digits(index), Value::String(vec![*unit])))
            .collect(),
        Value::Array(elements) => {
            (0..).zip(elements).map(|(index, value)| (digits(index), value.clone())).collect()
        }
        Value::Object(members) => members.clone(),
    };
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    let units: Units = entries.iter().flat_map(|(_, value)| concatenated(value)).collect();
    Some(String::from_utf16_lossy(&units).into_bytes())
}

/// `JSON.stringify(value)`.
pub fn stringify(value: &Value) -> String {
    let mut units = Units::new();
    write(value, &mut units);
    String::from_utf16(&units).unwrap()
}

fn digits(index: u32) -> Units {
    index.to_string().encode_utf16().collect()
}

/// What `content += value` appends in document `003`.
fn concatenated(value: &Value) -> Units {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => {
            stringify(value).encode_utf16().collect()
        }
        Value::String(units) => units.clone(),
        Value::Boolean(value) => value.to_string().encode_utf16().collect(),
        Value::Number(number) => number_text(*number).encode_utf16().collect(),
    }
}

fn write(value: &Value, to: &mut Units) {
    match value {
        Value::Null => to.extend("null".encode_utf16()),
        Value::Boolean(value) => to.extend(value.to_string().encode_utf16()),
        Value::Number(number) if number.is_finite() => {
            to.extend(number_text(*number).encode_utf16())
        }
        Value::Number(_) => to.extend("null".encode_utf16()),
        Value::String(units) => quote(units, to),
        Value::Array(elements) => {
            to.push(b'['.into());
            for (index, element) in elements.iter().enumerate() {
                to.extend((index > 0).then_some(u16::from(b',')));
                write(element, to);
            }
            to.push(b']'.into());
        }
        Value::Object(members) => {
            to.push(b'{'.into());
            for (index, (key, value)) in own_order(members).into_iter().enumerate() {
                to.extend((index > 0).then_some(u16::from(b',')));
                quote(key, to);
                to.push(b':'.into());
                write(value, to);
            }
            to.push(b'}'.into());
        }
    }
}

/// OrdinaryOwnPropertyKeys: array indices first and ascending, then the others as they were created.
fn own_order(members: &[(Units, Value)]) -> Vec<&(Units, Value)> {
    let mut ordered: Vec<_> = members.iter().collect();
    ordered.sort_by_key(|(key, _)| array_index(key).unwrap_or(u32::MAX));
    ordered
}

/// An array index: the canonical text of an integer from 0 to 2^32 - 2.
fn array_index(key: &[u16]) -> Option<u32> {
    let index: u32 = String::from_utf16(key).ok()?.parse().ok()?;
    (index < u32::MAX && digits(index) == key).then_some(index)
}

/// QuoteJSONString, with the well-formedness of ECMA-262 2019: lone surrogates are escaped.
fn quote(units: &[u16], to: &mut Units) {
    to.push(b'"'.into());
    for decoded in char::decode_utf16(units.iter().copied()) {
        let text = match decoded {
            Ok('"') => "\\\"".into(),
            Ok('\\') => "\\\\".into(),
            Ok('\u{8}') => "\\b".into(),
            Ok('\u{c}') => "\\f".into(),
            Ok('\n') => "\\n".into(),
            Ok('\r') => "\\r".into(),
            Ok('\t') => "\\t".into(),
            Ok(control) if control < ' ' => format!("\\u{:04x}", u32::from(control)),
            Ok(other) => other.to_string(),
            Err(lone) => format!("\\u{:04x}", lone.unpaired_surrogate()),
        };
        to.extend(text.encode_utf16());
    }
    to.push(b'"'.into());
}

/// Number::toString (ECMA-262 §6.1.6.1.20).
pub fn number_text(number: f64) -> String {
    if number == 0.0 {
        return "0".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    let sign = if number < 0.0 { "-" } else { "" };
    let scientific = format!("{:e}", number.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap();
    let digits = even_of_two(number.abs(), &mantissa.replace('.', ""));
    // The value is 0.digits × 10^n.
    let n = exponent.parse::<i32>().unwrap() + 1;
    let k = i32::try_from(digits.len()).unwrap();
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap());
    let body = if (k..=21).contains(&n) {
        format!("{digits}{}", zeros(n - k))
    } else if (1..=21).contains(&n) {
        let (whole, fraction) = digits.split_at(usize::try_from(n).unwrap());
        format!("{whole}.{fraction}")
    } else if (-5..=0).contains(&n) {
        format!("0.{}{digits}", zeros(-n))
    } else {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        format!("{first}{point}{rest}e{:+}", n - 1)
    };
    format!("{sign}{body}")
}

/// Rust's digits are the shortest. Where two of that length are equally near, the specification's note and V8 take the even one.
fn even_of_two(number: f64, digits: &str) -> String {
    // No double has more digits than that, so this is its value, exactly.
    let (mantissa, exponent) = format!("{number:.800e}")
        .split_once('e')
        .map(|(m, e)| (m.replace('.', ""), e.to_owned()))
        .unwrap();
    let (below, rest) = mantissa.split_at(digits.len());
    if rest.trim_end_matches('0') != "5" {
        return digits.to_owned();
    }
    let below: u64 = below.parse().unwrap();
    let even = (below + below % 2).to_string();
    let reads_back = even.len() == digits.len() && {
        let (first, others) = even.split_at(1);
        format!("{first}.{others}e{exponent}").parse() == Ok(number)
    };
    if reads_back { even } else { digits.to_owned() }
}

struct Reader<'u> {
    units: &'u [u16],
    max_depth: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_blanks();
        match char::from_u32((*self.units.first()?).into())? {
            'n' => self.word("null").map(|()| Value::Null),
            't' => self.word("true").map(|()| Value::Boolean(true)),
            'f' => self.word("false").map(|()| Value::Boolean(false)),
            '"' => self.string().map(Value::String),
            '[' if depth < self.max_depth => self.array(depth + 1),
            '{' if depth < self.max_depth => self.object(depth + 1),
            '-' | '0'..='9' => self.number(),
            _ => None,
        }
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        let mut elements = Vec::new();
        self.word("[")?;
        if self.blanks_then("]") {
            return Some(Value::Array(elements));
        }
        loop {
            elements.push(self.value(depth)?);
            if self.blanks_then("]") {
                return Some(Value::Array(elements));
            }
            self.word(",")?;
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        let mut members: Vec<(Units, Value)> = Vec::new();
        self.word("{")?;
        if self.blanks_then("}") {
            return Some(Value::Object(members));
        }
        loop {
            self.skip_blanks();
            let key = self.string()?;
            self.blanks_then(":").then_some(())?;
            let value = self.value(depth)?;
            match members.iter_mut().find(|(name, _)| *name == key) {
                Some((_, old)) => *old = value,
                None => members.push((key, value)),
            }
            if self.blanks_then("}") {
                return Some(Value::Object(members));
            }
            self.word(",")?;
        }
    }

    fn string(&mut self) -> Option<Units> {
        self.word("\"")?;
        let mut units = Units::new();
        loop {
            match self.next()? {
                0..=0x1f => return None,
                0x22 => return Some(units),
                0x5c => units.push(self.escape()?),
                unit => units.push(unit),
            }
        }
    }

    fn escape(&mut self) -> Option<u16> {
        Some(match char::from_u32(self.next()?.into())? {
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'u' => {
                let mut unit = 0;
                for _ in 0..4 {
                    let digit = char::from_u32(self.next()?.into())?.to_digit(16)?;
                    unit = unit << 4 | u16::try_from(digit).ok()?;
                }
                unit
            }
            same @ ('"' | '\\' | '/') => u16::try_from(u32::from(same)).ok()?,
            _ => return None,
        })
    }

    fn number(&mut self) -> Option<Value> {
        let mut text = String::new();
        self.take(&mut text, |unit| unit == '-');
        let sign = text.len();
        self.take(&mut text, |unit| unit.is_ascii_digit());
        let whole = &text[sign..];
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if sign > 1 || whole.is_empty() || leading_zero {
            return None;
        }
        if self.word(".").is_some() {
            text.push('.');
            (self.take(&mut text, |unit| unit.is_ascii_digit()) > 0).then_some(())?;
        }
        if self.word("e").is_some() || self.word("E").is_some() {
            text.push('e');
            (self.take(&mut text, |unit| matches!(unit, '+' | '-')) <= 1).then_some(())?;
            (self.take(&mut text, |unit| unit.is_ascii_digit()) > 0).then_some(())?;
        }
        text.parse().ok().map(Value::Number)
    }

    fn take(&mut self, to: &mut String, accepts: impl Fn(char) -> bool) -> usize {
        let before = to.len();
        while let Some(unit) = self.units.first().and_then(|unit| char::from_u32((*unit).into()))
            && accepts(unit)
        {
            to.push(unit);
            self.units = &self.units[1..];
        }
        to.len() - before
    }

    fn next(&mut self) -> Option<u16> {
        let (first, rest) = self.units.split_first()?;
        self.units = rest;
        Some(*first)
    }

    fn skip_blanks(&mut self) {
        while let Some(0x20 | 0x09 | 0x0a | 0x0d) = self.units.first() {
            self.units = &self.units[1..];
        }
    }

    fn blanks_then(&mut self, word: &str) -> bool {
        self.skip_blanks();
        self.word(word).is_some()
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let word: Units = word.encode_utf16().collect();
        self.units = self.units.strip_prefix(&*word)?;
        Some(())
    }
}
