//! The content of the review. Pure.

use super::pager::Paragraph;
use super::text::Line;
use crate::report::Report;
use crate::shell::{QUIET, WARNING};

/// The content of the review.
pub(super) struct Sheet<'a> {
    pub(super) report: &'a Report,
    /// Whether the project is only shown, not written.
    pub(super) is_dry: bool,
}

impl Sheet<'_> {
    /// What `w` does.
    pub(super) fn outcome(&self) -> &'static str {
        if self.is_dry { "finishes; nothing is written" } else { "writes the project; no other key does" }
    }

    /// `82 files, 431 KiB, 33 direct dependencies`
    pub(super) fn size(&self) -> String {
        let report = self.report;
        let bytes: usize = report.files.iter().map(|file| file.size).sum();
        let (files, size, crates) = (report.files.len(), bytes.div_ceil(1024), report.dependencies);
        format!("{files} files, {size} KiB, {crates} direct dependencies")
    }

    /// Everything beside the stack, as labels and texts.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let Report { services, ports, warnings, moved, replaced, resumed, stays, replay, path, .. } = self.report;
        let mut facts = vec![("writes", format!("{} into `{path}`", self.size()))];
        let names: Vec<&str> = services.iter().map(|service| service.name).collect();
        facts.push(("services", if names.is_empty() { "none".to_owned() } else { names.join(", ") }));
        if !ports.is_empty() {
            let ports: Vec<String> = ports.iter().map(|port| format!("{} ({})", port.number, port.purpose)).collect();
            facts.push(("ports", ports.join(", ")));
        }
        facts.extend(
            moved
                .iter()
                .map(|moved| ("note", format!("{} was replaced by {}: {}", moved.from, moved.to, moved.because))),
        );
        if let Some(first) = replaced.first() {
            let more = replaced.len() - 1;
            let more = if more == 0 { String::new() } else { format!(" and {more} more, listed under `f`") };
            facts.push(("replaces", format!("`{}`, kept as `{}`{more}", first.path, first.kept)));
        }
        let resumed = resumed.iter().map(|resumed| {
            let text = format!(
                "an earlier run was interrupted here; {} files exist, this run completes the project",
                resumed.present
            );
            ("note", text)
        });
        facts.extend(resumed);
        facts.extend(stays.iter().map(|stays| ("keeps", stays.summary())));
        facts.extend(warnings.iter().map(|warning| ("note", warning.clone())));
        facts.push(("again", replay.to_string()));
        facts
    }

    /// The details that do not fit the page.
    pub(super) fn everything(&self) -> Vec<Paragraph> {
        let Report { services, ports, .. } = self.report;
        let hung =
            |label: String, text: &str| Paragraph { label: Line::new(QUIET, label), indent: 14, text: text.to_owned() };
        let services = services.iter().map(|service| hung(service.name.to_owned(), service.purpose));
        let ports = ports.iter().map(|port| hung(format!("port {}", port.number), port.purpose));
        let keys = [
            ("w", self.outcome()),
            ("e", "changes any answer and returns here"),
            ("f", "lists every file, its size and the choice it comes from"),
            ("b", "goes back to the last question"),
            ("ctrl-c", "quits, and writes nothing"),
        ];
        let keys = keys.iter().map(|&(key, text)| hung(key.to_owned(), text));
        services.chain(ports).chain([Paragraph::line(Line::default())]).chain(keys).collect()
    }

    /// Every file; those that replace a file of the user first.
    pub(super) fn files(&self) -> Vec<Paragraph> {
        let replaced = self.report.replaced.iter();
        let replaced =
            replaced.map(|file| Line::new(WARNING, format!("replaces {}, kept as {}", file.path, file.kept)));
        let all = self.report.listing().into_iter().map(|line| Line::plain(line.trim_start()));
        let stays = self.report.stays.iter().flat_map(|stays| stays.lines());
        let stays = stays.skip(1).map(|line| Line::plain(line.trim_start()));
        replaced.chain(stays).chain(all).map(Paragraph::line).collect()
    }
}
