//! `[files]`: what may be uploaded, and where it is kept.

use serde::{Deserialize, Serialize};

use super::{
    amount::{Millis, Seconds, bounded_section},
    secret::Secret,
};
use crate::files::Group;

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;
const DAY_S: u64 = 24 * 60 * 60;

bounded_section! {
    /// `[files]`: uploaded files.
    FilesSection in "files" {
        /// Bytes of a file.
        max_bytes: u64 = 10 * MIB, 1024..=64 * GIB;
        /// Bytes of all files of an organisation, thumbnails included.
        organisation_bytes: u64 = 10 * GIB, 1024..=1024 * 1024 * GIB;
        /// Files that one visitor has here.
        files_per_visitor: u64 = 1000, 1..=1_000_000_000;
        /// Uploads at a time, of everybody.
        uploads: usize = 64, 1..=65_536;
        /// Uploads at a time of one address (IPv6: one /64); an office shares an address.
        uploads_per_address: usize = 16, 1..=65_536;
        /// Uploads per minute of one visitor, as a lasting rate and as a burst.
        visitor_uploads_per_minute: u32 = 30, 1..=1_000_000;
        /// Uploads per minute of one address, as a lasting rate and as a burst.
        address_uploads_per_minute: u32 = 120, 1..=1_000_000;
        /// Milliseconds in which some bytes of an upload have to come.
        upload_stall_ms: Millis = Millis(20_000), 100..=600_000;
        /// Seconds for an upload in all.
        upload_s: Seconds = Seconds(600), 1..=DAY_S;
        /// Seconds that a signed link opens its file, and up to a quarter longer.
        link_s: Seconds = Seconds(DAY_S), 4..=366 * DAY_S;
        /// Pixels of a picture; one with more is refused.
        picture_pixels: u64 = 100_000_000, 1..=10_000_000_000;
        /// Pixels of a picture of which there is a thumbnail; each may take eight bytes of memory meanwhile.
        thumbnail_pixels: u64 = 24_000_000, 0..=1_000_000_000;
        /// Milliseconds for looking at a picture.
        thumbnail_ms: Millis = Millis(10_000), 1..=600_000;
        /// Pictures looked at at a time.
        thumbnails: usize = 1, 1..=1024;
        /// Days after which a file is removed; 0 keeps all.
        keep_days: u32 = 0, 0..=36_500;
    } and {
        /// Kinds of files that may come: `image`, `audio`, `video`, `pdf`, `office`, `text`, `archive`, or media types.
        allowed: AllowedKinds;
        /// Where files are: empty for the folder `files` in the data folder, or `s3://bucket/prefix`.
        url: String;
        /// URL of the service that has the bucket; empty for AWS.
        s3_endpoint: String;
        /// Region of the bucket.
        s3_region: S3Region;
        /// Access key of the bucket.
        s3_access_key: String;
        /// Secret key of the bucket.
        s3_secret_key: Secret;
        /// How clients reach this server, as `https://desk.example`; empty for how the uploader did.
        public_url: String;
    }
}

/// Names of groups and media types.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AllowedKinds(pub Vec<String>);

impl Default for AllowedKinds {
    fn default() -> Self {
        Self(Group::ALL.map(|group| group.name().to_owned()).into())
    }
}

/// A region of S3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct S3Region(pub String);

impl Default for S3Region {
    fn default() -> Self {
        Self("us-east-1".to_owned())
    }
}

impl FilesSection {
    /// Bucket and prefix of `url`; none for the folder.
    #[must_use]
    pub fn bucket(&self) -> Option<(&str, &str)> {
        let rest = self.url.strip_prefix("s3://")?;
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        Some((name, prefix.trim_end_matches('/')))
    }

    pub(super) fn check(&self, found: &mut Vec<(&'static str, String)>) {
        for kind in &self.allowed.0 {
            if !kind.contains('/') && !Group::ALL.iter().any(|group| group.name() == kind) {
                let groups = Group::ALL.map(Group::name).join(", ");
                found.push(("files.allowed", format!("{kind:?} is no media type and none of {groups}")));
            }
        }
        if self.thumbnail_pixels > self.picture_pixels {
            found.push(("files.thumbnail_pixels", "must not be above files.picture_pixels".to_owned()));
        }
        for (key, url) in [("files.public_url", &self.public_url), ("files.s3_endpoint", &self.s3_endpoint)] {
            if !url.is_empty() && !["http://", "https://"].iter().any(|start| url.starts_with(start)) {
                found.push((key, format!("{url:?} begins neither with http:// nor with https://")));
            }
        }
        match self.bucket() {
            None if self.url.is_empty() => {}
            None | Some(("", _)) => found.push(("files.url", format!("{:?} is not s3://bucket/prefix", self.url))),
            Some(_) if self.s3_access_key.is_empty() => {
                found.push(("files.s3_access_key", "the bucket needs one".to_owned()));
            }
            Some(_) if self.s3_secret_key.expose().is_empty() => {
                found.push(("files.s3_secret_key", "the bucket needs one".to_owned()));
            }
            Some(_) => {}
        }
    }
}
