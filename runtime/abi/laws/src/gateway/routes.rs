//! Laws about routes.

use abi_facts::gateway::{Backend, GatewayConfig, GatewayError, HttpMethod, Route, RouteMatch};
use fastrand::Rng;

use super::shortest::shortest;
use super::{Fixture, table};
use crate::{Law, Violation};

/// Segments that are prefixes of each other, and empty ones.
const TEXTS: &[&str] = &["", "a", "aa", "ab", "b", "user", "users"];
const ODD: &[&str] = &["{}", "{a", "a}", "{a}b", "b{a}", "a*", "**", "{**a}", "{a b}", "{{a}}", "{*}"];

#[derive(Debug, Clone)]
enum Step {
    Add(Route),
    Remove(HttpMethod, String),
    Match(HttpMethod, String),
}

/// Random tables give the answers of the oracle.
pub fn routing<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    random_tables::<B>(law, fixture, false)
}

/// So do those that mix wildcards and parameters.
pub fn routing_mixed<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    random_tables::<B>(law, fixture, true)
}

fn random_tables<B: Backend>(law: &Law, fixture: &Fixture, mixed_wildcards: bool) -> Result<(), Violation> {
    let config = GatewayConfig {
        mixed_wildcards,
        ..GatewayConfig::default()
    };
    let mut rng = Rng::with_seed(law.seed);
    for _ in 0..law.cases {
        let mut steps: Vec<Step> = (0..rng.usize(1..12))
            .map(|number| Step::Add(route(&mut rng, number)))
            .collect();
        for _ in 0..12 {
            let path = path(&mut rng, &steps);
            steps.push(Step::Match(method(&mut rng), path));
        }
        try_steps::<B>(fixture, &config, &steps)?;
    }
    Ok(())
}

/// After any additions and removals the table is that of the oracle.
pub fn routes_consistent<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let config = GatewayConfig {
        max_routes: 6,
        ..GatewayConfig::default()
    };
    let mut rng = Rng::with_seed(law.seed);
    let sum: u32 = law.ops.iter().map(|(_, weight)| weight).sum();
    for _ in 0..law.cases {
        let mut steps: Vec<Step> = Vec::new();
        for number in 0..40 {
            let mut choice = rng.u32(0..sum.max(1));
            let op = law.ops.iter().find(|(_, weight)| {
                let found = choice < *weight;
                choice = choice.saturating_sub(*weight);
                found
            });
            let step = match op.map(|(name, _)| *name) {
                Some("remove") => match rng.choice(steps.clone()) {
                    Some(Step::Add(route)) => Step::Remove(route.method, route.pattern),
                    _ => Step::Remove(method(&mut rng), "/missing".to_owned()),
                },
                Some("match") => Step::Match(method(&mut rng), path(&mut rng, &steps)),
                _ => Step::Add(route(&mut rng, number)),
            };
            steps.push(step);
        }
        try_steps::<B>(fixture, &config, &steps)?;
    }
    Ok(())
}

/// Tries steps; if they break a law, finds fewer that do.
fn try_steps<B: Backend>(fixture: &Fixture, config: &GatewayConfig, steps: &[Step]) -> Result<(), Violation> {
    let broken = |steps: &[Step]| follow::<B>(fixture, config, steps).err().map(|violation| violation.text);
    match broken(steps) {
        Some(_) => Err(shortest(steps, broken)),
        None => Ok(()),
    }
}

/// Follows steps on a new gateway, and compares each answer with the oracle's.
fn follow<B: Backend>(fixture: &Fixture, config: &GatewayConfig, steps: &[Step]) -> Result<(), Violation> {
    let (subject, _) = fixture.open::<B>(config)?;
    let mut routes: Vec<Route> = Vec::new();
    for step in steps {
        match step {
            Step::Add(route) => {
                let answer = subject.add_route(route);
                if !is_expected(&answer, route, &routes, config) {
                    return Err(Violation::new(format!(
                        "adding {route:?} beside {routes:?} gives {answer:?}, against the rules"
                    )));
                }
                if answer.is_ok() {
                    routes.push(route.clone());
                }
            }
            Step::Remove(method, pattern) => {
                let place = routes
                    .iter()
                    .position(|route| route.method == *method && route.pattern == *pattern);
                let expected = match place {
                    Some(_) => Ok(()),
                    None => Err(GatewayError::RouteNotFound {
                        pattern: pattern.clone(),
                    }),
                };
                let answer = subject.remove_route(*method, pattern);
                if answer != expected {
                    return Err(Violation::new(format!(
                        "removing `{pattern}` of {method:?} gives {answer:?}, not {expected:?}"
                    )));
                }
                place.map(|place| routes.remove(place));
            }
            Step::Match(method, path) => {
                let of_method: Vec<Route> = routes.iter().filter(|route| route.method == *method).cloned().collect();
                let expected = table::find(&of_method, path);
                let answer = subject.match_route(*method, path);
                if answer != expected {
                    return Err(Violation::new(format!(
                        "`{path}` of {method:?} takes {answer:?}, not {expected:?}"
                    )));
                }
            }
        }
        if subject.routes() != routes || subject.stats().routes != routes.len() as u64 {
            let (listed, counted) = (subject.routes(), subject.stats().routes);
            return Err(Violation::new(format!(
                "`routes` lists {listed:?} and `stats` counts {counted}, but there are {routes:?}"
            )));
        }
    }
    Ok(())
}

