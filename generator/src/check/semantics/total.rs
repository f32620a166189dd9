//! What is known to be total: methods and functions of `core` that neither panic nor overflow for any argument.

/// What kind of value an expression has, as far as that decides what is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An integer of any width.
    Integer,
    /// A floating-point number.
    Float,
    /// A boolean.
    Boolean,
    /// An integer or nothing: what a checked operation gives.
    Optional,
    /// Something else.
    Other,
    /// What can't be known, as something within is wrong; nothing more is said about it.
    Unknown,
}

impl Kind {
    /// The kind of a Rust type.
    pub fn of_type(name: &str) -> Kind {
        match name {
            "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => Kind::Integer,
            // No primitive types, but what types of libraries are like.
            "i256" | "u256" => Kind::Integer,
            "f32" | "f64" => Kind::Float,
            "bool" => Kind::Boolean,
            _ => Kind::Other,
        }
    }
}

/// Whether a name is a primitive type.
pub fn is_primitive(name: &str) -> bool {
    (Kind::of_type(name) != Kind::Other || name == "char") && !matches!(name, "i256" | "u256")
}

/// The kind of the result of a total method of a primitive type; `None` for one that isn't known to be total.
pub fn method(receiver: Kind, name: &str) -> Option<Kind> {
    match receiver {
        Kind::Other => return None,
        Kind::Unknown => return Some(Kind::Unknown),
        Kind::Optional => {
            return match name {
                "unwrap_or" | "unwrap_or_default" => Some(Kind::Integer),
                "is_some" | "is_none" => Some(Kind::Boolean),
                _ => None,
            };
        }
        _ => {}
    }
    if name.starts_with("checked_") {
        return (receiver == Kind::Integer).then_some(Kind::Optional);
    }
    if name.starts_with("wrapping_")
        && !matches!(
            name,
            "wrapping_div" | "wrapping_rem" | "wrapping_div_euclid" | "wrapping_rem_euclid"
        )
        || name.starts_with("saturating_") && name != "saturating_div"
    {
        return (receiver == Kind::Integer).then_some(Kind::Integer);
    }
    let same = Some(receiver);
    match (receiver, name) {
        (
            Kind::Integer,
            "rotate_left" | "rotate_right" | "swap_bytes" | "reverse_bits" | "count_ones" | "count_zeros" | "leading_zeros"
            | "trailing_zeros" | "leading_ones" | "trailing_ones" | "unsigned_abs" | "abs_diff" | "signum" | "to_be" | "to_le"
            | "cast_signed" | "cast_unsigned" | "min" | "max" | "clone",
        ) => Some(Kind::Integer),
        (Kind::Integer, "is_positive" | "is_negative" | "is_power_of_two" | "eq" | "ne" | "lt" | "le" | "gt" | "ge") => {
            Some(Kind::Boolean)
        }
        (
            Kind::Float,
            "abs" | "signum" | "copysign" | "floor" | "ceil" | "round" | "round_ties_even" | "trunc" | "fract" | "min" | "max"
            | "recip" | "to_degrees" | "to_radians" | "clone",
        ) => same,
        (
            Kind::Float,
            "is_nan" | "is_infinite" | "is_finite" | "is_normal" | "is_subnormal" | "is_sign_positive" | "is_sign_negative"
            | "eq" | "ne" | "lt" | "le" | "gt" | "ge",
        ) => Some(Kind::Boolean),
        (Kind::Float, "to_bits") => Some(Kind::Integer),
        (Kind::Boolean, "clone") => same,
        (Kind::Boolean, "eq" | "ne") => Some(Kind::Boolean),
        (_, "total_cmp" | "cmp" | "partial_cmp") => Some(Kind::Other),
        _ => None,
    }
}

/// The method to use instead of an operator that can overflow or panic.
pub fn instead_of(operator: &syn::BinOp) -> Option<&'static str> {
    use syn::BinOp;
    Some(match operator {
        BinOp::Add(_) => "wrapping_add",
        BinOp::Sub(_) => "wrapping_sub",
        BinOp::Mul(_) => "wrapping_mul",
        BinOp::Shl(_) => "wrapping_shl",
        BinOp::Shr(_) => "wrapping_shr",
        _ => return None,
    })
}
