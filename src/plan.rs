//! The plan of a project: the content of its files, decided but not yet rendered.
//!
//! Features contribute to the typed shared facts ([`Parts`]) and have template folders; `render` turns both into a
//! [`Tree`]. Nothing here does I/O.

mod context;
mod modules;
mod receipt;
mod resource;
mod slots;

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use minijinja::Value;

use crate::choice::Database;
use crate::feature::wanted;
use crate::name;
use crate::part::{Parts, operator_value, secret, server, volume, widget};
use crate::precomputed::{LOCKS, openapi};
use crate::resource::Resource;
use crate::stack::Stack;
use crate::template::{self, Context};
use crate::tree::{Bug, File, RECEIPT, Tree};

use resource::Resources;
pub use resource::{check as check_resources, is_rebuilt};
use slots::Slots;

#[cfg(test)]
thread_local! {
    /// How often this thread has rendered a project.
    pub(crate) static RENDERED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// A stack, a name, and the facts that its features contribute.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The choices.
    pub stack: &'a Stack,
    /// The project's name, one that cargo accepts.
    pub name: &'a str,
    /// What it stores besides products; without a database, nothing is stored.
    pub added: Vec<Resource>,
    /// The facts that several files of the project state.
    pub parts: Parts,
}

impl<'a> Plan<'a> {
    /// Lets every wanted feature contribute.
    pub fn new(stack: &'a Stack, name: &'a str) -> Self {
        let mut parts = Parts::default();
        for feature in wanted(stack) {
            (feature.contribute)(stack, &mut parts);
        }
        Self { stack, name, added: Vec::new(), parts }
    }

    /// With these resources besides products.
    #[must_use]
    pub fn with(self, added: &[Resource]) -> Self {
        Self { added: added.to_vec(), ..self }
    }

    /// Everything that the project stores.
    fn resources(&self) -> Vec<Resource> {
        match self.stack.database {
            Database::None => Vec::new(),
            _ => [Resource::products()].into_iter().chain(self.added.iter().cloned()).collect(),
        }
    }

    /// The whole project.
    ///
    /// # Errors
    /// [`Bug`]: a template, the lock or the API description does not match the stack.
    pub fn render(&self) -> Result<Tree, Bug> {
        #[cfg(test)]
        RENDERED.set(RENDERED.get() + 1);
        let mut tree = self.sources()?;
        tree.add("Cargo.lock".into(), base(LOCKS.render(&self.parts.manifest, self.name)?))?;
        tree.add(
            "openapi.json".into(),
            base(openapi::render(self.stack, self.name, self.resources().get(1..).unwrap_or_default())?),
        )?;
        Ok(tree)
    }

    /// The project without `Cargo.lock` and `openapi.json`, which are computed in advance.
    ///
    /// # Errors
    /// [`Bug`]: a template is broken or two features have the same file.
    pub fn sources(&self) -> Result<Tree, Bug> {
        let mut context = self.facts();
        let resources = Resources::new(self.resources(), self.stack);
        context.insert("resources".to_owned(), resources.variables().into());
        context.insert("caches".to_owned(), resources.caches());
        let mut tree = Tree::default();
        let mut slots = Slots::default();
        for (path, source, from, fields) in self.templates(&resources) {
            match fields {
                Some(fields) => context.insert("resource".to_owned(), fields),
                // Only a template of each resource may ask for it.
                None => context.remove("resource"),
            };
            let text = template::render(&path, source, &context)?;
            match Slots::target(&path) {
                Some(target) => slots.add(target, &text)?,
                None => tree.add(path, file(text, from))?,
            }
        }
        for (path, sql) in resources.migrations() {
            tree.add(path, file(sql, resource::FOLDER.to_owned()))?;
        }
        slots.fill(&mut tree)?;
        let shared: [(&str, String); 3] = [
            ("Cargo.toml", self.parts.manifest.render(self.name)),
            (".env.example", self.parts.settings.env_example()),
            (RECEIPT, receipt::render(self.stack, self.name, &self.added)),
        ];
        for (path, text) in shared {
            tree.add(Utf8PathBuf::from(path), base(text))?;
        }
        modules::fill(&mut tree)?;
        Ok(tree)
    }

