//! Black-box tests: a server on a free port, TCP connections, and the binary itself in tests about the process.

//= mod
//= failures
//= happen
//= drill
