//! What `new` has to ask for: the name and the answers that nothing gave.

use camino::{Utf8Path, Utf8PathBuf};

use super::draft::Draft;
use super::{Complete, New, Scene};
use crate::answers::Input;
use crate::command_line::CommandLine;
use crate::disk::{Site, State};
use crate::error::{Error, Words};
use crate::name::{self, Name};
use crate::precomputed::LOCKS;
use crate::prompt::{self, Agreed, Subject};
use crate::shell::Shell;

/// What is missing beside what was said, asked for on a terminal.
pub(super) fn complete<'a>(
    new: &New,
    input: &'a Input,
    scene: Option<Scene<'a>>,
    shell: &mut Shell,
) -> Result<Complete<'a>, Error> {
    let here = directory_to_fill();
    let path = |name: &str| match (&scene, &here) {
        (Some(scene), _) => scene.site.path.clone(),
        (None, Some(directory)) if directory == name => Utf8PathBuf::from("."),
        (None, _) => Utf8PathBuf::from(name),
    };
    let subject = Subject {
        input,
        name: scene.as_ref().map(|scene| scene.name.to_string()),
        offered: here.clone(),
        is_dry: new.dry_run || new.show.is_some(),
        place: &|name| place(new, input, name, &path(name)),
        review: &|name, answers| {
            let Draft { report, .. } = new.draft(answers, &new.scene(input, &path(name))?)?;
            Ok(report)
        },
    };
    if new.yes {
        let name = prompt::ask_name(&subject, shell)?;
        let scene = new.scene(input, &path(&name))?;
        return Ok(Complete { scene, answers: input.answers.clone(), is_reviewed: false });
    }
    let Agreed { name, answers } = prompt::ask(&subject, shell)?;
    Ok(Complete { scene: new.scene(input, &path(&name))?, answers, is_reviewed: true })
}

/// The name of the current directory, if it is empty and has a name that a project can have.
fn directory_to_fill() -> Option<String> {
    let site = Site::survey(Utf8Path::new(".")).ok()?;
    let name = site.file_name()?;
    let is_empty = matches!(&site.state, State::Directory { holds, .. } if holds.is_empty());
    (is_empty && Name::new(name, LOCKS.package_names()).is_ok()).then(|| name.to_owned())
}

/// Where a project of this name goes, or what is wrong with it.
fn place(new: &New, input: &Input, name: &str, path: &Utf8Path) -> Result<String, Vec<String>> {
    let reasons = |error: &Error| {
        let Words { message, reasons, .. } = error.words(&CommandLine::default());
        std::iter::once(message).chain(reasons).collect::<Vec<_>>()
    };
    if let Err(fault) = Name::new(name, LOCKS.package_names()) {
        let mut told =
            reasons(&Error::Name { name: name.to_owned(), fault, better: String::new(), is_from_path: false });
        let better = name::better(name, || LOCKS.package_names());
        told.extend(better.map(|better| format!("`{better}` can be used")));
        return Err(told);
    }
    new.scene(input, path).map_err(|error| reasons(&error))?;
    Ok(if path == "." {
        "it goes into this directory, which is empty".to_owned()
    } else {
        format!("it goes into `{path}`")
    })
}
