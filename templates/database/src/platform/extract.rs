//! An extractor for JSON bodies, which are parsed field by field.

use std::{fmt, sync::Arc};

use axum::body::{Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, FromRequest, RawPathParams, Request};
use axum::{RequestExt, http::HeaderMap, http::header};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{error::Category, value::RawValue};

use super::Platform;
use super::error::{Detail, Error, Result};
use super::input::{self, Field, Fields, Input, Value};

/// The maximum number of fields of an object that are kept. No type has as many, so a larger object is rejected anyway.
const MAX_FIELDS: usize = 100;

/// A JSON object that is valid for its type.
pub struct Body<T>(pub T);

impl<T: Input, App: AsRef<Arc<Platform>> + Send + Sync> FromRequest<Arc<App>> for Body<T> {
    type Rejection = Error;

    async fn from_request(mut request: Request, app: &Arc<App>) -> Result<Self> {
        let limit = (**app).as_ref().settings.bodies.body_limit.as_u64();
        // Before reading the body: a client that waits for `100 Continue` then does not send it (RFC 9110 10.1.1).
        if request.body().size_hint().lower() > limit {
            return Err(Error::of(413));
        }
        if !is_json(request.headers()) {
            return Err(Error::of(415));
        }
        let path = request.extract_parts::<RawPathParams>().await;
        let path = path.map_err(|rejection| Error::of(rejection.status().as_u16()))?;
        let path: Vec<_> = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        DefaultBodyLimit::max(limit as usize).apply(&mut request);
        let body = Bytes::from_request(request, app).await;
        let body = body.map_err(|rejection| Error::of(rejection.status().as_u16()))?;
        let Object(fields) = parse(&body)?;
        Fields::new(fields, &path).read().map(Self)
    }
}

/// Whether the body is declared as `application/json` or `application/…+json` (RFC 6839, section 3.1).
fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.strip_prefix("application/").is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
}

/// The fields of an object in the order in which they were sent, including duplicates.
struct Object<'a>(Vec<Field<'a>>);

fn parse(body: &[u8]) -> Result<Object<'_>> {
    let error = match serde_json::from_slice(body) {
        Ok(object) => return Ok(object),
        // JSON of another type, as far as it was parsed: the rest may not be JSON.
        Err(error) if error.classify() == Category::Data => serde_json::from_slice::<IgnoredAny>(body).err(),
        Err(error) => Some(error),
    };
    let about_body = |message| vec![Detail { field: "body".to_owned(), message }];
    Err(match error {
        None => input::invalid(about_body("must be a JSON object".to_owned())),
        Some(error) => {
            let place = format!("is not JSON: line {}, column {}", error.line(), error.column());
            Error { details: about_body(place), ..Error::of(400) }
        }
    })
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> std::result::Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Object<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    if fields.len() < MAX_FIELDS {
                        fields.push((name, Value::Json(value)));
                    }
                }
                Ok(Object(fields))
            }
        }
        json.deserialize_map(Entries)
    }
}
