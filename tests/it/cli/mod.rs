//! The command line, run as a user runs it: a real process in a directory of its own.

mod answers;
mod explaining;
mod fixes;
mod interrupting;
mod names;
mod neighbours;
mod new;
mod output;
mod page;
mod racing;
mod schema;
mod session;
mod surroundings;
mod terminal;
mod transcripts;
mod usage;
mod wizard;
mod workspace;
mod writing;
