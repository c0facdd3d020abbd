//! What is kept of files that were uploaded. Their bytes are in [`crate::Blobs`].

use std::fmt;

use deskwire_model::{Timestamp, Uid};
use memchr::memmem;

/// Digits of a file's uid.
const UID_DIGITS: usize = 32;
/// What is behind the uid in the path of a thumbnail.
const THUMBNAIL: &str = "_t";
/// `yyyy/MM/dd/`.
const DAY_LEN: usize = 11;
/// Letters of an extension.
const MAX_EXTENSION: usize = 8;

/// A text that is no path of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no path of a file")]
pub struct InvalidFilePath;

/// Where a file is: `yyyy/MM/dd/{uid}.{extension}`, and its thumbnail at `yyyy/MM/dd/{uid}_t.{extension}`. The uid is 32
/// hexadecimal digits, which nobody guesses, and nothing in a path leads elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FilePath(Box<str>);

impl FilePath {
    /// The path of the file `uid` that came on `day`, which is year, month and day.
    ///
    /// # Errors
    /// If `uid` is not one of [`Uid::random`], or `extension` not one to eight of `a` to `z` and `0` to `9`.
    pub fn new((year, month, day): (i16, i8, i8), uid: &Uid, extension: &str) -> Result<Self, InvalidFilePath> {
        Self::parse(&format!("{year:04}/{month:02}/{day:02}/{uid}.{extension}"))
    }

    /// Reads a path as it stands in a URL.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidFilePath> {
        match prefix(text.as_bytes()) {
            Some(path) if path.0.len() == text.len() => Ok(path),
            _ => Err(InvalidFilePath),
        }
    }

    /// The path of this file's thumbnail with another extension.
    ///
    /// # Errors
    /// If `extension` is none.
    pub fn thumbnail(&self, extension: &str) -> Result<Self, InvalidFilePath> {
        Self::parse(&format!("{}{THUMBNAIL}.{extension}", &self.0[..DAY_LEN + UID_DIGITS]))
    }

    /// The paths in the text of a message, each as often as it stands there, at most `limit`. They stand behind `file/`,
    /// where each slash may have backslashes before it: JSON may spell it so, and content is JSON within JSON.
    pub fn find_all(text: &[u8], limit: usize) -> Vec<Self> {
        const MARK: &[u8] = b"file";
        let mut found = Vec::new();
        let mut rest = text;
        while found.len() < limit
            && let Some(at) = memmem::find(rest, MARK)
        {
            rest = &rest[at + MARK.len()..];
            if let Some(path) = slash(rest).and_then(prefix) {
                found.push(path);
            }
        }
        found
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is behind a slash and the backslashes before it.
fn slash(text: &[u8]) -> Option<&[u8]> {
    let escapes = text.iter().take_while(|byte| **byte == b'\\').count();
    text.get(escapes..)?.strip_prefix(b"/")
}

/// The path that `text` begins with.
fn prefix(text: &[u8]) -> Option<FilePath> {
    let mut path = String::with_capacity(DAY_LEN + UID_DIGITS + THUMBNAIL.len() + 1 + MAX_EXTENSION);
    let mut rest = text;
    for digits in [4, 2, 2] {
        rest = take(rest, digits..=digits, u8::is_ascii_digit, &mut path)?;
        rest = slash(rest)?;
        path.push('/');
    }
    let is_hexadecimal = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    rest = take(rest, UID_DIGITS..=UID_DIGITS, is_hexadecimal, &mut path)?;
    if let Some(behind) = rest.strip_prefix(THUMBNAIL.as_bytes()) {
        path.push_str(THUMBNAIL);
        rest = behind;
    }
    rest = rest.strip_prefix(b".")?;
    path.push('.');
    let is_extension = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    take(rest, 1..=MAX_EXTENSION, is_extension, &mut path)?;
    Some(FilePath(path.into()))
}

/// Moves the bytes that are `wanted` to `path`; none if there are not as many as `lengths` says.
fn take<'a>(
    text: &'a [u8],
    lengths: std::ops::RangeInclusive<usize>,
    wanted: impl Fn(&u8) -> bool,
    path: &mut String,
) -> Option<&'a [u8]> {
    let length = text.iter().take(lengths.end() + 1).take_while(|byte| wanted(byte)).count();
    let (taken, rest) = text.split_at(length);
    path.extend(taken.iter().copied().map(char::from));
    lengths.contains(&length).then_some(rest)
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRecord {
    /// Its uid.
    pub uid: Uid,
    /// Where its bytes are.
    pub path: FilePath,
    /// The organisation it belongs to.
    pub org: Uid,
    /// Who brought it.
    pub uploader: Uid,
    /// What its uploader calls it: to be shown, never to be believed.
    pub name: String,
    /// Its media type, by its content.
    pub mime: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in hexadecimal digits.
    pub hash: String,
    /// Width and height in pixels, if it is a picture.
    pub pixels: Option<(u32, u32)>,
    /// A small picture of it.
    pub thumbnail: Option<FileThumbnail>,
    /// Whether everybody may see it who knows its path.
    pub is_avatar: bool,
    /// When it came.
    pub created: Timestamp,
}

