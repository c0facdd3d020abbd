//! The bounds of `[files]`: what is refused, when, and what is left of it.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use serde_json::{Value, json};

use crate::server::{Answer, Server};

const VISITOR: &str = "/visitor/api/v1/upload/file";
const BOUNDARY: &str = "a7b3";
const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0\0\x10JFIF\0 and what no decoder reads";

/// A part of a form; with a name it is the file.
fn part(field: &str, file_name: Option<&str>, content: &[u8]) -> Vec<u8> {
    let file_name = file_name.map_or_else(String::new, |name| format!("; filename=\"{name}\""));
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"{file_name}\r\n\r\n");
    [head.as_bytes(), content, b"\r\n"].concat()
}

fn form(parts: &[Vec<u8>]) -> Vec<u8> {
    [&parts.concat()[..], format!("--{BOUNDARY}--\r\n").as_bytes()].concat()
}

/// The head of a request with a form of `length` bytes.
fn head(path: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\nContent-Length: {length}\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
}

fn answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // A refused client that goes on sending is cut in the end.
    let _ = stream.read_to_end(&mut bytes);
    let answer = String::from_utf8(bytes).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    Answer { status: head.split(' ').nth(1).unwrap().parse().unwrap(), head: head.to_owned(), body: body.to_owned() }
}

/// Sends a file as the visitor `uid`, who says so behind it.
pub(crate) fn upload(server: &Server, uid: &str, name: &str, content: &[u8]) -> Answer {
    let form = form(&[part("file", Some(name), content), part("visitorUid", None, uid.as_bytes())]);
    let mut stream = server.connect();
    stream.write_all(head(VISITOR, form.len()).as_bytes()).unwrap();
    let _ = stream.write_all(&form);
    answer(&mut stream)
}

pub(crate) fn visitor(server: &Server) -> String {
    server.introduce().json()["data"]["uid"].as_str().unwrap().to_owned()
}

/// Path and query of the link in an answer.
pub(crate) fn link(answer: &Answer, field: &str) -> String {
    let body = answer.json();
    let url = body["data"][field].as_str().unwrap_or_else(|| panic!("{answer:?}"));
    url.strip_prefix("http://desk.example").unwrap().to_owned()
}

/// Files on their way, and kept ones, in the data folder.
fn on_disk(server: &Server) -> (usize, usize) {
    fn count(folder: &std::path::Path) -> usize {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
    }
    (count(&server.data().join("uploads")), count(&server.data().join("files")))
}

#[test]
fn a_file_may_be_so_large() {
    let server = Server::configured("FILES", &[("MAX_BYTES", "2048")]);
    let uid = visitor(&server);
    let fits = upload(&server, &uid, "a.txt", &[b'a'; 2048]);
    assert_eq!((fits.status, &fits.json()["data"]["fileSize"]), (200, &json!(2048)), "{fits:?}");
    let refused = upload(&server, &uid, "a.txt", &[b'a'; 2049]);
    assert_eq!((refused.status, &refused.json()["code"]), (413, &json!(413)));
    server.has_counted("size", 1);
    assert_eq!(on_disk(&server), (0, 1));
}

#[test]
fn what_will_be_refused_is_refused_at_once() {
    let server = Server::configured("FILES", &[("MAX_BYTES", "1000000")]);
    let mut announced = server.connect();
    announced.write_all(head(VISITOR, 2_000_000_000).as_bytes()).unwrap();
    assert_eq!(answer(&mut announced).status, 413, "before the first byte came");

    let mut program = server.connect();
    program.write_all(head(VISITOR, 900_000).as_bytes()).unwrap();
    let beginning = [b"MZ\x90\0\x03\0\0\0".as_slice(), &[7; 100_000]].concat();
    program.write_all(&part("file", Some("cat.jpg"), &beginning)).unwrap();
    let refused = answer(&mut program).json();
    assert!(refused["message"].as_str().unwrap().contains("not allowed"), "{refused}");
    server.wait_for_metric("deskwire_uploads", |uploads| uploads == 0.0);
    assert_eq!(on_disk(&server), (0, 0));
}

