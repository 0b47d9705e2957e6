//! A headless Chromium, driven by the DevTools protocol over a pipe: messages are JSON, each ends with a zero byte.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lab::Program;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser with one page. It ends with its value.
pub(crate) struct Browser {
    process: Child,
    requests: Option<ChildStdin>,
    messages: Receiver<Value>,
    next: u64,
    session: String,
    /// Events that came while something else was waited for.
    events: VecDeque<Value>,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser that shows an empty page.
    pub(crate) fn start() -> Self {
        let profile = tempfile::tempdir().unwrap();
        // The protocol's descriptors are 3 and 4: the shell makes them of standard input and output, and becomes the browser.
        let chromium = Program::Chromium.find().unwrap();
        let mut process = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null"#])
            .arg(chromium)
            .args([
                "--headless=new",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
            ])
            .args(["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--disable-extensions", "--disable-crash-reporter", "--mute-audio", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let requests = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            for message in answers.split(0) {
                let Ok(message) = message else { return };
                let Ok(message) = serde_json::from_slice(&message) else { return };
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut browser = Self {
            process,
            requests,
            messages,
            next: 0,
            session: String::new(),
            events: VecDeque::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached =
            browser.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        browser.session = attached["sessionId"].as_str().unwrap().to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Shows a file, and waits until it is loaded.
    pub(crate) fn open(&mut self, file: &Path) {
        self.visit(&format!("file://{}", file.display()));
    }

    /// Opens a page of a server and waits until it is loaded.
    pub(crate) fn visit(&mut self, url: &str) {
        let navigated = self.call("Page.navigate", json!({ "url": url }));
        assert!(navigated.get("errorText").is_none(), "{navigated}");
        let until = Instant::now() + PATIENCE;
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let message = self.receive(until, "the page to be loaded");
            self.events.push_back(message);
        }
        self.events.retain(|event| event["method"] != "Page.loadEventFired");
    }

    /// How wide and high the page is, and whether it is dark.
    pub(crate) fn look(&mut self, width: u32, height: u32, is_dark: bool) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        let scheme = if is_dark { "dark" } else { "light" };
        let feature = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", feature);
        self.settle();
    }

    /// The value of an expression; a promise is awaited.
    #[track_caller]
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let arguments = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", arguments);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits until the page has drawn what was asked for.
    pub(crate) fn settle(&mut self) {
        let frames = "new Promise(done => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => done())), 150))";
        self.value(frames);
    }

    /// Types into what a selector finds, as a user does, in the place of what is there.
    pub(crate) fn type_into(&mut self, selector: &str, text: &str) {
        self.value(&format!(
            "document.querySelector('{selector}').focus(), document.querySelector('{selector}').select()"
        ));
        self.call("Input.insertText", json!({ "text": text }));
        self.settle();
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: &str) {
        for kind in ["rawKeyDown", "keyUp"] {
            self.call("Input.dispatchKeyEvent", json!({ "type": kind, "key": key, "code": key }));
        }
        self.settle();
    }

    /// Clicks into the middle of what a selector finds.
    pub(crate) fn click(&mut self, selector: &str) {
        let middle = format!(
            "(() => {{ const found = document.querySelector('{selector}'); found.scrollIntoView({{ block: 'center' }}); \
             const box = found.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        );
        let middle = self.value(&middle);
        self.point_at(&middle, "mousePressed", 1);
        self.point_at(&middle, "mouseReleased", 1);
        self.settle();
    }

    /// Moves the pointer to a place of the page.
    pub(crate) fn hover(&mut self, place: &Value) {
        self.point_at(place, "mouseMoved", 0);
        self.settle();
    }

    /// A picture of the upper part of the page, as PNG.
    pub(crate) fn picture(&mut self) -> Vec<u8> {
        let picture = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        BASE64_STANDARD.decode(picture["data"].as_str().unwrap()).unwrap()
    }

    /// How many sheets the page takes when it is printed.
    pub(crate) fn sheets(&mut self) -> usize {
        let printed = self.call("Page.printToPDF", json!({}));
        let document = BASE64_STANDARD.decode(printed["data"].as_str().unwrap()).unwrap();
        let text = String::from_utf8_lossy(&document);
        text.matches("/Type /Page").count() - text.matches("/Type /Pages").count()
    }

    /// What went wrong so far, in words: exceptions, lines of the console, and what the browser logs itself.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        self.settle();
        let is_complaint = |event: &&Value| {
            let method = event["method"].as_str().unwrap_or_default();
            matches!(method, "Runtime.exceptionThrown" | "Runtime.consoleAPICalled" | "Log.entryAdded")
        };
        self.events.iter().filter(is_complaint).map(|event| event["params"].to_string()).collect()
    }

    /// The addresses that were asked for so far.
    pub(crate) fn addresses(&mut self) -> Vec<String> {
        self.settle();
        let asked = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        asked.map(|event| event["params"]["request"]["url"].as_str().unwrap().to_owned()).collect()
    }

    fn point_at(&mut self, place: &Value, kind: &str, clicks: u32) {
        let button = if clicks > 0 { "left" } else { "none" };
        let event = json!({ "type": kind, "x": place[0], "y": place[1], "button": button, "clickCount": clicks });
        self.call("Input.dispatchMouseEvent", event);
    }

    #[track_caller]
    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.next += 1;
        let mut request = json!({ "id": self.next, "method": method, "params": parameters });
        if !self.session.is_empty() {
            request["sessionId"] = json!(self.session);
        }
        let mut bytes = request.to_string().into_bytes();
        bytes.push(0);
        self.requests.as_mut().unwrap().write_all(&bytes).unwrap();
        let until = Instant::now() + PATIENCE;
        loop {
            let mut message = self.receive(until, method);
            if message["id"] == self.next {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].take();
            }
            self.events.push_back(message);
        }
    }

    #[track_caller]
    fn receive(&mut self, until: Instant, what: &str) -> Value {
        match self.messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => panic!("the browser does not answer: {what}"),
            Err(RecvTimeoutError::Disconnected) => panic!("the browser has ended: {what}"),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Without its pipe the browser ends, and all its processes with it.
        drop(self.requests.take());
        let until = Instant::now() + Duration::from_secs(5);
        while Instant::now() < until {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
