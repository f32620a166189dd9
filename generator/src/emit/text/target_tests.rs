//! Holds the facts against each other and against the machine that the test runs on.

use std::collections::BTreeSet;

use target_facts::{Endian, Target};

#[test]
fn names_aliases_and_triples_find_their_target() {
    let mut seen = BTreeSet::new();
    for target in Target::ALL {
        for name in target.aliases.iter().chain([&target.name]) {
            assert!(seen.insert(*name), "`{name}` names two targets");
            assert_eq!(Target::by_name(name), Some(*target));
        }
    }
    let mut seen = BTreeSet::new();
    for target in Target::ALL {
        for triple in target.triples {
            assert!(seen.insert(*triple), "two targets cover `{triple}`");
            assert_eq!(Target::by_triple(triple), Some(*target));
        }
    }
    assert_eq!(Target::by_name("no such target"), None);
    assert_eq!(Target::by_triple("no-such-triple"), None);
}

#[test]
fn sizes_are_powers_of_two() {
    for target in Target::ALL {
        assert!([16, 32, 64].contains(&target.pointer_width), "{target}");
        assert!(target.cache_line.is_power_of_two(), "{target}");
        assert!(target.atomic_width.is_power_of_two(), "{target}");
        let pages = target
            .page_size
            .map(u64::from)
            .into_iter()
            .chain(target.large_pages.iter().copied());
        let pages: Vec<u64> = pages.collect();
        assert!(pages.iter().all(|size| size.is_power_of_two()), "{target}");
        assert!(
            pages.is_sorted(),
            "{target}: large pages are larger than the smallest one and ascend"
        );
    }
}

#[test]
fn levels_include_those_before() {
    for target in Target::ALL {
        for (index, level) in target.levels.iter().enumerate() {
            assert_eq!(level.rank as usize, index + 1, "{target} {level}");
            assert_eq!(target.level(level.name), Some(level));
            let features: Vec<&str> = target.features(level).collect();
            let distinct: BTreeSet<&str> = features.iter().copied().collect();
            assert_eq!(features.len(), distinct.len(), "{target} {level}: a feature is added twice");
            for before in &target.levels[..=index] {
                assert!(level.includes(before));
                assert!(before.features.iter().all(|feature| distinct.contains(feature)));
                assert!(before.vector_width <= level.vector_width);
            }
        }
    }
}

#[test]
fn facts_agree_with_the_host() {
    let Some(target) = Target::current() else { return };
    assert_eq!(target.pointer_width, usize::BITS, "{target}");
    let endian = if 1_u16.to_ne_bytes() == [1, 0] {
        Endian::Little
    } else {
        Endian::Big
    };
    assert_eq!(target.endian, endian, "{target}");
    let widest = [
        (cfg!(target_has_atomic = "64"), 64),
        (cfg!(target_has_atomic = "32"), 32),
        (cfg!(target_has_atomic = "16"), 16),
        (cfg!(target_has_atomic = "8"), 8),
    ];
    let widest = widest.into_iter().find(|(there, _)| *there).map_or(0, |(_, width)| width);
    assert_eq!(target.atomic_width, widest, "{target}");
}

/// The kernel states the page size in the auxiliary vector: pairs of words, of which tag 6 is the page size.
#[test]
#[cfg(target_os = "linux")]
fn page_size_agrees_with_the_kernel() {
    let (Some(target), Ok(vector)) = (Target::current(), std::fs::read("/proc/self/auxv")) else {
        return;
    };
    const WORD: usize = size_of::<usize>();
    let words: Vec<usize> = vector
        .chunks_exact(WORD)
        .map(|bytes| usize::from_ne_bytes(bytes.try_into().expect("chunks have the size of a word")))
        .collect();
    let Some(pair) = words.chunks_exact(2).find(|pair| pair[0] == 6) else {
        return;
    };
    let page_size = u64::from(target.page_size.expect("a target that runs Linux has pages"));
    assert!(
        pair[1] as u64 >= page_size && (pair[1] as u64).is_multiple_of(page_size),
        "{target}: the kernel uses pages of {} bytes, the facts say that the smallest has {page_size}",
        pair[1]
    );
}

/// A line that the processor has must not be longer than the distance by which the facts keep data apart.
#[test]
#[cfg(target_os = "linux")]
fn cache_line_is_no_longer_than_stated() {
    let Some(target) = Target::current() else { return };
    let file = "/sys/devices/system/cpu/cpu0/cache/index0/coherency_line_size";
    let Ok(text) = std::fs::read_to_string(file) else { return };
    let Ok(bytes) = text.trim().parse::<u32>() else { return };
    assert!(
        bytes <= target.cache_line,
        "{target}: the processor has cache lines of {bytes} bytes"
    );
}
