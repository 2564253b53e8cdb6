//! Conditional requests (RFC 9110, section 13): `If-Match` and `If-None-Match`, compared with the current entity tag.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use utoipa::IntoParams;

use super::error::{Error, Result};

/// The conditions of a request; `None` for an absent header.
#[derive(Clone, Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct Conditions {
    /// Entity tags, separated by commas, or `*`: the request succeeds only if the current tag is among them
    #[param(rename = "if-match", value_type = String, required = false)]
    if_match: Option<Tags>,
    /// Entity tags, separated by commas, or `*`: the request succeeds only if the current tag is not among them
    #[param(rename = "if-none-match", value_type = String, required = false)]
    if_none_match: Option<Tags>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Tags {
    /// `*`: any existing representation.
    Any,
    List(Vec<Tag>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Tag {
    is_weak: bool,
    /// Including the quotation marks.
    opaque: Vec<u8>,
}

impl Conditions {
    pub fn are_absent(&self) -> bool {
        self.if_match.is_none() && self.if_none_match.is_none()
    }

    /// Whether the client already has the representation with this entity tag, which must be strong.
    ///
    /// # Errors
    /// 412 if `If-Match` does not contain the tag.
    pub fn is_known(&self, tag: &str) -> Result<bool> {
        // The strong comparison: a weak tag never matches. `If-Match` is evaluated first (section 13.2.2).
        if self.if_match.as_ref().is_some_and(|tags| !tags.have(tag, |sent| !sent.is_weak)) {
            return Err(Error::of(412));
        }
        Ok(self.if_none_match.as_ref().is_some_and(|tags| tags.have(tag, |_| true)))
    }

    /// Checks that a write may replace the representation with this entity tag.
    ///
    /// # Errors
    /// 412 if it may not.
    pub fn allow(&self, tag: &str) -> Result<()> {
        if self.is_known(tag)? { Err(Error::of(412)) } else { Ok(()) }
    }
}

/// The response to a client that already has the representation. Its length is unknown, because a `content-length` of 0
/// would refer to the representation (section 8.6).
pub fn not_modified() -> Response {
    let nothing = futures_util::stream::empty::<std::result::Result<Bytes, Infallible>>();
    (StatusCode::NOT_MODIFIED, Body::from_stream(nothing)).into_response()
}

impl<S: Sync> FromRequestParts<S> for Conditions {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Infallible> {
        let tags = |name| tags(&parts.headers, &name);
        Ok(Self { if_match: tags(header::IF_MATCH), if_none_match: tags(header::IF_NONE_MATCH) })
    }
}

impl Tags {
    fn have(&self, tag: &str, compares: impl Fn(&Tag) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => tags.iter().any(|sent| sent.opaque == tag.as_bytes() && compares(sent)),
        }
    }
}

/// The tags of all lines of this header. Invalid entity tags match nothing, so that they make `If-Match` false and
/// prevent an unintended write.
fn tags(headers: &HeaderMap, name: &HeaderName) -> Option<Tags> {
    let lines: Vec<&[u8]> = headers.get_all(name).iter().map(|line| line.as_bytes()).collect();
    if lines.is_empty() {
        return None;
    }
    let all = lines.join(&b","[..]);
    if all.trim_ascii() == b"*" { Some(Tags::Any) } else { Some(Tags::List(list(&all))) }
}

/// The entity tags between the commas, up to the first invalid one. A comma may also be part of a tag.
fn list(mut rest: &[u8]) -> Vec<Tag> {
    let mut tags = Vec::new();
    loop {
        while let [b' ' | b'\t' | b',', after @ ..] = rest {
            rest = after;
        }
        let is_weak = rest.starts_with(b"W/");
        let start = if is_weak { &rest[2..] } else { rest };
        let Some(length) = quoted(start) else { return tags };
        let (opaque, after) = start.split_at(length);
        tags.push(Tag { is_weak, opaque: opaque.to_owned() });
        rest = after;
    }
}

/// The length of the quoted string at the start of these bytes.
fn quoted(bytes: &[u8]) -> Option<usize> {
    let [b'"', inside @ ..] = bytes else { return None };
    inside.iter().position(|byte| *byte == b'"').map(|end| end + 2)
}
