//! Runs documented commands: the README's first one in a copy of this repository, and those in the pages of a generated
//! project.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::program::Program;
use crate::{dirs, http, project, service};

/// The time limit for a first build on a small machine.
const TIMEOUT: Duration = Duration::from_secs(900);

/// Runs the README's first command and waits for the response in the README.
pub(crate) fn first_command() -> Result<()> {
    let readme = fs::read_to_string(dirs::root().join("README.md"))?;
    let command = blocks(&readme, "sh").into_iter().next().context("the README has no command")?;
    let answer = blocks(&readme, "json").into_iter().next().context("the README shows no answer")?;
    let home = tempfile::tempdir()?;
    let repository = home.path().join("restwell");
    copy(&repository)?;
    // Like a checkout, the copy is a git repository: a project beside it must not become part of it.
    Program::new("git").args(["init", "--quiet"]).dir(&repository).read()?;
    let (port, admin_port) = (service::free_port()?, service::free_port()?);
    fs::create_dir_all(dirs::proof())?;
    let mut running = project::in_shared_target(Program::new("sh").args(["-c", command.trim()]))
        .dir(&repository)
        .env("PORT", port.to_string())
        .env("ADMIN_PORT", admin_port.to_string())
        .start(&dirs::proof().join("readme.log"))?;
    let found = running.until(TIMEOUT, || http::get(port, "/greet")?.expect(200))?;
    drop(running);
    if !home.path().join("shop-api/.git/HEAD").is_file() {
        bail!("the project beside the checkout has no repository of its own");
    }
    match found == answer.trim() {
        true => Ok(()),
        false => bail!("the answer is not `{}`", answer.trim()),
    }
}

/// The commands of a page, one per line, without comments.
pub(crate) fn commands(page: &str) -> Vec<String> {
    let lines = |block: &String| block.lines().map(str::to_owned).collect::<Vec<_>>();
    let command = |line: String| line.split(" #").next().unwrap_or_default().trim().to_owned();
    blocks(page, "sh").iter().flat_map(lines).map(command).filter(|line| !line.is_empty()).collect()
}

/// Copies the files of this repository that git tracks, without build output.
fn copy(to: &Path) -> Result<()> {
    let arguments = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let files = Program::new("git").args(arguments).dir(dirs::root()).read()?;
    for file in files.lines().filter(|file| dirs::root().join(file).is_file()) {
        let copy = to.join(file);
        fs::create_dir_all(copy.parent().context("a file has a folder")?)?;
        fs::copy(dirs::root().join(file), copy)?;
    }
    Ok(())
}

/// The fenced blocks of a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let block = |rest: &str| Some(rest.split_once("\n```")?.0.to_owned());
    page.split(&fence).skip(1).filter_map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_lines_of_shell_blocks() {
        let page = "a\n```sh\ncargo build   # why\n\ncargo test\n```\n```json\n{}\n```\n";
        assert_eq!(commands(page), ["cargo build", "cargo test"]);
    }
}
