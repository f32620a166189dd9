//! Faults of the router.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use abi_facts::clock::Clock;
use abi_facts::gateway::{Backend, GatewayConfig, HttpMethod, RouteMatch};

use super::Fault;
use crate::gateway::table;

/// A leaf that holds one route, whatever its method: the last one that was added for a path is the only one.
#[derive(Debug)]
pub struct LastMethodWins;

impl Fault for LastMethodWins {
    fn new(_: &GatewayConfig, _: Arc<dyn Clock>) -> Self {
        LastMethodWins
    }

    fn match_route<B: Backend>(&self, honest: &B, method: HttpMethod, path: &str) -> Option<RouteMatch> {
        let found = honest.match_route(method, path)?;
        let last = honest.routes().into_iter().rfind(|route| route.pattern == found.pattern)?;
        (last.method == method).then_some(found)
    }
}

/// A place in the tree that has the name of the first parameter that came by.
#[derive(Debug)]
pub struct SharedNames {
    names: Mutex<HashMap<String, String>>,
}

impl Fault for SharedNames {
    fn new(_: &GatewayConfig, _: Arc<dyn Clock>) -> Self {
        SharedNames { names: Mutex::default() }
    }

    fn match_route<B: Backend>(&self, honest: &B, method: HttpMethod, path: &str) -> Option<RouteMatch> {
        let mut found = honest.match_route(method, path)?;
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        for route in honest.routes() {
            name_places(&route.pattern, |place, name| {
                names.entry(place).or_insert(name);
            });
        }
        let mut parameters = found.parameters.iter_mut();
        name_places(&found.pattern, |place, _| {
            if let (Some(parameter), Some(first)) = (parameters.next(), names.get(&place)) {
                parameter.name.clone_from(first);
            }
        });
        Some(found)
    }
}

/// Each parameter of a pattern: what comes before it, without names, and its name.
fn name_places(pattern: &str, mut each: impl FnMut(String, String)) {
    let mut before = String::new();
    for part in table::read(pattern).unwrap_or_default() {
        let (name, anonymous) = match part {
            table::Part::Text(text) => (None, text),
            table::Part::One(name) => (Some(name), "{}"),
            table::Part::Rest(name) => (Some(name), "*"),
        };
        if let Some(name) = name {
            each(before.clone(), name.to_owned());
        }
        before = before + "/" + anonymous;
    }
}

/// Of the routes that match, the one that was added first is taken, however specific the others.
#[derive(Debug)]
pub struct FirstMatchWins;

impl Fault for FirstMatchWins {
    fn new(_: &GatewayConfig, _: Arc<dyn Clock>) -> Self {
        FirstMatchWins
    }

    fn match_route<B: Backend>(&self, honest: &B, method: HttpMethod, path: &str) -> Option<RouteMatch> {
        let _ = honest.match_route(method, path);
        honest
            .routes()
            .iter()
            .filter(|route| route.method == method)
            .find_map(|route| table::find(std::slice::from_ref(route), path))
    }
}

/// A tree that is descended without a way back: where text fits, parameters are no longer thought of, even if the path ends nowhere.
#[derive(Debug)]
pub struct NeverTurnsBack;

impl Fault for NeverTurnsBack {
    fn new(_: &GatewayConfig, _: Arc<dyn Clock>) -> Self {
        NeverTurnsBack
    }

    fn match_route<B: Backend>(&self, honest: &B, method: HttpMethod, path: &str) -> Option<RouteMatch> {
        let routes: Vec<_> = honest.routes().into_iter().filter(|route| route.method == method).collect();
        let mut left: Vec<_> = routes
            .iter()
            .filter_map(|route| Some((route, table::read(&route.pattern)?)))
            .collect();
        for (place, segment) in path.strip_prefix('/')?.split('/').enumerate() {
            let is_text = |part: Option<&table::Part<'_>>| part == Some(&table::Part::Text(segment));
            if left.iter().any(|(_, parts)| is_text(parts.get(place))) {
                left.retain(|(_, parts)| is_text(parts.get(place)));
            }
        }
        let left: Vec<_> = left.into_iter().map(|(route, _)| route.clone()).collect();
        table::find(&left, path)
    }
}