impl FileRecord {
    /// Bytes of the file and its thumbnail.
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.size.saturating_add(self.thumbnail.as_ref().map_or(0, |thumbnail| thumbnail.size))
    }
}

/// A small picture of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileThumbnail {
    /// Where its bytes are.
    pub path: FilePath,
    /// Its media type.
    pub mime: String,
    /// Bytes.
    pub size: u64,
}

/// What an organisation and an uploader may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileAllowance {
    /// Bytes of all files of the organisation, thumbnails included.
    pub org_bytes: u64,
    /// Files of the uploader.
    pub uploader_files: u64,
}

/// What came of announcing a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileReservation {
    /// Its bytes may come.
    Reserved,
    /// The organisation has no room for it.
    OrganisationFull,
    /// The uploader has too many files.
    TooManyFiles,
}

/// How much there is of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileUsage {
    /// Files.
    pub files: u64,
    /// Their bytes, thumbnails included.
    pub bytes: u64,
}

/// Which files are looked for by age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStage {
    /// Those whose bytes were announced and have not all come, and those whose bytes are to go.
    Unfinished,
    /// All others.
    Kept,
}

#[cfg(test)]
mod tests {
    use super::*;

    const UID: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_path_is_of_one_form() {
        let uid = Uid::new(UID).unwrap();
        let path = FilePath::new((2026, 3, 7), &uid, "jpg").unwrap();
        assert_eq!(path.as_str(), format!("2026/03/07/{UID}.jpg"));
        assert_eq!(path.thumbnail("png").unwrap().as_str(), format!("2026/03/07/{UID}_t.png"));
        for wrong in [
            "",
            "2026/03/07/",
            "2026/03/07/0123.jpg",
            "../../../../etc/passwd",
            &format!("2026/03/07/{UID}"),
            &format!("2026/03/07/{UID}."),
            &format!("2026/03/07/{UID}.JPG"),
            &format!("2026/03/07/{UID}.extension"),
            &format!("2026/03/07/{UID}.jpg/.."),
            &format!("2026/03/07/../{UID}.jpg"),
            &format!("/2026/03/07/{UID}.jpg"),
            &format!("2026/3/07/{UID}.jpg"),
            &format!("2026/03/07/{}.jpg", UID.to_uppercase()),
            &format!("2026/03/07/{UID}_t_t.jpg"),
        ] {
            assert_eq!(FilePath::parse(wrong), Err(InvalidFilePath), "{wrong}");
        }
    }

    #[test]
    fn paths_are_found_however_a_message_spells_them() {
        let (plain, thumbnail) = (format!("2026/03/07/{UID}.jpg"), format!("2026/03/07/{UID}_t.png"));
        for (text, expected) in [
            (format!(r#"{{"content":"https://a/file/{plain}?expires=1"}}"#), vec![&plain]),
            (
                format!(r#"{{"content":"{{\"url\":\"/file/{plain}\",\"t\":\"/file/{thumbnail}\"}}"}}"#),
                vec![&plain, &thumbnail],
            ),
            (format!("file/{plain}").replace('/', "\\/"), vec![&plain]),
            (format!("file/{plain}").replace('/', "\\\\\\/"), vec![&plain]),
            (format!("filefile/{plain}"), vec![&plain]),
            (format!("file/2026/03/07/file/{plain}"), vec![&plain]),
            (plain.clone(), vec![]),
            (format!("profile {plain}"), vec![]),
        ] {
            let found = FilePath::find_all(text.as_bytes(), 9);
            assert_eq!(found.iter().map(FilePath::as_str).collect::<Vec<_>>(), expected, "{text}");
        }
        let many = format!("/file/{plain} ").repeat(9);
        assert_eq!(FilePath::find_all(many.as_bytes(), 4).len(), 4);
    }

    proptest::proptest! {
        #[test]
        fn what_is_found_is_a_path(text in "(file|/|\\\\|2026|03|_t|\\.jpg|[0-9a-f]{32}|.){0,40}") {
            for path in FilePath::find_all(text.as_bytes(), 9) {
                proptest::prop_assert_eq!(FilePath::parse(path.as_str()), Ok(path));
            }
        }
    }
}
