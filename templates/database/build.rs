//! The migrations are compiled into the binary; cargo cannot know that by itself.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
