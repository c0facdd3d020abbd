//! The layers of the configuration, through the public interface.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::{ffi::OsString, fs, path::PathBuf};

use deskwire_desk::{Language, Wording};
use deskwire_model::TopicFilter;
use deskwire_server::config::{Config, ConfigError, Flags, ListenUrl, LogFormat, Millis};
use tempfile::TempDir;

struct Given {
    folder: TempDir,
    file: Option<PathBuf>,
    environment: Vec<(OsString, OsString)>,
    flags: Flags,
}

impl Given {
    fn new(file: &str, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deskwire.toml");
        fs::write(&path, file).unwrap();
        let environment = environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { folder, file: Some(path), environment, flags: Flags::default() }
    }

    fn load(&self) -> Result<Config, ConfigError> {
        Config::load(self.file.as_deref(), self.environment.clone(), &self.flags)
    }

    fn complaint(&self) -> String {
        let text = self.load().expect_err("there must be a complaint").to_string();
        text.replace(&self.folder.path().display().to_string(), "")
    }
}

#[test]
fn without_any_layer_the_defaults_hold() {
    let config = Config::load(None, [], &Flags::default()).unwrap();
    assert_eq!(config, Config::default());
    let listen: Vec<String> = config.server.listen.iter().map(ToString::to_string).collect();
    assert_eq!(listen, ["http://127.0.0.1:9003", "http://127.0.0.1:9885"]);
}

#[test]
fn later_layers_win() {
    let file = "[limits]\ndrain_ms = 1\nmax_connections = 7\n[server]\nlisten = ['http://127.0.0.1:1']\ndata = 'file'";
    let drain = [("DESKWIRE__LIMITS__DRAIN_MS", "2")];
    let data = [("DESKWIRE__SERVER__DATA", "environment")];
    let flag = Flags { data: Some("flag".into()), listen: vec![ListenUrl::local_http(3)] };
    for (environment, flags, drain_ms, data, port) in [
        (&[][..], Flags::default(), 1, "file", 1),
        (&drain[..], Flags::default(), 2, "file", 1),
        (&data[..], Flags::default(), 1, "environment", 1),
        (&data[..], flag, 1, "flag", 3),
    ] {
        let config = Given { flags, ..Given::new(file, environment) }.load().unwrap();
        assert_eq!(config.limits.drain_ms, Millis(drain_ms));
        assert_eq!(config.server.data, PathBuf::from(data));
        assert_eq!(config.server.listen, [ListenUrl::local_http(port)]);
        assert_eq!(config.limits.max_connections, 7);
        assert_eq!(config.limits.commit_batch, 512);
    }
}

#[test]
fn a_variable_takes_the_type_of_its_key() {
    let config = Given::new(
        "",
        &[
            ("DESKWIRE__DESK__WELCOME", "42"),
            ("DESKWIRE__DESK__AGENT_CAPACITY", "42"),
            ("DESKWIRE__LOG__FORMAT", "json"),
            ("DESKWIRE__QUEUES__FANOUT", "['queue/news/#']"),
            ("DESKWIRE__SERVER__LISTEN", "['http://127.0.0.1:5', 'http://127.0.0.1:6']"),
            ("DESKWIRE_CONFIG", "not ours to read"),
            ("HOME", "/"),
        ],
    )
    .load()
    .unwrap();
    assert_eq!((config.desk.welcome, config.desk.agent_capacity), (Wording::from("42"), 42));
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.server.listen.len(), 2);
    assert_eq!(config.queues.fanout, [TopicFilter::new("queue/news/#").unwrap()]);
}

#[test]
fn a_text_is_one_for_all_or_one_in_each_language() {
    let file = "[desk]\nwelcome = 'Hi'\nqueue = { zh-CN = '请等', en = 'Wait' }\nresume = { en = 'Go on' }";
    let texts = Given::new(file, &[]).load().unwrap().desk;
    let default = Config::default().desk;
    for (wording, chinese, english) in [
        (&texts.welcome, "Hi", "Hi"),
        (&texts.queue, "请等", "Wait"),
        (&texts.resume, "Go on", "Go on"),
        (&default.welcome, "您好，请问有什么可以帮您？", "Hello! How can we help you?"),
    ] {
        assert_eq!((wording.text(Language::Chinese), wording.text(Language::English)), (chinese, english));
    }
    assert_eq!(texts.leave_message, default.leave_message);
}

