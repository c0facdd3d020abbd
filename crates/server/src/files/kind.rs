//! What a file is, by its content. Its name only chooses among what looks alike.

use std::fmt;

/// Bytes from the beginning of a file by which its kind is known.
pub(super) const HEAD_LEN: usize = 16 * 1024;

/// Files that are allowed or forbidden together (`files.allowed`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Image,
    Audio,
    Video,
    Pdf,
    Office,
    Text,
    Archive,
}

impl Group {
    pub(crate) const ALL: [Self; 7] =
        [Self::Image, Self::Audio, Self::Video, Self::Pdf, Self::Office, Self::Text, Self::Archive];

    /// The name in the configuration, and the label in metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Pdf => "pdf",
            Self::Office => "office",
            Self::Text => "text",
            Self::Archive => "archive",
        }
    }

    /// Whether a browser may show it by itself. Nothing of these runs scripts.
    const fn is_inline(self) -> bool {
        matches!(self, Self::Image | Self::Audio | Self::Video)
    }
}

/// A kind of file: its group, its media type, and the extensions that its names may have, the usual one first.
type Known = (Group, &'static str, &'static [&'static str]);

const KNOWN: [Known; 47] = [
    (Group::Image, "image/jpeg", &["jpg", "jpeg", "jpe", "jfif"]),
    (Group::Image, "image/png", &["png"]),
    (Group::Image, "image/gif", &["gif"]),
    (Group::Image, "image/webp", &["webp"]),
    (Group::Image, "image/bmp", &["bmp"]),
    (Group::Image, "image/avif", &["avif"]),
    (Group::Image, "image/heif", &["heic", "heif"]),
    (Group::Image, "image/tiff", &["tif", "tiff"]),
    (Group::Image, "image/vnd.microsoft.icon", &["ico"]),
    (Group::Audio, "audio/mpeg", &["mp3"]),
    (Group::Audio, "audio/mp4", &["m4a"]),
    (Group::Audio, "audio/aac", &["aac"]),
    (Group::Audio, "audio/ogg", &["ogg", "oga", "opus"]),
    (Group::Audio, "audio/flac", &["flac"]),
    (Group::Audio, "audio/wav", &["wav"]),
    (Group::Audio, "audio/amr", &["amr"]),
    (Group::Audio, "audio/midi", &["mid", "midi"]),
    (Group::Video, "video/mp4", &["mp4", "m4v"]),
    (Group::Video, "video/webm", &["webm", "weba"]),
    (Group::Video, "video/quicktime", &["mov"]),
    (Group::Video, "video/x-matroska", &["mkv"]),
    (Group::Video, "video/x-msvideo", &["avi"]),
    (Group::Video, "video/mpeg", &["mpg", "mpeg"]),
    (Group::Video, "video/x-ms-wmv", &["wmv"]),
    (Group::Video, "video/x-flv", &["flv"]),
    (Group::Pdf, "application/pdf", &["pdf"]),
    (Group::Office, "application/msword", &["doc", "dot"]),
    (Group::Office, "application/vnd.ms-excel", &["xls", "xlt"]),
    (Group::Office, "application/vnd.ms-powerpoint", &["ppt", "pps"]),
    (Group::Office, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]),
    (Group::Office, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
    (Group::Office, "application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"]),
    (Group::Office, "application/vnd.oasis.opendocument.text", &["odt"]),
    (Group::Office, "application/vnd.oasis.opendocument.spreadsheet", &["ods"]),
    (Group::Office, "application/vnd.oasis.opendocument.presentation", &["odp"]),
    (Group::Office, "application/rtf", &["rtf"]),
    (Group::Office, "application/epub+zip", &["epub"]),
    (
        Group::Text,
        "text/plain",
        &["txt", "csv", "tsv", "md", "log", "json", "yaml", "yml", "toml", "ini", "srt", "vtt"],
    ),
    (Group::Text, "text/xml", &["xml"]),
    (Group::Archive, "application/zip", &["zip"]),
    (Group::Archive, "application/gzip", &["gz", "tgz"]),
    (Group::Archive, "application/x-7z-compressed", &["7z"]),
    (Group::Archive, "application/vnd.rar", &["rar"]),
    (Group::Archive, "application/x-tar", &["tar"]),
    (Group::Archive, "application/x-bzip2", &["bz2"]),
    (Group::Archive, "application/x-xz", &["xz"]),
    (Group::Archive, "application/zstd", &["zst"]),
];

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Its media type.
    pub(super) mime: &'static str,
    group: Option<Group>,
    extensions: &'static [&'static str],
}

