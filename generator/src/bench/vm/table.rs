//! Shows what programs took: milliseconds of our fastest engine, and how many times as long every other took.

use std::fmt::Write as _;

use serde::Serialize;

use super::Row;

/// How much longer an engine took than ours, over all programs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mean {
    /// The engine.
    pub engine: String,
    /// The one that it is divided by.
    pub base: String,
    /// The geometric mean of the ratios.
    pub ratio: f64,
}

/// The geometric means of all engines but the base.
pub fn means(rows: &[Row], base: usize) -> Vec<Mean> {
    let engines = rows.first().map_or(&[][..], |row| &row.took);
    let others = (0..engines.len()).filter(|index| *index != base);
    let means = others.map(|index| Mean {
        engine: engines[index].engine.clone(),
        base: engines[base].engine.clone(),
        ratio: mean(rows, index, base),
    });
    means.collect()
}

/// The table with a line for each program and the geometric means. `base` is the place of the engine that the others are divided by.
pub fn table(rows: &[Row], base: usize) -> String {
    let Some(first) = rows.first() else {
        return String::new();
    };
    let names: Vec<&str> = first.took.iter().map(|took| took.engine.as_str()).collect();
    let Some(base_name) = names.get(base) else {
        return String::new();
    };
    let others: Vec<usize> = (0..names.len()).filter(|index| *index != base).collect();
    let mut text = format!("{:<14} {:>12}", "program", format!("{base_name} ms"));
    for index in &others {
        let _ = write!(text, " {:>14}", names[*index]);
    }
    text.push('\n');
    for row in rows {
        let _ = write!(text, "{:<14} {:>12.1}", row.program, row.took[base].milliseconds);
        for index in &others {
            let _ = write!(text, " {:>14}", times(ratio(row, *index, base)));
        }
        text.push('\n');
    }
    let _ = write!(text, "{:<14} {:>12}", "geometric mean", "");
    for index in &others {
        let _ = write!(text, " {:>14}", times(mean(rows, *index, base)));
    }
    let _ = write!(
        text,
        "\n\nA number such as 3.00x says that the engine took 3 times as long as `{base_name}`.\n"
    );
    text
}

fn times(ratio: f64) -> String {
    format!("{ratio:.2}x")
}

/// How many times as long one engine took as another.
fn ratio(row: &Row, of: usize, to: usize) -> f64 {
    row.took[of].milliseconds / row.took[to].milliseconds
}

/// The geometric mean of the ratios.
fn mean(rows: &[Row], of: usize, to: usize) -> f64 {
    let logarithms: f64 = rows.iter().map(|row| ratio(row, of, to).ln()).sum();
    (logarithms / rows.len() as f64).exp()
}

#[cfg(test)]
mod tests {
    use super::super::Took;
    use super::*;

    #[test]
    fn others_are_shown_as_multiples() {
        let row = |program: &str, oracle: f64, tail: f64| Row {
            program: program.to_owned(),
            took: [("oracle", oracle), ("tail", tail)]
                .into_iter()
                .map(|(engine, milliseconds)| Took {
                    engine: engine.to_owned(),
                    milliseconds,
                    range: (milliseconds, milliseconds),
                    runs: 1,
                })
                .collect(),
        };
        let rows = [row("fib", 40.0, 10.0), row("sieve", 90.0, 10.0)];
        assert!((mean(&rows, 0, 1) - 6.0).abs() < 1e-9);
        let shown = table(&rows, 1);
        assert!(
            shown.contains("4.00x") && shown.contains("9.00x") && shown.contains("6.00x"),
            "{shown}"
        );
        assert_eq!(table(&[], 1), "");
    }
}
