//= ready
        super::auth::admit(&database.connect().await).await;
