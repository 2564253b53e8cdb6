//= insert
        let insert = app.<% resource.name %>_cache.add(insert);
//= headers of a read
        ("cache-status" = String, description = "How the cache handled the request (RFC 9211)"),
//= headers without a body
        ("cache-status" = String, description = "How the cache handled the request (RFC 9211)"),
//= read
    let database = Arc::clone(&app.platform.database);
    let find = async move { queries::find(&database, id).await };
    let (found, outcome) = app.<% resource.name %>_cache.get(id, find).await?;
    let found = found.ok_or_else(missing);
    let answer = found.and_then(|data| Found { source: outcome.source(), data }.answer(&conditions));
    Ok(([("cache-status", outcome.to_string())], answer).into_response())
//= update
        let update = app.<% resource.name %>_cache.write(id, update);
//= delete
        let delete = app.<% resource.name %>_cache.write(id, delete);
