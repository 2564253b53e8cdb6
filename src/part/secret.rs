//! Secrets of a deployment: files that are mounted into its services.

use std::fmt::Write as _;

/// A file with a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its name, also that of the file.
    pub name: &'static str,
    /// Its content, as a word of a shell in the folder of the project. It may read the secrets before it.
    pub content: &'static str,
    /// Whether the service itself reads it.
    pub of_service: bool,
}

/// The commands that make the files; empty if there are none.
pub(crate) fn commands(secrets: &[Secret]) -> String {
    if secrets.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\nSecrets are files in `deploy/secrets`, which is never committed. Only you can enter the folder; the files are \
         readable\nbecause the programs in the containers run as other users:\n\n\
         ```sh\numask 022\nmkdir -p deploy/secrets && chmod 700 deploy/secrets\n",
    );
    for Secret { name, content, .. } in secrets {
        writeln!(text, "echo \"{content}\" >deploy/secrets/{name}").expect("a String takes every write");
    }
    text.push_str("```\n");
    text
}

/// The `secrets` of a Compose file; empty if there are none.
pub(crate) fn compose(secrets: &[Secret]) -> String {
    let heading = if secrets.is_empty() { "" } else { "\nsecrets:\n" };
    let files = secrets.iter().map(|Secret { name, .. }| format!("  {name}:\n    file: ./secrets/{name}\n"));
    heading.to_owned() + &files.collect::<String>()
}

/// The `secrets` of the service in a Compose file; empty if it reads none.
pub(crate) fn of_service(secrets: &[Secret]) -> String {
    let names: Vec<&str> = secrets.iter().filter(|secret| secret.of_service).map(|secret| secret.name).collect();
    if names.is_empty() { String::new() } else { format!("    secrets: [{}]\n", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_without_secrets_has_no_list_of_them() {
        assert_eq!((commands(&[]), compose(&[]), of_service(&[])), Default::default());
        let other = Secret { name: "password", content: "$(openssl rand -hex 24)", of_service: false };
        let own = Secret { name: "url", content: "cache://$(cat deploy/secrets/password)@cache", of_service: true };
        assert_eq!(of_service(&[other]), "");
        assert_eq!(of_service(&[other, own]), "    secrets: [url]\n");
        let both = "\nsecrets:\n  password:\n    file: ./secrets/password\n  url:\n    file: ./secrets/url\n";
        assert_eq!(compose(&[other, own]), both);
    }
}
