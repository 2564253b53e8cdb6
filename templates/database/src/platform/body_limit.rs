//! How large a body may be, as a setting.

use bytesize::ByteSize;

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Largest request body, from 512KiB to 64MiB
    #[arg(long, env, default_value = "1MiB", value_parser = read)]
    pub body_limit: ByteSize,
}

/// Every request of the API as it is described fits 512 KiB, and more than 64 MiB is not held of all bodies together.
///
/// # Errors
/// If the text is no size, or out of these bounds.
pub fn read(text: &str) -> Result<ByteSize, &'static str> {
    let size = text.parse().ok().filter(|size| (ByteSize::kib(512)..=ByteSize::mib(64)).contains(size));
    size.ok_or("not a size from 512KiB to 64MiB, such as 1MiB")
}