#[test]
fn a_complaint_names_key_and_layer() {
    for (file, environment, parts) in [
        ("[limits]\ndrain = 1", None, &["file /deskwire.toml", "line 2", "unknown field `drain`"][..]),
        ("[nonsense]", None, &["file /deskwire.toml", "unknown field `nonsense`"]),
        ("[limits]\ndrain_ms = 'soon'", None, &["file /deskwire.toml", "drain_ms", "invalid type"]),
        ("[server]\nlisten = ['ftp://127.0.0.1:1']", None, &["file /deskwire.toml", "ftp://127.0.0.1:1"]),
        ("not toml", None, &["file /deskwire.toml", "line 1"]),
        ("", Some(("DESKWIRE__LIMITS__DRAIN", "1")), &["DESKWIRE__LIMITS__DRAIN:", "unknown field `drain`"]),
        ("", Some(("DESKWIRE__LIMITS", "1")), &["DESKWIRE__LIMITS:", "DESKWIRE__SECTION__KEY"]),
        ("", Some(("DESKWIRE__LIMITS__DRAIN_MS", "soon")), &["DESKWIRE__LIMITS__DRAIN_MS:", "limits.drain_ms", "soon"]),
        ("", Some(("DESKWIRE__LIMITS__DRAIN_MS", "-1")), &["DESKWIRE__LIMITS__DRAIN_MS:", "limits.drain_ms", "-1"]),
        ("", Some(("DESKWIRE_SERVICE_ACCOUNT", "bench")), &["DESKWIRE_SERVICE_ACCOUNT:", "name:secret"]),
        ("[limits]\ncommit_batch = 0", None, &["limits.commit_batch: 0 is outside 1 to 65536", "file /deskwire.toml"]),
        (
            "",
            Some(("DESKWIRE__LIMITS__COMMIT_BATCH", "0")),
            &["limits.commit_batch: 0", "DESKWIRE__LIMITS__COMMIT_BATCH"],
        ),
        ("[desk]\ntime_zone = 'Mars'", None, &["desk.time_zone: \"Mars\" is no IANA time zone"]),
        ("[desk]\nwelcome = { de = 'Hallo' }", None, &["line 2", "a table of texts with the keys `zh-CN` and `en`"]),
        ("[log]\nlevel = 'a=b=c'", None, &["log.level: \"a=b=c\""]),
        ("[server]\nlisten = []", None, &["server.listen: there is nothing to listen on"]),
        ("[server]\nlisten = ['https://127.0.0.1:1']", None, &["tls.certificate: https://127.0.0.1:1 needs one"]),
        ("[server]\nlisten = ['mqtts://127.0.0.1:1']", None, &["tls.certificate: mqtts://127.0.0.1:1 needs one"]),
        ("[origins]\nallowed = ['shop']", None, &["line 2", "\"shop\" is no origin"]),
        (
            "[server]\nlisten = ['http://127.0.0.1:1', 'http://127.0.0.1:1']",
            None,
            &["server.listen: 127.0.0.1:1 is named twice"],
        ),
        ("[tls]\ncertificate = 'a.pem'", None, &["tls.key"]),
        ("[sockjs]\nheartbeat_ms = 1", None, &["sockjs.heartbeat_ms: 1 is outside 100 to 600000"]),
        ("[sockjs]\ndisconnect_ms = 0", None, &["sockjs.disconnect_ms: 0 is outside 100 to 600000"]),
        ("[sockjs]\nresponse_bytes = 1", None, &["sockjs.response_bytes: 1 is outside 1024 to 67108864"]),
        ("[sockjs]\nclient_url = 'sockjs.js'", None, &["sockjs.client_url", "begins neither with / nor with http"]),
        ("[queues]\nmessages = 0", None, &["queues.messages: 0 is outside 1 to 100000000"]),
        ("[queues]\nfanout = ['a#']", None, &["line 2", "\"a#\""]),
        ("[presence]\nlease_s = 59", None, &["presence.lease_s: 59 is outside 60 to 180"]),
        (
            "[heartbeat]\nidle_ping_ms = 45001",
            None,
            &["heartbeat.idle_ping_ms: must not be over half of presence.lease_s", "file /deskwire.toml"],
        ),
        ("[limits]\ntopic_levels = 3", None, &["limits.topic_levels: 3 is outside 4 to 128"]),
        (
            "[limits]\nmqtt_queued_total_bytes = 1024",
            None,
            &["limits.mqtt_queued_total_bytes: must not be below limits.mqtt_queued_bytes"],
        ),
        ("[limits]\ncommit_queue = 1", None, &["limits.commit_queue: must not be below limits.commit_batch"]),
    ] {
        let complaint = Given::new(file, environment.as_slice()).complaint();
        for part in parts {
            assert!(complaint.contains(part), "{part:?} is missing in {complaint:?}");
        }
    }
}

#[test]
fn all_bad_values_are_told_at_once() {
    let complaint = Given::new("[limits]\ncommit_batch = 0\nmax_connections = 0", &[]).complaint();
    assert_eq!(complaint.lines().count(), 2, "{complaint}");
}

#[test]
fn a_missing_file_is_named() {
    let given = Given { file: Some("/no/such/file.toml".into()), ..Given::new("", &[]) };
    assert!(given.complaint().contains("/no/such/file.toml"));
}

#[test]
fn service_accounts_come_from_file_and_environment() {
    let file = "[[service_accounts]]\nname = 'bridge'\nsecret = 'one'\npublish = ['a/#']\n\
                [[service_accounts]]\nname = 'bench'\nsecret = 'two'";
    let config = Given::new(file, &[("DESKWIRE_SERVICE_ACCOUNT", "bench:three:four")]).load().unwrap();
    let [bridge, bench] = &config.service_accounts[..] else { panic!("two accounts, not {config:?}") };
    assert_eq!(bridge.publish[0].as_str(), "a/#");
    assert_eq!(bridge.subscribe[0].as_str(), "#");
    assert_eq!(bench.secret.expose(), "three:four");
    for bad in ["publish = ['a/#/b']", "rights = []"] {
        let file = format!("[[service_accounts]]\nname = 'a'\nsecret = 'b'\n{bad}");
        Given::new(&file, &[]).complaint();
    }
}

#[test]
fn secrets_do_not_show() {
    let config = Given::new("", &[("DESKWIRE_SERVICE_ACCOUNT", "bench:hush")]).load().unwrap();
    let printed = config.to_masked_toml().unwrap();
    assert!(printed.contains("bench") && !printed.contains("hush"), "{printed}");
    assert!(!format!("{config:?}").contains("hush"));
}

#[test]
fn what_is_printed_can_be_read_again() {
    let given = Given::new(&Config::default().to_masked_toml().unwrap(), &[]);
    assert_eq!(given.load().unwrap(), Config::default());
}
