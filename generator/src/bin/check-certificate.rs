//! Judges the certificates of `lathe matrix --format json` by the models of `lathe features --format json`, both read from standard
//! input, and shares no code with lathe:
//!
//! ```text
//! (lathe features --format json; lathe matrix --format json) | check-certificate
//! ```
//!
//! What a model says is made into clauses here once more; those of a certificate must be the same. Accepted is one whose rows keep every
//! clause, and in whose rows every combination of features occurs that some valid configuration has. Combinations that occur in no row
//! are tried one by one, by search. Exit codes: 0 accepted, 1 refused.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::process::ExitCode;

use serde_json::Value;

/// A feature, and whether it is on.
type Literal = (usize, bool);

/// How often the search may try something before it gives up on a certificate.
const MOST_TRIES: u64 = 50_000_000;

fn main() -> ExitCode {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text).map_err(|error| error.to_string());
    let judged = read.and_then(|_| judge_all(&text));
    println!(
        "{}",
        judged.as_ref().map_or_else(|why| format!("refused: {why}"), Clone::clone)
    );
    ExitCode::from(u8::from(judged.is_err()))
}

fn judge_all(text: &str) -> Result<String, String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let objects = lines.map(|line| serde_json::from_str(line).map_err(|error| format!("a line is no JSON: {error}")));
    let objects = objects.collect::<Result<Vec<Value>, String>>()?;
    let of = |kind: &'static str| objects.iter().filter(move |object| object["kind"] == kind);
    let name = |object: &Value| object["model"].as_str().unwrap_or_default().to_owned();
    let models: BTreeMap<String, &Value> = of("model").map(|model| (name(model), model)).collect();
    let mut said = Vec::new();
    for certificate in of("certificate") {
        let name = name(certificate);
        let model = models
            .get(&name)
            .ok_or_else(|| "its model isn't there: put what `lathe features --format json` says before it".to_owned());
        let judged = model.and_then(|model| judge(certificate, model));
        said.push(judged.map_err(|why| format!("model `{name}`: {why}"))?);
    }
    if said.is_empty() {
        Err("there is no certificate".to_owned())
    } else {
        Ok(said.join("\n"))
    }
}

fn judge(certificate: &Value, model: &Value) -> Result<String, String> {
    let number = |key: &str| certificate[key].as_u64().ok_or(format!("`{key}` is no number"));
    let names = texts(&certificate["features"])?;
    let index: HashMap<&str, usize> = names.iter().enumerate().map(|(index, name)| (*name, index)).collect();
    if index.len() != names.len() {
        return Err("a feature is named twice".to_owned());
    }
    let find = |name: &str| index.get(name).copied().ok_or(format!("there is no feature `{name}`"));
    let literal = |text: &&str| match text.strip_prefix('-') {
        Some(name) if !index.contains_key(*text) => Ok((find(name)?, false)),
        _ => Ok((find(text)?, true)),
    };
    let lists = |key: &str| certificate[key].as_array().ok_or(format!("`{key}` is no list"));
    let mut claimed: BTreeSet<Vec<Literal>> = BTreeSet::new();
    for clause in lists("clauses")? {
        let clause = texts(clause)?.iter().map(literal).collect::<Result<BTreeSet<_>, String>>()?;
        claimed.insert(clause.into_iter().collect());
    }
    let clauses = clauses_of(model, certificate["target"].as_str(), &index)?;
    if claimed != clauses {
        return Err("its clauses aren't those of the model".to_owned());
    }
    let clauses: Vec<Vec<Literal>> = clauses.into_iter().collect();
    let mut rows: Vec<Vec<bool>> = Vec::new();
    for (at, row) in lists("rows")?.iter().enumerate() {
        let on: BTreeSet<usize> = texts(row)?.into_iter().map(find).collect::<Result<_, String>>()?;
        rows.push((0..names.len()).map(|feature| on.contains(&feature)).collect());
        if !clauses
            .iter()
            .all(|clause| clause.iter().any(|(feature, wanted)| rows[at][*feature] == *wanted))
        {
            return Err(format!("row {} is no valid configuration", at + 1));
        }
    }
    let strength = number("strength")? as usize;
    if !(1..=6).contains(&strength) || strength > names.len() {
        return Err(format!("{strength} of {} features can't be combined", names.len()));
    }
    let (mut covered, mut missing, mut tries) = (0u64, 0u64, MOST_TRIES);
    let mut set: Vec<usize> = (0..strength).collect();
    loop {
        tries = tries.checked_sub(1).ok_or("the search takes too long")?;
        let seen: BTreeSet<Vec<bool>> = rows
            .iter()
            .map(|row| set.iter().map(|feature| row[*feature]).collect())
            .collect();
        covered += seen.len() as u64;
        for values in 0..1u32 << strength {
            let values: Vec<bool> = (0..strength).map(|at| values >> at & 1 == 1).collect();
            if !seen.contains(&values) {
                let mut chosen = vec![None; names.len()];
                set.iter().zip(values).for_each(|(feature, on)| chosen[*feature] = Some(on));
                missing += u64::from(is_possible(&clauses, chosen, &mut tries).ok_or("the search takes too long")?);
            }
        }
        // The next set, in the order of the alphabet.
        let Some(at) = (0..strength).rev().find(|at| set[*at] < names.len() - strength + at) else {
            break;
        };
        set[at] += 1;
        (at + 1..strength).for_each(|later| set[later] = set[later - 1] + 1);
    }
    match (number("feasible")?, number("covered")?) {
        _ if missing > 0 => Err(format!(
            "{missing} feasible combinations of {strength} features occur in no row"
        )),
        claimed if claimed != (covered, covered) => Err(format!("{claimed:?} combinations are claimed, {covered} counted")),
        _ => Ok(format!(
            "accepted: {} rows cover all {covered} feasible combinations of {strength} features",
            rows.len()
        )),
    }
}

