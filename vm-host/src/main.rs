//! The executable `vm-host`.

#[global_allocator]
static ALLOCATOR: vm_host::account::Charged<mimalloc::MiMalloc> =
    vm_host::account::Charged::new(mimalloc::MiMalloc);

fn main() -> std::process::ExitCode {
    vm_host::command::main()
}
