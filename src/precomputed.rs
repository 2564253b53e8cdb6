//! Files that are computed in advance and stored, since templates cannot express them: `Cargo.lock` and `openapi.json`.

mod lock;
pub mod openapi;

pub use lock::{LOCKS, Locks};
