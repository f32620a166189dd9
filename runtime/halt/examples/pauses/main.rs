//! Measures allocation and pauses: `cargo run --release -p halt --example pauses`.
//!
//! The counts are exact; a test holds them to a table. Times are of the machine that this runs on.

mod workloads;

use workloads::Run;

fn main() {
    let runs = workloads::run_all();
    println!("Words:\n\n{}", workloads::counts(&runs));
    println!(
        "Times:\n\n| workload | capacity | one operation | median pause | 99th percentile | longest | for each word copied |"
    );
    println!("|---|---|---|---|---|---|---|");
    for run in &runs {
        print(run);
    }
}

fn print(run: &Run) {
    let mut times: Vec<f64> = run.pauses.iter().map(|pause| pause.time.as_secs_f64() * 1e6).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get(((times.len() - 1) as f64 * share) as usize).copied();
    let percentile = |share| {
        if times.is_empty() {
            "–".to_owned()
        } else {
            format!("{:.1} µs", at(share).unwrap_or(0.0))
        }
    };
    let copied: u64 = run.pauses.iter().map(|pause| pause.copied).sum();
    println!(
        "| {} | {} | {:.0} ns | {} | {} | {} | {:.2} ns |",
        run.name,
        run.capacity,
        run.work.as_secs_f64() * 1e9 / run.operations as f64,
        percentile(0.5),
        percentile(0.99),
        percentile(1.0),
        times.iter().sum::<f64>() * 1e3 / copied.max(1) as f64,
    );
}
