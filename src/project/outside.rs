//! Path dependencies that lead out of a project. In a copy of it, which is in another place, their paths are absolute.

use camino::Utf8Path;
use toml_edit::{DocumentMut, TableLike, value};

use crate::disk::within;
use crate::merge::Files;

/// The files with a path for each such dependency that also holds in a copy. `root` is the directory of the project.
pub(super) fn with_absolute_paths(root: &Utf8Path, files: &Files) -> Files {
    let mut files = files.clone();
    for (path, file) in files.iter_mut().filter(|(path, _)| path.file_name() == Some("Cargo.toml")) {
        let Ok(Ok(mut manifest)) = str::from_utf8(&file.bytes).map(str::parse::<DocumentMut>) else { continue };
        let folder = path.parent().unwrap_or(Utf8Path::new(""));
        make_absolute(manifest.as_table_mut(), root, folder);
        file.bytes = manifest.to_string().into_bytes();
    }
    files
}

/// Changes every `path` below this table, also those of targets, of which none leads out of a project.
fn make_absolute(table: &mut dyn TableLike, root: &Utf8Path, folder: &Utf8Path) {
    for (key, item) in table.iter_mut() {
        if let Some(path) = item.as_str()
            && key == "path"
            && Utf8Path::new(path).is_relative()
            && within(folder, Utf8Path::new(path)).is_none()
        {
            *item = value(root.join(folder).join(path).into_string());
        } else if let Some(table) = item.as_table_like_mut() {
            make_absolute(table, root, folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::File;

    #[test]
    fn only_paths_that_lead_out_of_the_project_become_absolute() {
        let manifest = "[dependencies]\n\
                        shared = { path = \"../shared\", version = \"1\" } # ours\n\
                        inner = { path = \"crates/inner\" }\n\
                        [patch.crates-io.sqlx]\n\
                        path = \"crates/../../sqlx\"\n\
                        [[bin]]\n\
                        path = \"src/main.rs\"\n";
        let member = "[dependencies]\nshared = { path = \"../../../shared\" }\nroot = { path = \"../..\" }\n";
        let file = |text: &str| File { bytes: text.into(), executable: false };
        let files =
            Files::from([("Cargo.toml".into(), file(manifest)), ("crates/inner/Cargo.toml".into(), file(member))]);
        let changed = with_absolute_paths(Utf8Path::new("/home/shop"), &files);
        let text = |path: &str| String::from_utf8(changed[Utf8Path::new(path)].bytes.clone()).expect("text");
        assert_eq!(
            text("Cargo.toml"),
            manifest
                .replace("\"../shared\"", "\"/home/shop/../shared\"")
                .replace("\"crates/../../sqlx\"", "\"/home/shop/crates/../../sqlx\"")
        );
        assert_eq!(
            text("crates/inner/Cargo.toml"),
            member.replace("\"../../../shared\"", "\"/home/shop/crates/inner/../../../shared\"")
        );
    }
}
