//~ if cache
//! `/products`. Single reads go through the cache; a write makes it forget what it changed.
//~ else
//! `/products`: the resource, from request to row and back.
//~ endif

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Json, http::StatusCode, http::header};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{NewProduct, Product, ProductId, Replacement, queries};
use crate::app::App;
//~ if auth
use crate::platform::auth::Writer;
//~ endif
use crate::platform::conditions::{Conditions, not_modified};
use crate::platform::error::{Envelope, Error, Result};
use crate::platform::input::{Fields, Input, MAX_INTEGER, integer};
use crate::platform::{extract::Body, params::Params};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(read, edit, remove))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// How many at most
    #[param(value_type = i64, required = false, minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// Only those that follow this id: the `next` of the page before
    #[param(value_type = i64, required = false, minimum = 0, maximum = 9007199254740991i64)]
    after: Option<i64>,
}

impl Input for Page {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            limit: fields.optional("limit", integer(1..=100)),
            after: fields.optional("after", integer(0..=MAX_INTEGER)),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct Products {
    data: Vec<Product>,
    /// `after` of the next page; null on the last one
    next: Option<i64>,
}

#[derive(Serialize, ToSchema)]
struct Found {
    /// Where it was read
    #[schema(example = "database")]
    source: &'static str,
    data: Product,
}

/// List products in the order they were added
#[utoipa::path(get, path = "/products", tag = "products", params(Page), responses(
    (status = 200, description = "One page", body = Products),
))]
async fn list(State(app): State<Arc<App>>, Params(page): Params<Page>) -> Result<Json<Products>> {
    let limit = page.limit.unwrap_or(20);
    // One more than asked for tells whether there is a next page.
    let mut data = queries::list(&app.database, page.after.unwrap_or(0), limit + 1).await?;
    let more = data.len() as i64 > limit && data.pop().is_some();
    let next = data.last().filter(|_| more).map(|last| last.id);
    Ok(Json(Products { data, next }))
}

/// Add a product
#[utoipa::path(post, path = "/products", tag = "products", request_body = NewProduct, responses(
    (status = 201, description = "Added", body = Product, headers(
        ("location" = String, description = "Its path"),
        ("etag" = String, description = "Its entity tag, for `If-Match` and `If-None-Match`"))),
    (status = 409, description = "A product of this name exists", body = Envelope),
    //~ if auth
), security(("credential" = ["products:write"])))]
    //~ else
))]
    //~ endif
//~ if auth
async fn create(Writer(app): Writer<App>, _: Params<()>, Body(new): Body<NewProduct>) -> Result<impl IntoResponse> {
//~ else
async fn create(State(app): State<Arc<App>>, _: Params<()>, Body(new): Body<NewProduct>) -> Result<impl IntoResponse> {
//~ endif
    //~ if cache
    let insert = async move {
        let product = queries::insert(&app.database, &new).await?;
        // That it does not exist may be cached. If it is not known whether it was added, that is believed for 5 s at most.
        app.cache.forget(product.id).await;
        Ok(product)
    };
    let product = settle(insert).await?;
    //~ else
    let product = queries::insert(&app.database, &new).await?;
    //~ endif
    let location = format!("/products/{}", product.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location), (header::ETAG, product.tag())], Json(product)))
}

//~ if cache
/// Read a product
#[utoipa::path(get, path = "/products/{id}", tag = "products", params(ProductId, Conditions), responses(
    (status = 200, description = "The product", body = Found, headers(
        ("etag" = String, description = "Its entity tag, for `If-Match` and `If-None-Match`"),
        ("cache-status" = String, description = "How the cache took part, as in RFC 9211"))),
    (status = 304, description = "`If-None-Match` has its entity tag, so the client has it already", headers(
        ("etag" = String, description = "Its entity tag"),
        ("cache-status" = String, description = "How the cache took part, as in RFC 9211"))),
    (status = 404, description = "There is no such product", body = Envelope),
    (status = 412, description = "`If-Match` has another entity tag", body = Envelope),
))]
async fn read(
    State(app): State<Arc<App>>,
    Params(ProductId(id)): Params<ProductId>,
    conditions: Conditions,
) -> Result<Response> {
    let database = Arc::clone(&app.database);
    let (product, outcome) = app.cache.get(id, async move { queries::find(&database, id).await }).await?;
    let source = if outcome.word == "miss" { "database" } else { "cache" };
    let found = product.ok_or_else(missing).and_then(|data| show(Found { source, data }, &conditions));
    Ok(([("cache-status", outcome.to_string())], found).into_response())
}
//~ else
/// Read a product
#[utoipa::path(get, path = "/products/{id}", tag = "products", params(ProductId, Conditions), responses(
    (status = 200, description = "The product", body = Found, headers(
        ("etag" = String, description = "Its entity tag, for `If-Match` and `If-None-Match`"))),
    (status = 304, description = "`If-None-Match` has its entity tag, so the client has it already", headers(
        ("etag" = String, description = "Its entity tag"))),
    (status = 404, description = "There is no such product", body = Envelope),
    (status = 412, description = "`If-Match` has another entity tag", body = Envelope),
))]
async fn read(
    State(app): State<Arc<App>>,
    Params(ProductId(id)): Params<ProductId>,
    conditions: Conditions,
) -> Result<Response> {
    let data = queries::find(&app.database, id).await?.ok_or_else(missing)?;
    show(Found { source: "database", data }, &conditions)
}
//~ endif

