//! The oracle of routing: the rules of the spec, followed down the segments of a path.

use abi_facts::gateway::{MAX_PARAMETERS, MAX_PATTERN, Route, RouteMatch, RouteParameter};

/// A segment of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// Itself.
    Text(&'a str),
    /// Any one.
    One(&'a str),
    /// All that is left.
    Rest(&'a str),
}

/// Reads a pattern, if it is valid.
pub fn read(pattern: &str) -> Option<Vec<Part<'_>>> {
    if pattern.len() > MAX_PATTERN as usize {
        return None;
    }
    let parts: Vec<Part<'_>> = pattern.strip_prefix('/')?.split('/').map(part).collect::<Option<_>>()?;
    let names: Vec<&str> = parts.iter().filter_map(name).collect();
    let differ = names.iter().enumerate().all(|(place, one)| !names[..place].contains(one));
    let wildcard = parts.iter().position(|part| matches!(part, Part::Rest(_)));
    let at_end = wildcard.is_none_or(|place| place + 1 == parts.len());
    (differ && at_end && names.len() <= MAX_PARAMETERS as usize).then_some(parts)
}

fn part(text: &str) -> Option<Part<'_>> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|each| matches!(each, 'a'..='z' | 'A'..='Z' | '0'..='9' | '_'))
    };
    match text.as_bytes() {
        b"*" => Some(Part::Rest(text)),
        [b'{', b'*', .., b'}'] => Some(&text[2..text.len() - 1]).filter(|name| is_name(name)).map(Part::Rest),
        [b'{', .., b'}'] => Some(&text[1..text.len() - 1]).filter(|name| is_name(name)).map(Part::One),
        bytes if bytes.iter().any(|byte| b"{}*".contains(byte)) => None,
        _ => Some(Part::Text(text)),
    }
}

fn name<'a>(part: &Part<'a>) -> Option<&'a str> {
    match part {
        Part::Text(_) => None,
        Part::One(name) | Part::Rest(name) => Some(name),
    }
}

/// Whether two patterns conflict.
pub fn conflict(one: &[Part<'_>], another: &[Part<'_>], mixed_wildcards: bool) -> bool {
    let same = |(one, another): &(&Part<'_>, &Part<'_>)| match (one, another) {
        (Part::Text(one), Part::Text(another)) => one == another,
        (Part::One(_), Part::One(_)) | (Part::Rest(_), Part::Rest(_)) => true,
        _ => false,
    };
    let shared = one.iter().zip(another).take_while(same).count();
    match (one.get(shared), another.get(shared)) {
        (None, None) => true,
        (Some(Part::One(_)), Some(Part::Rest(_))) | (Some(Part::Rest(_)), Some(Part::One(_))) => !mixed_wildcards,
        _ => false,
    }
}

/// The route that a path takes, of routes that don't conflict.
pub fn find(routes: &[Route], path: &str) -> Option<RouteMatch> {
    let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    let candidates: Vec<(&Route, Vec<Part<'_>>)> = routes
        .iter()
        .filter_map(|route| Some((route, read(&route.pattern)?)))
        .collect();
    let (route, parts) = descend(candidates.iter().collect(), &segments, 0)?;
    let value = |place: usize, part: &Part<'_>| match part {
        Part::Rest(_) => segments[place..].join("/"),
        _ => segments[place].to_owned(),
    };
    let named = parts
        .iter()
        .enumerate()
        .filter_map(|(place, part)| Some((name(part)?, value(place, part))));
    Some(RouteMatch {
        pattern: route.pattern.clone(),
        upstream: route.upstream.clone(),
        parameters: named
            .map(|(name, value)| RouteParameter {
                name: name.to_owned(),
                value,
            })
            .collect(),
    })
}

/// The best of the candidates, all of which match the segments before this place.
fn descend<'a, 'b>(
    candidates: Vec<&'a (&'b Route, Vec<Part<'b>>)>,
    segments: &[&str],
    place: usize,
) -> Option<&'a (&'b Route, Vec<Part<'b>>)> {
    let Some(segment) = segments.get(place) else {
        return candidates.into_iter().find(|(_, parts)| parts.len() == place);
    };
    let with = |wanted: &dyn Fn(Part<'b>) -> bool| -> Vec<_> {
        candidates
            .iter()
            .copied()
            .filter(|(_, parts)| parts.get(place).is_some_and(|part| wanted(*part)))
            .collect()
    };
    let texts = with(&|part| part == Part::Text(segment));
    let ones = with(&|part| matches!(part, Part::One(_)) && !segment.is_empty());
    let rests = with(&|part| matches!(part, Part::Rest(_)) && !segments[place..].join("/").is_empty());
    let go_on = |candidates: Vec<&'a (&'b Route, Vec<Part<'b>>)>| match candidates.is_empty() {
        true => None,
        false => descend(candidates, segments, place + 1),
    };
    go_on(texts).or_else(|| go_on(ones)).or_else(|| rests.into_iter().next())
}
