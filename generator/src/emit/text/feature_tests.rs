//! Holds the facts of features against each other.

use feature_facts::{Feature, FeatureSet};

#[test]
fn names_find_their_feature() {
    for feature in Feature::ALL {
        assert_eq!(Feature::from_name(feature.name()), Some(*feature));
        assert!(!feature.doc().is_empty(), "{feature}");
    }
    assert_eq!(Feature::from_name("no such feature"), None);
}

#[test]
fn conflicts_hold_both_ways_and_for_no_feature_itself() {
    for feature in Feature::ALL {
        for other in feature.conflicts() {
            assert_ne!(feature, other);
            assert!(
                other.conflicts().contains(feature),
                "{feature} excludes {other}, but not the other way round"
            );
            let both = FeatureSet::EMPTY.with(*feature).with(*other);
            let conflict = both.check().expect_err("they exclude each other");
            let message = conflict.to_string();
            assert!(
                message.contains(conflict.first.name()) && message.contains(conflict.second.name()),
                "{message}"
            );
        }
    }
}

#[test]
fn closures_are_closed_and_grow_only() {
    for feature in Feature::ALL {
        let asked = FeatureSet::EMPTY.with(*feature);
        let closed = asked.closure();
        assert!(closed.contains(*feature));
        assert_eq!(closed.closure(), closed);
        for member in closed.iter() {
            assert!(
                member.implies().iter().all(|implied| closed.contains(*implied)),
                "{feature} brings {member}"
            );
        }
    }
}

#[test]
fn every_feature_can_be_had_and_so_can_the_defaults() {
    for feature in Feature::ALL {
        assert_eq!(
            FeatureSet::EMPTY.with(*feature).check(),
            Ok(()),
            "{feature} brings what excludes each other"
        );
    }
    assert_eq!(FeatureSet::defaults().check(), Ok(()));
}

#[test]
fn sets_hold_what_was_put_in() {
    let all = FeatureSet::all();
    assert_eq!(all.iter().count(), Feature::ALL.len());
    for feature in Feature::ALL {
        let without = all.without(*feature);
        assert!(!without.contains(*feature));
        assert_eq!(without.with(*feature), all);
    }
    assert!(FeatureSet::EMPTY.is_empty());
    assert_eq!(FeatureSet::EMPTY.iter().count(), 0);
}
