//! What cannot be rendered from templates, and so is computed ahead of time and stored: `Cargo.lock` and `openapi.json`.

mod lock;
pub mod openapi;

pub use lock::{LOCKS, Locks};
