//! A connection pool: a bounded number of connections, opened on demand and kept for the next statement.
//!
//! It is used instead of sqlx's pool because a refused connection must fail at once, and because a statement must cost
//! one round trip.

use std::fmt;
use std::io;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use sqlx::{Connection as _, Database, Either, Execute, Executor, SqlStr};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::engine::{self, CONNECTIONS, Connection, DEADLINE, Driver, Options, Row};

/// The time-out for acquiring a connection, and for opening one, of a statement with the deadline `DEADLINE`.
const WAIT: Duration = Duration::from_secs(2);

/// A connection that was idle for longer is pinged before it is used, since the server may have been restarted. For one
/// that was just used the round trip is saved.
const QUIET: Duration = Duration::from_secs(1);

/// An older connection is replaced, so that after a failover all of them reach the new server eventually.
const LIFETIME: Duration = Duration::from_secs(1800);

pub struct Pool {
    options: Options,
    /// The time-out for acquiring a connection, and for opening one.
    wait: Duration,
    /// One permit for each connection that may be in use.
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Open>>>,
    /// The number of waiters.
    waiting: AtomicUsize,
}

/// A request that waits for a connection, counted until it is dropped.
struct Waiter<'a>(&'a AtomicUsize);

struct Open {
    connection: Connection,
    made: Instant,
    used: Instant,
}

/// A connection in use.
pub struct Lease {
    open: Option<Open>,
    idle: Arc<Mutex<Vec<Open>>>,
    permit: Option<OwnedSemaphorePermit>,
}

/// A failure to connect: nothing was sent to the database.
#[derive(Debug)]
pub struct Unconnected(sqlx::Error);

type Done = <Driver as Database>::QueryResult;

impl<'a> Waiter<'a> {
    fn new(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Relaxed);
        Self(waiting)
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Pool {
    /// A pool for statements with this deadline. Opens no connection yet: the server may start after the service.
    ///
    /// # Errors
    /// As [`engine::for_requests`].
    pub fn new(options: &Options, deadline: Duration) -> anyhow::Result<Self> {
        let options = engine::for_requests(options, deadline)?;
        let wait = WAIT.mul_f64(deadline.div_duration_f64(DEADLINE));
        let permits = Arc::new(Semaphore::new(CONNECTIONS as usize));
        Ok(Self { options, wait, permits, idle: Arc::default(), waiting: AtomicUsize::new(0) })
    }

    /// Acquires a connection for one or more statements.
    ///
    /// # Errors
    /// If all are in use, if none can be opened, or if the pool is closed.
    pub async fn acquire(&self) -> sqlx::Result<Lease> {
        let waiter = Waiter::new(&self.waiting);
        let permit = timeout(self.wait, Arc::clone(&self.permits).acquire_owned()).await;
        drop(waiter);
        let permit = permit.map_err(|_elapsed| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        let open = match self.reuse().await {
            Some(open) => open,
            None => self.connect().await.map_err(Unconnected::wrap)?,
        };
        Ok(Lease { open: Some(open), idle: Arc::clone(&self.idle), permit: Some(permit) })
    }

    /// Waits for running statements, then closes every connection.
    pub async fn close(&self) {
        let all = self.permits.acquire_many(CONNECTIONS).await;
        self.permits.close();
        drop(all);
        let idle = std::mem::take(&mut *lock(&self.idle));
        for open in idle {
            open.connection.close().await.ok();
        }
    }

    /// The numbers of used and of idle connections.
    pub fn usage(&self) -> (usize, usize) {
        (CONNECTIONS as usize - self.permits.available_permits(), lock(&self.idle).len())
    }

    /// The number of requests that wait for a connection.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Relaxed)
    }

    /// The most recently used idle connection, if it still works.
    async fn reuse(&self) -> Option<Open> {
        let mut open = lock(&self.idle).pop().filter(|open| open.made.elapsed() < LIFETIME)?;
        if open.used.elapsed() > QUIET && !matches!(timeout(self.wait, open.connection.ping()).await, Ok(Ok(()))) {
            // The others are to the same server and were idle for longer.
            lock(&self.idle).clear();
            return None;
        }
        Some(open)
    }

    async fn connect(&self) -> sqlx::Result<Open> {
        let connection = timeout(self.wait, Connection::connect_with(&self.options)).await;
        let connection = connection.map_err(io::Error::from)??;
        Ok(Open { connection, made: Instant::now(), used: Instant::now() })
    }
}

impl Lease {
    /// Returns the connection to the pool after a finished statement.
    fn give_back(mut self) {
        if let Some(open) = self.open.take() {
            lock(&self.idle).push(Open { used: Instant::now(), ..open });
        }
    }
}

/// The statement may have been cancelled, because its client disconnected or its deadline passed. A background task
/// waits for its end; a connection that does not respond is closed, so that it cannot occupy the pool forever.
impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(mut open) = self.open.take() {
            let mut lease = Self { open: None, idle: Arc::clone(&self.idle), permit: self.permit.take() };
            tokio::spawn(async move {
                if let Ok(Ok(())) = timeout(DEADLINE, open.connection.ping()).await {
                    lease.open = Some(open);
                    lease.give_back();
                }
            });
        }
    }
}

impl Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.open.as_ref().expect("the connection is only taken when the lease ends").connection
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.open.as_mut().expect("the connection is only taken when the lease ends").connection
    }
}

/// Lets a statement run on this pool like on sqlx's own.
impl<'p> Executor<'p> for &'p Pool {
    type Database = Driver;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Either<Done, Row>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Driver>,
    {
        let rows = async move {
            let mut lease = self.acquire().await?;
            let rows: Vec<_> = lease.fetch_many(query).try_collect().await?;
            lease.give_back();
            Ok(stream::iter(rows.into_iter().map(Ok)))
        };
        let rows: BoxFuture<'e, sqlx::Result<_>> = rows.boxed();
        stream::once(rows).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<Row>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Driver>,
    {
        let row = async move {
            let mut lease = self.acquire().await?;
            let row = lease.fetch_optional(query).await?;
            lease.give_back();
            Ok(row)
        };
        row.boxed()
    }

    fn prepare_with<'e>(
        self,
        statement: SqlStr,
        parameters: &'e [<Driver as Database>::TypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<<Driver as Database>::Statement>>
    where
        'p: 'e,
    {
        async move { self.acquire().await?.prepare_with(statement, parameters).await }.boxed()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

impl std::error::Error for Unconnected {}

impl fmt::Display for Unconnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            sqlx::Error::Io(error) => write!(f, "cannot connect: {error}"),
            error => write!(f, "cannot connect: {error}"),
        }
    }
}

impl Unconnected {
    fn wrap(error: sqlx::Error) -> sqlx::Error {
        sqlx::Error::Io(io::Error::other(Self(error)))
    }

    /// Whether this is the cause of a statement's error.
    pub fn is_cause_of(error: &sqlx::Error) -> bool {
        matches!(error, sqlx::Error::Io(error) if error.get_ref().is_some_and(|cause| cause.is::<Self>()))
    }
}

fn lock(idle: &Mutex<Vec<Open>>) -> MutexGuard<'_, Vec<Open>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}
