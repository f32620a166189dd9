//! Answers messages one by one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, Uri, WorkspaceSymbolParams};
use serde_json::{Value, json};

use super::parameters::parse;
use super::schemas::Schemas;
use super::workspace::{self, Workspace};
use super::{diagnostics, questions, text, uri};
use crate::source::layout;

/// How far the talk with the editor has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing was said yet.
    Waiting,
    /// The editor has introduced itself.
    Running,
    /// The editor has asked for an end, and is to confirm that.
    Ending,
    /// It is over; whether the editor had asked for an end before.
    Left(bool),
}

/// A file that is open in the editor.
struct Document {
    /// As the editor calls it.
    uri: Uri,
    /// Its workspace, and its path in that; none for a file that is in no workspace.
    place: Option<(PathBuf, String)>,
    text: String,
    version: i32,
}

/// The state of a session. It reads files and never writes one.
pub struct Server {
    stage: Stage,
    /// The folder that the command line named.
    given: Option<PathBuf>,
    documents: BTreeMap<String, Document>,
    workspaces: BTreeMap<PathBuf, Workspace>,
    schemas: Schemas,
    /// What stands in no file and was said last, so that it isn't said again with every letter that is typed.
    said: Vec<String>,
    /// The number of the next request to the editor.
    next: i32,
    watches: bool,
}

impl Server {
    /// A server that has heard nothing yet. `given` is the workspace, where the command line names one; otherwise it is found by the
    /// files that the editor opens.
    pub fn new(given: Option<PathBuf>) -> Self {
        Server {
            stage: Stage::Waiting,
            given,
            documents: BTreeMap::new(),
            workspaces: BTreeMap::new(),
            schemas: Schemas::new(),
            said: Vec::new(),
            next: 1,
            watches: false,
        }
    }

    /// Whether the session is over; then, whether it ended as it should.
    pub fn left(&self) -> Option<bool> {
        match self.stage {
            Stage::Left(properly) => Some(properly),
            _ => None,
        }
    }

    /// Whether something changed since the diagnostics were sent.
    pub fn is_due(&self) -> bool {
        self.stage == Stage::Running && self.workspaces.values().any(Workspace::is_outdated)
    }

    /// Checks what has changed; the result is what to tell the editor about it.
    pub fn settle(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        if self.stage != Stage::Running {
            return messages;
        }
        let mut nowhere = Vec::new();
        for workspace in self.workspaces.values_mut() {
            let snapshot = workspace.snapshot();
            let mut found = diagnostics::by_file(workspace, &snapshot);
            nowhere.extend(diagnostics::nowhere(&snapshot));
            // Files of which nothing is wrong any more are told so, once.
            for path in std::mem::take(&mut workspace.published) {
                found.entry(path).or_default();
            }
            for (path, list) in found {
                let is_open = |document: &&Document| document.place.as_ref() == Some(&(workspace.root.clone(), path.clone()));
                let open = self.documents.values().find(is_open);
                let Some(uri) = open
                    .map(|open| open.uri.clone())
                    .or_else(|| diagnostics::file_uri(workspace, &path))
                else {
                    continue;
                };
                if !list.is_empty() {
                    workspace.published.insert(path);
                }
                let mut params = json!({ "uri": uri, "diagnostics": list });
                if let Some(open) = open {
                    params["version"] = json!(open.version);
                }
                messages.push(notification("textDocument/publishDiagnostics", params));
            }
        }
        if nowhere != self.said {
            for text in &nowhere {
                messages.push(notification("window/showMessage", json!({ "type": 1, "message": text })));
            }
            self.said = nowhere;
        }
        messages
    }

    /// Answers one message. What changes a text is not checked at once: see [`Server::settle`].
    pub fn handle(&mut self, message: Message) -> Vec<Message> {
        match message {
            Message::Request(request) => self.request(request),
            Message::Notification(notification) => self.notified(notification),
            // The only request to the editor asks it to watch files, and does without it if it won't.
            Message::Response(_) => Vec::new(),
        }
    }

