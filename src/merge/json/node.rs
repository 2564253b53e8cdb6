//! JSON with its spelling: what a merge does not touch keeps its bytes.

use std::ops::Range;

/// A value and where it stands in the text.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    /// The text of the value.
    pub(super) raw: &'a str,
    /// Where it stands.
    pub(super) span: Range<usize>,
    pub(super) kind: Kind<'a>,
}

#[derive(Clone, Debug)]
pub(super) enum Kind<'a> {
    /// Keys, with their quotes, and values.
    Object(Vec<(&'a str, Node<'a>)>),
    Array(Vec<Node<'a>>),
    /// A string, a number, `true`, `false` or `null`.
    Scalar,
}

impl<'a> Node<'a> {
    /// `None` if the text is not JSON, or an object has a key twice.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
        let mut parser = Parser { text, at: 0 };
        parser.value()
    }

    pub(super) fn member(&self, key: &str) -> Option<&Self> {
        self.members()?.iter().find(|(name, _)| *name == key).map(|(_, node)| node)
    }

    pub(super) fn members(&self) -> Option<&[(&'a str, Self)]> {
        match &self.kind {
            Kind::Object(members) => Some(members),
            Kind::Array(_) | Kind::Scalar => None,
        }
    }

    pub(super) fn items(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::Array(items) => Some(items),
            Kind::Object(_) | Kind::Scalar => None,
        }
    }

    /// The value without white space, the same for all spellings but those of numbers and strings.
    pub(super) fn compact(&self) -> String {
        let list = |values: Vec<String>, open: char, close: char| format!("{open}{}{close}", values.join(","));
        match &self.kind {
            Kind::Scalar => self.raw.to_owned(),
            Kind::Array(items) => list(items.iter().map(Self::compact).collect(), '[', ']'),
            Kind::Object(members) => {
                list(members.iter().map(|(key, node)| format!("{key}:{}", node.compact())).collect(), '{', '}')
            }
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn value(&mut self) -> Option<Node<'a>> {
        self.space();
        let start = self.at;
        let kind = match self.peek()? {
            b'{' => Kind::Object(self.object()?),
            b'[' => Kind::Array(self.array()?),
            b'"' => {
                self.string()?;
                Kind::Scalar
            }
            _ => {
                let rest = &self.text[start..];
                let is_end = |letter: char| letter.is_whitespace() || [',', ']', '}'].contains(&letter);
                self.at += rest.find(is_end).unwrap_or(rest.len());
                Kind::Scalar
            }
        };
        Some(Node { raw: &self.text[start..self.at], span: start..self.at, kind })
    }

    fn object(&mut self) -> Option<Vec<(&'a str, Node<'a>)>> {
        let mut members: Vec<(&str, Node<'_>)> = Vec::new();
        self.at += 1;
        while self.next()? != b'}' {
            let key = self.string()?;
            self.next()?;
            self.at += 1;
            let value = self.value()?;
            if members.iter().any(|(name, _)| *name == key) {
                return None;
            }
            members.push((key, value));
        }
        self.at += 1;
        Some(members)
    }

    fn array(&mut self) -> Option<Vec<Node<'a>>> {
        let mut items = Vec::new();
        self.at += 1;
        while self.next()? != b']' {
            items.push(self.value()?);
        }
        self.at += 1;
        Some(items)
    }

    /// A string with its quotes.
    fn string(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek()? {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.text.get(start..self.at)
    }

    /// The next byte that is neither white space nor a comma.
    fn next(&mut self) -> Option<u8> {
        self.space();
        while self.peek()? == b',' {
            self.at += 1;
            self.space();
        }
        self.peek()
    }

    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}
