//! Migrations over sequences of changes: each that is rendered is in the project, and none is taken for deleted.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use restwell::choice::{Database, Value};
use restwell::merge::{Base, File, Files, Migrations, Step, find_migration, is_migration, trees};
use restwell::plan::Plan;
use restwell::resource::Resource;
use restwell::stack::{Answers, Origin, Stack};

use crate::projects::NAME;

/// A change of a project.
#[derive(Clone, Copy, Debug)]
enum Change {
    Generate(&'static str, &'static [&'static str]),
    Remove(&'static str),
    Set(Database),
    /// The user adds a migration.
    Own,
    /// The user adds a comment to the newest migration of restwell.
    Edit,
}

use Change::{Edit, Generate, Own, Remove, Set};

const CHANGES: [Change; 12] = [
    Generate("orders", &["a:int"]),
    Generate("orders", &["a:int", "d:int"]),
    Generate("lines", &["b:int"]),
    Generate("lines", &["b:int", "c:int"]),
    Generate("lines", &["b:int", "c:int!"]),
    Generate("bills", &["a:int"]),
    Remove("bills"),
    Set(Database::None),
    Set(Database::Sqlite),
    Set(Database::Postgres),
    Own,
    Edit,
];

/// The migrations of a project, and what was last applied to it.
struct Project {
    stack: Stack,
    resources: Vec<Resource>,
    applied: Files,
    files: Files,
    renders: BTreeMap<String, Files>,
}

impl Project {
    fn new() -> Self {
        let (applied, files) = (Files::new(), Files::new());
        let (stack, resources, renders) = (stack(Database::Sqlite), Vec::new(), BTreeMap::new());
        let mut project = Self { stack, resources, applied, files, renders };
        project.reset();
        project
    }

    /// Makes it a new project; what was rendered is not rendered again.
    fn reset(&mut self) {
        self.stack = stack(Database::Sqlite);
        self.resources.clear();
        self.applied = self.render();
        self.files = self.applied.clone();
    }

    fn render(&mut self) -> Files {
        let key = format!("{:?} {:?}", self.stack.database, self.resources);
        let (stack, resources) = (&self.stack, &self.resources);
        let render = || {
            let tree = Plan::new(stack, NAME).with(resources).render().expect("it renders");
            let migrations = tree.files().filter(|(path, _)| is_migration(path));
            let file = |file: &restwell::tree::File| File { bytes: file.bytes.clone(), executable: file.executable };
            migrations.map(|(path, rendered)| (path.to_owned(), file(rendered))).collect()
        };
        self.renders.entry(key).or_insert_with(render).clone()
    }

    fn make(&mut self, change: Change) {
        let before = self.stack.database;
        match change {
            Generate(..) if before == Database::None => return,
            Generate(name, fields) => {
                let resource = Resource::parse(name, fields.iter().copied()).expect("a resource");
                match self.resources.iter_mut().find(|known| known.name() == name) {
                    Some(known) => *known = known.changed_to(&resource).unwrap_or_else(|_| known.clone()),
                    None => self.resources.push(resource),
                }
            }
            Remove(name) => self.resources.retain(|resource| resource.name() != name),
            Set(database) => self.stack = stack(database),
            Own => return self.add(),
            Edit => return self.edit(),
        }
        self.merge(before);
    }

    fn add(&mut self) {
        let last = self.files.keys().filter_map(|path| path.file_name()?.get(..4)?.parse::<u32>().ok()).max();
        let path = format!("migrations/{:04}_own.sql", last.unwrap_or(0) + 1);
        self.files.insert(path.into(), File { bytes: b"SELECT 1;\n".to_vec(), executable: false });
    }

    fn edit(&mut self) {
        let is_rendered = |path: &&Utf8PathBuf| !path.as_str().ends_with("_own.sql");
        if let Some(path) = self.files.keys().rfind(is_rendered).cloned() {
            self.files.entry(path).or_default().bytes.extend(b"-- Ours.\n");
        }
    }

    fn merge(&mut self, before: Database) {
        let new = self.render();
        let follows = if self.stack.database == before { Migrations::Append } else { Migrations::Follow };
        let base = Base { files: self.applied.clone(), ..Base::default() };
        let merge = trees(&base, &self.files, &new, follows);
        for (path, step) in &merge.steps {
            assert!(!matches!(step, Step::StaysAway { .. }), "{path} was not deleted");
        }
        self.files = merge.apply(&self.files, |_| Step::Keep);
        for (path, file) in &new {
            let is_there = find_migration(path, file, &self.files).is_some();
            assert!(is_there || self.edited(path), "{path} is missing: {:?}", self.files.keys());
        }
        assert!(self.names_differ(), "one migration is there twice: {:?}", self.files.keys());
        self.applied = new;
    }

    /// Whether no two migrations have one name, those of the user left out.
    fn names_differ(&self) -> bool {
        let mut names = BTreeSet::new();
        let mut rendered = self.files.keys().filter(|path| !path.as_str().ends_with("_own.sql"));
        rendered.all(|path| names.insert(path.file_name().and_then(|name| name.get(4..))))
    }

    /// Whether the project has the migration with edits.
    fn edited(&self, path: &Utf8Path) -> bool {
        let name = |path: &Utf8Path| path.file_name().and_then(|name| name.get(4..)).map(str::to_owned);
        let is_edited = |file: &File| String::from_utf8_lossy(&file.bytes).contains("-- Ours.");
        self.files.iter().any(|(other, file)| name(other) == name(path) && is_edited(file))
    }
}

fn stack(database: Database) -> Stack {
    let answers: Answers = [(Value::Database(database), Origin::Flag)].into_iter().collect();
    Stack::resolve(&answers).expect("a database alone breaks no rule").stack
}

#[test]
fn a_migration_whose_path_another_render_has_is_not_taken_for_deleted() {
    let mut project = Project::new();
    for change in [0, 2, 3, 1, 5, 7, 6, 8] {
        project.make(CHANGES[change]);
    }
    project.reset();
    for change in [0, 2, 10, 1, 4, 5, 7, 6, 8] {
        project.make(CHANGES[change]);
    }
}

#[test]
fn every_rendered_migration_is_in_the_project_after_any_sequence_of_changes() {
    let mut project = Project::new();
    let mut state: usize = 1;
    for _ in 0..30 {
        project.reset();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            project.make(CHANGES[(state >> 33) % CHANGES.len()]);
        }
    }
}
