//= engine
pub use sqlite as engine;

