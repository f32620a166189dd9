//! Reads and writes JSON texts.
//!
//! A JSON value is an `any`: null, a truth value, a number (an integer where it is written as one and fits 32 bits), a string, or a
//! reference to an array or object of JSON values. Depth is limited on both ways, and neither uses the host's stack for it.

use std::collections::BTreeMap;

use raya_facts::TrapKind;

use crate::any::{Any, AnyKind};
use crate::context::{Context, Object, kind};
use crate::number::float_text;
use crate::opaque::{Json, Opaque};
use crate::text::quote;
use crate::trap::Trap;

/// What is being read and not yet closed.
enum Open {
    Array(Vec<Any>),
    Object {
        members: Vec<(Box<str>, Any)>,
        positions: BTreeMap<Box<str>, usize>,
        key: Box<str>,
    },
}

/// Reads a JSON text.
///
/// # Errors
///
/// [`TrapKind::InvalidJson`] with the byte offset for a text that is none or is nested too deeply; [`TrapKind::HeapLimit`].
pub fn parse(context: &mut Context, text: &str) -> Result<Any, Trap> {
    let deepest = context.limits.json_depth;
    let mut reader = Reader { text, at: 0 };
    let mut open: Vec<Open> = Vec::new();
    loop {
        // A value begins here.
        reader.skip_space();
        let mut value = match reader.peek() {
            Some(b'[') => {
                reader.at += 1;
                reader.skip_space();
                if reader.eat(b']') {
                    allocate(context, Json::Array(Vec::new()))?
                } else {
                    reader.check_depth(open.len(), deepest)?;
                    open.push(Open::Array(Vec::new()));
                    continue;
                }
            }
            Some(b'{') => {
                reader.at += 1;
                reader.skip_space();
                if reader.eat(b'}') {
                    allocate(context, Json::Object(Vec::new()))?
                } else {
                    reader.check_depth(open.len(), deepest)?;
                    let key = reader.key()?;
                    open.push(Open::Object {
                        members: Vec::new(),
                        positions: BTreeMap::new(),
                        key,
                    });
                    continue;
                }
            }
            Some(b'"') => {
                let text = reader.string()?;
                Any::from_ref(context.heap.allocate_string(&text)?)
            }
            Some(b'-' | b'0'..=b'9') => reader.number()?,
            _ => reader.word()?,
        };
        // The value is complete: it goes into what is open, which it may close.
        loop {
            let Some(top) = open.last_mut() else {
                reader.skip_space();
                if reader.at < text.len() {
                    return Err(reader.fail("something follows the value"));
                }
                return Ok(value);
            };
            reader.skip_space();
            let more = reader.eat(b',');
            let closed = match top {
                Open::Array(items) => {
                    items.push(value);
                    if !more && !reader.eat(b']') {
                        return Err(reader.fail("expected `,` or `]`"));
                    }
                    (!more).then(|| Json::Array(std::mem::take(items)))
                }
                Open::Object { members, positions, key } => {
                    let name = std::mem::take(key);
                    // The last of several members of one name counts, as everywhere.
                    match positions.get(&name) {
                        Some(position) => members[*position].1 = value,
                        None => {
                            positions.insert(name.clone(), members.len());
                            members.push((name, value));
                        }
                    }
                    if more {
                        reader.skip_space();
                        *key = reader.key()?;
                        None
                    } else if reader.eat(b'}') {
                        Some(Json::Object(std::mem::take(members)))
                    } else {
                        return Err(reader.fail("expected `,` or `}`"));
                    }
                }
            };
            match closed {
                Some(json) => {
                    open.pop();
                    value = allocate(context, json)?;
                }
                None => break,
            }
        }
    }
}

fn allocate(context: &mut Context, json: Json) -> Result<Any, Trap> {
    Ok(Any::from_ref(context.heap.allocate_boxed(Opaque::Json(json))?))
}

