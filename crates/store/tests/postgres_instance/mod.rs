//! A PostgreSQL of the tests' own: one server per test binary, one database per test.
//!
//! The server lives in a temporary folder, listens on a free port of the loopback address and forgets to sync. A shell watches
//! it that ends it, and removes its folder, when the standard input closes that only the test binary holds: however that ends.
//! Tests of other crates take this file in by `#[path]`.

#![allow(dead_code, clippy::unwrap_used, reason = "not every binary that takes this file in needs all of it")]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// Set to 1 where the tests must not be skipped.
const REQUIRED: &str = "DESKWIRE_REQUIRE_SERVICES";
/// How long a server may take to start.
const START: Duration = Duration::from_secs(60);
/// The account that the server runs as when the tests run as root, which it refuses to.
const ACCOUNT: &str = "postgres";

/// A running server.
pub(crate) struct Instance {
    bin: PathBuf,
    port: u16,
    /// Ends the server when its standard input closes.
    _watcher: Child,
}

/// A database of its own on the [`Instance`].
#[derive(Clone, Debug)]
pub(crate) struct Database {
    name: String,
    port: u16,
    psql: PathBuf,
}

/// Whether there is a server for this binary; if there is none, a note says so.
///
/// # Panics
/// Where PostgreSQL is not installed although it is required.
pub(crate) fn is_there() -> bool {
    let is_there = instance().is_some();
    if !is_there {
        eprintln!("skipped: PostgreSQL is not installed");
    }
    is_there
}

/// An empty database on the server of this binary; none, as [`is_there`] tells, where PostgreSQL is not installed.
pub(crate) fn database() -> Option<Database> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    if !is_there() {
        return None;
    }
    let instance = instance()?;
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let server = Database { name: "postgres".to_owned(), port: instance.port, psql: instance.bin.join("psql") };
    server.run(&format!("CREATE DATABASE {name}"));
    Some(Database { name, ..server })
}

fn instance() -> Option<&'static Instance> {
    static INSTANCE: OnceLock<Option<Instance>> = OnceLock::new();
    INSTANCE.get_or_init(Instance::start).as_ref()
}

impl Database {
    /// Where it is reached.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{ACCOUNT}@127.0.0.1:{}/{}", self.port, self.name)
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Runs statements, and returns what they print: rows by line, columns parted by `|`.
    pub(crate) fn run(&self, statements: &str) -> String {
        let output = Command::new(&self.psql)
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statements, &self.url()])
            .output()
            .unwrap();
        assert!(output.status.success(), "{statements}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Whether it lets anybody in.
    pub(crate) fn allow(&self, connections: bool) {
        let server = Self { name: "postgres".to_owned(), ..self.clone() };
        server.run(&format!("ALTER DATABASE {} ALLOW_CONNECTIONS {connections}", self.name));
    }

    /// Runs `statement` in a transaction that stays open until the result is dropped.
    pub(crate) fn hold(&self, statement: &str) -> Holder {
        let mut child = Command::new(&self.psql)
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", &self.url()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let commands = format!("BEGIN; {statement};\n\\echo held\n");
        child.stdin.as_mut().unwrap().write_all(commands.as_bytes()).unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.map_while(Result::ok).any(|line| line == "held"), "{statement} fails");
        Holder(child)
    }

    /// Has the server do TLS with this certificate and key, for all its databases, where a client wants it.
    pub(crate) fn serve_tls(&self, certificate: &str, key: &str) {
        let data = PathBuf::from(self.run("SHOW data_directory"));
        for (name, pem) in [("server.crt", certificate), ("server.key", key)] {
            let path = data.join(name);
            fs::write(&path, pem).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            if is_root() {
                chown(&path, Some(id("-u")), Some(id("-g"))).unwrap();
            }
        }
        self.run("ALTER SYSTEM SET ssl = on");
        self.run("SELECT pg_reload_conf()");
        let begin = Instant::now();
        while self.run("SHOW ssl") != "on" {
            assert!(begin.elapsed() < START, "the server does not take TLS up");
        }
    }

    /// Ends all connections to it, as a server that restarts does.
    pub(crate) fn cut(&self) {
        let server = Self { name: "postgres".to_owned(), ..self.clone() };
        server.run(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'", self.name));
    }
}