    fn request(&mut self, request: Request) -> Vec<Message> {
        let Request { id, method, params } = request;
        let result = match (self.stage, method.as_str()) {
            (Stage::Waiting, "initialize") => Ok(self.initialize(&params)),
            (Stage::Waiting, _) => Err((
                ErrorCode::ServerNotInitialized,
                "the first request must be `initialize`".to_owned(),
            )),
            (Stage::Running, "initialize") => Err((ErrorCode::InvalidRequest, "`initialize` was sent before".to_owned())),
            (Stage::Running, "shutdown") => {
                self.stage = Stage::Ending;
                Ok(Value::Null)
            }
            (Stage::Running, _) => self.answer(&method, params),
            (Stage::Ending | Stage::Left(_), _) => Err((ErrorCode::InvalidRequest, "the server is shut down".to_owned())),
        };
        let response = match result {
            Ok(result) => Response::new_ok(id, result),
            Err((code, message)) => Response::new_err(id, code as i32, message),
        };
        vec![Message::Response(response)]
    }

    /// Notes the folders of the editor and says what the server can do.
    fn initialize(&mut self, params: &Value) -> Value {
        self.stage = Stage::Running;
        let folders = params.get("workspaceFolders").and_then(Value::as_array);
        let uris = folders.into_iter().flatten().filter_map(|folder| folder.get("uri"));
        let uris = uris.chain(params.get("rootUri")).filter_map(Value::as_str);
        let roots: Vec<PathBuf> = uris.filter_map(uri::to_path).collect();
        for root in self.given.clone().into_iter().chain(roots) {
            let root = root.canonicalize().unwrap_or(root);
            let found = if self.given.as_ref() == Some(&root) {
                Some(root)
            } else {
                layout::root_above(&root)
            };
            if let Some(root) = found {
                self.workspaces.entry(root.clone()).or_insert_with(|| Workspace::new(root));
            }
        }
        let watches = params.pointer("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration");
        self.watches = watches.and_then(Value::as_bool).unwrap_or(false);
        json!({
            "capabilities": {
                "positionEncoding": "utf-16",
                "textDocumentSync": { "openClose": true, "change": 2, "save": {} },
                "hoverProvider": true,
                "definitionProvider": true,
                "declarationProvider": true,
                "implementationProvider": true,
                "referencesProvider": true,
                "completionProvider": { "triggerCharacters": ["\"", "[", ".", ":", " ", "!", "("] },
                "codeActionProvider": { "codeActionKinds": ["quickfix"] },
                "documentFormattingProvider": true,
                "documentSymbolProvider": true,
                "workspaceSymbolProvider": true,
            },
            "serverInfo": { "name": "lathe", "version": env!("CARGO_PKG_VERSION") },
        })
    }

    fn notified(&mut self, notification: Notification) -> Vec<Message> {
        let Notification { method, params } = notification;
        if method == "exit" {
            self.stage = Stage::Left(self.stage == Stage::Ending);
            return Vec::new();
        }
        if self.stage != Stage::Running {
            return Vec::new();
        }
        match method.as_str() {
            "initialized" => return self.watch(),
            "textDocument/didOpen" | "textDocument/didChange" | "textDocument/didClose" => {
                let uri = params.pointer("/textDocument/uri").and_then(Value::as_str).map(str::to_owned);
                if let Err((_, reason)) = self.edited(&method, params) {
                    return vec![self.lost(&method, uri.as_deref(), &reason)];
                }
            }
            // What stands on disk has changed, whoever did that.
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => {
                self.workspaces.values_mut().for_each(Workspace::outdate);
            }
            _ => {}
        }
        Vec::new()
    }

    /// Follows what the editor does to a text.
    fn edited(&mut self, method: &str, params: Value) -> Result<(), (ErrorCode, String)> {
        match method {
            "textDocument/didOpen" => {
                let document = parse::<DidOpenTextDocumentParams>(params)?.text_document;
                self.open(document.uri, document.text, document.version);
            }
            "textDocument/didChange" => {
                let params: DidChangeTextDocumentParams = parse(params)?;
                if let Some(document) = self.documents.get_mut(params.text_document.uri.as_str()) {
                    text::apply(&mut document.text, params.content_changes);
                    document.version = params.text_document.version;
                    self.changed(&params.text_document.uri);
                }
            }
            _ => {
                let params: DidCloseTextDocumentParams = parse(params)?;
                self.forget(params.text_document.uri.as_str());
            }
        }
        Ok(())
    }

