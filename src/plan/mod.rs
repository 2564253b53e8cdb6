//! Everything a project will hold, decided but not yet rendered.
//!
//! Features contribute to typed shared files ([`Manifest`], [`Settings`]) and bring their template folders; `render`
//! turns all of it into a [`Tree`]. Nothing here touches a disk.

mod context;
mod lock;
mod manifest;
mod modules;
mod openapi;
mod parts;
mod receipt;
mod settings;
pub mod versions;

use std::borrow::Cow;

use camino::Utf8PathBuf;

use crate::feature::wanted;
use crate::stack::Stack;
use crate::template;
use crate::tree::{Bug, File, Tree};

use parts::Parts;

pub use lock::{LOCKS, Locks};
pub use manifest::Manifest;
pub use openapi::{PLACEHOLDER, key as openapi_key};
pub use settings::{Setting, Settings};

/// A stack, a name, and what the wanted features add to shared files.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The choices.
    pub stack: &'a Stack,
    /// The project's name, one that cargo accepts.
    pub name: &'a str,
    /// `Cargo.toml`.
    pub manifest: Manifest,
    /// What can be set from the environment.
    pub settings: Settings,
    /// Servers that run beside the project where it is deployed.
    pub services: Vec<Service>,
    /// Ports that are listened on, by the project or by the services.
    pub ports: Vec<Port>,
    /// What to do after the project is written, as commands.
    pub next_steps: Vec<Cow<'static, str>>,
}

/// A server that runs beside the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in one clause.
    pub purpose: &'static str,
}

/// A port that is listened on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// The number.
    pub number: u16,
    /// Who listens and what for.
    pub purpose: &'static str,
}

impl<'a> Plan<'a> {
    /// Lets every wanted feature contribute.
    pub fn new(stack: &'a Stack, name: &'a str) -> Self {
        let mut plan = Self {
            stack,
            name,
            manifest: Manifest::default(),
            settings: Settings::default(),
            services: Vec::new(),
            ports: Vec::new(),
            next_steps: Vec::new(),
        };
        for feature in wanted(stack) {
            (feature.contribute)(&mut plan);
        }
        plan
    }

    /// The whole project.
    ///
    /// # Errors
    /// [`Bug`]: a template, the lock or the API description does not fit the stack.
    pub fn render(&self) -> Result<Tree, Bug> {
        let mut tree = self.sources()?;
        tree.add("Cargo.lock".into(), base(LOCKS.render(&self.manifest, self.name)?))?;
        tree.add("openapi.json".into(), base(openapi::render(self.stack, self.name)?))?;
        Ok(tree)
    }

    /// The project without what is computed ahead of time from it: `Cargo.lock` and `openapi.json`.
    ///
    /// # Errors
    /// [`Bug`]: a template is broken or two features bring the same file.
    pub fn sources(&self) -> Result<Tree, Bug> {
        let context = context::of(self.stack, self.name);
        let mut tree = Tree::default();
        let mut parts = Parts::default();
        for feature in wanted(self.stack) {
            for (path, source) in template::folder(feature.id) {
                let text = template::render(&path, source, &context)?;
                match Parts::target(&path) {
                    Some(target) => parts.add(target, &text)?,
                    None => tree.add(path, file(text, feature.origin()))?,
                }
            }
        }
        parts.fill(&mut tree)?;
        let shared: [(&str, String); 3] = [
            ("Cargo.toml", self.manifest.render(self.name)),
            (".env.example", self.settings.render()),
            ("restwell.toml", receipt::render(self.stack, self.name)),
        ];
        for (path, text) in shared {
            tree.add(Utf8PathBuf::from(path), base(text))?;
        }
        modules::fill(&mut tree)?;
        Ok(tree)
    }
}

fn base(text: String) -> File {
    file(text, "base".to_owned())
}

fn file(text: String, from: String) -> File {
    File { executable: text.starts_with("#!"), bytes: text.into_bytes(), from }
}