/// A transaction of its own; see [`Database::hold`].
pub(crate) struct Holder(Child);

impl Drop for Holder {
    fn drop(&mut self) {
        // At the end of its input it leaves, and says so to the server.
        drop(self.0.stdin.take());
        let _status = self.0.wait();
    }
}

impl Instance {
    /// Starts a server, if PostgreSQL is installed.
    fn start() -> Option<Self> {
        let Some(bin) = installed() else {
            let is_required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
            assert!(!is_required, "PostgreSQL is required and not installed");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("deskwire-postgres-").tempdir().unwrap().keep();
        let data = folder.join("data");
        let is_root = is_root();
        let as_account = |program: &Path| {
            if is_root {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", ACCOUNT, "--regid", ACCOUNT, "--init-groups"]).arg(program);
                command
            } else {
                Command::new(program)
            }
        };
        if is_root {
            chown(&folder, Some(id("-u")), Some(id("-g"))).unwrap();
        }
        let initdb = as_account(&bin.join("initdb"))
            .args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-U", ACCOUNT, "-D"])
            .arg(&data)
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(initdb.status.success(), "{}", String::from_utf8_lossy(&initdb.stderr));
        let port = free_port();
        let mut watcher = as_account(Path::new("/bin/sh"))
            .args(["-c", WATCHER, "sh"])
            .arg(bin.join("postgres"))
            .arg(&data)
            .arg(port.to_string())
            .arg(&folder)
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begin = Instant::now();
        while !is_ready(&bin, port) {
            if let Some(status) = watcher.try_wait().unwrap() {
                panic!("PostgreSQL has ended: {status}; {}", log(&folder));
            }
            assert!(begin.elapsed() < START, "PostgreSQL does not start; {}", log(&folder));
            #[expect(clippy::disallowed_methods, reason = "what it waits for is asked again and again")]
            thread::sleep(Duration::from_millis(20));
        }
        Some(Self { bin, port, _watcher: watcher })
    }
}

/// Runs the server `$1` on the data `$2` at the port `$3` until the standard input closes; `$4` is removed then.
const WATCHER: &str = r#"
exec 3<&0
"$1" -D "$2" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c max_connections=400 -c shared_buffers=64MB -c autovacuum=off </dev/null 3<&- >"$4/log" 2>&1 &
server=$!
(while read -r _; do :; done; kill -QUIT "$server") <&3 3<&- 2>/dev/null &
exec 3<&-
wait "$server"
cd /
rm -rf "$4"
"#;

/// The folder of the programs of the newest PostgreSQL that is installed.
fn installed() -> Option<PathBuf> {
    let on_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    let packaged = versions.into_iter().rev().map(|(_, bin)| bin);
    packaged.chain(on_path).find(|bin| ["initdb", "postgres", "psql"].iter().all(|program| bin.join(program).exists()))
}

fn is_root() -> bool {
    id_of("-u", None) == 0
}

fn id(which: &str) -> u32 {
    id_of(which, Some(ACCOUNT))
}

fn id_of(which: &str, account: Option<&str>) -> u32 {
    let output = Command::new("id").arg(which).args(account).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

/// A port that nobody listens on. Somebody may take it before the server does; then the server says so and ends.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn is_ready(bin: &Path, port: u16) -> bool {
    Command::new(bin.join("psql"))
        .args(["-X", "-q", "-c", "SELECT 1", &format!("postgres://{ACCOUNT}@127.0.0.1:{port}/postgres")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
        .success()
}

fn log(folder: &Path) -> String {
    let mut text = String::new();
    if let Ok(mut file) = fs::File::open(folder.join("log")) {
        let _unreadable = file.read_to_string(&mut text);
    }
    text
}
