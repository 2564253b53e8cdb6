//! The volumes for the data of containers.

/// The `volumes` of a Compose file; empty if there are none.
pub(crate) fn render(names: &[&str]) -> String {
    let heading = if names.is_empty() { "" } else { "\nvolumes:\n" };
    let volumes = names.iter().map(|name| format!("  {name}:\n"));
    heading.to_owned() + &volumes.collect::<String>()
}
