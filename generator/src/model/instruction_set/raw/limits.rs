//! The limits as they stand in a file.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::syntax::Spanned;

/// What the verifier takes, and what calls cost: `[limits]`. What isn't stated has a standard value.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLimits {
    /// The most values on the operand stack of a function; 1024 if it isn't stated.
    #[schemars(range(min = 1, max = 65_535))]
    pub stack_depth: Option<Spanned<i64>>,
    /// The most exception handlers that a function has installed at the same time; 256 if it isn't stated.
    #[schemars(range(min = 1, max = 65_535))]
    pub handlers: Option<Spanned<i64>>,
    /// The steps of the verifier that a module has for each byte of its code; 16 if it isn't stated.
    #[schemars(range(min = 1, max = 65_535))]
    pub verifier_steps_per_byte: Option<Spanned<i64>>,
    /// The steps of the verifier that a module has beyond those; 1048576 if it isn't stated.
    #[schemars(range(min = 0, max = 4_294_967_295_i64))]
    pub verifier_steps: Option<Spanned<i64>>,
    /// How many locals one unit of fuel pays for in each call; 16 if it isn't stated.
    #[schemars(range(min = 1, max = 65_535))]
    pub locals_per_fuel: Option<Spanned<i64>>,
}
