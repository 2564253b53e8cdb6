//! Reads a base. What does not match exactly is a [`Fault`], never a guess.

use std::collections::BTreeMap;

use camino::{Utf8Component, Utf8PathBuf};

use super::{Base, Entry, FORMAT, Fault, MIXED, RESOURCE, digest};
use crate::plan::check_resources;
use crate::resource::Resource;
use crate::tree::sha256;
use crate::variants;

/// The text, and what of it is not read yet.
struct Cursor<'a> {
    text: &'a [u8],
    rest: &'a [u8],
}

pub(super) fn base(text: &[u8]) -> Result<Base, Fault> {
    let mut cursor = Cursor { text, rest: text };
    if cursor.line() != Some(FORMAT) {
        return Err(Fault::Format);
    }
    let version = cursor.field("restwell ")?.to_owned();
    let id = cursor.field("stack ")?;
    let stack = variants::with_id(id).ok_or_else(|| Fault::Stack(id.to_owned()))?;
    let resources = cursor.resources()?;
    let recorded = cursor.field("digest ")?;
    let entries = cursor.entries()?;
    // The hash of a file that is gone is not kept, so the digest cannot be computed with one.
    let is_whole = entries.values().all(|entry| *entry != Entry::Gone);
    if recorded != MIXED && is_whole && digest(&entries) != recorded {
        return Err(Fault::Digest);
    }
    Ok(Base { version, stack, resources, digest: (recorded != MIXED).then(|| recorded.to_owned()), entries })
}

impl<'a> Cursor<'a> {
    fn line(&mut self) -> Option<&'a str> {
        let end = self.rest.iter().position(|&byte| byte == b'\n').map_or(self.rest.len(), |end| end + 1);
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest;
        str::from_utf8(line.strip_suffix(b"\n")?).ok()
    }

    /// That the line which was read last is wrong.
    fn wrong(&self) -> Fault {
        let read = &self.text[..self.text.len() - self.rest.len()];
        let lines = read.split_inclusive(|&byte| byte == b'\n');
        match lines.clone().next_back() {
            Some(line) if line.starts_with(b"<<<<<<<") => Fault::Merged,
            _ => Fault::Line(lines.count()),
        }
    }

    fn field(&mut self, name: &str) -> Result<&'a str, Fault> {
        self.line().and_then(|line| line.strip_prefix(name)).ok_or_else(|| self.wrong())
    }

    fn resources(&mut self) -> Result<Vec<Resource>, Fault> {
        let mut resources = Vec::new();
        while self.rest.starts_with(RESOURCE.as_bytes()) {
            let text = self.field(RESOURCE)?;
            let resource = text.parse().map_err(|_| Fault::Resource(text.to_owned()))?;
            resources.push(resource);
        }
        match check_resources(&resources) {
            Ok(()) => Ok(resources),
            Err(_) => Err(Fault::Resource(resources.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))),
        }
    }

    fn entries(&mut self) -> Result<BTreeMap<Utf8PathBuf, Entry>, Fault> {
        let mut entries = BTreeMap::new();
        while !self.rest.is_empty() {
            let (path, entry) = self.entry()?;
            let is_inside = path.components().all(|part| matches!(part, Utf8Component::Normal(_)));
            let is_next = entries.last_key_value().is_none_or(|(last, _)| *last < path);
            if path.as_str().is_empty() || !is_inside || !is_next {
                return Err(self.wrong());
            }
            entries.insert(path, entry);
        }
        Ok(entries)
    }

    fn entry(&mut self) -> Result<(Utf8PathBuf, Entry), Fault> {
        let (kind, rest) = self.line().and_then(|line| line.split_once(' ')).ok_or_else(|| self.wrong())?;
        // A path may contain spaces; the other fields do not.
        match (kind, rest.rsplit(' ').collect::<Vec<_>>().as_slice()) {
            ("gone", _) => Ok((rest.into(), Entry::Gone)),
            ("hash", &[mode, sha256, ..]) => {
                let executable = executable(mode).ok_or_else(|| self.wrong())?;
                let path = before(rest, 2).ok_or_else(|| self.wrong())?;
                Ok((path.into(), Entry::Hash { sha256: sha256.to_owned(), executable }))
            }
            ("file", &[sha256, version, mode, length, ..]) => {
                let path = Utf8PathBuf::from(before(rest, 4).ok_or_else(|| self.wrong())?);
                let executable = executable(mode).ok_or_else(|| self.wrong())?;
                let length: usize = length.parse().map_err(|_| self.wrong())?;
                let bytes = self.content(length, sha256).ok_or_else(|| Fault::Content(path.clone()))?;
                let (sha256, version) = (sha256.to_owned(), version.to_owned());
                Ok((path, Entry::Text { bytes: bytes.to_owned(), sha256, executable, version }))
            }
            _ => Err(self.wrong()),
        }
    }

    /// The next `length` bytes, which have this hash and are followed by a line end.
    fn content(&mut self, length: usize, expected: &str) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest.strip_prefix(b"\n")?;
        (sha256(bytes) == expected).then_some(bytes)
    }
}

