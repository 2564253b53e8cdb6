//= uses
use crate::platform::auth;
//= writes
    let writes = writes.map(auth::require("products:write"));
//= router
    let router = auth::describe_scheme(router);
