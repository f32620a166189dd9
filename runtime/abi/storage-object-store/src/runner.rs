//! Runs the futures of object_store to their end.

use std::future::Future;

/// What futures run on.
#[derive(Debug)]
pub enum Runner {
    /// The calling thread: those of a map or of files never wait for anything else.
    Caller,
    /// A runtime of its own, which has the network and the timers.
    #[cfg(feature = "s3")]
    Tokio(Runtime),
}

impl Runner {
    /// Waits for a future.
    pub fn wait<T: Send>(&self, future: impl Future<Output = T> + Send) -> T {
        match self {
            Runner::Caller => pollster::block_on(future),
            #[cfg(feature = "s3")]
            Runner::Tokio(runtime) => runtime.wait(future),
        }
    }
}

/// A runtime that may be used and dropped anywhere, also inside another one.
#[cfg(feature = "s3")]
#[derive(Debug)]
pub struct Runtime(Option<tokio::runtime::Runtime>);

#[cfg(feature = "s3")]
impl Runtime {
    /// A runtime without threads of its own: work is done while somebody waits for it.
    pub fn new() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Runtime(Some(runtime)))
    }

    fn wait<T: Send>(&self, future: impl Future<Output = T> + Send) -> T {
        let runtime = self.0.as_ref().expect("it is taken only when it is dropped");
        if tokio::runtime::Handle::try_current().is_err() {
            return runtime.block_on(future);
        }
        // Inside another runtime tokio panics rather than block its thread; a thread beside it may wait.
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| runtime.block_on(future));
            waiting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}

#[cfg(feature = "s3")]
impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
