//! Every crate that a generated project may depend on, and its version, once.

/// A crate at a version.
#[derive(Clone, Copy, Debug)]
pub struct Crate {
    name: &'static str,
    version: &'static str,
    default_features: bool,
}

/// A crate with the features that a project uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) default_features: bool,
    pub(super) features: Vec<&'static str>,
}

impl Crate {
    const fn new(name: &'static str, version: &'static str) -> Self {
        Self { name, version, default_features: true }
    }

    /// Without its default features.
    const fn bare(self) -> Self {
        Self { default_features: false, ..self }
    }

    /// The dependency with these features, in addition to its default features unless they are disabled.
    pub fn features(self, features: &[&'static str]) -> Dependency {
        let Self { name, version, default_features } = self;
        Dependency { name, version, default_features, features: features.to_vec() }
    }

    /// The dependency without additional features.
    pub fn plain(self) -> Dependency {
        self.features(&[])
    }
}

pub(crate) const ANYHOW: Crate = Crate::new("anyhow", "1.0.104");
pub(crate) const AWS_LC_RS: Crate = Crate::new("aws-lc-rs", "1.19.0");
pub(crate) const AXUM: Crate = Crate::new("axum", "0.8.9").bare();
pub(crate) const BASE64: Crate = Crate::new("base64", "0.23.1");
pub(crate) const BYTESIZE: Crate = Crate::new("bytesize", "2.7.0");
pub(crate) const CHRONO: Crate = Crate::new("chrono", "0.4.45").bare();
pub(crate) const CLAP: Crate = Crate::new("clap", "4.6.9").bare();
pub(crate) const DIVAN: Crate = Crate::new("divan", "0.1.21").bare();
pub(crate) const DOTENVY: Crate = Crate::new("dotenvy", "0.15.7");
pub(crate) const FASTRAND: Crate = Crate::new("fastrand", "2.5.0");
pub(crate) const FUTURES_UTIL: Crate = Crate::new("futures-util", "0.3.34").bare();
pub(crate) const GETRANDOM: Crate = Crate::new("getrandom", "0.4.3");
pub(crate) const HUMANTIME: Crate = Crate::new("humantime", "2.4.0");
pub(crate) const HYPER: Crate = Crate::new("hyper", "1.12.0").bare();
pub(crate) const HYPER_UTIL: Crate = Crate::new("hyper-util", "0.1.21").bare();
pub(crate) const JSONWEBTOKEN: Crate = Crate::new("jsonwebtoken", "11.1.0").bare();
pub(crate) const MEMCACHE: Crate = Crate::new("memcache", "0.21.0").bare();
pub(crate) const METRICS: Crate = Crate::new("metrics", "0.24.6");
pub(crate) const METRICS_EXPORTER_PROMETHEUS: Crate = Crate::new("metrics-exporter-prometheus", "0.18.3").bare();
pub(crate) const METRICS_UTIL: Crate = Crate::new("metrics-util", "0.20.4").bare();
pub(crate) const MIMALLOC: Crate = Crate::new("mimalloc", "0.1.52").bare();
pub(crate) const OPENTELEMETRY: Crate = Crate::new("opentelemetry", "0.33.1").bare();
pub(crate) const OPENTELEMETRY_OTLP: Crate = Crate::new("opentelemetry-otlp", "0.33.1").bare();
pub(crate) const OPENTELEMETRY_PROTO: Crate = Crate::new("opentelemetry-proto", "0.33.1").bare();
pub(crate) const OPENTELEMETRY_SDK: Crate = Crate::new("opentelemetry_sdk", "0.33.1").bare();
pub(crate) const PERCENT_ENCODING: Crate = Crate::new("percent-encoding", "2.3.2");
pub(crate) const PROST: Crate = Crate::new("prost", "0.14.6").bare();
pub(crate) const QUICK_CACHE: Crate = Crate::new("quick_cache", "0.7.0");
pub(crate) const REDIS: Crate = Crate::new("redis", "1.8.1").bare();
pub(crate) const REQWEST: Crate = Crate::new("reqwest", "0.13.5").bare();
pub(crate) const RUSTLS: Crate = Crate::new("rustls", "0.23.46").bare();
pub(crate) const SERDE: Crate = Crate::new("serde", "1.0.229");
pub(crate) const SERDE_JSON: Crate = Crate::new("serde_json", "1.0.154");
pub(crate) const SHA2: Crate = Crate::new("sha2", "0.11.1");
pub(crate) const SQLX: Crate = Crate::new("sqlx", "0.9.0").bare();
pub(crate) const SUBTLE: Crate = Crate::new("subtle", "2.6.1");
pub(crate) const TEMPFILE: Crate = Crate::new("tempfile", "3.27.0");
pub(crate) const TOKIO: Crate = Crate::new("tokio", "1.54.1").bare();
pub(crate) const TOWER: Crate = Crate::new("tower", "0.5.3").bare();
pub(crate) const TOWER_HTTP: Crate = Crate::new("tower-http", "0.7.1").bare();
pub(crate) const TRACING: Crate = Crate::new("tracing", "0.1.44").bare();
pub(crate) const TRACING_SUBSCRIBER: Crate = Crate::new("tracing-subscriber", "0.3.23").bare();
pub(crate) const UTOIPA: Crate = Crate::new("utoipa", "6.0.0");
pub(crate) const UTOIPA_AXUM: Crate = Crate::new("utoipa-axum", "0.3.0");