#[test]
fn the_content_decides_and_names_lead_nowhere() {
    let server = Server::start(&[]);
    let uid = visitor(&server);
    for (name, content) in [
        ("a.jpg", b"<html><script>alert(1)</script></html>".as_slice()),
        ("a.png", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"),
        ("a.jpg", b"#!/bin/sh\nrm -rf /"),
        ("a.txt", b"\0\x01\x02\x03"),
        ("a.txt", b""),
    ] {
        let refused = upload(&server, &uid, name, content).json();
        assert_eq!((&refused["code"], &refused["data"]), (&json!(500), &json!(false)), "{name}: {refused}");
    }
    let named = upload(&server, &uid, "../../../etc/passwd.jpg", JPEG);
    let data = &named.json()["data"];
    assert_eq!((&data["fileName"], &data["mimeType"]), (&json!("passwd.jpg"), &json!("image/jpeg")));
    assert_eq!(data["width"], Value::Null, "no decoder reads it");
    let link = link(&named, "fileUrl");
    let stem = link.split('?').next().unwrap();
    assert_eq!(server.get(&link).status, 200);
    for path in [
        "/file/../secret.key",
        "/file/..%2f..%2fsecret.key",
        "/file/2026/11/21/..%2f..%2f..%2f..%2fsecret.key",
        "/file/%2e%2e/%2e%2e/secret.key",
        "/file//etc/passwd",
        "/file/",
        &format!("{stem}/../../../../../secret.key"),
        &format!("{stem}%00.html"),
        &stem.replace(".jpg", ".html"),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
    }
    assert_eq!(on_disk(&server), (0, 1));
}

#[test]
fn visitors_and_addresses_bring_only_so_many() {
    let server = Server::configured(
        "FILES",
        &[("VISITOR_UPLOADS_PER_MINUTE", "2"), ("ADDRESS_UPLOADS_PER_MINUTE", "5"), ("FILES_PER_VISITOR", "1")],
    );
    let (ann, eve) = (visitor(&server), visitor(&server));
    assert_eq!(upload(&server, &ann, "a.jpg", JPEG).json()["code"], 200);
    let over = upload(&server, &ann, "a.jpg", JPEG).json();
    assert_eq!((&over["code"], over["message"].as_str().unwrap().contains("too many files")), (&json!(500), true));
    server.has_counted("files", 1);
    let fast = upload(&server, &ann, "a.jpg", JPEG);
    assert_eq!((fast.status, fast.head.to_ascii_lowercase().contains("retry-after")), (429, true));
    assert_eq!(upload(&server, &eve, "a.jpg", JPEG).json()["code"], 200, "another visitor has its own");
    assert_eq!(upload(&server, "nobody", "a.jpg", JPEG).json()["code"], 500, "there is no such visitor");
    let sixth = upload(&server, &visitor(&server), "a.jpg", JPEG);
    assert_eq!(sixth.status, 429, "the address has had its five");
    assert_eq!(on_disk(&server), (0, 2));
}

#[test]
fn an_organisation_has_so_much_room() {
    let server = Server::configured("FILES", &[("ORGANISATION_BYTES", "1024")]);
    let uid = visitor(&server);
    assert_eq!(upload(&server, &uid, "a.txt", &[b'a'; 1000]).json()["code"], 200);
    let full = upload(&server, &uid, "a.txt", &[b'a'; 25]).json();
    assert_eq!((&full["code"], full["message"].as_str().unwrap().contains("room")), (&json!(500), true), "{full}");
    assert_eq!(upload(&server, &uid, "a.txt", &[b'a'; 24]).json()["code"], 200);
    assert_eq!(on_disk(&server), (0, 2));
}

#[test]
fn an_upload_that_stalls_ends_and_frees_its_place() {
    let server = Server::configured("FILES", &[("UPLOADS", "1"), ("UPLOAD_STALL_MS", "500")]);
    let uid = visitor(&server);
    let mut stalled = server.connect();
    stalled.write_all(head(VISITOR, 100_000).as_bytes()).unwrap();
    stalled.write_all(&part("file", Some("a.jpg"), JPEG)).unwrap();
    server.wait_for_metric("deskwire_uploads", |uploads| uploads == 1.0);
    assert_eq!(upload(&server, &uid, "a.jpg", JPEG).status, 429, "there is one place");
    let ended = answer(&mut stalled).json();
    assert!(ended["message"].as_str().unwrap().contains("too long"), "{ended}");
    server.wait_for_metric("deskwire_uploads", |uploads| uploads == 0.0);
    assert_eq!(upload(&server, &uid, "a.jpg", JPEG).json()["code"], 200);
    assert_eq!(on_disk(&server), (0, 1));
}

#[test]
fn a_large_file_takes_no_memory() {
    const SIZE: usize = 128 * 1024 * 1024;
    let server = Server::configured("FILES", &[("MAX_BYTES", "1000000000")]);
    let uid = visitor(&server);
    let (before, after) = (part("visitorUid", None, uid.as_bytes()), format!("\r\n--{BOUNDARY}--\r\n"));
    let mut opening = part("file", Some("a.txt"), b"");
    opening.truncate(opening.len() - 2);
    let resident = server.most_resident_kib();
    let mut stream = server.connect();
    let length = before.len() + opening.len() + SIZE + after.len();
    stream.write_all(head(VISITOR, length).as_bytes()).unwrap();
    stream.write_all(&[before, opening].concat()).unwrap();
    let piece = vec![b'a'; 1024 * 1024];
    for _ in 0..SIZE / piece.len() {
        stream.write_all(&piece).unwrap();
    }
    stream.write_all(after.as_bytes()).unwrap();
    let kept = answer(&mut stream);
    assert_eq!(kept.json()["data"]["fileSize"], json!(SIZE), "{kept:?}");

    let mut reader = server.connect();
    let request = format!("GET {} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", link(&kept, "fileUrl"));
    reader.write_all(request.as_bytes()).unwrap();
    let read = std::io::copy(&mut reader, &mut std::io::sink()).unwrap();
    assert!(read as usize > SIZE);
    let grown = server.most_resident_kib() - resident;
    assert!(grown < 32 * 1024, "{grown} KiB for a file of {} KiB", SIZE / 1024);
}

#[test]
fn what_was_on_its_way_is_gone_after_a_crash() {
    let server = Server::start(&[]);
    let mut cut = server.connect();
    cut.write_all(head(VISITOR, 100_000).as_bytes()).unwrap();
    cut.write_all(&part("file", Some("a.jpg"), JPEG)).unwrap();
    server.wait_for_metric("deskwire_file_bytes_received_total", |bytes| bytes > 0.0);
    assert_eq!(on_disk(&server).0, 1);
    let kept = upload(&server, &visitor(&server), "a.jpg", JPEG);
    let server = server.crashed();
    assert_eq!(on_disk(&server), (0, 1));
    assert_eq!(server.get(&link(&kept, "fileUrl")).status, 200);
}
