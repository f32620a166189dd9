//! `lathe lsp`, tested by a client over standard input and output.

mod client;
mod half_typed;

use std::fs;

use client::{Client, lathe, position, workspace};
use serde_json::{Value, json};

const OPS: &str = "spec/tiny/ops.toml";
const MACHINE: &str = "spec/tiny/machine.toml";
const FEATURES: &str = "spec/features.toml";

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().filter_map(|found| found["code"].as_str()).collect()
}

#[test]
fn what_is_wrong_is_shown_while_typing_and_goes_when_mended() {
    let folder = workspace();
    lathe(folder.path(), &["generate"]);
    let mut client = Client::open_workspace(folder);
    client.open(OPS);
    client.replace(OPS, "code = 0x21", "code = 0x20");
    let found = client.diagnostics(OPS);
    let clash = found
        .iter()
        .find(|found| found["code"] == json!("L0221"))
        .expect("the codes clash");
    assert_eq!(clash["source"], json!("lathe"));
    assert_eq!(clash["severity"], json!(1));
    let text = client.text(OPS);
    let second = text.rfind("0x20").expect("it stands there");
    assert_eq!(clash["range"]["start"], position(&text, second), "the later one is at fault");
    let related = &clash["relatedInformation"][0];
    assert_eq!(client.path(&related["location"]["uri"]), OPS);
    assert_eq!(
        related["location"]["range"]["start"],
        position(&text, text.find("0x20").expect("it stands there"))
    );
    let message = clash["message"].as_str().expect("a text");
    assert!(message.contains("help: ") && message.contains("note: "), "{message}");
    assert_eq!(
        clash["codeDescription"]["href"],
        client.uri("generated/manual/html/diagnostics/L02.html#l0221")
    );

    // Half a line, as it stands there while it is typed; then the line is finished.
    client.replace(
        OPS,
        "code = 0x20\ngroup = \"all\"\ndoc = \"Divides",
        "code = \ngroup = \"all\"\ndoc = \"Divides",
    );
    let found = client.diagnostics(OPS);
    assert!(codes(&found).contains(&"L0006"), "{found:?}");
    client.replace(OPS, "code = \ngroup", "code = 0x21\ngroup");
    assert_eq!(client.diagnostics(OPS), Vec::<Value>::new(), "all is well again");
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_mistake_in_another_file_is_shown_there_and_goes() {
    let mut client = Client::open_workspace(workspace());
    client.open(MACHINE);
    client.replace(MACHINE, "[trap.divide_by_zero]", "[trap.divided_by_zero]");
    let found = client.diagnostics(OPS);
    assert!(codes(&found).contains(&"L0110"), "{found:?}");
    client.replace(MACHINE, "[trap.divided_by_zero]", "[trap.divide_by_zero]");
    assert_eq!(client.diagnostics(OPS), Vec::<Value>::new());

    // Closing a file throws away what was typed.
    client.replace(MACHINE, "[trap.divide_by_zero]", "[trap.divided_by_zero]");
    assert!(!client.diagnostics(OPS).is_empty());
    let uri = client.uri(MACHINE);
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(client.diagnostics(OPS), Vec::<Value>::new());
}

#[test]
fn positions_count_utf16() {
    let mut client = Client::open_workspace(workspace());
    client.open(OPS);
    client.replace(OPS, "doc = \"Adds; wraps at 32 bits.\"", "decision = \"𝄞 ä\"; x = 1");
    let found = client.diagnostics(OPS);
    let broken = found
        .iter()
        .find(|found| found["code"] == json!("L0006"))
        .expect("it is no TOML");
    let text = client.text(OPS);
    let semicolon = text.find("; x").expect("it stands there");
    assert_eq!(broken["range"]["start"], position(&text, semicolon), "{found:?}");
    // A change behind such letters in the same line is applied at the right place.
    client.replace(OPS, "; x = 1", "\ndoc = \"Adds 𝄞; wraps.\"");
    assert_eq!(client.diagnostics(OPS), Vec::<Value>::new());
}

#[test]
fn a_suggestion_is_a_quick_fix_that_mends() {
    let mut client = Client::open_workspace(workspace());
    client.open(OPS);
    client.replace(OPS, "traps = [\"divide_by_zero\"]", "traps = [\"divide_by_zera\"]");
    let found = client.diagnostics(OPS);
    assert!(codes(&found).contains(&"L0110"), "{found:?}");
    let mut params = client.at(OPS, "traps = [\"divide_|by_zera\"]");
    let place = params["position"].take();
    params["range"] = json!({ "start": place, "end": place });
    params["context"] = json!({ "diagnostics": [] });
    let actions = client.ask("textDocument/codeAction", params);
    let action = &actions[0];
    assert_eq!(action["kind"], json!("quickfix"), "{actions}");
    assert_eq!(action["diagnostics"][0]["code"], json!("L0110"));
    let changes = action["edit"]["changes"].as_object().expect("it changes files");
    let (uri, edits) = changes.iter().next().expect("a file");
    assert_eq!(*uri, client.uri(OPS));
    let edits = edits.as_array().expect("a list");
    let changes: Vec<Value> = edits
        .iter()
        .map(|edit| json!({ "range": edit["range"], "text": edit["newText"] }))
        .collect();
    client.change(OPS, changes.into());
    assert_eq!(client.diagnostics(OPS), Vec::<Value>::new(), "the fix mends it");
}

#[test]
fn hover_shows_fields_entries_functions_and_emitted_code() {
    let folder = workspace();
    lathe(folder.path(), &["generate"]);
    let mut client = Client::open_workspace(folder);
    client.open(OPS);
    let mut hover = |piece: &str| {
        let params = client.at(OPS, piece);
        let answer = client.ask("textDocument/hover", params);
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    let field = hover("com|mutes = true");
    assert!(field.contains("Whether its two inputs may be exchanged."), "{field}");
    let words = hover("con|trol = \"branch\"");
    assert!(words.contains("`jump`") && words.contains("`halt`"), "{words}");
    let entry = hover("[op.ia|dd]");
    for part in [
        "**tiny.op.iadd**",
        "Adds; wraps at 32 bits.",
        "- `code`: `0x20`",
        "oracle/src/step/",
        "a.wrapping_add(b)",
        "other places",
    ] {
        assert!(entry.contains(part), "{part} is not in {entry}");
    }
    let named = hover("traps = [\"divide_|by_zero\"]");
    for part in ["**tiny.trap.divide_by_zero**", "The divisor was zero.", "How it can fail"] {
        assert!(named.contains(part), "{part} is not in {named}");
    }
    let function = hover("sem = \"new_|object\"");
    for part in ["runtime/tiny/src/lib.rs:11", "#[op(new)]", "context.allocate(c)"] {
        assert!(function.contains(part), "{part} is not in {function}");
    }
    assert_eq!(hover("\n|\n[op.new]"), "", "there is nothing to say of an empty line");

    client.replace(OPS, "code = 0x21", "code = 0x20");
    let params = client.at(OPS, "code = 0x|20\ngroup = \"all\"\ndoc = \"Divides");
    let broken = client.ask("textDocument/hover", params);
    let text = broken["contents"]["value"].as_str().unwrap_or_default();
    assert!(text.contains("**L0221**"), "why the rule stands: {text}");
}

#[test]
fn names_lead_to_their_entries_and_functions() {
    let folder = workspace();
    let features = "kind = \"feature\"\n\n[feature.net]\ndoc = \"Connections.\"\ndefault = true\n\n\
                    [feature.web]\ndoc = \"Pages.\"\ndefault = false\nimplies = [\"net\"]\ntargets = [\"x86_64\"]\n";
    fs::write(folder.path().join(FEATURES), features).expect("it can be written");
    let mut client = Client::open_workspace(folder);
    let cases = [
        (OPS, "group = \"a|ll\"", MACHINE, "[group.all]"),
        (OPS, "effects = [\"locals.re|ad\"]", MACHINE, "[effect.\"locals.read\"]"),
        (OPS, "traps = [\"null_|reference\"]", MACHINE, "[trap.null_reference]"),
        (OPS, "in = [\"object: r|ef\"]", MACHINE, "[type.ref]"),
        (OPS, "out = [\"ob|ject(c)\"]", MACHINE, "[type.object]"),
        (OPS, "operands = [\"f: fi|eld\"]", MACHINE, "[operand.field]"),
        (OPS, "laws = [\"iadd(a, b) == ia|dd(b, a)\"]", OPS, "[op.iadd]"),
        (OPS, "\"1, 0 -> !divide_|by_zero\"", MACHINE, "[trap.divide_by_zero]"),
        (
            OPS,
            "sem = \"id|iv\"",
            "runtime/tiny/src/lib.rs",
            "pub fn idiv(a: i32, b: i32) -> Result<i32, Trap> {",
        ),
        (MACHINE, "slot = \"re|f\"\nabstract", MACHINE, "[slot.ref]"),
        (MACHINE, "is = \"re|f\"", MACHINE, "[type.ref]"),
        (
            MACHINE,
            "indexes = \"module.cl|asses\"",
            "spec/tiny/module.toml",
            "[record.module]",
        ),
        (
            "spec/tiny/module.toml",
            "shape = \"list<meth|od>\"",
            "spec/tiny/module.toml",
            "[record.method]",
        ),
        ("spec/tiny/module.toml", "shape = \"cl|ass?\"", MACHINE, "[operand.class]"),
        (FEATURES, "implies = [\"ne|t\"]", FEATURES, "[feature.net]"),
        (
            FEATURES,
            "targets = [\"x86|_64\"]",
            "spec/targets/x86_64.toml",
            "name = \"x86_64\"",
        ),
    ];
    for (path, piece, target, line) in cases {
        client.open(path);
        let found = client.places("textDocument/definition", path, piece);
        assert_eq!(found, [(target.to_owned(), line.to_owned())], "{piece}");
    }
    assert_eq!(
        client.places("textDocument/definition", OPS, "sin|ce = 1"),
        [],
        "a key leads nowhere"
    );
    // An entry with errors of its own is still found.
    client.replace(MACHINE, "[trap.null_reference]\ndoc", "[trap.null_reference]\ndok");
    let found = client.places("textDocument/definition", OPS, "traps = [\"null_|reference\"]");
    assert_eq!(found, [(MACHINE.to_owned(), "[trap.null_reference]".to_owned())]);
}

#[test]
fn marks_in_the_runtime_lead_to_their_ops() {
    let mut client = Client::open_workspace(workspace());
    let found = client.places("textDocument/definition", "runtime/tiny/src/lib.rs", "#[op(load_|field)]");
    assert_eq!(found, [(OPS.to_owned(), "[op.load_field]".to_owned())]);
    assert_eq!(
        client.places("textDocument/definition", "runtime/tiny/src/lib.rs", "Err(Trap|::new"),
        []
    );
}

#[test]
fn marks_of_a_set_of_images_lead_to_their_ops_and_back() {
    let folder = client::workspace_of("tiny-console");
    let (ops, runtime) = ("spec/console/ops.toml", "runtime/console/src/lib.rs");
    let mut client = Client::open_workspace(folder);
    let found = client.places("textDocument/definition", runtime, "#[op(be|ep)]");
    assert_eq!(found, [(ops.to_owned(), "[op.beep]".to_owned())]);
    let found = client.places("textDocument/definition", ops, "sem = \"be|ep\"");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, runtime);
}

/// A lost change would leave the server with another text than the editor shows, and every later answer wrong.
#[test]
fn a_change_that_cannot_be_read_is_said_and_its_document_forgotten() {
    let mut client = Client::open_workspace(workspace());
    client.open(MACHINE);
    client.replace(MACHINE, "[trap.divide_by_zero]", "[trap.divided_by_zero]");
    assert!(!client.diagnostics(OPS).is_empty());
    let uri = client.uri(MACHINE);
    let document = json!({ "uri": uri, "version": 7 });
    client.tell(
        "textDocument/didChange",
        json!({ "textDocument": document, "contentChanges": [{ "range": "all", "text": "" }] }),
    );
    let said = client.wait(|message| message["method"] == json!("window/logMessage"));
    let text = said["params"]["message"].as_str().expect("a text");
    assert!(
        text.contains("`textDocument/didChange` was ignored") && text.contains(&uri),
        "{text}"
    );
    assert_eq!(client.diagnostics(OPS), Vec::<Value>::new(), "the file on disk is in order");
    client.tell("textDocument/didOpen", json!({ "nonsense": true }));
    let said = client.wait(|message| message["method"] == json!("window/logMessage"));
    assert!(
        said["params"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("didOpen")),
        "{said}"
    );
    // Opened again with the text that the editor has, it is followed again.
    client.open(MACHINE);
    assert!(!client.diagnostics(OPS).is_empty());
}

#[test]
fn a_spec_is_laid_out_on_request() {
    let mut client = Client::open_workspace(workspace());
    client.open(FEATURES);
    let uri = client.uri(FEATURES);
    let params = json!({ "textDocument": { "uri": uri }, "options": { "tabSize": 4, "insertSpaces": true } });
    client.replace(FEATURES, "default = true", "default    =   true");
    let edits = client.ask("textDocument/formatting", params.clone());
    assert_eq!(edits[0]["newText"], json!("default = true\n"), "{edits}");
    client.replace(FEATURES, "default    =   true", "default = ");
    assert_eq!(
        client.ask("textDocument/formatting", params),
        json!([]),
        "half a line is left alone"
    );
}

#[test]
fn every_use_of_an_entry_is_found() {
    let mut client = Client::open_workspace(workspace());
    client.open(MACHINE);
    let mut params = client.at(MACHINE, "[trap.divide_|by_zero]");
    params["context"] = json!({ "includeDeclaration": true });
    let answer = client.ask("textDocument/references", params.clone());
    let found = client.read_places(&answer);
    let lines: Vec<&str> = found.iter().map(|(_, line)| line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "[trap.divide_by_zero]",
            "traps = [\"divide_by_zero\"]",
            "examples = [\"7, 2 -> 3\", \"1, 0 -> !divide_by_zero\"]"
        ]
    );
    params["context"] = json!({ "includeDeclaration": false });
    assert_eq!(
        client.ask("textDocument/references", params).as_array().map(Vec::len),
        Some(2)
    );
}

