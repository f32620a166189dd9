//! An editor, as far as a language server can tell: starts `lathe lsp`, sends framed messages and waits for what comes back.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::copy;

/// How long an answer may take on a machine that is busy with something else.
const PATIENCE: Duration = Duration::from_secs(60);

/// A workspace in a temporary folder, and an editor that has it open.
pub struct Client {
    pub folder: tempfile::TempDir,
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    next: i64,
    versions: BTreeMap<String, i64>,
    texts: BTreeMap<String, String>,
}

/// A copy of the tiny machine with what it gives, as a workspace of its own.
pub fn workspace() -> tempfile::TempDir {
    workspace_of("tiny-machine")
}

/// A copy of another base.
pub fn workspace_of(base: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&Path::new("tests/bases").join(base), folder.path());
    fs::write(folder.path().join("Cargo.toml"), "[workspace]\n").expect("a manifest can be written");
    folder
}

/// Runs another verb in a workspace.
pub fn lathe(folder: &Path, arguments: &[&str]) {
    let status = Command::new(env!("CARGO_BIN_EXE_lathe"))
        .args(arguments)
        .current_dir(folder)
        .status();
    assert!(status.expect("lathe can be started").success(), "{arguments:?}");
}

impl Client {
    /// Starts the server in a workspace, without a word.
    pub fn start(folder: tempfile::TempDir) -> Client {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lathe"))
            .arg("lsp")
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("lathe can be started");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, messages) = mpsc::channel();
        std::thread::spawn(move || {
            let mut output = output;
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Client {
            folder,
            child,
            input,
            messages,
            next: 1,
            versions: BTreeMap::new(),
            texts: BTreeMap::new(),
        }
    }

    /// Starts the server and introduces the editor.
    pub fn open_workspace(folder: tempfile::TempDir) -> Client {
        let mut client = Client::start(folder);
        let root = format!("file://{}", client.folder.path().display());
        let folders = json!([{ "uri": root, "name": "tiny" }]);
        let params = json!({ "processId": null, "rootUri": root, "capabilities": {}, "workspaceFolders": folders });
        let answer = client.ask("initialize", params);
        assert_eq!(answer["capabilities"]["hoverProvider"], json!(true), "{answer}");
        client.tell("initialized", json!({}));
        client
    }

    pub fn uri(&self, path: &str) -> String {
        // Temporary folders may be reached by links; the server names the place itself.
        let folder = self.folder.path().canonicalize().expect("it is there");
        format!("file://{}/{path}", folder.display())
    }

    /// The root-relative path of a URI.
    pub fn path(&self, uri: &Value) -> String {
        let root = self.uri("");
        let uri = uri.as_str().expect("it is a text");
        uri.strip_prefix(&root)
            .unwrap_or_else(|| panic!("{uri} is not below {root}"))
            .to_owned()
    }

    pub fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("it is open");
        input
            .write_all(bytes)
            .and_then(|()| input.flush())
            .expect("the server listens");
    }

    pub fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and gives its answer: the result, or the whole message if that is an error.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.next;
        self.next += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let mut answer = self.wait(|message| message["id"] == json!(id) && message.get("method").is_none());
        match answer.get_mut("result") {
            Some(result) => result.take(),
            None => answer,
        }
    }

    /// The next message that fits; others are passed over.
    pub fn wait(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.messages.recv_timeout(PATIENCE).expect("an answer comes");
            if fits(&message) {
                return message;
            }
        }
    }

    /// The text of a file as the editor shows it.
    pub fn text(&self, path: &str) -> String {
        match self.texts.get(path) {
            Some(text) => text.clone(),
            None => fs::read_to_string(self.folder.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}")),
        }
    }

    pub fn open(&mut self, path: &str) {
        let text = self.text(path);
        self.texts.insert(path.to_owned(), text.clone());
        self.versions.insert(path.to_owned(), 1);
        let document = json!({ "uri": self.uri(path), "languageId": "toml", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces the first `old` in a file, as one change of its range.
    pub fn replace(&mut self, path: &str, old: &str, new: &str) {
        let text = self.text(path);
        let start = text.find(old).unwrap_or_else(|| panic!("{old:?} is not in {path}"));
        let range = json!({ "start": position(&text, start), "end": position(&text, start + old.len()) });
        self.texts.insert(path.to_owned(), text.replacen(old, new, 1));
        self.change(path, json!([{ "range": range, "text": new }]));
    }

    /// Sends changes as they are.
    pub fn change(&mut self, path: &str, changes: Value) {
        let version = self.versions.entry(path.to_owned()).or_default();
        *version += 1;
        let document = json!({ "uri": self.folder_uri(path), "version": *self.versions.get(path).expect("it is set") });
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        );
    }

    fn folder_uri(&self, path: &str) -> String {
        self.uri(path)
    }

    /// The diagnostics of a file for its newest text.
    pub fn diagnostics(&mut self, path: &str) -> Vec<Value> {
        let (uri, version) = (self.uri(path), self.versions.get(path).copied());
        let message = self.wait(|message| {
            message["method"] == json!("textDocument/publishDiagnostics")
                && message["params"]["uri"] == json!(uri)
                && version.is_none_or(|version| message["params"]["version"] == json!(version))
        });
        message["params"]["diagnostics"].as_array().expect("it is a list").clone()
    }

    /// The parameters of a question about the place that `|` marks in a piece of a file.
    pub fn at(&self, path: &str, piece: &str) -> Value {
        let text = self.text(path);
        let cursor = piece.find('|').expect("a cursor");
        let plain = piece.replacen('|', "", 1);
        let start = text.find(&plain).unwrap_or_else(|| panic!("{plain:?} is not in {path}"));
        json!({ "textDocument": { "uri": self.uri(path) }, "position": position(&text, start + cursor) })
    }

    /// The places that a question about a place gives: path and the text of the line.
    pub fn places(&mut self, method: &str, path: &str, piece: &str) -> Vec<(String, String)> {
        let params = self.at(path, piece);
        let answer = self.ask(method, params);
        self.read_places(&answer)
    }

    pub fn read_places(&self, answer: &Value) -> Vec<(String, String)> {
        let list = answer.as_array().cloned().unwrap_or_default();
        let place = |location: &Value| {
            let path = self.path(&location["uri"]);
            let line = location["range"]["start"]["line"].as_u64().expect("a number") as usize;
            let text = self.text(&path);
            let line = text.lines().nth(line).unwrap_or("no such line").trim().to_owned();
            (path, line)
        };
        list.iter().map(place).collect()
    }

    /// The labels that completion proposes at a place.
    pub fn proposals(&mut self, path: &str, piece: &str) -> Vec<String> {
        let params = self.at(path, piece);
        let answer = self.ask("textDocument/completion", params);
        let items = answer["items"].as_array().unwrap_or_else(|| panic!("{answer}"));
        items
            .iter()
            .map(|item| item["label"].as_str().expect("a text").to_owned())
            .collect()
    }

    /// Ends the session and gives the exit code.
    pub fn end(mut self) -> Option<i32> {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.child.wait().expect("it ends").code()
    }

    /// Closes the input without a word and gives the exit code.
    pub fn hang_up(mut self) -> Option<i32> {
        self.input = None;
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut bytes = vec![0; length];
    output.read_exact(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The position of a byte, in UTF-16.
pub fn position(text: &str, byte: usize) -> Value {
    let before = &text[..byte];
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": before[start..].encode_utf16().count() })
}
