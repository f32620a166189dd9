//! Opens a bucket of an S3 server.

use std::sync::Arc;
use std::time::Duration;

use abi_facts::storage::{StorageConfig, StorageError};
use object_store::aws::AmazonS3Builder;
use object_store::{BackoffConfig, ClientOptions, RetryConfig};

use crate::error;
use crate::objects::Objects;
use crate::runner::{Runner, Runtime};

/// The bucket of a configuration. Nothing is asked of the server yet.
pub fn open(config: &StorageConfig) -> Result<Objects, StorageError> {
    let invalid = |field: &'static str, reason: &str| StorageError::InvalidConfig {
        field,
        reason: reason.to_owned(),
    };
    let Some(bucket) = config.bucket.as_deref().filter(|bucket| !bucket.is_empty()) else {
        return Err(invalid(
            "bucket",
            "is missing: the backend `s3` needs the bucket that holds the objects",
        ));
    };
    // One that was installed before stays; that is what the error says.
    rustls::crypto::ring::default_provider().install_default().ok();

    let backoff = BackoffConfig {
        max_backoff: Duration::from_secs(2),
        ..BackoffConfig::default()
    };
    // The pauses and all requests together; without a bound of its own it would be three minutes.
    let retry_timeout = config.timeout.saturating_mul(config.retries.saturating_add(1));
    let retry = RetryConfig {
        backoff,
        max_retries: config.retries as usize,
        retry_timeout,
    };
    let client = ClientOptions::new()
        .with_timeout(config.timeout)
        .with_connect_timeout(config.timeout.min(Duration::from_secs(10)));
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(&config.region)
        .with_client_options(client)
        .with_retry(retry);
    if let Some(endpoint) = &config.endpoint {
        if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
            return Err(invalid("endpoint", "must be a URL that begins with `https://` or `http://`"));
        }
        builder = builder
            .with_endpoint(endpoint)
            .with_allow_http(endpoint.starts_with("http://"));
    }
    builder = match (&config.access_key, &config.secret_key) {
        (Some(access), Some(secret)) => builder.with_access_key_id(access).with_secret_access_key(secret),
        (None, None) => builder.with_skip_signature(true),
        (Some(_), None) => return Err(invalid("secret_key", "is missing, and `access_key` is nothing without it")),
        (None, Some(_)) => return Err(invalid("access_key", "is missing, and `secret_key` is nothing without it")),
    };
    let store = builder.build().map_err(|error| StorageError::InvalidConfig {
        field: "endpoint",
        reason: format!("can't be used: {}", error::chain(&error)),
    })?;
    let runtime = Runtime::new().map_err(|error| StorageError::Failed {
        reason: format!("no runtime can be made: {error}"),
    })?;
    Ok(Objects::new(Arc::new(store), config).on(Runner::Tokio(runtime)))
}
