//! Keeping, reading and removing files, with the time passed in.

use std::{fs, sync::Arc, time::Duration};

use axum::body::Body;
use deskwire_model::{Payload, Principal, Role, Timestamp, Uid};
use deskwire_store::{FileRecord, NewConversation, NewEntry, SqliteOptions, Store, Visitor, Write, Written};
use futures_util::TryStreamExt as _;
use tempfile::TempDir;

use super::*;
use crate::config::FilesSection;

const NOW: Timestamp = Timestamp(1_795_000_000_000);
const DAY: i64 = 24 * 60 * 60 * 1000;

struct Desk {
    folder: TempDir,
    store: Store,
    files: Arc<Files>,
}

fn principal(name: &str, org: &str, role: Role) -> Principal {
    Principal { org: Uid::new(org).unwrap(), uid: Uid::new(name).unwrap(), role }
}

impl Desk {
    async fn open(config: FilesSection) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(&folder.path().join("desk.db"), SqliteOptions::default()).await.unwrap();
        for org in ["acme", "other"] {
            store.create_organisation(&Uid::new(org).unwrap(), org).await.unwrap();
        }
        let data = DataFolder::open(folder.path()).unwrap();
        let config = Arc::new(Config { files: config, ..Config::default() });
        let files = Arc::new(Files::open(&config, store.clone(), &data).unwrap());
        Self { folder, store, files }
    }

    async fn received(&self, name: &str, fields: &str, content: &[u8]) -> Result<Received, UploadError> {
        let head = "Content-Disposition: form-data; name=";
        let opening = format!("--x\r\n{head}\"file\"; filename=\"{name}\"\r\n\r\n");
        let form = [opening.as_bytes(), content, b"\r\n", fields.as_bytes(), b"--x--\r\n"];
        let kind = "multipart/form-data; boundary=x";
        self.files.receive([192, 0, 2, 1].into(), kind, None, Body::from(form.concat())).await
    }

    async fn keep(&self, owner: &Principal, content: &[u8], repeat: Option<&str>, at: Timestamp) -> FileRecord {
        let received = self.received("a.txt", "", content).await.unwrap();
        self.files.keep(received, owner.clone(), repeat.map(str::to_owned), at).await.unwrap()
    }

    async fn content(&self, file: &FileRecord) -> Option<Vec<u8>> {
        let parts: Vec<_> = self.files.read(&file.path, None).await.ok()?.try_collect().await.unwrap();
        Some(parts.concat())
    }

    fn on_its_way(&self) -> usize {
        fs::read_dir(self.folder.path().join(SPOOL)).unwrap().count()
    }
}

#[tokio::test]
async fn a_kept_file_has_what_came() {
    let desk = Desk::open(FilesSection::default()).await;
    let ann = principal("ann", "acme", Role::Visitor);
    let file = desk.keep(&ann, b"hello", None, NOW).await;
    assert_eq!(file.path.as_str(), format!("2026/11/18/{}.txt", file.uid));
    assert_eq!((file.name.as_str(), file.mime.as_str(), file.size), ("a.txt", "text/plain", 5));
    assert_eq!(desk.content(&file).await.unwrap(), b"hello");
    assert_eq!(desk.files.find(&file.path).await.unwrap(), Some(file));
    assert_eq!(desk.on_its_way(), 0);
}

#[tokio::test]
async fn a_repeat_is_the_first_file_again() {
    let desk = Desk::open(FilesSection::default()).await;
    let (ann, eve) = (principal("ann", "acme", Role::Visitor), principal("eve", "acme", Role::Visitor));
    let first = desk.keep(&ann, b"hello", Some("k1"), NOW).await;
    let later = Timestamp(NOW.0 + 2 * DAY);
    assert_eq!(desk.keep(&ann, b"something else", Some("k1"), later).await, first);
    assert_ne!(desk.keep(&ann, b"hello", Some("k2"), NOW).await.uid, first.uid);
    assert_ne!(desk.keep(&eve, b"hello", Some("k1"), NOW).await.uid, first.uid, "keys are their owner's");
    assert_eq!(desk.store.total_file_usage().await.unwrap().files, 3);
}

