//! What the benchmarks do: each with a backend, and with its library alone.
//!
//! What calls the library does what a service would write by hand: the same answers, made of the same owned strings, behind a lock, because
//! routes come and go while it runs.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::{PoisonError, RwLock};

use abi_facts::gateway::{Backend, GatewayConfig, HttpMethod, Route, RouteMatch, RouteParameter};
use governor::{Quota, RateLimiter};
use matchit::Router;

/// The interface of a code host: methods, and the pattern that has a route in each.
const TABLE: &[(&str, &str)] = &[
    ("GET", "/"),
    ("GET", "/user"),
    ("GET POST DELETE", "/user/emails"),
    ("GET", "/user/followers"),
    ("GET", "/user/following"),
    ("GET PUT DELETE", "/user/following/{user}"),
    ("GET POST", "/user/keys"),
    ("GET DELETE", "/user/keys/{id}"),
    ("GET POST", "/user/repos"),
    ("GET PUT DELETE", "/user/starred/{owner}/{repo}"),
    ("GET", "/users"),
    ("GET", "/users/{user}"),
    ("GET", "/users/{user}/events"),
    ("GET", "/users/{user}/followers"),
    ("GET", "/users/{user}/following/{target}"),
    ("GET", "/users/{user}/gists"),
    ("GET", "/users/{user}/keys"),
    ("GET", "/users/{user}/orgs"),
    ("GET", "/users/{user}/repos"),
    ("GET", "/users/{user}/starred"),
    ("GET POST", "/gists"),
    ("GET", "/gists/public"),
    ("GET", "/gists/starred"),
    ("GET PATCH DELETE", "/gists/{id}"),
    ("POST", "/gists/{id}/forks"),
    ("GET PUT DELETE", "/gists/{id}/star"),
    ("GET", "/orgs/{org}"),
    ("GET", "/orgs/{org}/events"),
    ("GET", "/orgs/{org}/members"),
    ("GET PUT DELETE", "/orgs/{org}/members/{user}"),
    ("GET POST", "/orgs/{org}/repos"),
    ("GET POST", "/orgs/{org}/teams"),
    ("GET DELETE", "/teams/{id}"),
    ("GET", "/teams/{id}/members"),
    ("GET PUT DELETE", "/teams/{id}/members/{user}"),
    ("GET PATCH DELETE", "/repos/{owner}/{repo}"),
    ("GET", "/repos/{owner}/{repo}/assignees"),
    ("GET", "/repos/{owner}/{repo}/branches"),
    ("GET", "/repos/{owner}/{repo}/branches/{branch}"),
    ("GET PUT DELETE", "/repos/{owner}/{repo}/collaborators/{user}"),
    ("GET POST", "/repos/{owner}/{repo}/commits"),
    ("GET", "/repos/{owner}/{repo}/commits/{sha}"),
    ("GET POST", "/repos/{owner}/{repo}/commits/{sha}/comments"),
    ("GET", "/repos/{owner}/{repo}/compare/{base}/{head}"),
    ("GET PUT DELETE", "/repos/{owner}/{repo}/contents/{*path}"),
    ("GET", "/repos/{owner}/{repo}/contributors"),
    ("GET POST", "/repos/{owner}/{repo}/forks"),
    ("POST", "/repos/{owner}/{repo}/git/blobs"),
    ("GET", "/repos/{owner}/{repo}/git/blobs/{sha}"),
    ("GET", "/repos/{owner}/{repo}/git/refs"),
    ("GET", "/repos/{owner}/{repo}/git/tags/{sha}"),
    ("GET", "/repos/{owner}/{repo}/git/trees/{sha}"),
    ("GET POST", "/repos/{owner}/{repo}/hooks"),
    ("GET PATCH DELETE", "/repos/{owner}/{repo}/hooks/{id}"),
    ("GET POST", "/repos/{owner}/{repo}/issues"),
    ("GET PATCH", "/repos/{owner}/{repo}/issues/{number}"),
    ("GET POST", "/repos/{owner}/{repo}/issues/{number}/comments"),
    ("GET POST PUT DELETE", "/repos/{owner}/{repo}/issues/{number}/labels"),
    ("DELETE", "/repos/{owner}/{repo}/issues/{number}/labels/{name}"),
    ("GET POST", "/repos/{owner}/{repo}/keys"),
    ("GET POST", "/repos/{owner}/{repo}/labels"),
    ("GET DELETE", "/repos/{owner}/{repo}/labels/{name}"),
    ("GET", "/repos/{owner}/{repo}/languages"),
    ("POST", "/repos/{owner}/{repo}/merges"),
    ("GET POST", "/repos/{owner}/{repo}/milestones"),
    ("GET POST", "/repos/{owner}/{repo}/pulls"),
    ("GET PATCH", "/repos/{owner}/{repo}/pulls/{number}"),
    ("GET", "/repos/{owner}/{repo}/pulls/{number}/files"),
    ("GET PUT", "/repos/{owner}/{repo}/pulls/{number}/merge"),
    ("GET POST", "/repos/{owner}/{repo}/releases"),
    ("GET", "/repos/{owner}/{repo}/stargazers"),
    ("GET", "/search/code"),
    ("GET", "/search/issues"),
    ("GET", "/search/repositories"),
    ("GET", "/search/users"),
    ("GET POST DELETE", "/repos/{owner}/{repo}/subscription"),
    ("GET", "/repos/{owner}/{repo}/tags"),
    ("GET PUT", "/notifications"),
    ("GET PATCH", "/notifications/threads/{id}"),
];

