//! Looking at pictures: how large they are, and a small one of each. Decoding is bounded in pixels, memory and time, as a
//! few bytes may stand for a picture of any size.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom, Write as _},
    path::Path,
    time::{Duration, Instant},
};

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder};
use tempfile::NamedTempFile;

/// Width and height of the box that a thumbnail fills one way.
const THUMBNAIL_BOX: u32 = 320;
/// From 1 to 100.
const JPEG_QUALITY: u8 = 80;
/// What decoders may allocate for a pixel; a picture of 16 bits and four channels has eight.
const BYTES_PER_PIXEL: u64 = 8;

/// How much work a picture may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PictureLimits {
    /// Pixels of a picture; one with more is refused.
    pub(super) pixels: u64,
    /// Pixels of a picture of which there is a thumbnail.
    pub(super) thumbnail_pixels: u64,
    /// How long it may take.
    pub(super) time: Duration,
}

/// A picture is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the picture has {width} x {height} pixels, which is too many")]
pub(crate) struct TooManyPixels {
    width: u32,
    height: u32,
}

/// What a picture is like.
#[derive(Debug)]
pub(super) struct Picture {
    /// Width and height as it is shown, in pixels.
    pub(super) pixels: (u32, u32),
    pub(super) thumbnail: Option<Thumbnail>,
}

/// A small picture.
#[derive(Debug)]
pub(super) struct Thumbnail {
    pub(super) file: NamedTempFile,
    pub(super) mime: &'static str,
    pub(super) extension: &'static str,
    /// Bytes.
    pub(super) size: u64,
}

/// Looks at the picture in `path`, which is as `mime` says. None if it cannot be read: that is no reason to refuse a
/// file. Thumbnails are made in `folder`. To be called where waiting is allowed.
///
/// # Errors
/// [`TooManyPixels`].
pub(super) fn look(
    path: &Path,
    mime: &str,
    folder: &Path,
    limits: PictureLimits,
) -> Result<Option<Picture>, TooManyPixels> {
    let format = match mime {
        "image/jpeg" => ImageFormat::Jpeg,
        "image/png" => ImageFormat::Png,
        "image/gif" => ImageFormat::Gif,
        "image/webp" => ImageFormat::WebP,
        _ => return Ok(None),
    };
    let until = Instant::now() + limits.time;
    let Some((width, height)) = dimensions(path, format, until) else { return Ok(None) };
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limits.pixels {
        return Err(TooManyPixels { width, height });
    }
    let bare = Picture { pixels: (width, height), thumbnail: None };
    if pixels > limits.thumbnail_pixels {
        return Ok(Some(bare));
    }
    let whole = decode(path, format, limits.thumbnail_pixels, until);
    Ok(Some(whole.map_or(bare, |whole| Picture {
        pixels: (whole.width(), whole.height()),
        thumbnail: thumbnail(&whole, folder),
    })))
}

fn dimensions(path: &Path, format: ImageFormat, until: Instant) -> Option<(u32, u32)> {
    ImageReader::with_format(open(path, until).ok()?, format).into_dimensions().ok()
}

/// The picture, or the first of an animated one, turned as its camera was held.
fn decode(path: &Path, format: ImageFormat, pixels: u64, until: Instant) -> Option<DynamicImage> {
    let mut reader = ImageReader::with_format(open(path, until).ok()?, format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(pixels.saturating_mul(BYTES_PER_PIXEL));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().ok();
    let mut whole = DynamicImage::from_decoder(decoder).ok()?;
    if let Some(orientation) = orientation {
        whole.apply_orientation(orientation);
    }
    Some(whole)
}

/// A small picture of `whole`; none if it is small already.
fn thumbnail(whole: &DynamicImage, folder: &Path) -> Option<Thumbnail> {
    if whole.width() <= THUMBNAIL_BOX && whole.height() <= THUMBNAIL_BOX {
        return None;
    }
    let small = whole.thumbnail(THUMBNAIL_BOX, THUMBNAIL_BOX);
    let mut encoded = io::Cursor::new(Vec::new());
    let (mime, extension) = if small.color().has_alpha() {
        DynamicImage::from(small.to_rgba8()).write_to(&mut encoded, ImageFormat::Png).ok()?;
        ("image/png", "png")
    } else {
        small.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut encoded, JPEG_QUALITY)).ok()?;
        ("image/jpeg", "jpg")
    };
    let encoded = encoded.into_inner();
    let mut file = NamedTempFile::new_in(folder).ok()?;
    file.write_all(&encoded).ok()?;
    Some(Thumbnail { file, mime, extension, size: encoded.len() as u64 })
}

fn open(path: &Path, until: Instant) -> io::Result<BufReader<Hurried>> {
    Ok(BufReader::new(Hurried { file: File::open(path)?, until }))
}

/// A file that cannot be read any more when the time is over: what decoders have instead of a deadline.
struct Hurried {
    file: File,
    until: Instant,
}

impl Read for Hurried {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.file.read(buffer)
    }
}

