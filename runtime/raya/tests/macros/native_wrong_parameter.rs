use raya_runtime::NativeError;

#[raya_macros::native]
fn add(a: i32, b: u64) -> Result<i32, NativeError> {
    Ok(a + b as i32)
}

fn main() {}
