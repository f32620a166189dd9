//! Random texts whose words are as unevenly frequent as those of a language.

use fastrand::Rng;

/// Words of which the n-th is 1/n as frequent as the first.
#[derive(Debug)]
pub struct Corpus {
    words: Vec<String>,
    /// Up to each word the sum of the frequencies.
    sums: Vec<f64>,
}

impl Corpus {
    /// So many words.
    pub fn new(words: usize) -> Self {
        let mut sum = 0.0;
        let sums = (1..=words).map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        });
        let sums = sums.collect();
        Corpus {
            words: (0..words).map(word).collect(),
            sums,
        }
    }

    /// The words, the most frequent first.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// A word.
    pub fn word(&self, random: &mut Rng) -> &str {
        let at = random.f64() * self.sums.last().copied().unwrap_or(0.0);
        let index = self.sums.partition_point(|&sum| sum < at).min(self.words.len() - 1);
        &self.words[index]
    }

    /// A text of so many words, with punctuation and a capital here and there.
    pub fn text(&self, words: usize, random: &mut Rng) -> String {
        let mut text = String::new();
        for index in 0..words {
            if index > 0 {
                text.push_str(
                    random
                        .choice([" ", " ", " ", ", ", ". ", " & ", "\n", " <i> ", " \"'\" "])
                        .unwrap_or(" "),
                );
            }
            let word = self.word(random);
            if random.u8(..8) == 0 {
                text.push_str(&word.to_uppercase())
            } else {
                text.push_str(word)
            }
        }
        text
    }
}

/// The name of the n-th word: syllables for the digits of n, some beyond ASCII.
fn word(mut number: usize) -> String {
    const SYLLABLES: [&str; 12] = ["ka", "lo", "mi", "ne", "pu", "ra", "sé", "to", "vü", "9x", "zo", "дa"];
    let mut word = String::from("b");
    loop {
        word.push_str(SYLLABLES[number % SYLLABLES.len()]);
        number /= SYLLABLES.len();
        if number == 0 {
            return word;
        }
    }
}
