//! Redis behind a password and behind TLS.

use deskwire_cluster::{Bus, Channel, NodeId, OptionsError, RedisOptions};

use crate::{
    node::{Node, note, options, topic, uid, until_so},
    server::RedisServer,
};

#[test]
fn addresses_are_checked_before_anything_is_connected() {
    let error = |options| Bus::connect(options, NodeId::starting("a").unwrap()).err();
    assert_eq!(error(RedisOptions::default()), Some(OptionsError::NoUrl));
    let two = RedisOptions { urls: vec!["redis://localhost".into(), "http://x".into()], ..RedisOptions::default() };
    assert_eq!(error(two), Some(OptionsError::Url(2)));
    assert_eq!(error(RedisOptions::at("rediss://localhost/#insecure")), Some(OptionsError::Url(1)));
    let root_certificates = Some(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n".to_vec());
    let bad = RedisOptions { root_certificates, ..RedisOptions::at("rediss://localhost") };
    assert_eq!(error(bad), Some(OptionsError::Certificates));
    let prefix = RedisOptions { prefix: "a}b".into(), ..RedisOptions::at("redis://localhost") };
    assert!(matches!(error(prefix), Some(OptionsError::Prefix(_))));
}

#[tokio::test]
async fn a_password_opens_and_a_wrong_one_does_not() {
    let options_of_server = ["--requirepass", "s3cret"];
    let Some(redis) = RedisServer::start_with(&options_of_server, &["-a", "s3cret"]).await else { return };
    let in_url = options(format!("redis://:s3cret@127.0.0.1:{}/2", redis.port()));
    let apart = RedisOptions { password: Some("s3cret".into()), ..options(redis.url()) };
    let a = Node::up("a", in_url).await;
    let mut b = Node::up("b", apart).await;
    a.bus.publish(&Channel::All, note(1));
    assert_eq!(b.notes_until(1).await, [1]);
    let wrong = Node::start("c", RedisOptions { password: Some("wrong".into()), ..options(redis.url()) });
    until_so("a refusal", async || redis.cli(&["ACL", "LOG", "1"]).contains("auth")).await;
    assert!(!wrong.bus.is_up());
}

#[tokio::test]
async fn a_user_with_few_rights_is_enough() {
    let Some(redis) = RedisServer::start().await else { return };
    let rights = "on >s3cret ~{deskwire}:* &{deskwire}:* -@all +hello +auth +select +client|setinfo +info +ping +time +set \
                  +get +del +pttl +eval +pexpire +zadd +zrem +zremrangebyscore +zrangebyscore +publish +subscribe +unsubscribe";
    let rule: Vec<&str> = ["ACL", "SETUSER", "deskwire"].into_iter().chain(rights.split_whitespace()).collect();
    // A server that does not know CLIENT SETINFO does not know its right either.
    if redis.cli(&rule) != "OK" {
        let older: Vec<&str> = rule.iter().copied().filter(|right| *right != "+client|setinfo").collect();
        assert_eq!(redis.cli(&older), "OK");
    }
    let url = format!("redis://deskwire:s3cret@127.0.0.1:{}", redis.port());
    let a = Node::up("a", options(url.clone())).await;
    let mut b = Node::up("b", options(url)).await;
    b.listen(&topic("t")).await;
    a.bus.publish(&topic("t"), note(1));
    assert_eq!(b.notes_until(1).await, [1]);
    b.bus.unlisten(&topic("t"));
    a.bus.registry().enter(&uid("u"), "s", "x".into()).unwrap();
    until_so("online", async || b.bus.registry().are_online(&[uid("u")]).await == Ok(vec![true])).await;
    a.bus.registry().leave(&uid("u"), "s");
    until_so("offline", async || b.bus.registry().are_online(&[uid("u")]).await == Ok(vec![false])).await;
    let claimed = a.bus.claims().claim("c").await.unwrap();
    assert_eq!(b.bus.claims().elsewhere("c").await, Ok(Some(a.id())));
    drop(claimed);
    until_so("letting go", async || b.bus.claims().elsewhere("c").await == Ok(None)).await;
    assert!(a.bus.is_up() && b.bus.is_up());
}

#[tokio::test]
async fn who_may_not_claim_is_still_heard() {
    let Some(redis) = RedisServer::start().await else { return };
    let rule = ["ACL", "SETUSER", "deskwire", "on", ">s3cret", "~*", "&*", "+@all", "-get", "-eval"];
    assert_eq!(redis.cli(&rule), "OK");
    let url = format!("redis://deskwire:s3cret@127.0.0.1:{}", redis.port());
    let a = Node::up("a", options(url.clone())).await;
    let mut b = Node::up("b", options(url)).await;
    assert!(a.bus.claims().claim("c").await.is_err());
    drop(a.bus.claims().hold("c"));
    until_so("letting go", async || redis.cli(&["ACL", "LOG"]).contains("eval")).await;
    b.listen(&topic("t")).await;
    a.bus.publish(&topic("t"), note(1));
    assert_eq!(b.notes_until(1).await, [1]);
    assert!(a.bus.is_up());
}

#[tokio::test]
async fn tls_is_spoken_with_whom_the_certificates_vouch_for() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let (cert, key) = (cert.to_str().unwrap(), key.to_str().unwrap());
    let notes = dir.path().join("notes.txt");
    let mut tls = vec!["--tls-port", &port, "--tls-cert-file", cert, "--tls-key-file", key, "--tls-auth-clients", "no"];
    tls.extend(["--loglevel", "verbose", "--logfile", notes.to_str().unwrap()]);
    let Some(redis) = RedisServer::start_with(&tls, &[]).await else { return };
    let secure = || options(format!("rediss://localhost:{port}"));
    let trusting = RedisOptions { root_certificates: Some(made.cert.pem().into_bytes()), ..secure() };
    let mut a = Node::up("a", trusting).await;
    let plain = Node::up("b", options(redis.url())).await;
    plain.bus.publish(&Channel::All, note(1));
    assert_eq!(a.notes_until(1).await, [1]);
    // Others do not vouch for it: Redis notes that it was turned away.
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let doubting =
        Node::start("c", RedisOptions { root_certificates: Some(other.cert.pem().into_bytes()), ..secure() });
    let has_refused = async || {
        let notes = std::fs::read_to_string(&notes).unwrap_or_default();
        notes.contains("Error accepting a client connection")
    };
    until_so("an attempt", has_refused).await;
    assert!(!doubting.bus.is_up());
}