#[tokio::test]
async fn fields_are_read_in_both_spellings() {
    let desk = Desk::open(FilesSection::default()).await;
    let field =
        |name: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    for spelling in [["fileName", "isAvatar", "visitorUid"], ["file_name", "is_avatar", "visitor_uid"]] {
        let [name, avatar, visitor] = spelling;
        let fields = [field(name, "b.txt"), field(avatar, "true"), field(visitor, "ann"), field("kbType", "CHAT")];
        let received = desk.received("a.txt", &fields.concat(), b"hello").await.unwrap();
        let fields = &received.fields;
        let seen = (fields.file_name.as_deref(), fields.is_avatar, fields.visitor_uid.as_deref());
        assert_eq!(seen, (Some("b.txt"), true, Some("ann")));
        let owner = principal("ann", "acme", Role::Visitor);
        let refused = desk.files.keep(received, owner, None, NOW).await;
        assert!(matches!(refused, Err(UploadError::Kind(_))), "a text is no avatar");
    }
    assert_eq!(desk.on_its_way(), 0);
}

#[tokio::test]
async fn a_file_has_readers() {
    let desk = Desk::open(FilesSection::default()).await;
    let (ann, eve) = (principal("ann", "acme", Role::Visitor), principal("eve", "acme", Role::Visitor));
    let (bob, zoe) = (principal("bob", "acme", Role::Agent), principal("zoe", "other", Role::Agent));
    let (hers, his) = (desk.keep(&ann, b"hers", None, NOW).await, desk.keep(&bob, b"his", None, NOW).await);
    for (reader, file, expected) in [
        (&ann, &hers, true),
        (&bob, &hers, true),
        (&eve, &hers, false),
        (&zoe, &hers, false),
        (&principal("ann", "other", Role::Visitor), &hers, false),
        (&ann, &his, false),
        (&bob, &his, true),
    ] {
        assert_eq!(desk.files.may_read(reader, file).await.unwrap(), expected, "{reader:?} {}", file.uploader);
    }
}

#[tokio::test]
async fn links_are_renewed_for_what_was_sent() {
    let desk = Desk::open(FilesSection::default()).await;
    let ann = principal("ann", "acme", Role::Visitor);
    let (sent, kept_back) = (desk.keep(&ann, b"sent", None, NOW).await, desk.keep(&ann, b"not", None, NOW).await);
    let visitor = Visitor {
        uid: ann.uid.clone(),
        org: ann.org.clone(),
        profile: deskwire_model::Profile { nickname: "Ann".to_owned(), avatar: String::new() },
        channel: String::new(),
    };
    desk.store.introduce_visitor(&visitor, deskwire_store::VisitorTold::default(), NOW).await.unwrap();
    let conversation = NewConversation {
        uid: Uid::random(),
        org: ann.org.clone(),
        topic: deskwire_model::ThreadType::Agent.topic(&Uid::new("bob").unwrap(), &ann.uid),
        kind: deskwire_model::ThreadType::Agent,
        service: Uid::new("bob").unwrap(),
        visitor: ann.uid.clone(),
        visitor_profile: visitor.profile.clone(),
        channel: String::new(),
        participants: vec![ann.uid.clone()],
    };
    let written = desk.store.commit(vec![Write::CreateConversation(conversation)]).await.unwrap();
    let [Written::Conversation { conversation, .. }] = &written[..] else { panic!("{written:?}") };
    let log = conversation.id;
    let text = |now| format!("\"{}\" \"{}\"", desk.files.link(&sent.path, now), desk.files.link(&kept_back.path, NOW));
    let entry = NewEntry {
        log,
        sender: ann.uid.clone(),
        uid: deskwire_model::MessageUid::new("m1").unwrap(),
        kind: deskwire_model::MessageType::text(),
        payload: Payload::Json(desk.files.link(&sent.path, NOW).into_bytes().into()),
        hides: None,
    };
    desk.store.commit(vec![Write::Append(entry)]).await.unwrap();
    let later = Timestamp(NOW.0 + 9 * DAY);
    let renewed = desk.files.renew_links(log, text(NOW).as_bytes(), later).await.unwrap();
    assert_eq!(renewed.unwrap(), text(later).as_bytes());
    let unchanged = desk.files.renew_links(log, b"hello", later).await.unwrap();
    assert_eq!(unchanged, None);
}

