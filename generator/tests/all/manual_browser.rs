//! Opens the emitted manual in a headless browser, as a reader does: from the file system, without a server.
//!
//! Needs chromium or Chrome (`apt-get install chromium`; `BROWSER=/path` names another one); without one the test says so and passes.
//! The browser is driven by its own protocol over a pair of named pipes. `SCREENSHOTS=folder` keeps pictures of some pages.

#![cfg(unix)]

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A browser that can be used, if there is one.
fn installed() -> Option<String> {
    let named = std::env::var("BROWSER").ok();
    let known = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
    ];
    let candidates = named.into_iter().chain(known.map(str::to_owned));
    candidates.into_iter().find(|name| {
        let version = Command::new(name).arg("--version").stderr(Stdio::null()).output();
        version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("Chrom"))
    })
}

/// A page in a running browser.
struct Browser {
    process: Child,
    requests: File,
    answers: BufReader<File>,
    session: String,
    number: u64,
    /// What pages complained of since they were last asked.
    complaints: Vec<String>,
    /// Holds the pipes and the profile.
    _folder: tempfile::TempDir,
}

impl Browser {
    fn start(program: &str) -> Browser {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pipes = [folder.path().join("requests"), folder.path().join("answers")];
        let made = Command::new("mkfifo").args(&pipes).status().expect("mkfifo runs");
        assert!(made.success());
        // The shell gives the pipes the numbers that the browser expects. Its sandbox can't be had in every container; the pages are ours.
        let process = Command::new("sh")
            .arg("-c")
            .arg("exec \"$0\" --headless --no-sandbox --disable-gpu --no-first-run --remote-debugging-pipe --user-data-dir=\"$3\" 3<\"$1\" 4>\"$2\"")
            .arg(program)
            .args(&pipes)
            .arg(folder.path().join("profile"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let requests = OpenOptions::new().write(true).open(&pipes[0]).expect("the first pipe");
        let answers = BufReader::new(File::open(&pipes[1]).expect("the second pipe"));
        let mut browser = Browser {
            process,
            requests,
            answers,
            session: String::new(),
            number: 0,
            complaints: Vec::new(),
            _folder: folder,
        };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let target = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", target);
        browser.session = session["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Sends a command and waits for its result; complaints that come in meanwhile are kept.
    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.number += 1;
        let mut request = json!({ "id": self.number, "method": method, "params": parameters });
        if !self.session.is_empty() {
            request["sessionId"] = json!(self.session);
        }
        let mut bytes = request.to_string().into_bytes();
        bytes.push(0);
        self.requests.write_all(&bytes).expect("the browser listens");
        loop {
            let message = self.message();
            if message["id"] == json!(self.number) {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
        }
    }

    fn message(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.answers.read_until(0, &mut bytes).expect("the browser answers");
        bytes.pop();
        let message: Value = serde_json::from_slice(&bytes).expect("the browser is still there");
        let method = message["method"].as_str().unwrap_or_default();
        if matches!(
            method,
            "Runtime.exceptionThrown" | "Log.entryAdded" | "Runtime.consoleAPICalled"
        ) {
            self.complaints.push(message["params"].to_string());
        }
        message
    }

    /// The value of an expression; a promise is waited for.
    fn evaluate(&mut self, expression: &str) -> Value {
        let parameters = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let result = self.call("Runtime.evaluate", parameters);
        assert!(result["exceptionDetails"].is_null(), "{expression}: {result}");
        result["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    fn wait(&mut self, expression: &str) {
        let begin = Instant::now();
        while self.evaluate(expression) != json!(true) {
            assert!(
                begin.elapsed() < Duration::from_secs(20),
                "this doesn't become true: {expression}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn open(&mut self, path: &Path) {
        let address = format!("file://{}", path.display());
        let result = self.call("Page.navigate", json!({ "url": address }));
        assert!(result["errorText"].is_null(), "{address}: {result}");
        let there = format!(
            "location.href.startsWith({}) && document.readyState === 'complete'",
            json!(address)
        );
        self.wait(&there);
    }

    fn key(&mut self, key: &str, text: &str) {
        let mut down = json!({ "type": "keyDown", "key": key });
        if !text.is_empty() {
            down["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", down);
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key }));
    }

    /// Searches, and gives the names of what is found.
    fn search(&mut self, text: &str) -> Vec<String> {
        self.evaluate("document.activeElement.blur()");
        self.key("/", "/");
        assert_eq!(
            self.evaluate("document.activeElement.id"),
            "search",
            "`/` leads to the search"
        );
        self.evaluate("document.getElementById('search').value = ''");
        self.call("Input.insertText", json!({ "text": text }));
        self.wait("!document.getElementById('results').hidden");
        let names =
            self.evaluate("[...document.querySelectorAll('#results .name, #results .none')].map((name) => name.textContent)");
        let names = names.as_array().expect("names").iter();
        names.map(|name| name.as_str().unwrap_or_default().to_owned()).collect()
    }

    fn size(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    fn scheme(&mut self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", features);
    }

    /// Keeps a picture where the environment asks for it.
    fn picture(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("SCREENSHOTS") else {
            return;
        };
        let result = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        let data = result["data"].as_str().expect("a picture");
        fs::create_dir_all(&folder).expect("the folder");
        fs::write(PathBuf::from(folder).join(format!("{name}.png")), base64(data)).expect("the picture");
    }

    fn complaints(&mut self) -> Vec<String> {
        // What the page said before this answer has arrived by now.
        self.evaluate("1");
        std::mem::take(&mut self.complaints)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its children end with it.
        let _ = self.requests.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        let begin = Instant::now();
        while matches!(self.process.try_wait(), Ok(None)) && begin.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u32> = text
        .bytes()
        .filter(|byte| *byte != b'=')
        .map(|byte| digit(byte).into())
        .collect();
    let group = |group: &[u32]| -> Vec<u8> {
        let number = group
            .iter()
            .enumerate()
            .fold(0, |sum, (at, digit)| sum | digit << (18 - 6 * at));
        number.to_be_bytes()[1..group.len()].to_vec()
    };
    digits.chunks(4).flat_map(group).collect()
}

/// The least contrast of a text on the page to what is behind it, with that text.
const CONTRAST: &str = r"(() => {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  let worst = [99, ''];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility() || element.closest('.skip, script')) continue;
    const pair = [light(channels(getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < worst[0]) worst = [contrast, walker.currentNode.textContent];
  }
  return worst;
})()";

fn manual() -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the generator has a parent");
    repository.join("generated/manual/html")
}

#[test]
fn the_manual_works_in_a_browser() {
    let Some(program) = installed() else {
        // `LATHE_REQUIRE=ninja,browser` names what has to be there.
        let required = std::env::var("LATHE_REQUIRE").unwrap_or_default();
        assert!(
            !required.split(',').any(|name| name == "browser"),
            "LATHE_REQUIRE names `browser`, but none is installed"
        );
        eprintln!("SKIPPED: no browser is installed; `apt-get install chromium` brings one");
        return;
    };
    let mut browser = Browser::start(&program);
    every_page_opens(&mut browser);
    search_finds(&mut browser);
    keys_lead_to_an_op(&mut browser);
    colours_follow_the_system_and_the_switch(&mut browser);
    assert_eq!(browser.complaints(), [""; 0]);
    // What is broken must be noticed.
    browser.evaluate("document.body.append(Object.assign(document.createElement('img'), { src: 'missing.png' }))");
    browser.wait("document.images[0].complete");
    assert!(!browser.complaints().is_empty(), "a missing file is a complaint");
}

/// Every page opens in standards mode without a complaint, and at the width of a small phone nothing is wider than the page.
fn every_page_opens(browser: &mut Browser) {
    browser.size(360, 740);
    let mut pages = 0;
    for entry in walkdir::WalkDir::new(manual()).sort_by_file_name() {
        let entry = entry.expect("the manual can be read");
        if entry.path().extension().is_none_or(|extension| extension != "html") {
            continue;
        }
        browser.open(entry.path());
        let page = entry.path().display();
        assert_eq!(browser.evaluate("document.compatMode"), "CSS1Compat", "{page}");
        let width = browser.evaluate("document.documentElement.scrollWidth");
        assert!(width.as_u64() <= Some(360), "{page} is {width} wide");
        assert_eq!(browser.complaints(), [""; 0], "{page}");
        pages += 1;
    }
    assert!(pages > 200, "only {pages} pages");
}

fn search_finds(browser: &mut Browser) {
    browser.size(1280, 900);
    browser.open(&manual().join("index.html"));
    for (text, name) in [
        ("iadd", "iadd"),
        ("IADD", "iadd"),
        ("idad", "iadd"),
        ("cal method", "call_method"),
        ("channel_recieve", "channel_receive"),
        ("0x20", "iadd"),
        ("divide_by_zero", "divide_by_zero"),
        ("dividebyzero", "divide_by_zero"),
        ("L0221", "L0221"),
        ("l0221", "L0221"),
        ("heap.write", "heap.write"),
        ("aarch64", "aarch64"),
        ("amd64", "x86_64"),
        ("reflection", "reflection"),
        ("sum wraps", "iadd"),
        ("module file", "module file"),
    ] {
        let found = browser.search(text);
        assert!(found.iter().take(3).any(|found| found == name), "`{text}` finds {found:?}");
    }
    assert_eq!(browser.search("iadd")[0], "iadd");
    assert_eq!(browser.search("L0221")[0], "L0221");
    for nonsense in ["xyzzyx", "(", "[&-", "\\", "-'\"*+?"] {
        assert_eq!(browser.search(nonsense), ["Nothing found"], "`{nonsense}`");
    }
    assert_eq!(browser.search("iadd")[0], "iadd");
    browser.picture("search");
}

/// `/`, a name, and Enter lead to its page; arrows choose another one.
fn keys_lead_to_an_op(browser: &mut Browser) {
    browser.open(&manual().join("targets/x86_64.html"));
    browser.search("iadd");
    browser.key("Enter", "\r");
    browser.wait("location.pathname.endsWith('/sets/raya/op/iadd.html') && document.readyState === 'complete'");
    assert_eq!(browser.evaluate("document.querySelector('h1').textContent"), "iadd");
    let found = browser.search("call");
    browser.key("ArrowDown", "");
    let chosen = browser.evaluate("document.querySelector('[aria-selected=true] .name').textContent");
    assert_eq!(chosen, json!(found[1]));
    browser.key("ArrowUp", "");
    browser.key("ArrowUp", "");
    let chosen = browser.evaluate("document.querySelector('[aria-selected=true] .name').textContent");
    assert_eq!(chosen, json!(found[found.len() - 1]));
    browser.key("Escape", "");
    assert_eq!(browser.evaluate("document.getElementById('results').hidden"), json!(true));
    // A section of a page is a place to go to, too.
    browser.search("L0221");
    browser.key("Enter", "\r");
    browser.wait("location.hash === '#l0221' && document.readyState === 'complete'");
    assert_eq!(browser.evaluate("document.querySelector(':target').textContent"), "L0221");
}

fn colours_follow_the_system_and_the_switch(browser: &mut Browser) {
    let ground = "getComputedStyle(document.body).backgroundColor";
    let pages = [
        "index",
        "sets/raya/index",
        "sets/raya/opcodes",
        "sets/raya/op/call",
        "sets/raya/op/load_module",
        "sets/raya/module-file",
        "sets/raya/types",
        "targets/x86_64",
        "features/index",
        "diagnostics/L02",
    ];
    let mut grounds = Vec::new();
    for scheme in ["light", "dark"] {
        browser.scheme(scheme);
        for (width, height) in [(1280, 1100), (360, 740)] {
            browser.size(width, height);
            for page in pages {
                browser.open(&manual().join(format!("{page}.html")));
                let worst = browser.evaluate(CONTRAST);
                assert!(
                    worst[0].as_f64() >= Some(4.5),
                    "{page}, {scheme}: the contrast is only {worst}"
                );
                browser.picture(&format!("{}-{scheme}-{width}", page.replace('/', "-")));
            }
        }
        grounds.push(browser.evaluate(ground));
    }
    assert_ne!(grounds[0], grounds[1]);
    // The system says dark; the reader chooses light, and has it on the next page as well.
    browser.evaluate("document.getElementById('theme').click()");
    assert_eq!(browser.evaluate(ground), grounds[0]);
    browser.open(&manual().join("index.html"));
    assert_eq!(browser.evaluate(ground), grounds[0]);
    assert_eq!(browser.evaluate("document.getElementById('theme').textContent"), "Dark");
    browser.evaluate("document.getElementById('theme').click()");
    assert_eq!(browser.evaluate(ground), grounds[1]);
}
