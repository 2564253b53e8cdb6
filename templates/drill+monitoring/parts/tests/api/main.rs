//= happen

use alerts_drill::happen;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
