//= failures

use log_lines::counted;
