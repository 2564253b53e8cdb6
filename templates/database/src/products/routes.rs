//! The endpoints of `/products`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{NewProduct, Product, Replacement, queries};
use crate::app::App;
//= uses
use crate::platform::conditions::Conditions;
use crate::platform::error::{Envelope, Error, Result};
use crate::platform::page::{Page, Paged};
use crate::platform::resource::{Found, Id, changed, created, settle};
use crate::platform::{extract::Body, params::Params};

pub fn router() -> OpenApiRouter<Arc<App>> {
    let reads = [routes!(list), routes!(read)];
    let writes = [routes!(create), routes!(edit, remove)];
    //= writes
    let router = OpenApiRouter::new();
    //= router
    reads.into_iter().chain(writes).fold(router, OpenApiRouter::routes)
}

/// List products in the order they were added
#[utoipa::path(get, path = "/products", tag = "products", params(Page), responses(
    (status = 200, description = "One page", body = Paged<Product>),
))]
async fn list(State(app): State<Arc<App>>, Params(page): Params<Page>) -> Result<Json<Paged<Product>>> {
    let rows = queries::list(&app.database, page.after(), page.rows()).await?;
    Ok(Json(page.of(rows)))
}

/// Add a product
#[utoipa::path(post, path = "/products", tag = "products", request_body = NewProduct, responses(
    (status = 201, description = "Added", body = Product, headers(
        ("location" = String, description = "Path of the product"),
        ("etag" = String, description = "Entity tag, for `If-Match` and `If-None-Match`"))),
    (status = 409, description = "A product with this name exists", body = Envelope),
))]
async fn create(State(app): State<Arc<App>>, _: Params<()>, Body(new): Body<NewProduct>) -> Result<impl IntoResponse> {
    let insert = async move {
        let insert = queries::insert(&app.database, &new);
        //= insert
        insert.await
    };
    Ok(created("/products", settle(insert).await?))
}

/// Read a product
#[utoipa::path(get, path = "/products/{id}", tag = "products", params(Id, Conditions), responses(
    (status = 200, description = "The product", body = Found<Product>, headers(
        //= headers of a read
        ("etag" = String, description = "Entity tag, for `If-Match` and `If-None-Match`"))),
    (status = 304, description = "`If-None-Match` contains the current entity tag: the client has this version", headers(
        //= headers without a body
        ("etag" = String, description = "Entity tag"))),
    (status = 404, description = "The product does not exist", body = Envelope),
    (status = 412, description = "`If-Match` does not contain the current entity tag", body = Envelope),
))]
async fn read(State(app): State<Arc<App>>, Params(Id(id)): Params<Id>, conditions: Conditions) -> Result<Response> {
    //= read
}

/// Replace a product
///
/// Accepts new values, or the read product with changes. With `If-Match`, concurrent changes are not overwritten.
#[utoipa::path(put, path = "/products/{id}", tag = "products", params(Id, Conditions),
    request_body = Replacement, responses(
    (status = 200, description = "The updated product", body = Product, headers(
        ("etag" = String, description = "New entity tag"))),
    (status = 404, description = "The product does not exist", body = Envelope),
    (status = 409, description = "Another product has this name", body = Envelope),
    (status = 412, description = "`If-Match` or `If-None-Match` is false; nothing was changed", body = Envelope),
))]
async fn edit(
    State(app): State<Arc<App>>,
    Params(Id(id)): Params<Id>,
    conditions: Conditions,
    Body(new): Body<Replacement>,
) -> Result<impl IntoResponse> {
    let update = async move {
        let update = queries::update(&app.database, id, &new, &conditions);
        //= update
        update.await
    };
    settle(update).await?.map(changed).ok_or_else(missing)
}

/// Delete a product
#[utoipa::path(delete, path = "/products/{id}", tag = "products", params(Id, Conditions), responses(
    (status = 204, description = "Deleted"),
    (status = 404, description = "The product does not exist", body = Envelope),
    (status = 412, description = "`If-Match` or `If-None-Match` is false; nothing was deleted", body = Envelope),
))]
async fn remove(State(app): State<Arc<App>>, Params(Id(id)): Params<Id>, conditions: Conditions) -> Result<StatusCode> {
    let delete = async move {
        let delete = queries::delete(&app.database, id, &conditions);
        //= delete
        delete.await
    };
    settle(delete).await?.map(|()| StatusCode::NO_CONTENT).ok_or_else(missing)
}

fn missing() -> Error {
    Error { message: "there is no such product", ..Error::of(404) }
}