/// Whether adding a route gave what it should.
fn is_expected(answer: &Result<(), GatewayError>, route: &Route, routes: &[Route], config: &GatewayConfig) -> bool {
    let Some(parts) = table::read(&route.pattern) else {
        return matches!(answer, Err(GatewayError::InvalidRoute { pattern, .. }) if *pattern == route.pattern);
    };
    let in_the_way = |other: &&Route| {
        let theirs = table::read(&other.pattern).unwrap_or_default();
        other.method == route.method && table::conflict(&parts, &theirs, config.mixed_wildcards)
    };
    let conflicts: Vec<&str> = routes.iter().filter(in_the_way).map(|other| other.pattern.as_str()).collect();
    match answer {
        Ok(()) => conflicts.is_empty() && routes.len() < config.max_routes as usize,
        Err(GatewayError::Conflict { pattern, with }) => *pattern == route.pattern && conflicts.contains(&with.as_str()),
        Err(GatewayError::TooManyRoutes { limit }) => {
            conflicts.is_empty() && *limit == config.max_routes && routes.len() == *limit as usize
        }
        Err(_) => false,
    }
}

/// The same pattern has a route in each method.
pub fn methods_apart<B: Backend>(_: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let (subject, _) = fixture.open::<B>(&GatewayConfig::default())?;
    let upstream = |method: HttpMethod| format!("upstream of {method:?}");
    for method in HttpMethod::ALL {
        let route = Route {
            method: *method,
            pattern: "/things/{id}".to_owned(),
            upstream: upstream(*method),
        };
        if let Err(error) = subject.add_route(&route) {
            return Err(Violation::new(format!(
                "{route:?} is refused though only other methods have its pattern: {error}"
            )));
        }
    }
    for (removed, gone) in HttpMethod::ALL.iter().enumerate() {
        for (place, method) in HttpMethod::ALL.iter().enumerate() {
            let expected = (place >= removed).then(|| upstream(*method));
            let answer = subject.match_route(*method, "/things/7").map(|found| found.upstream);
            if answer != expected {
                let removed = &HttpMethod::ALL[..removed];
                return Err(Violation::new(format!(
                    "after one route `/things/{{id}}` for each method, and removing those of {removed:?}, {method:?} of `/things/7` goes to \
                     {answer:?}, not {expected:?}"
                )));
            }
        }
        if let Err(error) = subject.remove_route(*gone, "/things/{id}") {
            return Err(Violation::new(format!("the route of {gone:?} can't be removed: {error}")));
        }
    }
    Ok(())
}

/// Routes through the same place keep their own names.
pub fn own_names<B: Backend>(_: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let (subject, _) = fixture.open::<B>(&GatewayConfig::default())?;
    let patterns = [
        "/users/{id}",
        "/users/{user}/posts/{post}",
        "/users/{who}/posts",
        "/users/{uid}/files/{*path}",
        "/users/{u}/all/*",
    ];
    for pattern in patterns {
        let route = Route {
            method: HttpMethod::Get,
            pattern: pattern.to_owned(),
            upstream: String::new(),
        };
        if let Err(error) = subject.add_route(&route) {
            return Err(Violation::new(format!("`{pattern}` is refused: {error}")));
        }
    }
    let cases = [
        ("/users/1", vec![("id", "1")]),
        ("/users/1/posts/2", vec![("user", "1"), ("post", "2")]),
        ("/users/1/posts", vec![("who", "1")]),
        ("/users/1/files/a/b", vec![("uid", "1"), ("path", "a/b")]),
        ("/users/1/all/a/b", vec![("u", "1"), ("*", "a/b")]),
    ];
    for (path, expected) in cases {
        let found = subject.match_route(HttpMethod::Get, path);
        let names = |found: &RouteMatch| -> Vec<(String, String)> {
            found
                .parameters
                .iter()
                .map(|parameter| (parameter.name.clone(), parameter.value.clone()))
                .collect()
        };
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        if found.as_ref().map(names).as_ref() != Some(&expected) {
            return Err(Violation::new(format!(
                "of {patterns:?}, `{path}` gives {found:?}, not the parameters {expected:?}"
            )));
        }
    }
    Ok(())
}

fn method(rng: &mut Rng) -> HttpMethod {
    *rng.choice([&HttpMethod::Get, &HttpMethod::Get, &HttpMethod::Post])
        .unwrap_or(&HttpMethod::Get)
}

fn route(rng: &mut Rng, number: usize) -> Route {
    Route {
        method: method(rng),
        pattern: pattern(rng),
        upstream: format!("u{number}"),
    }
}

fn pattern(rng: &mut Rng) -> String {
    let mut pattern = String::new();
    let length = rng.usize(1..5);
    for place in 0..length {
        pattern.push('/');
        match rng.u8(0..40) {
            0 => pattern.push_str(rng.choice(ODD).unwrap_or(&"")),
            1..16 => pattern.push_str(&format!("{{{}}}", rng.choice(["x", "y", "z_1", "Q"]).unwrap_or("x"))),
            16..22 if place + 1 == length => pattern.push_str(rng.choice(["{*x}", "{*rest}", "*"]).unwrap_or("*")),
            _ => pattern.push_str(rng.choice(TEXTS).unwrap_or(&"")),
        }
    }
    pattern
}

/// A path, half of the time one that is like the pattern of a route.
fn path(rng: &mut Rng, steps: &[Step]) -> String {
    let like = match rng.choice(steps) {
        Some(Step::Add(route)) if rng.bool() => route.pattern.clone(),
        _ => "/{x}".repeat(rng.usize(0..6)),
    };
    let mut path = String::new();
    for segment in like.split('/').skip(1) {
        path.push('/');
        match segment.starts_with(['{', '*']) {
            true => path.push_str(rng.choice(TEXTS).unwrap_or(&"")),
            false => path.push_str(segment),
        }
    }
    if rng.u8(0..8) == 0 {
        path.push('/');
    }
    path
}
