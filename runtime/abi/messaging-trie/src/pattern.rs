//! Patterns and topics as words.

use abi_facts::messaging::PatternSyntax;

/// One part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// This word.
    Word(Box<[u8]>),
    /// Any one word.
    One,
    /// Any number of words.
    Many,
}

/// A pattern that its syntax allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    steps: Box<[Step]>,
    syntax: PatternSyntax,
}

impl Pattern {
    /// Reads a pattern; the error says what the syntax doesn't allow.
    pub fn parse(syntax: PatternSyntax, text: &[u8]) -> Result<Pattern, &'static str> {
        let (one, many) = wildcards(syntax);
        if syntax == PatternSyntax::Mqtt {
            check_mqtt(text)?;
        }
        let words: Vec<&[u8]> = words(syntax, text).collect();
        let mut steps = Vec::with_capacity(words.len());
        for (index, &word) in words.iter().enumerate() {
            let step = match word {
                [byte] if *byte == one => Step::One,
                [byte] if *byte == many => Step::Many,
                _ => Step::Word(word.into()),
            };
            if syntax == PatternSyntax::Mqtt {
                let wild = |byte: &u8| *byte == one || *byte == many;
                match &step {
                    Step::Word(word) if word.iter().any(wild) => {
                        return Err("`+` and `#` must be whole levels: write `a/+`, not `a+`");
                    }
                    Step::Many if index + 1 < words.len() => return Err("`#` must be the last level"),
                    _ => {}
                }
            }
            // One `#` after another says nothing new.
            if step != Step::Many || steps.last() != Some(&Step::Many) {
                steps.push(step);
            }
        }
        Ok(Pattern {
            steps: steps.into(),
            syntax,
        })
    }

    /// Its parts, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether it matches a topic that [`check_topic`] allows.
    pub fn matches(&self, topic: &[u8]) -> bool {
        let hidden = hides_from_wildcards(self.syntax, topic) && !matches!(self.steps.first(), Some(Step::Word(_)));
        !hidden && self.matches_words(&words(self.syntax, topic).collect::<Vec<_>>())
    }

    /// Whether it matches these words; what [`hides_from_wildcards`] says isn't asked.
    pub fn matches_words(&self, topic: &[&[u8]]) -> bool {
        let (mut step, mut word) = (0, 0);
        // Where to go on after the last `#` if what follows fails: with it taking one word more. An earlier `#` needn't be tried again,
        // for what it could take, the last one can.
        let mut last_many: Option<(usize, usize)> = None;
        while word < topic.len() {
            match self.steps.get(step) {
                Some(Step::Many) => {
                    last_many = Some((step + 1, word));
                    step += 1;
                    continue;
                }
                Some(Step::One) => {
                    (step, word) = (step + 1, word + 1);
                    continue;
                }
                Some(Step::Word(wanted)) if **wanted == *topic[word] => {
                    (step, word) = (step + 1, word + 1);
                    continue;
                }
                _ => {}
            }
            let Some((after, from)) = last_many else { return false };
            last_many = Some((after, from + 1));
            (step, word) = (after, from + 1);
        }
        self.steps[step..].iter().all(|step| *step == Step::Many)
    }
}

/// Refuses a topic that can't be published on; the error says why.
pub fn check_topic(syntax: PatternSyntax, topic: &[u8]) -> Result<(), &'static str> {
    if syntax == PatternSyntax::Mqtt {
        check_mqtt(topic)?;
        if topic.iter().any(|byte| matches!(byte, b'+' | b'#')) {
            return Err("`+` and `#` are for patterns; topics can't have them");
        }
    }
    Ok(())
}

/// The words of a topic. Dots and slashes split always, so that `a..b` has an empty word; but the empty AMQP topic has no words.
pub fn words(syntax: PatternSyntax, topic: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (separator, empty_has_none) = match syntax {
        PatternSyntax::Mqtt => (b'/', false),
        _ => (b'.', true),
    };
    let none = empty_has_none && topic.is_empty();
    topic.split(move |byte| *byte == separator).skip(usize::from(none))
}

/// Whether patterns that begin with a wildcard don't match the topic: MQTT keeps topics like `$SYS/load` for the broker.
pub fn hides_from_wildcards(syntax: PatternSyntax, topic: &[u8]) -> bool {
    syntax == PatternSyntax::Mqtt && topic.first() == Some(&b'$')
}

fn wildcards(syntax: PatternSyntax) -> (u8, u8) {
    match syntax {
        PatternSyntax::Mqtt => (b'+', b'#'),
        _ => (b'*', b'#'),
    }
}

fn check_mqtt(text: &[u8]) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("it is empty; MQTT asks for at least one character");
    }
    if std::str::from_utf8(text).is_err() {
        return Err("it isn't UTF-8, as MQTT demands");
    }
    if text.contains(&0) {
        return Err("it has a NUL, which MQTT forbids");
    }
    Ok(())
}
