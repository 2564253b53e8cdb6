//= uses
use crate::support::fetched::PATH;
//= requests
        request("GET", PATH),
