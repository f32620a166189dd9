//! The table of routes: a list, all of which is tried.

use abi_facts::gateway::{GatewayConfig, GatewayError, HttpMethod, MAX_NAME, Route, RouteMatch};

use crate::pattern::Pattern;

#[derive(Debug)]
pub struct Routes {
    limit: u32,
    mixed_wildcards: bool,
    entries: Vec<(Route, Pattern)>,
}

impl Routes {
    pub fn new(config: &GatewayConfig) -> Self {
        Routes {
            limit: config.max_routes,
            mixed_wildcards: config.mixed_wildcards,
            entries: Vec::new(),
        }
    }

    pub fn add(&mut self, route: &Route) -> Result<(), GatewayError> {
        let invalid = |reason| GatewayError::InvalidRoute {
            pattern: route.pattern.clone(),
            reason,
        };
        let pattern = Pattern::parse(&route.pattern).map_err(invalid)?;
        if route.upstream.len() > MAX_NAME as usize {
            return Err(invalid(format!("the name of its upstream takes more than {MAX_NAME} bytes")));
        }
        for (other, its) in &self.entries {
            if other.method == route.method && its.conflicts(&pattern, self.mixed_wildcards) {
                return Err(GatewayError::Conflict {
                    pattern: route.pattern.clone(),
                    with: other.pattern.clone(),
                });
            }
        }
        if self.entries.len() >= self.limit as usize {
            return Err(GatewayError::TooManyRoutes { limit: self.limit });
        }
        self.entries.push((route.clone(), pattern));
        Ok(())
    }

    pub fn remove(&mut self, method: HttpMethod, pattern: &str) -> Result<(), GatewayError> {
        let place = self
            .entries
            .iter()
            .position(|(route, _)| route.method == method && route.pattern == pattern);
        let Some(place) = place else {
            return Err(GatewayError::RouteNotFound {
                pattern: pattern.to_owned(),
            });
        };
        self.entries.remove(place);
        Ok(())
    }

    pub fn list(&self) -> Vec<Route> {
        self.entries.iter().map(|(route, _)| route.clone()).collect()
    }

    pub fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    pub fn find(&self, method: HttpMethod, path: &str) -> Option<RouteMatch> {
        let of_method = self.entries.iter().filter(|(route, _)| route.method == method);
        let matching = of_method.filter_map(|(route, pattern)| Some((route, pattern, pattern.matches(path)?)));
        let (route, _, parameters) = matching.min_by(|(_, one, _), (_, another, _)| one.precedence(another))?;
        Some(RouteMatch {
            pattern: route.pattern.clone(),
            upstream: route.upstream.clone(),
            parameters,
        })
    }
}
