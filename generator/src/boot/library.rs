//! Which of the compiler's libraries a kernel is compiled with.

use std::path::Path;

use super::machine::Target;
use crate::build::artefact;
use crate::model::Model;
use crate::model::target::Targets;
use crate::suggest;

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// The triple of the library, for which the kernel and its programs are compiled.
    pub triple: String,
    /// The first choice, if that is another: budgets are those of a kernel that was compiled for it.
    pub instead_of: Option<String>,
    /// Why it is another.
    pub reason: String,
}

/// Why nothing was chosen, and how to change that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lacking {
    /// No library is installed; the command that adds the first choice.
    Library(String),
    /// What was asked for isn't one of the target's: those that are.
    Triple(String),
}

/// Chooses among the triples that the target's spec names: the one that was asked for, or else the first whose library is installed.
///
/// # Errors
///
/// When none is, or the target has no such triple.
pub fn choose(root: &Path, model: &Model, target: Target, asked: Option<&str>) -> Result<Library, Lacking> {
    let libraries = artefact::standard_libraries(root);
    let is_installed = |triple: &str| artefact::is_installed(libraries.as_deref(), triple);
    let targets = &model.part::<Targets>().targets;
    let named = targets.iter().find(|known| known.name == target.name());
    let named = named.map(|known| known.kernel_triples.clone()).unwrap_or_default();
    // A workspace without such a spec has the usual one.
    let own = vec![target.triple().to_owned()];
    pick(if named.is_empty() { &own } else { &named }, asked, &is_installed)
}

/// Whether a kernel can be compiled for a triple here.
pub fn is_there(root: &Path, model: &Model, target: Target, triple: &str) -> bool {
    choose(root, model, target, Some(triple)).is_ok()
}

fn pick(triples: &[String], asked: Option<&str>, is_installed: &dyn Fn(&str) -> bool) -> Result<Library, Lacking> {
    let Some(first) = triples.first() else {
        return Err(Lacking::Triple(String::new()));
    };
    if let Some(asked) = asked {
        if !triples.iter().any(|triple| triple == asked) {
            return Err(Lacking::Triple(suggest::list(triples.iter().map(String::as_str))));
        }
        if !is_installed(asked) {
            return Err(Lacking::Library(artefact::how_to_add(asked)));
        }
    }
    let found = match asked {
        Some(asked) => asked,
        None => triples
            .iter()
            .find(|triple| is_installed(triple))
            .ok_or_else(|| Lacking::Library(artefact::how_to_add(first)))?,
    };
    let reason = match asked {
        Some(_) => "as it was asked for".to_owned(),
        None => format!(
            "the compiler has no library for {first}, which would be added with: {}",
            artefact::how_to_add(first)
        ),
    };
    Ok(Library {
        triple: found.to_owned(),
        instead_of: (found != first).then(|| first.clone()),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn triple(asked: Option<&str>, installed: &[&str]) -> Result<(String, bool), Lacking> {
        let triples = ["x86_64-unknown-none", "x86_64-unknown-linux-gnu"].map(str::to_owned);
        let library = pick(&triples, asked, &|triple| installed.contains(&triple))?;
        Ok((library.triple, library.instead_of.is_some()))
    }

    const NONE: &str = "x86_64-unknown-none";
    const HOST: &str = "x86_64-unknown-linux-gnu";

    #[test]
    fn the_first_that_is_installed_is_taken() {
        assert_eq!(triple(None, &[HOST, NONE]), Ok((NONE.to_owned(), false)));
        assert_eq!(triple(None, &[HOST]), Ok((HOST.to_owned(), true)));
        let add = Lacking::Library(format!("rustup target add {NONE}"));
        assert_eq!(triple(None, &["riscv64gc-unknown-none-elf"]), Err(add));
    }

    #[test]
    fn what_is_asked_for_is_taken_or_nothing() {
        assert_eq!(triple(Some(HOST), &[HOST, NONE]), Ok((HOST.to_owned(), true)));
        assert_eq!(triple(Some(NONE), &[HOST, NONE]), Ok((NONE.to_owned(), false)));
        let add = Lacking::Library(format!("rustup target add {NONE}"));
        assert_eq!(triple(Some(NONE), &[HOST]), Err(add));
        assert!(matches!(triple(Some("thumbv7em-none-eabi"), &[HOST]), Err(Lacking::Triple(known)) if known.contains(HOST)));
    }
}
