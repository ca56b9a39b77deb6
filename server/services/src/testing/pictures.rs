//! Pictures to upload.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageFormat};

/// A gray picture as a program writes it; `kind` is how the names of such files end, such as `webp`.
pub fn picture(kind: &str, width: u32, height: u32) -> Vec<u8> {
    let kind = ImageFormat::from_extension(kind).unwrap();
    let shades = image::RgbImage::from_fn(width, height, |x, _| image::Rgb([(x % 256) as u8; 3]));
    let mut file = Cursor::new(Vec::new());
    shades.write_to(&mut file, kind).unwrap();
    file.into_inner()
}

/// A small file that is a picture of 128 MiB.
pub fn bomb() -> Vec<u8> {
    let mut file = Vec::new();
    let writer = PngEncoder::new_with_quality(&mut file, CompressionType::Best, FilterType::NoFilter);
    DynamicImage::new_rgba16(4096, 4096).write_with_encoder(writer).unwrap();
    file
}
