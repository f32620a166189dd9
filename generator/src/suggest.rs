//! Finds the name that was probably meant, and lists names in sentences.

/// The most names that are compared: in a larger list a likely name is nothing but chance, and comparing takes time.
const MOST_COMPARED: usize = 300;

/// The longest name that is compared.
const LONGEST_COMPARED: usize = 64;

/// The name most like `wrong`, if one is like it at all.
pub fn similar<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if wrong.len() > LONGEST_COMPARED {
        return None;
    }
    let wrong_lower = wrong.to_lowercase();
    let limit = (wrong.chars().count() / 3).clamp(1, 4);
    names
        .into_iter()
        .take(MOST_COMPARED)
        .filter(|name| *name != wrong && name.len() <= LONGEST_COMPARED)
        .map(|name| {
            let lower = name.to_lowercase();
            // As many letters must come or go as the lengths differ.
            let mut distance = if lower.len().abs_diff(wrong_lower.len()) > 4 * limit {
                usize::MAX
            } else {
                strsim::osa_distance(&wrong_lower, &lower)
            };
            // `local` for `locals.read` and `divide` for `divide_by_zero` are meant, though far away.
            let starts = wrong_lower.chars().count() >= 3 && (lower.starts_with(&wrong_lower) || wrong_lower.starts_with(&lower));
            if starts && lower.chars().count() >= 3 {
                distance = distance.min(limit);
            }
            (distance, name)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(b.1)))
        .map(|(_, name)| name)
}

/// Whether `meant` is what `wrong` certainly stands for, so that a machine may write it: a slip of the fingers in a name long enough to
/// tell, with no other name as near. Another digit or first letter is another name: `u32` isn't a misspelt `i32`.
pub fn is_certain<'a>(wrong: &str, meant: &str, names: impl IntoIterator<Item = &'a str>) -> bool {
    let skeleton = |name: &str| -> String {
        let letters = name.chars().filter(|letter| letter.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let digits = |name: &str| -> String { name.chars().filter(char::is_ascii_digit).collect() };
    let (own, meant_letters) = (skeleton(wrong), skeleton(meant));
    if own.is_empty() || own.len() > LONGEST_COMPARED || digits(wrong) != digits(meant) {
        return false;
    }
    let distance = strsim::osa_distance(&own, &meant_letters);
    let shortest = own.chars().count().min(meant_letters.chars().count());
    if distance > 2 || shortest < 4 * distance || own.chars().next() != meant_letters.chars().next() {
        return false;
    }
    let mut compared = 0;
    names.into_iter().filter(|name| *name != meant).all(|name| {
        compared += 1;
        compared < MOST_COMPARED && (name.len() > LONGEST_COMPARED || strsim::osa_distance(&own, &skeleton(name)) > distance)
    })
}

/// The path that was probably meant: one with a similar name in the same folder, or the same name elsewhere, or a similar one.
pub fn similar_path<'a>(wrong: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let split = |path: &'a str| path.rsplit_once('/').unwrap_or(("", path));
    let (folder, name) = wrong.rsplit_once('/').unwrap_or(("", wrong));
    let beside = known.clone().filter(|known| split(known).0 == folder);
    let by_name = similar(name, beside.clone().map(|known| split(known).1));
    if let Some(found) = by_name.and_then(|name| beside.clone().find(|known| split(known).1 == name)) {
        return Some(found);
    }
    let same_name = known.clone().find(|known| split(known).1 == name);
    same_name.or_else(|| similar(wrong, known))
}

/// Names in backticks with commas between; of many only the first.
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 30;
    let mut names = names.into_iter();
    let shown: Vec<String> = names.by_ref().take(MOST).map(|name| format!("`{name}`")).collect();
    let rest = names.count();
    match shown.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        _ if rest > 0 => format!("{} and {rest} more", shown.join(", ")),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A noun with its article: `an effect`. The noun may stand in backticks.
pub fn article(noun: &str) -> String {
    let bare = noun.trim_start_matches('`');
    let is_number_of = |letter| {
        bare.strip_prefix(letter)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    // It is the sound that counts: `unit` and `u8` begin with a consonant when spoken, `f64` with a vowel.
    let article = match bare.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true if bare.starts_with("uni") || is_number_of('u') => "a",
        false if !is_number_of('f') => "a",
        _ => "an",
    };
    format!("{article} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_follow_the_sound() {
        let nouns = ["effect", "op", "unit", "trap", "`i64`", "`u8`", "`f64`", "`any`", "`fixture`"].map(article);
        let expected = [
            "an effect",
            "an op",
            "a unit",
            "a trap",
            "an `i64`",
            "a `u8`",
            "an `f64`",
            "an `any`",
            "a `fixture`",
        ];
        assert_eq!(nouns, expected);
    }

    #[test]
    fn finds_what_was_meant() {
        let names = ["heap.read", "heap.write", "i32", "f64", "divide_by_zero"];
        assert_eq!(similar("heap.wirte", names), Some("heap.write"));
        assert_eq!(similar("I32", names), Some("i32"));
        assert_eq!(similar("divide", names), Some("divide_by_zero"));
        assert_eq!(similar("zebra", names), None);
        assert_eq!(similar("", names), None);
    }

    #[test]
    fn knows_when_it_is_certain() {
        let cases = [
            ("heap.wirte", "heap.write", true),
            ("Divide-By-Zero", "divide_by_zero", true),
            ("I32", "i32", true),
            ("examplse", "examples", true),
            ("u32", "i32", false),
            ("load_local_2", "load_local_1", false),
            ("divide", "divide_by_zero", false),
            ("fadd", "iadd", false),
            ("ad", "add", false),
            ("isul", "isub", false),
            ("", "isub", false),
        ];
        let names = [
            "heap.write",
            "divide_by_zero",
            "i32",
            "examples",
            "load_local_1",
            "iadd",
            "add",
            "isub",
            "imul",
        ];
        for (wrong, meant, expected) in cases {
            assert_eq!(is_certain(wrong, meant, names), expected, "{wrong} for {meant}");
        }
    }

    #[test]
    fn finds_the_path_that_was_meant() {
        let paths = ["spec/ops/integer.toml", "spec/ops/float.toml", "spec/machine.toml"];
        let found = |wrong| similar_path(wrong, paths.into_iter());
        assert_eq!(found("spec/ops/intger.toml"), Some("spec/ops/integer.toml"));
        assert_eq!(found("machine.toml"), Some("spec/machine.toml"));
        assert_eq!(found("specs/ops/float.toml"), Some("spec/ops/float.toml"));
        assert_eq!(found("nothing/like/it"), None);
    }

    #[test]
    fn lists_names() {
        assert_eq!(list([]), "none");
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
