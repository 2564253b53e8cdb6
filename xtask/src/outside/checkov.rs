//! checkov: the policies for Kubernetes and CloudFormation. A skipped policy has its reason here.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::files::run;
use crate::tools;

/// A limit of CPU throttles (11). The image is set by digest in the rollout (14, 15, 43). The namespace is that of the overlay,
/// of which the account of the pipeline is no part (21). The service reads secrets from variables (35).
const KUBERNETES: &str = "CKV_K8S_11,CKV_K8S_14,CKV_K8S_15,CKV_K8S_21,CKV_K8S_35,CKV_K8S_43";

/// The role of CloudFormation creates resources whose names are not known before (111). Port 80 only redirects (260). The bucket
/// holds access logs, which need neither logs nor versions of their own (18, 21). Logs, topics and images have the encryption of
/// AWS: alarms cannot send to a topic with the default key (26, 136, 158).
const CLOUDFORMATION: &str = "CKV_AWS_18,CKV_AWS_21,CKV_AWS_26,CKV_AWS_111,CKV_AWS_136,CKV_AWS_158,CKV_AWS_260";

/// Checks a file with objects.
pub(super) fn kubernetes(file: &Path) -> Result<()> {
    check("kubernetes", KUBERNETES, &[file.to_owned()])
}

/// Checks templates.
pub(super) fn cloudformation(files: &[PathBuf]) -> Result<()> {
    check("cloudformation", CLOUDFORMATION, files)
}

fn check(framework: &str, skipped: &str, files: &[PathBuf]) -> Result<()> {
    let checkov =
        tools::program("checkov")?.args(["--quiet", "--compact", "--skip-download", "--framework", framework]);
    run(checkov.args(["--skip-check", skipped, "--file"]).args(files))
}
