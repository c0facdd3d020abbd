//! Files: announced, kept, shared by the messages that name them, forgotten.

use deskwire_model::{LogId, Timestamp, Uid};

use super::{columns, locks};
use crate::{
    FileAllowance, FilePath, FileRecord, FileReservation, FileStage, FileThumbnail, FileUsage, NewEntry, Store,
    StoreError,
    engine::{Db, OptionalExtension as _, Result, Row, params},
};

/// Paths that one message shares.
const PATHS_PER_MESSAGE: usize = 32;

macro_rules! select_file {
    ($rest:literal) => {
        concat!(
            "SELECT f.uid, f.path, f.org, f.uploader, f.name, f.mime, f.size, f.hash, f.width, f.height, f.thumbnail, ",
            "f.thumbnail_mime, f.thumbnail_size, f.is_avatar, f.created FROM file f ",
            $rest
        )
    };
}

/// Lets those who take part in the conversation read the files that `entry` names, as far as its sender may.
pub(super) fn share(db: &Db<'_>, entry: &NewEntry) -> Result<()> {
    for path in FilePath::find_all(entry.payload.bytes(), PATHS_PER_MESSAGE) {
        db.prepare_cached(
            "INSERT INTO file_share (file, log)
             SELECT f.uid, c.id FROM file f JOIN conversation c ON c.org = f.org
              WHERE c.id = ?1 AND (f.path = ?2 OR f.thumbnail = ?2) AND f.kept = 1 AND (f.uploader = ?3
                     OR EXISTS (SELECT 1 FROM agent a WHERE a.uid = ?3 AND a.org = f.org)
                     OR EXISTS (SELECT 1 FROM file_share s JOIN participant p ON p.log = s.log
                                 WHERE s.file = f.uid AND p.user_uid = ?3))
                 ON CONFLICT DO NOTHING",
        )?
        .execute(params![entry.log.0, path.as_str(), entry.sender.as_str()])?;
    }
    Ok(())
}

/// Uploaded files. That a message shares the files it names with its conversation is part of [`Write::Append`].
impl Store {
    /// Announces a file whose bytes are about to be stored, unless `allowance` has no room for it. It counts from now
    /// on, and is not there for anybody until [`Self::keep_file`].
    ///
    /// # Errors
    /// [`StoreError::Missing`] without its organisation, [`StoreError::Exists`] if its uid or a path is taken.
    pub async fn reserve_file(
        &self,
        file: &FileRecord,
        allowance: FileAllowance,
    ) -> Result<FileReservation, StoreError> {
        let file = file.clone();
        self.write(move |db| {
            locks::names(db, [format!("files of {}", file.org.as_str()).as_str()])?;
            let count = "SELECT COUNT(*) FROM file WHERE uploader = ?1";
            let files: i64 = db.prepare_cached(count)?.query_row(params![file.uploader.as_str()], |row| row.get(0))?;
            if files.unsigned_abs() >= allowance.uploader_files {
                return Ok(FileReservation::TooManyFiles);
            }
            if usage(db, &file.org)?.bytes.saturating_add(file.weight()) > allowance.org_bytes {
                return Ok(FileReservation::OrganisationFull);
            }
            insert(db, &file)?;
            change_usage(db, &file.org, 1, signed(file.weight()))?;
            Ok(FileReservation::Reserved)
        })
        .await
    }

    /// Says that the bytes of an announced file are stored.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it was not announced, or is forgotten again.
    pub async fn keep_file(&self, uid: &Uid) -> Result<(), StoreError> {
        let uid = uid.clone();
        self.write(move |db| {
            let kept = db.prepare_cached("UPDATE file SET kept = 1 WHERE uid = ?1")?.execute(params![uid.as_str()])?;
            if kept == 1 { Ok(()) } else { Err(StoreError::Missing) }
        })
        .await
    }

    /// The file whose bytes, or whose thumbnail's bytes, are at `path`.
    pub async fn file(&self, path: &FilePath) -> Result<Option<FileRecord>, StoreError> {
        let path = path.clone();
        self.read(move |db| {
            db.prepare_cached(select_file!("WHERE (f.path = ?1 OR f.thumbnail = ?1) AND f.kept = 1"))?
                .query_row(params![path.as_str()], file)
                .optional()
        })
        .await
    }

    /// The file called `uid`.
    pub async fn file_by_uid(&self, uid: &Uid) -> Result<Option<FileRecord>, StoreError> {
        let uid = uid.clone();
        self.read(move |db| {
            db.prepare_cached(select_file!("WHERE f.uid = ?1 AND f.kept = 1"))?
                .query_row(params![uid.as_str()], file)
                .optional()
        })
        .await
    }

    /// Whether `user` takes part in a conversation into which the file was sent by somebody who might.
    pub async fn is_file_shared_with(&self, file: &Uid, user: &Uid) -> Result<bool, StoreError> {
        let (file, user) = (file.clone(), user.clone());
        self.read(move |db| {
            db.prepare_cached(
                "SELECT 1 FROM file_share s JOIN participant p ON p.log = s.log WHERE s.file = ?1 AND p.user_uid = ?2",
            )?
            .exists(params![file.as_str(), user.as_str()])
        })
        .await
    }

