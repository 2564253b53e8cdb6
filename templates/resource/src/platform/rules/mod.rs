//! Rules for more types of fields than those of [`super::input`].

//= pub mod
