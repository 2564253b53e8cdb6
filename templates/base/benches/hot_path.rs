//! What one request costs in the stack, without the network: `cargo bench`.

fn main() {
    divan::main();
}