#[test]
fn entries_lead_to_what_was_emitted_and_back() {
    let folder = workspace();
    lathe(folder.path(), &["generate"]);
    let mut client = Client::open_workspace(folder);
    client.open(OPS);
    let found = client.places("textDocument/implementation", OPS, "ex|pr = \"a.wrapping_add(b)\"");
    let has = |path: &str, line: &str| found.iter().any(|(at, text)| at.contains(path) && text.contains(line));
    assert!(has("generated/tiny/oracle/src/step/all.rs", "fn iadd("), "{found:#?}");
    assert!(has("generated/tiny/facts/src/opcode", "Iadd"), "{found:#?}");
    let lines: Vec<&str> = found.iter().map(|(_, line)| line.as_str()).collect();
    assert!(!lines.contains(&"no such line"));

    // Back from there: from within the function to its entry.
    for method in ["textDocument/definition", "textDocument/declaration"] {
        let (path, line) = found.iter().find(|(path, _)| path.contains("/step/")).expect("it was found");
        let piece = format!("{}|{}", &line[..4], &line[4..]);
        let back = client.places(method, path, &piece);
        assert_eq!(back, [(OPS.to_owned(), "[op.iadd]".to_owned())]);
    }

    // Places are those of the files as they are, even if these lag behind the specs.
    let step = client.folder.path().join("generated/tiny/oracle/src/step/all.rs");
    let text = fs::read_to_string(&step).expect("it was emitted");
    let (first, rest) = text.split_once('\n').expect("it has lines");
    fs::write(&step, format!("{first}\n\n\n\n{rest}")).expect("it can be written");
    let found = client.places("textDocument/implementation", OPS, "ex|pr = \"a.wrapping_add(b)\"");
    assert!(
        found
            .iter()
            .any(|(path, line)| path.contains("/step/") && line.contains("fn iadd(")),
        "{found:#?}"
    );
}

