//! What every place for the bytes of files promises: a folder, and a server that speaks S3 over HTTP.

#![expect(clippy::unwrap_used, reason = "cases are plain functions, which clippy does not take for tests")]

use std::{fs, net::SocketAddr, path::Path};

use deskwire_model::Uid;
use deskwire_store::{BlobError, Blobs, Bucket, FilePath};
use futures_util::TryStreamExt as _;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use tempfile::TempDir;
use tokio::net::TcpListener;

const BUCKET: &str = "desk-files";
const ACCESS: (&str, &str) = ("desk", "a secret of forty characters or so");

/// Serves `root` as S3; each folder in it is a bucket.
async fn serve(root: &Path) -> SocketAddr {
    let files = s3s_fs::FileSystem::new(root).unwrap();
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(ACCESS.0, ACCESS.1));
    let service = builder.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                // The client has gone, which is its right.
                let _ended = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    address
}

fn bucket<'a>(endpoint: &'a str, secret_key: &'a str) -> Bucket<'a> {
    Bucket { name: BUCKET, prefix: "desk/one", endpoint, region: "eu-west-1", access_key: ACCESS.0, secret_key }
}

fn path() -> FilePath {
    FilePath::new((2026, 11, 21), &Uid::random(), "bin").unwrap()
}

/// `length` bytes, none like those around it.
fn content(length: usize) -> Vec<u8> {
    (0_u32..).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).take(length).collect()
}

async fn keeps_the_contract(blobs: &Blobs) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    // Empty, within a part, and several parts with an odd end.
    for length in [0, 1000, 11 * 1024 * 1024 + 7] {
        let (path, bytes) = (path(), content(length));
        assert!(matches!(blobs.get(&path, None).await.err(), Some(BlobError::Missing)));
        fs::write(&source, &bytes).unwrap();
        blobs.put(&path, &source).await.unwrap();
        assert!(read(blobs, &path, None).await == bytes, "{length} bytes came back changed");
        if length > 0 {
            assert_eq!(read(blobs, &path, Some(10..20)).await, &bytes[10..20]);
            let end = length as u64;
            assert_eq!(read(blobs, &path, Some(end - 5..end)).await, &bytes[length - 5..]);
        }
        for _ in 0..2 {
            blobs.delete(&path).await.unwrap();
        }
        assert!(matches!(blobs.get(&path, None).await.err(), Some(BlobError::Missing)));
    }
    let nothing = folder.path().join("nothing");
    let path = path();
    assert!(matches!(blobs.put(&path, &nothing).await, Err(BlobError::Backend(_))));
    assert!(matches!(blobs.get(&path, None).await.err(), Some(BlobError::Missing)));
}

async fn read(blobs: &Blobs, path: &FilePath, range: Option<std::ops::Range<u64>>) -> Vec<u8> {
    let parts: Vec<_> = blobs.get(path, range).await.unwrap().try_collect().await.unwrap();
    parts.concat()
}

#[tokio::test]
async fn a_folder_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    keeps_the_contract(&Blobs::in_folder(&folder.path().join("made/files")).unwrap()).await;
}

#[tokio::test]
async fn a_bucket_keeps_the_contract() {
    let root = TempDir::new().unwrap();
    fs::create_dir(root.path().join(BUCKET)).unwrap();
    let endpoint = format!("http://{}", serve(root.path()).await);
    keeps_the_contract(&Blobs::in_bucket(&bucket(&endpoint, ACCESS.1)).unwrap()).await;
}

#[tokio::test]
async fn a_wrong_key_opens_no_bucket() {
    let root = TempDir::new().unwrap();
    fs::create_dir(root.path().join(BUCKET)).unwrap();
    let endpoint = format!("http://{}", serve(root.path()).await);
    let blobs = Blobs::in_bucket(&bucket(&endpoint, "a guess")).unwrap();
    assert!(matches!(blobs.get(&path(), None).await.err(), Some(BlobError::Backend(_))));
    let source = root.path().join("source");
    for length in [10, 11 * 1024 * 1024] {
        fs::write(&source, content(length)).unwrap();
        assert!(matches!(blobs.put(&path(), &source).await, Err(BlobError::Backend(_))));
    }
    assert!(matches!(blobs.delete(&path()).await, Err(BlobError::Backend(_))));
}
