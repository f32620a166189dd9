//! The keypad, whose keys are pressed by a script.

/// A key that is pressed at some time and let go later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Press {
    /// The key, 0 to 15.
    pub key: u8,
    /// The tick at which it goes down.
    pub from: u64,
    /// The tick at which it is up again.
    pub until: u64,
}

/// Sixteen keys.
#[derive(Debug, Clone, Default)]
pub struct Keypad {
    script: Vec<Press>,
    /// A bit for each key that is down.
    down: u16,
    /// While a program waits: a bit for each key that went down since.
    waiting: Option<u16>,
    /// The key that was let go while a program waited.
    released: Option<u8>,
}

impl Keypad {
    /// A keypad whose keys are pressed at stated times.
    pub fn new(script: Vec<Press>) -> Keypad {
        Keypad {
            script,
            ..Keypad::default()
        }
    }

    /// Moves on to a tick of the clock.
    pub fn tick(&mut self, tick: u64) {
        let held = self.script.iter().filter(|press| press.from <= tick && tick < press.until);
        let down = held.fold(0, |keys: u16, press| keys | 1 << (press.key & 0xF));
        if let Some(pressed) = &mut self.waiting {
            *pressed |= down & !self.down;
            let up = *pressed & !down;
            if up != 0 && self.released.is_none() {
                self.released = u8::try_from(up.trailing_zeros()).ok();
            }
        }
        self.down = down;
    }

    /// Whether a key is down.
    pub fn is_down(&self, key: u8) -> bool {
        self.down >> (key & 0xF) & 1 == 1
    }

    /// The key that went down and up again since this was first asked; then the next question begins anew.
    pub fn released(&mut self) -> Option<u8> {
        self.waiting.get_or_insert(0);
        let key = self.released.take()?;
        self.waiting = None;
        Some(key)
    }
}
