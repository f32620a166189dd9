//! What patterns match, said in two other ways than the backends say it; and patterns and topics to try.

use std::sync::LazyLock;

use abi_facts::messaging::PatternSyntax;
use fastrand::Rng;
use regex::bytes::Regex;

/// The separator, and the signs for one word and for many.
fn signs(syntax: PatternSyntax) -> (u8, &'static [u8], &'static [u8]) {
    match syntax {
        PatternSyntax::Mqtt => (b'/', b"+", b"#"),
        _ => (b'.', b"*", b"#"),
    }
}

/// The words of a text.
fn words(syntax: PatternSyntax, text: &[u8]) -> Vec<&[u8]> {
    match syntax {
        PatternSyntax::Mqtt => text.split(|byte| *byte == b'/').collect(),
        _ if text.is_empty() => Vec::new(),
        _ => text.split(|byte| *byte == b'.').collect(),
    }
}

/// Whether a topic can be published on, whatever its length.
pub fn allows_topic(syntax: PatternSyntax, topic: &[u8]) -> bool {
    syntax != PatternSyntax::Mqtt || mqtt_text(topic).is_some_and(|text| !text.contains(['+', '#']))
}

/// Whether a pattern can be subscribed to, whatever its length.
pub fn allows_pattern(syntax: PatternSyntax, pattern: &[u8]) -> bool {
    if syntax != PatternSyntax::Mqtt {
        return true;
    }
    let Some(text) = mqtt_text(pattern) else { return false };
    static LEVELS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\A(?:(?:\+|[^/+#]*)/)*(?:#|\+|[^/+#]*)\z").expect("a fixed expression"));
    LEVELS.is_match(text.as_bytes())
}

fn mqtt_text(text: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(text).ok()?;
    (!text.is_empty() && !text.contains('\0')).then_some(text)
}

/// Whether a pattern matches a topic, by recursion over the words. Takes time that grows quickly with the number of `#`.
pub fn matches(syntax: PatternSyntax, pattern: &[u8], topic: &[u8]) -> bool {
    if !allows_pattern(syntax, pattern) || !allows_topic(syntax, topic) {
        return false;
    }
    let (_, one, many) = signs(syntax);
    let steps = words(syntax, pattern);
    let hidden = syntax == PatternSyntax::Mqtt && topic[0] == b'$' && (steps[0] == one || steps[0] == many);
    !hidden && words_match(&steps, &words(syntax, topic), one, many)
}

fn words_match(steps: &[&[u8]], words: &[&[u8]], one: &[u8], many: &[u8]) -> bool {
    match (steps, words) {
        ([], words) => words.is_empty(),
        ([step, rest @ ..], words) if *step == many => {
            (0..=words.len()).any(|taken| words_match(rest, &words[taken..], one, many))
        }
        ([step, rest @ ..], [word, words @ ..]) => (*step == one || step == word) && words_match(rest, words, one, many),
        ([_, ..], []) => false,
    }
}

/// A pattern as a regular expression over topics in which a separator follows each word, so that the empty list of words is empty.
#[derive(Debug)]
pub struct Expression {
    syntax: PatternSyntax,
    regex: Regex,
}

/// Translates a pattern; none if the syntax doesn't allow it.
pub fn expression(syntax: PatternSyntax, pattern: &[u8]) -> Option<Expression> {
    if !allows_pattern(syntax, pattern) {
        return None;
    }
    let (separator, one, many) = signs(syntax);
    let separator = format!(r"\x{separator:02x}");
    let word = format!("[^{separator}]*{separator}");
    // What a wildcard at the beginning takes as the first level.
    let first = if syntax == PatternSyntax::Mqtt {
        format!("(?:[^$/][^/]*)?{separator}")
    } else {
        word.clone()
    };
    let mut text = String::from(r"(?s-u)\A");
    for (index, step) in words(syntax, pattern).into_iter().enumerate() {
        if step == many {
            text += &if index == 0 {
                format!("(?:{first}(?:{word})*)?")
            } else {
                format!("(?:{word})*")
            };
        } else if step == one {
            text += if index == 0 { &first } else { &word };
        } else {
            step.iter().for_each(|byte| text += &format!(r"\x{byte:02x}"));
            text += &separator;
        }
    }
    text += r"\z";
    Some(Expression {
        syntax,
        regex: Regex::new(&text).ok()?,
    })
}

impl Expression {
    /// Whether it matches a topic.
    pub fn matches(&self, topic: &[u8]) -> bool {
        let mut text = Vec::new();
        for word in words(self.syntax, topic) {
            text.extend_from_slice(word);
            text.push(signs(self.syntax).0);
        }
        allows_topic(self.syntax, topic) && self.regex.is_match(&text)
    }
}

/// All texts of up to `length` of these words.
fn texts(syntax: PatternSyntax, vocabulary: &[&str], length: u32) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut last = vec![Vec::new()];
    for count in 0..length {
        let mut longer = Vec::new();
        for text in &last {
            for word in vocabulary {
                let mut text: Vec<u8> = text.clone();
                if count > 0 {
                    text.push(signs(syntax).0);
                }
                text.extend_from_slice(word.as_bytes());
                longer.push(text);
            }
        }
        all.extend(longer.iter().cloned());
        last = longer;
    }
    all
}

/// Small patterns and topics, some of which aren't allowed.
pub fn small(syntax: PatternSyntax) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let (mut patterns, mut topics) = match syntax {
        PatternSyntax::Mqtt => {
            let mut topics = texts(syntax, &["a", "", "$s"], 4);
            topics.extend([&b"+"[..], b"a/#", b"a+", b"\0", b"a/\xff", b"$"].map(Vec::from));
            (texts(syntax, &["a", "", "$s", "+", "#"], 4), topics)
        }
        _ => (texts(syntax, &["a", "b", "", "*", "#"], 4), texts(syntax, &["a", "b", ""], 5)),
    };
    patterns.extend(texts(syntax, &["a", "a*", "#a", "a+", "##", "+", "*", "#"], 2));
    topics.extend([&b"a*"[..], b"a.*", b"#.a", b"a.a+", b"\0.\xff"].map(Vec::from));
    (patterns, topics)
}

/// A random word; few of them, so that words meet again.
fn word(random: &mut Rng) -> Vec<u8> {
    match random.u8(..20) {
        0 => Vec::new(),
        1 => (0..random.usize(1..4)).map(|_| random.u8(..)).collect(),
        2 => vec![b'$', random.u8(b'a'..=b'b')],
        _ => vec![random.u8(b'a'..=b'c')],
    }
}

/// A random pattern of up to `length` words.
pub fn random_pattern(syntax: PatternSyntax, random: &mut Rng, length: usize) -> Vec<u8> {
    let (separator, one, many) = signs(syntax);
    let count = random.usize(1..=length);
    let word = |index: usize, random: &mut Rng| match random.u8(..10) {
        0 | 1 => one.to_vec(),
        // MQTT has it only at the end; some in the middle must be refused.
        2 | 3 if syntax != PatternSyntax::Mqtt || index + 1 == count || random.u8(..20) == 0 => many.to_vec(),
        _ => word(random),
    };
    let words: Vec<Vec<u8>> = (0..count).map(|index| word(index, random)).collect();
    words.join(&separator)
}

/// A topic that the pattern matches, or nearly so.
pub fn random_topic(syntax: PatternSyntax, random: &mut Rng, pattern: &[u8]) -> Vec<u8> {
    let (separator, one, many) = signs(syntax);
    let mut topic: Vec<Vec<u8>> = Vec::new();
    for step in words(syntax, pattern) {
        if step == many {
            (0..random.usize(..4)).for_each(|_| topic.push(word(random)));
        } else if step == one {
            topic.push(word(random));
        } else {
            topic.push(step.to_vec());
        }
    }
    if !topic.is_empty() && random.bool() {
        let index = random.usize(..topic.len());
        match random.u8(..3) {
            0 => drop(topic.remove(index)),
            1 => topic.insert(index, word(random)),
            _ => topic[index] = word(random),
        }
    }
    topic.join(&separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_oracles_agree() {
        for &syntax in PatternSyntax::ALL {
            let (patterns, topics) = small(syntax);
            for pattern in patterns {
                let expression = expression(syntax, &pattern);
                for topic in &topics {
                    let by_expression = expression.as_ref().is_some_and(|expression| expression.matches(topic));
                    let shown = format!("{syntax:?} `{}` `{}`", pattern.escape_ascii(), topic.escape_ascii());
                    assert_eq!(matches(syntax, &pattern, topic), by_expression, "{shown}");
                }
            }
        }
    }

    #[test]
    fn examples_of_the_standards() {
        let amqp = |pattern: &str, topic: &str| matches(PatternSyntax::Amqp, pattern.as_bytes(), topic.as_bytes());
        assert!(amqp("*.stock.#", "usd.stock") && amqp("*.stock.#", "eur.stock.db") && !amqp("*.stock.#", "stock.nasdaq"));
        assert!(amqp("#", "") && !amqp("*", "") && amqp("a.#.b", "a.b") && !amqp("a.#.b", "a.x"));
        let mqtt = |pattern: &str, topic: &str| matches(PatternSyntax::Mqtt, pattern.as_bytes(), topic.as_bytes());
        assert!(mqtt("sport/tennis/player1/#", "sport/tennis/player1") && mqtt("sport/#", "sport") && mqtt("#", "/finance"));
        assert!(mqtt("sport/+", "sport/") && !mqtt("sport/+", "sport") && mqtt("+/+", "/finance") && !mqtt("+", "/finance"));
        assert!(!mqtt("#", "$SYS/x") && !mqtt("+/monitor/Clients", "$SYS/monitor/Clients") && mqtt("$SYS/#", "$SYS/x"));
        assert!(!mqtt("sport/tennis#", "sport/tennis") && !mqtt("sport/tennis/#/ranking", "sport/tennis/ranking"));
    }
}
