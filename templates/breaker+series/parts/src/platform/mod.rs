//= series
        dependency_series::describe();
