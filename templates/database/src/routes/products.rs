//~ if cache
//! `/products`. Single reads go through the cache; a write makes it forget what it changed.
//~ else
//! `/products`: the resource, from request to row and back.
//~ endif

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::{Json, http::StatusCode, http::header, response::IntoResponse};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::error::{Envelope, Error, Result};
use crate::products::{self, NewProduct, Product};
//~ if auth
use crate::{app::App, auth::Writer, extract::Body};
//~ else
use crate::{app::App, extract::Body};
//~ endif

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(read, edit, remove))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// How many at most
    #[param(value_type = i64, required = false, minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// Only those that follow this id: the `next` of the page before
    #[param(value_type = i64, required = false)]
    after: Option<i64>,
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
    (status = 422, description = "The limit is out of range", body = Envelope),
))]
async fn list(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Result<Json<Products>> {
    let limit = page.limit.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        return Err(Error::new(422, "`limit` must be from 1 to 100"));
    }
    // One more than asked for tells whether there is a next page.
    let mut data = products::list(&app.database, page.after.unwrap_or(0), limit + 1).await?;
    let more = data.len() as i64 > limit && data.pop().is_some();
    let next = data.last().filter(|_| more).map(|last| last.id);
    Ok(Json(Products { data, next }))
}

/// Add a product
#[utoipa::path(post, path = "/products", tag = "products", request_body = NewProduct, responses(
    (status = 201, description = "Added", body = Product, headers(("location" = String, description = "Its path"))),
    (status = 409, description = "A product of this name exists", body = Envelope),
    //~ if auth
), security(("credential" = ["products:write"])))]
    //~ else
))]
    //~ endif
//~ if auth
async fn create(Writer(app): Writer, Body(new): Body<NewProduct>) -> Result<impl IntoResponse> {
//~ else
async fn create(State(app): State<Arc<App>>, Body(new): Body<NewProduct>) -> Result<impl IntoResponse> {
//~ endif
    //~ if cache
    //~ if cache_memory
    let insert = async move { products::insert(&app.database, &new).await.inspect(|new| app.cache.forget(new.id)) };
    //~ else
    let insert = async move { app.cache.write(products::insert(&app.database, &new), |new| new.id).await };
    //~ endif
    let product = settle(insert).await?;
    //~ else
    let product = products::insert(&app.database, &new).await?;
    //~ endif
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/products/{}", product.id))], Json(product)))
}

//~ if cache
/// Read a product
#[utoipa::path(get, path = "/products/{id}", tag = "products", params(("id" = i64, Path, example = 1)), responses(
    (status = 200, description = "The product", body = Found,
        headers(("cache-status" = String, description = "How the cache took part, as in RFC 9211"))),
    (status = 404, description = "There is no such product", body = Envelope),
))]
async fn read(State(app): State<Arc<App>>, Path(id): Path<i64>) -> Result<impl IntoResponse> {
    let database = app.database.clone();
    let (product, outcome) = app.cache.get(id, async move { products::find(&database, id).await }).await?;
    let source = if outcome.word == "miss" { "database" } else { "cache" };
    let found = product.map(|data| Json(Found { source, data })).ok_or_else(missing);
    Ok(([("cache-status", outcome.to_string())], found))
}
//~ else
/// Read a product
#[utoipa::path(get, path = "/products/{id}", tag = "products", params(("id" = i64, Path, example = 1)), responses(
    (status = 200, description = "The product", body = Found),
    (status = 404, description = "There is no such product", body = Envelope),
))]
async fn read(State(app): State<Arc<App>>, Path(id): Path<i64>) -> Result<Json<Found>> {
    let data = products::find(&app.database, id).await?.ok_or_else(missing)?;
    Ok(Json(Found { source: "database", data }))
}
//~ endif

/// Replace a product
#[utoipa::path(put, path = "/products/{id}", tag = "products", params(("id" = i64, Path, example = 1)),
    request_body = NewProduct, responses(
    (status = 200, description = "As it is now", body = Product),
    (status = 404, description = "There is no such product", body = Envelope),
    (status = 409, description = "Another product has this name", body = Envelope),
    //~ if auth
), security(("credential" = ["products:write"])))]
    //~ else
))]
    //~ endif
//~ if auth
async fn edit(Writer(app): Writer, Path(id): Path<i64>, Body(new): Body<NewProduct>) -> Result<Json<Product>> {
//~ else
async fn edit(State(app): State<Arc<App>>, Path(id): Path<i64>, Body(new): Body<NewProduct>) -> Result<Json<Product>> {
//~ endif
    //~ if cache
    //~ if cache_memory
    let update = async move { products::update(&app.database, id, &new).await.inspect(|_| app.cache.forget(id)) };
    //~ else
    let update = async move { app.cache.write(products::update(&app.database, id, &new), |_| id).await };
    //~ endif
    settle(update).await?.map(Json).ok_or_else(missing)
    //~ else
    products::update(&app.database, id, &new).await?.map(Json).ok_or_else(missing)
    //~ endif
}

/// Delete a product
#[utoipa::path(delete, path = "/products/{id}", tag = "products", params(("id" = i64, Path, example = 1)), responses(
    (status = 204, description = "Deleted"),
    (status = 404, description = "There is no such product", body = Envelope),
    //~ if auth
), security(("credential" = ["products:write"])))]
    //~ else
))]
    //~ endif
//~ if auth
async fn remove(Writer(app): Writer, Path(id): Path<i64>) -> Result<StatusCode> {
//~ else
async fn remove(State(app): State<Arc<App>>, Path(id): Path<i64>) -> Result<StatusCode> {
//~ endif
    //~ if cache
    //~ if cache_memory
    let delete = async move { products::delete(&app.database, id).await.inspect(|_| app.cache.forget(id)) };
    //~ else
    let delete = async move { app.cache.write(products::delete(&app.database, id), |_| id).await };
    //~ endif
    settle(delete).await?.then_some(StatusCode::NO_CONTENT).ok_or_else(missing)
    //~ else
    products::delete(&app.database, id).await?.then_some(StatusCode::NO_CONTENT).ok_or_else(missing)
    //~ endif
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
