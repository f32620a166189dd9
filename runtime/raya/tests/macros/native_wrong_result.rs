#[raya_macros::native]
fn list() -> Vec<i32> {
    Vec::new()
}

fn main() {}
