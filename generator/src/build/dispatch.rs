//! Looks at how the handlers of a fast engine lead to each other in what was built: by jumps, each with one of its own.
//!
//! Neither is promised by the language. A compiler that stops to make jumps of calls in last place makes an engine that runs out of stack; one
//! that folds the jumps of all handlers into one makes it slow. So the machine code is read.

use std::path::Path;

use anyhow::{Context as _, bail};
use object::read::archive::ArchiveFile;
use object::{Architecture, Object, ObjectSection, ObjectSymbol, SymbolKind};

use super::inspect::Symbol;
use crate::diagnostic::Diagnostic;
use crate::model::artefact::Artefact;

/// What the machine code of a function has to do with dispatch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Function {
    /// `raya_engine::tail::iadd_sk_`.
    pub path: String,
    /// Jumps to a place that is computed.
    pub jumps: usize,
    /// Calls of a function that is computed. Those through the table of a library's addresses are not meant.
    pub calls: usize,
    /// Instructions in all, those that fill gaps left out.
    pub instructions: usize,
}

/// Reads the functions whose paths begin so in a program, an object file, or a library of such.
///
/// # Errors
///
/// When the file can't be read, or is for a processor whose code lathe doesn't read.
pub fn functions(file: &Path, wanted: &dyn Fn(&str) -> bool) -> anyhow::Result<Vec<Function>> {
    let shown = file.display();
    let bytes = std::fs::read(file).with_context(|| format!("can't read `{shown}`"))?;
    let mut found = Vec::new();
    let Ok(archive) = ArchiveFile::parse(bytes.as_slice()) else {
        add(&mut found, &bytes, wanted)?;
        return Ok(found);
    };
    for member in archive.members() {
        let member = member.with_context(|| format!("`{shown}` is a broken library"))?;
        if member.name().ends_with(b".rmeta") {
            continue;
        }
        let data = member
            .data(bytes.as_slice())
            .with_context(|| format!("`{shown}` is a broken library"))?;
        add(&mut found, data, wanted).with_context(|| format!("a member of `{shown}`"))?;
    }
    Ok(found)
}

fn add(found: &mut Vec<Function>, bytes: &[u8], wanted: &dyn Fn(&str) -> bool) -> anyhow::Result<()> {
    let file = object::File::parse(bytes)?;
    for symbol in file
        .symbols()
        .filter(|symbol| symbol.is_definition() && symbol.kind() == SymbolKind::Text)
    {
        let Ok(name) = symbol.name() else { continue };
        let path = Symbol {
            name: name.to_owned(),
            size: symbol.size(),
            is_text: true,
        }
        .path();
        if !wanted(&path) {
            continue;
        }
        let section = symbol.section_index().context("a function without a section")?;
        let section = file.section_by_index(section)?;
        let start = symbol.address().saturating_sub(section.address());
        let code = section.data()?;
        let range = usize::try_from(start)?..usize::try_from(start.saturating_add(symbol.size()))?;
        let code = code.get(range).context("a function beyond its section")?;
        found.push(read(path, file.architecture(), code)?);
    }
    Ok(())
}

fn read(path: String, architecture: Architecture, code: &[u8]) -> anyhow::Result<Function> {
    let mut function = Function {
        path,
        ..Function::default()
    };
    match architecture {
        Architecture::X86_64 => read_x86_64(&mut function, code),
        Architecture::Aarch64 => read_aarch64(&mut function, code),
        other => bail!("lathe doesn't read the machine code of {other:?}"),
    }
    Ok(function)
}

fn read_x86_64(function: &mut Function, code: &[u8]) {
    use iced_x86::{Decoder, DecoderOptions, FlowControl, Mnemonic};

    for instruction in Decoder::new(64, code, DecoderOptions::NONE) {
        match instruction.flow_control() {
            FlowControl::IndirectBranch => function.jumps += 1,
            FlowControl::IndirectCall if !instruction.is_ip_rel_memory_operand() => function.calls += 1,
            _ => {}
        }
        let fills = matches!(instruction.mnemonic(), Mnemonic::Nop | Mnemonic::Int3 | Mnemonic::INVALID);
        function.instructions += usize::from(!fills);
    }
}

fn read_aarch64(function: &mut Function, code: &[u8]) {
    /// `BR Xn` and `BLR Xn`, without the number of the register.
    const BRANCH: u32 = 0xD61F_0000;
    const BRANCH_AND_LINK: u32 = 0xD63F_0000;
    const NOP: u32 = 0xD503_201F;
    for word in code.chunks_exact(4) {
        let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        match word & !(0x1F << 5) {
            BRANCH => function.jumps += 1,
            BRANCH_AND_LINK => function.calls += 1,
            _ => {}
        }
        function.instructions += usize::from(word != NOP);
    }
}

