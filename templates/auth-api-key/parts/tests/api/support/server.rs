//= ready
        super::auth::admit(&server.app.database.pool).await;
