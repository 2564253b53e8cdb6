//! What a team does to a project in its first months, as edits of its files.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::{living, project};

/// A change of one file.
pub(crate) enum Edit {
    New(&'static str),
    Append(&'static str),
    /// Adds text after or before a text that the file has once.
    After(&'static str, &'static str),
    Before(&'static str, &'static str),
    Delete,
}

/// What the team did. A file that the stack does not have is skipped.
pub(crate) const TEAM: [(&str, Edit); 20] = [
    ("Cargo.toml", Edit::Before("serde = {", "roman = \"0.1.6\"\n")),
    ("src/stock.rs", Edit::New(STOCK)),
    ("src/lib.rs", Edit::Append("pub mod stock;\n")),
    (
        "src/app.rs",
        Edit::Before("    router.merge(greet::router())\n", "    let router = router.merge(crate::stock::router());\n"),
    ),
    ("src/state.rs", Edit::After("pub struct App {\n", "    /// Where the goods are.\n    pub warehouse: String,\n")),
    ("src/state.rs", Edit::After("        Ok(Arc::new(Self {\n", "            warehouse: config.warehouse,\n")),
    (
        "src/config.rs",
        Edit::After(
            "    pub platform: platform::Settings,\n",
            "    /// Where the goods are\n    #[arg(long, env, default_value = \"north\", value_parser = [\"north\", \"south\"])]\n    pub warehouse: String,\n",
        ),
    ),
    ("tests/api/main.rs", Edit::Before("mod support;\n", "mod stock;\n")),
    ("tests/api/stock.rs", Edit::New(STOCK_TEST)),
    (
        "tests/settings/warehouse.json",
        Edit::New("{\"WAREHOUSE\": {\"refused\": [\"west\"], \"accepted\": [\"south\"]}}\n"),
    ),
    (".env.example", Edit::Append("\n# Where the goods are\nWAREHOUSE=north\n")),
    ("src/config.rs", Edit::After("    Serve,\n", "    /// Count the stock\n    Count,\n")),
    (
        "src/main.rs",
        Edit::Before(
            "        Command::Platform(command)",
            "        Command::Count => println!(\"{}\", config.warehouse),\n",
        ),
    ),
    (
        "src/products/routes.rs",
        Edit::After("Result<Json<Paged<Product>>> {\n", "    tracing::debug!(rows = page.rows(), \"listing\");\n"),
    ),
    ("src/products/mod.rs", Edit::Append("\n/// The most that the shop has.\npub const MOST: u32 = 10_000;\n")),
    ("README.md", Edit::Append("\n## Ask\n\nThe team of the shop.\n")),
    ("justfile", Edit::Append("\n# Count the stock\ncount:\n    cargo run -- count\n")),
    ("AGENTS.md", Edit::Append("\nAsk before you add a crate.\n")),
    (".gitignore", Edit::Append(".idea/\n")),
    ("ops/POSTMORTEM.md", Edit::Delete),
];

const STOCK: &str = r#"//! `GET /stock`: what the warehouse has.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::platform::params::Params;
use crate::state::App;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(stock))
}

/// Read the stock
#[utoipa::path(get, path = "/stock", tag = "stock", responses((status = 200, description = "The stock", body = String)))]
async fn stock(State(app): State<Arc<App>>, _: Params<()>) -> Json<String> {
    Json(format!("{} {}", app.warehouse, roman::to(4).unwrap_or_default()))
}
"#;

const STOCK_TEST: &str = r#"//! The stock.

use crate::support::http::get;
use crate::support::server::TestServer;

#[tokio::test]
async fn the_stock_is_that_of_the_warehouse() {
    let server = TestServer::start(&["--warehouse=south"]).await;
    let answer = get(server.public, "/stock").await;
    assert_eq!((answer.status, answer.json()), (200, serde_json::json!("south IV")));
}
"#;

/// Makes those edits whose file exists or is new, updates the lock and `openapi.json` to them, and returns them.
///
/// # Errors
/// If a file has not the text that an edit looks for, or the result does not compile.
pub(crate) fn edit<'a>(folder: &Path, edits: &'a [(&'static str, Edit)]) -> Result<Vec<&'a (&'static str, Edit)>> {
    let mut edited = Vec::new();
    for entry in edits {
        let (path, edit) = entry;
        let file = folder.join(path);
        if matches!(edit, Edit::New(_)) || file.exists() {
            edit.apply(&file).with_context(|| (*path).to_owned())?;
            edited.push(entry);
        }
    }
    // As the team's own cargo does on the next build.
    project::cargo(folder).args(["update", "--quiet", "--workspace"]).read()?;
    fs::write(folder.join("openapi.json"), living::description(folder)?)?;
    Ok(edited)
}

/// # Errors
/// If one of the edits is gone.
pub(crate) fn check<'a>(folder: &Path, edits: impl IntoIterator<Item = &'a (&'static str, Edit)>) -> Result<()> {
    for (path, edit) in edits {
        let is_kept = edit.is_kept(&folder.join(path)).with_context(|| format!("the edit of {path} is lost"))?;
        ensure!(is_kept, "the edit of {path} is lost");
    }
    Ok(())
}

impl Edit {
    fn apply(&self, path: &Path) -> Result<()> {
        match self {
            Self::New(text) => {
                fs::create_dir_all(path.parent().context("a file has a folder")?)?;
                Ok(fs::write(path, text)?)
            }
            Self::Append(new) => Ok(fs::write(path, fs::read_to_string(path)? + new)?),
            Self::After(anchor, new) => project::replace(path, anchor, &format!("{anchor}{new}")),
            Self::Before(anchor, new) => project::replace(path, anchor, &format!("{new}{anchor}")),
            Self::Delete => Ok(fs::remove_file(path)?),
        }
    }

    /// Whether a file still has the edit.
    fn is_kept(&self, path: &Path) -> Result<bool> {
        Ok(match self {
            Self::Delete => !path.exists(),
            Self::New(new) => fs::read_to_string(path)? == *new,
            Self::Append(new) | Self::After(_, new) | Self::Before(_, new) => {
                fs::read_to_string(path)?.contains(new.trim())
            }
        })
    }
}
