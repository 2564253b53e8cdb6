//! The questions of `new`: the name and the answers that no source gave.

use camino::{Utf8Path, Utf8PathBuf};

use super::draft::Draft;
use super::{New, Request, resolve};
use crate::answers::Input;
use crate::command_line::CommandLine;
use crate::disk::{Site, State};
use crate::error::{Error, Words};
use crate::name::{self, Name};
use crate::precomputed::LOCKS;
use crate::prompt::{self, Subject};
use crate::shell::Shell;

/// Asks for the name alone.
pub(super) fn request<'a>(new: &New, input: &'a Input, shell: &mut Shell) -> Result<Request<'a>, Error> {
    let here = directory_to_fill();
    let place = |name: &str| place(new, input, name, &path_of(name, here.as_deref()));
    let name = prompt::ask_name(here.clone(), &place, shell)?;
    new.request(input, &path_of(&name, here.as_deref()))
}

/// Asks for everything that is missing; the project that the user confirms in the review is the one returned.
pub(super) fn draft(new: &New, input: &Input, request: Option<Request<'_>>, shell: &mut Shell) -> Result<Draft, Error> {
    let here = directory_to_fill();
    let path = |name: &str| match &request {
        Some(request) => request.site.path.clone(),
        None => path_of(name, here.as_deref()),
    };
    let subject = Subject {
        input,
        name: request.as_ref().map(|request| request.name.to_string()),
        offered: here.clone(),
        is_dry: new.dry_run || new.show.is_some(),
        place: &|name| place(new, input, name, &path(name)),
        review: &|name, answers| new.draft(new.request(input, &path(name))?, resolve(answers)?),
    };
    prompt::ask(&subject, shell)
}

/// Where a project of this name goes: into the current directory, if it is empty and has the same name.
fn path_of(name: &str, here: Option<&str>) -> Utf8PathBuf {
    if here == Some(name) { Utf8PathBuf::from(".") } else { Utf8PathBuf::from(name) }
}

/// The name of the current directory, if it is empty and has a valid project name.
fn directory_to_fill() -> Option<String> {
    let site = Site::survey(Utf8Path::new(".")).ok()?;
    let name = site.file_name()?;
    let is_empty = matches!(&site.state, State::Directory { holds, .. } if holds.is_empty());
    (is_empty && Name::new(name, LOCKS.package_names()).is_ok()).then(|| name.to_owned())
}

/// A description of the target of a project with this name, or the reasons why it cannot be written there.
fn place(new: &New, input: &Input, name: &str, path: &Utf8Path) -> Result<String, Vec<String>> {
    let reasons = |error: &Error| {
        let Words { message, reasons, .. } = error.words(&CommandLine::default());
        std::iter::once(message).chain(reasons).collect::<Vec<_>>()
    };
    if let Err(fault) = Name::new(name, LOCKS.package_names()) {
        let error = Error::Name { name: name.to_owned(), fault, better: String::new(), is_from_path: false };
        let better = name::better(name, || LOCKS.package_names());
        let better = better.map(|better| format!("`{better}` is available"));
        return Err(reasons(&error).into_iter().chain(better).collect());
    }
    new.request(input, path).map_err(|error| reasons(&error))?;
    Ok(if path == "." {
        "it is written into this empty directory".to_owned()
    } else {
        format!("it is written to `{path}`")
    })
}
