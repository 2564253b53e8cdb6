//! The business endpoints, a file for each resource.

pub mod greet;
//~ if database
pub mod products;
//~ endif
//~ if upstream and not database
pub mod quote;
//~ endif
//~ if upstream and database
pub mod reviews;
//~ endif
