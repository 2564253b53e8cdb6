//! Lists the files of `migrations/` for `src/platform/migrations.rs`, which compiles them into the binary.
//!
//! `sqlx::migrate!` would do the same, but with sqlx's macros the database driver and its dependencies are compiled a
//! second time for the build host, a quarter of the time of a first build.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=migrations");
    let mut list = String::new();
    for entry in fs::read_dir("migrations")? {
        let file = entry?.file_name().into_string().expect("migrations have names of plain text");
        let Some((version, name)) = file.split_once('_').filter(|_| file.ends_with(".sql")) else { continue };
        let version: i64 = version.parse().unwrap_or_else(|_| panic!("migrations/{file} does not begin with a number"));
        let path = format!("/migrations/{file}");
        list += &format!("({version}, {name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),\n");
    }
    let folder = env::var_os("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&folder).join("migrations.rs"), format!("&[\n{list}]"))
}