    /// The variables of templates, without those of resources.
    fn facts(&self) -> Context {
        let mut context = context::of(self.stack, self.name);
        let Parts {
            indicator,
            limits,
            operator_values,
            dashboards,
            drain,
            secrets,
            series,
            servers,
            settings,
            symptoms,
            volumes,
            ..
        } = &self.parts;
        let facts = [
            ("bounds", limits.bounds()),
            ("environment", settings.compose_environment()),
            ("gitlab_services", server::gitlab_services(servers)),
            ("gitlab_variables", server::gitlab_variables(servers)),
            (
                "operator_values",
                operator_value::env_file(operator_values.iter().copied().chain(settings.operator_values())),
            ),
            ("secrets", secret::compose(secrets)),
            ("secrets_of_service", secret::of_service(secrets)),
            ("secret_files", secret::commands(secrets)),
            ("settings", settings.rules() + &settings.tables()),
            ("sizes", limits.sizes()),
            ("test_servers", server::test_functions(servers)),
            ("test_variables", server::test_variables(servers)),
            ("time_outs", limits.time_outs()),
            ("volumes", volume::render(volumes)),
        ];
        let fields: BTreeMap<_, _> = servers.iter().map(|server| (server.name, server.fields())).collect();
        context.insert("servers".to_owned(), fields.into());
        context.insert("series".to_owned(), series.render().into());
        context.insert("dashboards".to_owned(), dashboards.render(self.name).into());
        context.insert("counting_alerts".to_owned(), symptoms.counting().into());
        context.insert("symptoms".to_owned(), symptoms.render(self.name).into());
        if let Some(drain) = drain {
            context.insert("drain".to_owned(), drain.fields().into());
        }
        if let Some(indicator) = indicator {
            context.insert("indicator".to_owned(), indicator.fields(self.name).into());
        }
        context.extend(facts.map(|(name, text)| (name.to_owned(), text.into())));
        context.extend(self.datadog().map(|(name, text)| (name.to_owned(), text.into())));
        context.extend(self.settings_of_target().map(|(name, fact)| (name.to_owned(), fact)));
        context
    }

    /// What a project creates in Datadog.
    fn datadog(&self) -> [(&'static str, String); 2] {
        let Parts { symptoms, queries, widgets, .. } = &self.parts;
        [("monitors", symptoms.monitors(queries, self.name)), ("widgets", widget::dashboard(widgets, self.name))]
    }

    /// The settings as a deployment has them, and as only its target has them.
    fn settings_of_target(&self) -> impl Iterator<Item = (&'static str, Value)> {
        let settings = &self.parts.settings;
        let of_target = self.parts.target_variables.map(|variables| variables(settings, &name::label(self.name)));
        let of_every = [
            ("fixed_settings", settings.fixed_lines().into()),
            ("fixed_list", settings.fixed_fields().into()),
            ("settings_of_operator", settings.operator_lines().into()),
            ("operator_list", settings.operator_fields().into()),
            ("secret_list", settings.secret_fields().into()),
        ];
        of_every.into_iter().chain(of_target.into_iter().flatten())
    }

    /// Every template of the project, by the path of what it renders, with the choice that it comes from; that of a
    /// resource once for each, with its variables.
    fn templates(&self, resources: &Resources) -> Vec<(Utf8PathBuf, &'static str, String, Option<Value>)> {
        let mut all = Vec::new();
        let balancer = self.stack.deploy.target().balancer;
        for feature in wanted(self.stack) {
            let from = feature.origin();
            for (path, source) in template::folder(feature.id) {
                if resource::is_repeated(&path) {
                    let each = resources.each(&path);
                    all.extend(each.map(|(path, fields)| (path, source, from.clone(), Some(fields))));
                } else {
                    let path = match balancer {
                        // Each target has its configuration in a folder of its own.
                        Some(balancer) => path.as_str().replace("{balancer}", balancer.folder).into(),
                        None => path,
                    };
                    all.push((path, source, from.clone(), None));
                }
            }
        }
        for (path, source) in template::folder(resource::FOLDER) {
            let added = resources.added(&path).into_iter();
            all.extend(added.map(|(path, fields)| (path, source, resource::FOLDER.to_owned(), fields)));
        }
        all
    }
}

fn base(text: String) -> File {
    file(text, "base".to_owned())
}

fn file(text: String, from: String) -> File {
    File { executable: text.starts_with("#!"), bytes: text.into_bytes(), from }
}
