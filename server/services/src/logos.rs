//! Logos: pictures that people upload, decoded within bounds, scaled down and written anew as PNG.

use std::io::Cursor;

use aws_lc_rs::digest;
use image::{ImageFormat, ImageReader, Limits};

use crate::secret::hex;
use crate::{Refusal, Services, Verb};

/// Bytes of an upload.
pub const MOST_BYTES: usize = 256 * 1024;
/// Pixels of an upload on each side.
const MOST_SIDE: u32 = 4096;
/// Bytes that decoding may take.
const MOST_MEMORY: u64 = 96 * 1024 * 1024;
/// Pixels of a kept logo on its longer side.
pub const SIDE: u32 = 128;

/// A picture as it is kept: PNG, named by the SHA-256 of its bytes.
pub struct Logo {
    pub digest: String,
    pub png: Vec<u8>,
}

/// Reads PNG, JPEG or WebP by what the bytes say, whatever the upload was called. What a picture may hide beside its
/// pixels does not survive.
///
/// # Errors
/// Beside `logo`: `logo_too_large` with the bound in bytes, `logo_format`, `logo_too_wide` with the bound in pixels,
/// `logo_broken`.
pub fn read(bytes: &[u8]) -> Verb<Logo> {
    let refused = |code: &str| Refusal::field("logo", code);
    if bytes.len() > MOST_BYTES {
        return Err(Refusal::field_because("logo", "logo_too_large", MOST_BYTES));
    }
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| refused("logo_format"))?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
        return Err(refused("logo_format"));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| match error {
        image::ImageError::Limits(_) => Refusal::field_because("logo", "logo_too_wide", MOST_SIDE),
        _ => refused("logo_broken"),
    })?;
    let small = picture.width() <= SIDE && picture.height() <= SIDE;
    let picture = if small { picture } else { picture.resize(SIDE, SIDE, image::imageops::FilterType::Lanczos3) };
    let mut png = Vec::new();
    // Eight bits in RGBA: color profiles, texts and the rest stay behind.
    let written = picture.into_rgba8().write_to(&mut Cursor::new(&mut png), ImageFormat::Png);
    written.map_err(|_| refused("logo_broken"))?;
    Ok(Logo { digest: hex(digest::digest(&digest::SHA256, &png).as_ref()), png })
}

/// The same away from the threads that answer requests: decoding takes a while.
///
/// # Errors
/// As [`read`].
pub(crate) async fn read_aside(bytes: Vec<u8>) -> Verb<Logo> {
    let read = tokio::task::spawn_blocking(move || read(&bytes)).await;
    read.unwrap_or_else(|_| Err(Refusal::field("logo", "logo_broken")))
}

/// The PNG of that digest, for anybody: a digest is only known to who saw the page.
pub async fn get(services: &Services, digest: &str) -> Verb<Option<Vec<u8>>> {
    if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(None);
    }
    let mut tx = services.store.read().await?;
    Ok(store::applications::logo(&mut tx, digest).await?)
}
