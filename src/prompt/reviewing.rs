//! The page before anything is written: the project in less than a screen, and one key that writes it.

use anstyle::Style;

use super::key::Key;
use super::page::{Head, Page};
use super::pager::{Pager, Paragraph};
use super::terminal::Size;
use super::text::{Line, hang, wrap};
use crate::report::Report;
use crate::shell::{QUIET, STRONG, WARNING};

/// A project as it is reviewed.
pub(super) struct Sheet {
    pub(super) report: Report,
    /// How many crates it depends on directly.
    pub(super) crates: usize,
}

/// What the user wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Write,
    Edit,
    Back,
}

pub(super) struct Reviewing<'a> {
    sheet: &'a Sheet,
    /// The files, or everything there is to say.
    open: Option<Pager>,
    /// The first line that is shown where the screen is too small for all.
    top: usize,
}

const INDENT: usize = 10;

impl Sheet {
    /// `82 files, 431 KiB, 33 crates`
    pub(super) fn size(&self) -> String {
        let Self { report, crates } = self;
        let bytes: usize = report.files.iter().map(|file| file.size).sum();
        format!("{} files, {} KiB, {crates} direct dependencies", report.files.len(), bytes.div_ceil(1024))
    }

    /// What stands beside the stack: a label and a text each.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let Report { services, ports, warnings, moved, replaced, resumed, stays, replay, path, .. } = &self.report;
        let mut facts = vec![("writes", format!("{} into `{path}`", self.size()))];
        let names: Vec<&str> = services.iter().map(|service| service.name).collect();
        facts.push(("services", if names.is_empty() { "none".to_owned() } else { names.join(", ") }));
        if !ports.is_empty() {
            let ports: Vec<String> = ports.iter().map(|port| format!("{} ({})", port.number, port.purpose)).collect();
            facts.push(("ports", ports.join(", ")));
        }
        facts.extend(
            moved.iter().map(|moved| ("note", format!("{} gave way to {}: {}", moved.from, moved.to, moved.because))),
        );
        if let Some(first) = replaced.first() {
            let more = replaced.len() - 1;
            let more = if more == 0 { String::new() } else { format!(" and {more} more, listed under `f`") };
            facts.push(("replaces", format!("`{}`, kept as `{}`{more}", first.path, first.kept)));
        }
        let resumed = resumed.iter().map(|resumed| {
            let text = format!(
                "an earlier run was interrupted here; {} files are in place, this run completes it",
                resumed.present
            );
            ("note", text)
        });
        facts.extend(resumed);
        facts.extend(stays.iter().map(|stays| ("stays", stays.summary())));
        facts.extend(warnings.iter().map(|warning| ("note", warning.clone())));
        facts.push(("again", replay.to_string()));
        facts
    }

    /// What the screen has no room for.
    fn everything(&self) -> Vec<Paragraph> {
        let Report { services, ports, .. } = &self.report;
        let hung =
            |label: String, text: &str| Paragraph { label: Line::new(QUIET, label), indent: 14, text: text.to_owned() };
        let services = services.iter().map(|service| hung(service.name.to_owned(), service.purpose));
        let ports = ports.iter().map(|port| hung(format!("port {}", port.number), port.purpose));
        let keys = [
            ("w", "writes the project; no other key does"),
            ("e", "changes any answer and comes back here"),
            ("f", "lists every file, its size and the choice it comes from"),
            ("b", "goes back to the last question"),
            ("ctrl-c", "leaves, and writes nothing"),
        ];
        let keys = keys.iter().map(|&(key, text)| hung(key.to_owned(), text));
        services.chain(ports).chain([Paragraph::line(Line::default())]).chain(keys).collect()
    }

    /// Every file, those that replace one of the user's first.
    fn files(&self) -> Vec<Paragraph> {
        let replaced = self.report.replaced.iter();
        let replaced =
            replaced.map(|file| Line::new(WARNING, format!("replaces {}, kept as {}", file.path, file.kept)));
        let all = self.report.listing().into_iter().map(|line| Line::plain(line.trim_start()));
        let stays = self.report.stays.iter().flat_map(|stays| stays.lines());
        let stays = stays.skip(1).map(|line| Line::plain(line.trim_start()));
        replaced.chain(stays).chain(all).map(Paragraph::line).collect()
    }
}

