//! Tests of the command line: each run is a process in a separate directory.

mod answers;
mod asking;
mod explaining;
mod fixes;
mod interrupting;
mod merging;
mod names;
mod neighbours;
mod new;
mod output;
mod page;
mod project;
mod racing;
mod release;
mod schema;
mod session;
mod set;
mod surroundings;
mod terminal;
mod transcripts;
mod undo;
mod usage;
mod wizard;
mod workspace;
mod writing;
