//! Templates are data inside the binary: without these lines cargo would not notice that one changed.

#[expect(
    clippy::print_stdout,
    reason = "the only way a build script speaks to cargo"
)]
fn main() {
    println!("cargo::rerun-if-changed=templates");
    println!("cargo::rerun-if-changed=precomputed");
}
