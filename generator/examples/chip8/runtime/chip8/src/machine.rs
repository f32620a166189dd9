//! Runs a program: instructions, and the clock between them.

use std::fmt::Write;

use chip8_facts::{Flow, ImageError, State};

use crate::{Context, Host, Keypad, Options, Random, Trap};

/// An engine: executes the instruction at the counter.
pub type Step = fn(&mut Context) -> Result<Flow, Trap>;

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It jumps to itself, so that nothing can happen any more.
    Halted,
    /// Its time was up.
    TimeUp,
    /// It trapped at this address.
    Trapped(u16, Trap),
}

/// A machine with a program, a host and a clock.
#[derive(Debug)]
pub struct Machine {
    context: Context,
    host: Host,
    options: Options,
    step: Step,
    ticks: u64,
    instructions: u64,
    /// Ticks during which the tone sounded.
    sounded: u64,
    ending: Option<Ending>,
    frames: String,
}

impl Machine {
    /// A machine with a program in memory.
    ///
    /// # Errors
    ///
    /// When the program doesn't fit into memory.
    pub fn new(image: &[u8], options: Options, step: Step) -> Result<Machine, ImageError> {
        let state = State::with_image(image)?;
        let host = Host::new(Keypad::new(options.keys.clone()), Random::new(options.seed));
        Ok(Machine {
            context: Context::new(state, Box::new(host.clone())),
            host,
            options,
            step,
            ticks: 0,
            instructions: 0,
            sounded: 0,
            ending: None,
            frames: String::new(),
        })
    }

    /// Runs the program to its end.
    ///
    /// # Errors
    ///
    /// The trap that it ended with.
    pub fn run(&mut self) -> Result<(), Trap> {
        loop {
            match self.tick() {
                None => {}
                Some(Ending::Trapped(_, trap)) => return Err(trap),
                Some(_) => return Ok(()),
            }
        }
    }

    /// Runs the program for a tick of the clock; how it ended, if it did.
    pub fn tick(&mut self) -> Option<Ending> {
        if self.ending.is_none() && self.ticks >= self.options.ticks {
            self.ending = Some(Ending::TimeUp);
        }
        if self.ending.is_some() {
            return self.ending;
        }
        self.host.tick(self.ticks);
        for _ in 0..self.options.speed {
            let at = self.context.state.pc;
            let calls = self.context.state.sp;
            match (self.step)(&mut self.context) {
                Err(trap) => self.ending = Some(Ending::Trapped(at, trap)),
                // A call of itself is no standstill: the stack grows.
                Ok(Flow::Jump(to)) if to == at && self.context.state.sp == calls => self.ending = Some(Ending::Halted),
                Ok(_) => {}
            }
            self.instructions += 1;
            if self.ending.is_some() {
                return self.ending;
            }
        }
        let state = &mut self.context.state;
        self.sounded += u64::from(state.st > 0);
        state.dt = state.dt.saturating_sub(1);
        state.st = state.st.saturating_sub(1);
        self.ticks += 1;
        if self.options.frames > 0 && self.ticks.is_multiple_of(self.options.frames) {
            let _ = writeln!(self.frames, "tick {}:\n{}", self.ticks, self.host.screen());
        }
        None
    }

    /// The state of the machine.
    pub fn state(&self) -> &State {
        &self.context.state
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// What a run showed: the pictures that were asked for, the screen at the end, and how it ended.
    pub fn report(&self) -> String {
        let mut text = format!("{}{}", self.frames, self.host.screen());
        let ending = match self.ending {
            None => "running".to_owned(),
            Some(Ending::Halted) => "halted".to_owned(),
            Some(Ending::TimeUp) => "time is up".to_owned(),
            Some(Ending::Trapped(at, trap)) => format!("trapped at {at:#05x} with {}", trap.kind()),
        };
        let _ = write!(
            text,
            "{ending} after {} ticks, {} instructions",
            self.ticks, self.instructions
        );
        if self.sounded > 0 {
            let _ = write!(text, ", {} ticks of sound", self.sounded);
        }
        text.push('\n');
        text
    }
}
