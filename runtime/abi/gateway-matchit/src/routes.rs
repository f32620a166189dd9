//! The table of routes: one router of matchit for each method.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use abi_facts::gateway::{GatewayBackend, GatewayConfig, GatewayError, HttpMethod, MAX_NAME, Route, RouteMatch, RouteParameter};
use matchit::Router;

use crate::pattern::Pattern;

#[derive(Debug)]
pub struct Routes {
    limit: u32,
    table: RwLock<Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// By the method's number; those of later methods may be missing as long as they have no route.
    routers: Vec<Router<Arc<Entry>>>,
    /// In the order in which they were added.
    entries: Vec<Arc<Entry>>,
}

#[derive(Debug)]
struct Entry {
    route: Route,
    pattern: Pattern,
}

impl Routes {
    pub fn new(config: &GatewayConfig) -> Self {
        Routes {
            limit: config.max_routes,
            table: RwLock::default(),
        }
    }

    pub fn add(&self, route: &Route) -> Result<(), GatewayError> {
        let invalid = |reason| GatewayError::InvalidRoute {
            pattern: route.pattern.clone(),
            reason,
        };
        let pattern = Pattern::parse(&route.pattern).map_err(invalid)?;
        if route.upstream.len() > MAX_NAME as usize {
            return Err(invalid(format!("the name of its upstream takes more than {MAX_NAME} bytes")));
        }
        let entry = Arc::new(Entry {
            route: route.clone(),
            pattern,
        });
        self.write().add(entry, self.limit)
    }

    pub fn remove(&self, method: HttpMethod, pattern: &str) -> Result<(), GatewayError> {
        self.write().remove(method, pattern)
    }

    pub fn list(&self) -> Vec<Route> {
        self.read().entries.iter().map(|entry| entry.route.clone()).collect()
    }

    pub fn len(&self) -> u64 {
        self.read().entries.len() as u64
    }

    pub fn find(&self, method: HttpMethod, path: &str) -> Option<RouteMatch> {
        // Every pattern begins with `/`; whether matchit takes that as given for paths too need not matter.
        if !path.starts_with('/') {
            return None;
        }
        let table = self.read();
        let found = table.routers.get(method as usize)?.at(path).ok()?;
        let Entry { route, pattern } = &**found.value;
        let named = pattern.names.iter().zip(found.params.iter());
        Some(RouteMatch {
            pattern: route.pattern.clone(),
            upstream: route.upstream.clone(),
            parameters: named
                .map(|(name, (_, value))| RouteParameter {
                    name: name.clone(),
                    value: value.to_owned(),
                })
                .collect(),
        })
    }

    // Nothing that runs under these locks panics but for want of memory, and then the process ends.
    fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn add(&mut self, entry: Arc<Entry>, limit: u32) -> Result<(), GatewayError> {
        if self.entries.len() >= limit as usize {
            return Err(self.conflict(&entry).unwrap_or(GatewayError::TooManyRoutes { limit }));
        }
        let router = self.router(entry.route.method);
        if let Err(error) = router.insert(entry.pattern.anonymous.as_str(), Arc::clone(&entry)) {
            return Err(self.conflict(&entry).unwrap_or_else(|| GatewayError::Unsupported {
                backend: GatewayBackend::Matchit.name(),
                what: format!("the route `{}` beside those that are there ({error})", entry.route.pattern),
            }));
        }
        self.entries.push(entry);
        Ok(())
    }

    fn remove(&mut self, method: HttpMethod, pattern: &str) -> Result<(), GatewayError> {
        let place = self
            .entries
            .iter()
            .position(|entry| entry.route.method == method && entry.route.pattern == pattern);
        let Some(place) = place else {
            return Err(GatewayError::RouteNotFound {
                pattern: pattern.to_owned(),
            });
        };
        self.entries.remove(place);
        self.rebuild(method);
        Ok(())
    }

    /// The router of a method.
    fn router(&mut self, method: HttpMethod) -> &mut Router<Arc<Entry>> {
        let place = method as usize;
        if self.routers.len() <= place {
            self.routers.resize_with(place + 1, Router::new);
        }
        &mut self.routers[place]
    }

    /// Makes the router of a method anew from the list.
    fn rebuild(&mut self, method: HttpMethod) {
        let mut router = Router::new();
        for entry in self.entries.iter().filter(|entry| entry.route.method == method) {
            // They were together in a router before, so that they get along.
            let _ = router.insert(entry.pattern.anonymous.as_str(), Arc::clone(entry));
        }
        *self.router(method) = router;
    }

    /// The error about the first route that is in the way of another one.
    fn conflict(&self, entry: &Entry) -> Option<GatewayError> {
        let of_method = self.entries.iter().filter(|other| other.route.method == entry.route.method);
        let other = of_method.into_iter().find(|other| other.pattern.conflicts(&entry.pattern))?;
        Some(GatewayError::Conflict {
            pattern: entry.route.pattern.clone(),
            with: other.route.pattern.clone(),
        })
    }
}
