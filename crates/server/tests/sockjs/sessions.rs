use std::time::Duration;

use tokio::io::AsyncReadExt;

use crate::server::Server;

/// Until nobody receives any more is noticed, in tests that wait for it.
const SOON: Duration = Duration::from_millis(20);

#[tokio::test]
async fn the_server_part_of_the_path_means_nothing() {
    let mut server = Server::start();
    let mut session = server.open().await;
    session.send("a").await.unwrap();
    assert_eq!(server.post("/base/999/a/xhr", "").await.body, "a[\"a\"]\n");
}

#[tokio::test]
async fn base_paths_have_sessions_of_their_own() {
    let mut server = Server::start();
    let _session = server.open().await;
    assert_eq!(server.post("/plain/base/0/a/xhr", "").await.body, "o\n");
}

#[tokio::test]
async fn rule_28_a_second_receiver_is_sent_away() {
    let mut server = Server::start();
    let mut stream = server.stream("POST", "/base/0/a/xhr_streaming").await;
    stream.chunk().await.unwrap();
    assert_eq!(stream.chunk().await.unwrap(), "o\n");
    let mut session = server.session().await;

    assert_eq!(server.poll().await, "c[2010,\"Another connection still open\"]\n");
    let mut second = server.stream("POST", "/base/0/a/xhr_streaming").await;
    assert_eq!(second.chunk().await.unwrap().len(), 2049);
    assert_eq!(second.chunk().await.unwrap(), "c[2010,\"Another connection still open\"]\n");
    assert_eq!(second.chunk().await, None);

    session.send("still here").await.unwrap();
    assert_eq!(stream.chunk().await.unwrap(), "a[\"still here\"]\n");
}

#[tokio::test]
async fn rule_29_a_receiver_that_breaks_off_ends_the_session() {
    let mut server = Server::start();
    let mut stream = server.stream("POST", "/base/0/a/xhr_streaming").await;
    stream.chunk().await.unwrap();
    stream.chunk().await.unwrap();
    let mut session = server.session().await;
    assert_eq!(server.say("[\"last words\"]").await, 204);
    drop(stream);
    let mut heard = String::new();
    session.read_to_string(&mut heard).await.unwrap();
    assert_eq!(heard, "last words");
    session.send("too late").await.unwrap_err();
    assert_eq!(server.say("[\"a\"]").await, 404);
    assert_eq!(server.poll().await, "o\n", "a new session");
}

#[tokio::test]
async fn rule_30_the_end_is_told_again_and_again() {
    let mut server = Server::start();
    let mut session = server.open().await;
    session.send("goodbye").await.unwrap();
    session.close(4001, "enough");
    drop(session);
    assert_eq!(server.poll().await, "a[\"goodbye\"]\n");
    for _ in 0..3 {
        assert_eq!(server.poll().await, "c[4001,\"enough\"]\n");
    }
}

#[tokio::test]
async fn a_session_that_its_task_drops_goes_away() {
    let mut server = Server::start();
    drop(server.open().await);
    assert_eq!(server.poll().await, "c[3000,\"Go away!\"]\n");
}

#[tokio::test]
async fn a_session_nobody_receives_from_ends() {
    let mut server = Server::with(|settings| settings.session.disconnect_delay = SOON);
    let mut session = server.open().await;
    session.send("too late").await.unwrap();
    assert_eq!(session.receive().await, None);
    session.send("too late").await.unwrap_err();
    assert_eq!(server.poll().await, "o\n", "a new session");
}

#[tokio::test]
async fn a_receiver_keeps_its_session_alive() {
    let mut server = Server::with(|settings| settings.session.disconnect_delay = SOON);
    let mut stream = server.stream("GET", "/base/0/a/eventsource").await;
    stream.chunk().await.unwrap();
    stream.chunk().await.unwrap();
    let mut session = server.session().await;
    let ended = tokio::time::timeout(SOON * 10, session.receive()).await;
    assert!(ended.is_err(), "{ended:?}");
    session.send("x").await.unwrap();
    assert_eq!(stream.chunk().await.unwrap(), "data: a[\"x\"]\r\n\r\n");
}

#[tokio::test]
async fn who_may_not_open_a_session_leaves_none_behind() {
    let mut server = Server::with(|settings| settings.sessions_per_address = 1);
    for _ in 0..3 {
        assert_eq!(server.post("/base/0/a/xhr?token=barred", "").await.status, 403);
    }
    assert_eq!(server.post("/base/0/a/xhr?token=anna", "").await.body, "o\n");
    let _session = server.session().await;
}

#[tokio::test]
async fn a_session_is_its_owners() {
    let mut server = Server::start();
    assert_eq!(server.post("/base/0/a/xhr?token=anna", "").await.body, "o\n");
    let mut session = server.session().await;
    for (query, receives, sends) in
        [("", 404, 404), ("?token=bert", 404, 404), ("?token=nobody", 401, 401), ("?token=anna", 200, 204)]
    {
        session.send("secret").await.unwrap();
        let receive = server.post(&format!("/base/0/a/xhr{query}"), "").await;
        assert_eq!(receive.status, receives, "{query}");
        assert_eq!(receive.body.contains("secret"), receives == 200, "{query}");
        let send = server.post(&format!("/base/0/a/xhr_send{query}"), "[\"a\"]").await;
        assert_eq!(send.status, sends, "{query}");
    }
    assert_eq!(session.receive().await.as_deref(), Some("a"));
}

#[tokio::test]
async fn an_address_has_so_many_sessions() {
    let mut server = Server::with(|settings| {
        settings.sessions_per_address = 2;
        settings.session.disconnect_delay = Duration::from_secs(2);
    });
    let _first = server.open().await;
    assert_eq!(server.post("/base/0/b/xhr", "").await.body, "o\n");
    let refused = server.post("/base/0/c/xhr", "").await;
    assert_eq!(refused.status, 429);
    assert!(server.has_counted("sockjs_sessions"));
    let mut second = server.session().await;
    assert_eq!(second.receive().await, None, "it ends, as nobody receives");
    while server.post("/base/0/c/xhr", "").await.status == 429 {}
}
