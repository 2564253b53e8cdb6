//= database
pub use sqlite as database;

