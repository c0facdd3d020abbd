//! Files in a bucket: the server with a server that speaks S3 beside it.

use std::{fs, net::SocketAddr, path::Path, sync::mpsc, thread};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use serde_json::json;
use tokio::{net::TcpListener, runtime};

use crate::{server::Server, uploads};

const ACCESS: (&str, &str) = ("desk", "a secret of forty characters or so");

/// Serves `root` as S3 for as long as the tests run; each folder in it is a bucket.
fn serve(root: &Path) -> SocketAddr {
    let files = s3s_fs::FileSystem::new(root).unwrap();
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(ACCESS.0, ACCESS.1));
    let service = builder.build();
    let (found, address) = mpsc::channel();
    thread::spawn(move || {
        runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            found.send(listener.local_addr().unwrap()).unwrap();
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    // The client has gone, which is its right.
                    let _ended =
                        Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
    });
    address.recv().unwrap()
}

#[test]
fn files_are_kept_in_a_bucket() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("desk-files")).unwrap();
    let endpoint = format!("http://{}", serve(root.path()));
    let server = Server::configured(
        "FILES",
        &[
            ("URL", "s3://desk-files/one"),
            ("S3_ENDPOINT", &endpoint),
            ("S3_ACCESS_KEY", ACCESS.0),
            ("S3_SECRET_KEY", ACCESS.1),
        ],
    );
    let uid = uploads::visitor(&server);
    let text = "hello\n".repeat(1000);
    let kept = uploads::upload(&server, &uid, "a.txt", text.as_bytes());
    assert_eq!(kept.json()["code"], json!(200), "{kept:?}");
    let link = uploads::link(&kept, "fileUrl");
    assert_eq!(server.get(&link).body, text);
    let ranged =
        server.exchange(&format!("GET {link} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nRange: bytes=6-10\r\n\r\n"));
    assert_eq!((ranged.status, ranged.body.as_str()), (206, "hello"));
    let path = link.strip_prefix("/file/").unwrap().split('?').next().unwrap();
    let object = root.path().join("desk-files/one").join(path);
    assert_eq!(fs::read_to_string(&object).unwrap(), text);
    fs::remove_file(object).unwrap();
    assert_eq!(server.get(&link).status, 404);
}

#[test]
fn a_file_that_is_not_in_the_bucket_is_not_accepted() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("desk-files")).unwrap();
    let endpoint = format!("http://{}", serve(root.path()));
    let keys = [
        ("URL", "s3://desk-files"),
        ("S3_ENDPOINT", endpoint.as_str()),
        ("S3_ACCESS_KEY", ACCESS.0),
        ("S3_SECRET_KEY", "a guess"),
    ];
    let server = Server::configured("FILES", &keys);
    let failed = uploads::upload(&server, &uploads::visitor(&server), "a.txt", b"hello");
    assert_eq!((failed.status, &failed.json()["message"]), (500, &json!("internal error")), "{failed:?}");
    server.wait_for_log("the file cannot be kept");
}
