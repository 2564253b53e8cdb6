//= allocator
/// Long-lived cache entries lie between short-lived allocations: the system's allocator does not reuse the gaps.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

