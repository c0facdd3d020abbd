//! The real binary, started as an operator starts it.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio},
};

use serde_json::json;

fn deskwire(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskwire"));
    command.env_clear().args(args);
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn refused(output: &Output, parts: &[&str]) {
    let complaint = text(&output.stderr);
    assert!(!output.status.success(), "must fail: {complaint}");
    for part in parts {
        assert!(complaint.contains(part), "{part:?} is missing in {complaint:?}");
    }
}

/// A running server; killed if a test fails before it is stopped.
struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
    err: BufReader<ChildStderr>,
    address: SocketAddr,
}

impl Server {
    fn start(data: &Path, environment: &[(&str, &str)]) -> Self {
        let mut child = deskwire(&["serve", "--listen", "http://127.0.0.1:0", "--data", data.to_str().unwrap()])
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let err = BufReader::new(child.stderr.take().unwrap());
        let line = line_with(&mut out, "http://");
        let address = line.split("http://").nth(1).unwrap().trim().parse().unwrap();
        Self { child, out, err, address }
    }

    fn get(&self, path: &str) -> String {
        self.get_with(path, "")
    }

    /// With further headers, each with its end of line.
    fn get_with(&self, path: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\n{headers}Connection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn post(&self, path: &str, body: &serde_json::Value) -> serde_json::Value {
        let body = body.to_string();
        let mut stream = TcpStream::connect(self.address).unwrap();
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n");
        write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// The access token that this login gets.
    fn sign_in(&self, username: &str, password: &str) -> Option<String> {
        let answer = self.post("/auth/v1/login", &json!({"username": username, "password": password}));
        answer["data"]["accessToken"].as_str().map(str::to_owned)
    }

    /// Whether an access token lets its agent in.
    fn holds(&self, token: &str) -> bool {
        self.post("/auth/v1/login/accessToken", &json!({"accessToken": token}))["code"] == 200
    }

    /// Stops it in order; the rest of what it said on standard output.
    fn stop(&mut self) -> String {
        self.signal("TERM");
        assert!(self.child.wait().unwrap().success());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        rest
    }

    fn signal(&self, name: &str) {
        let killed = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already in a test that went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn line_with(lines: &mut impl BufRead, part: &str) -> String {
    let mut line = String::new();
    while !line.contains(part) {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "ended before a line with {part:?}");
    }
    line
}

#[test]
fn the_machine_of_a_server_is_told_how_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let mut server = Server::start(folder.path(), &[]);
    // Nobody listens there: it is the data folder that tells where to ask.
    let elsewhere = ("DESKWIRE__SERVER__LISTEN", "[\"http://127.0.0.1:1\"]");
    let health = || deskwire(&["health", "--data", data]).envs([elsewhere]).output().unwrap();
    let status = |more: &[&str]| deskwire(&[&["cluster", "status", "--data", data], more].concat()).output().unwrap();
    assert!(health().status.success());
    let table = status(&["--expect", "1"]);
    assert!(table.status.success(), "{}", text(&table.stderr));
    assert!(text(&table.stdout).contains(&server.address.to_string()), "{}", text(&table.stdout));
    let json = status(&["--json", "--expect", "2"]);
    assert!(!json.status.success(), "one is missing");
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&report["well"], &report["nodes"][0]["standing"]["readiness"]), (&json!(false), &json!("READY")));
    // The pass lets its holder look at nodes, and nothing else.
    let pass = fs::read_to_string(folder.path().join("deskwire.run")).unwrap();
    let pass = serde_json::from_str::<serde_json::Value>(&pass).unwrap()["pass"].as_str().unwrap().to_owned();
    for (path, shown, expected) in [
        ("nodes", pass.as_str(), "200 OK"),
        ("nodes", "made up", "401 Unauthorized"),
        ("config", pass.as_str(), "401 Unauthorized"),
    ] {
        let answer = server.get_with(&format!("/api/v1/ops/{path}"), &format!("X-Deskwire-Pass: {shown}\r\n"));
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{path}: {answer}");
    }
    server.stop();
    refused(&health(), &["does not answer"]);
    refused(&status(&[]), &["no server runs", data]);
}

#[test]
fn config_check_says_whether_it_is_good() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("good.toml"), folder.path().join("bad.toml"));
    fs::write(&good, "[limits]\ndrain_ms = 10").unwrap();
    fs::write(&bad, "[limits]\ndrian_ms = 10").unwrap();
    assert!(deskwire(&["config", "check"]).status().unwrap().success());
    assert!(deskwire(&["config", "check", "--config", good.to_str().unwrap()]).status().unwrap().success());
    let output = deskwire(&["config", "check", "--config", bad.to_str().unwrap()]).output().unwrap();
    refused(&output, &["bad.toml", "line 2", "drian_ms"]);
    let output = deskwire(&["config", "check"]).env("DESKWIRE__LIMITS__COMMIT_BATCH", "0").output().unwrap();
    refused(&output, &["limits.commit_batch", "DESKWIRE__LIMITS__COMMIT_BATCH"]);
}

