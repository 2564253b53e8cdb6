//= read
    let data = queries::find(&app.platform.database, id).await?.ok_or_else(missing)?;
    Found { source: "database", data }.answer(&conditions)
