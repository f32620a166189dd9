//! Tests of the assembler and the disassembler.

use __FACTS__::asm::{
    AssembleErrors, DEEPEST, MOST_ERRORS, Token, assemble, assemble_tokens, assemble_with_positions, disassemble, tokens_of,
};
use __FACTS__::crc32::crc32;
use __FACTS__::module::Module;

/// The length of the header of a module file, whose last four bytes are the checksum of what follows.
const HEADER: usize = 16;

/// An instruction for each op, with operands by number.
const SAMPLES: &[&str] = &[__SAMPLES__];

/// A file in which every record, every union and every type occurs.
const WHOLE: &str = __WHOLE__;

/// A file with one declaration whose code is given.
fn file(code: &str) -> String {
    format!("__HEAD__ {code} __TAIL__")
}

fn errors(text: &str) -> AssembleErrors {
    match assemble(text) {
        Ok(module) => panic!("this should be refused:\n{text}\nbut it is {module:?}"),
        Err(errors) => errors,
    }
}

/// Checks the place and the words of the only mistake in a text. The place is marked by `^` in front of it.
fn check(marked: &str, message: &str) {
    let at = marked.find('^').expect("a mark");
    let text = marked.replacen('^', "", 1);
    let errors = errors(&text);
    assert_eq!(errors.errors.len(), 1, "{text}\n{errors}");
    let error = &errors.errors[0];
    assert_eq!(error.at as usize, at, "{text}\n{error}");
    let before = &text[..at];
    let position = error.position.expect("a place in the text");
    assert_eq!(position.line as usize, before.matches('\n').count() + 1);
    assert_eq!(
        position.column as usize,
        before.rsplit('\n').next().unwrap_or_default().chars().count() + 1
    );
    assert!(error.to_string().contains(message), "{text}\n{error}\nshould say: {message}");
}

/// A generator of pseudo-random numbers below a bound, the same on every run.
fn random_numbers() -> impl FnMut(usize) -> usize {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    move |bound| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound as u64) as usize
    }
}

/// Checks that a text leads to a module whose own text leads to it again.
fn round_trip(text: &str) -> String {
    let module = assemble(text).unwrap_or_else(|errors| panic!("{text}\n{errors}"));
    let shown = disassemble(&module);
    let again = assemble(&shown).unwrap_or_else(|errors| panic!("{shown}\n{errors}"));
    assert_eq!(module, again, "{shown}");
    assert_eq!(shown, disassemble(&again));
    shown
}

#[test]
fn every_op_survives_the_way_through_text() {
    for sample in SAMPLES {
        round_trip(&file(&format!("{{ here: {sample} }}")));
    }
}

#[test]
fn all_ops_together_survive_too() {
    let shown = round_trip(&file(&format!("{{ here: {} }}", SAMPLES.join("\n"))));
    for sample in SAMPLES {
        let mnemonic = sample.split(' ').next().unwrap_or_default();
        assert!(shown.contains(mnemonic), "{mnemonic} is missing from\n{shown}");
    }
}

