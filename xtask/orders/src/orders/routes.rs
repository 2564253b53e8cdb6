//! The endpoints of `/orders`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{NewOrder, Order, OrderReplacement, queries};
//= uses
use crate::platform::conditions::Conditions;
use crate::platform::error::{Envelope, Error, Result};
use crate::platform::page::{Page, Paged};
use crate::platform::resource::{Found, Id, changed, created, settle};
use crate::platform::{extract::Body, params::Params};
use crate::state::App;

pub fn router() -> OpenApiRouter<Arc<App>> {
    let reads = [routes!(list), routes!(read)];
    let writes = [routes!(create), routes!(edit, remove)];
    //= writes
    reads.into_iter().chain(writes).fold(OpenApiRouter::new(), OpenApiRouter::routes)
}

/// List orders in the order they were added
#[utoipa::path(get, path = "/orders", tag = "orders", operation_id = "list_orders", params(Page), responses(
    (status = 200, description = "One page", body = Paged<Order>),
))]
async fn list(State(app): State<Arc<App>>, Params(page): Params<Page>) -> Result<Json<Paged<Order>>> {
    let rows = queries::list(&app.platform.database, page.after(), page.rows()).await?;
    Ok(Json(page.of(rows)))
}

/// Add an order
#[utoipa::path(post, path = "/orders", tag = "orders", operation_id = "create_order", request_body = NewOrder,
    responses(
    (status = 201, description = "Added", body = Order, headers(
        ("location" = String, description = "Its path"),
        ("etag" = String, description = "Its entity tag, for `If-Match` and `If-None-Match`"))),
    (status = 409, description = "There is no such product", body = Envelope),
))]
async fn create(State(app): State<Arc<App>>, _: Params<()>, Body(new): Body<NewOrder>) -> Result<impl IntoResponse> {
    let platform = Arc::clone(&app.platform);
    let insert = async move { queries::insert(&app.platform.database, &new).await };
    Ok(created("/orders", settle(&platform, insert).await?))
}

/// Read an order
#[utoipa::path(get, path = "/orders/{id}", tag = "orders", operation_id = "read_order", params(Id, Conditions),
    responses(
    (status = 200, description = "The order", body = Found<Order>, headers(
        ("etag" = String, description = "Its entity tag, for `If-Match` and `If-None-Match`"))),
    (status = 304, description = "`If-None-Match` has its entity tag, so the client has it already", headers(
        ("etag" = String, description = "Its entity tag"))),
    (status = 404, description = "There is no such order", body = Envelope),
    (status = 412, description = "`If-Match` has another entity tag", body = Envelope),
))]
async fn read(State(app): State<Arc<App>>, Params(Id(id)): Params<Id>, conditions: Conditions) -> Result<Response> {
    let data = queries::find(&app.platform.database, id).await?.ok_or_else(missing)?;
    Found { source: "database", data }.answer(&conditions)
}

/// Replace an order
#[utoipa::path(put, path = "/orders/{id}", tag = "orders", operation_id = "edit_order", params(Id, Conditions),
    request_body = OrderReplacement, responses(
    (status = 200, description = "As it is now", body = Order, headers(
        ("etag" = String, description = "Its new entity tag"))),
    (status = 404, description = "There is no such order", body = Envelope),
    (status = 409, description = "There is no such product", body = Envelope),
    (status = 412, description = "`If-Match` or `If-None-Match` is false; nothing was changed", body = Envelope),
))]
async fn edit(
    State(app): State<Arc<App>>,
    Params(Id(id)): Params<Id>,
    conditions: Conditions,
    Body(new): Body<OrderReplacement>,
) -> Result<impl IntoResponse> {
    let platform = Arc::clone(&app.platform);
    let update = async move { queries::update(&app.platform.database, id, &new, &conditions).await };
    settle(&platform, update).await?.map(changed).ok_or_else(missing)
}

/// Delete an order
#[utoipa::path(delete, path = "/orders/{id}", tag = "orders", operation_id = "remove_order", params(Id, Conditions),
    responses(
    (status = 204, description = "Deleted"),
    (status = 404, description = "There is no such order", body = Envelope),
    (status = 412, description = "`If-Match` or `If-None-Match` is false; nothing was deleted", body = Envelope),
))]
async fn remove(State(app): State<Arc<App>>, Params(Id(id)): Params<Id>, conditions: Conditions) -> Result<StatusCode> {
    let platform = Arc::clone(&app.platform);
    let delete = async move { queries::delete(&app.platform.database, id, &conditions).await };
    settle(&platform, delete).await?.map(|()| StatusCode::NO_CONTENT).ok_or_else(missing)
}

fn missing() -> Error {
    Error { message: "there is no such order", ..Error::of(404) }
}
