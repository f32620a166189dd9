//! The screen.

use std::fmt;

/// The number of columns.
pub const WIDTH: usize = 64;

/// The number of rows.
pub const HEIGHT: usize = 32;

/// 64 by 32 pixels, each on or off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// A row in each word, the leftmost pixel in the most significant bit.
    rows: [u64; HEIGHT],
}

impl Screen {
    /// A screen with all pixels off.
    pub fn new() -> Screen {
        Screen { rows: [0; HEIGHT] }
    }

    /// Turns every pixel off.
    pub fn clear(&mut self) {
        self.rows = [0; HEIGHT];
    }

    /// Turns the pixels of a sprite over and says whether one was turned off. Its place wraps; what then hangs over the edge is cut off.
    pub fn draw(&mut self, x: u8, y: u8, rows: &[u8]) -> bool {
        let (x, y) = (usize::from(x) % WIDTH, usize::from(y) % HEIGHT);
        let mut collided = false;
        for (row, sprite) in self.rows[y..].iter_mut().zip(rows) {
            let pixels = (u64::from(*sprite) << (WIDTH - 8)) >> x;
            collided |= *row & pixels != 0;
            *row ^= pixels;
        }
        collided
    }

    /// Whether a pixel is on; off beyond the edges.
    pub fn pixel(&self, x: usize, y: usize) -> bool {
        x < WIDTH && self.rows.get(y).is_some_and(|row| row << x >> (WIDTH - 1) == 1)
    }
}

impl Default for Screen {
    fn default() -> Screen {
        Screen::new()
    }
}

impl fmt::Display for Screen {
    /// A line for each row, with `#` for pixels that are on and `.` for others.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for y in 0..HEIGHT {
            let row: String = (0..WIDTH).map(|x| if self.pixel(x, y) { '#' } else { '.' }).collect();
            writeln!(f, "{row}")?;
        }
        Ok(())
    }
}
