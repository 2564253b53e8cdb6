//! The allocator. Long-lived cache entries lie between short-lived allocations: the system's allocator does not reuse
//! the gaps.

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;
