//! Uploaded files: what is kept of them, whose they are, who may read them.

use deskwire_model::{LogId, Timestamp, Uid};
use deskwire_store::{
    FileAllowance, FilePath, FileRecord, FileReservation, FileStage, FileThumbnail, FileUsage, Store, StoreError, Write,
};

use crate::{
    Backend,
    fixtures::{agent, append, assign, commit_one, create, entry, uid},
};

const PLENTY: FileAllowance = FileAllowance { org_bytes: 1 << 40, uploader_files: 1000 };

/// A file of 1000 bytes with a thumbnail of 100; `number` is its uid and the time it came.
pub(crate) fn file(number: u8, org: &str, uploader: &str) -> FileRecord {
    let name = Uid::new(&format!("{number:032x}")).unwrap();
    let path = FilePath::new((2026, 11, 21), &name, "jpg").unwrap();
    FileRecord {
        uid: name,
        org: uid(org),
        uploader: uid(uploader),
        name: "猫.jpg".to_owned(),
        mime: "image/jpeg".to_owned(),
        size: 1000,
        hash: "00ff".to_owned(),
        pixels: Some((640, 480)),
        thumbnail: Some(FileThumbnail {
            path: path.thumbnail("png").unwrap(),
            mime: "image/png".to_owned(),
            size: 100,
        }),
        path,
        is_avatar: false,
        created: Timestamp(number.into()),
    }
}

pub(crate) async fn kept(store: &Store, file: &FileRecord) {
    assert_eq!(store.reserve_file(file, PLENTY).await.unwrap(), FileReservation::Reserved);
    store.keep_file(&file.uid).await.unwrap();
}

