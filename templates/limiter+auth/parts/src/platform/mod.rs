//= client
pub use caller as client;

