//! The questions Restwell asks and the values each can take.
//!
//! One table, at the foot of this file, is the whole definition: flags, prompts, answers files, `restwell list`,
//! template conditions and the variants under test are derived from it. What a value *adds* is its `Feature`.

/// The prefix of every environment variable of Restwell.
pub const VARIABLE_PREFIX: &str = "RESTWELL_";

/// Turns the table into one enum per choice, [`Choice`], [`Value`] and [`Combination`].
macro_rules! choices {
    ($($(#[$doc:meta])* $field:ident: $choice:ident, $reach:ident, $question:literal {
        $($value:ident = $word:literal),+ $(,)?
    })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum $choice {
                $(#[doc = concat!("`", $word, "`")] $value),+
            }
        )+

        /// One axis of the stack.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Choice {
            $($(#[$doc])* $choice),+
        }

        impl Choice {
            /// Every choice, in the order they are asked.
            pub const ALL: &'static [Self] = &[$(Self::$choice),+];

            /// The word used as flag, answers-file key and environment suffix.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$choice => stringify!($field)),+ }
            }

            /// The question of the prompt.
            pub const fn question(self) -> &'static str {
                match self { $(Self::$choice => $question),+ }
            }

            /// Every value, the default first.
            pub const fn values(self) -> &'static [Value] {
                match self { $(Self::$choice => &[$(Value::$choice($choice::$value)),+]),+ }
            }

            /// Whether the choice affects the Rust code of a project or only other files.
            pub const fn reach(self) -> Reach {
                match self { $(Self::$choice => Reach::$reach),+ }
            }
        }

        /// One value of one choice.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Value {
            $($(#[$doc])* $choice($choice)),+
        }

        impl Value {
            /// The choice this is a value of.
            pub const fn choice(self) -> Choice {
                match self { $(Self::$choice(_) => Choice::$choice),+ }
            }

            /// The word a user types for it.
            pub const fn id(self) -> &'static str {
                match self { $($(Self::$choice($choice::$value) => $word),+),+ }
            }
        }

        /// A value for every choice, valid or not. A `Stack` is known to be valid.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct Combination {
            $($(#[$doc])* pub $field: $choice),+
        }

        impl Combination {
            /// The default of every choice.
            pub const DEFAULT: Self = Self {
                $($field: match Choice::$choice.values()[0] {
                    Value::$choice(value) => value,
                    _ => unreachable!(),
                }),+
            };

            /// The value of `choice`.
            pub const fn get(&self, choice: Choice) -> Value {
                match choice { $(Choice::$choice => Value::$choice(self.$field)),+ }
            }

            /// The same combination with one value replaced.
            #[must_use]
            pub const fn with(mut self, value: Value) -> Self {
                match value { $(Value::$choice(value) => self.$field = value),+ }
                self
            }
        }
    };
}

/// Which files of the generated project a choice affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Rust source or dependencies: each value is compiled with every other.
    Rust,
    /// Only other files: images, manifests, workflows.
    Around,
}

impl Choice {
    /// The value of this choice that a user spells `word`.
    pub fn parse(self, word: &str) -> Option<Value> {
        self.values().iter().copied().find(|value| value.id() == word)
    }

    /// `--cache`
    pub fn flag(self) -> String {
        format!("--{}", self.id())
    }

    /// `RESTWELL_CACHE`
    pub fn variable(self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.id().to_uppercase().replace('-', "_"))
    }

    /// The choice that a user spells `word`.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|choice| choice.id() == word)
    }

    /// The default value.
    pub const fn default_value(self) -> Value {
        self.values()[0]
    }
}

impl Value {
    /// The values of all choices, in their order.
    pub fn all() -> impl Iterator<Item = Self> {
        Choice::ALL.iter().flat_map(|choice| choice.values().iter().copied())
    }

    /// Whether this is the value `none`.
    pub fn is_none(self) -> bool {
        self.id() == "none"
    }
}

/// `cache=memory`
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.choice().id(), self.id())
    }
}

impl Combination {
    /// The values in the order of the choices.
    pub fn values(&self) -> impl Iterator<Item = Value> + '_ {
        Choice::ALL.iter().map(|&choice| self.get(choice))
    }

    /// Every combination, valid or not, defaults first.
    pub fn all() -> Vec<Self> {
        Choice::ALL.iter().fold(vec![Self::DEFAULT], |combinations, choice| {
            combinations
                .iter()
                .flat_map(|combination| choice.values().iter().map(|&value| combination.with(value)))
                .collect()
        })
    }
}

choices! {
    /// Where products are stored.
    database: Database, Rust, "Where are products stored?" {
        Sqlite = "sqlite",
        Postgres = "postgres",
        None = "none",
    }
    /// The cache in front of the database.
    cache: Cache, Rust, "Where are reads cached?" {
        Memory = "memory",
        Redis = "redis",
        Memcached = "memcached",
        None = "none",
    }
    /// The rate limiter.
    limiter: Limiter, Rust, "Where are requests counted for rate limiting?" {
        Memory = "memory",
        Redis = "redis",
        None = "none",
    }
    /// How clients authenticate.
    auth: Auth, Rust, "How do clients authenticate?" {
        None = "none",
        ApiKey = "api-key",
        Jwt = "jwt",
    }
    /// Another service that this one calls.
    upstream: Upstream, Rust, "Does it call another service?" {
        None = "none",
        Http = "http",
    }
    /// How the service is monitored.
    monitoring: Monitoring, Rust, "How is the service monitored?" {
        Prometheus = "prometheus",
        Otlp = "otlp",
        Datadog = "datadog",
        None = "none",
    }
    /// Where the service runs.
    deploy: Deploy, Around, "Where does it run?" {
        Compose = "compose",
        Kubernetes = "kubernetes",
        Systemd = "systemd",
        Fly = "fly",
        Aws = "aws",
        Gcp = "gcp",
        Azure = "azure",
        None = "none",
    }
    /// What builds and checks every change.
    ci: Ci, Around, "Which CI checks every change?" {
        Github = "github",
        Gitlab = "gitlab",
        None = "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_parse_back_to_their_values() {
        for &choice in Choice::ALL {
            assert_eq!(Choice::named(choice.id()), Some(choice));
            for &value in choice.values() {
                assert_eq!(choice.parse(value.id()), Some(value));
                assert_eq!(value.choice(), choice);
            }
        }
    }

    #[test]
    fn every_choice_has_the_value_none() {
        for &choice in Choice::ALL {
            assert!(choice.parse("none").is_some(), "{choice:?} has no `none`");
        }
    }

    #[test]
    fn combinations_are_distinct_and_complete() {
        let all = Combination::all();
        let expected: usize = Choice::ALL.iter().map(|choice| choice.values().len()).product();
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!((all.len(), distinct.len()), (expected, expected));
    }
}
