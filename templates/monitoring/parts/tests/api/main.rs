//= failures

use counters::counted;
