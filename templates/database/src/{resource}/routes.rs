//! The endpoints of `/<% resource.name %>`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::<% resource.route_types %>;
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
    let router = OpenApiRouter::new();
    //= router
    reads.into_iter().chain(writes).fold(router, OpenApiRouter::routes)
}

/// List <% resource.nouns %> in the order they were added
#[utoipa::path(get, path = "/<% resource.name %>", tag = "<% resource.name %>", operation_id = "list_<% resource.name %>",
    params(Page), responses(
    (status = 200, description = "One page", body = Paged<<% resource.type %>>),
))]
<% resource.list_signature %>
    let rows = queries::list(&app.platform.database, page.after(), page.rows()).await?;
    Ok(Json(page.of(rows)))
}

/// Add <% resource.a %> <% resource.noun %>
#[utoipa::path(post, path = "/<% resource.name %>", tag = "<% resource.name %>", operation_id = "create_<% resource.one %>",
    request_body = New<% resource.type %>, responses(
    (status = 201, description = "Added", body = <% resource.type %>, headers(
        ("location" = String, description = "Path of the <% resource.noun %>"),
        ("etag" = String, description = "Entity tag, for `If-Match` and `If-None-Match`"))),
//~ for line in resource.insert_conflict
<% line %>
//~ endfor
))]
<% resource.create_signature %>
    let platform = Arc::clone(&app.platform);
    let write = async move {
        let insert = queries::insert(&app.platform.database, &new);
        //= insert
        insert.await
    };
    Ok(created("/<% resource.name %>", settle(&platform, write).await?))
}

/// Read <% resource.a %> <% resource.noun %>
#[utoipa::path(get, path = "/<% resource.name %>/{id}", tag = "<% resource.name %>", operation_id = "read_<% resource.one %>",
    params(Id, Conditions), responses(
    (status = 200, description = "The <% resource.noun %>", body = Found<<% resource.type %>>, headers(
        //= headers of a read
        ("etag" = String, description = "Entity tag, for `If-Match` and `If-None-Match`"))),
    (status = 304, description = "`If-None-Match` contains the current entity tag: the client has this version", headers(
        //= headers without a body
        ("etag" = String, description = "Entity tag"))),
    (status = 404, description = "The <% resource.noun %> does not exist", body = Envelope),
    (status = 412, description = "`If-Match` does not contain the current entity tag", body = Envelope),
))]
async fn read(State(app): State<Arc<App>>, Params(Id(id)): Params<Id>, conditions: Conditions) -> Result<Response> {
    //= read
}

/// Replace <% resource.a %> <% resource.noun %>
///
/// Accepts new values, or the read <% resource.noun %> with changes. With `If-Match`, concurrent changes are not overwritten.
#[utoipa::path(put, path = "/<% resource.name %>/{id}", tag = "<% resource.name %>", operation_id = "edit_<% resource.one %>",
    params(Id, Conditions),
    request_body = Replacement, responses(
    (status = 200, description = "The updated <% resource.noun %>", body = <% resource.type %>, headers(
        ("etag" = String, description = "New entity tag"))),
    (status = 404, description = "The <% resource.noun %> does not exist", body = Envelope),
//~ for line in resource.update_conflict
<% line %>
//~ endfor
    (status = 412, description = "`If-Match` or `If-None-Match` is false; nothing was changed", body = Envelope),
))]
async fn edit(
    State(app): State<Arc<App>>,
    Params(Id(id)): Params<Id>,
    conditions: Conditions,
    Body(new): Body<Replacement>,
) -> Result<impl IntoResponse> {
    let platform = Arc::clone(&app.platform);
    let write = async move {
        let update = queries::update(&app.platform.database, id, &new, &conditions);
        //= update
        update.await
    };
    settle(&platform, write).await?.map(changed).ok_or_else(missing)
}

/// Delete <% resource.a %> <% resource.noun %>
#[utoipa::path(delete, path = "/<% resource.name %>/{id}", tag = "<% resource.name %>", operation_id = "remove_<% resource.one %>",
    params(Id, Conditions), responses(
    (status = 204, description = "Deleted"),
    (status = 404, description = "The <% resource.noun %> does not exist", body = Envelope),
//~ for line in resource.delete_conflict
<% line %>
//~ endfor
    (status = 412, description = "`If-Match` or `If-None-Match` is false; nothing was deleted", body = Envelope),
))]
async fn remove(State(app): State<Arc<App>>, Params(Id(id)): Params<Id>, conditions: Conditions) -> Result<StatusCode> {
    let platform = Arc::clone(&app.platform);
    let write = async move {
        let delete = queries::delete(&app.platform.database, id, &conditions);
        //= delete
        delete.await
    };
    settle(&platform, write).await?.map(|()| StatusCode::NO_CONTENT).ok_or_else(missing)
}

fn missing() -> Error {
    Error { message: "there is no such <% resource.noun %>", ..Error::of(404) }
}
