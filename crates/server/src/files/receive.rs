//! Taking an upload off the network: the file to disk, the fields beside it as text.

use std::{io, net::IpAddr, sync::Arc, time::Duration};

use axum::body::Body;
use deskwire_model::Uid;
use deskwire_store::{BlobError, StoreError};
use metrics::{counter, gauge};

use super::{
    Files,
    form::{Form, FormError, FormField, FormTimes},
    kind::Kind,
    pace::{Turn, Wait},
    picture::TooManyPixels,
    spool::{Spool, Spooled},
};
use crate::address::network;

/// Bytes of a form beside its file.
const FORM_OVERHEAD: u64 = 256 * 1024;
/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    /// The form is not as it should be; says how.
    #[error("{0}")]
    Malformed(String),
    /// Over `files.max_bytes`, or a field that is too long.
    #[error("the file is too large: at most {0} bytes")]
    TooLarge(u64),
    /// Nobody may bring such files.
    #[error("files of this kind are not allowed: {0}")]
    Kind(String),
    /// The picture has too many pixels.
    #[error(transparent)]
    Picture(#[from] TooManyPixels),
    /// The organisation has no room left.
    #[error("there is no room for more files")]
    NoRoom,
    /// The visitor has too many files.
    #[error("there are too many files of this visitor")]
    TooMany,
    /// Too many uploads at once or lately.
    #[error("too many uploads")]
    TooFast(Duration),
    /// It took too long.
    #[error("the upload took too long")]
    TooSlow,
    /// An upload with the same idempotency key is under way.
    #[error("the same upload is under way")]
    UnderWay,
    /// Our disk.
    #[error("the file cannot be written: {0}")]
    Disk(#[from] io::Error),
    /// The database.
    #[error("the file cannot be entered: {0}")]
    Store(#[from] StoreError),
    /// The folder or the bucket.
    #[error("the file cannot be kept: {0}")]
    Blobs(#[from] BlobError),
}

impl UploadError {
    /// As the label of a metric.
    const fn reason(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::TooLarge(_) => "size",
            Self::Kind(_) => "kind",
            Self::Picture(_) => "pixels",
            Self::NoRoom => "room",
            Self::TooMany | Self::TooFast(_) => "rate",
            Self::TooSlow => "time",
            Self::UnderWay => "repeat",
            Self::Disk(_) | Self::Store(_) | Self::Blobs(_) => "failure",
        }
    }

    /// Counts it.
    pub(super) fn counted(self) -> Self {
        counter!("deskwire_uploads_refused_total", "reason" => self.reason()).increment(1);
        self
    }
}

impl From<Wait> for UploadError {
    fn from(Wait(span): Wait) -> Self {
        Self::TooFast(span)
    }
}

/// What an upload says beside its file (`spec/bytedesk.md` §7.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct UploadFields {
    /// What the file is to be called instead of what its part of the form says.
    pub(crate) file_name: Option<String>,
    /// Whether it is a picture of its uploader.
    pub(crate) is_avatar: bool,
    /// The visitor who brings it, unless a token says who.
    pub(crate) visitor_uid: Option<String>,
    /// Its organisation.
    pub(crate) org_uid: Option<String>,
    /// The channel it came by.
    pub(crate) client: Option<String>,
}

impl UploadFields {
    fn set(&mut self, name: &str, value: String) {
        let value = Some(value).filter(|value| !value.is_empty());
        match name {
            "fileName" | "file_name" => self.file_name = value,
            "isAvatar" | "is_avatar" => self.is_avatar = value.is_some_and(|value| value == "true" || value == "1"),
            "visitorUid" | "visitor_uid" => self.visitor_uid = value,
            "orgUid" | "org_uid" => self.org_uid = value,
            "client" | "channel" => self.client = value,
            // A claim about the type is not believed, and the others name the uploader, whom we know.
            _ => {}
        }
    }
}

/// An upload that has come to its end.
pub(crate) struct Received {
    pub(crate) fields: UploadFields,
    pub(super) spooled: Spooled,
    /// What the part of the form calls the file.
    pub(super) part_name: String,
    /// Counts as an upload until the file is kept.
    pub(super) turn: Arc<CountedTurn>,
}

/// A place among the uploads, counted in the metrics.
pub(super) struct CountedTurn {
    _turn: Turn,
}

impl CountedTurn {
    fn new(turn: Turn) -> Self {
        gauge!("deskwire_uploads").increment(1.0);
        Self { _turn: turn }
    }
}

impl Drop for CountedTurn {
    fn drop(&mut self) {
        gauge!("deskwire_uploads").decrement(1.0);
    }
}

impl Files {
    /// Counts an upload of `visitor`.
    ///
    /// # Errors
    /// [`UploadError::TooFast`].
    pub(crate) fn count(&self, visitor: &Uid) -> Result<(), UploadError> {
        self.pace.count(visitor).map_err(|wait| UploadError::from(wait).counted())
    }

    /// Takes the form in `body`, which is `announced` bytes long if the client says so. What can be refused before the last
    /// byte is refused then.
    ///
    /// # Errors
    /// [`UploadError`].
    pub(crate) async fn receive(
        &self,
        address: IpAddr,
        content_type: &str,
        announced: Option<u64>,
        body: Body,
    ) -> Result<Received, UploadError> {
        let received = self.try_receive(address, content_type, announced, body).await;
        received.map_err(UploadError::counted)
    }

    async fn try_receive(
        &self,
        address: IpAddr,
        content_type: &str,
        announced: Option<u64>,
        body: Body,
    ) -> Result<Received, UploadError> {
        let config = &self.config.files;
        let limit = config.max_bytes.saturating_add(FORM_OVERHEAD);
        let times = FormTimes { stall: config.upload_stall_ms.duration(), whole: config.upload_s.duration() };
        let bytes = usize::try_from(limit).unwrap_or(usize::MAX);
        if announced.is_some_and(|announced| announced > limit) {
            return Err(UploadError::TooLarge(config.max_bytes));
        }
        let turn = self.pace.begin(network(address))?;
        let mut form = Form::new(body, content_type, bytes, times).map_err(|error| self.form_error(&error))?;
        self.read_form(&mut form, turn).await
    }

    async fn read_form(&self, form: &mut Form, turn: Turn) -> Result<Received, UploadError> {
        let turn = Arc::new(CountedTurn::new(turn));
        let mut fields = UploadFields::default();
        let mut file = None;
        while let Some(field) = form.next().await.map_err(|error| self.form_error(&error))? {
            if field.name() == "file" {
                if file.is_some() {
                    return Err(UploadError::Malformed("one file at a time".to_owned()));
                }
                let part_name = field.file_name().unwrap_or_default().to_owned();
                let name = fields.file_name.clone().unwrap_or_else(|| part_name.clone());
                file = Some((self.spool(field, &name).await?, part_name));
            } else {
                let name = field.name().to_owned();
                let text = field.text().await.map_err(|error| self.form_error(&error))?;
                fields.set(&name, text);
            }
        }
        let (spooled, part_name) = file.ok_or_else(|| UploadError::Malformed("the form has no field file".into()))?;
        if spooled.size == 0 {
            return Err(UploadError::Malformed("the file is empty".to_owned()));
        }
        Ok(Received { fields, spooled, part_name, turn })
    }

    /// Writes the file in `field` to disk; ends as soon as it is too large or of no allowed kind.
    async fn spool(&self, mut field: FormField, name: &str) -> Result<Spooled, UploadError> {
        let config = &self.config.files;
        let received = counter!("deskwire_file_bytes_received_total");
        let mut spool = Spool::create(&self.spool)?;
        let mut is_looked_at = false;
        while let Some(chunk) = field.chunk().await.map_err(|error| self.form_error(&error))? {
            received.increment(chunk.len() as u64);
            if spool.size() + chunk.len() as u64 > config.max_bytes {
                return Err(UploadError::TooLarge(config.max_bytes));
            }
            spool.write(&chunk).await?;
            if let Some(head) = spool.head().filter(|_| !is_looked_at) {
                self.allowed(head, name)?;
                is_looked_at = true;
            }
        }
        Ok(spool.finish().await?)
    }

    /// The kind of what begins with `head`, if it may come.
    pub(super) fn allowed(&self, head: &[u8], name: &str) -> Result<Kind, UploadError> {
        let kind = Kind::of(head, name);
        if kind.is_allowed(&self.config.files.allowed.0) { Ok(kind) } else { Err(UploadError::Kind(kind.to_string())) }
    }

    fn form_error(&self, error: &FormError) -> UploadError {
        match error {
            FormError::TooLarge => UploadError::TooLarge(self.config.files.max_bytes),
            FormError::TooSlow => UploadError::TooSlow,
            FormError::Malformed(_) => UploadError::Malformed(error.to_string()),
        }
    }
}
