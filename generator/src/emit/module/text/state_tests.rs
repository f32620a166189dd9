//! What `MODULE` says when no backend is compiled in, when it is open, and when it was closed.

#![allow(unused_imports, reason = "builds without a backend don't use them all")]
#![allow(clippy::field_reassign_with_default, reason = "one field is changed at a time")]
#![allow(deprecated, reason = "what is deprecated still does what it did")]

use IMPORTED::{BACKEND_TYPE as Named, CAPABILITY_TYPE as Capability, CONFIG_TYPE as Config, ERROR_TYPE as Error, HANDLE_TYPE as Handle};
use FACADE::opening::Opening;
use FACADE::support::Support;
use IMPORTS;

/// Whether the features of this build compile a backend in.
fn is_compiled(backend: Named) -> bool {
    match backend {
        CONDITIONS,
    }
}

fn compiled() -> Vec<Named> {
    Named::ALL.iter().copied().filter(|backend| is_compiled(*backend)).collect()
}

/// A handle on each backend that opens with the defaults. Some need what only their users know, such as the name of a server.
fn opened() -> Vec<(Named, Handle)> {
    let open = |backend: Named| Some((backend, Handle::open_with(Config::default(), Opening::new().on(backend)).ok()?));
    compiled().into_iter().filter_map(open).collect()
}

/// The preferred backend of those that are on by default: it opens with the defaults.
const BEST: Option<Named> = IS_BEST;

/// Changes of the configuration that ask something of the backend.
const DEMANDS: &[fn(&mut Config)] = &[
    DEMANDS,
];

#[test]
fn enabled_means_that_a_backend_is_compiled_in() {
    assert_eq!(Handle::is_enabled(), !compiled().is_empty());
}

#[test]
fn without_a_backend_opening_names_the_feature_to_turn_on() {
    if Handle::is_enabled() {
        return;
    }
    let error = Handle::open(Config::default()).expect_err("nothing is compiled in");
    assert_eq!(error, Error::FeatureDisabled { feature: TURN_ON });
    assert!(error.to_string().contains(TURN_ON), "{error}");
    assert_eq!(error.code(), -6);
}

#[test]
fn a_backend_that_is_not_compiled_in_is_refused_by_its_feature() {
    for backend in Named::ALL.iter().copied().filter(|backend| !is_compiled(*backend)) {
        let error = Handle::open_with(Config::default(), Opening::new().on(backend)).expect_err("it isn't compiled in");
        assert_eq!(error, Error::FeatureDisabled { feature: backend.feature() });
        assert!(error.to_string().contains(backend.feature()), "{error}");
    }
}

#[test]
fn the_best_backend_opens_with_the_defaults() {
    if let Some(best) = BEST.filter(|best| is_compiled(*best)) {
        let handle = Handle::open(Config::default()).expect("it does what the defaults ask");
        assert_eq!(handle.backend(), best);
    }
}

#[test]
fn an_open_handle_says_so_until_it_is_closed() {
    for (backend, handle) in opened() {
        assert_eq!(handle.backend(), backend);
        assert!(handle.is_open());
        handle.close();
        assert!(!handle.is_open());
        handle.close();
        assert!(!handle.is_open() && Handle::is_enabled(), "closing a handle doesn't disable the module");
        assert_eq!(handle.backend(), backend);
        assert!(format!("{handle:?}").contains("open: false"));
    }
}

#[test]
fn what_a_backend_does_not_do_is_refused() {
    for backend in compiled() {
        for (index, demand) in DEMANDS.iter().enumerate() {
            let mut config = Config::default();
            demand(&mut config);
            if config.validate().is_err() {
                continue;
            }
            for approximate in [false, true] {
                let opening = Opening::new().on(backend);
                let opening = if approximate { opening.accept_approximate() } else { opening };
                let lacking = config.needs().into_iter().find(|need| match backend.support(*need) {
                    Support::Exact | Support::Number(_) => false,
                    Support::Approximate(_) => !approximate,
                    Support::None => true,
                });
                let error = Handle::open_with(config.clone(), opening).err();
                match (lacking, error) {
                    (Some(need), Some(Error::Unsupported { backend: named, what })) => {
                        assert_eq!(named, backend.name());
                        assert!(what.contains(&need.name()), "{what} doesn't name {}", need.name());
                    }
                    (Some(need), other) => panic!("`{}` doesn't do {} but: {other:?}", backend.name(), need.name()),
                    (None, Some(Error::Unsupported { what, .. })) => {
                        panic!("`{}` does all that demand {index} asks, but: {what}", backend.name());
                    }
                    (None, _) => {}
                }
            }
        }
    }
}
