//! How a program is run.

use crate::Press;

/// How a program is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Instructions in a tick of the clock, of which there are sixty a second.
    pub speed: u32,
    /// The ticks after which a program is stopped.
    pub ticks: u64,
    /// From what random bytes follow.
    pub seed: u64,
    /// The keys that are pressed.
    pub keys: Vec<Press>,
    /// Ticks between pictures of the screen; 0 for a picture at the end only.
    pub frames: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            speed: 10,
            ticks: 600,
            seed: 0,
            keys: Vec::new(),
            frames: 0,
        }
    }
}

/// The ticks for which a key is held down if nothing else is said.
const HELD: u64 = 5;

impl Options {
    /// The options of the command line.
    pub const HELP: &'static str = "\
  --speed N      instructions in a tick of the clock, which ticks sixty times a second (10)
  --ticks N      ticks after which the program is stopped (600)
  --seed N       where random bytes begin (0)
  --keys LIST    keys that are pressed: 60:5 presses key 5 at tick 60, 60:Ax30 holds key A for 30 ticks
  --frames N     show the screen every N ticks, too
";

    /// Sets an option by its name.
    ///
    /// # Errors
    ///
    /// When there is no such option or its value can't be read.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let number = || {
            value
                .parse::<u64>()
                .map_err(|_| format!("`--{name}` needs a number, not `{value}`"))
        };
        match name {
            "speed" => {
                let speed = u32::try_from(number()?).ok().filter(|speed| (1..=1_000_000).contains(speed));
                self.speed = speed.ok_or("`--speed` is a number from 1 to 1000000")?;
            }
            "ticks" => self.ticks = number()?,
            "seed" => self.seed = number()?,
            "frames" => self.frames = number()?,
            "keys" => {
                let presses: Result<Vec<Press>, String> =
                    value.split([',', ' ']).filter(|text| !text.is_empty()).map(press).collect();
                self.keys = presses?;
            }
            _ => return Err(format!("there is no option `--{name}`")),
        }
        Ok(())
    }
}

/// Reads `60:5` or `60:Ax30`.
fn press(text: &str) -> Result<Press, String> {
    let read = || {
        let (from, key) = text.split_once(':')?;
        let (key, held) = match key.split_once('x') {
            Some((key, held)) => (key, held.parse().ok()?),
            None => (key, HELD),
        };
        let mut digits = key.chars();
        let key = digits.next()?.to_digit(16)?;
        let from: u64 = from.parse().ok()?;
        let until = from.checked_add(held)?;
        let key = u8::try_from(key).ok()?;
        digits.next().is_none().then_some(Press { key, from, until })
    };
    read().ok_or_else(|| format!("`{text}` is no key press: write 60:5 or 60:Ax30"))
}
