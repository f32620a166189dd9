//! A host with a screen, a keypad and chance.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use chip8_facts::Natives;

use crate::{Keypad, Random, Screen};

/// Devices that belong to the machine and to whoever looks at them: clones are the same devices.
#[derive(Debug, Clone)]
pub struct Host(Rc<RefCell<Devices>>);

#[derive(Debug)]
struct Devices {
    screen: Screen,
    keypad: Keypad,
    random: Random,
}

impl Host {
    /// A host with a blank screen.
    pub fn new(keypad: Keypad, random: Random) -> Host {
        let screen = Screen::new();
        Host(Rc::new(RefCell::new(Devices { screen, keypad, random })))
    }

    /// Moves on to a tick of the clock.
    pub fn tick(&self, tick: u64) {
        self.0.borrow_mut().keypad.tick(tick);
    }

    /// What is on the screen.
    pub fn screen(&self) -> Ref<'_, Screen> {
        Ref::map(self.0.borrow(), |devices| &devices.screen)
    }
}

impl Natives for Host {
    fn clear(&mut self) {
        self.0.borrow_mut().screen.clear();
    }

    fn draw(&mut self, x: u8, y: u8, rows: &[u8]) -> bool {
        self.0.borrow_mut().screen.draw(x, y, rows)
    }

    fn random(&mut self) -> u8 {
        self.0.borrow_mut().random.byte()
    }

    fn is_down(&mut self, key: u8) -> bool {
        self.0.borrow().keypad.is_down(key)
    }

    fn released(&mut self) -> Option<u8> {
        self.0.borrow_mut().keypad.released()
    }
}
