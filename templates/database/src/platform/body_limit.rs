//! The setting `BODY_LIMIT`.

use bytesize::ByteSize;

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Largest request body, from 512KiB to 32MiB
    #[arg(long, env, default_value = "1MiB", value_parser = read)]
    pub body_limit: ByteSize,
}

/// Parses a size. Every request in the API description fits 512 KiB. All bodies share 64 MiB, which must hold one of the
/// largest size with what its chunks take.
///
/// # Errors
/// If the text is not a size, or out of these bounds.
pub fn read(text: &str) -> Result<ByteSize, &'static str> {
    let size = text.parse().ok().filter(|size| (ByteSize::kib(512)..=ByteSize::mib(32)).contains(size));
    size.ok_or("not a size from 512KiB to 32MiB, such as 1MiB")
}
