//! Reads the entries of the journal.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::super::{Root, refused};
use super::{Change, DONE, JOURNAL, Journal, Made, NEW, OLD, Sides, UNDO};
use crate::error::Error;
use crate::merge::File;

impl Root {
    /// The number of a change that was interrupted and that the next command finishes.
    pub fn interrupted(&self) -> Option<u32> {
        self.numbers().into_iter().find(|number| self.entry(*number).join(JOURNAL).is_file())
    }

    pub(super) fn made(&self, number: u32) -> Result<Made, Error> {
        let Journal { title, kind, files } = self.journal(number, DONE)?;
        let mut sides = BTreeMap::new();
        for (path, states) in files {
            let kept = |folder: &str, is_there: bool| match is_there {
                true => self.kept(number, folder, &path).map(Some),
                false => Ok(None),
            };
            let (old, new) = (kept(OLD, states.old.is_some())?, kept(NEW, states.new.is_some())?);
            let mode = old.as_ref().map(|(_, mode)| *mode);
            sides.insert(path, Sides { old: old.map(|(file, _)| file), new: new.map(|(file, _)| file), mode });
        }
        Ok(Made { number, change: Change { title, kind, files: sides } })
    }

    fn kept(&self, number: u32, folder: &str, path: &Utf8Path) -> Result<(File, u32), Error> {
        let at = self.entry(number).join(folder).join(path);
        let shown = || format!("{UNDO}/{number}/{folder}/{path}");
        let bytes = fs::read(&at).map_err(refused("read", shown()))?;
        let mode = fs::metadata(&at).map_err(refused("look at", shown()))?.permissions().mode() & 0o777;
        Ok((File { bytes, executable: mode & 0o100 != 0 }, mode))
    }

    pub(super) fn journal(&self, number: u32, name: &str) -> Result<Journal, Error> {
        let shown = format!("{UNDO}/{number}/{name}");
        let text = fs::read(self.entry(number).join(name)).map_err(refused("read", &shown))?;
        let journal: Journal =
            serde_json::from_slice(&text).map_err(|error| refused("read", &shown)(io::Error::from(error)))?;
        let is_inside = |path: &Utf8PathBuf| path.components().all(|part| matches!(part, Utf8Component::Normal(_)));
        match journal.files.keys().all(is_inside) {
            true => Ok(journal),
            false => Err(refused("read", shown)(ErrorKind::InvalidData.into())),
        }
    }

    pub(super) fn entry(&self, number: u32) -> PathBuf {
        self.place.join(UNDO).join(number.to_string())
    }

    /// The numbers of all entries, sorted.
    pub(super) fn numbers(&self) -> Vec<u32> {
        let entries = fs::read_dir(self.place.join(UNDO)).into_iter().flatten().flatten();
        let mut numbers: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        numbers.sort_unstable();
        numbers
    }
}
