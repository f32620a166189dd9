//! Patterns of routes: reading, comparing and matching them.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use abi_facts::gateway::{MAX_PARAMETERS, MAX_PATTERN, RouteParameter};

/// What matches a segment of a path, the most specific first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Text(String),
    /// One segment, by this name.
    Parameter(String),
    /// The rest, by this name.
    Wildcard(String),
}

impl Segment {
    /// How specific it is, less for more.
    fn rank(&self) -> u8 {
        match self {
            Segment::Text(_) => 0,
            Segment::Parameter(_) => 1,
            Segment::Wildcard(_) => 2,
        }
    }
}

/// A pattern that has been read.
#[derive(Debug, Clone)]
pub struct Pattern {
    segments: Vec<Segment>,
}

impl Pattern {
    /// Reads a pattern, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_PATTERN as usize {
            return Err(format!(
                "it takes {} bytes, more than the {MAX_PATTERN} that are allowed",
                text.len()
            ));
        }
        let Some(rest) = text.strip_prefix('/') else {
            return Err("it doesn't begin with `/`".to_owned());
        };
        let mut segments = Vec::new();
        let mut names = BTreeSet::new();
        for part in rest.split('/') {
            if let Some(Segment::Wildcard(name)) = segments.last() {
                return Err(format!(
                    "something comes after the wildcard `{name}`, which takes all that is left"
                ));
            }
            let segment = parse_segment(part)?;
            if let Segment::Parameter(name) | Segment::Wildcard(name) = &segment
                && !names.insert(name.clone())
            {
                return Err(format!("two parameters are called `{name}`"));
            }
            segments.push(segment);
        }
        if names.len() > MAX_PARAMETERS as usize {
            return Err(format!(
                "it has {} parameters, more than the {MAX_PARAMETERS} that are allowed",
                names.len()
            ));
        }
        Ok(Pattern { segments })
    }

    /// Whether a table can't hold both: they are the same but for the names, or, unless that is wanted, one has a wildcard where the
    /// other has a parameter.
    pub fn conflicts(&self, other: &Pattern, mixed_wildcards: bool) -> bool {
        for (one, another) in self.segments.iter().zip(&other.segments) {
            match (one, another) {
                (Segment::Text(one), Segment::Text(another)) if one == another => {}
                (Segment::Parameter(_), Segment::Parameter(_)) => {}
                (Segment::Wildcard(_), Segment::Wildcard(_)) => {}
                (Segment::Wildcard(_), Segment::Parameter(_)) | (Segment::Parameter(_), Segment::Wildcard(_)) => {
                    return !mixed_wildcards;
                }
                _ => return false,
            }
        }
        self.segments.len() == other.segments.len()
    }

    /// What a path gives its parameters, if it matches.
    pub fn matches(&self, path: &str) -> Option<Vec<RouteParameter>> {
        let mut rest = Some(path.strip_prefix('/')?);
        let mut parameters = Vec::new();
        for segment in &self.segments {
            let left = rest?;
            let (part, after) = match left.split_once('/') {
                Some((part, after)) => (part, Some(after)),
                None => (left, None),
            };
            match segment {
                Segment::Text(text) if text == part => rest = after,
                Segment::Parameter(name) if !part.is_empty() => {
                    parameters.push(RouteParameter {
                        name: name.clone(),
                        value: part.to_owned(),
                    });
                    rest = after;
                }
                Segment::Wildcard(name) if !left.is_empty() => {
                    parameters.push(RouteParameter {
                        name: name.clone(),
                        value: left.to_owned(),
                    });
                    rest = None;
                }
                _ => return None,
            }
        }
        match rest {
            Some(_) => None,
            None => Some(parameters),
        }
    }

    /// Which of two patterns that match the same path is taken: the lesser.
    pub fn precedence(&self, other: &Pattern) -> Ordering {
        self.segments
            .iter()
            .map(Segment::rank)
            .cmp(other.segments.iter().map(Segment::rank))
    }
}

fn parse_segment(part: &str) -> Result<Segment, String> {
    if part == "*" {
        return Ok(Segment::Wildcard("*".to_owned()));
    }
    let Some(inner) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
        return match part.contains(['{', '}', '*']) {
            true => Err(format!(
                "`{part}` is neither text without `{{`, `}}` and `*`, nor a parameter `{{name}}`, nor a wildcard `{{*name}}`"
            )),
            false => Ok(Segment::Text(part.to_owned())),
        };
    };
    let (wildcard, name) = match inner.strip_prefix('*') {
        Some(name) => (true, name),
        None => (false, inner),
    };
    if name.is_empty()
        || !name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_')
    {
        return Err(format!("`{part}` has no name of letters, digits and `_`"));
    }
    Ok(match wildcard {
        true => Segment::Wildcard(name.to_owned()),
        false => Segment::Parameter(name.to_owned()),
    })
}
