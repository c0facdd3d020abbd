//! The real binary with a configuration of its own, and its HTTP side.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    mem,
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The server.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_deskwire");
/// The service account of every server.
pub(crate) const SERVICE: (&str, &str) = ("bench", "hush");
/// The uid, user name and password of the demo agent.
pub(crate) const AGENT: (&str, &str, &str) = ("df_ag_uid", "agent", "open sesame");
/// Longer than anything takes on a machine that does ten other things.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    folder: TempDir,
    /// Kept open: what the server prints must go somewhere.
    _out: BufReader<ChildStdout>,
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The envelope around every answer of the API.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

/// A visitor and its conversation with the demo agent.
pub(crate) struct Visitor {
    pub(crate) uid: String,
    pub(crate) topic: String,
}

impl Server {
    /// Starts a server with these keys of `[limits]`, in capitals as environment variables spell them.
    pub(crate) fn start(limits: &[(&str, &str)]) -> Self {
        Self::configured("LIMITS", limits)
    }

    /// As [`Self::start`], with keys of another section.
    pub(crate) fn configured(section: &str, keys: &[(&str, &str)]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), section, keys)
    }

    /// Starts `program`, which takes the command line of the server, with this configuration file.
    pub(crate) fn of_program(program: &Path, configuration: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("configuration.toml");
        fs::write(&file, configuration).unwrap();
        let mut command = Command::new(program);
        command.env_clear().env("DESKWIRE_CONFIG", file);
        Self::launch(folder, command)
    }

    /// Stops the server, waits for its end and starts it again over the same data.
    pub(crate) fn restarted(mut self, limits: &[(&str, &str)]) -> Self {
        self.stop();
        assert!(self.wait().success(), "{}", self.log());
        let folder = mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        Self::start_in(folder, "LIMITS", limits)
    }

    /// Kills the server at whatever it is doing and starts it again over the same data.
    pub(crate) fn crashed(mut self) -> Self {
        self.child.kill().unwrap();
        self.wait();
        let folder = mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        Self::start_in(folder, "LIMITS", &[])
    }

    fn start_in(folder: TempDir, section: &str, keys: &[(&str, &str)]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.env_clear().envs(keys.iter().map(|(key, value)| (format!("DESKWIRE__{section}__{key}"), value)));
        Self::launch(folder, command)
    }

    fn launch(folder: TempDir, mut command: Command) -> Self {
        let log = File::create(folder.path().join("log")).unwrap();
        let mut child = command
            .env("DESKWIRE_SERVICE_ACCOUNT", format!("{}:{}", SERVICE.0, SERVICE.1))
            .env("DESKWIRE_AGENT_PASSWORD", AGENT.2)
            .args(["serve", "--listen", "http://127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut lines = out.by_ref().lines();
        let address = lines.find_map(|line| line.unwrap().split("http://").nth(1)?.trim().parse().ok());
        let address = address.unwrap_or_else(|| panic!("{}", fs::read_to_string(folder.path().join("log")).unwrap()));
        Self { child, address, folder, _out: out }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    /// Sends a request as it is and reads to the end of the connection.
    pub(crate) fn exchange(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        // A server that has read enough may close before it has all.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.exchange(&format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_with(path, "", body)
    }

    /// As [`Self::post`], with one more `header` if it is not empty.
    pub(crate) fn post_with(&self, path: &str, header: &str, body: &Value) -> Answer {
        let (body, end) = (body.to_string(), if header.is_empty() { "" } else { "\r\n" });
        self.exchange(&format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n{header}{end}\r\n{body}",
            body.len()
        ))
    }

    pub(crate) fn login(&self, username: &str, password: &str) -> Answer {
        self.post("/auth/v1/login", &json!({ "username": username, "password": password }))
    }

    /// The demo agent's access token.
    pub(crate) fn agent_token(&self) -> String {
        let answer = self.login(AGENT.1, AGENT.2).json();
        answer["data"]["accessToken"].as_str().unwrap().to_owned()
    }

    pub(crate) fn introduce(&self) -> Answer {
        self.post("/visitor/api/v1/init", &json!({ "orgUid": "df_org_uid" }))
    }

    /// A new visitor who has asked for the demo agent.
    pub(crate) fn visitor(&self) -> Visitor {
        let uid = self.introduce().json()["data"]["uid"].as_str().unwrap().to_owned();
        let asked = json!({ "uid": uid, "type": 0, "sid": AGENT.0 });
        let thread = self.post("/visitor/api/v1/thread", &asked).json();
        let topic = thread["data"]["thread"]["topic"].as_str().unwrap().to_owned();
        Visitor { uid, topic }
    }

    /// The value of a metric with exactly this name and these labels.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let text = self.get("/metrics").body;
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.map_or(0.0, |value| value.parse().unwrap())
    }

    /// Asks for a metric until `enough` of it is there.
    pub(crate) fn wait_for_metric(&self, name: &str, enough: impl Fn(f64) -> bool) {
        let begun = Instant::now();
        while !enough(self.metric(name)) {
            assert!(begun.elapsed() < PATIENCE, "{name} stays at {}", self.metric(name));
        }
    }

    /// Waits until this bound, by its label, has been counted as hit exactly so often.
    pub(crate) fn has_counted(&self, limit: &str, hits: u32) {
        let name = format!("deskwire_limit_hits_total{{limit=\"{limit}\"}}");
        self.wait_for_metric(&name, |counted| counted >= f64::from(hits));
        assert_eq!(self.metric(&name), f64::from(hits), "{name}");
    }

    pub(crate) fn stop(&self) {
        let killed = Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// The most memory it has had resident, in KiB.
    pub(crate) fn most_resident_kib(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        most.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// Waits until the server's own log says `part`.
    pub(crate) fn wait_for_log(&self, part: &str) {
        let begun = Instant::now();
        while !self.log().contains(part) {
            assert!(begun.elapsed() < PATIENCE, "{part:?} is not in {}", self.log());
        }
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already in a test that stopped it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
