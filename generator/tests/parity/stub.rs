//! The module `cache` written by hand, as one would without the façade: everything disabled. Faults are planted into it.

pub use abi_facts::{clock, opening, support};

pub mod cache {
    use std::fmt;
    use std::marker::PhantomData;
    use std::time::Duration;

    use crate::opening::Opening;
    use crate::support::Support;

    pub const ENTRY_OVERHEAD: u64 = 128;

    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub enum EvictionPolicy {
        #[default]
        Lru,
        Random,
    }

    impl EvictionPolicy {
        pub const ALL: &'static [Self] = &[Self::Lru, Self::Random];

        pub const fn name(self) -> &'static str {
            match self {
                Self::Lru => "Lru",
                Self::Random => "Random",
            }
        }
    }

    #[derive(Clone, Debug)]
    pub struct CacheConfig {
        pub max_entries: u32,
        pub eviction_policy: EvictionPolicy,
        pub default_ttl: Option<Duration>,
    }

    impl Default for CacheConfig {
        fn default() -> Self {
            CacheConfig {
                max_entries: 10_000,
                eviction_policy: EvictionPolicy::Lru,
                default_ttl: Some(Duration::from_secs(300)),
            }
        }
    }

    impl CacheConfig {
        pub fn validate(&self) -> Result<(), CacheError> {
            Ok(())
        }

        pub fn needs(&self) -> Vec<CacheCapability> {
            Vec::new()
        }
    }

    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct CacheStats {
        pub hits: u64,
        pub expired: u64,
    }

    #[derive(Debug, Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum CacheError {
        FeatureDisabled { feature: &'static str },
        Unsupported { backend: &'static str, what: String },
        InvalidConfig { field: &'static str, reason: String },
        Closed,
        TooLarge { bytes: u64, limit: u64 },
    }

    impl CacheError {
        pub const fn code(&self) -> i32 {
            match self {
                Self::FeatureDisabled { .. } => -6,
                Self::Unsupported { .. } => -7,
                Self::InvalidConfig { .. } => -8,
                Self::Closed => -9,
                Self::TooLarge { .. } => -1001,
            }
        }

        pub const fn is_retryable(&self) -> bool {
            false
        }
    }

    impl fmt::Display for CacheError {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "{self:?}")
        }
    }

    impl std::error::Error for CacheError {}

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum CacheBackend {
        Exact,
    }

    impl CacheBackend {
        pub const ALL: &'static [Self] = &[Self::Exact];

        pub const fn name(self) -> &'static str {
            "exact"
        }

        pub const fn feature(self) -> &'static str {
            "cache-exact"
        }

        pub const fn support(self, _capability: CacheCapability) -> Support {
            Support::Exact
        }
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum CacheCapability {
        Eviction(EvictionPolicy),
        Ttl,
    }

    impl CacheCapability {
        pub fn name(self) -> String {
            format!("{self:?}")
        }
    }

    pub struct Cache {
        _pin: PhantomData<dyn Send + Sync + Unpin>,
    }

    impl fmt::Debug for Cache {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("Cache")
        }
    }

    const DISABLED: CacheError = CacheError::FeatureDisabled { feature: "cache-exact" };

    impl Cache {
        pub const fn is_enabled() -> bool {
            false
        }

        pub fn open(config: CacheConfig) -> Result<Self, CacheError> {
            Self::open_with(config, Opening::new())
        }

        pub fn open_with(_config: CacheConfig, _opening: Opening<CacheBackend>) -> Result<Self, CacheError> {
            Err(DISABLED)
        }

        pub fn backend(&self) -> CacheBackend {
            CacheBackend::Exact
        }

        pub fn is_open(&self) -> bool {
            false
        }

        pub fn close(&self) {}

        #[must_use]
        pub fn footprint(_key_bytes: u64, _value_bytes: u64) -> u64 {
            u64::MAX
        }

        pub fn get(&self, _key: &[u8]) -> Option<Vec<u8>> {
            None
        }

        pub fn put(&self, _key: &[u8], _value: &[u8]) -> Result<(), CacheError> {
            Err(DISABLED)
        }

        pub fn put_with_ttl(&self, _key: &[u8], _value: &[u8], _ttl: Option<Duration>) -> Result<(), CacheError> {
            Err(DISABLED)
        }

        pub fn delete(&self, _key: &[u8]) -> bool {
            false
        }

        pub fn contains(&self, _key: &[u8]) -> bool {
            false
        }

        pub fn clear(&self) {}

        pub fn len(&self) -> u64 {
            0
        }

        pub fn stats(&self) -> CacheStats {
            CacheStats::default()
        }
    }
}
