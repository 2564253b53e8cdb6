//! An environment as kustomize builds it: the objects of the base, changed by the patches of the environment.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use serde_yaml_ng::Value;

use super::model::{Kustomization, Merge, Object};

/// The files of a project below `deploy/`, by path.
pub(super) type Files = BTreeMap<Utf8PathBuf, String>;

/// What is applied.
pub(super) struct Environment {
    pub(super) namespace: String,
    pub(super) objects: Vec<Object>,
    /// The variables of the generated ConfigMap, by its name.
    pub(super) settings: BTreeMap<String, BTreeMap<String, String>>,
}

/// # Errors
/// What kustomize would refuse, or would silently leave out.
pub(super) fn build(files: &Files, name: &str) -> Result<Environment, String> {
    let folder = Utf8Path::new("deploy").join(name);
    let own = kustomization(files, &folder)?;
    let mut documents = BTreeMap::new();
    let mut settings = BTreeMap::new();
    let (bases, objects): (Vec<_>, Vec<_>) = own.resources.iter().partition(|path| path.starts_with("../"));
    for base in bases {
        let folder = Utf8Path::new("deploy").join(base.trim_start_matches("../"));
        let base = kustomization(files, &folder)?;
        for path in &base.resources {
            add(&mut documents, read(files, &folder.join(path))?)?;
        }
        generate(files, &folder, &base, &mut settings)?;
        is_complete(files, &folder, &base)?;
    }
    for path in objects {
        add(&mut documents, read(files, &folder.join(path))?)?;
    }
    for patch in own.patches.iter().flatten() {
        let patch_of = read(files, &folder.join(&patch.path))?;
        let object = documents.get_mut(&identity(&patch_of)).ok_or(format!("{}: patches no object", patch.path))?;
        merge(object, &patch_of);
    }
    generate(files, &folder, &own, &mut settings)?;
    is_complete(files, &folder, &own)?;
    let parse = |((kind, name), document)| {
        serde_yaml_ng::from_value(document).map_err(|error| format!("{kind} {name}: {error}"))
    };
    let objects = documents.into_iter().map(parse).collect::<Result<Vec<Object>, String>>()?;
    Ok(Environment { namespace: own.namespace.ok_or("no namespace")?, objects, settings })
}

fn text<'a>(files: &'a Files, path: &Utf8Path) -> Result<&'a str, String> {
    files.get(path).map(String::as_str).ok_or(format!("no file {path}"))
}

fn kustomization(files: &Files, folder: &Utf8Path) -> Result<Kustomization, String> {
    let path = folder.join("kustomization.yaml");
    let parsed = serde_yaml_ng::from_str(text(files, &path)?).map_err(|error| format!("{path}: {error}"))?;
    let Kustomization { api_version, kind, .. } = &parsed;
    if (api_version.as_str(), kind.as_str()) != ("kustomize.config.k8s.io/v1beta1", "Kustomization") {
        return Err(format!("{path}: {api_version} {kind}"));
    }
    Ok(parsed)
}

fn read(files: &Files, path: &Utf8Path) -> Result<Value, String> {
    serde_yaml_ng::from_str(text(files, path)?).map_err(|error| format!("{path}: {error}"))
}

/// The kind and the name.
fn identity(document: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&document["kind"]), text(&document["metadata"]["name"]))
}

fn add(documents: &mut BTreeMap<(String, String), Value>, document: Value) -> Result<(), String> {
    let identity = identity(&document);
    match documents.insert(identity.clone(), document) {
        None => Ok(()),
        Some(_) => Err(format!("two objects {} {}", identity.0, identity.1)),
    }
}

/// Maps are merged, everything else is replaced: what kustomize does where lists have no keys.
fn merge(object: &mut Value, patch: &Value) {
    match (object, patch) {
        (Value::Mapping(object), Value::Mapping(patch)) => {
            for (key, value) in patch {
                merge(object.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (object, patch) => *object = patch.clone(),
    }
}

fn generate(
    files: &Files,
    folder: &Utf8Path,
    kustomization: &Kustomization,
    settings: &mut BTreeMap<String, BTreeMap<String, String>>,
) -> Result<(), String> {
    for generator in &kustomization.config_map_generator {
        let is_known = settings.contains_key(&generator.name);
        if is_known != (generator.behavior == Some(Merge::Merge)) {
            return Err(format!("{folder}: generates {}, which another one does not", generator.name));
        }
        let into = settings.entry(generator.name.clone()).or_default();
        for path in &generator.envs {
            let mut own = BTreeSet::new();
            let lines = text(files, &folder.join(path))?.lines();
            for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
                let (name, value) = line.split_once('=').ok_or(format!("{folder}/{path}: {line}"))?;
                if !own.insert(name) {
                    return Err(format!("{folder}/{path}: {name} twice"));
                }
                into.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    Ok(())
}

/// A manifest that no kustomization names is never applied.
fn is_complete(files: &Files, folder: &Utf8Path, kustomization: &Kustomization) -> Result<(), String> {
    let patches = kustomization.patches.iter().flatten().map(|patch| &patch.path);
    let named: BTreeSet<&str> = kustomization.resources.iter().chain(patches).map(String::as_str).collect();
    let manifests = files.keys().filter(|path| path.parent() == Some(folder) && path.extension() == Some("yaml"));
    let mut names = manifests.filter_map(|path| path.file_name()).filter(|name| *name != "kustomization.yaml");
    names.find(|name| !named.contains(name)).map_or(Ok(()), |name| Err(format!("{folder} does not name {name}")))
}
