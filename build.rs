//! Templates are data inside the binary: without these lines cargo would not notice that one changed.

fn main() {
    println!("cargo::rerun-if-changed=templates");
    println!("cargo::rerun-if-changed=precomputed");
}