/// What a model says, on a target, as clauses: of each, one literal holds.
fn clauses_of(model: &Value, target: Option<&str>, index: &HashMap<&str, usize>) -> Result<BTreeSet<Vec<Literal>>, String> {
    let find = |name: &str| {
        index
            .get(name)
            .copied()
            .ok_or(format!("the model has a feature `{name}`, the certificate none"))
    };
    let all = |list: &Value| texts(list)?.into_iter().map(find).collect::<Result<Vec<usize>, String>>();
    let list = |key: &str| model[key].as_array().ok_or(format!("`{key}` of the model is no list"));
    let mut clauses: BTreeSet<Vec<Literal>> = BTreeSet::new();
    let mut add = |literals: Vec<Literal>| {
        let once: BTreeSet<Literal> = literals.into_iter().collect();
        clauses.insert(once.into_iter().collect());
    };
    let features = list("features")?;
    if features.len() != index.len() {
        return Err("its features aren't those of the model".to_owned());
    }
    for feature in features {
        let own = find(feature["name"].as_str().unwrap_or_default())?;
        all(&feature["implies"])?
            .into_iter()
            .for_each(|other| add(vec![(own, false), (other, true)]));
        all(&feature["conflicts"])?
            .into_iter()
            .for_each(|other| add(vec![(own, false), (other, false)]));
        let targets = texts(&feature["targets"])?;
        if target.is_some_and(|target| !targets.is_empty() && !targets.contains(&target)) {
            add(vec![(own, false)]);
        }
    }
    for rule in list("rules")? {
        let unless: Vec<Literal> = rule["when"]
            .as_str()
            .map(find)
            .transpose()?
            .map(|when| (when, false))
            .into_iter()
            .collect();
        let of: BTreeSet<usize> = all(&rule["of"])?.into_iter().collect();
        add(unless.iter().copied().chain(of.iter().map(|one| (*one, true))).collect());
        if rule["exactly"] == true {
            for one in &of {
                for other in of.iter().filter(|other| *other > one) {
                    add(unless.iter().copied().chain([(*one, false), (*other, false)]).collect());
                }
            }
        }
    }
    Ok(clauses)
}

fn texts(list: &Value) -> Result<Vec<&str>, String> {
    let list = list.as_array().ok_or("a list of names is none")?;
    list.iter()
        .map(|name| name.as_str().ok_or("a name is no text".to_owned()))
        .collect()
}

/// Whether a configuration that keeps every clause has the chosen values; none if that takes too long.
fn is_possible(clauses: &[Vec<Literal>], mut chosen: Vec<Option<bool>>, tries: &mut u64) -> Option<bool> {
    let mut open = None;
    loop {
        let mut forced = None;
        for clause in clauses {
            *tries = tries.checked_sub(1)?;
            if clause.iter().any(|(feature, on)| chosen[*feature] == Some(*on)) {
                continue;
            }
            let mut left = clause.iter().filter(|(feature, _)| chosen[*feature].is_none());
            match (left.next(), left.next()) {
                (None, _) => return Some(false),
                (Some(only), None) => forced = Some(*only),
                (Some(first), Some(_)) => open = Some(*first),
            }
        }
        let Some((feature, on)) = forced else { break };
        (chosen[feature], open) = (Some(on), None);
    }
    let Some((feature, on)) = open else { return Some(true) };
    for value in [on, !on] {
        chosen[feature] = Some(value);
        if is_possible(clauses, chosen.clone(), tries)? {
            return Some(true);
        }
    }
    Some(false)
}