impl Seek for Hurried {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use image::{GenericImageView as _, Rgba, RgbaImage};

    use super::*;

    const LIMITS: PictureLimits =
        PictureLimits { pixels: 1_000_000, thumbnail_pixels: 500_000, time: Duration::from_secs(600) };

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut whole = RgbaImage::from_pixel(width, height, Rgba([200, 10, 10, 255]));
        whole.put_pixel(0, 0, Rgba([0, 0, 0, 0]));
        let mut bytes = io::Cursor::new(Vec::new());
        let whole = DynamicImage::from(whole);
        let whole = if format == ImageFormat::Jpeg { DynamicImage::from(whole.to_rgb8()) } else { whole };
        whole.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn looked(bytes: &[u8], mime: &str, limits: PictureLimits) -> Result<Option<Picture>, TooManyPixels> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture");
        fs::write(&path, bytes).unwrap();
        let found = look(&path, mime, folder.path(), limits);
        if let Ok(Some(Picture { thumbnail: Some(thumbnail), .. })) = &found {
            let bytes = fs::read(thumbnail.file.path()).unwrap();
            assert_eq!(bytes.len() as u64, thumbnail.size);
            let small = image::load_from_memory(&bytes).unwrap();
            assert_eq!(small.dimensions(), (320, 160));
        }
        found
    }

    #[test]
    fn a_picture_has_its_size_and_a_thumbnail() {
        for (format, mime, thumbnail) in [
            (ImageFormat::Jpeg, "image/jpeg", "jpg"),
            (ImageFormat::Png, "image/png", "png"),
            (ImageFormat::Gif, "image/gif", "png"),
            (ImageFormat::WebP, "image/webp", "png"),
        ] {
            let found = looked(&picture(640, 320, format), mime, LIMITS).unwrap().unwrap();
            assert_eq!(found.pixels, (640, 320));
            assert_eq!(found.thumbnail.unwrap().extension, thumbnail, "{mime}");
            let small = looked(&picture(20, 30, format), mime, LIMITS).unwrap().unwrap();
            assert_eq!((small.pixels, small.thumbnail.is_none()), ((20, 30), true));
        }
    }

    #[test]
    fn a_picture_stands_as_its_camera_was_held() {
        let jpeg = picture(320, 640, ImageFormat::Jpeg);
        // APP1 with one entry of IFD0: orientation 6, to be turned right (Exif 2.32, 4.6.4).
        let exif = b"\xFF\xE1\0\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let turned = [&jpeg[..2], exif, &jpeg[2..]].concat();
        assert_eq!(looked(&turned, "image/jpeg", LIMITS).unwrap().unwrap().pixels, (640, 320));
    }

    #[test]
    fn work_is_bounded() {
        let png = picture(640, 320, ImageFormat::Png);
        let refused = looked(&png, "image/png", PictureLimits { pixels: 640 * 320 - 1, ..LIMITS });
        assert_eq!(refused.unwrap_err(), TooManyPixels { width: 640, height: 320 });
        for limits in [
            PictureLimits { thumbnail_pixels: 640 * 320 - 1, ..LIMITS },
            // What a picture unpacks to is bounded whatever its header says.
            PictureLimits { thumbnail_pixels: 640 * 320, ..LIMITS },
        ] {
            let found = looked(&png, "image/png", limits).unwrap().unwrap();
            assert_eq!(found.thumbnail.is_some(), limits.thumbnail_pixels == 640 * 320);
        }
        let late = looked(&png, "image/png", PictureLimits { time: Duration::ZERO, ..LIMITS });
        assert!(late.unwrap().is_none(), "there was no time to look");
    }

    #[test]
    fn a_bomb_is_refused_by_what_its_header_says() {
        let mut png = picture(8, 8, ImageFormat::Png);
        png[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        let crc = crc32(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(looked(&png, "image/png", LIMITS).unwrap_err(), TooManyPixels { width: 65_536, height: 65_536 });
        let mut gif = picture(8, 8, ImageFormat::Gif);
        gif[6..10].copy_from_slice(&[0xFF; 4]);
        assert_eq!(looked(&gif, "image/gif", LIMITS).unwrap_err(), TooManyPixels { width: 65_535, height: 65_535 });
    }

    /// As PNG has it (ISO 15948, annex D).
    fn crc32(bytes: &[u8]) -> u32 {
        let step = |crc: u32, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
        !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
    }

    #[test]
    fn what_cannot_be_read_is_no_picture() {
        let whole = picture(640, 320, ImageFormat::Png);
        for bytes in [&b"\x89PNG\r\n\x1a\n"[..], b"", &whole[..20]] {
            assert!(looked(bytes, "image/png", LIMITS).unwrap().is_none());
        }
        let cut = looked(&whole[..whole.len() / 2], "image/png", LIMITS).unwrap();
        assert!(cut.is_some_and(|picture| picture.thumbnail.is_none()), "half a picture has a size");
        assert!(looked(&whole, "image/tiff", LIMITS).unwrap().is_none());
    }
}