#[test]
fn config_print_masks_secrets() {
    let output = deskwire(&["config", "print"])
        .env("DESKWIRE_SERVICE_ACCOUNT", "bench:hush")
        .env("DESKWIRE__DESK__AGENT_CAPACITY", "3")
        .output()
        .unwrap();
    let printed = text(&output.stdout);
    assert!(output.status.success() && !printed.contains("hush"), "{printed}");
    for part in ["name = \"bench\"", "secret = \"********\"", "agent_capacity = 3", "max_connections = 100000"] {
        assert!(printed.contains(part), "{part} is missing in\n{printed}");
    }
}

#[test]
fn serve_refuses_what_it_cannot_listen_on() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_str().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = format!("http://{}", taken.local_addr().unwrap());
    for (url, part) in [
        (taken.as_str(), "the port is taken"),
        ("nonsense", "must begin with http://"),
        ("http://127.0.0.1", "an IP address and a port"),
        ("stomps://127.0.0.1:0", "tls.certificate"),
        ("https://127.0.0.1:0", "tls.certificate"),
    ] {
        let output = deskwire(&["serve", "--data", data, "--listen", url]).output().unwrap();
        refused(&output, &[url, part]);
    }
}

#[test]
fn serve_answers_until_it_is_told_to_stop() {
    let data = tempfile::tempdir().unwrap();
    for signal in ["TERM", "INT"] {
        let mut server = Server::start(data.path(), &[]);
        assert!(server.get("/healthz").ends_with("ok\n"));
        assert!(server.get("/").contains("Deskwire is running"));
        assert!(server.get("/metrics").contains("deskwire_sockets_accepted_total 3"));
        assert!(server.get("/nowhere?token=hush").contains("\"code\":404"));
        server.signal(signal);
        assert!(server.child.wait().unwrap().success());
        let mut rest = String::new();
        server.err.read_to_string(&mut rest).unwrap();
        server.out.read_to_string(&mut rest).unwrap();
        assert!(rest.contains("stopped") && !rest.contains("hush"), "{rest}");
    }
}

#[test]
fn the_first_start_makes_logins_that_work() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path(), &[]);
    let passwords = ["admin", "agent"].map(|username| {
        let line = line_with(&mut server.out, &format!("    {username} "));
        line.split_whitespace().last().unwrap().to_owned()
    });
    let [admin, agent] = passwords.each_ref().map(String::as_str);
    let admin_token = server.sign_in("admin", admin).unwrap();
    let agent_token = server.sign_in("agent", agent).unwrap();
    assert_eq!(server.sign_in("admin", agent), None);
    assert!(server.holds(&admin_token) && server.holds(&agent_token));
    server.stop();

    for (environment, admin_holds) in
        [(&[("DESKWIRE_AGENT_PASSWORD", agent)][..], true), (&[("DESKWIRE_ADMIN_PASSWORD", "another")], false)]
    {
        let mut server = Server::start(data.path(), environment);
        assert_eq!(server.holds(&admin_token), admin_holds, "{environment:?}");
        assert!(server.holds(&agent_token), "{environment:?}");
        assert_eq!(server.sign_in("admin", admin).is_some(), admin_holds, "{environment:?}");
        assert_eq!(server.sign_in("admin", "another").is_none(), admin_holds, "{environment:?}");
        assert!(server.sign_in("agent", agent).is_some(), "{environment:?}");
        let said = server.stop();
        assert!(!said.contains(admin) && !said.contains(agent) && !said.contains("first start"), "{said}");
    }
}

#[test]
fn a_second_process_cannot_have_the_data_folder() {
    let data = tempfile::tempdir().unwrap();
    let _first = Server::start(data.path(), &[]);
    let path = data.path().to_str().unwrap();
    let output = deskwire(&["serve", "--listen", "http://127.0.0.1:0", "--data", path]).output().unwrap();
    refused(&output, &["in use by another deskwire process", path]);
}

#[test]
fn logs_can_be_json() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path(), &[("DESKWIRE__LOG__FORMAT", "json")]);
    let line: serde_json::Value = serde_json::from_str(&line_with(&mut server.err, "listening")).unwrap();
    assert_eq!(line["url"], format!("http://{}", server.address));
}

#[test]
fn a_second_signal_does_not_wait() {
    let data = tempfile::tempdir().unwrap();
    let patient = [
        ("DESKWIRE__LIMITS__DRAIN_MS", "600000"),
        ("DESKWIRE__LIMITS__HEADER_READ_TIMEOUT_MS", "600000"),
        ("DESKWIRE__LIMITS__HTTP_REQUEST_TIMEOUT_MS", "600000"),
    ];
    let mut server = Server::start(data.path(), &patient);
    let mut unfinished = TcpStream::connect(server.address).unwrap();
    unfinished.write_all(b"GET / HTTP/1.1\r\nHo").unwrap();
    server.get("/healthz");
    server.signal("TERM");
    line_with(&mut server.err, "no longer accepting");
    server.signal("TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(1));
}
