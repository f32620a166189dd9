//! Whether a pattern matches a topic, straight from the definition.

use abi_facts::messaging::PatternSyntax;

/// What a syntax makes of bytes.
struct Signs {
    separator: u8,
    one: u8,
    many: u8,
}

const AMQP: Signs = Signs {
    separator: b'.',
    one: b'*',
    many: b'#',
};
const MQTT: Signs = Signs {
    separator: b'/',
    one: b'+',
    many: b'#',
};

/// Says what a topic has that the syntax doesn't allow.
pub fn topic_fault(syntax: PatternSyntax, topic: &[u8]) -> Option<&'static str> {
    match syntax {
        PatternSyntax::Mqtt if topic.contains(&b'+') || topic.contains(&b'#') => Some("`+` and `#` are for patterns"),
        PatternSyntax::Mqtt => mqtt_fault(topic),
        _ => None,
    }
}

/// Says what a pattern has that the syntax doesn't allow.
pub fn pattern_fault(syntax: PatternSyntax, pattern: &[u8]) -> Option<&'static str> {
    if syntax != PatternSyntax::Mqtt {
        return None;
    }
    if let Some(fault) = mqtt_fault(pattern) {
        return Some(fault);
    }
    let levels = split(&MQTT, pattern);
    for (index, level) in levels.iter().enumerate() {
        if level.len() > 1 && (level.contains(&b'+') || level.contains(&b'#')) {
            return Some("`+` and `#` must be whole levels");
        }
        if *level == b"#" && index + 1 != levels.len() {
            return Some("`#` must be the last level");
        }
    }
    None
}

/// Whether a pattern matches a topic; both must be allowed.
pub fn matches(syntax: PatternSyntax, pattern: &[u8], topic: &[u8]) -> bool {
    let (signs, steps, words) = match syntax {
        PatternSyntax::Mqtt => {
            if topic.starts_with(b"$") && (pattern.starts_with(b"+") || pattern.starts_with(b"#")) {
                return false;
            }
            (&MQTT, split(&MQTT, pattern), split(&MQTT, topic))
        }
        // The empty text has no words, not an empty one.
        _ => (&AMQP, split_unless_empty(&AMQP, pattern), split_unless_empty(&AMQP, topic)),
    };
    // Whether the steps so far match the first so many words.
    let mut matched = vec![false; words.len() + 1];
    matched[0] = true;
    for step in steps {
        if step == [signs.many] {
            let first = matched.iter().position(|matched| *matched).unwrap_or(matched.len());
            matched[first..].fill(true);
        } else {
            for count in (1..=words.len()).rev() {
                matched[count] = matched[count - 1] && (step == [signs.one] || step == words[count - 1]);
            }
            matched[0] = false;
        }
    }
    matched[words.len()]
}

fn split<'a>(signs: &Signs, text: &'a [u8]) -> Vec<&'a [u8]> {
    text.split(|byte| *byte == signs.separator).collect()
}

fn split_unless_empty<'a>(signs: &Signs, text: &'a [u8]) -> Vec<&'a [u8]> {
    if text.is_empty() { Vec::new() } else { split(signs, text) }
}

fn mqtt_fault(text: &[u8]) -> Option<&'static str> {
    if text.is_empty() {
        Some("it is empty")
    } else if text.contains(&0) {
        Some("it has a NUL")
    } else if std::str::from_utf8(text).is_err() {
        Some("it isn't UTF-8")
    } else {
        None
    }
}
