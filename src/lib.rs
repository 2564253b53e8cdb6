//! Restwell writes Rust API projects that were compiled and tested before anyone asked for them.
//!
//! Answers become a [`stack::Stack`], the stack a [`plan::Plan`], the plan a [`tree::Tree`]: all of that is pure. Only
//! then is anything written. `docs/architecture.md` walks through it.

pub mod choice;
pub mod feature;
pub mod plan;
pub mod preset;
pub mod rules;
pub mod stack;
pub mod template;
pub mod tree;
pub mod variants;
