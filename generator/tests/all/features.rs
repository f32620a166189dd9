//! Feature models as a whole: how many rows cover the plan's two models, whether the independent checker accepts what lathe claims and
//! nothing else, and what the tests of a matrix find.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::copy;
use lathe::features::solver::{Answer, Solver};
use lathe::features::{FeatureModel, Flag, Literal, Says, analysis, count};
use lathe::model::feature_model;
use lathe::pipeline::{self, Options};
use lathe::span::{FileId, Span};
use serde_json::Value;

const PLAN: &str = "tests/features/plan";

fn lathe(root: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lathe"))
        .args(arguments.split_whitespace())
        .env("CARGO_TARGET_DIR", root.join("target"))
        .current_dir(root)
        .output()
        .expect("lathe can be started")
}

/// The certificates of the plan's models, and the lines that they stand in.
fn certificates(strength: u8) -> Vec<(String, Value)> {
    let output = lathe(Path::new(PLAN), &format!("matrix --strength {strength} --format json"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let objects = text
        .lines()
        .map(|line| (line.to_owned(), serde_json::from_str(line).expect("JSON")));
    let certificates = objects.filter(|(_, object): &(String, Value)| object["kind"] == "certificate");
    certificates.collect()
}

/// What the plan's models say, for the checker.
fn models() -> String {
    let output = lathe(Path::new(PLAN), "features --format json");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What the independent checker says.
fn judged(text: &str) -> (bool, String) {
    let mut checker = Command::new(env!("CARGO_BIN_EXE_check-certificate"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the checker can be started");
    let mut stdin = checker.stdin.take().expect("its input is a pipe");
    stdin.write_all(text.as_bytes()).expect("it reads its input");
    drop(stdin);
    let output = checker.wait_with_output().expect("it ends");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

fn rows(certificate: &Value) -> Vec<BTreeSet<&str>> {
    let rows = certificate["rows"].as_array().expect("rows");
    let names = |row: &'_ Value| -> Vec<String> { serde_json::from_value(row.clone()).expect("names") };
    let all: BTreeSet<&str> = certificate["features"]
        .as_array()
        .expect("features")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let row = |row: &Value| {
        names(row)
            .iter()
            .map(|name| *all.get(name.as_str()).expect("a feature"))
            .collect()
    };
    rows.iter().map(row).collect()
}

#[test]
fn the_models_of_the_plan_are_covered_in_few_rows() {
    for (strength, most) in [(2, [8, 10]), (3, [20, 28])] {
        let certificates = certificates(strength);
        let models = models();
        assert_eq!(certificates.len(), 2);
        for ((line, certificate), most) in certificates.iter().zip(most) {
            let name = &certificate["model"];
            let rows = rows(certificate);
            assert!(
                rows.len() <= most,
                "{strength}-way coverage of {name} takes {} rows",
                rows.len()
            );
            let all = certificate["features"].as_array().map_or(0, Vec::len);
            assert!(rows[0].is_empty(), "nothing is on in the first row");
            assert!(rows.iter().any(|row| row.len() == all), "everything is on in some row");
            let (accepted, said) = judged(&format!("{models}{line}"));
            assert!(accepted, "{name}: {said}");
        }
        let row = rows(&certificates[1].1)[1].clone();
        assert!(
            row.len() == 21 && !row.contains("mobile"),
            "the defaults are on in the second row: {row:?}"
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_rows() {
    assert_eq!(certificates(2), certificates(2));
}

#[test]
fn the_full_model_has_so_many_configurations() {
    let loaded = pipeline::load(Path::new(PLAN), &Options::default());
    let counts: Vec<Option<u128>> = feature_model::all(&loaded.model).iter().map(count::configurations).collect();
    assert_eq!(counts, [Some(1 << 14), Some(2_162_688)]);
    let output = lathe(Path::new(PLAN), "features");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("features of `plan22`: 22, 2,162,688 valid configurations"),
        "{text}"
    );
}

#[test]
fn tampered_certificates_are_refused() {
    let (_, certificate) = certificates(2).pop().expect("the full model");
    let models = models();
    let judged = |certificate: &Value| judged(&format!("{models}{certificate}"));
    let refused = |change: &dyn Fn(&mut Value), why: &str| {
        let mut tampered = certificate.clone();
        change(&mut tampered);
        let (accepted, said) = judged(&tampered);
        assert!(!accepted && said.contains(why), "expected `{why}`: {said}");
    };
    let count = rows(&certificate).len();
    for row in 0..count {
        let without = |object: &mut Value| drop(object["rows"].as_array_mut().expect("rows").remove(row));
        // A row that nothing needs may go, but then there are fewer combinations than claimed or as many: only the others are tested.
        let mut tampered = certificate.clone();
        without(&mut tampered);
        if !judged(&tampered).0 {
            refused(&without, "occur in no row");
        } else {
            assert!(row < 3, "row {} is of no use", row + 1);
        }
    }
    refused(
        &|object| object["rows"][1] = serde_json::json!(["llm"]),
        "row 2 is no valid configuration",
    );
    refused(&|object| object["feasible"] = 900.into(), "are claimed");
    refused(&|object| object["covered"] = 920.into(), "are claimed");
    // What fewer or more clauses allow is another question than that of the model.
    let not_its = "aren't those of the model";
    refused(&|object| object["clauses"] = serde_json::json!([]), not_its);
    let without = |object: &mut Value| drop(object["clauses"].as_array_mut().expect("clauses").pop());
    refused(&without, not_its);
    let with = |object: &mut Value| {
        object["clauses"]
            .as_array_mut()
            .expect("clauses")
            .push(serde_json::json!(["-llm", "-ai"]))
    };
    refused(&with, not_its);
    refused(
        &|object| object["features"].as_array_mut().expect("features").push("more".into()),
        not_its,
    );
    refused(&|object| object["model"] = "plan23".into(), "its model isn't there");
    refused(&|object| object["strength"] = 3.into(), "occur in no row");
    refused(&|object| object["strength"] = 30.into(), "can't be combined");
    refused(
        &|object| object["rows"][0] = serde_json::json!(["nonsense"]),
        "no feature `nonsense`",
    );
    refused(&|object| object["kind"] = "row".into(), "no certificate");
    refused(&|object| object["features"][1] = "ai".into(), "twice");
}

/// What is said of a model that is wrong would be wrong too.
#[test]
fn what_check_refuses_is_not_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    copy(Path::new(PLAN), root);
    let odd = "kind = \"feature\"\nname = \"odd\"\n\n[feature.one]\ndoc = \"One.\"\ndefault = false\nimplies = [\"other\"]\n\
               conflicts = [\"other\"]\n\n[feature.other]\ndoc = \"Another.\"\ndefault = false\n";
    std::fs::write(root.join("spec/odd.toml"), odd).expect("a spec");
    let exit = lathe(root, "check").status.code();
    assert_ne!(exit, Some(0));
    for verb in ["features", "matrix", "matrix --model plan14"] {
        let output = lathe(root, verb);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), exit, "{verb}: {said}");
        assert!(output.stdout.is_empty() && said.contains("L0823"), "{verb}: {said}");
    }
}

#[test]
fn a_matrix_finds_the_smallest_failing_sets() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    copy(Path::new("tests/features/pair"), root);
    let generated = lathe(root, "generate");
    assert!(generated.status.success(), "{}", String::from_utf8_lossy(&generated.stderr));
    let output = lathe(root, "test --matrix 2 --format json");
    let shown = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(100), "{shown}");
    let objects: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let of = |kind: &str| {
        objects
            .iter()
            .filter(|object| object["kind"] == kind)
            .collect::<Vec<&Value>>()
    };
    let shrunk: BTreeSet<String> = of("shrunk").iter().map(|object| object["features"].to_string()).collect();
    let expected = [r#"["beta","delta"]"#, r#"["drift"]"#].map(str::to_owned);
    assert_eq!(shrunk, BTreeSet::from(expected), "{shown}");
    let repeat = "cargo test --package pair --tests --no-default-features --features beta,delta";
    assert!(of("shrunk").iter().any(|object| object["repeat"] == repeat), "{shown}");
    for row in of("row") {
        let on = row["features"].to_string();
        let fails = on.contains("drift") || (on.contains("beta") && on.contains("delta"));
        assert_eq!(row["success"], !fails, "{row}");
    }
    let needs: Vec<bool> = of("row")
        .iter()
        .map(|row| row["features"].to_string().contains("gamma"))
        .collect();
    assert!(
        needs.is_sorted() && needs.contains(&true),
        "rows with the dependency come last: {needs:?}"
    );
}

const SPAN: Span = Span {
    file: FileId(0),
    start: 0,
    end: 0,
};

/// A model of so many flags.
fn flags(count: usize) -> FeatureModel {
    let mut model = FeatureModel::new(None);
    for index in 0..count {
        model.flag(Flag {
            name: format!("f{index}"),
            doc: String::new(),
            default: false,
            targets: Vec::new(),
            span: SPAN,
        });
    }
    model
}

/// Numbers that look random.
fn random(state: &mut u64, end: usize) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize % end
}

/// The solver, the counter and the analysis against trying everything, on small models of every kind of statement.
#[test]
fn answers_are_those_of_trying_everything() {
    let mut state = 7;
    let (mut voids, mut dead, mut forced, mut redundant) = (0, 0, 0, 0);
    for _ in 0..400 {
        let count = 3 + random(&mut state, 5);
        let mut model = flags(count);
        for _ in 0..random(&mut state, 9) {
            let (one, other) = (random(&mut state, count), random(&mut state, count));
            let of = (0..1 + random(&mut state, 3)).map(|_| random(&mut state, count)).collect();
            let says = match random(&mut state, 5) {
                0 | 1 => Says::Implies(one, other),
                2 => Says::Excludes(one, other),
                kind => Says::OneOf {
                    rule: "r".to_owned(),
                    when: (random(&mut state, 2) == 0).then_some(one),
                    of,
                    exactly: kind == 3,
                },
            };
            model.state(says, SPAN);
        }
        let configurations = |model: &FeatureModel| -> Vec<Vec<bool>> {
            let all = (0..1u32 << count).map(|bits| (0..count).map(|flag| bits >> flag & 1 == 1).collect());
            all.filter(|on: &Vec<bool>| model.broken_by(on).is_none()).collect()
        };
        let valid = configurations(&model);
        assert_eq!(count::configurations(&model), Some(valid.len() as u128), "{model:?}");
        let found = analysis::analyse(&model, analysis::MOST_STEPS);
        assert!(found.is_complete);
        assert_eq!(found.void.is_some(), valid.is_empty(), "{model:?}");
        let part = |kept: &dyn Fn(usize) -> bool| {
            let mut part = model.clone();
            let mut position = 0;
            part.statements.retain(|_| {
                position += 1;
                kept(position - 1)
            });
            part
        };
        if let Some(proof) = &found.void {
            voids += 1;
            assert!(
                configurations(&part(&|at| proof.contains(&at))).is_empty(),
                "the proof suffices"
            );
            for left_out in proof {
                let smaller = part(&|at| proof.contains(&at) && at != *left_out);
                assert!(!configurations(&smaller).is_empty(), "the proof is as small as can be");
            }
            continue;
        }
        for flag in 0..count {
            let on = valid.iter().filter(|on| on[flag]).count();
            let state = match on {
                0 => analysis::State::Dead,
                on if on == valid.len() => analysis::State::Forced,
                _ => analysis::State::Optional,
            };
            assert_eq!(found.state(flag), state, "flag {flag} of {model:?}");
            let mut solver = Solver::new(&model, u64::MAX);
            assert_eq!(matches!(solver.ask(&[Literal::on(flag)]), Answer::Yes(_)), on > 0);
        }
        for (list, on) in [(&found.dead, true), (&found.forced, false)] {
            for (flag, proof) in list {
                let lacks = |model: &FeatureModel| configurations(model).iter().all(|found| found[*flag] != on);
                assert!(lacks(&part(&|at| proof.contains(&at))), "the proof suffices");
            }
        }
        let said: BTreeSet<usize> = found.redundant.iter().map(|(position, _)| *position).collect();
        assert_eq!(
            configurations(&part(&|at| !said.contains(&at))),
            valid,
            "nothing changes without what is redundant"
        );
        dead += found.dead.len();
        forced += found.forced.len();
        redundant += said.len();
    }
    assert!(
        voids > 10 && dead > 50 && forced > 50 && redundant > 100,
        "{voids} {dead} {forced} {redundant}"
    );
}

/// Every flag with every other one, in each way that there is: nothing of that may hang.
#[test]
fn hostile_models_end() {
    let mut chain = flags(200);
    for one in 0..200 {
        for other in one + 1..200 {
            chain.state(Says::Implies(one, other), SPAN);
        }
    }
    let mut apart = flags(200);
    for one in 0..200 {
        for other in 0..200 {
            apart.state(Says::Excludes(one, other), SPAN);
        }
    }
    let mut state = 1;
    let mut random_clauses = flags(200);
    for _ in 0..426 {
        let of = (0..3).map(|_| random(&mut state, 200)).collect();
        let (one, other) = (random(&mut state, 200), random(&mut state, 200));
        random_clauses.state(Says::Implies(one, other), SPAN);
        random_clauses.state(
            Says::OneOf {
                rule: "r".to_owned(),
                when: Some(one),
                of,
                exactly: true,
            },
            SPAN,
        );
    }
    for model in [chain, apart, random_clauses] {
        let found = analysis::analyse(&model, 2_000_000);
        assert!(found.void.is_none());
        let _ = count::configurations(&model);
    }
}
