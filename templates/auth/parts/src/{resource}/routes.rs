//= uses
use crate::platform::auth;
//= writes
    let writes = writes.map(auth::require("<% resource.name %>:write"));
//= router
    let router = auth::describe_scheme(router);
