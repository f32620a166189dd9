//! The same once more.

pub mod again {
    #[op(idiv)]
    pub fn idiv(a: i32, b: i32) -> Result<i32, Trap> {
        super::divide(a, b)
    }
}