    /// Forgets the text of a document, so that the file on disk counts again.
    fn forget(&mut self, uri: &str) {
        if let Some(document) = self.documents.remove(uri)
            && let Some((root, path)) = document.place
            && let Some(workspace) = self.workspaces.get_mut(&root)
        {
            workspace.set_text(&path, None);
        }
    }

    /// Says that a change of a text was lost. What comes after it can't be applied to what was there before, so that the text counts
    /// no more until the document is opened again.
    fn lost(&mut self, method: &str, uri: Option<&str>, reason: &str) -> Message {
        let what = match uri {
            Some(uri) => {
                self.forget(uri);
                format!("`{uri}` counts as it is on disk until it is opened again")
            }
            None => "nobody knows which document it is about".to_owned(),
        };
        let message = format!("`{method}` was ignored: {reason}; {what}");
        notification("window/logMessage", json!({ "type": 1, "message": message }))
    }

    /// Asks the editor to say when files change that it doesn't show.
    fn watch(&mut self) -> Vec<Message> {
        if !self.watches {
            return Vec::new();
        }
        let patterns = [
            "**/spec/**/*.toml",
            "**/runtime/**/*.rs",
            "**/runtime/**/Cargo.toml",
            "**/generated/manifest.toml",
        ];
        let watchers: Vec<Value> = patterns.iter().map(|pattern| json!({ "globPattern": pattern })).collect();
        let registration = json!({
            "id": "lathe-files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": watchers },
        });
        let id = RequestId::from(self.next);
        self.next = self.next.wrapping_add(1);
        let params = json!({ "registrations": [registration] });
        vec![Message::Request(Request::new(
            id,
            "client/registerCapability".to_owned(),
            params,
        ))]
    }

    fn open(&mut self, uri: Uri, text: String, version: i32) {
        let path = uri::to_path(uri.as_str());
        let place = path.and_then(|path| workspace::find(&path, self.given.as_deref()));
        let document = Document {
            uri: uri.clone(),
            place,
            text,
            version,
        };
        self.documents.insert(uri.as_str().to_owned(), document);
        self.changed(&uri);
    }

    /// Hands the text of a document to its workspace.
    fn changed(&mut self, uri: &Uri) {
        if let Some(document) = self.documents.get(uri.as_str())
            && let Some((root, path)) = &document.place
        {
            let workspace = self
                .workspaces
                .entry(root.clone())
                .or_insert_with(|| Workspace::new(root.clone()));
            workspace.set_text(path, Some(document.text.clone()));
        }
    }

    /// Answers a question.
    fn answer(&mut self, method: &str, params: Value) -> Result<Value, (ErrorCode, String)> {
        if !questions::METHODS.contains(&method) {
            return Err((ErrorCode::MethodNotFound, format!("lathe does nothing for `{method}`")));
        }
        if method == "workspace/symbol" {
            let asked: WorkspaceSymbolParams = parse(params)?;
            let all = self.workspaces.values_mut();
            return Ok(all.flat_map(|workspace| questions::search(workspace, &asked.query)).collect());
        }
        let uri = params
            .pointer("/textDocument/uri")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let Some((root, path)) = self.place_of(uri) else {
            // A file of nobody: there is nothing to say of it, and that is no mistake of the editor.
            return Ok(Value::Null);
        };
        let workspace = self.workspaces.entry(root.clone()).or_insert_with(|| Workspace::new(root));
        questions::answer(workspace, &self.schemas, &path, method, params)
    }

    /// The workspace of a file, and its path in that.
    fn place_of(&self, uri: &str) -> Option<(PathBuf, String)> {
        match self.documents.get(uri) {
            Some(document) => document.place.clone(),
            None => workspace::find(&uri::to_path(uri)?, self.given.as_deref()),
        }
    }
}

fn notification(method: &str, params: Value) -> Message {
    Message::Notification(Notification::new(method.to_owned(), params))
}
