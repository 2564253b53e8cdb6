//! What the endpoints of every resource share: the id in the path, the entity tag, and the answers to reads and writes.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::openapi::Ref;
use utoipa::{IntoParams, ToSchema};

use super::conditions::{Conditions, not_modified};
use super::error::{Error, Result};
use super::input::{Fields, Input, MAX_INTEGER, integer};

/// What is kept in a table and has an id and a version.
pub trait Resource {
    fn id(&self) -> i64;

    /// When it was last changed. Each change makes this later, so it is the version of all fields.
    fn updated_at(&self) -> DateTime<Utc>;

    /// Its entity tag.
    fn tag(&self) -> String {
        format!("\"{:x}\"", self.updated_at().timestamp_micros())
    }
}

/// The `{id}` of a path.
#[derive(IntoParams)]
#[into_params(names("id"), parameter_in = Path)]
pub struct Id(#[param(minimum = 1, maximum = 9007199254740991i64, example = 1)] pub i64);

impl Input for Id {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self(fields.required("id", integer(1..=MAX_INTEGER)))
    }
}

/// What was read, and where
#[derive(Serialize, ToSchema)]
pub struct Found<T: ToSchema> {
    /// Where it was read
    #[schema(example = "database")]
    pub source: &'static str,
    #[schema(schema_with = reference::<T>)]
    pub data: T,
}

impl<T: Resource + Serialize + ToSchema> Found<T> {
    /// The answer to a read. A client may keep it, and asks before each use whether it still holds.
    ///
    /// # Errors
    /// 412 if the client asks for another version.
    pub fn answer(self, conditions: &Conditions) -> Result<Response> {
        let tag = self.data.tag();
        let is_known = conditions.is_known(&tag)?;
        let headers = [(header::ETAG, tag), (header::CACHE_CONTROL, "no-cache".to_owned())];
        let answer = if is_known { not_modified() } else { Json(self).into_response() };
        Ok((headers, answer).into_response())
    }
}

/// The schema of a type parameter: a reference by name, where the derived one would be a copy.
pub fn reference<T: ToSchema>() -> Ref {
    Ref::from_schema_name(T::name())
}

/// The answer to a write that has added this resource to the collection at this path.
pub fn created<T: Resource + Serialize>(collection: &str, added: T) -> impl IntoResponse + use<T> {
    let location = format!("{collection}/{}", added.id());
    (StatusCode::CREATED, [(header::LOCATION, location), (header::ETAG, added.tag())], Json(added))
}

/// The answer to a write that has changed this resource.
pub fn changed<T: Resource + Serialize>(now: T) -> impl IntoResponse + use<T> {
    ([(header::ETAG, now.tag())], Json(now))
}

/// Makes a write that the conditions of its request allow. `find` reads the resource, and `write` changes the version
/// that it is given, or any if it is given none. `None` if there is no such resource.
///
/// The statement that writes names the version that was compared, so nothing is written over a change that came between:
/// it finds no row, and the conditions are held against the resource as it is then.
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

/// Runs a write to its end even if its client leaves or the deadline passes, so that what follows a commit follows it.
///
/// # Errors
/// That of the write.
pub async fn settle<T: Send + 'static>(write: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    tokio::spawn(write).await.unwrap_or_else(|panic| Err(Error::of(500).because(panic)))
}
