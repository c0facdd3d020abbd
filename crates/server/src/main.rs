//! The `deskwire` binary.

use std::process::ExitCode;

/// Keeps the least memory per idle connection of the allocators compared.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    deskwire_server::cli::run()
}
