//! Every crate that a generated project may depend on, and its version, once.

/// A crate at a version.
#[derive(Clone, Copy, Debug)]
pub struct Crate {
    name: &'static str,
    version: &'static str,
    default_features: bool,
}

/// A crate with the features a project wants of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) default_features: bool,
    pub(super) features: Vec<&'static str>,
}

impl Crate {
    const fn new(name: &'static str, version: &'static str) -> Self {
        Self {
            name,
            version,
            default_features: true,
        }
    }

    /// Without its default features.
    const fn bare(self) -> Self {
        Self {
            default_features: false,
            ..self
        }
    }

    /// The dependency with these features on top of the default ones, if it keeps them.
    pub fn features(self, features: &[&'static str]) -> Dependency {
        let Self {
            name,
            version,
            default_features,
        } = self;
        Dependency {
            name,
            version,
            default_features,
            features: features.to_vec(),
        }
    }

    /// The dependency as it comes.
    pub fn plain(self) -> Dependency {
        self.features(&[])
    }
}

pub(crate) const AXUM: Crate = Crate::new("axum", "0.8.9").bare();
