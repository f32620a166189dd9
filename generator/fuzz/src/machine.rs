//! Arbitrary instruction sets: entries that look like those of a person, with a mistake here and there, beside the machine of the base.

use std::fmt::Write as _;

use arbitrary::{Arbitrary, Unstructured};

/// Entries that are added to a machine.
#[derive(Debug, Clone)]
pub struct Machine {
    entries: Vec<Entry>,
}

/// An entry.
#[derive(Debug, Clone)]
enum Entry {
    Op(Op),
    Type(Type),
    Trap(u8, bool),
    Effect(u8, u8),
    Group,
    Slot(u8),
    Operand(u8, u8),
    Fixture(u8),
    Record(Vec<(u8, Shape)>),
    Union(Vec<(u8, u8, Shape)>),
}

/// An op.
#[derive(Debug, Clone)]
struct Op {
    code: Code,
    group: Rarely,
    doc: u8,
    since: u8,
    operands: Vec<(u8, u8)>,
    inputs: Vec<(u8, Value)>,
    outputs: Vec<Value>,
    meaning: Meaning,
    control: u8,
    effects: Vec<u8>,
    traps: Vec<u8>,
    flags: [bool; 3],
    cost: u8,
    golden: u8,
    examples: Vec<u8>,
    laws: Vec<Expression>,
}

/// A type.
#[derive(Debug, Clone)]
struct Type {
    code: u8,
    slot: u8,
    is: u8,
    parameters: Vec<u8>,
}

/// A code: most of them free.
#[derive(Debug, Clone)]
enum Code {
    Next,
    Free,
    Any(u16),
}

/// Something that is rarely wrong.
#[derive(Debug, Clone)]
struct Rarely(bool);

impl<'a> Arbitrary<'a> for Rarely {
    fn arbitrary(numbers: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Rarely(numbers.ratio(1, 20)?))
    }
}

/// The type of a value on the stack.
#[derive(Debug, Clone)]
enum Value {
    Plain(u8),
    Variable,
    Of(u8, Box<Value>),
    Function(u8, u8),
}

/// What an op means.
#[derive(Debug, Clone)]
enum Meaning {
    Waits,
    Expression(Expression),
    Function(u8),
    Both(Expression),
}

/// A Rust expression.
#[derive(Debug, Clone)]
enum Expression {
    Name(u8),
    Number(i32),
    Method(Box<Expression>, u8, Box<Expression>),
    Binary(Box<Expression>, u8, Box<Expression>),
    Call(u8, Vec<Expression>),
    Tuple(Vec<Expression>),
    If(Box<[Expression; 3]>),
}

/// The shape of a field.
#[derive(Debug, Clone)]
enum Shape {
    Plain(u8, Option<u16>),
    List(u8, u16),
    Optional(u8),
}

/// Draws every field in order, or one of the variants. The derive of `arbitrary` isn't used: it changes the features of `syn`, so that the
/// tests would compile lathe and most of its libraries once more.
macro_rules! drawn {
    (struct $of:ident: $($field:ident),+) => {
        impl<'a> Arbitrary<'a> for $of {
            fn arbitrary(numbers: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
                Ok($of { $($field: numbers.arbitrary()?),+ })
            }
        }
    };
    (enum $of:ident, $numbers:ident: $($variant:expr),+) => {
        impl<'a> Arbitrary<'a> for $of {
            fn arbitrary($numbers: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
                let mut variant = $numbers.choose_index([$(stringify!($variant)),+].len())?;
                $(
                    if variant == 0 {
                        return Ok($variant);
                    }
                    variant -= 1;
                )+
                unreachable!("the index is {variant} above the last variant")
            }
        }
    };
}

drawn!(struct Machine: entries);
drawn!(enum Entry, numbers:
    Entry::Op(numbers.arbitrary()?),
    Entry::Type(numbers.arbitrary()?),
    Entry::Trap(numbers.arbitrary()?, numbers.arbitrary()?),
    Entry::Effect(numbers.arbitrary()?, numbers.arbitrary()?),
    Entry::Group,
    Entry::Slot(numbers.arbitrary()?),
    Entry::Operand(numbers.arbitrary()?, numbers.arbitrary()?),
    Entry::Fixture(numbers.arbitrary()?),
    Entry::Record(numbers.arbitrary()?),
    Entry::Union(numbers.arbitrary()?));
drawn!(struct Op: code, group, doc, since, operands, inputs, outputs, meaning, control, effects, traps, flags, cost, golden, examples, laws);
drawn!(struct Type: code, slot, is, parameters);
drawn!(enum Code, numbers: Code::Next, Code::Free, Code::Any(numbers.arbitrary()?));
drawn!(enum Value, numbers:
    Value::Plain(numbers.arbitrary()?),
    Value::Variable,
    Value::Of(numbers.arbitrary()?, numbers.arbitrary()?),
    Value::Function(numbers.arbitrary()?, numbers.arbitrary()?));
