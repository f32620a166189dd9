//! The devices of the host: screen, keypad, chance, options.

use chip8_runtime::{HEIGHT, Keypad, Options, Press, Random, Screen, WIDTH};

/// The pixels that are on.
fn lit(screen: &Screen) -> Vec<(usize, usize)> {
    let all = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
    all.filter(|(x, y)| screen.pixel(*x, *y)).collect()
}

#[test]
fn a_sprite_is_turned_over_and_tells_of_collisions() {
    let mut screen = Screen::new();
    assert!(!screen.draw(3, 2, &[0b1010_0000, 0b0100_0000]));
    assert_eq!(lit(&screen), [(3, 2), (5, 2), (4, 3)]);
    assert!(!screen.draw(4, 2, &[0b1000_0000]), "beside others");
    assert!(screen.draw(3, 2, &[0b1110_0000]), "on top of others");
    assert_eq!(lit(&screen), [(4, 3)]);
    screen.clear();
    assert_eq!(lit(&screen), []);
}

#[test]
fn a_place_wraps_and_a_sprite_is_cut_off() {
    let mut screen = Screen::new();
    screen.draw(64 + 62, 32 + 31, &[0xFF, 0xFF]);
    assert_eq!(lit(&screen), [(62, 31), (63, 31)]);
}

#[test]
fn every_place_can_be_drawn_at() {
    let mut screen = Screen::new();
    for x in 0..=255 {
        for y in 0..=255 {
            screen.draw(x, y, &[0xA5; 15]);
        }
    }
    assert_eq!(screen.to_string().lines().count(), HEIGHT);
    assert!(!screen.pixel(WIDTH, 0) && !screen.pixel(0, HEIGHT));
}

#[test]
fn a_key_counts_when_it_is_let_go() {
    let press = |key, from, until| Press { key, from, until };
    let mut keypad = Keypad::new(vec![press(1, 0, 2), press(2, 3, 5), press(3, 4, 6)]);
    keypad.tick(0);
    assert!(keypad.is_down(1) && !keypad.is_down(2));
    assert_eq!(keypad.released(), None);
    keypad.tick(2);
    assert_eq!(keypad.released(), None, "key 1 was down before anyone waited");
    for tick in 3..5 {
        keypad.tick(tick);
        assert_eq!(keypad.released(), None);
    }
    keypad.tick(5);
    assert_eq!(keypad.released(), Some(2));
    assert_eq!(keypad.released(), None, "that was it");
}

#[test]
fn chance_follows_from_the_seed() {
    let bytes = |seed| {
        let mut random = Random::new(seed);
        (0..100).map(|_| random.byte()).collect::<Vec<u8>>()
    };
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2));
    assert!(bytes(u64::MAX).iter().any(|byte| *byte != 0));
}

#[test]
fn options_that_cannot_be_read_are_refused() {
    let mut options = Options::default();
    for (name, value) in [
        ("speed", "0"),
        ("speed", "fast"),
        ("speed", "-1"),
        ("ticks", ""),
        ("keys", "5"),
        ("keys", "10:G"),
        ("keys", "10:55"),
        ("keys", "10:"),
        ("keys", "99999999999999999999:1"),
        ("keys", "18446744073709551615:1"),
        ("colour", "red"),
    ] {
        assert!(options.set(name, value).is_err(), "{name} {value}");
    }
    assert_eq!(options, Options::default());
    assert_eq!(options.set("keys", "10:A, 20:3x1"), Ok(()));
    let expected = [
        Press {
            key: 10,
            from: 10,
            until: 15,
        },
        Press {
            key: 3,
            from: 20,
            until: 21,
        },
    ];
    assert_eq!(options.keys, expected);
}