impl Kind {
    /// What begins with `head`, the first [`HEAD_LEN`] bytes or all, and is called `name`.
    pub(super) fn of(head: &[u8], name: &str) -> Self {
        let found = infer::get(head).map_or_else(|| text(head), |found| found.mime_type());
        let mime = match found {
            "text/xml" if is_svg(head) => "image/svg+xml",
            "audio/m4a" => "audio/mp4",
            "audio/opus" => "audio/ogg",
            "audio/x-flac" => "audio/flac",
            "audio/x-wav" => "audio/wav",
            "video/x-m4v" => "video/mp4",
            // Office's formats are containers in which others keep other things, and the head alone rarely tells.
            "application/zip" => by_name(name, &["docx", "xlsx", "pptx", "odt", "ods", "odp"]).unwrap_or(found),
            "application/x-ole-storage" => by_name(name, &["doc", "xls", "ppt"]).unwrap_or(found),
            other => other,
        };
        Self::from_mime(mime)
    }

    fn from_mime(mime: &'static str) -> Self {
        let known = KNOWN.iter().find(|(_, known, _)| *known == mime);
        let (group, extensions): (_, &[&str]) =
            known.map_or((None, &["bin"]), |(group, _, extensions)| (Some(*group), extensions));
        Self { mime, group, extensions }
    }

    /// Whether it is one of `allowed`: names of groups, or media types.
    pub(super) fn is_allowed(self, allowed: &[String]) -> bool {
        allowed.iter().any(|name| name == self.mime || self.group.is_some_and(|group| group.name() == name))
    }

    /// The usual extension.
    pub(super) fn extension(self) -> &'static str {
        self.extensions.first().copied().unwrap_or("bin")
    }

    /// The group's name; `other` for what is in none.
    pub(super) fn group_name(self) -> &'static str {
        self.group.map_or("other", Group::name)
    }

    pub(super) fn is_image(self) -> bool {
        self.group == Some(Group::Image)
    }

    /// `name` as a file of this kind may be called where it is saved: what ends otherwise gets the usual extension, so
    /// that nothing is opened by a program for something else.
    pub(super) fn file_name(self, name: &str) -> String {
        let name: String = name
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .chars()
            .filter(|letter| !letter.is_control() && !is_bidi_control(*letter))
            .collect();
        let name = name.trim().trim_start_matches('.');
        match extension(name) {
            Some(extension) if self.extensions.contains(&extension.as_str()) => shortened(name).to_owned(),
            _ if name.is_empty() => format!("file.{}", self.extension()),
            _ => format!("{}.{}", shortened(name), self.extension()),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mime)
    }
}

/// Whether a browser may show what has this media type by itself.
pub(crate) fn is_inline(mime: &str) -> bool {
    KNOWN.iter().any(|(group, known, _)| *known == mime && group.is_inline())
}

/// Bytes of a name.
const MAX_NAME: usize = 200;

/// The end of a name that is too long, since the extension is there.
fn shortened(name: &str) -> &str {
    let mut from = name.len().saturating_sub(MAX_NAME);
    while !name.is_char_boundary(from) {
        from += 1;
    }
    &name[from..]
}

/// Letters that turn the direction of writing, with which `gpj.exe` is made to look like another name.
const fn is_bidi_control(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn extension(name: &str) -> Option<String> {
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())
}

/// The media type that goes with the extension of `name`, if it is one of `extensions`.
fn by_name(name: &str, extensions: &[&str]) -> Option<&'static str> {
    let extension = extension(name).filter(|extension| extensions.contains(&extension.as_str()))?;
    KNOWN.iter().find(|(_, _, known)| known.contains(&extension.as_str())).map(|(_, mime, _)| *mime)
}

/// The media type of what has no signature: text of some kind, or nobody knows.
fn text(head: &[u8]) -> &'static str {
    let is_utf16 = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    let is_control = |byte: &u8| matches!(byte, 0..=8 | 11 | 14..=26 | 28..=31 | 127);
    match head {
        _ if !is_utf16 && head.iter().any(is_control) => "application/octet-stream",
        _ if is_svg(head) => "image/svg+xml",
        _ if contains_tag(head, b"<html") || contains_tag(head, b"<script") => "text/html",
        _ => "text/plain",
    }
}

/// Bytes in which a document shows what it is.
const DOCUMENT_START: usize = 1024;

fn is_svg(head: &[u8]) -> bool {
    contains_tag(head, b"<svg")
}