drawn!(enum Meaning, numbers:
    Meaning::Waits,
    Meaning::Expression(numbers.arbitrary()?),
    Meaning::Function(numbers.arbitrary()?),
    Meaning::Both(numbers.arbitrary()?));
drawn!(enum Expression, numbers:
    Expression::Name(numbers.arbitrary()?),
    Expression::Number(numbers.arbitrary()?),
    Expression::Method(numbers.arbitrary()?, numbers.arbitrary()?, numbers.arbitrary()?),
    Expression::Binary(numbers.arbitrary()?, numbers.arbitrary()?, numbers.arbitrary()?),
    Expression::Call(numbers.arbitrary()?, numbers.arbitrary()?),
    Expression::Tuple(numbers.arbitrary()?),
    Expression::If(numbers.arbitrary()?));
drawn!(enum Shape, numbers:
    Shape::Plain(numbers.arbitrary()?, numbers.arbitrary()?),
    Shape::List(numbers.arbitrary()?, numbers.arbitrary()?),
    Shape::Optional(numbers.arbitrary()?));

const TYPES: &[&str] = &[
    "i32",
    "f64",
    "bool",
    "ref",
    "null",
    "object",
    "object(c)",
    "n0",
    "n1",
    "str",
    "u32",
];
const NAMES: &[&str] = &["a", "b", "c", "f", "arguments", "to", "slot", "n0", "self", "type", "loop"];
const KINDS: &[&str] = &[
    "u8", "i32", "u32", "f64", "function", "class", "local", "field", "label", "n0", "n1", "u256",
];
const EFFECTS: &[&str] = &[
    "heap.alloc",
    "heap.read",
    "locals.read",
    "call",
    "n0",
    "n1",
    "throw",
    "heap.raed",
];
const TRAPS: &[&str] = &["divide_by_zero", "null_reference", "not_implemented", "n0", "n1", "overflow"];
const CONTROLS: &[&str] = &[
    "next", "next", "next", "next", "jump", "branch", "call", "return", "throw", "halt", "nxt",
];
const FUNCTIONS: &[&str] = &[
    "params",
    "ret",
    "result",
    "local",
    "field",
    "global",
    "capture",
    "method_params",
    "receiver",
];
const METHODS: &[&str] = &[
    "wrapping_add",
    "wrapping_mul",
    "min",
    "max",
    "checked_add",
    "pow",
    "abs",
    "unwrap",
    "total_cmp",
];
const SIGNS: &[&str] = &["+", "-", "*", "/", "==", "<", "&&", "||", "<<", "^", "as", "="];
const SHAPES: &[&str] = &[
    "u32",
    "string",
    "code",
    "type",
    "type_definition",
    "local",
    "function",
    "class",
    "n0",
    "n1",
    "u64",
    "module",
    "u256",
    "i128",
];
const DOCS: &[&str] = &[
    "An entry.",
    "An entry.",
    "An entry.",
    "An entry",
    "",
    "Two\\nlines.",
    "`n0`.",
    "é.",
];
const EXAMPLES: &[&str] = &[
    "\"1 -> 1\"",
    "\"1, 2 -> 3\"",
    "\"1, 0 -> !divide_by_zero\"",
    "\"-> 1\"",
    "\"nan -> nan\"",
    "\"1\"",
    "{ body = \"n0 return\", gives = \"1\" }",
    "{ given = \"n0\", body = \"n0\", traps = \"n0\" }",
    "{ program = \"function main { result i32 code { const_i32 1 n1 return } }\", gives = \"1\" }",
];

fn pick<'a>(list: &[&'a str], index: u8) -> &'a str {
    list[usize::from(index) % list.len()]
}

/// The most of anything, so that a machine stays small.
const MOST: usize = 4;

impl Machine {
    /// A file with the entries.
    pub fn text(&self) -> String {
        let mut text = "kind = \"instruction-set\"\nname = \"tiny\"\n\n[trap.not_implemented]\ndoc = \"It waits.\"\ncode = 900\n\
                        catchable = false\n"
            .to_owned();
        for (at, entry) in self.entries.iter().take(12).enumerate() {
            // Writing to a string can't fail.
            let _ = entry.write(at, &mut text);
        }
        text
    }
}

