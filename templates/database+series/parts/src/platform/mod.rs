//= series
        database_series::describe();
