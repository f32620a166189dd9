//! An S3 server on a free port, over a directory, that can be made to fail.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// The keys that the server takes.
pub const KEYS: (&str, &str) = ("access", "secret");

/// A server that ends with this value.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    root: PathBuf,
    broken: Arc<AtomicBool>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server whose buckets are the directories in `root`.
    pub fn start(root: &Path) -> Self {
        let files = s3s_fs::FileSystem::new(root).expect("the directory of the server is there");
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single(KEYS.0, KEYS.1));
        let service = service.build();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime for the server");
        let listener = runtime
            .block_on(TcpListener::bind(("127.0.0.1", 0)))
            .expect("a free port of this machine");
        let address = listener.local_addr().expect("a listener knows its address");
        let broken = Arc::new(AtomicBool::new(false));
        let (stop, mut stopped) = oneshot::channel();
        let fails = broken.clone();
        let serve = async move {
            let mut connections = JoinSet::new();
            let mut watch = tokio::time::interval(Duration::from_millis(5));
            loop {
                tokio::select! {
                    _ = &mut stopped => return,
                    _ = watch.tick() => if fails.load(Ordering::SeqCst) { connections.abort_all() },
                    Ok((stream, _)) = listener.accept() => {
                        if fails.load(Ordering::SeqCst) {
                            continue;
                        }
                        let service = service.clone();
                        connections.spawn(async move {
                            Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await.ok();
                        });
                    }
                }
            }
        };
        let thread = thread::spawn(move || runtime.block_on(serve));
        Server {
            address,
            root: root.to_owned(),
            broken,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// The URL.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes an empty bucket.
    pub fn make_bucket(&self, name: &str) {
        fs::create_dir(self.root.join(name)).expect("a new directory for the bucket");
    }

    /// Drops every connection from now on, or no longer.
    pub fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
        // The connections that there are end at the next tick.
        thread::sleep(Duration::from_millis(30));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