impl Entry {
    fn write(&self, at: usize, text: &mut String) -> std::fmt::Result {
        let name = format!("n{}", at % 8);
        let doc = "doc = \"An entry.\"";
        match self {
            Entry::Op(op) => op.write(&name, at, text),
            Entry::Type(of) => {
                write!(
                    text,
                    "\n[type.{name}]\n{doc}\ncode = {}\nslot = \"{}\"\n",
                    of.code,
                    pick(&["i32", "f64", "bool", "ref", "n0"], of.slot)
                )?;
                if of.is % 3 != 0 {
                    writeln!(text, "is = \"{}\"", pick(TYPES, of.is))?;
                }
                if !of.parameters.is_empty() {
                    let kinds = ["type", "type?", "types", "class", "n0"];
                    let parameters = of.parameters.iter().take(MOST).enumerate();
                    let parameters: Vec<String> = parameters
                        .map(|(at, kind)| format!("\"p{at}: {}\"", pick(&kinds, *kind)))
                        .collect();
                    writeln!(text, "parameters = [{}]", parameters.join(", "))?;
                }
                Ok(())
            }
            Entry::Trap(code, catchable) => writeln!(text, "\n[trap.{name}]\n{doc}\ncode = {code}\ncatchable = {catchable}"),
            Entry::Effect(context, frame) => {
                writeln!(text, "\n[effect.{name}]\n{doc}")?;
                for (key, value) in [("context", context), ("frame", frame)] {
                    if value % 3 > 0 {
                        writeln!(text, "{key} = \"{}\"", pick(&["shared", "mutable"], *value))?;
                    }
                }
                Ok(())
            }
            Entry::Group => writeln!(text, "\n[group.{name}]\ntitle = \"Title\"\n{doc}"),
            Entry::Slot(rust) => writeln!(
                text,
                "\n[slot.{name}]\n{doc}\nrust = \"{}\"",
                pick(&["i32", "u64", "f32", "bool", "Ref", "String"], *rust)
            ),
            Entry::Operand(encoding, indexes) => {
                writeln!(
                    text,
                    "\n[operand.{name}]\n{doc}\nencoding = \"{}\"",
                    pick(&["u8", "u16", "u32", "i32", "i128"], *encoding)
                )?;
                match indexes % 6 {
                    0 => writeln!(text, "relative_to = \"end\""),
                    1 => Ok(()),
                    _ => {
                        let lists = [
                            "module.functions",
                            "module.classes",
                            "function.locals",
                            "class.fields",
                            "class.methods",
                            "types",
                        ];
                        writeln!(text, "indexes = \"{}\"", pick(&lists, *indexes))
                    }
                }
            }
            Entry::Fixture(text_of) => {
                let texts = [
                    "function f { result i32 code { const_i32 1 return } }",
                    "",
                    "n0 n1",
                    "class P { fields [x: i32] }",
                ];
                writeln!(text, "\n[fixture.{name}]\n{doc}\ntext = \"{}\"", pick(&texts, *text_of))
            }
            Entry::Record(fields) => {
                let fields = fields.iter().take(MOST).map(|(name, shape)| {
                    let names = [
                        "name", "type", "code", "result", "rest", "params", "locals", "fields", "x", "y",
                    ];
                    format!("{{ name = \"{}\", {}, {doc} }}", pick(&names, *name), shape.text())
                });
                writeln!(
                    text,
                    "\n[record.{name}]\n{doc}\nfields = [{}]",
                    fields.collect::<Vec<_>>().join(", ")
                )
            }
            Entry::Union(variants) => {
                let variants = variants
                    .iter()
                    .take(MOST)
                    .map(|(name, code, shape)| format!("{{ name = \"v{}\", code = {code}, {}, {doc} }}", name % 6, shape.text()));
                writeln!(
                    text,
                    "\n[union.{name}]\n{doc}\nvariants = [{}]",
                    variants.collect::<Vec<_>>().join(", ")
                )
            }
        }
    }
}