fn contains_tag(head: &[u8], tag: &[u8]) -> bool {
    let start = &head[..head.len().min(DOCUMENT_START)];
    start.windows(tag.len()).any(|window| window.eq_ignore_ascii_case(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\0\0 some entry";
    const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and the rest";

    #[test]
    fn the_content_says_what_a_file_is_and_the_name_at_most_which() {
        for (head, name, expected) in [
            (PNG, "a.png", "image/png"),
            (PNG, "a.exe", "image/png"),
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF", "a.txt", "image/jpeg"),
            (b"GIF89a....", "", "image/gif"),
            (b"%PDF-1.7 ...", "a.png", "application/pdf"),
            (b"MZ\x90\0\x03\0\0\0", "a.png", "application/vnd.microsoft.portable-executable"),
            (&[b"\x7fELF", &[1; 60][..]].concat(), "a.png", "application/x-executable"),
            (b"#!/bin/sh\nrm", "a.txt", "text/x-shellscript"),
            (b"<!DOCTYPE html><p>", "a.png", "text/html"),
            (b"hello <script>alert(1)</script>", "a.txt", "text/html"),
            (b"<svg xmlns='x'><script/></svg>", "a.png", "image/svg+xml"),
            (b"<?xml version='1.0'?><!-- x --><SVG/>", "a.xml", "image/svg+xml"),
            (b"<?xml version='1.0'?><order/>", "a.xml", "text/xml"),
            (ZIP, "a.zip", "application/zip"),
            (ZIP, "a.apk", "application/zip"),
            (ZIP, "a.XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (ZIP, "a.pdf", "application/zip"),
            (OLE, "a.doc", "application/msword"),
            (OLE, "a.msi", "application/x-ole-storage"),
            ("a,b\n1,二\n".as_bytes(), "a.csv", "text/plain"),
            (b"\xc4\xe3\xba\xc3 in GBK", "a.txt", "text/plain"),
            (b"\xff\xfeh\0i\0", "a.txt", "text/plain"),
            (b"", "a.txt", "text/plain"),
            (b"a\0b", "a.txt", "application/octet-stream"),
        ] {
            assert_eq!(Kind::of(head, name).mime, expected, "{name}: {}", head.escape_ascii());
        }
    }

    #[test]
    fn what_runs_is_not_allowed_unless_it_is_named() {
        let default: Vec<String> = Group::ALL.map(|group| group.name().to_owned()).into();
        for mime in ["text/html", "image/svg+xml", "text/x-shellscript", "application/octet-stream", "application/wasm"]
        {
            let kind = Kind::from_mime(mime);
            assert!(!kind.is_allowed(&default) && !is_inline(mime), "{mime}");
            assert!(kind.is_allowed(&[mime.to_owned()]));
        }
        for (_, mime, _) in KNOWN {
            assert!(Kind::from_mime(mime).is_allowed(&default), "{mime}");
        }
        assert!(!Kind::from_mime("image/png").is_allowed(&["text".to_owned()]));
        for (mime, expected) in
            [("image/png", true), ("audio/mpeg", true), ("application/pdf", false), ("text/plain", false)]
        {
            assert_eq!(is_inline(mime), expected, "{mime}");
        }
    }

    #[test]
    fn a_name_ends_as_its_content_does() {
        let named = |mime, name: &str| Kind::from_mime(mime).file_name(name);
        for (mime, name, expected) in [
            ("image/jpeg", "猫.JPEG", "猫.JPEG"),
            ("image/jpeg", "../../etc/cat.jpg", "cat.jpg"),
            ("image/jpeg", "C:\\Users\\x\\cat.jpg", "cat.jpg"),
            ("application/zip", "game.apk", "game.apk.zip"),
            ("text/plain", "run.bat", "run.bat.txt"),
            ("text/plain", "a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
            ("text/plain", "cat\u{202e}gpj.exe", "catgpj.exe.txt"),
            ("text/plain", ".htaccess", "htaccess.txt"),
            ("text/plain", "", "file.txt"),
            ("application/octet-stream", "x.exe", "x.exe.bin"),
        ] {
            assert_eq!(named(mime, name), expected);
        }
        let long = named("text/plain", &"猫".repeat(1000));
        assert!(long.len() <= MAX_NAME + 4 && long.ends_with("猫.txt"));
    }

    proptest::proptest! {
        #[test]
        fn any_head_has_a_kind_and_any_name_an_end(head in proptest::collection::vec(proptest::num::u8::ANY, 0..400), name in ".{0,300}") {
            let kind = Kind::of(&head, &name);
            let name = kind.file_name(&name);
            proptest::prop_assert!(!name.contains(['/', '\\', '\r', '\n', '\0']) && name.len() <= MAX_NAME + 9);
            proptest::prop_assert!(kind.extensions.contains(&extension(&name).unwrap().as_str()));
        }
    }
}
