//! Keeping a file that has come: its kind, its picture, its name, its place.

use std::sync::Arc;

use aws_lc_rs::hmac;
use deskwire_model::{Principal, Role, Timestamp, Uid};
use deskwire_store::{
    FileAllowance, FilePath, FileRecord, FileReservation, FileThumbnail, InvalidFilePath, StoreError,
};
use jiff::tz::TimeZone;
use metrics::counter;

use super::{
    Files, Received, UploadError,
    kind::Kind,
    picture::{self, Picture, PictureLimits},
    spool::hexadecimal,
};

/// Bytes of the HMAC that name a file: as many as a random uid has.
const NAME_BYTES: usize = 16;

impl Files {
    /// Keeps what `owner` has brought. The same `repeat` key of the same owner is the same file, whatever comes with it.
    /// Goes on to its end if nobody waits for it any more.
    ///
    /// # Errors
    /// [`UploadError`].
    pub(crate) async fn keep(
        self: &Arc<Self>,
        received: Received,
        owner: Principal,
        repeat: Option<String>,
        now: Timestamp,
    ) -> Result<FileRecord, UploadError> {
        let files = Arc::clone(self);
        let kept = tokio::spawn(async move { files.try_keep(received, &owner, repeat.as_deref(), now).await });
        let kept = kept.await.map_err(|error| UploadError::Disk(error.into()))?;
        kept.map_err(UploadError::counted)
    }

    async fn try_keep(
        &self,
        received: Received,
        owner: &Principal,
        repeat: Option<&str>,
        now: Timestamp,
    ) -> Result<FileRecord, UploadError> {
        let uid = self.name(&owner.uid, repeat)?;
        if repeat.is_some()
            && let Some(first) = self.store.file_by_uid(&uid).await?
        {
            return Ok(first);
        }
        let Received { fields, spooled, part_name, turn: _turn } = &received;
        let name = fields.file_name.as_deref().unwrap_or(part_name);
        let kind = self.allowed(&spooled.head, name)?;
        if fields.is_avatar && !kind.is_image() {
            return Err(UploadError::Kind(format!("{kind} as an avatar")));
        }
        let picture = self.look(&received, kind).await?;
        let path = FilePath::new(day(now), &uid, kind.extension()).map_err(unnamed)?;
        let thumbnail = picture.as_ref().and_then(|picture| picture.thumbnail.as_ref());
        let record = FileRecord {
            uid,
            org: owner.org.clone(),
            uploader: owner.uid.clone(),
            name: kind.file_name(name),
            mime: kind.mime.to_owned(),
            size: spooled.size,
            hash: spooled.hash.clone(),
            pixels: picture.as_ref().map(|picture| picture.pixels),
            thumbnail: match thumbnail {
                None => None,
                Some(small) => Some(FileThumbnail {
                    path: path.thumbnail(small.extension).map_err(unnamed)?,
                    mime: small.mime.to_owned(),
                    size: small.size,
                }),
            },
            path,
            is_avatar: fields.is_avatar,
            created: now,
        };
        self.reserve(&record, owner.role).await?;
        if let Err(error) = self.put(&record, &received, picture.as_ref()).await {
            self.remove(&record).await?;
            return Err(error);
        }
        counter!("deskwire_files_uploaded_total", "kind" => kind.group_name()).increment(1);
        Ok(record)
    }

    /// A uid that nobody guesses: the same for the same `repeat` of the same `owner`.
    fn name(&self, owner: &Uid, repeat: Option<&str>) -> Result<Uid, UploadError> {
        let Some(repeat) = repeat else { return Ok(Uid::random()) };
        let proof = hmac::sign(&self.naming, format!("{owner}\n{repeat}").as_bytes());
        Uid::new(&hexadecimal(&proof.as_ref()[..NAME_BYTES])).map_err(|error| UploadError::Malformed(error.to_string()))
    }

    /// Looks at a picture on a thread that may wait, a few at a time: each takes memory.
    async fn look(&self, received: &Received, kind: Kind) -> Result<Option<Picture>, UploadError> {
        if !kind.is_image() {
            return Ok(None);
        }
        let config = &self.config.files;
        let limits = PictureLimits {
            pixels: config.picture_pixels,
            thumbnail_pixels: config.thumbnail_pixels,
            time: config.thumbnail_ms.duration(),
        };
        // The semaphore is never closed; without a turn there would be no picture, which is no harm.
        let Ok(_turn) = self.looking.acquire().await else { return Ok(None) };
        let (path, folder) = (received.spooled.path.to_path_buf(), self.spool.clone());
        let looked = tokio::task::spawn_blocking(move || picture::look(&path, kind.mime, &folder, limits)).await;
        match looked {
            Ok(looked) => Ok(looked?),
            Err(error) => {
                tracing::warn!(%error, mime = kind.mime, "a decoder has panicked");
                Ok(None)
            }
        }
    }

    async fn reserve(&self, record: &FileRecord, role: Role) -> Result<(), UploadError> {
        let config = &self.config.files;
        let uploader_files = if role == Role::Visitor { config.files_per_visitor } else { u64::MAX };
        let allowance = FileAllowance { org_bytes: config.organisation_bytes, uploader_files };
        match self.store.reserve_file(record, allowance).await {
            Ok(FileReservation::Reserved) => Ok(()),
            Ok(FileReservation::OrganisationFull) => Err(UploadError::NoRoom),
            Ok(FileReservation::TooManyFiles) => Err(UploadError::TooMany),
            Err(StoreError::Exists) => Err(UploadError::UnderWay),
            Err(error) => Err(error.into()),
        }
    }

    async fn put(
        &self,
        record: &FileRecord,
        received: &Received,
        picture: Option<&Picture>,
    ) -> Result<(), UploadError> {
        self.blobs.put(&record.path, &received.spooled.path).await?;
        let small = picture.and_then(|picture| picture.thumbnail.as_ref());
        if let (Some(thumbnail), Some(small)) = (&record.thumbnail, small) {
            self.blobs.put(&thumbnail.path, small.file.path()).await?;
        }
        Ok(self.store.keep_file(&record.uid).await?)
    }
}

/// Year, month and day in UTC.
fn day(Timestamp(now): Timestamp) -> (i16, i8, i8) {
    let time = jiff::Timestamp::from_millisecond(now).unwrap_or_default();
    let date = time.to_zoned(TimeZone::UTC).date();
    (date.year(), date.month(), date.day())
}

/// Uids, days and extensions of ours always make a path; saying so to a client is better than a panic.
fn unnamed(error: InvalidFilePath) -> UploadError {
    UploadError::Malformed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_that_of_utc() {
        for (millis, expected) in
            [(0, (1970, 1, 1)), (1_795_305_599_999, (2026, 11, 21)), (1_795_305_600_000, (2026, 11, 22))]
        {
            assert_eq!(day(Timestamp(millis)), expected);
        }
    }
}
