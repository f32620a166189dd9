//! Judges the certificates of `lathe matrix --format json`, read from standard input, and shares no code with lathe.
//!
//! Accepted is one whose rows keep every clause, and in whose rows every combination of features occurs that some valid configuration
//! has. Combinations that occur in no row are tried one by one, by search. Exit codes: 0 accepted, 1 refused.

use std::collections::{BTreeSet, HashMap};
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
    let mut said = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let object: Value = serde_json::from_str(line).map_err(|error| format!("a line is no JSON: {error}"))?;
        if object["kind"] == "certificate" {
            let name = object["model"].as_str().unwrap_or_default();
            said.push(judge(&object).map_err(|why| format!("model `{name}`: {why}"))?);
        }
    }
    if said.is_empty() {
        Err("there is no certificate".to_owned())
    } else {
        Ok(said.join("\n"))
    }
}

fn judge(certificate: &Value) -> Result<String, String> {
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
    let mut clauses: Vec<Vec<Literal>> = Vec::new();
    for clause in lists("clauses")? {
        clauses.push(texts(clause)?.iter().map(literal).collect::<Result<_, String>>()?);
    }
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
