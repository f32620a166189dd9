//! Chooses the backend that a module is opened on: the most preferred one that does what is asked.

use std::slice;

use FACTS::opening::Opening;
use FACTS::support::Support;

/// What a module says of its backends.
pub(crate) struct Facts<B: 'static, C> {
    /// Those that are compiled in, the preferred ones first.
    pub(crate) compiled: &'static [B],
    /// How well one does something.
    pub(crate) support: fn(B, C) -> Support,
    /// What a backend is called.
    pub(crate) backend_name: fn(B) -> &'static str,
    /// What a capability is called.
    pub(crate) capability_name: fn(C) -> String,
}

/// Why there is no backend.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal<B> {
    /// It isn't compiled in: the one that was demanded, or all of them.
    NotCompiled(Option<B>),
    /// The best one lacks something, and so do the others.
    Lacks(B, String),
}

/// Whether a backend does something well enough.
pub(crate) fn suffices(support: Support, approximate: bool) -> bool {
    match support {
        Support::Exact | Support::Number(_) => true,
        Support::Approximate(_) => approximate,
        Support::None => false,
    }
}

/// Chooses a backend that does all that is needed. Nothing that is asked for is silently done in another way.
pub(crate) fn choose<B: Copy + PartialEq, C: Copy>(
    facts: &Facts<B, C>,
    opening: &Opening<B>,
    needs: &[C],
) -> Result<B, Refusal<B>> {
    let candidates = match &opening.backend {
        Some(demanded) if facts.compiled.contains(demanded) => slice::from_ref(demanded),
        Some(demanded) => return Err(Refusal::NotCompiled(Some(*demanded))),
        None => facts.compiled,
    };
    let mut lacking = Vec::new();
    for backend in candidates {
        match lack(facts, *backend, opening.approximate, needs) {
            None => return Ok(*backend),
            Some(what) => lacking.push((*backend, what)),
        }
    }
    let Some(((best, what), others)) = lacking.split_first() else {
        return Err(Refusal::NotCompiled(None));
    };
    let mut what = what.clone();
    for (backend, other) in others {
        what.push_str(&format!("; nor can `{}`: {other}", (facts.backend_name)(*backend)));
    }
    Err(Refusal::Lacks(*best, what))
}

/// The first thing that a backend doesn't do well enough.
fn lack<B: Copy, C: Copy>(facts: &Facts<B, C>, backend: B, approximate: bool, needs: &[C]) -> Option<String> {
    let of = |need: &C| (facts.support)(backend, *need);
    let need = needs.iter().find(|need| !suffices(of(need), approximate))?;
    let name = (facts.capability_name)(*need);
    Some(match of(need) {
        Support::Approximate(how) => format!("{name} exactly; it does so approximately ({how}), which must be accepted"),
        _ => name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: Facts<u8, char> = Facts {
        compiled: &[2, 1],
        support: |backend, need| match (backend, need) {
            (2, 'a') | (1, 'b') => Support::Exact,
            (2, 'b') => Support::Approximate("nearly"),
            (_, 'n') => Support::Number(3),
            _ => Support::None,
        },
        backend_name: |backend| if backend == 1 { "one" } else { "two" },
        capability_name: String::from,
    };

    #[test]
    fn the_first_that_does_all_is_chosen() {
        let any = Opening::new();
        assert_eq!(choose(&FACTS, &any, &[]), Ok(2));
        assert_eq!(choose(&FACTS, &any, &['a', 'n']), Ok(2));
        assert_eq!(choose(&FACTS, &any, &['b']), Ok(1));
        assert_eq!(choose(&FACTS, &any.clone().accept_approximate(), &['b']), Ok(2));
        assert_eq!(choose(&FACTS, &any.on(1), &['n']), Ok(1));
    }

    #[test]
    fn what_nobody_does_is_refused() {
        let refused = |opening: Opening<u8>, needs: &[char]| match choose(&FACTS, &opening, needs) {
            Err(Refusal::Lacks(backend, what)) => format!("{backend}: {what}"),
            other => format!("{other:?}"),
        };
        assert_eq!(
            refused(Opening::new(), &['a', 'b']),
            "2: b exactly; it does so approximately (nearly), which must be accepted; nor can `one`: a"
        );
        assert_eq!(refused(Opening::new().on(1), &['c']), "1: c");
        assert_eq!(refused(Opening::new().on(3), &[]), "Err(NotCompiled(Some(3)))");
        let none = Facts { compiled: &[], ..FACTS };
        assert_eq!(choose(&none, &Opening::new(), &['a']), Err(Refusal::NotCompiled(None)));
    }
}
