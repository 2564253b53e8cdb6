//! `restwell generate` and `restwell remove`: change the resources of a project.

use clap::{Args, ValueEnum};

use super::set::MergeOptions;
use crate::choice::Database;
use crate::error::{Error, Unsuitable};
use crate::plan::check_resources;
use crate::project::Project;
use crate::resource::Resource;
use crate::shell::Shell;
use crate::spelling;

/// Add a resource to a project, or change its fields: its table, endpoints, tests and documentation
///
/// What changes is merged with your edits, like a change of a choice by `restwell set`. For a resource that exists, the
/// fields are all that it is to have: a new migration changes its table. Types: string, text, int,
/// bigint, bool, decimal, date, datetime, uuid, and `ref:RESOURCE` for the id of another resource. `?` makes a field
/// optional, `!` unique.
#[derive(Args, Debug)]
pub(super) struct Generate {
    /// What to add or change
    #[arg(value_enum, value_name = "WHAT")]
    what: What,
    /// Its name, a noun in the plural, such as `orders`
    #[arg(value_name = "NAME")]
    name: String,
    /// Its fields, such as `number:string!`, `note:text?` or `ref:products`
    #[arg(value_name = "FIELD", required = true)]
    fields: Vec<String>,
    #[command(flatten)]
    options: MergeOptions,
}

/// Remove a resource that `restwell generate` added
///
/// Its migration stays, since a database may have run it.
#[derive(Args, Debug)]
pub(super) struct Remove {
    /// What to remove
    #[arg(value_enum, value_name = "WHAT")]
    what: What,
    /// Its name
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    options: MergeOptions,
}

/// What can be added and removed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// A table with its endpoints
    Resource,
}

impl Generate {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        let Self { what: What::Resource, name, fields, options } = self;
        let wrong = |mistake| Error::Resource(Unsuitable::Invalid { resource: name.clone(), mistake });
        let resource = Resource::parse(&name, fields.iter().map(String::as_str)).map_err(wrong)?;
        let title = format!("generate resource {resource}");
        let with = |project: &Project| {
            if project.base.stack.database == Database::None {
                return Err(Error::Resource(Unsuitable::NoDatabase));
            }
            let mut wanted = project.unchanged()?;
            match wanted.resources.iter_mut().find(|known| known.name() == name) {
                Some(known) => *known = known.changed_to(&resource).map_err(wrong)?,
                None => wanted.resources.push(resource.clone()),
            }
            check_resources(&wanted.resources).map_err(wrong)?;
            Ok(wanted)
        };
        options.run("generate", title, with, shell)
    }
}

impl Remove {
    pub(super) fn run(self, shell: &mut Shell) -> Result<(), Error> {
        let Self { what: What::Resource, name, options } = self;
        let title = format!("remove resource {name}");
        let without = |project: &Project| {
            let mut wanted = project.unchanged()?;
            let names = || project.base.resources.iter().map(Resource::name);
            if !names().any(|known| known == name) {
                let nearest = spelling::nearest(&name, names()).map(str::to_owned);
                return Err(Error::Resource(Unsuitable::Unknown { name: name.clone(), nearest }));
            }
            wanted.resources.retain(|resource| resource.name() != name);
            let is_user = |resource: &&Resource| resource.needs().any(|other| other == name);
            match wanted.resources.iter().find(is_user) {
                Some(user) => {
                    let (by, is_past) = (user.name().to_owned(), !user.references().any(|other| other == name));
                    Err(Error::Resource(Unsuitable::Referred { name: name.clone(), by, is_past }))
                }
                None => Ok(wanted),
            }
        };
        options.run("remove", title, without, shell)
    }
}
