//! The thread of one VM. A VM never leaves its thread, and shares it with no other: whatever takes long in
//! one, the parsing of a huge program or the end of a long run, holds up nobody else.

use tokio::task::LocalSet;

/// Runs the task that `make` makes on a thread of its own, and drops it there when it is done.
///
/// # Errors
/// When the system gives no thread or event loop.
pub(super) fn spawn<F>(make: impl FnOnce() -> F + Send + 'static) -> std::io::Result<()>
where
    F: Future<Output = ()> + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("vm".to_owned())
        .spawn(move || LocalSet::new().block_on(&runtime, async move { make().await }))?;
    Ok(())
}
