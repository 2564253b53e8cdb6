//! Every valid stack, rendered once for all tests that read projects. Each distinct text is stored and parsed once.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{LazyLock, Mutex};
use std::thread;

use camino::{Utf8Path, Utf8PathBuf};
use restwell::base::Base;
use restwell::choice::{Auth, Cache, Database, Limiter, Monitoring, Upstream, Value};
use restwell::plan::Plan;
use restwell::stack::{Answers, Origin, Stack};
use restwell::tree::Tree;
use restwell::variants;

/// A name that no template contains, so that a hard-coded one is noticed.
pub(crate) const NAME: &str = "north-pier9";

/// Values with every server, and a secret in each setting that can have one.
pub(crate) const WITH_SERVERS: [Value; 5] = [
    Value::Database(Database::Postgres),
    Value::Cache(Cache::Redis),
    Value::Limiter(Limiter::Redis),
    Value::Auth(Auth::ApiKey),
    Value::Upstream(Upstream::Http),
];

/// The stack with these values, of which a later one replaces an earlier one of the same choice, and defaults.
pub(crate) fn stack(values: impl IntoIterator<Item = Value>) -> Stack {
    let answers: Answers = values.into_iter().map(|value| (value, Origin::Flag)).collect();
    Stack::resolve(&answers).expect("valid").stack
}

/// The sources of its project.
pub(crate) fn tree(stack: &Stack) -> Tree {
    Plan::new(stack, NAME).sources().expect("renders")
}

/// The setting that tells the environments of a deployment apart in its telemetry, and what is before the name of one.
pub(crate) fn environment_in_telemetry(stack: &Stack) -> Option<(&'static str, &'static str)> {
    match stack.monitoring {
        Monitoring::Otlp => Some(("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=")),
        Monitoring::Datadog => Some(("DD_ENV", "")),
        Monitoring::Prometheus | Monitoring::None => None,
    }
}

/// The value of a setting in the text of `.env.example`, where optional settings are commented out.
pub(crate) fn default_of<'a>(example: &'a str, setting: &str) -> &'a str {
    let value = |line: &'a str| line.trim_start_matches("# ").strip_prefix(setting)?.strip_prefix('=');
    example.lines().find_map(value).unwrap_or_else(|| panic!("no {setting} in .env.example"))
}

/// The text of one of its files.
pub(crate) fn source<'a>(tree: &'a Tree, path: &str) -> &'a str {
    std::str::from_utf8(&tree.get(path).unwrap_or_else(|| panic!("no {path}")).bytes).expect("text")
}

/// A rendered project.
pub(crate) struct Project {
    pub(crate) stack: Stack,
    /// The digest of the whole tree, as in reports.
    pub(crate) digest: String,
    /// Whether its base is read as it was written, with the same digest.
    pub(crate) has_sound_base: bool,
    files: BTreeMap<Utf8PathBuf, &'static str>,
}

impl Project {
    pub(crate) fn files(&self) -> impl Iterator<Item = (&Utf8Path, &'static str)> {
        self.files.iter().map(|(path, text)| (path.as_path(), *text))
    }

    pub(crate) fn get(&self, path: impl AsRef<Utf8Path>) -> Option<&'static str> {
        self.files.get(path.as_ref()).copied()
    }

    pub(crate) fn text(&self, path: impl AsRef<Utf8Path>) -> &'static str {
        self.get(&path).unwrap_or_else(|| panic!("no {} in {}", path.as_ref(), self.id()))
    }

    pub(crate) fn id(&self) -> String {
        variants::id(&self.stack)
    }

    /// The Rust files under `folders`.
    pub(crate) fn rust(&self, folders: &[&str]) -> impl Iterator<Item = (&Utf8Path, &'static str)> {
        let is_in = |path: &Utf8Path| folders.iter().any(|folder| path.starts_with(folder));
        self.files().filter(move |(path, _)| path.extension() == Some("rs") && is_in(path))
    }
}

/// One for each valid stack.
pub(crate) fn all() -> &'static [Project] {
    static ALL: LazyLock<Vec<Project>> = LazyLock::new(render);
    &ALL
}

/// One for each stack with distinct Rust code.
pub(crate) fn rust_distinct() -> impl Iterator<Item = &'static Project> {
    let distinct: BTreeSet<Stack> = Stack::rust_distinct().into_iter().collect();
    all().iter().filter(move |project| distinct.contains(&project.stack))
}

/// Each distinct file of all projects, with one project that has it.
pub(crate) fn distinct_files() -> impl Iterator<Item = (&'static Project, &'static Utf8Path, &'static str)> {
    let mut seen = HashSet::new();
    let files = all().iter().flat_map(|project| project.files().map(move |(path, text)| (project, path, text)));
    files.filter(move |(_, path, text)| seen.insert((*path, text.as_ptr())))
}

fn render() -> Vec<Project> {
    let stacks = Stack::all();
    let known = Mutex::new(BTreeSet::new());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let known = &known;
        let parts = stacks.chunks(stacks.len().div_ceil(threads));
        let project = |part: &[Stack]| part.iter().map(|stack| project(stack, known)).collect::<Vec<_>>();
        let parts: Vec<_> = parts.map(|part| scope.spawn(move || project(part))).collect();
        parts.into_iter().flat_map(|part| part.join().expect("every valid stack renders")).collect()
    })
}

fn project(stack: &Stack, known: &Mutex<BTreeSet<&'static str>>) -> Project {
    let tree = Plan::new(stack, NAME).render().expect("every valid stack renders");
    let (base, digest) = (Base::of(stack, &[], &tree), tree.digest());
    let has_sound_base = Base::parse(&base.render()).as_ref() == Ok(&base) && base.digest.as_ref() == Some(&digest);
    let mut known = known.lock().expect("no thread panics while it holds it");
    let files = tree.files().map(|(path, file)| {
        let text = std::str::from_utf8(&file.bytes).expect("generated files are text");
        let kept = known.get(text).copied().unwrap_or_else(|| {
            let kept: &'static str = text.to_owned().leak();
            known.insert(kept);
            kept
        });
        (path.to_owned(), kept)
    });
    let files = files.collect();
    Project { stack: *stack, digest, has_sound_base, files }
}
