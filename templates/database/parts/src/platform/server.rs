//= close
        // Writes whose clients have left are finished first, unless the database has fallen silent.
        timeout_at(end - limit / 20, platform.database.pool.close()).await.ok();