/// What an artefact breaks of what is demanded of its dispatch.
///
/// # Errors
///
/// When the machine code can't be read.
pub fn judge(artefact: &Artefact, file: &Path) -> anyhow::Result<Vec<Diagnostic>> {
    let mut found = Vec::new();
    if let Some((module, span)) = &artefact.threaded {
        let prefix = format!("{module}::");
        let functions = functions(file, &|path| path.starts_with(&prefix))?;
        if functions.is_empty() {
            found.push(
                Diagnostic::error(
                    "L0967",
                    format!("artefact {} has no functions in `{module}`", artefact.describe()),
                )
                .at(*span, "")
                .note("a module that is compiled only with optimisation isn't there without it")
                .help("mend the path, or build it with the profile `release`"),
            );
        }
        found.extend(unthreaded(&functions).map(|(function, fault)| {
            Diagnostic::error(
                "L0967",
                format!("in artefact {}, `{}` {fault}", artefact.describe(), function.path),
            )
            .at(*span, "its functions lead to each other by jumps")
            .note("each such step takes room on the stack, which a loop of the program then uses up")
            .help("look for a value that is dropped after the last call, or take `sibling_calls` from the target")
        }));
    }
    for (function, least, span) in &artefact.replicated {
        let functions = functions(file, &|path| path == function)?;
        let jumps: usize = functions.iter().map(|function| function.jumps).sum();
        if jumps >= *least {
            continue;
        }
        let what = match functions.len() {
            0 => format!("there is no function `{function}`"),
            _ => format!("`{function}` has {jumps} jumps to computed places, and should have {least}"),
        };
        found.push(
            Diagnostic::error("L0967", format!("in artefact {}, {what}", artefact.describe()))
                .at(*span, "")
                .note("with one jump for all handlers, a processor has to guess where it leads from what came before")
                .help("build with `-C llvm-args=-tail-dup-pred-size=4096` in the flags of rustc, or demand less"),
        );
    }
    Ok(found)
}

/// The functions that don't end with a jump to the next one, and what is wrong with each. One that only returns ends a run.
fn unthreaded(functions: &[Function]) -> impl Iterator<Item = (&Function, &'static str)> {
    functions.iter().filter_map(|function| {
        if function.calls > 0 {
            Some((function, "calls the next handler in place of jumping to it"))
        } else if function.jumps == 0 && function.instructions > 1 {
            Some((function, "never jumps to the next handler"))
        } else {
            None
        }
    })
}

#[cfg(all(test, any(target_arch = "x86_64", target_arch = "aarch64")))]
mod built;

#[cfg(test)]
mod tests {
    use super::*;

    fn x86_64(code: &[u8]) -> Function {
        read("f".to_owned(), Architecture::X86_64, code).expect("lathe reads it")
    }

    #[test]
    fn a_jump_through_a_table_is_one() {
        // movzwl 0x10(%rdi),%eax; jmp *(%rcx,%rax,8)
        let function = x86_64(&[0x0F, 0xB7, 0x47, 0x10, 0xFF, 0x24, 0xC1]);
        assert_eq!((function.jumps, function.calls, function.instructions), (1, 0, 2));
        assert_eq!(unthreaded(&[function]).count(), 0);
    }

    #[test]
    fn a_lost_sibling_call_is_told_from_a_call_of_a_library() {
        // call *(%rcx,%rax,8); ret
        let lost = x86_64(&[0xFF, 0x14, 0xC1, 0xC3]);
        assert_eq!((lost.jumps, lost.calls), (0, 1));
        // call *0x0(%rip); jmp *(%r8,%rcx,8)
        let kept = x86_64(&[0xFF, 0x15, 0, 0, 0, 0, 0x41, 0xFF, 0x24, 0xC8]);
        assert_eq!((kept.jumps, kept.calls), (1, 0));
        // ret
        let end = x86_64(&[0xC3, 0x90]);
        let found: Vec<_> = unthreaded(&[lost.clone(), kept, end])
            .map(|(function, _)| function.clone())
            .collect();
        assert_eq!(found, [lost]);
    }

    #[test]
    fn the_bytes_of_a_jump_within_a_constant_are_none() {
        // mov $0xc124ff, %eax; ret
        let function = x86_64(&[0xB8, 0xFF, 0x24, 0xC1, 0x00, 0xC3]);
        assert_eq!((function.jumps, function.calls, function.instructions), (0, 0, 2));
        assert_eq!(unthreaded(&[function]).count(), 1);
    }

    #[test]
    fn arm_has_its_own_jumps() {
        // br x8; blr x8; nop
        let code = [0x00, 0x01, 0x1F, 0xD6, 0x00, 0x01, 0x3F, 0xD6, 0x1F, 0x20, 0x03, 0xD5];
        let function = read("f".to_owned(), Architecture::Aarch64, &code).expect("lathe reads it");
        assert_eq!((function.jumps, function.calls, function.instructions), (1, 1, 2));
        assert!(read("f".to_owned(), Architecture::Riscv64, &code).is_err());
    }
}