/// A message of `sender` that names `file`.
pub(crate) fn naming(log: LogId, sender: &str, name: &str, file: &FilePath) -> Write {
    let text = format!(r#"{{"content":"{{\"url\":\"https://a.example/file/{file}?expires=1\"}}"}}"#);
    let mut message = entry(log, sender, name);
    message.payload = deskwire_model::Payload::Json(text.into_bytes().into());
    Write::Append(message)
}

async fn organisations(store: &Store) {
    for org in ["acme", "other"] {
        store.create_organisation(&uid(org), org).await.unwrap();
    }
}

pub(crate) async fn a_file_is_there_once_it_is_kept(backend: &impl Backend) {
    let store = backend.open().await;
    let cat = file(1, "acme", "ann");
    assert!(matches!(store.reserve_file(&cat, PLENTY).await, Err(StoreError::Missing)), "no organisation yet");
    organisations(&store).await;
    assert_eq!(store.reserve_file(&cat, PLENTY).await.unwrap(), FileReservation::Reserved);
    assert_eq!(store.file(&cat.path).await.unwrap(), None, "its bytes are not there yet");
    assert_eq!(store.file_by_uid(&cat.uid).await.unwrap(), None);
    assert!(matches!(store.reserve_file(&cat, PLENTY).await, Err(StoreError::Exists)));
    store.keep_file(&cat.uid).await.unwrap();
    let store = backend.open().await;
    for path in [&cat.path, &cat.thumbnail.as_ref().unwrap().path] {
        assert_eq!(store.file(path).await.unwrap().as_ref(), Some(&cat));
    }
    assert_eq!(store.file_by_uid(&cat.uid).await.unwrap().as_ref(), Some(&cat));
    let bare = FileRecord { thumbnail: None, pixels: None, is_avatar: true, ..file(2, "acme", "ann") };
    kept(&store, &bare).await;
    assert_eq!(store.file(&bare.path).await.unwrap().as_ref(), Some(&bare));
    assert_eq!(store.file(&file(3, "acme", "ann").path).await.unwrap(), None);
    assert!(matches!(store.keep_file(&uid("nothing")).await, Err(StoreError::Missing)));
}

pub(crate) async fn a_quota_holds_for_what_is_announced(backend: &impl Backend) {
    let store = backend.open().await;
    organisations(&store).await;
    let two = FileAllowance { org_bytes: 2200, uploader_files: 1000 };
    for number in [1, 2] {
        let reserved = store.reserve_file(&file(number, "acme", "ann"), two).await.unwrap();
        assert_eq!(reserved, FileReservation::Reserved);
    }
    let third = file(3, "acme", "ben");
    assert_eq!(store.reserve_file(&third, two).await.unwrap(), FileReservation::OrganisationFull);
    let elsewhere = file(4, "other", "zoe");
    assert_eq!(store.reserve_file(&elsewhere, two).await.unwrap(), FileReservation::Reserved);
    assert_eq!(store.file_usage(&uid("acme")).await.unwrap(), FileUsage { files: 2, bytes: 2200 });
    assert_eq!(store.total_file_usage().await.unwrap(), FileUsage { files: 3, bytes: 3300 });
    for _ in 0..2 {
        store.forget_file(&file(1, "acme", "ann").uid).await.unwrap();
    }
    assert_eq!(store.file_usage(&uid("acme")).await.unwrap(), FileUsage { files: 1, bytes: 1100 });
    let one_each = FileAllowance { uploader_files: 1, ..PLENTY };
    let second = file(5, "acme", "ann");
    assert_eq!(store.reserve_file(&second, one_each).await.unwrap(), FileReservation::TooManyFiles);
    assert_eq!(store.reserve_file(&third, one_each).await.unwrap(), FileReservation::Reserved);
}

pub(crate) async fn files_are_found_by_age(backend: &impl Backend) {
    let store = backend.open().await;
    organisations(&store).await;
    for number in [3, 1, 2] {
        kept(&store, &file(number, "acme", "ann")).await;
    }
    store.reserve_file(&file(4, "acme", "ann"), PLENTY).await.unwrap();
    let found = async |before, stage, limit| {
        let files = store.files_before(Timestamp(before), stage, limit).await.unwrap();
        files.iter().map(|file| file.created.0).collect::<Vec<_>>()
    };
    assert_eq!(found(3, FileStage::Kept, 9).await, [1, 2]);
    assert_eq!(found(9, FileStage::Kept, 2).await, [1, 2]);
    assert_eq!(found(4, FileStage::Unfinished, 9).await, [0_i64; 0]);
    assert_eq!(found(5, FileStage::Unfinished, 9).await, [4]);
}

pub(crate) async fn a_message_shares_what_its_sender_may_read(backend: &impl Backend) {
    let store = backend.open().await;
    organisations(&store).await;
    store.create_agent(&agent("bob", "acme"), "").await.unwrap();
    let (ann, eve) = (create(&store, "ann").await.id, create(&store, "eve").await.id);
    commit_one(&store, assign(ann, 0, "bob", 9)).await;
    let (hers, his, foreign) = (file(1, "acme", "ann"), file(2, "acme", "bob"), file(3, "other", "ann"));
    for file in [&hers, &his, &foreign] {
        kept(&store, file).await;
    }
    let may = async |user: &str, file: &FileRecord| store.is_file_shared_with(&file.uid, &uid(user)).await.unwrap();
    // Who guesses a path, or found an old one, gains nothing by saying it.
    store.commit(vec![naming(eve, "eve", "m1", &hers.path), naming(ann, "ann", "m1", &his.path)]).await.unwrap();
    assert!(!may("eve", &hers).await && !may("ann", &his).await);
    commit_one(&store, naming(ann, "ann", "m2", &foreign.path)).await;
    assert!(!may("bob", &foreign).await, "it belongs to another organisation");

    commit_one(&store, naming(ann, "bob", "m3", &his.path)).await;
    assert!(may("ann", &his).await && !may("eve", &his).await);
    commit_one(&store, naming(eve, "ann", "m4", &his.thumbnail.as_ref().unwrap().path)).await;
    assert!(may("eve", &his).await, "who was shown it may show it to others");
    let paths = [hers.path.clone(), his.path.clone()];
    assert_eq!(store.files_shared_in(ann, &paths).await.unwrap(), paths[1..]);

    store.forget_file(&his.uid).await.unwrap();
    assert!(!may("ann", &his).await);
}

pub(crate) async fn what_is_not_appended_shares_nothing(backend: &impl Backend) {
    let store = backend.open().await;
    organisations(&store).await;
    let log = create(&store, "ann").await.id;
    let hers = file(1, "acme", "ann");
    commit_one(&store, append(log, "ann", "m1")).await;
    store.reserve_file(&hers, PLENTY).await.unwrap();
    commit_one(&store, naming(log, "ann", "m2", &hers.path)).await;
    store.keep_file(&hers.uid).await.unwrap();
    assert!(!store.is_file_shared_with(&hers.uid, &uid("ann")).await.unwrap(), "it was not there yet");
    commit_one(&store, naming(log, "ann", "m1", &hers.path)).await;
    backend.fail_on("bad");
    let (good, bad) = (naming(log, "ann", "m3", &hers.path), append(log, "ann", "bad"));
    assert!(store.commit(vec![good.clone(), bad]).await.is_err());
    assert!(!store.is_file_shared_with(&hers.uid, &uid("ann")).await.unwrap(), "the batch has failed");
    commit_one(&store, good).await;
    assert!(store.is_file_shared_with(&hers.uid, &uid("ann")).await.unwrap());
}
