//! The edits of a team to a generated project over months. An edit skips a file that the stack does not have.

use restwell::merge::Files;

use super::team::{Anchors, Team};

/// A kind of edit.
pub(super) type Edit = (&'static str, fn(&mut Team));

/// The ten kinds, and the two that change no line: files moved, and line ends changed.
pub(super) const EDITS: [Edit; 12] = [
    ("orders", orders),
    ("state", state),
    ("handler", handler),
    ("crates", crates),
    ("readme", readme),
    ("compose", compose),
    ("ci", ci),
    ("ops", ops),
    ("command", command),
    ("delete", delete),
    ("rename", rename),
    ("line ends", line_ends),
];

/// The project after one kind of edit.
pub(super) fn edited(files: &Files, edit: fn(&mut Team)) -> Files {
    let mut team = Team { files: files.clone(), anchors: Anchors::new() };
    edit(&mut team);
    team.files
}

/// The text that each edit looks for, and whether a project has it.
pub(super) fn anchors(files: &Files) -> Anchors {
    EDITS.iter().fold(Anchors::new(), |anchors, (_, edit)| {
        let mut team = Team { files: files.clone(), anchors };
        edit(&mut team);
        team.anchors
    })
}

/// The project after all ten kinds.
pub(super) fn edited_by_all(files: &Files) -> Files {
    EDITS[..10].iter().fold(files.clone(), |files, (_, edit)| edited(&files, *edit))
}

/// A second resource, written by hand.
fn orders(team: &mut Team) {
    team.write(
        "src/orders.rs",
        "//! `/orders`.\n\nuse std::sync::Arc;\n\nuse axum::Json;\nuse utoipa_axum::{router::OpenApiRouter, routes};\n\n\
         use crate::state::App;\n\npub fn router() -> OpenApiRouter<Arc<App>> {\n    OpenApiRouter::new().routes(routes!(list))\n}\n\n\
         /// List orders\n#[utoipa::path(get, path = \"/orders\", tag = \"orders\", responses((status = 200, description = \"All\")))]\n\
         async fn list() -> Json<Vec<i64>> {\n    Json(Vec::new())\n}\n",
    );
    team.write(
        "migrations/0002_orders.sql",
        "CREATE TABLE orders (\n    id INTEGER PRIMARY KEY AUTOINCREMENT\n) STRICT;\n",
    );
    team.write("tests/api/orders.rs", "//! Orders.\n");
    team.declare("src/lib.rs", "pub mod orders;\n");
    team.declare("tests/api/main.rs", "mod orders;\n");
    team.after(
        "src/app.rs",
        "    let router = OpenApiRouter::new();",
        "    let router = router.merge(crate::orders::router());\n",
    );
    team.after("README.md", "| `DELETE /products/{id}` | 204 |", "| `GET /orders` | all orders |\n");
    team.replace(
        "openapi.json",
        "    \"/products\": {",
        "    \"/orders\": {\n      \"get\": {\n        \"tags\": [\n          \"orders\"\n        ],\n        \"summary\": \"List orders\"\n      }\n    },\n    \"/products\": {",
    );
    team.append("CHANGELOG.md", "\n- `GET /orders`\n");
}

/// Something of their own in the state, with a setting.
fn state(team: &mut Team) {
    team.write("src/mailer.rs", "//! Sends mail.\n\npub struct Mailer {\n    pub url: String,\n}\n");
    team.declare("src/lib.rs", "pub mod mailer;\n");
    team.after("src/state.rs", "    pub platform: Arc<Platform>,", "    pub mailer: crate::mailer::Mailer,\n");
    team.before(
        "src/state.rs",
        "            platform,",
        "            mailer: crate::mailer::Mailer { url: config.mail_url.clone() },\n",
    );
    team.after(
        "src/config.rs",
        "    pub platform: platform::Settings,",
        "    /// Where mail is sent from\n    #[arg(long, env, default_value = \"smtp://127.0.0.1:1025\")]\n    pub mail_url: String,\n",
    );
    team.append(".env.example", "\n# Where mail is sent from\nMAIL_URL=smtp://127.0.0.1:1025\n");
    team.append("docs/settings.md", "\nMail: `MAIL_URL`.\n");
}

/// Handlers of the examples, changed.
fn handler(team: &mut Team) {
    let routes = "src/products/routes.rs";
    team.replace(routes, "/// List products in the order they were added", "/// List all products");
    team.after(
        routes,
        "    let rows = queries::list(&app.platform.database, page.after(), page.rows()).await?;",
        "    tracing::debug!(rows = rows.len(), \"listed\");\n",
    );
    team.replace("src/greet.rs", "\"Developer\"", "\"friend\"");
    team.replace("src/greet.rs", "text(1..=100)", "text(1..=200)");
    team.append("src/products/queries.rs", "\n/// How many there may be.\npub const MOST: i64 = 10_000;\n");
    team.replace("src/products/mod.rs", "text(1..=200)", "text(1..=150)");
}

/// Dependencies and the manifest.
fn crates(team: &mut Team) {
    let manifest = "Cargo.toml";
    team.before(manifest, "serde = { version = \"1.0.229\", features = [\"derive\"] }", "secular = \"1.0.1\"\n");
    team.after(manifest, "humantime = \"2.4.0\"", "roman = \"0.1.6\"\n");
    team.replace(manifest, "features = [\"macros\", \"net\"", "features = [\"fs\", \"macros\", \"net\"");
    team.replace(manifest, "lto = \"thin\"", "lto = \"fat\"");
    team.replace(manifest, "version = \"0.1.0\"\n", "version = \"1.4.0\"\nauthors = [\"Tea team\"]\n");
    team.replace(manifest, "todo = \"warn\"", "todo = \"deny\"");
    team.after(manifest, "[dev-dependencies]", "# For golden files.\napprox = \"0.5.1\"\n");
    if let Some(lock) = team.text("Cargo.lock") {
        team.write(
            "Cargo.lock",
            &with_packages(&lock, &[("roman", "0.1.6"), ("secular", "1.0.1"), ("approx", "0.5.1")]),
        );
    }
}

fn readme(team: &mut Team) {
    let readme = "README.md";
    team.replace(
        readme,
        "A JSON API in Rust, with a greeting to start from.\n",
        "The service of the tea shop. Ask in #tea before you change it.\n",
    );
    team.before(readme, "## Test it", "## Who to ask\n\nTeam Tea, in #tea.\n\n");
    team.replace(readme, "| rate limiting | ", "| limits | ");
    team.replace(readme, "This builds the image (no shell in it, not root, read-only)", "CI builds the image");
    team.append(readme, "\n## Thanks\n\nTo everyone.\n");
}

fn compose(team: &mut Team) {
    let path = "deploy/compose.yml";
    team.after(path, "      TRUSTED_PROXY_HOPS: \"1\"", "      MAIL_URL: smtp://mail:1025\n");
    team.before(path, "  prometheus:", "  mail:\n    <<: *guarded\n    image: axllent/mailpit:v1.21\n\n");
    team.replace(path, "          memory: 256M", "          memory: 384M");
    team.replace(path, "prom/prometheus:v3.5.0", "prom/prometheus:v3.6.0");
}

fn ci(team: &mut Team) {
    let path = ".github/workflows/ci.yml";
    team.append(path, "\n  coverage:\n    runs-on: ubuntu-24.04\n    timeout-minutes: 30\n    steps:\n      - run: cargo llvm-cov --locked\n");
    team.replace(
        path,
        "  test:\n    runs-on: ubuntu-24.04\n    timeout-minutes: 30\n",
        "  test:\n    runs-on: ubuntu-24.04-arm\n    timeout-minutes: 45\n",
    );
    team.after(path, "      - run: cargo test --locked", "      - run: cargo test --locked --doc\n");
}

fn ops(team: &mut Team) {
    team.replace("ops/alerts/service.yml", "        for: 5m\n", "        for: 3m\n");
    team.append("ops/runbook/service.md", "\n## Mail does not go out\n\nIs the relay up?\n");
    team.after(
        "ops/ONCALL.md",
        "4. Did something change at that time? Roll it back first, investigate later.",
        "5. Ask in #tea.\n",
    );
    team.append("justfile", "\n# Send a mail to yourself\nmail:\n    curl smtp://127.0.0.1:1025\n");
    team.replace(
        "Dockerfile",
        "FROM gcr.io/distroless/cc-debian13:nonroot\n",
        "FROM registry.tea.example/base/cc:13\n",
    );
    team.append(".gitignore", ".idea/\n");
    team.append("AGENTS.md", "\nAsk before you add a crate.\n");
    team.replace("ops/dashboards/service.json", "\"title\": \"Duration\"", "\"title\": \"How long it takes\"");
    team.replace("ops/dashboards/service.json", "\"refresh\": \"30s\"", "\"refresh\": \"1m\"");
}

/// A sub-command of their own.
fn command(team: &mut Team) {
    team.after("src/config.rs", "    Serve,", "    /// Send queued mail\n    Flush,\n");
    let flush = "        Command::Flush => println!(\"flushed\"),\n";
    team.before(
        "src/main.rs",
        "        Command::Platform(command) => command.run(&config.platform, operations().into_openapi()).await?,",
        flush,
    );
    team.replace(
        "src/main.rs",
        "use app::config::{Command, Config};",
        "use app::config::{Command, Config};\nuse app::greet;",
    );
}

fn delete(team: &mut Team) {
    for path in [
        "ops/POSTMORTEM.md",
        "ops/CAPACITY.md",
        ".github/dependabot.yml",
        "docs/decisions/limits.md",
        "benches/hot_path.rs",
    ] {
        team.delete(path);
    }
    team.replace("Cargo.toml", "[[bench]]\nname = \"hot_path\"\nharness = false\n\n", "");
}

/// The example resource under another name, and a page moved.
fn rename(team: &mut Team) {
    for file in ["mod.rs", "queries.rs", "routes.rs", "statements.rs"] {
        team.rename(&format!("src/products/{file}"), &format!("src/catalog/{file}"));
    }
    let rust: Vec<String> =
        team.files.keys().filter(|path| path.extension() == Some("rs")).map(ToString::to_string).collect();
    for path in rust {
        let text = team.text(&path).expect("it is there");
        let renamed = ["crate::products", "app::products"]
            .iter()
            .fold(text, |text, name| text.replace(name, &name.replace("products", "catalog")));
        team.write(&path, &renamed);
    }
    team.replace("src/lib.rs", "pub mod products;\n", "");
    team.declare("src/lib.rs", "pub mod catalog;\n");
    team.rename("ops/POSTMORTEM.md", "docs/postmortem.md");
}

/// A checkout with CRLF.
fn line_ends(team: &mut Team) {
    for file in team.files.values_mut().filter(|file| !file.executable) {
        let text = String::from_utf8(file.bytes.clone()).expect("generated files are text");
        file.bytes = text.replace('\n', "\r\n").into_bytes();
    }
}

/// The lock as cargo writes it once the project depends on these packages too.
fn with_packages(lock: &str, packages: &[(&str, &str)]) -> String {
    let (head, entries) = lock.split_once("\n\n").expect("a lock has a head");
    let mut entries: Vec<String> = entries.split("\n\n").map(|entry| entry.trim().to_owned()).collect();
    let own = entries.iter().position(|entry| !entry.contains("source = ")).expect("the project is in its lock");
    let (start, uses) = entries[own].split_once("dependencies = [\n").expect("it has dependencies");
    let source = lock.lines().find(|line| line.starts_with("source = ")).expect("the project has dependencies");
    let mut uses: Vec<String> = uses.trim_end_matches(']').lines().map(str::to_owned).collect();
    uses.extend(packages.iter().map(|(name, _)| format!(" \"{name}\",")));
    uses.sort();
    uses.dedup();
    let start = start.replace("version = \"0.1.0\"", "version = \"1.4.0\"");
    entries[own] = format!("{start}dependencies = [\n{}\n]", uses.join("\n"));
    for (name, version) in packages {
        let line = format!("name = \"{name}\"\n");
        if !entries.iter().any(|entry| entry.contains(&line)) {
            entries.push(format!("[[package]]\n{line}version = \"{version}\"\n{source}\nchecksum = \"00\""));
        }
    }
    entries.sort_by_key(|entry| entry.lines().nth(1).map(str::to_owned));
    format!("{head}\n\n{}\n", entries.join("\n\n"))
}
