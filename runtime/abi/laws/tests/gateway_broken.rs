//! The honest backends keep every law of the gateway, and each broken one breaks the law that is there for it.

use std::sync::Arc;
use std::time::Duration;

use abi_facts::clock::ManualClock;
use abi_facts::gateway::{Backend, GatewayBackend, GatewayConfig, RateLimitAlgorithm};
use abi_gateway_exact::Exact;
use abi_gateway_matchit::Matchit;
use abi_laws::gateway::broken::{
    AlwaysAllows, AlwaysFails, Broken, CountsRefused, CutKeys, EndlessProbes, FirstMatchWins, LastMethodWins, NeverHalfOpen,
    NeverTurnsBack, NoLatency, SevenfoldWindow, SharedNames, StaysPoisoned, TrustsClock, Unbounded,
};
use abi_laws::gateway::{self as laws, Fixture};
use abi_laws::{Law, Violation};

/// A law as it is stated here: with fewer cases than in the spec, so that the tests are quick.
fn law(cases: u32) -> Law {
    Law {
        id: "law",
        cases,
        seed: 7,
        tolerance: 0.04,
        ops: &[("add", 5), ("remove", 3), ("match", 4)],
    }
}

/// Every law, for one backend; those of one algorithm for each.
fn all<B: Backend>(backend: GatewayBackend) -> Vec<(String, Result<(), Violation>)> {
    let fixture = Fixture::new(backend);
    let exact = backend == GatewayBackend::Exact;
    let mut results = Vec::new();
    let mut keep = |name: &str, result| results.push((name.to_owned(), result));
    keep("routing", laws::routing::<B>(&law(1_000), &fixture));
    if exact {
        keep("routing_mixed", laws::routing_mixed::<B>(&law(1_000), &fixture));
    }
    keep("methods_apart", laws::methods_apart::<B>(&law(1), &fixture));
    keep("own_names", laws::own_names::<B>(&law(1), &fixture));
    keep("routes_consistent", laws::routes_consistent::<B>(&law(100), &fixture));
    keep("hostile_routes", laws::hostile_routes::<B>(&law(2_000), &fixture));
    for algorithm in RateLimitAlgorithm::ALL {
        let named = |law: &str| format!("{law} of {algorithm:?}");
        if exact || *algorithm != RateLimitAlgorithm::SlidingWindow {
            keep(
                &named("limiter_oracle"),
                laws::limiter_oracle::<B>(&law(200), &fixture, *algorithm),
            );
        }
        keep(
            &named("limiter_bound"),
            laws::limiter_bound::<B>(&law(100), &fixture, *algorithm),
        );
        keep(
            &named("limiter_floor"),
            laws::limiter_floor::<B>(&law(20), &fixture, *algorithm),
        );
        keep(
            &named("limiter_threads"),
            laws::limiter_threads::<B>(&law(5), &fixture, *algorithm),
        );
        keep(&named("retry_after"), laws::retry_after::<B>(&law(200), &fixture, *algorithm));
        keep(
            &named("keys_bounded"),
            laws::keys_bounded::<B>(&law(10_000), &fixture, *algorithm),
        );
        keep(&named("clock_jumps"), laws::clock_jumps::<B>(&law(50), &fixture, *algorithm));
    }
    keep("circuit_sequences", laws::circuit_sequences::<B>(&law(6), &fixture));
    keep("probes_threads", laws::probes_threads::<B>(&law(10), &fixture));
    keep("upstreams_bounded", laws::upstreams_bounded::<B>(&law(10_000), &fixture));
    keep("latency_percentiles", laws::latency_percentiles::<B>(&law(30), &fixture));
    keep("hostile_keys", laws::hostile_keys::<B>(&law(300), &fixture));
    keep("accounting", laws::accounting::<B>(&law(3), &fixture));
    keep("config_refused", laws::config_refused::<B>(&law(1), &fixture));
    keep("survives_panic", laws::survives_panic::<B>(&law(1), &fixture));
    results
}

