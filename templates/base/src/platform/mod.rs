//! Infrastructure that does not depend on resources or on the application: `main`, `app`, `state` and the resources
//! import these modules, which import only one another.

//= pub mod

//= engine
use std::sync::{Arc, atomic::AtomicBool, atomic::Ordering::Relaxed};

use futures_util::FutureExt;
use tokio::sync::Semaphore;

use health::Dependencies;

/// The settings of each module.
#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    #[command(flatten)]
    pub server: server::Settings,
    //= settings
    #[command(flatten)]
    pub guard: guard::Settings,
    #[command(flatten)]
    pub telemetry: telemetry::Settings,
}

impl Settings {
    /// Settings that are valid alone but not together, and the rule that they break.
    pub fn contradictions(&self) -> Vec<(&'static [&'static str], &'static str)> {
        let mut found: Vec<(&[_], _)> = Vec::new();
        if self.server.port == self.server.admin_port && self.server.port != 0 {
            found.push((&["ADMIN_PORT", "PORT"], "the same as PORT"));
        }
        //= contradictions
        found
    }
}

/// The state that the modules of the platform share.
pub struct Platform {
    pub settings: Settings,
    /// Whether load balancers should send requests.
    pub ready: AtomicBool,
    /// One permit for each request that may be in flight.
    pub permits: Semaphore,
    //= fields
    pub dependencies: Dependencies,
}

impl Platform {
    /// # Errors
    /// If something that the settings refer to is missing.
    pub fn new(settings: Settings) -> anyhow::Result<Arc<Self>> {
        //= recorder
        //= series
        //= before
        let dependencies = Dependencies::default();
        //= dependencies
        Ok(Arc::new(Self {
            ready: AtomicBool::new(false),
            permits: Semaphore::new(settings.guard.max_in_flight.get()),
            dependencies,
            //= new
            settings,
        }))
    }

    /// Makes the service ready, and runs its background tasks. Returns only on an error.
    ///
    /// # Errors
    /// If the service cannot become ready.
    pub async fn run(&self) -> anyhow::Result<()> {
        let tasks = self.dependencies.watch();
        //= tasks
        tokio::try_join!(self.prepare(), tasks.map(Ok)).map(|_ended| ())
    }

    async fn prepare(&self) -> anyhow::Result<()> {
        //= prepare
        self.ready.store(true, Relaxed);
        Ok(())
    }

    /// Finishes work that requests have started, after the last request.
    pub async fn close(&self) {
        // Background tasks were cancelled when the shutdown began.
        //= flush
        //= close
    }

    /// The number of requests in flight.
    pub fn in_flight(&self) -> usize {
        self.settings.guard.max_in_flight.get() - self.permits.available_permits()
    }
}
