#[raya_macros::native]
async fn waits() {}

#[raya_macros::native]
fn any<T>(value: T) {}

#[raya_macros::native]
unsafe fn reads() -> i32 {
    1
}

#[raya_macros::native(add)]
fn named(a: i32) -> i32 {
    a
}

#[raya_macros::native]
fn late(a: i32, context: &mut raya_runtime::Context) -> i32 {
    a
}

fn main() {}
