//! The server, from outside: a client on a real connection, real workers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod account;
mod attached;
mod chaos;
mod connections;
mod ending;
mod engines;
mod errors;
mod functions;
mod hardening;
mod harness;
mod languages;
mod leftovers;
mod life;
mod logs;
mod many;
mod metrics;
mod overload;
mod pausing;
mod placed;
mod process;
mod programs;
mod quotas;
mod raw;
mod records;
mod repeating;
mod report;
mod running;
mod sandbox;
mod slices;
mod tenants;
mod tls;
mod traces;
mod zygote;

/// That of the executable: VMs of the servers in these tests are charged for their memory, too.
#[global_allocator]
static ALLOCATOR: vm_host::account::Charged<std::alloc::System> =
    vm_host::account::Charged::new(std::alloc::System);
