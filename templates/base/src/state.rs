//! The state that handlers share.

use std::sync::Arc;

use crate::config::Config;
use crate::platform::Platform;

pub struct App {
    //= fields
    pub platform: Arc<Platform>,
}

impl App {
    /// # Errors
    /// If something that the configuration refers to is missing.
    pub fn new(config: Config) -> anyhow::Result<Arc<Self>> {
        let platform = Platform::new(config.platform)?;
        Ok(Arc::new(Self {
            //= new
            // The last one, because the others are constructed from it.
            platform,
        }))
    }
}

impl AsRef<Arc<Platform>> for App {
    fn as_ref(&self) -> &Arc<Platform> {
        &self.platform
    }
}