    /// Those of `paths` whose files were sent into the conversation `log` by somebody who might.
    pub async fn files_shared_in(&self, log: LogId, paths: &[FilePath]) -> Result<Vec<FilePath>, StoreError> {
        let paths = paths.to_vec();
        self.read(move |db| {
            let mut shared = db.prepare_cached(
                "SELECT 1 FROM file f JOIN file_share s ON s.file = f.uid
                  WHERE (f.path = ?1 OR f.thumbnail = ?1) AND s.log = ?2",
            )?;
            let mut found = Vec::new();
            for path in &paths {
                if shared.exists(params![path.as_str(), log.0])? {
                    found.push(path.clone());
                }
            }
            Ok(found)
        })
        .await
    }

    /// The files that were announced before `time`, the oldest first; at most `limit`.
    pub async fn files_before(
        &self,
        time: Timestamp,
        stage: FileStage,
        limit: usize,
    ) -> Result<Vec<FileRecord>, StoreError> {
        // Spelled out, so that the few that are unfinished are found by their own index.
        let query = match stage {
            FileStage::Unfinished => {
                select_file!("WHERE f.created < ?1 AND f.kept = 0 ORDER BY f.created LIMIT ?2")
            }
            FileStage::Kept => select_file!("WHERE f.created < ?1 AND f.kept = 1 ORDER BY f.created LIMIT ?2"),
        };
        self.read(move |db| {
            db.prepare_cached(query)?.query_map(params![time.0, columns::limit(limit)], file)?.collect()
        })
        .await
    }

    /// Forgets a file, if there is one; its bytes are for the caller to remove before.
    pub async fn forget_file(&self, uid: &Uid) -> Result<(), StoreError> {
        let uid = uid.clone();
        self.write(move |db| {
            let found = db
                .prepare_cached(select_file!("WHERE f.uid = ?1"))?
                .query_row(params![uid.as_str()], file)
                .optional()?;
            let Some(file) = found else { return Ok(()) };
            db.prepare_cached("DELETE FROM file WHERE uid = ?1")?.execute(params![uid.as_str()])?;
            change_usage(db, &file.org, -1, -signed(file.weight()))?;
            Ok(())
        })
        .await
    }

    /// How much there is of the files of an organisation.
    pub async fn file_usage(&self, org: &Uid) -> Result<FileUsage, StoreError> {
        let org = org.clone();
        self.read(move |db| usage(db, &org)).await
    }

    /// How much there is of all files.
    pub async fn total_file_usage(&self) -> Result<FileUsage, StoreError> {
        self.read(|db| {
            let sums = "SELECT CAST(COALESCE(SUM(files), 0) AS BIGINT), CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM file_usage";
            db.prepare_cached(sums)?.query_row(params![], sum)
        })
        .await
    }
}

fn insert(db: &Db<'_>, file: &FileRecord) -> Result<()> {
    let (width, height) = file.pixels.unzip();
    let thumbnail = file.thumbnail.as_ref();
    db.prepare_cached(
        "INSERT INTO file (uid, path, org, uploader, name, mime, size, hash, width, height, thumbnail, thumbnail_mime,
                           thumbnail_size, is_avatar, created)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?
    .execute(params![
        file.uid.as_str(),
        file.path.as_str(),
        file.org.as_str(),
        file.uploader.as_str(),
        file.name,
        file.mime,
        signed(file.size),
        file.hash,
        width,
        height,
        thumbnail.map(|thumbnail| thumbnail.path.as_str()),
        thumbnail.map(|thumbnail| thumbnail.mime.as_str()),
        thumbnail.map(|thumbnail| signed(thumbnail.size)),
        file.is_avatar,
        file.created.0,
    ])?;
    Ok(())
}

fn usage(db: &Db<'_>, org: &Uid) -> Result<FileUsage> {
    let sums = "SELECT files, bytes FROM file_usage WHERE org = ?1";
    Ok(db.prepare_cached(sums)?.query_row(params![org.as_str()], sum).optional()?.unwrap_or_default())
}

fn sum(row: &Row<'_>) -> Result<FileUsage> {
    Ok(FileUsage { files: columns::number(row, 0)?, bytes: columns::number(row, 1)? })
}

fn change_usage(db: &Db<'_>, org: &Uid, files: i64, bytes: i64) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO file_usage (org, files, bytes) VALUES (?1, ?2, ?3)
             ON CONFLICT (org) DO UPDATE SET files = file_usage.files + excluded.files, bytes = file_usage.bytes + excluded.bytes",
    )?
    .execute(params![org.as_str(), files, bytes])?;
    Ok(())
}

/// A number of bytes as SQL has it.
fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn file(row: &Row<'_>) -> Result<FileRecord> {
    let thumbnail = match row.get_ref(10)?.as_str_or_null()? {
        None => None,
        Some(_) => Some(FileThumbnail {
            path: columns::text(row, 10, FilePath::parse)?,
            mime: row.get(11)?,
            size: columns::number(row, 12)?,
        }),
    };
    Ok(FileRecord {
        uid: columns::uid(row, 0)?,
        path: columns::text(row, 1, FilePath::parse)?,
        org: columns::uid(row, 2)?,
        uploader: columns::uid(row, 3)?,
        name: row.get(4)?,
        mime: row.get(5)?,
        size: columns::number(row, 6)?,
        hash: row.get(7)?,
        pixels: row.get::<Option<u32>>(8)?.zip(row.get(9)?),
        thumbnail,
        is_avatar: row.get(13)?,
        created: Timestamp(row.get(14)?),
    })
}
