//! The path and query parameters of a request, parsed as one set. Every operation extracts them, even one without
//! parameters, so that unknown ones are rejected.

use axum::extract::{FromRequestParts, Query, RawPathParams};
use axum::http::request::Parts;

use super::error::{Error, Result};
use super::input::{Fields, Input, Value};

pub struct Params<T>(pub T);

impl<S: Send + Sync, T: Input> FromRequestParts<S> for Params<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path = RawPathParams::from_request_parts(parts, state).await;
        let path = path.map_err(|rejection| Error::of(rejection.status().as_u16()))?;
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let Query(query) = query.map_err(|rejection| Error::of(rejection.status().as_u16()))?;
        let path = path.iter().map(|(name, value)| (name.to_owned(), Value::Text(value.into())));
        let query = query.into_iter().map(|(name, value)| (name, Value::Text(value.into())));
        Fields::new(path.chain(query).collect(), &[]).read().map(Self)
    }
}