/// Replace a product
///
/// Takes new values, or what was read with changes. With `If-Match`, nothing that was changed since is overwritten.
#[utoipa::path(put, path = "/products/{id}", tag = "products", params(ProductId, Conditions),
    request_body = Replacement, responses(
    (status = 200, description = "As it is now", body = Product, headers(
        ("etag" = String, description = "Its new entity tag"))),
    (status = 404, description = "There is no such product", body = Envelope),
    (status = 409, description = "Another product has this name", body = Envelope),
    (status = 412, description = "`If-Match` or `If-None-Match` is false; nothing was changed", body = Envelope),
    //~ if auth
), security(("credential" = ["products:write"])))]
    //~ else
))]
    //~ endif
async fn edit(
    //~ if auth
    Writer(app): Writer<App>,
    //~ else
    State(app): State<Arc<App>>,
    //~ endif
    Params(ProductId(id)): Params<ProductId>,
    conditions: Conditions,
    Body(new): Body<Replacement>,
) -> Result<impl IntoResponse> {
    //~ if cache
    let update = async move { app.cache.write(id, queries::update(&app.database, id, &new, &conditions)).await };
    let product = settle(update).await?.ok_or_else(missing)?;
    //~ else
    let product = queries::update(&app.database, id, &new, &conditions).await?.ok_or_else(missing)?;
    //~ endif
    Ok(([(header::ETAG, product.tag())], Json(product)))
}

/// Delete a product
#[utoipa::path(delete, path = "/products/{id}", tag = "products", params(ProductId, Conditions), responses(
    (status = 204, description = "Deleted"),
    (status = 404, description = "There is no such product", body = Envelope),
    (status = 412, description = "`If-Match` or `If-None-Match` is false; nothing was deleted", body = Envelope),
    //~ if auth
), security(("credential" = ["products:write"])))]
    //~ else
))]
    //~ endif
async fn remove(
    //~ if auth
    Writer(app): Writer<App>,
    //~ else
    State(app): State<Arc<App>>,
    //~ endif
    Params(ProductId(id)): Params<ProductId>,
    conditions: Conditions,
) -> Result<StatusCode> {
    //~ if cache
    let delete = async move { app.cache.write(id, queries::delete(&app.database, id, &conditions)).await };
    settle(delete).await?.then_some(StatusCode::NO_CONTENT).ok_or_else(missing)
    //~ else
    queries::delete(&app.database, id, &conditions).await?.then_some(StatusCode::NO_CONTENT).ok_or_else(missing)
    //~ endif
}

/// The answer to a read of this product. A client may keep it, and asks before each use whether it still holds.
fn show(found: Found, conditions: &Conditions) -> Result<Response> {
    let tag = found.data.tag();
    let is_known = conditions.is_known(&tag)?;
    let headers = [(header::ETAG, tag), (header::CACHE_CONTROL, "no-cache".to_owned())];
    let answer = if is_known { not_modified() } else { Json(found).into_response() };
    Ok((headers, answer).into_response())
}

fn missing() -> Error {
    Error::new(404, "there is no such product")
}
//~ if cache

/// Runs a write to its end even if its client leaves or the deadline passes: what was committed must also be forgotten.
async fn settle<T: Send + 'static>(write: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    tokio::spawn(write).await.unwrap_or_else(|panic| Err(Error::of(500).because(panic)))
}
//~ endif
