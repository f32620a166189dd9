//! What has to hold for the language server: whatever an editor sends, it answers, each request once, and goes on.

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::sync::LazyLock;

use lathe::lsp::Server;
use lathe::lsp::transport::{self, Incoming};
use lsp_server::Message;

use super::specs;

/// A workspace on disk, for all inputs of a run: a server never writes.
static WORKSPACE: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder for a workspace");
    fs::write(folder.path().join("Cargo.toml"), "[workspace]\n").expect("a file in it");
    for (path, text) in specs::BASE {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("files are in folders")).expect("a folder in it");
        fs::write(path, text).expect("a file in it");
    }
    folder
});

/// What stands for the workspace in messages.
const ROOT: &str = "$ROOT";

/// Sessions of an editor, one message a line.
#[allow(dead_code, reason = "only the tests need seeds")]
pub fn seeds() -> Vec<Vec<u8>> {
    let file = "file://$ROOT/spec/tiny/ops.toml";
    let begin = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{},"rootUri":"file://$ROOT"}}
{"jsonrpc":"2.0","method":"initialized","params":{}}"#;
    let ask = |id: usize, method: &str, more: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{"textDocument":{{"uri":"{file}"}}{more}}}}}"#)
    };
    let at = |line: usize, character: usize| format!(r#","position":{{"line":{line},"character":{character}}}"#);
    let range = r#""range":{"start":{"line":4,"character":3},"end":{"line":4,"character":9}}"#;
    let open = format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{{"textDocument":{{"uri":"{file}","languageId":"toml","version":1,"text":"kind = \"instruction-set\"\nname = \"tiny\"\n\n[op.iadd]\ncode = 0x20\ngroup = \"al\"\n"}}}}}}"#
    );
    let change = format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didChange","params":{{"textDocument":{{"uri":"{file}","version":2}},"contentChanges":[{{{range},"text":"é\n\"x"}}]}}}}"#
    );
    let questions: Vec<String> = [
        "textDocument/hover",
        "textDocument/definition",
        "textDocument/declaration",
        "textDocument/implementation",
        "textDocument/references",
        "textDocument/completion",
    ]
    .iter()
    .enumerate()
    .map(|(id, method)| ask(10 + id, method, &at(id, 2 * id)))
    .collect();
    let rest = [
        ask(
            30,
            "textDocument/codeAction",
            &format!(r#",{range},"context":{{"diagnostics":[]}}"#),
        ),
        ask(31, "textDocument/documentSymbol", ""),
        ask(
            32,
            "textDocument/formatting",
            r#","options":{"tabSize":2,"insertSpaces":true}"#,
        ),
        r#"{"jsonrpc":"2.0","id":33,"method":"workspace/symbol","params":{"query":"iadd"}}"#.to_owned(),
    ];
    let end = r#"{"jsonrpc":"2.0","id":"last","method":"shutdown"}
{"jsonrpc":"2.0","method":"exit"}"#;
    let questions = questions.join("\n");
    let rest = rest.join("\n");
    [
        format!("{begin}\n{open}\n{questions}\n{rest}\n{end}"),
        format!("{begin}\n{open}\n{change}\n{questions}\n{rest}"),
        format!("{begin}\n{questions}\n{open}\n{change}\n{change}\n{rest}\n{end}"),
        format!("{open}\n{begin}\n{rest}\n[]\n{{}}\n{end}\n{questions}"),
    ]
    .map(String::into_bytes)
    .into()
}

/// A session made of bytes: a message a line. The same bytes are also read as a stream with headers.
pub fn messages(data: &[u8]) {
    let mut stream = Cursor::new(data);
    while matches!(transport::read(&mut stream), Ok(Some(_))) {}

    let root = WORKSPACE.path().to_string_lossy().into_owned();
    let text = String::from_utf8_lossy(data).replace(ROOT, &root);
    let mut server = Server::new(None);
    for line in text.lines().take(100) {
        let Incoming::Message(message) = transport::parse(line.as_bytes()) else {
            continue;
        };
        let asked = match &message {
            Message::Request(request) => Some(request.id.clone()),
            _ => None,
        };
        let answers = server.handle(message);
        let answered: Vec<_> = answers
            .iter()
            .filter_map(|answer| match answer {
                Message::Response(response) => Some(response.id.clone()),
                _ => None,
            })
            .collect();
        assert_eq!(
            answered,
            Vec::from_iter(asked),
            "a request has one answer, and nothing else has one: {line}"
        );
        for answer in answers.iter().chain(&server.settle()) {
            let mut written = Vec::new();
            assert!(answer.write(&mut written).is_ok(), "an answer can be written");
        }
        if server.left().is_some() {
            break;
        }
    }
    let left: BTreeSet<_> = walk();
    assert_eq!(left.len(), specs::BASE.len() + 1, "a server writes nothing: {left:?}");
}

/// The files of the workspace.
fn walk() -> BTreeSet<std::path::PathBuf> {
    let mut folders = vec![WORKSPACE.path().to_path_buf()];
    let mut files = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path().is_dir() {
                true => folders.push(entry.path()),
                false => drop(files.insert(entry.path())),
            }
        }
    }
    files
}