fn executable(mode: &str) -> Option<bool> {
    ["644", "755"].iter().position(|&known| known == mode).map(|index| index == 1)
}

/// `text` without its last `fields` fields.
fn before(text: &str, fields: usize) -> Option<&str> {
    text.rmatch_indices(' ').nth(fields - 1).map(|(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::VERSION;

    const STACK: &str = "sqlite-memory-memory-none-none-prometheus-compose-github";

    fn parse(entries: &str) -> Result<Base, Fault> {
        base(format!("restwell-base 1\nrestwell {VERSION}\nstack {STACK}\ndigest mixed\n{entries}").as_bytes())
    }

    #[test]
    fn what_does_not_match_is_a_fault() {
        let hash = sha256(b"one\n");
        let file = |length: &str, hash: &str| parse(&format!("file a b {length} 644 0.1.0 {hash}\none\n\n"));
        assert!(file("4", &hash).expect("valid").entries.contains_key(camino::Utf8Path::new("a b")));
        assert_eq!(file("3", &hash), Err(Fault::Content("a b".into())));
        assert_eq!(file("5", &hash), Err(Fault::Content("a b".into())));
        assert_eq!(file("99", &hash), Err(Fault::Content("a b".into())));
        assert_eq!(file("4", &sha256(b"two\n")), Err(Fault::Content("a b".into())));
        assert_eq!(file("four", &hash), Err(Fault::Line(5)));
        assert_eq!(parse(&format!("hash Cargo.lock {hash} 600\n")), Err(Fault::Line(5)));
        assert_eq!(parse("gone ../a\n"), Err(Fault::Line(5)));
        assert_eq!(parse("gone /a\n"), Err(Fault::Line(5)));
        assert_eq!(parse("gone b\ngone a\n"), Err(Fault::Line(6)));
        assert_eq!(parse("gone b\ngone b\n"), Err(Fault::Line(6)));
        assert_eq!(parse("gone b"), Err(Fault::Line(5)));
        assert_eq!(parse("went b\n"), Err(Fault::Line(5)));
    }

    #[test]
    fn the_header_is_checked() {
        let text = |format: &str, stack: &str, digest: &str| {
            base(format!("{format}\nrestwell 9.0.0\nstack {stack}\ndigest {digest}\n").as_bytes())
        };
        assert!(text("restwell-base 1", STACK, "mixed").is_ok());
        assert_eq!(text("restwell-base 2", STACK, "mixed"), Err(Fault::Format));
        assert_eq!(text("restwell-base 1", "oracle", "mixed"), Err(Fault::Stack("oracle".into())));
        assert_eq!(text("restwell-base 1", STACK, "00ff"), Err(Fault::Digest));
        assert_eq!(base(b""), Err(Fault::Format));
        assert_eq!(base(b"restwell-base 1\r\n"), Err(Fault::Format));
    }
}
