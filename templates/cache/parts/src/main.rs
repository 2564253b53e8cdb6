//= allocator
/// Entries that live long lie between what requests use for a moment: the system's allocator keeps the gaps.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

