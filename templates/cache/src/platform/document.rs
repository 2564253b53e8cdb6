//! A resource in the form in which it is cached: its JSON, which is made once instead of for every response.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer, de::DeserializeOwned};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use super::resource::Resource;

/// A resource that can be cached: its JSON is stored, and read again. On a server the name of its schema and its id are
/// the key.
pub trait Cached: Resource + Serialize + DeserializeOwned + ToSchema + 'static {}

impl<T: Resource + Serialize + DeserializeOwned + ToSchema + 'static> Cached for T {}

/// Cheap to clone: all responses share the JSON.
#[derive(Clone, Debug)]
pub struct Document {
    id: i64,
    updated_at: DateTime<Utc>,
    json: Arc<RawValue>,
}

impl Document {
    pub fn new(resource: &impl Cached) -> Self {
        let json = to_raw_value(resource).expect("a resource is JSON").into();
        Self { id: resource.id(), updated_at: resource.updated_at(), json }
    }

    /// Its bytes on the heap.
    pub fn weight(&self) -> usize {
        self.json.get().len()
    }
}

impl Resource for Document {
    fn id(&self) -> i64 {
        self.id
    }

    fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}
