//! The review page: the project on one screen, and the key that writes it.

use anstyle::Style;

use super::key::Key;
use super::page::{Head, Page};
use super::pager::{Pager, Paragraph};
use super::sheet::Sheet;
use super::terminal::Size;
use super::text::{Hanging, Line, wrap};
use crate::shell::{QUIET, STRONG, WARNING};

/// The outcome of the review.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Write,
    Edit,
    Back,
}

pub(super) struct Reviewing<'a> {
    sheet: &'a Sheet<'a>,
    /// The open list of files or details.
    open: Option<Pager>,
    /// The first visible line on a small screen.
    top: usize,
}

const INDENT: usize = 10;

impl<'a> Reviewing<'a> {
    pub(super) fn new(sheet: &'a Sheet<'a>) -> Self {
        Self { sheet, open: None, top: 0 }
    }

    fn head(&self) -> Head {
        let keys = vec![
            if self.sheet.is_dry { "w done" } else { "w write" },
            "e change",
            "f files",
            "b back",
            "? more",
            "ctrl-c quit",
        ];
        Head { subject: self.sheet.report.name.clone(), place: "review".into(), keys }
    }

    fn pager(&self, place: &str, paragraphs: Vec<Paragraph>) -> Pager {
        Pager::new(&self.sheet.report.name, place, paragraphs)
    }

    /// The stack, one value per line, or in one paragraph if there is no room.
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
            Hanging { label: &Line::new(style, label), indent: INDENT, style: Style::new() }.lines(&text, width)
        };
        self.sheet.facts().into_iter().flat_map(hung).collect()
    }

    fn question(&self) -> Line {
        let dry = "Press w to finish; nothing is written.";
        Line::new(STRONG, if self.sheet.is_dry { dry } else { "Press w to write the project." })
    }

    /// The whole page, with or without a gap between its blocks.
    fn whole(&self, is_short: bool, gap: Option<&Line>, width: usize) -> Vec<Line> {
        let blocks = [self.head().full(width), self.stack(is_short, width), self.facts(width)];
        let blocks = blocks.into_iter().flat_map(|block| block.into_iter().chain(gap.cloned()));
        blocks.chain([self.question().fit(width)]).collect()
    }

    /// As much as fits between one line of keys and the question.
    fn scrolled(&mut self, Size { columns, rows }: Size) -> Vec<Line> {
        let body = [self.stack(true, columns), self.facts(columns)].concat();
        let last = self.question().then(QUIET, " ↑↓ scroll").fit(columns);
        let head = (rows > 2).then(|| self.head().short().fit(columns));
        let shown = rows.saturating_sub(1 + usize::from(head.is_some()));
        self.top = self.top.min(body.len().saturating_sub(shown));
        head.into_iter().chain(body.into_iter().skip(self.top).take(shown)).chain([last]).collect()
    }
}

impl Page for Reviewing<'_> {
    type Outcome = Verdict;

    fn lines(&mut self, size: Size) -> Vec<Line> {
        if let Some(open) = &mut self.open {
            return open.lines(size);
        }
        let gap = Line::default();
        let roomy = [(false, Some(&gap)), (false, None), (true, None)];
        let mut drawn = roomy.into_iter().map(|(is_short, gap)| self.whole(is_short, gap, size.columns));
        let fitting = drawn.find(|lines| lines.len() <= size.rows);
        fitting.unwrap_or_else(|| self.scrolled(size))
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
            Key::Down | Key::Letter('j') => self.top = self.top.saturating_add(1),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::preset::PRESETS;
    use crate::replay::Replay;
    use crate::report::Report;
    use crate::stack::Stack;

    fn reports() -> Vec<Report> {
        let report = |preset: &crate::preset::Preset| {
            let resolution = Stack::resolve(&preset.answers()).expect("valid");
            let stack = resolution.stack;
            let plan = Plan::new(&stack, "shop-api");
            let mut report = Report::new(&plan, &plan.render().expect("renders"), resolution);
            report.replay = Replay { path: "shop-api".into(), name: None, stack: &stack, added: &[] }.line();
            report.warnings.push("inside the git repository `/srv/projects`: no separate repository is created".into());
            report
        };
        PRESETS.iter().map(report).collect()
    }

    fn texts(page: &mut Reviewing<'_>, columns: usize, rows: usize) -> Vec<String> {
        page.lines(Size { columns, rows }).iter().map(Line::text).collect()
    }

    #[test]
    fn a_review_fits_eighty_columns_and_twenty_four_rows() {
        for report in &reports() {
            let lines = texts(&mut Reviewing::new(&Sheet { report, is_dry: false }), 80, 24);
            assert!(lines.len() <= 24, "{lines:#?}");
            for start in ["database ", "ci ", "writes ", "services ", "ports ", "note ", "again ", "Press w"] {
                assert!(lines.iter().any(|line| line.starts_with(start)), "no `{start}`: {lines:#?}");
            }
        }
    }

    #[test]
    fn a_small_screen_scrolls_and_keeps_the_question() {
        let sheet = &Sheet { report: &reports()[0], is_dry: false };
        for (columns, rows) in [(1, 1), (3, 2), (20, 5), (40, 12), (80, 8)] {
            let mut page = Reviewing::new(sheet);
            for _ in 0..60 {
                let lines = texts(&mut page, columns, rows);
                assert!(lines.len() <= rows, "{columns}x{rows}: {lines:#?}");
                assert!(lines.last().is_some_and(|line| line.starts_with('P') || columns < 2), "{lines:#?}");
                page.press(&Key::Down);
            }
            let all = texts(&mut page, columns, rows).join(" ");
            assert!(columns < 40 || all.contains("--expect-version"), "the end can be reached: {all}");
        }
    }

    #[test]
    fn nothing_but_w_writes() {
        let sheet = &Sheet { report: &reports()[0], is_dry: false };
        let mut page = Reviewing::new(sheet);
        let keys =
            [Key::Enter, Key::Letter(' '), Key::Letter('y'), Key::Letter('W'), Key::Paste("w".into()), Key::Other];
        for key in keys {
            assert_eq!(page.press(&key), None, "{key:?}");
        }
        page.press(&Key::Letter('f'));
        assert_eq!(page.press(&Key::Letter('w')), None, "the files are shown");
        page.press(&Key::Escape);
        assert_eq!(page.press(&Key::Letter('w')), Some(Verdict::Write));
    }
}