#[tokio::test]
async fn what_was_never_finished_is_swept() {
    let desk = Desk::open(FilesSection::default()).await;
    let ann = principal("ann", "acme", Role::Visitor);
    let kept = desk.keep(&ann, b"kept", None, NOW).await;
    let uid = Uid::random();
    let lost = FileRecord { path: kept.path.thumbnail("txt").unwrap(), uid, ..kept.clone() };
    let plenty = deskwire_store::FileAllowance { org_bytes: u64::MAX, uploader_files: u64::MAX };
    desk.store.reserve_file(&lost, plenty).await.unwrap();
    let bytes = desk.folder.path().join("bytes");
    fs::write(&bytes, b"lost").unwrap();
    desk.files.blobs.put(&lost.path, &bytes).await.unwrap();

    desk.files.sweep(NOW, NOW).await.unwrap();
    assert!(desk.content(&lost).await.is_some(), "it may still be on its way");
    desk.files.sweep(NOW, Timestamp(NOW.0 + 1)).await.unwrap();
    assert!(desk.content(&lost).await.is_none() && desk.content(&kept).await.is_some());
    assert_eq!(desk.store.total_file_usage().await.unwrap().files, 1);
}

#[tokio::test]
async fn files_are_kept_as_long_as_configured() {
    let desk = Desk::open(FilesSection { keep_days: 3, ..FilesSection::default() }).await;
    let ann = principal("ann", "acme", Role::Visitor);
    let old = desk.keep(&ann, b"old", None, NOW).await;
    let new = desk.keep(&ann, b"new", None, Timestamp(NOW.0 + DAY)).await;
    desk.files.sweep(Timestamp(NOW.0 + 3 * DAY), NOW).await.unwrap();
    assert!(desk.content(&old).await.is_some());
    desk.files.sweep(Timestamp(NOW.0 + 3 * DAY + 1), NOW).await.unwrap();
    assert!(desk.content(&old).await.is_none() && desk.files.find(&old.path).await.unwrap().is_none());
    assert!(desk.content(&new).await.is_some());
    let forever = Desk::open(FilesSection::default()).await;
    let kept = forever.keep(&ann, b"old", None, NOW).await;
    forever.files.sweep(Timestamp(NOW.0 + 10_000 * DAY), NOW).await.unwrap();
    assert!(forever.content(&kept).await.is_some());
}

#[tokio::test]
async fn a_link_ends_on_time() {
    let desk = Desk::open(FilesSection { link_s: crate::config::Seconds(60), ..FilesSection::default() }).await;
    let file = desk.keep(&principal("ann", "acme", Role::Visitor), b"x", None, NOW).await;
    let link = desk.files.link(&file.path, NOW);
    let access = link.split_once("?access=").unwrap().1;
    assert_eq!(desk.files.check_link(&file.path, access, Timestamp(NOW.0 + 59_999)), Ok(()));
    let after = Timestamp(NOW.0 + i64::try_from(Duration::from_secs(75).as_millis()).unwrap());
    assert!(desk.files.check_link(&file.path, access, after).is_err());
}

#[tokio::test]
async fn the_folder_of_uploads_is_emptied_at_the_start() {
    let desk = Desk::open(FilesSection::default()).await;
    let received = desk.received("a.txt", "", b"hello").await.unwrap();
    assert_eq!(desk.on_its_way(), 1);
    std::mem::forget(received);
    empty(&desk.folder.path().join(SPOOL)).unwrap();
    assert_eq!(desk.on_its_way(), 0);
}