impl Op {
    fn write(&self, name: &str, at: usize, text: &mut String) -> std::fmt::Result {
        let code = match self.code {
            Code::Next => None,
            Code::Free => Some(0x60 + at as u16),
            Code::Any(code) => Some(code % 520),
        };
        writeln!(text, "\n[op.{name}]")?;
        if let Some(code) = code {
            writeln!(text, "code = {code:#04X}")?;
        }
        if !self.group.0 {
            writeln!(text, "group = \"{}\"", if self.flags[0] { "n0" } else { "all" })?;
        }
        writeln!(text, "doc = \"{}\"\nsince = {}", pick(DOCS, self.doc), 1 + self.since % 3)?;
        let quoted = |values: Vec<String>| {
            values
                .iter()
                .map(|value| format!("\"{value}\""))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let mut list = |key: &str, values: Vec<String>| match values.is_empty() {
            true => Ok(()),
            false => writeln!(text, "{key} = [{}]", quoted(values)),
        };
        let operands = self.operands.iter().take(MOST);
        list(
            "operands",
            operands
                .map(|(name, kind)| format!("{}: {}", pick(NAMES, *name), pick(KINDS, *kind)))
                .collect(),
        )?;
        let inputs = self.inputs.iter().take(MOST);
        list(
            "in",
            inputs
                .map(|(name, value)| format!("{}: {}", pick(NAMES, *name), value.text(3)))
                .collect(),
        )?;
        list("out", self.outputs.iter().take(MOST).map(|value| value.text(3)).collect())?;
        list(
            "effects",
            self.effects
                .iter()
                .take(MOST)
                .map(|effect| pick(EFFECTS, *effect).to_owned())
                .collect(),
        )?;
        let mut traps: Vec<String> = self
            .traps
            .iter()
            .take(MOST)
            .map(|trap| pick(TRAPS, *trap).to_owned())
            .collect();
        if matches!(self.meaning, Meaning::Waits) && !self.doc.is_multiple_of(8) {
            traps.push("not_implemented".to_owned());
        }
        list("traps", traps)?;
        list("laws", self.laws.iter().take(MOST).map(|law| law.text(4)).collect())?;
        match &self.meaning {
            Meaning::Waits => writeln!(text, "waits = \"More.\"")?,
            Meaning::Expression(expression) => writeln!(text, "expr = \"{}\"", expression.text(5))?,
            Meaning::Function(function) => writeln!(
                text,
                "sem = \"{}\"",
                pick(&["idiv", "load_local", "n0", "call", "idivv"], *function)
            )?,
            Meaning::Both(expression) => writeln!(text, "waits = \"More.\"\nexpr = \"{}\"", expression.text(2))?,
        }
        writeln!(text, "control = \"{}\"", pick(CONTROLS, self.control))?;
        for (key, truth) in [("pure", self.flags[1]), ("commutes", self.flags[2])] {
            if truth {
                writeln!(text, "{key} = true")?;
            }
        }
        if self.cost < 8 {
            writeln!(text, "cost = {}", self.cost)?;
        }
        match self.golden % 4 {
            0 => {}
            1 => writeln!(text, "golden = \"{:02X}\"", code.unwrap_or(0x60) & 0xFF)?,
            2 => writeln!(
                text,
                "golden = {{ operands = [\"1\"], bytes = \"{:02X} 01000000\" }}",
                code.unwrap_or(0x60) & 0xFF
            )?,
            _ => writeln!(text, "golden = \"{:02X}\"", self.golden)?,
        }
        let examples = self.examples.iter().take(MOST).map(|example| pick(EXAMPLES, *example));
        writeln!(text, "examples = [{}]", examples.collect::<Vec<_>>().join(", "))
    }
}

impl Value {
    fn text(&self, depth: usize) -> String {
        match self {
            Value::Plain(name) => pick(TYPES, *name).to_owned(),
            Value::Variable => "T".to_owned(),
            Value::Of(name, inner) if depth > 0 => format!("{}({})", pick(TYPES, *name), inner.text(depth - 1)),
            Value::Of(name, _) => pick(TYPES, *name).to_owned(),
            Value::Function(name, argument) => format!("{}({})", pick(FUNCTIONS, *name), pick(NAMES, *argument)),
        }
    }
}

impl Expression {
    fn text(&self, depth: usize) -> String {
        let Some(depth) = depth.checked_sub(1) else {
            return "a".to_owned();
        };
        match self {
            Expression::Name(name) => pick(NAMES, *name).to_owned(),
            Expression::Number(number) => number.to_string(),
            Expression::Method(of, method, with) => {
                format!("{}.{}({})", of.text(depth), pick(METHODS, *method), with.text(depth))
            }
            Expression::Binary(one, sign, other) => format!("({} {} {})", one.text(depth), pick(SIGNS, *sign), other.text(depth)),
            Expression::Call(name, arguments) => {
                let arguments: Vec<String> = arguments.iter().take(3).map(|argument| argument.text(depth)).collect();
                format!(
                    "{}({})",
                    pick(&["iadd", "n0", "n1", "i32::min", "Some"], *name),
                    arguments.join(", ")
                )
            }
            Expression::Tuple(values) => {
                let values: String = values
                    .iter()
                    .take(3)
                    .map(|value| format!("{}, ", value.text(depth)))
                    .collect();
                format!("({})", values.trim_end())
            }
            Expression::If(parts) => {
                let [condition, one, other] = &**parts;
                format!(
                    "if {} {{ {} }} else {{ {} }}",
                    condition.text(depth),
                    one.text(depth),
                    other.text(depth)
                )
            }
        }
    }
}

impl Shape {
    fn text(&self) -> String {
        match self {
            Shape::Plain(name, max) => {
                let max = max.map_or(String::new(), |max| format!(", max = {max}"));
                format!("shape = \"{}\"{max}", pick(SHAPES, *name))
            }
            Shape::List(name, max) => format!("shape = \"list<{}>\", max = {max}", pick(SHAPES, *name)),
            Shape::Optional(name) => format!("shape = \"{}?\"", pick(SHAPES, *name)),
        }
    }
}
