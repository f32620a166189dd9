//! How a module is opened, beside its configuration.

use alloc::sync::Arc;

use crate::clock::Clock;

/// Which backend is wanted, how exact it must be, and where the time comes from.
#[derive(Debug, Clone)]
pub struct Opening<B> {
    /// The backend; the best of those that are compiled in if there is none.
    pub backend: Option<B>,
    /// Whether a backend will do that does what the configuration asks only approximately.
    pub approximate: bool,
    /// The clock; that of the system if there is none.
    pub clock: Option<Arc<dyn Clock>>,
}

impl<B> Default for Opening<B> {
    fn default() -> Self {
        Opening {
            backend: None,
            approximate: false,
            clock: None,
        }
    }
}

impl<B> Opening<B> {
    /// Any backend that does exactly what is asked, and the clock of the system.
    pub fn new() -> Self {
        Self::default()
    }

    /// Demands a backend.
    pub fn on(mut self, backend: B) -> Self {
        self.backend = Some(backend);
        self
    }

    /// Takes a backend also where it does what is asked only approximately.
    pub fn accept_approximate(mut self) -> Self {
        self.approximate = true;
        self
    }

    /// Takes the time from a clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }
}
