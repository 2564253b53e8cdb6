//= database
pub use postgres as database;

