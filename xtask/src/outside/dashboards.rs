//! The dashboards of Grafana, compared with the types of its schema by the compiler of TypeScript. An unknown key is an error.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::files::{Linter, ending, run};
use crate::{dirs, tools};

/// The type of a dashboard as JSON: an enum is its word, and a field may be absent, because Grafana has defaults. The query of an
/// annotation belongs to its data source.
const TYPES: &str = r#"import type { AnnotationQuery, Dashboard, Panel, RowPanel } from "@grafana/schema";
type Plain<T> = T extends string ? `${T}` : T extends (infer U)[] ? Plain<U>[]
  : T extends object ? { [K in keyof T]?: Plain<T[K]> } : T;
type Annotation = Plain<AnnotationQuery> & { expr?: string; useValueForTime?: string; titleFormat?: string; textFormat?: string };
type Shown = Omit<Plain<Dashboard>, "annotations" | "panels">
  & { annotations?: { list: Annotation[] }; panels: (Plain<Panel> | Plain<RowPanel>)[] };
"#;

pub(super) const LINTER: Linter = Linter {
    name: "tsc of the dashboards",
    run: |folder| compare(&ending(&folder.join("ops/dashboards"), ".json")?),
    plants: &[
        ("ops/dashboards/service.json", "\"schemaVersion\":", "\"schemaVersoin\":"),
        ("ops/dashboards/service.json", "\"gridPos\":", "\"gridpos\":"),
        ("ops/dashboards/service.json", "\"absolute\"", "\"absolut\""),
    ],
};

/// Compares every dashboard with the type.
pub(super) fn compare(files: &[PathBuf]) -> Result<()> {
    ensure!(!files.is_empty(), "no dashboard");
    let place = tempfile::tempdir()?;
    std::os::unix::fs::symlink(dirs::tools().join("node/node_modules"), place.path().join("node_modules"))?;
    let mut text = TYPES.to_owned();
    for file in files {
        // A literal, because only there an unknown key is an error.
        text += &format!("// {}\n({}) satisfies Shown;\n", file.display(), fs::read_to_string(file)?.trim_end());
    }
    let source = place.path().join("dashboards.ts");
    fs::write(&source, text)?;
    compile(&source)
}

fn compile(source: &Path) -> Result<()> {
    let options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext"];
    run(tools::program("tsc")?.args(options).arg(source).dir(source.parent().unwrap_or(source)))
}