/// A place in a JSON text.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn fail(&self, what: &str) -> Trap {
        Trap::new(TrapKind::InvalidJson, format!("{what}, at byte {} of the text", self.at))
    }

    fn check_depth(&self, depth: usize, deepest: usize) -> Result<(), Trap> {
        if depth < deepest {
            Ok(())
        } else {
            Err(self.fail(&format!("nested more than {deepest} deep")))
        }
    }

    /// A member's name and the colon behind it.
    fn key(&mut self) -> Result<Box<str>, Trap> {
        if self.peek() != Some(b'"') {
            return Err(self.fail("expected a member's name in quotes"));
        }
        let key = self.string()?;
        self.skip_space();
        if !self.eat(b':') {
            return Err(self.fail("expected `:`"));
        }
        Ok(key.into())
    }

    fn string(&mut self) -> Result<String, Trap> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while self.peek().is_some_and(|byte| byte != b'"' && byte != b'\\' && byte >= 0x20) {
                self.at += 1;
            }
            // Quote, backslash and control characters are never inside of a character of several bytes.
            out.push_str(self.text.get(start..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.at += 1;
                    out.push(self.escape()?);
                }
                Some(_) => return Err(self.fail("a control character must be escaped in a string")),
                None => return Err(self.fail("the string has no end")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Trap> {
        let byte = self.peek().ok_or_else(|| self.fail("the string has no end"))?;
        self.at += 1;
        Ok(match byte {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex()?;
                let code = if (0xD800..0xDC00).contains(&first) {
                    if !(self.eat(b'\\') && self.eat(b'u')) {
                        return Err(self.fail("half of a surrogate pair"));
                    }
                    let second = self.hex()?;
                    if !(0xDC00..0xE000).contains(&second) {
                        return Err(self.fail("half of a surrogate pair"));
                    }
                    0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
                } else {
                    first
                };
                char::from_u32(code).ok_or_else(|| self.fail("half of a surrogate pair"))?
            }
            _ => {
                self.at -= 1;
                return Err(self.fail("no such escape"));
            }
        })
    }

    fn hex(&mut self) -> Result<u32, Trap> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.fail("expected four hexadecimal digits"))?;
            self.at += 1;
        }
        Ok(code)
    }

    fn digits(&mut self) -> Result<(), Trap> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.fail("expected a digit"));
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Any, Trap> {
        let start = self.at;
        self.eat(b'-');
        let zero = self.peek() == Some(b'0');
        let whole = self.at;
        self.digits()?;
        if zero && self.at > whole + 1 {
            return Err(self.fail("a number can't begin with 0 and another digit"));
        }
        let mut integer = true;
        if self.eat(b'.') {
            integer = false;
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            integer = false;
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        // There is no integer -0, so that it stays a float.
        if integer
            && text != "-0"
            && let Ok(value) = text.parse::<i32>()
        {
            return Ok(Any::from_i32(value));
        }
        match text.parse::<f64>() {
            Ok(value) => Ok(Any::from_f64(value)),
            Err(_) => Err(self.fail("expected a number")),
        }
    }

    fn word(&mut self) -> Result<Any, Trap> {
        for (word, value) in [
            ("null", Any::NULL),
            ("true", Any::from_bool(true)),
            ("false", Any::from_bool(false)),
        ] {
            if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.fail("expected a value"))
    }
}

/// What is still to be written.
enum Piece {
    Value(Any),
    Text(&'static str),
    Key(Box<str>),
    Leave,
}

/// Writes a value as a JSON text without spaces.
///
/// # Errors
///
/// [`TrapKind::InvalidJson`] for what JSON can't express: NaN and infinities, other objects, data nested too deeply or containing itself.
/// [`TrapKind::HeapLimit`] when the text would not fit into the heap.
pub fn stringify(context: &Context, value: Any) -> Result<String, Trap> {
    let mut out = String::new();
    let mut depth = 0;
    let mut pieces = vec![Piece::Value(value)];
    while let Some(piece) = pieces.pop() {
        // Shared parts are written once for each place, so that a small document can have an endless text.
        context.heap.check_room(out.len())?;
        let reference = match piece {
            Piece::Text(text) => {
                out.push_str(text);
                continue;
            }
            Piece::Key(key) => {
                quote(&key, &mut out);
                out.push(':');
                continue;
            }
            Piece::Leave => {
                depth -= 1;
                continue;
            }
            Piece::Value(value) => match value.kind() {
                AnyKind::Null => {
                    out.push_str("null");
                    continue;
                }
                AnyKind::Bool(value) => {
                    out.push_str(if value { "true" } else { "false" });
                    continue;
                }
                AnyKind::I32(value) => {
                    out.push_str(&value.to_string());
                    continue;
                }
                AnyKind::F64(value) if value.is_finite() => {
                    out.push_str(&float_text(value));
                    continue;
                }
                AnyKind::F64(value) => {
                    return Err(Trap::new(
                        TrapKind::InvalidJson,
                        format!("JSON has no number {}", float_text(value)),
                    ));
                }
                AnyKind::Ref(reference) => reference,
            },
        };
        let mut parts = match context.object(reference, "a JSON value")? {
            Object::Str(text) => {
                quote(text, &mut out);
                continue;
            }
            Object::Boxed(Opaque::Json(Json::Array(items))) => {
                let mut parts = vec![Piece::Text("[")];
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        parts.push(Piece::Text(","));
                    }
                    parts.push(Piece::Value(*item));
                }
                parts.push(Piece::Text("]"));
                parts
            }
            Object::Boxed(Opaque::Json(Json::Object(members))) => {
                let mut parts = vec![Piece::Text("{")];
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        parts.push(Piece::Text(","));
                    }
                    parts.push(Piece::Key(name.clone()));
                    parts.push(Piece::Value(*value));
                }
                parts.push(Piece::Text("}"));
                parts
            }
            other => {
                return Err(Trap::new(
                    TrapKind::InvalidJson,
                    format!("JSON can't express {}", kind(&other)),
                ));
            }
        };
        depth += 1;
        if depth > context.limits.json_depth {
            return Err(Trap::new(
                TrapKind::InvalidJson,
                format!("the value is nested more than {} deep", context.limits.json_depth),
            ));
        }
        parts.push(Piece::Leave);
        pieces.extend(parts.into_iter().rev());
    }
    Ok(out)
}
