//! Black-box tests: a real server on a free port, real connections, and the binary itself where the process matters.

//= mod