fn keeps_all<B: Backend>(backend: GatewayBackend) {
    let broken: Vec<String> = all::<B>(backend)
        .into_iter()
        .filter_map(|(name, result)| Some(format!("{name}: {}", result.err()?)))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_reference_keeps_every_law() {
    keeps_all::<Exact>(GatewayBackend::Exact);
}

#[test]
fn matchit_keeps_every_law() {
    keeps_all::<Matchit>(GatewayBackend::Matchit);
}

/// That a law rejects a backend, and says so in words of which these are some.
#[track_caller]
fn rejects(result: Result<(), Violation>, words: &str) {
    match result {
        Ok(()) => panic!("the law holds"),
        Err(violation) => assert!(violation.text.contains(words), "{violation}"),
    }
}

fn fixture() -> Fixture {
    Fixture::new(GatewayBackend::Exact)
}

type With<F> = Broken<Exact, F>;

#[test]
fn a_second_method_that_overwrites_the_first() {
    rejects(
        laws::methods_apart::<With<LastMethodWins>>(&law(1), &fixture()),
        "Get of `/things/7` goes to None",
    );
    rejects(
        laws::routing::<With<LastMethodWins>>(&law(1_000), &fixture()),
        "takes None, not Some",
    );
}

#[test]
fn parameters_that_have_the_name_of_another_route() {
    rejects(
        laws::own_names::<With<SharedNames>>(&law(1), &fixture()),
        "not the parameters",
    );
    rejects(laws::routing::<With<SharedNames>>(&law(1_000), &fixture()), "takes Some");
}

#[test]
fn a_route_that_is_taken_because_it_came_first() {
    rejects(laws::routing::<With<FirstMatchWins>>(&law(1_000), &fixture()), "takes Some");
    rejects(
        laws::routing_mixed::<With<FirstMatchWins>>(&law(1_000), &fixture()),
        "takes Some",
    );
    rejects(
        laws::routes_consistent::<With<FirstMatchWins>>(&law(100), &fixture()),
        "takes Some",
    );
    rejects(
        laws::hostile_routes::<With<FirstMatchWins>>(&law(2_000), &fixture()),
        "takes Some",
    );
}

#[test]
fn a_tree_that_is_descended_without_a_way_back() {
    rejects(
        laws::routing::<With<NeverTurnsBack>>(&law(1_000), &fixture()),
        "takes None, not Some",
    );
}

#[test]
fn a_sliding_window_that_admits_seven_times_its_limit() {
    type Seven = With<SevenfoldWindow>;
    let algorithm = RateLimitAlgorithm::SlidingWindow;
    rejects(
        laws::limiter_bound::<Seven>(&law(1), &fixture(), algorithm),
        "3 requests are admitted in 1000000000 ns",
    );
    rejects(
        laws::limiter_oracle::<Seven>(&law(200), &fixture(), algorithm),
        "allowed: true",
    );

    // That it is the fault that it is named after.
    for limit in [2, 10, 100] {
        let config = GatewayConfig {
            rate_limit_algorithm: algorithm,
            rate_limit: limit,
            ..GatewayConfig::default()
        };
        let clock = Arc::new(ManualClock::new());
        let subject = Seven::open(&config, clock.clone()).expect("it opens");
        let mut admitted = 0;
        for _ in 0..7 {
            let asks = (0..limit * 2).map(|_| subject.check_rate_limit(b"key").expect("there is room"));
            admitted += asks.filter(|decision| decision.allowed).count();
            clock.advance(Duration::from_nanos(1_000_000_000 / 7));
        }
        assert_eq!(admitted, limit as usize * 7);
    }
}

#[test]
fn a_permission_check_that_always_says_yes() {
    for algorithm in RateLimitAlgorithm::ALL {
        rejects(
            laws::limiter_bound::<With<AlwaysAllows>>(&law(1), &fixture(), *algorithm),
            "requests are admitted in",
        );
        rejects(
            laws::limiter_threads::<With<AlwaysAllows>>(&law(1), &fixture(), *algorithm),
            "admitted 2000 times, not 500",
        );
        rejects(
            laws::keys_bounded::<With<AlwaysAllows>>(&law(10_000), &fixture(), *algorithm),
            "the first request of key 500",
        );
    }
    rejects(laws::accounting::<With<AlwaysAllows>>(&law(1), &fixture()), "doesn't add up");
}

#[test]
fn a_limiter_that_starves_who_asks_all_the_time() {
    let algorithm = RateLimitAlgorithm::SlidingWindow;
    rejects(
        laws::limiter_floor::<With<CountsRefused>>(&law(20), &fixture(), algorithm),
        "are admitted in the",
    );
    rejects(
        laws::retry_after::<With<CountsRefused>>(&law(200), &fixture(), algorithm),
        "a nanosecond before the end of",
    );
}

#[test]
fn a_limiter_that_takes_the_clock_at_its_word() {
    rejects(
        laws::clock_jumps::<With<TrustsClock>>(&law(50), &fixture(), RateLimitAlgorithm::FixedWindow),
        "is admitted",
    );
}

#[test]
fn tables_that_grow_with_what_comes() {
    for algorithm in RateLimitAlgorithm::ALL {
        rejects(
            laws::keys_bounded::<With<Unbounded>>(&law(10_000), &fixture(), *algorithm),
            "501 are kept",
        );
    }
    rejects(
        laws::upstreams_bounded::<With<Unbounded>>(&law(1_000), &fixture()),
        "101 are kept",
    );
    rejects(
        laws::routes_consistent::<With<Unbounded>>(&law(100), &fixture()),
        "against the rules",
    );
}

#[test]
fn keys_that_are_cut() {
    rejects(
        laws::hostile_keys::<With<CutKeys>>(&law(300), &fixture()),
        "the first two requests of key",
    );
}

#[test]
fn a_breaker_that_never_becomes_half_open() {
    rejects(
        laws::circuit_sequences::<With<NeverHalfOpen>>(&law(6), &fixture()),
        "[Failure, Failure, Wait, Permit] ends in Open",
    );
    rejects(
        laws::probes_threads::<With<NeverHalfOpen>>(&law(1), &fixture()),
        "get 0 permits",
    );
}

#[test]
fn a_breaker_whose_probes_have_no_end() {
    rejects(
        laws::circuit_sequences::<With<EndlessProbes>>(&law(6), &fixture()),
        "Wait, Permit, Permit, Permit] ends in HalfOpen",
    );
    rejects(
        laws::probes_threads::<With<EndlessProbes>>(&law(1), &fixture()),
        "get 400 permits",
    );
}

#[test]
fn a_histogram_into_which_nothing_is_recorded() {
    rejects(
        laws::latency_percentiles::<With<NoLatency>>(&law(30), &fixture()),
        "is 0ns, not",
    );
}

#[test]
fn a_lock_that_stays_poisoned() {
    rejects(
        laws::survives_panic::<With<StaysPoisoned>>(&law(1), &fixture()),
        "`check_rate_limit` fails for ever",
    );
}

/// A gateway that fails at every call is rejected by every law, without a panic. One law is about configurations, which backends don't see.
#[test]
fn a_gateway_that_fails_at_every_call() {
    let held: Vec<String> = all::<AlwaysFails>(GatewayBackend::Exact)
        .into_iter()
        .filter_map(|(name, result)| result.is_ok().then_some(name))
        .collect();
    assert_eq!(held, ["config_refused"]);
}
