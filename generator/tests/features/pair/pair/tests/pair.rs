//! The tests that the matrix runs.

#[test]
fn two_features_do_not_meet() {
    assert_eq!(pair::sum(), 0);
}

#[test]
fn prints_its_surface() {
    println!("surface pair 1.0 {}", pair::surface().to_string().repeat(64));
}

#[cfg(feature = "epsilon")]
#[test]
fn what_is_implied_is_on() {
    assert!(cfg!(feature = "alpha"));
}
