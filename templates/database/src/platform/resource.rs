//! Common parts of resource endpoints: the id in the path, the entity tag, and the responses to reads and writes.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use serde::Serialize;
use utoipa::openapi::Ref;
use utoipa::{IntoParams, ToSchema};

use super::conditions::{Conditions, not_modified};
use super::error::{Error, Result};
use super::input::{Fields, Input, MAX_INTEGER, integer};
use super::{Platform, telemetry};

/// A row of a table with an id and a version.
pub trait Resource {
    fn id(&self) -> i64;

    /// The time of the last change. Each change increases it, so it is the version of the resource.
    fn updated_at(&self) -> DateTime<Utc>;

    /// The entity tag.
    fn tag(&self) -> String {
        format!("\"{:x}\"", self.updated_at().timestamp_micros())
    }
}

/// The path parameter `{id}`.
#[derive(IntoParams)]
#[into_params(names("id"), parameter_in = Path)]
pub struct Id(#[param(minimum = 1, maximum = 9007199254740991i64, example = 1)] pub i64);

impl Input for Id {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self(fields.required("id", integer(1..=MAX_INTEGER)))
    }
}

/// A resource and where it was read
#[derive(Serialize, ToSchema)]
pub struct Found<T> {
    /// Where the data was read
    #[schema(example = "database")]
    pub source: &'static str,
    #[schema(schema_with = reference::<T>)]
    pub data: T,
}

impl<T: Resource + Serialize> Found<T> {
    /// The response to a read. A client may store it, but must revalidate it before each use.
    ///
    /// # Errors
    /// 412 if `If-Match` requires another version.
    pub fn answer(self, conditions: &Conditions) -> Result<Response> {
        let tag = self.data.tag();
        let is_known = conditions.is_known(&tag)?;
        let headers = [(header::ETAG, tag), (header::CACHE_CONTROL, "no-cache".to_owned())];
        let answer = if is_known { not_modified() } else { Json(self).into_response() };
        Ok((headers, answer).into_response())
    }
}

/// The schema of a type parameter: a reference by name instead of an inlined schema.
pub fn reference<T: ToSchema>() -> Ref {
    Ref::from_schema_name(T::name())
}

/// The response to a write that has added this resource to the collection at this path.
pub fn created<T: Resource + Serialize>(collection: &str, added: T) -> impl IntoResponse + use<T> {
    let location = format!("{collection}/{}", added.id());
    (StatusCode::CREATED, [(header::LOCATION, location), (header::ETAG, added.tag())], Json(added))
}

/// The response to a write that has changed this resource.
pub fn changed<T: Resource + Serialize>(now: T) -> impl IntoResponse + use<T> {
    ([(header::ETAG, now.tag())], Json(now))
}

/// Makes a write if the conditions of its request allow it. `find` reads the resource; `write` changes the given
/// version, or any version for `None`. Returns `None` if the resource does not exist.
///
/// The write includes the version that was compared, so a concurrent change is not overwritten: the write then finds no
/// row, and the conditions are evaluated again.
///
/// # Errors
/// 412 if the conditions do not hold.
pub async fn compare_and_write<T, W, Find, Write>(
    conditions: &Conditions,
    find: impl Fn() -> Find,
    write: impl Fn(Option<DateTime<Utc>>) -> Write,
) -> Result<Option<W>>
where
    T: Resource,
    Find: Future<Output = Result<Option<T>>>,
    Write: Future<Output = Result<Option<W>>>,
{
    if conditions.are_absent() {
        return write(None).await;
    }
    while let Some(current) = find().await? {
        conditions.allow(&current.tag())?;
        let written = write(Some(current.updated_at())).await?;
        if written.is_some() {
            return Ok(written);
        }
    }
    Ok(None)
}

/// Runs a write to its end even if its client disconnects or the deadline passes, so that the steps after a commit run
/// too. A shutdown waits for it.
///
/// # Errors
/// That of the write.
pub async fn settle<T: Send + 'static>(
    platform: &Platform,
    write: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    let under_way = Arc::clone(&platform.writes).read_owned().await;
    let write = async move {
        // Counted here: nothing waits for this task once the client has disconnected.
        let written = AssertUnwindSafe(write).catch_unwind().await.unwrap_or_else(|panic| {
            telemetry::count("http_panics_total");
            Err(Error::of_panic(&*panic))
        });
        drop(under_way);
        written
    };
    tokio::spawn(write).await.unwrap_or_else(|ended| Err(Error::of(500).because(ended)))
}