/// The routes of the table, 130 of them.
fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    for (methods, pattern) in TABLE {
        for name in methods.split(' ') {
            let method = HttpMethod::ALL
                .iter()
                .find(|method| format!("{method:?}").eq_ignore_ascii_case(name));
            let upstream = format!("service-{}", routes.len() % 7);
            routes.extend(method.map(|method| Route {
                method: *method,
                pattern: (*pattern).to_owned(),
                upstream,
            }));
        }
    }
    routes
}

/// A path for each route, with values of usual lengths for its parameters.
fn requests() -> Vec<(HttpMethod, String)> {
    let value = |segment: &str| match segment.trim_matches(['{', '}']) {
        "*path" => "crates/core/src/lib.rs".to_owned(),
        "sha" | "base" | "head" => "9fceb02d0ae598e95dc970b74767f19372d61af8".to_owned(),
        "id" | "number" => "81726354".to_owned(),
        _ if segment.starts_with('{') => "hello-world".to_owned(),
        text => text.to_owned(),
    };
    let path = |pattern: &str| pattern.split('/').map(value).collect::<Vec<_>>().join("/");
    routes().iter().map(|route| (route.method, path(&route.pattern))).collect()
}

/// Configuration in which both workloads run.
pub fn config() -> GatewayConfig {
    GatewayConfig {
        rate_limit: 1_000_000,
        burst: 100_000,
        ..GatewayConfig::default()
    }
}

/// Matches a path of each route in turn, one with each call.
pub fn match_route<B: Backend>(subject: &B) -> impl FnMut() {
    for route in routes() {
        // The routes of a workload that ran before on the same gateway are there already.
        let _ = subject.add_route(&route);
    }
    let mut requests = InTurn::new(requests());
    move || {
        let (method, path) = requests.next();
        black_box(subject.match_route(*method, path));
    }
}

/// The same by a router of matchit for each method.
pub fn match_route_library() -> impl FnMut() {
    let mut routers: Vec<Router<Route>> = HttpMethod::ALL.iter().map(|_| Router::new()).collect();
    for route in routes() {
        let inserted = routers[route.method as usize].insert(route.pattern.clone(), route);
        debug_assert!(inserted.is_ok(), "the table has no conflicts");
    }
    let routers = RwLock::new(routers);
    let find = move |method: HttpMethod, path: &str| {
        let routers = routers.read().unwrap_or_else(PoisonError::into_inner);
        let found = routers[method as usize].at(path).ok()?;
        let parameter = |(name, value): (&str, &str)| RouteParameter {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        Some(RouteMatch {
            pattern: found.value.pattern.clone(),
            upstream: found.value.upstream.clone(),
            parameters: found.params.iter().map(parameter).collect(),
        })
    };
    let mut requests = InTurn::new(requests());
    move || {
        let (method, path) = requests.next();
        black_box(find(*method, path));
    }
}

/// Decides about a request of one of a thousand keys in turn.
pub fn check_rate_limit<B: Backend>(subject: &B) -> impl FnMut() {
    let mut keys = InTurn::new(keys());
    move || {
        let _ = black_box(subject.check_rate_limit(keys.next()));
    }
}

/// The same by governor, whose table of keys has no bound, and whose clock is the system's.
pub fn check_rate_limit_library() -> impl FnMut() {
    let per_second = |number| Quota::per_second(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN));
    let quota = per_second(config().rate_limit).allow_burst(NonZeroU32::new(config().burst).unwrap_or(NonZeroU32::MIN));
    let limiter = RateLimiter::keyed(quota);
    let mut keys = InTurn::new(keys());
    move || {
        let _ = black_box(limiter.check_key(keys.next()));
    }
}

fn keys() -> Vec<Vec<u8>> {
    (0..1_000).map(|number| format!("client-{number:09}").into_bytes()).collect()
}

/// Things that are taken in turn.
struct InTurn<T> {
    things: Vec<T>,
    place: usize,
}

impl<T> InTurn<T> {
    fn new(things: Vec<T>) -> Self {
        InTurn { things, place: 0 }
    }

    fn next(&mut self) -> &T {
        self.place = if self.place + 1 < self.things.len() {
            self.place + 1
        } else {
            0
        };
        &self.things[self.place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_130_routes_and_a_path_for_each() {
        assert_eq!(routes().len(), 130);
        assert_eq!(requests().len(), 130);
    }
}
