//! `docs/options.md` is derived from the choices; this test keeps it up to date.
//!
//! `INSTA_UPDATE=always cargo test options` updates it, like the snapshots.

use std::fmt::Write as _;
use std::path::Path;

use restwell::choice::{Choice, Value};
use restwell::preset::PRESETS;
use restwell::rules::{RULES, forbidding};

#[test]
fn the_page_of_options_matches_the_choices() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/options.md");
    let expected = page().expect("a String takes every write");
    if std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always") {
        std::fs::write(&path, &expected).expect("docs can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "run `INSTA_UPDATE=always cargo test options`");
}

fn page() -> Result<String, std::fmt::Error> {
    let mut page = String::from(
        "# Options\n\nDerived from the table in `src/choice.rs` and the features in `src/feature/`; a test keeps it so.\n\
         The default of each choice stands first.\n",
    );
    for &choice in Choice::ALL {
        write!(
            page,
            "\n## `--{}`\n\n{}\n\n| value | is | costs and brings |\n| --- | --- | --- |\n",
            choice.id(),
            choice.question()
        )?;
        for &value in choice.values() {
            let offer = value.offer();
            writeln!(page, "| `{}` | {} | {} |", value.id(), offer.label, offer.cost)?;
        }
        writeln!(page)?;
        for &value in choice.values() {
            writeln!(page, "- `{}`: {}", value.id(), offer_and_limits(value))?;
        }
    }
    page.push_str("\n## Presets\n\n| preset | is | takes |\n| --- | --- | --- |\n");
    for preset in PRESETS {
        let takes: Vec<String> = Choice::ALL.iter().map(|&choice| format!("`{}`", preset.value(choice))).collect();
        writeln!(page, "| `{}` | {} | {} |", preset.id, preset.about, takes.join(" "))?;
    }
    page.push_str("\n## Rules\n\n| code | because |\n| --- | --- |\n");
    for rule in RULES {
        writeln!(page, "| `{}` | {} |", rule.code, rule.because)?;
    }
    page.push_str("\nA default or a preset's value that a rule forbids gives way to the next value that is allowed; what was asked for never does.\n");
    Ok(page)
}

fn offer_and_limits(value: Value) -> String {
    let others = Value::all();
    let apart: Vec<String> =
        others.filter(|&other| forbidding(value, &[other]).is_some()).map(|other| format!("`{other}`")).collect();
    let why = value.offer().why;
    if apart.is_empty() { why.to_owned() } else { format!("{why} Not with {}.", apart.join(", ")) }
}