impl<'a> Reviewing<'a> {
    pub(super) fn new(sheet: &'a Sheet) -> Self {
        Self { sheet, open: None, top: 0 }
    }

    fn head(&self) -> Head {
        let keys = vec!["w write", "e change", "f files", "b back", "? more", "ctrl-c leave"];
        Head { subject: self.sheet.report.name.clone(), place: "review".into(), keys }
    }

    fn pager(&self, place: &str, paragraphs: Vec<Paragraph>) -> Pager {
        Pager::new(&self.sheet.report.name, place, paragraphs)
    }

    /// The stack, one value a line or, where there is no room, in one paragraph.
    fn stack(&self, is_short: bool, width: usize) -> Vec<Line> {
        let origins = &self.sheet.report.origins;
        if is_short {
            let values: Vec<String> =
                origins.iter().map(|(value, _)| format!("{} {}", value.choice().id(), value.id())).collect();
            return wrap(&values.join(", "), width).into_iter().map(Line::plain).collect();
        }
        let line = |&(value, origin): &crate::stack::Answer| {
            Line::plain(format!("{:<12}", value.choice().id()))
                .then(STRONG, format!("{:<12}", value.id()))
                .then(QUIET, origin.id())
                .fit(width)
        };
        origins.iter().map(line).collect()
    }

    fn facts(&self, width: usize) -> Vec<Line> {
        let hung = |(label, text): (&str, String)| {
            let style = if label == "note" { WARNING } else { QUIET };
            hang(&Line::new(style, label), INDENT, Style::new(), &text, width)
        };
        self.sheet.facts().into_iter().flat_map(hung).collect()
    }

    fn question() -> Line {
        Line::new(STRONG, "Press w to write it.")
    }

    /// As much as there is room for, and the keys at the end.
    fn scrolled(&mut self, mut lines: Vec<Line>, size: Size) -> Vec<Line> {
        let Size { columns, rows } = size;
        lines.pop();
        let shown = rows.saturating_sub(1);
        self.top = self.top.min(lines.len().saturating_sub(shown));
        let last = Self::question().then(QUIET, " ↑↓ scroll").fit(columns);
        lines.into_iter().skip(self.top).take(shown).chain([last]).collect()
    }
}

impl Page for Reviewing<'_> {
    type Outcome = Verdict;

    fn lines(&mut self, size: Size) -> Vec<Line> {
        if let Some(open) = &mut self.open {
            return open.lines(size);
        }
        let Size { columns, rows } = size;
        let draw = |is_short: bool, gap: Option<Line>| {
            let blocks = [self.head().full(columns), self.stack(is_short, columns), self.facts(columns)];
            let blocks = blocks.into_iter().flat_map(|block| block.into_iter().chain(gap.clone()));
            blocks.chain([Self::question().fit(columns)]).collect::<Vec<_>>()
        };
        let roomy = [(false, Some(Line::default())), (false, None), (true, None)];
        let drawn = roomy.into_iter().map(|(is_short, gap)| draw(is_short, gap)).find(|lines| lines.len() <= rows);
        match drawn {
            Some(lines) => lines,
            None => {
                let lines = draw(true, None);
                self.scrolled(lines, size)
            }
        }
    }

    fn press(&mut self, key: &Key) -> Option<Verdict> {
        if let Some(open) = &mut self.open {
            if open.press(key).is_some() {
                self.open = None;
            }
            return None;
        }
        match key {
            Key::Letter('w') => return Some(Verdict::Write),
            Key::Letter('e') => return Some(Verdict::Edit),
            Key::Letter('b') | Key::Escape | Key::Erase => return Some(Verdict::Back),
            Key::Letter('f') => self.open = Some(self.pager("files", self.sheet.files())),
            Key::Letter('?') => self.open = Some(self.pager("review", self.sheet.everything())),
            Key::Up | Key::Letter('k') => self.top = self.top.saturating_sub(1),
            Key::Down | Key::Letter('j') => self.top += 1,
            _ => {}
        }
        None
    }
}
