//! A team that edits the files of a project, in memory.

use std::collections::BTreeMap;

use camino::Utf8Path;
use restwell::merge::{File, Files};

/// Whether a file, by path, has a text.
pub(super) type Anchors = BTreeMap<(String, String), bool>;

pub(super) struct Team {
    pub(super) files: Files,
    pub(super) anchors: Anchors,
}

impl Team {
    pub(super) fn text(&self, path: &str) -> Option<String> {
        let file = self.files.get(Utf8Path::new(path))?;
        Some(String::from_utf8(file.bytes.clone()).expect("generated files are text"))
    }

    pub(super) fn write(&mut self, path: &str, text: &str) {
        let executable = self.files.get(Utf8Path::new(path)).is_some_and(|file| file.executable);
        self.files.insert(path.into(), File { bytes: text.into(), executable });
    }

    /// Replaces the first occurrence.
    pub(super) fn replace(&mut self, path: &str, old: &str, new: &str) {
        let text = self.text(path);
        let found = text.as_ref().is_some_and(|text| text.contains(old));
        *self.anchors.entry((path.to_owned(), old.to_owned())).or_default() |= found;
        if let Some(text) = text {
            self.write(path, &text.replacen(old, new, 1));
        }
    }

    pub(super) fn after(&mut self, path: &str, line: &str, new: &str) {
        self.replace(path, &format!("{line}\n"), &format!("{line}\n{new}"));
    }

    pub(super) fn before(&mut self, path: &str, line: &str, new: &str) {
        self.replace(path, &format!("{line}\n"), &format!("{new}{line}\n"));
    }

    /// Adds a module to a sorted list.
    pub(super) fn declare(&mut self, path: &str, module: &str) {
        let keyword = module.rsplit_once(' ').map_or(module, |(keyword, _)| keyword);
        let text = self.text(path).expect("every project has it");
        let later = |line: &&str| line.starts_with(&format!("{keyword} ")) && *line > module;
        let place = text.split_inclusive('\n').find(later).and_then(|line| text.find(line)).unwrap_or(text.len());
        self.write(path, &format!("{}{module}{}", &text[..place], &text[place..]));
    }

    pub(super) fn append(&mut self, path: &str, new: &str) {
        if let Some(text) = self.text(path) {
            self.write(path, &(text + new));
        }
    }

    pub(super) fn delete(&mut self, path: &str) {
        self.files.remove(Utf8Path::new(path));
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) {
        if let Some(file) = self.files.remove(Utf8Path::new(from)) {
            self.files.insert(to.into(), file);
        }
    }
}
