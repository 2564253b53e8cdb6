//! Parse, run, exit code.

fn main() -> std::process::ExitCode {
    restwell::main(std::env::args_os().collect())
}
