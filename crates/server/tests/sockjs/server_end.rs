//! What the connection's task sees.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::server::Server;

#[tokio::test]
async fn strings_are_pieces_of_one_stream() {
    let mut server = Server::start();
    let mut session = server.open().await;
    assert_eq!(server.say("[\"CONN\",\"ECT\\n\"]").await, 204);
    assert_eq!(server.say("[\"\",\"你\\n\\u0000\"]").await, 204);
    let mut bytes = vec![0; "CONNECT\n你\n\0".len()];
    session.read_exact(&mut bytes[..3]).await.unwrap();
    session.read_exact(&mut bytes[3..]).await.unwrap();
    assert_eq!(bytes, "CONNECT\n你\n\0".as_bytes());
}

#[tokio::test]
async fn writing_waits_for_the_client() {
    let mut server = Server::with(|settings| settings.session.waiting_bytes = 8);
    let mut session = server.open().await;
    session.write_all(b"\"12345678\",").await.unwrap();
    assert_eq!(session.written(), 11);
    let writing = tokio::spawn(async move {
        session.write_all(b"\"more\",").await.unwrap();
        session
    });
    assert_eq!(server.poll().await, "a[\"12345678\"]\n");
    let session = writing.await.unwrap();
    assert_eq!(session.written(), 18);
    assert_eq!(server.poll().await, "a[\"more\"]\n");
}

#[tokio::test]
async fn the_next_poll_proves_what_the_last_one_brought() {
    let mut server = Server::start();
    let mut session = server.open().await;
    session.send("a").await.unwrap();
    session.mark(session.written(), 1);
    assert_eq!(server.poll().await, "a[\"a\"]\n");
    assert_eq!(session.proved(), None, "what was said may be lost");
    session.send("b").await.unwrap();
    session.mark(session.written(), 2);
    assert_eq!(server.poll().await, "a[\"b\"]\n");
    assert_eq!(session.proved(), Some(1));
    assert_eq!(session.proved(), None);
    session.close(1000, "");
    server.poll().await;
    assert_eq!(session.proved(), Some(2));
}

#[tokio::test]
async fn a_proof_wakes_who_waits_to_read() {
    let mut server = Server::start();
    let mut session = server.open().await;
    session.send("a").await.unwrap();
    session.mark(session.written(), 1);
    server.poll().await;
    let waiting = tokio::spawn(async move {
        let mut polls = 0;
        std::future::poll_fn(|cx| {
            polls += 1;
            let mut buffer = [0; 1];
            let mut buffer = tokio::io::ReadBuf::new(&mut buffer);
            let read = tokio::io::AsyncRead::poll_read(std::pin::Pin::new(&mut session), cx, &mut buffer);
            assert!(read.is_pending());
            session.proved().map_or(std::task::Poll::Pending, std::task::Poll::Ready)
        })
        .await
    });
    let receiving = server.request("POST", "/base/0/a/xhr").open().await;
    assert_eq!(waiting.await.unwrap(), 1);
    drop(receiving);
}

#[tokio::test]
async fn a_broken_response_proves_nothing() {
    let mut server = Server::start();
    let mut stream = server.stream("POST", "/base/0/a/xhr_streaming").await;
    stream.chunk().await.unwrap();
    stream.chunk().await.unwrap();
    let mut session = server.session().await;
    session.send("a").await.unwrap();
    session.mark(session.written(), 1);
    stream.chunk().await.unwrap();
    drop(stream);
    assert_eq!(session.receive().await, None);
    assert_eq!(server.poll().await, "o\n");
    assert_eq!(session.proved(), None);
}