#[test]
fn names_words_and_keys_are_proposed() {
    let mut client = Client::open_workspace(workspace());
    client.open(OPS);
    client.open(FEATURES);
    // An entry that is being typed is known from when it was whole.
    assert_eq!(client.proposals(OPS, "group = \"|all\"\ndoc = \"Adds;"), ["all"]);
    let end = "laws = [\"iadd(a, b) == iadd(b, a)\"]\n";
    let mut typed = end.to_owned();
    let mut propose = |piece: &str| {
        let text = format!("{end}{}", piece.replacen('|', "", 1));
        client.replace(OPS, &typed, &text);
        typed = text;
        client.proposals(OPS, piece)
    };
    assert_eq!(propose("group = \"|"), ["all"]);
    assert_eq!(
        propose("effects = [\"call\", \"locals.|"),
        ["locals.read", "heap.alloc", "heap.read", "call"]
    );
    assert_eq!(propose("traps = [|"), ["divide_by_zero", "null_reference"]);
    assert_eq!(propose("feature = \"|"), ["net"]);
    assert_eq!(propose("control = \"ju|")[..3], ["next", "jump", "branch"]);
    assert_eq!(propose("pure = |"), ["true", "false"]);
    assert_eq!(propose("in = [\"a|"), Vec::<String>::new(), "a name comes first");
    let types = propose("in = [\"a: i32\", \"b: |");
    assert!(
        types.contains(&"object".to_owned()) && types.contains(&"params".to_owned()),
        "{types:?}"
    );
    let kinds = propose("operands = [\"f: |");
    assert!(
        kinds.contains(&"function".to_owned()) && kinds.contains(&"u16".to_owned()),
        "{kinds:?}"
    );
    let ops = propose("laws = [\"i|");
    assert!(ops.contains(&"iadd".to_owned()), "{ops:?}");
    assert_eq!(propose("examples = [\"1, 0 -> !|"), ["divide_by_zero", "null_reference"]);
    let functions = propose("sem = \"|");
    assert!(functions.contains(&"new_object".to_owned()), "{functions:?}");
    let keys = propose("since = 1\n\n[op.half]\ncode = 3\nde|");
    assert_eq!(
        keys[..3],
        ["group", "doc", "since"],
        "required ones first, and none that is there"
    );
    assert!(
        keys.contains(&"deprecated".to_owned()) && !keys.contains(&"code".to_owned()),
        "{keys:?}"
    );
    let tables = propose("\n\n[|");
    assert!(
        tables.contains(&"op".to_owned()) && tables.contains(&"record".to_owned()),
        "{tables:?}"
    );
    assert_eq!(propose("# [op.|"), Vec::<String>::new(), "nothing in a comment");

    // What is inserted replaces just the word, and brings quotes where these are missing.
    client.replace(FEATURES, "default = true\n", "default = true\nimplies = [");
    let params = client.at(FEATURES, "implies = [|");
    let answer = client.ask("textDocument/completion", params);
    assert_eq!(answer["items"][0]["textEdit"]["newText"], json!("\"net\""), "{answer}");
}

