//! Messages over standard input and output, each behind a header with its length, and the loop that waits for them.
//!
//! The reader is lathe's own: that of `lsp-server` ends at the first message that isn't JSON, and an editor would be left alone.

use std::io::{self, BufRead, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use lsp_server::{ErrorCode, Message, Response};
use serde_json::{Value, json};

use super::Server;

/// How long nothing must come in before what changed is judged: someone who types is not interrupted.
const QUIET: Duration = Duration::from_millis(40);

/// The longest message that is read. A spec has at most 4 MiB, and JSON may need six bytes for one.
const LONGEST_MESSAGE: usize = 64 << 20;

/// The longest line of a header.
const LONGEST_LINE: u64 = 4096;

/// What was read.
#[derive(Debug)]
pub enum Incoming {
    /// A message.
    Message(Message),
    /// Something that is no message, and why.
    Malformed(ErrorCode, String),
}

/// Reads one message; `None` at the end of the input.
///
/// # Errors
///
/// When reading fails or the header has no length that can be believed: then nobody knows where the next message begins.
pub fn read(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let invalid = |message: &str| io::Error::new(io::ErrorKind::InvalidData, message.to_owned());
    let mut length: Option<usize> = None;
    loop {
        let mut line = Vec::new();
        let count = input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if count == 0 {
            return Ok(None);
        }
        if !line.ends_with(b"\n") {
            return Err(invalid("a line of a header has no end"));
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        match line.split_once(':') {
            // Empty lines before a header are passed over.
            None if line.is_empty() && length.is_none() => {}
            None if line.is_empty() => break,
            None => return Err(invalid("a line of a header has no colon")),
            Some((name, value)) if name.trim().eq_ignore_ascii_case("content-length") => {
                let value = value
                    .trim()
                    .parse()
                    .map_err(|_| invalid("the length of a message is no number"))?;
                length = Some(value);
            }
            Some(_) => {}
        }
    }
    let length = length.unwrap_or_default();
    if length > LONGEST_MESSAGE {
        // It is passed over without being kept.
        io::copy(&mut input.by_ref().take(length as u64), &mut io::sink())?;
        let message = format!("a message has {length} bytes; the most that is read is {LONGEST_MESSAGE}");
        return Ok(Some(Incoming::Malformed(ErrorCode::InvalidRequest, message)));
    }
    let mut bytes = Vec::new();
    input.by_ref().take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length {
        return Ok(None);
    }
    Ok(Some(parse(&bytes)))
}

/// Reads the content of a message.
pub fn parse(bytes: &[u8]) -> Incoming {
    let value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => return Incoming::Malformed(ErrorCode::ParseError, format!("a message is no JSON: {error}")),
    };
    match serde_json::from_value(value) {
        Ok(message) => Incoming::Message(message),
        Err(_) => Incoming::Malformed(
            ErrorCode::InvalidRequest,
            "a message is neither a request, nor an answer, nor a notification".to_owned(),
        ),
    }
}

/// Writes the answer to something that is no message, and so has no number to answer to.
fn refuse(output: &mut impl Write, code: ErrorCode, message: &str) -> io::Result<()> {
    let answer = json!({ "jsonrpc": "2.0", "id": null, "error": { "code": code as i32, "message": message } });
    let text = answer.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

/// Serves one editor until it says that it goes, or its end of the input closes. The result says whether it took its leave in the order
/// of the protocol.
pub fn serve(mut server: Server, input: impl BufRead + Send + 'static, output: &mut impl Write) -> io::Result<bool> {
    let (sender, receiver) = mpsc::channel();
    // The thread ends with the input, or with the process.
    std::thread::spawn(move || {
        let mut input = input;
        loop {
            let read = read(&mut input);
            let is_end = !matches!(read, Ok(Some(_)));
            if sender.send(read).is_err() || is_end {
                return;
            }
        }
    });
    while server.left().is_none() {
        match wait(&receiver, server.is_due()) {
            Wait::Quiet => answer(&mut server, output, None, Server::settle)?,
            Wait::Incoming(Incoming::Malformed(code, message)) => refuse(output, code, &message)?,
            Wait::Incoming(Incoming::Message(message)) => {
                let id = match &message {
                    Message::Request(request) => Some(request.id.clone()),
                    _ => None,
                };
                answer(&mut server, output, id, |server| server.handle(message))?;
            }
            Wait::End(result) => {
                result?;
                break;
            }
        }
    }
    Ok(server.left().unwrap_or(false))
}

enum Wait {
    /// Nothing came in for a while.
    Quiet,
    Incoming(Incoming),
    /// Nothing will come in any more.
    End(io::Result<()>),
}

fn wait(receiver: &Receiver<io::Result<Option<Incoming>>>, is_due: bool) -> Wait {
    let received = if is_due {
        receiver.recv_timeout(QUIET)
    } else {
        receiver.recv().map_err(|_| RecvTimeoutError::Disconnected)
    };
    match received {
        Ok(Ok(Some(incoming))) => Wait::Incoming(incoming),
        Ok(Ok(None)) | Err(RecvTimeoutError::Disconnected) => Wait::End(Ok(())),
        Ok(Err(error)) => Wait::End(Err(error)),
        Err(RecvTimeoutError::Timeout) => Wait::Quiet,
    }
}

/// Writes what the server has to say. A fault of lathe itself costs one answer and not the whole session.
fn answer(
    server: &mut Server,
    output: &mut impl Write,
    id: Option<lsp_server::RequestId>,
    work: impl FnOnce(&mut Server) -> Vec<Message>,
) -> io::Result<()> {
    let messages = catch_unwind(AssertUnwindSafe(|| work(server))).unwrap_or_else(|_| {
        let text = "lathe has a fault of its own, shown in its standard error".to_owned();
        let response = id.map(|id| Response::new_err(id, ErrorCode::InternalError as i32, text));
        response.map(Message::Response).into_iter().collect()
    });
    for message in messages {
        message.write(output)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &[u8]) -> Vec<String> {
        let mut input = input;
        let mut found = Vec::new();
        loop {
            match read(&mut input) {
                Ok(Some(Incoming::Message(message))) => found.push(match message {
                    Message::Request(request) => request.method,
                    Message::Notification(notification) => notification.method,
                    Message::Response(_) => "response".to_owned(),
                }),
                Ok(Some(Incoming::Malformed(code, _))) => found.push(format!("{code:?}")),
                Ok(None) => return found,
                Err(error) => {
                    found.push(error.to_string());
                    return found;
                }
            }
        }
    }

    fn framed(text: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    }

    #[test]
    fn one_bad_message_is_not_the_end() {
        let good = framed(r#"{"jsonrpc":"2.0","method":"a"}"#);
        let bad = framed("{");
        let strange = framed("[1, 2]");
        let other = "content-length:2\r\nContent-Type: x\r\n\r\n{}";
        let input = format!("{good}{bad}{strange}{other}\r\n{good}");
        assert_eq!(
            all(input.as_bytes()),
            ["a", "ParseError", "InvalidRequest", "InvalidRequest", "a"]
        );
    }

    #[test]
    fn an_input_that_makes_no_sense_ends() {
        for (input, end) in [
            ("", None),
            ("Content-Length: 10\r\n\r\n{}", None),
            ("no header\r\n\r\n", Some("a line of a header has no colon")),
            ("Content-Length: -1\r\n\r\n", Some("the length of a message is no number")),
            ("Content-Length: 1", Some("a line of a header has no end")),
        ] {
            let found = all(input.as_bytes());
            assert_eq!(found.last().map(String::as_str), end, "{input:?}");
        }
        assert_eq!(all(&[b'x'; 10_000]), ["a line of a header has no end"]);
    }

    #[test]
    fn an_absurd_length_is_passed_over() {
        let input = format!("Content-Length: {}\r\n\r\n", usize::MAX / 2);
        assert_eq!(all(input.as_bytes()), ["InvalidRequest"]);
        let nested = framed(&"[".repeat(100_000));
        assert_eq!(all(nested.as_bytes()), ["ParseError"]);
    }
}