__UNDECODED__#[test]
fn tokens_give_the_same_as_text() {
    let text = file(&format!("{{ here: {} }}", SAMPLES.join("\n")));
    let from_text = assemble_with_positions(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let tokens: Vec<Token> = tokens_of(&text, 0)
        .expect("tokens")
        .into_iter()
        .zip(0..)
        .map(|(token, at)| Token { at, ..token })
        .collect();
    let from_tokens = assemble_tokens(&tokens).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(from_text.module, from_tokens.module);
    let first = from_text.positions.instruction(0, 0).expect("the first instruction") as usize;
    assert!(text[first..].starts_with(SAMPLES[0]), "{}", &text[first..]);
    let token = from_tokens.positions.instruction(0, 0).expect("the first instruction") as usize;
    assert_eq!(tokens[token].kind, tokens_of(&text[first..], 0).expect("tokens")[0].kind);
}

#[test]
fn every_record_survives_the_way_through_text() {
    round_trip(WHOLE);
}

#[test]
fn every_module_that_can_be_read_survives() {
    let module = assemble(WHOLE).unwrap_or_else(|errors| panic!("{errors}"));
    let bytes = module.write().expect("bytes");
    let mut random = random_numbers();
    let mut read = 0;
    for _ in 0..1500 {
        let mut bytes = bytes.clone();
        for _ in 0..=random(2) {
            let at = HEADER + random(bytes.len() - HEADER);
            bytes[at] = if random(2) == 0 {
                random(256) as u8
            } else {
                bytes[at].wrapping_add(1)
            };
        }
        let checksum = crc32(&bytes[HEADER..]);
        bytes[HEADER - 4..HEADER].copy_from_slice(&checksum.to_le_bytes());
        let Ok(module) = Module::read(&bytes) else { continue };
        read += 1;
        let shown = disassemble(&module);
        let again = assemble(&shown).unwrap_or_else(|errors| panic!("{shown}\n{errors}"));
        assert_eq!(module, again, "{shown}");
    }
    assert!(read > 100, "only {read} of the broken modules could be read");
}

#[test]
fn mistakes_are_reported_at_their_places() {
    check(&file("{ ^__PLAIN__x }"), "did you mean `__PLAIN__`?");
    check(&file("{ ^17 }"), "expected an instruction or a label, found the number 17");
    check(&file("{\n\n    __PLAIN__^, __PLAIN__ }"), "`__PLAIN__` is complete");
    check(&file("{ here: __PLAIN__ ^here: }"), "the label `here` stands at two places");
    check("__KEYWORD__ f ^{", "this `{` is never closed");
    check(&file("{ __PLAIN__ } ^nonsense"), "nonsense");
    check("^nonsense", "begins no declaration");
    check("__KEYWORD__ ^7", "expected the name of the `__KEYWORD__`");
    check("^\"abc", "this string has no end");
    check("^/* abc", "this comment has no end");
    __LABELS__
}

#[test]
fn all_mistakes_are_reported_together() {
    let errors = errors(&file("{ first_mistake __PLAIN__ second_mistake __PLAIN__ 1 2 }"));
    assert!(errors.errors.len() >= 3, "{errors}");
    let errors = self::errors(&file(&format!("{{ {} }}", "? ".repeat(2 * MOST_ERRORS))));
    assert_eq!(errors.errors.len(), MOST_ERRORS);
    assert!(errors.omitted > 0);
}

#[test]
fn hostile_text_is_refused_without_a_panic() {
    let text = disassemble(&assemble(WHOLE).unwrap_or_else(|errors| panic!("{errors}")));
    // Every cut of a short text, and many of a long one.
    let short = round_trip(&file(&format!("{{ here: {} }}", SAMPLES[..SAMPLES.len().min(24)].join("\n"))));
    for (text, step) in [(&short, 1), (&text, 1 + text.len() / 400)] {
        for end in (0..text.len()).step_by(step).filter(|end| text.is_char_boundary(*end)) {
            let _ = assemble(&text[..end]);
            let _ = assemble(&text[end..]);
        }
    }
    for (open, close) in [("{", "}"), ("[", "]"), ("(", ")")] {
        for depth in [DEEPEST - 1, DEEPEST, DEEPEST + 1, 100_000] {
            errors(&format!("__KEYWORD__ f {}{}", open.repeat(depth), close.repeat(depth)));
            errors(&format!("__KEYWORD__ f {}", open.repeat(depth)));
            errors(&close.repeat(depth));
        }
    }
    let mut random = random_numbers();
    const PIECES: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ",",
        ":",
        ".",
        "#",
        "-",
        "_",
        "\"",
        "\\",
        "\n",
        "//",
        "/*",
        "0x",
        "1.5",
        "99999999999999999999",
        "é",
        "'",
        "\0",
    ];
    for _ in 0..500 {
        let mut broken = text.clone();
        for _ in 0..=random(3) {
            let mut start = random(broken.len());
            while !broken.is_char_boundary(start) {
                start -= 1;
            }
            let mut end = (start + random(6)).min(broken.len());
            while !broken.is_char_boundary(end) {
                end += 1;
            }
            broken.replace_range(start..end, PIECES[random(PIECES.len())]);
        }
        if let Ok(module) = assemble(&broken) {
            let shown = disassemble(&module);
            assert_eq!(assemble(&shown).as_ref(), Ok(&module), "{shown}");
        }
    }
}
