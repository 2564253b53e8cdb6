//= close
        // Waits for writes whose clients have disconnected, unless the database does not respond.
        timeout_at(end - limit / 20, platform.database.pool.close()).await.ok();
