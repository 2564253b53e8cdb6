//! The panels of a dashboard: their numbers and positions follow from their order, so they are no edits.

use std::collections::BTreeMap;

use super::list::ordered;
use super::node::Node;
use crate::merge::text::Sides;

/// The width of the grid.
const WIDTH: u32 = 24;

/// The three dashboards with the numbers and positions that the panels of both together have; `None` if they are none, or a
/// panel was placed by hand.
pub(super) fn aligned(sides: Sides<'_>) -> Option<[String; 3]> {
    let texts = [sides.base, sides.yours, sides.new];
    let grids = texts.map(Grid::parse);
    let [Some(base), Some(yours), Some(new)] = grids else { return None };
    let all = [base, yours, new];
    if !all.iter().all(Grid::is_flowing) {
        return None;
    }
    // A section begins a row on every side.
    let breaks = |title: &str| {
        let is_first = |grid: &Grid<'_>| grid.panels.iter().all(|panel| panel.title != title || panel.at[1] == 0);
        all.iter().any(|grid| grid.breaks(title)) && all.iter().all(is_first)
    };
    let [base, yours, new] = &all;
    let is_removed =
        |title: &String| base.find(title).is_some() && (yours.find(title).is_none() || new.find(title).is_none());
    let order = ordered(yours.titles(), new.titles()).into_iter().filter(|title| !is_removed(title));
    let merged: Vec<Panel<'_>> = order.filter_map(|title| yours.find(&title).or_else(|| new.find(&title))).collect();
    let places: BTreeMap<&str, [u32; 3]> = merged.iter().map(|panel| panel.title).zip(flow(&merged, &breaks)).collect();
    Some([0, 1, 2].map(|side| all[side].placed(texts[side], &places)))
}

struct Grid<'a> {
    panels: Vec<Panel<'a>>,
}

#[derive(Clone)]
struct Panel<'a> {
    title: &'a str,
    width: u32,
    height: u32,
    /// Number, column and row.
    at: [u32; 3],
    spans: [std::ops::Range<usize>; 3],
}

impl<'a> Grid<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let node = Node::parse(text)?;
        let panels = node.member("\"panels\"")?.items()?.iter().map(Panel::parse).collect::<Option<Vec<_>>>()?;
        let mut titles: Vec<&str> = panels.iter().map(|panel| panel.title).collect();
        titles.sort_unstable();
        titles.windows(2).all(|pair| pair[0] != pair[1]).then_some(Self { panels })
    }

    fn find(&self, title: &str) -> Option<Panel<'a>> {
        self.panels.iter().find(|panel| panel.title == title).cloned()
    }

    fn titles(&self) -> Vec<String> {
        self.panels.iter().map(|panel| panel.title.to_owned()).collect()
    }

    /// Whether this panel begins a row although the one before it leaves room for it.
    fn breaks(&self, title: &str) -> bool {
        self.panels.windows(2).any(|pair| {
            let [before, panel] = pair else { return false };
            panel.title == title && panel.at[1] == 0 && before.at[1] + before.width + panel.width <= WIDTH
        })
    }

    /// Whether every number and position follows from the order.
    fn is_flowing(&self) -> bool {
        let places = flow(&self.panels, &|title: &str| self.breaks(title));
        self.panels.iter().zip(places).all(|(panel, place)| panel.at == place)
    }

    /// The text with every panel at its place.
    fn placed(&self, text: &str, places: &BTreeMap<&str, [u32; 3]>) -> String {
        let mut edits: Vec<(&std::ops::Range<usize>, u32)> = self
            .panels
            .iter()
            .filter_map(|panel| Some(panel.spans.iter().zip(*places.get(panel.title)?)))
            .flatten()
            .collect();
        edits.sort_by_key(|(span, _)| span.start);
        let mut placed = text.to_owned();
        for (span, number) in edits.into_iter().rev() {
            placed.replace_range(span.clone(), &number.to_string());
        }
        placed
    }
}

impl<'a> Panel<'a> {
    fn parse(node: &Node<'a>) -> Option<Self> {
        let grid = node.member("\"gridPos\"")?;
        let fields = [node.member("\"id\"")?, grid.member("\"x\"")?, grid.member("\"y\"")?];
        let number = |node: &Node<'_>| node.raw.parse().ok();
        let [id, x, y] = fields.map(number);
        Some(Self {
            title: node.member("\"title\"")?.raw,
            width: number(grid.member("\"w\"")?)?,
            height: number(grid.member("\"h\"")?)?,
            at: [id?, x?, y?],
            spans: fields.map(|node| node.span.clone()),
        })
    }
}

/// Number, column and row of each panel: from left to right, a new row where there is no room or the size changes.
fn flow(panels: &[Panel<'_>], breaks: &impl Fn(&str) -> bool) -> Vec<[u32; 3]> {
    let (mut x, mut y, mut height) = (0, 0, 0);
    let mut places = Vec::new();
    for (panel, number) in panels.iter().zip(1..) {
        if x > 0 && (x + panel.width > WIDTH || panel.height != height || breaks(panel.title)) {
            (x, y) = (0, y + height);
        }
        places.push([number, x, y]);
        (x, height) = (x + panel.width, panel.height);
    }
    places
}