#[test]
fn entries_are_symbols() {
    let mut client = Client::open_workspace(workspace());
    client.open(OPS);
    let uri = client.uri(OPS);
    let symbols = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
    let names: Vec<&str> = symbols
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|symbol| symbol["name"].as_str())
        .collect();
    assert_eq!(
        names[..3],
        ["op const_i32", "op load_local", "op new"],
        "in the order of the file"
    );
    let found = client.ask("workspace/symbol", json!({ "query": "nullref" }));
    assert_eq!(found[0]["name"], json!("trap null_reference"), "{found}");
    assert_eq!(client.path(&found[0]["location"]["uri"]), MACHINE);
}

#[test]
fn whatever_comes_in_gets_its_answer() {
    let mut client = Client::start(workspace());
    let early = client.ask("textDocument/hover", json!({}));
    assert_eq!(early["error"]["code"], json!(-32002), "{early}");
    client.tell("textDocument/didOpen", json!({ "nonsense": true }));
    let root = client.uri("");
    client.ask("initialize", json!({ "rootUri": root, "capabilities": {} }));
    let again = client.ask("initialize", json!({}));
    assert_eq!(again["error"]["code"], json!(-32600), "{again}");
    let unknown = client.ask("textDocument/teleport", json!({}));
    assert_eq!(unknown["error"]["code"], json!(-32601), "{unknown}");
    let wrong = client.ask(
        "textDocument/hover",
        json!({ "textDocument": { "uri": client.uri(OPS) }, "position": "here" }),
    );
    assert_eq!(wrong["error"]["code"], json!(-32602), "{wrong}");

    for (bytes, code) in [
        ("Content-Length: 4\r\n\r\n{{{{", -32700),
        ("Content-Length: 7\r\n\r\n[1,2,3]", -32600),
    ] {
        client.send_bytes(bytes.as_bytes());
        let refused = client.wait(|message| message["id"].is_null() && message.get("error").is_some());
        assert_eq!(refused["error"]["code"], json!(code), "{refused}");
    }

    client.open(OPS);
    let far = json!({ "line": u32::MAX, "character": u32::MAX });
    for method in [
        "hover",
        "definition",
        "implementation",
        "completion",
        "references",
        "codeAction",
        "documentSymbol",
    ] {
        let params = json!({
            "textDocument": { "uri": client.uri(OPS) },
            "position": far,
            "range": { "start": far, "end": far },
            "context": { "includeDeclaration": true, "diagnostics": [] },
        });
        let answer = client.ask(&format!("textDocument/{method}"), params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
    }
    for uri in [
        "untitled:Untitled-1",
        "file:///no/such/file.toml",
        "file:///",
        "http://localhost/a",
    ] {
        let params = json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 0 } });
        assert_eq!(client.ask("textDocument/hover", params), Value::Null, "{uri}");
    }
    // A range out of bounds, one that ends before it begins, and a text that is no TOML at all.
    let range = json!({ "start": far, "end": { "line": 0, "character": 0 } });
    client.change(OPS, json!([{ "range": range, "text": "\u{0}" }]));
    client.change(OPS, json!([{ "text": "\u{0}\u{1}[[[[\"\"\"".repeat(1000) }]));
    assert!(!client.diagnostics(OPS).is_empty());
    client.change(OPS, json!([{ "text": "x".repeat(5 << 20) }]));
    assert_eq!(codes(&client.diagnostics(OPS)), ["L0005"], "too large a file");

    assert_eq!(client.ask("shutdown", Value::Null), Value::Null);
    let late = client.ask("textDocument/hover", json!({}));
    assert_eq!(late["error"]["code"], json!(-32600), "{late}");
}

#[test]
fn an_end_without_leave_is_a_failure() {
    assert_eq!(Client::open_workspace(workspace()).hang_up(), Some(100));
    let mut client = Client::open_workspace(workspace());
    client.send_bytes(b"no header\r\n\r\n");
    assert_eq!(client.hang_up(), Some(100));
}

#[test]
fn nothing_is_written() {
    let folder = workspace();
    let before = listing(folder.path());
    let mut client = Client::open_workspace(folder);
    client.open(OPS);
    client.replace(OPS, "code = 0x21", "code = 0x22");
    client.diagnostics(OPS);
    let params = client.at(OPS, "[op.ia|dd]");
    client.ask("textDocument/hover", params.clone());
    client.ask("textDocument/implementation", params);
    assert_eq!(listing(client.folder.path()), before);
}

/// Every path below a folder with its content.
fn listing(folder: &std::path::Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    let paths = entries.map(|entry| entry.expect("it can be read").into_path());
    paths
        .map(|path| (path.clone(), fs::read(&path).unwrap_or_default()))
        .collect()
}
