//! Patterns of routes, and how they are written for matchit.

use abi_facts::gateway::{MAX_PARAMETERS, MAX_PATTERN};

/// A pattern that has been read.
#[derive(Debug)]
pub struct Pattern {
    /// The names of its parameters, in order.
    pub names: Vec<String>,
    /// The pattern with numbers for names, so that patterns that differ in names only are the same. matchit gets this one, so that
    /// what it thinks of names has no influence.
    pub anonymous: String,
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
        let mut pattern = Pattern {
            names: Vec::new(),
            anonymous: String::with_capacity(text.len()),
        };
        let mut ended = false;
        for part in rest.split('/') {
            if ended {
                return Err("something comes after the wildcard, which takes all that is left".to_owned());
            }
            pattern.anonymous.push('/');
            ended = pattern.push(part)?;
        }
        Ok(pattern)
    }

    /// Adds a segment; whether it is a wildcard.
    fn push(&mut self, part: &str) -> Result<bool, String> {
        let (star, name) = match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            _ if part == "*" => ("*", "*"),
            Some(inner) => {
                let (star, name) = inner.split_at(usize::from(inner.starts_with('*')));
                if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                    return Err(format!("`{part}` has no name of letters, digits and `_`"));
                }
                (star, name)
            }
            None if part.contains(['{', '}', '*']) => {
                return Err(format!(
                    "`{part}` is neither text without `{{`, `}}` and `*`, nor a parameter `{{name}}`, nor a wildcard `{{*name}}`"
                ));
            }
            None => {
                self.anonymous.push_str(part);
                return Ok(false);
            }
        };
        if self.names.iter().any(|other| other == name) {
            return Err(format!("two parameters are called `{name}`"));
        }
        if self.names.len() >= MAX_PARAMETERS as usize {
            return Err(format!("it has more than the {MAX_PARAMETERS} parameters that are allowed"));
        }
        self.anonymous.push_str(&format!("{{{star}p{}}}", self.names.len()));
        self.names.push(name.to_owned());
        Ok(star == "*")
    }

    /// Whether matchit can't hold both: they are the same, or one has a wildcard where the other has a parameter.
    pub fn conflicts(&self, other: &Pattern) -> bool {
        let mut others = other.anonymous.split('/');
        for one in self.anonymous.split('/') {
            match others.next() {
                Some(another) if one == another => {}
                Some(another) => return one.starts_with('{') && another.starts_with('{'),
                None => return false,
            }
        }
        others.next().is_none()
    }
}
