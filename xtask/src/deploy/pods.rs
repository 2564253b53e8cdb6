//! A pod of the rendered Deployment, started by podman: the settings, the Secret as files, the probes, the sandbox and
//! the shutdown. The rest of Kubernetes is not here.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_yaml_ng::Value;

use super::elsewhere::{ask, secret, stop};
use super::podman::Podman;
use super::site::Site;
use super::{APP, eventually};
use crate::tally::Tally;
use crate::tools;

/// The environment whose Deployment is started.
const ENVIRONMENT: &str = "deploy/production";

/// What podman calls the image.
const IMAGE: &str = "localhost/app:1";

/// What podman 4 does otherwise than Kubernetes.
const GAP: &str = "podman runs one pod, which shares the network of its host and publishes no port. It decodes no \
    Secret, and crashes on one that is not said to be required: it gets the values in plain text. It ignores fsGroup, \
    the mode of a volume and every probe but one, which it would ask with a program that the image does not have: the \
    stage asks all of them. Rollouts, the Service, the route, the autoscaler and the network policy need a cluster";

/// Runs the checks with the files of `project`, which has the same program as the site.
pub(super) fn check(tally: &mut Tally, site: &Site, project: &Path) {
    let name = project.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let podman = tally.check(&format!("{name}: podman has the image"), || {
        let podman = Podman::new(site)?;
        podman.load(site.image(APP)?, IMAGE)?;
        Ok(podman)
    });
    if let Some(podman) = podman {
        tally.note(&format!("{name}: a pod of {ENVIRONMENT} runs by podman"), || run(&podman, site, project));
    }
    tally.gap(&format!("{name}: what podman leaves out of {ENVIRONMENT}"), GAP);
}

fn run(podman: &Podman, site: &Site, project: &Path) -> Result<String> {
    let objects = tools::program("kubectl")?.arg("kustomize").arg(project.join(ENVIRONMENT)).read()?;
    let [deployment, settings] = ["Deployment", "ConfigMap"].map(|kind| object(&objects, kind));
    let (deployment, settings) = (deployment?, settings?);
    let spec: Value = serde_yaml_ng::from_str(deployment)?;
    let spec = &spec["spec"]["template"]["spec"];
    let (secret, values) = secrets(site, spec)?;
    podman.secret(secret, &values)?;
    let id = podman.play(&format!("{settings}\n---\n{}", deployable(deployment)?))?;
    let container = &spec["containers"][0];
    let asked = probed(&podman.address()?, container).with_context(|| {
        podman.program(["logs", "--tail", "10", &id]).and_then(|logs| logs.read()).unwrap_or_default()
    })?;
    confined(podman, &id, spec)?;
    let grace = spec["terminationGracePeriodSeconds"].as_u64().context("no grace period")?;
    let stopped = stop(|arguments| podman.program(arguments), &id, Duration::from_secs(grace))?;
    Ok(format!("{asked}; {stopped}"))
}

/// The object of this kind.
fn object<'a>(objects: &'a str, kind: &str) -> Result<&'a str> {
    let line = format!("kind: {kind}");
    let is = |object: &&str| object.lines().any(|found| found == line);
    objects.split("\n---\n").find(is).with_context(|| format!("no {kind} is rendered"))
}

/// The Secret that the README creates beforehand, with the keys that the pod mounts: its name, and the object for
/// podman.
fn secrets<'a>(site: &Site, spec: &'a Value) -> Result<(&'a str, String)> {
    let volumes = spec["volumes"].as_sequence().context("no volumes")?;
    let volume = volumes.iter().find_map(|volume| volume.get("secret")).context("no Secret is mounted")?;
    let mut text = "data:\n".to_owned();
    for item in volume["items"].as_sequence().context("it has no keys")? {
        let key = item["key"].as_str().context("a key has no name")?;
        text += &format!("  {key}: '{}'\n", secret(site, key)?);
    }
    Ok((volume["secretName"].as_str().context("it has no name")?, text))
}

/// The Deployment with its image, which `rollout.sh` sets in a cluster, and with what podman needs, as described in
/// [`GAP`].
fn deployable(deployment: &str) -> Result<String> {
    let mut deployment: Value = serde_yaml_ng::from_str(deployment)?;
    let spec = &mut deployment["spec"]["template"]["spec"];
    spec["hostNetwork"] = true.into();
    let container = &mut spec["containers"][0];
    container["image"] = IMAGE.into();
    container.as_mapping_mut().context("no container")?.remove("ports");
    for volume in spec["volumes"].as_sequence_mut().context("no volumes")? {
        if let Some(secret) = volume.get_mut("secret") {
            secret["optional"] = false.into();
        }
    }
    Ok(serde_yaml_ng::to_string(&deployment)?)
}

/// Asks every probe at its port, and the service.
fn probed(address: &str, container: &Value) -> Result<String> {
    let ports = container["ports"].as_sequence().context("no ports")?;
    let port = |name: &Value| {
        let port = ports.iter().find(|port| &port["name"] == name).and_then(|port| port["containerPort"].as_u64());
        port.with_context(|| format!("no port is called {name:?}"))
    };
    let probes = ["startupProbe", "livenessProbe", "readinessProbe"];
    for probe in probes {
        let get = &container[probe]["httpGet"];
        let path = get["path"].as_str().with_context(|| format!("{probe} has no path"))?;
        let url = format!("http://{address}:{}{path}", port(&get["port"])?);
        eventually(|| ask(&url)).with_context(|| probe)?;
    }
    let greeting = ask(&format!("http://{address}:{}/greet?name=Ada", port(&"http".into())?))?;
    ensure!(greeting == r#"{"message":"Hello, Ada!"}"#, "/greet answered {greeting}");
    // Read from the database, whose URL is in the Secret.
    ask(&format!("http://{address}:{}/products", port(&"http".into())?))?;
    Ok(format!("{} answer", probes.join(", ")))
}

/// The container is confined as the Deployment says.
fn confined(podman: &Podman, id: &str, spec: &Value) -> Result<()> {
    let format = "{{.HostConfig.ReadonlyRootfs}} {{len .EffectiveCaps}} {{.HostConfig.SecurityOpt}} {{.Config.User}} \
                  {{.HostConfig.Memory}}";
    let found = podman.program(["inspect", "--format", format, id])?.read()?;
    let user = |key: &str| spec["securityContext"][key].as_u64().with_context(|| format!("no {key}"));
    let memory = spec["containers"][0]["resources"]["limits"]["memory"].as_str();
    let memory = memory.and_then(|text| text.strip_suffix("Mi")?.parse::<u64>().ok()).context("no limit of memory")?;
    let (user, group, bytes) = (user("runAsUser")?, user("runAsGroup")?, memory << 20);
    let wanted = format!("true 0 [no-new-privileges] {user}:{group} {bytes}");
    ensure!(found.trim() == wanted, "{} instead of {wanted}", found.trim());
    Ok(())
}
