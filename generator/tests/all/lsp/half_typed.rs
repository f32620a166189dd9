//! Texts as they stand there while they are typed: cut off, or with a piece missing. The server is asked everything about them.

use std::fs;

use lathe::lsp::Server;
use lathe::lsp::transport::{Incoming, parse};
use lsp_server::Message;
use serde_json::{Value, json};

use super::client::{position, workspace};

const OPS: &str = "spec/tiny/ops.toml";

fn message(value: Value) -> Message {
    let mut value = value;
    value["jsonrpc"] = json!("2.0");
    match parse(value.to_string().as_bytes()) {
        Incoming::Message(message) => message,
        Incoming::Malformed(_, why) => panic!("{why}: {value}"),
    }
}

/// The codes of the diagnostics in a message.
fn codes(message: &Message) -> Vec<String> {
    let Message::Notification(notification) = message else {
        return Vec::new();
    };
    let found = notification.params["diagnostics"].as_array().into_iter().flatten();
    found.filter_map(|of| of["code"].as_str().map(str::to_owned)).collect()
}

#[test]
fn every_half_typed_text_has_its_answers() {
    let folder = workspace();
    let root = folder.path().canonicalize().expect("it is there");
    let uri = format!("file://{}/{OPS}", root.display());
    let whole = fs::read_to_string(root.join(OPS)).expect("it can be read");
    let mut server = Server::new(None);
    let root = format!("file://{}", root.display());
    server.handle(message(
        json!({ "id": 0, "method": "initialize", "params": { "rootUri": root, "capabilities": {} } }),
    ));
    let document = json!({ "uri": uri, "languageId": "toml", "version": 0, "text": whole });
    server.handle(message(
        json!({ "method": "textDocument/didOpen", "params": { "textDocument": document } }),
    ));
    assert!(server.is_due());
    assert_eq!(server.settle().len(), 0, "nothing is wrong, and nothing was");
    assert!(!server.is_due());
    let steps: Vec<usize> = (0..whole.len())
        .step_by(61)
        .filter(|at| whole.is_char_boundary(*at))
        .collect();
    for (version, cut) in steps.into_iter().enumerate() {
        let cut_off = whole[..cut].to_owned();
        let rest = whole[cut..].split_once('"').map_or("", |(_, rest)| rest);
        for text in [cut_off.clone(), format!("{cut_off}{rest}")] {
            let change = json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [{ "text": text }] });
            server.handle(message(json!({ "method": "textDocument/didChange", "params": change })));
            let published = server.settle();
            let codes: Vec<String> = published.iter().flat_map(codes).collect();
            let is_broken = codes.iter().any(|code| code == "L0006");
            assert!(codes.len() <= 20, "{codes:?} at {cut}");
            assert!(
                !is_broken || !codes.contains(&"L0106".to_owned()),
                "values that nobody wrote at {cut}: {codes:?}"
            );
            let here = position(&text, cut);
            for method in [
                "hover",
                "definition",
                "implementation",
                "references",
                "completion",
                "codeAction",
                "documentSymbol",
                "formatting",
            ] {
                let params = json!({
                    "textDocument": { "uri": uri },
                    "position": here,
                    "range": { "start": here, "end": here },
                    "context": { "includeDeclaration": true, "diagnostics": [] },
                    "options": { "tabSize": 2, "insertSpaces": true },
                });
                let asked = json!({ "id": version, "method": format!("textDocument/{method}"), "params": params });
                match server.handle(message(asked)).as_slice() {
                    [Message::Response(response)] => assert!(response.response_result.is_ok(), "{method} at {cut}"),
                    other => panic!("{method} at {cut}: {other:?}"),
                }
            }
        }
    }
}
