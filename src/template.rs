//! The templates in the binary, and the engine that renders them.
//!
//! A template stays valid in its own language: a condition is a comment line (`//~ if cache` in Rust, `#~ if cache`
//! elsewhere) and a value is `<% name %>`. An unknown name is an error, never an empty string.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use include_dir::{Dir, include_dir};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};

use crate::tree::Bug;

/// The mutations that the tests of a folder must detect. Read by `cargo xtask mutations`, never rendered.
const MUTATIONS: &str = "mutations.toml";

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The variables of the templates.
pub type Context = BTreeMap<String, minijinja::Value>;

/// The templates of the folder `id`, by path inside the project; empty if there is no such folder.
pub fn folder(id: &str) -> Vec<(Utf8PathBuf, &'static str)> {
    fn collect(dir: &'static Dir<'static>, root: &str, found: &mut Vec<(Utf8PathBuf, &'static str)>) {
        for file in dir.files() {
            let path = Utf8Path::from_path(file.path()).expect("template paths are ASCII");
            let inside = path.strip_prefix(root).expect("a file is inside its folder");
            if inside != MUTATIONS {
                found.push((inside.to_owned(), file.contents_utf8().expect("templates are text")));
            }
        }
        for inner in dir.dirs() {
            collect(inner, root, found);
        }
    }
    let mut found = Vec::new();
    // `Dir::get_dir` would look into every folder.
    if let Some(dir) = TEMPLATES.dirs().find(|dir| dir.path().as_os_str() == id) {
        collect(dir, id, &mut found);
    }
    found
}

/// The name of every template folder.
pub fn folders() -> Vec<&'static str> {
    TEMPLATES.dirs().map(|dir| dir.path().to_str().expect("template paths are ASCII")).collect()
}

/// Renders one template.
///
/// # Errors
/// [`Bug`] on a syntax error or an unknown name.
pub fn render(path: &Utf8Path, source: &str, context: &Context) -> Result<String, Bug> {
    let prefix = match path.extension() {
        Some("rs" | "js" | "css") => "//~",
        _ => "#~",
    };
    let bug = |error: minijinja::Error| Bug(format!("template `{path}`: {error:#}"));
    let syntax = SyntaxConfig::builder()
        .variable_delimiters("<%", "%>")
        // Unused, since conditions are whole lines; but the engine requires distinct delimiters.
        .block_delimiters("<%%", "%%>")
        .comment_delimiters("<%#", "#%>")
        .line_statement_prefix(prefix)
        .keep_trailing_newline(true)
        .build()
        .map_err(bug)?;
    let mut environment = Environment::new();
    environment.set_syntax(syntax);
    environment.add_filter("replace", |text: &str, from: &str, to: &str| text.replace(from, to));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.render_named_str(path.as_str(), source, context).map_err(bug)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(path: &str, source: &str) -> Result<String, Bug> {
        let context = Context::from([("cache".into(), true.into()), ("name".into(), "shop-api".into())]);
        render(path.into(), source, &context)
    }

    #[test]
    fn conditions_leave_no_line() {
        let source = "a\n    //~ if cache\n    b\n    //~ else\n    c\n    //~ endif\nd\n";
        assert_eq!(fill("x.rs", source).expect("renders"), "a\n    b\nd\n");
        assert_eq!(fill("x.yml", "#~ if not cache\nb\n#~ endif\nd\n").expect("renders"), "d\n");
    }

    #[test]
    fn braces_and_expressions_of_other_languages_are_kept() {
        let source = "format!(\"{{}} {name}\"); ${{ secrets.TOKEN }} {% raw %} {# x #} <% name %>\n";
        let filled = source.replace("<% name %>", "shop-api");
        assert_eq!(fill("x.rs", source).expect("renders"), filled);
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        assert!(fill("x.rs", "<% nmae %>\n").is_err());
        assert!(fill("x.rs", "//~ if chache\n//~ endif\n").is_err());
    }
}
