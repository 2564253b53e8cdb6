//! Lines of styled text that fit a width. Pure.

use anstyle::Style;
use console::measure_text_width;

/// The mark at the end of a truncated line.
const ELLIPSIS: &str = "…";

/// One line on a screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    spans: Vec<(Style, String)>,
}

impl Line {
    /// A line in one style.
    pub(super) fn new(style: Style, text: impl Into<String>) -> Self {
        Self::default().then(style, text)
    }

    /// A line without style.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::new(Style::new(), text)
    }

    /// The line with more text appended.
    pub(super) fn then(mut self, style: Style, text: impl Into<String>) -> Self {
        self.spans.push((style, text.into()));
        self
    }

    /// The text without styles.
    pub(super) fn text(&self) -> String {
        self.spans.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// Its width in columns.
    pub(super) fn width(&self) -> usize {
        measure_text_width(&self.text())
    }

    /// The line truncated to `width` columns, with a mark.
    pub(super) fn fit(self, width: usize) -> Self {
        if self.width() <= width {
            return self;
        }
        let mut left = width.saturating_sub(measure_text_width(ELLIPSIS));
        let mut cut = Self::default();
        for (style, text) in self.spans {
            let part = head(&text, left);
            left -= measure_text_width(part);
            let is_whole = part.len() == text.len();
            cut = cut.then(style, part);
            if !is_whole {
                break;
            }
        }
        if width == 0 { cut } else { cut.then(Style::new(), ELLIPSIS) }
    }

    /// The line with escape sequences for its styles.
    pub(super) fn paint(&self, is_colored: bool) -> String {
        let paint = |(style, text): &(Style, String)| match (is_colored, *style == Style::new()) {
            (true, false) => format!("{style}{text}{style:#}"),
            (false, _) | (true, true) => text.clone(),
        };
        self.spans.iter().map(paint).collect()
    }
}

/// The longest prefix of `text` of at most `width` columns.
fn head(text: &str, width: usize) -> &str {
    let ends = text.char_indices().map(|(start, letter)| start + letter.len_utf8());
    let end = ends.take_while(|&end| measure_text_width(&text[..end]) <= width).last();
    &text[..end.unwrap_or_default()]
}

/// `text` in lines of at most `width` columns, broken at spaces; a wider word is broken too.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always a last line");
        let gap = usize::from(!last.is_empty());
        if measure_text_width(last) + gap + measure_text_width(word) <= width {
            last.push_str(&" "[..gap]);
            last.push_str(word);
            continue;
        }
        if !last.is_empty() {
            lines.push(String::new());
        }
        let mut rest = word;
        while measure_text_width(rest) > width {
            let part = head(rest, width);
            // A letter of two columns on a screen of one column overflows.
            let part = if part.is_empty() { &rest[..first_letter(rest)] } else { part };
            *lines.last_mut().expect("there is always a last line") = part.to_owned();
            lines.push(String::new());
            rest = &rest[part.len()..];
        }
        *lines.last_mut().expect("there is always a last line") = rest.to_owned();
    }
    lines
}

fn first_letter(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// A label before the first line of a wrapped text.
pub(super) struct Hanging<'a> {
    pub(super) label: &'a Line,
    /// The column where the text starts.
    pub(super) indent: usize,
    /// The style of the text.
    pub(super) style: Style,
}

impl Hanging<'_> {
    /// `text` wrapped beside the label. If there is no room, the text starts below the label.
    pub(super) fn lines(&self, text: &str, width: usize) -> Vec<Line> {
        const NARROWEST: usize = 16;
        let Self { label, indent, style } = *self;
        if width < indent + NARROWEST {
            let below = wrap(text, width.saturating_sub(2)).into_iter();
            let below = below.map(|text| Line::new(style, format!("  {text}")));
            return std::iter::once(label.clone()).chain(below).map(|line| line.fit(width)).collect();
        }
        let lines = wrap(text, width - indent).into_iter().enumerate();
        lines
            .map(|(index, text)| {
                let start = if index == 0 { label.clone() } else { Line::default() };
                let gap = " ".repeat(indent.saturating_sub(start.width()));
                start.then(Style::new(), gap).then(style, text)
            })
            .collect()
    }
}

/// `parts` joined by ` · `, broken between parts.
pub(super) fn join(parts: &[String], width: usize) -> Vec<String> {
    const BETWEEN: &str = " · ";
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(last)
                if measure_text_width(last) + measure_text_width(BETWEEN) + measure_text_width(part) <= width =>
            {
                last.push_str(BETWEEN);
                last.push_str(part);
            }
            Some(_) | None => lines.push(part.clone()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_asked() {
        let text = "each replica keeps its own copies, 値段 included, of averyveryverylongword";
        for width in 1..60 {
            // A letter of two columns does not fit a screen of one column.
            let widest = width.max(2);
            assert!(wrap(text, width).iter().all(|line| measure_text_width(line) <= widest), "{width}");
            let hung = Hanging { label: &Line::plain("costs"), indent: 9, style: Style::new() }.lines(text, width);
            assert!(hung.iter().all(|line| line.width() <= width.max(4)), "{width}: {hung:?}");
            assert!(Line::plain(text).fit(width).width() <= width);
        }
    }

    #[test]
    fn no_word_is_lost() {
        let text = "one server; replicas share what was read";
        for width in 1..50 {
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            assert_eq!(letters(&wrap(text, width).concat()), letters(text));
        }
    }

    #[test]
    fn a_truncated_line_has_a_mark() {
        assert_eq!(Line::plain("shop-api").fit(8).text(), "shop-api");
        assert_eq!(Line::plain("shop-api").fit(5).text(), "shop…");
        assert_eq!(Line::plain("shop-api").fit(0).text(), "");
    }

    #[test]
    fn parts_are_kept_whole() {
        let parts = ["shop-api", "3/8", "enter take"].map(str::to_owned);
        assert_eq!(join(&parts, 40), ["shop-api · 3/8 · enter take"]);
        assert_eq!(join(&parts, 20), ["shop-api · 3/8", "enter take"]);
    }
}
